"""Russian names in their six cases, and adjectives in all forms, from the nominative.

The rules are those of any grammar of Russian for names of places; forms that only some names of an ending have (a zero
genitive plural, both genders of a soft stem) are given as well, since a form too many of a capitalised name does no
harm when a text is read. What the rules miss is told in language/ru/place.toml.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product

Cases = tuple[frozenset[str], ...]  # forms in the nominative, genitive, dative, accusative, instrumental, prepositional

_VOWELS = "еёиоуэю"  # names that end in one are not declined, but for a few neuters
_NEUTER = ("ство", "ово", "ево", "ино", "ие", "ье")
_LONGEST = 10  # blanks in a name that is declined; longer ones are no names that a text uses
_HUSHING = "жшщчц"
_TOGETHER = re.compile(r"\s+(?:и|[-–—])\s+")
# Endings of an adjective in six cases by that of its nominative; several forms of a case are separated by |.
_ADJECTIVES = {
    "ая": ("ая", "ой", "ой", "ую", "ой", "ой"),
    "яя": ("яя", "ей", "ей", "юю", "ей", "ей"),
    "ое": ("ое", "ого", "ому", "ое", "ым|им", "ом"),
    "ее": ("ее", "его", "ему", "ее", "им", "ем"),
    "ые": ("ые", "ых", "ым", "ые", "ыми", "ых"),
    "ие": ("ие", "их", "им", "ие", "ими", "их"),
    "овы": ("овы", "овых", "овым", "овы", "овыми", "овых"),
    "ий": ("ий", "ого|его", "ому|ему", "ий", "им", "ом|ем"),
    "ый": ("ый", "ого", "ому", "ый", "ым", "ом"),
    "ой": ("ой", "ого", "ому", "ой", "ым|им", "ом"),
}


def adjective_forms(nominative: str) -> set[str]:
    """Every form of an adjective in -ий, -ый or -ой, and the one that begins a compound.

    >>> sorted(adjective_forms("чешский"))[:4], "чешско" in adjective_forms("чешский")
    (['чешская', 'чешские', 'чешский', 'чешским'], True)
    """
    stem = nominative[:-2]
    soft = nominative.endswith("ний")
    hard = ("ого", "ому", "ом", "ая", "ой", "ую", "ое", "ою")
    endings = ("его", "ему", "ем", "яя", "ей", "юю", "ее") if soft else hard
    plural = ("ий", "им", "ие", "их", "ими") if nominative.endswith("ий") else ("ый", "ой", "ым", "ые", "ых", "ыми")
    return {stem + ending for ending in (*endings, *plural)} | {f"{stem}о"}


def plural_forms(nominative: str) -> set[str]:
    """The forms of a plural noun such as "россияне" or "китайцы", and its singular where that is the bare stem.

    >>> sorted(plural_forms("датчане"))
    ['датчан', 'датчанам', 'датчанами', 'датчанах', 'датчане', 'датчанин', 'датчанина', 'датчанином', 'датчанину']
    """
    stem = nominative[:-1]
    if nominative.endswith(("ане", "яне")):
        return {stem + ending for ending in ("", "е", "ам", "ами", "ах", "ин", "ина", "ину", "ином")}
    forms = {stem + ending for ending in (nominative[-1], "ам", "ами", "ах")}
    if nominative.endswith("цы"):
        return forms | {f"{stem}ев", f"{stem[:-1]}ец", f"{stem}а", f"{stem}у", f"{stem}ем"}
    if nominative.endswith("ши"):
        return forms | {f"{stem}ей"}
    return forms | {f"{stem}ов", stem}


def name_forms(name: str, exceptions: Mapping[str, Sequence[str]]) -> set[str]:
    """A name in all its cases.

    Parameters
    ----------
    name : in the nominative, of one word or more.
    exceptions : six forms of a word (by its nominative in lower case) that does not follow the rules, or one where it
        has only one.

    >>> sorted(name_forms("Северная Корея", {}))
    ['Северная Корея', 'Северной Корее', 'Северной Кореей', 'Северной Кореи', 'Северную Корею']
    >>> sorted(name_forms("Фенория", {}))
    ['Фенорией', 'Фенории', 'Фенорию', 'Фенория']
    """
    if name.count(" ") > _LONGEST:
        return {name}
    parts = _TOGETHER.split(name)
    joints = _TOGETHER.findall(name)
    by_part = [_phrase_cases(part, exceptions) for part in parts]
    forms = set()
    for case in range(6):
        for chosen in product(*(cases[case] for cases in by_part)):
            forms.add("".join(text + joint for text, joint in zip(chosen, [*joints, ""], strict=True)))
    return forms


def _phrase_cases(phrase: str, exceptions: Mapping[str, Sequence[str]]) -> list[set[str]]:
    """Adjectives and the noun that they belong to are declined; what follows that noun stays."""
    words = phrase.split(" ")
    declined: list[Cases] = []
    head = False
    for place, word in enumerate(words):
        after_town = place > 0 and words[place - 1].lower() == "город"
        if head and not after_town:
            declined.append((frozenset({word}),) * 6)
        elif place < len(words) - 1 and (cases := _adjective_cases(word)):
            declined.append(cases)
        else:
            declined.append(_noun_cases(word, exceptions))
            head = True
    return [{" ".join(chosen) for chosen in product(*(cases[case] for cases in declined))} for case in range(6)]


def _adjective_cases(word: str) -> Cases | None:
    for ending, cases in _ADJECTIVES.items():
        if word.lower().endswith(ending):
            stem = word[: -len(ending)]
            return tuple(frozenset(stem + form for form in entry.split("|")) for entry in cases)
    return None


def _noun_cases(word: str, exceptions: Mapping[str, Sequence[str]]) -> Cases:
    if "-" in word:
        first, _, last = word.rpartition("-")
        heads = _noun_cases(first, exceptions) if "-" not in first else (frozenset({first}),) * 6
        tails = _noun_cases(last, exceptions)
        return tuple(
            frozenset({f"{first}-{tail}" for tail in tails[case]})
            | {f"{head}-{tail}" for head in heads[case] for tail in (*tails[case], last)}
            for case in range(6)
        )
    if (listed := exceptions.get(word.lower())) is not None:
        forms = list(listed) if len(listed) == 6 else [*listed][:1] * 6
        shaped = [form[:1].upper() + form[1:] if word[:1].isupper() else form for form in forms]
        return tuple(frozenset({form}) for form in shaped)
    return tuple(frozenset(entry.split("|")) for entry in _regular(word))


def _regular(word: str) -> tuple[str, ...]:
    """The cases of one noun by its ending, several forms of a case separated by |."""
    low = word.lower()
    stem = word[:-1]
    if low.endswith(("уа", "оа")) or (low[-1:] in _VOWELS and not low.endswith(_NEUTER)):
        return (word,) * 6
    if low.endswith("ия"):
        return word, f"{stem}и", f"{stem}и", f"{stem}ю", f"{stem}ей", f"{stem}и"
    if low.endswith("я"):
        return word, f"{stem}и", f"{stem}е", f"{stem}ю", f"{stem}ей", f"{stem}е"
    if low.endswith("а"):
        before = low[-2:-1]
        many = "и" if before in "гкхжшщч" else "ы"
        by = "ей" if before in _HUSHING else "ой"
        return word, f"{stem}{many}", f"{stem}е", f"{stem}у", f"{stem}{by}", f"{stem}е"
    if low.endswith("ь"):
        # Feminine or masculine, as of Беларусь or Израиль: both.
        objects, by = f"{word}|{stem}я", f"{stem}ью|{stem}ем"
        return word, f"{stem}и|{stem}я", f"{stem}и|{stem}ю", objects, by, f"{stem}и|{stem}е"
    if low.endswith(("й", "ие", "ье")):
        last = "и" if low.endswith(("ий", "ие")) else "е"
        return word, f"{stem}я", f"{stem}ю", word, f"{stem}ем", f"{stem}{last}"
    if low.endswith("о"):
        return word, f"{stem}а|{word}", f"{stem}у|{word}", word, f"{stem}ом|{word}", f"{stem}е|{word}"
    if low.endswith("ы"):
        return word, f"{stem}|{stem}ов", f"{stem}ам", word, f"{stem}ами", f"{stem}ах"
    if low[-1:].isalpha() and "а" <= low[-1] <= "я":
        by = "ем" if low[-1] in _HUSHING else "ом"
        return word, f"{word}а", f"{word}у", word, f"{word}{by}", f"{word}е"
    return (word,) * 6
