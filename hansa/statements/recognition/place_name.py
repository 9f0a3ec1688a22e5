"""Regions and blocs as a text names them: "Belarus", "Russian", "the Union State", "российско-белорусский".

The names are those of the lists of regions and blocs, one's own and those of Hansa, with adjectives and words for the
people of hansa/data/demonyms.csv; a code beside a name is that of the list and no statement on the status of a place.
In Russian every name is known in all cases (`russian_name`). The names lie in a tree of words, so a text is gone
through once, word by word, however many names there are; the longest name wins.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hansa.code_list import shipped
from hansa.regions import countries, subdivisions
from hansa.regions.lists import Lists, shipped_lists
from hansa.regions.region import Region
from hansa.statements.claim import Mention
from hansa.statements.language import lexicon
from hansa.statements.recognition.russian_name import adjective_forms, name_forms, plural_forms

_WORD = re.compile(r"\w+")
# From one word of a name to the next: a blank, a hyphen, an apostrophe; or a comma, where the name has one.
_NEXT = re.compile(r"[^\S\n]{0,2}(,|[.'’‘`\-–—]|)\s{0,2}(\w+)")
_PARTS = re.compile(r"\w+|,")
_BEFORE = re.compile(r"(\w+)[^\S\n]{0,2}([-–—]?)[^\S\n]{0,2}$")
_DASHES = ("-", "–", "—")
_SENTENCE_END = re.compile(r"(?:^|[.!?:;…\n«»“”\"'(—–])\s*$")
_CODE = re.compile(r"[A-Z0-9]{1,4}|\d+|[A-Z][0-9A-Z]{1,3}")


@dataclass(frozen=True)
class _Name:
    """What a row of words means. exact : as it must be written, of an abbreviation; code is empty of what is none."""

    code: str
    kind: str = "region"
    adjective: bool = False
    exact: str = ""


# A tree of words: under each word the words that may follow; under "" what the words so far mean.
_Tree = dict[str, Any]


@dataclass(frozen=True)
class _Names:
    capital: _Tree
    small: _Tree
    persons: frozenset[str]
    doubtful: frozenset[str]
    not_before: frozenset[str]
    not_after: frozenset[str]
    before_a_place: frozenset[str]
    halves: frozenset[str]  # of compounds: "Russo-"


def places(text: str, language: str, lists: Lists | None = None) -> tuple[Mention, ...]:
    """Every region and bloc that a text names, in order, without overlaps.

    Parameters
    ----------
    text : in that language.
    language : ``en`` or ``ru``.
    lists : regions and blocs of one's own, which come before those of Hansa.

    A possessive ending is no part of the mention, and the adjective of a currency ("Russian rubles") is none.

    Raises
    ------
    UnknownCode : statements cannot be read in that language.

    >>> [(m.text, m.code, m.adjective) for m in places("Belarus' exports to the Russian market", "en")]
    [('Belarus', 'BLR', False), ('Russian', 'RUS', True)]
    >>> [(m.text, m.code, m.kind) for m in places("поставки из Белоруссии в страны СНГ", "ru")]
    [('Белоруссии', 'BLR', 'region'), ('СНГ', 'CIS', 'bloc')]
    """
    names = _names(language, lists if lists is not None else _own())
    return tuple(_found(text, names))


@lru_cache(maxsize=1)
def _own() -> Lists:
    return shipped_lists()


def _found(text: str, names: _Names) -> Iterator[Mention]:
    done = 0
    known: dict[str, _Tree | None] = {}
    for hit in _WORD.finditer(text):
        word = hit[0]
        if word not in known:
            known[word] = (names.capital if word[0].isupper() else names.small).get(_fold(word))
        node = known[word]
        if node is None or hit.start() < done:
            continue
        if longest := _longest(text, hit.start(), hit.end(), node):
            name, end = longest
            done = end
            if name.code and _is_meant(text, hit.start(), end, name, names):
                yield Mention(text[hit.start() : end], hit.start(), end, name.code, name.kind, name.adjective)


def _longest(text: str, start: int, end: int, node: _Tree) -> tuple[_Name, int] | None:
    """The longest name that begins with a word, and where it ends."""
    best: tuple[_Name, int] | None = None
    while True:
        for name in node.get("", ()):
            if not name.exact or text.startswith(name.exact, start):
                best = name, max(end, start + len(name.exact))
                break
        following = _NEXT.match(text, end)
        if following is None:
            return best
        between: _Tree | None = node.get(",") if following[1] == "," else node
        further = between.get(_fold(following[2])) if between else None
        if further is None:
            return best
        node = further
        end = following.end()


def _is_meant(text: str, start: int, end: int, name: _Name, names: _Names) -> bool:
    """Whether a name stands for the place: not for a person, a currency, or the first word of a sentence."""
    word = text[start:end]
    joined = text[start - 1 : start] in _DASHES and _BEFORE.search(text, max(0, start - 40), start)
    if joined and joined[1].lower() in names.not_after:
        return False
    if name.adjective and (after := _NEXT.match(text, end)) and after[2].lower() in names.not_before:
        return False
    if word.lower() in names.halves and text[end : end + 1] not in _DASHES:
        return False
    if word in names.doubtful and _SENTENCE_END.search(text, max(0, start - 4), start):
        return False
    if word in names.persons:
        return not _beside_a_name(text, start, end, names)
    return True


def _beside_a_name(text: str, start: int, end: int, names: _Names) -> bool:
    """Whether a capitalised word that is no place stands right beside: "Michael Jordan", "Chad Smith"."""
    before, after = _BEFORE.search(text, max(0, start - 40), start), _NEXT.match(text, end)
    if before and not before[2]:
        if before[1].lower() in names.before_a_place:
            return False
        first = _SENTENCE_END.search(text, max(0, before.start() - 4), before.start())
        if not first and _may_be_a_person(before[1], names):
            return True
    return bool(after and not after[1] and _may_be_a_person(after[2], names))


def _may_be_a_person(word: str, names: _Names) -> bool:
    return word[0].isupper() and word[1:].islower() and _fold(word) not in names.capital


def _fold(word: str) -> str:
    """A word without case and accents; й stays й.

    >>> _fold("Côte"), _fold("Бакинской"), _fold("Могилёв")
    ('cote', 'бакинской', 'могилев')
    """
    low = word.lower()
    if low.isascii():
        return low
    if "ё" in low:
        low = low.replace("ё", "е")
    if "а" <= low[0] <= "я":
        return low
    return "".join(letter for letter in unicodedata.normalize("NFKD", low) if not unicodedata.combining(letter))


# --- the tree of names -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=8)
def _names(language: str, lists: Lists) -> _Names:
    words = lexicon(language, "place")
    capital: _Tree = {}
    small: _Tree = {}
    for text in words["stop"]:
        for form in _forms(text, language, words):
            _plant(capital, form, _Name(""))
    for text, name in _entries(language, lists, words):
        if text[0].islower():
            _plant(small, text, name)
        _plant(capital, text, name)
    halves = {text.lower() for texts in words["compounds"].values() for text in texts if text[-1] in "oо"}
    sets = {key: frozenset(words[key]) for key in ("persons", "doubtful", "not_before", "not_after", "before_a_place")}
    return _Names(capital, small, halves=frozenset(halves), **sets)


def _plant(tree: _Tree, text: str, name: _Name) -> None:
    """A name in the tree; the one that came first counts where the words are the same."""
    words = [_fold(word) for word in _PARTS.findall(text)]
    node = tree
    for word in words:
        node = node.setdefault(word, {})
    if words:
        held = node.setdefault("", [])
        if not any(other.exact == name.exact for other in held):
            held.insert(0, name) if name.exact else held.append(name)


def _entries(language: str, lists: Lists, words: dict[str, Any]) -> Iterator[tuple[str, _Name]]:
    """Every form of every name with what it means, the most binding first: own lists, countries, blocs, the rest."""
    own = tuple(lists.places) if lists.places is not None else ()
    for region in own:
        yield from _named(region.code, "region", _texts(region, language, words), language, words)
        yield from ((form, _Name(region.code, adjective=True)) for form in _derived(region, language))
    for bloc in lists.blocs:
        names = (bloc.key, bloc.name, *bloc.aliases) if language == "en" else (bloc.name_ru, *bloc.aliases)
        yield from _named(bloc.key, "bloc", (*names, *words["blocs"].get(bloc.key, ())), language, words)
    for region in countries():
        yield from _named(region.code, "region", _texts(region, language, words), language, words)
    yield from _demonyms(language, words)
    yield from _subdivision_names(language, words)


def _named(
    code: str, kind: str, texts: Iterable[str], language: str, words: dict[str, Any]
) -> Iterator[tuple[str, _Name]]:
    for text in dict.fromkeys(texts):
        if text in words["left_out"] or not _in_script(text, language):
            continue
        short = text in words["abbreviations"] or (text.isupper() and " " not in text)
        if short and (kind == "bloc" or text in words["abbreviations"]):
            yield text, _Name(code, kind, exact=text)
        elif not short and not _CODE.fullmatch(text):
            for form in _forms(text, language, words):
                yield form, _Name(code, kind)


def _in_script(text: str, language: str) -> bool:
    cyrillic = any("а" <= letter <= "я" or letter == "ё" for letter in text.lower())
    return cyrillic == (language == "ru") or (text.isupper() and text.isascii())


def _forms(text: str, language: str, words: dict[str, Any]) -> Iterable[str]:
    text = text.replace("*", "").strip()
    return (text,) if language == "en" else name_forms(text, words["forms"])


def _texts(region: Region, language: str, words: dict[str, Any]) -> Iterator[str]:
    """Names of a region in a language, without what a list adds in brackets, and in other words of the same meaning."""
    name = region.name if language == "en" else region.name_ru
    further = words["further"].get(region.code, ())
    for text in (re.sub(r"\s*[(\[].*", "", name), *region.aliases, *further):
        if "," in text or "(" in text or text.startswith(("Fmr", "Former")):
            continue
        yield text
        for kind, others in words["kinds"].items():
            if text.endswith(f" {kind}"):
                yield from (text.removesuffix(kind) + other for other in others)
        for whole in ("Republic of ", "Республика "):
            if text.startswith(whole) and region.kind == "subdivision":
                yield text.removeprefix(whole)


def _derived(region: Region, language: str) -> Iterable[str]:
    """Adjectives that a name of one's own list gives by rule."""
    name = region.name if language == "en" else region.name_ru
    if not name or " " in name or "-" in name:
        return ()
    if language == "en":
        return (f"{name}n", f"{name}ns") if name.endswith("a") else ()
    name = name.lower()
    if name.endswith("ия"):
        return adjective_forms(f"{name[:-1]}йский")
    if name.endswith("а"):
        return adjective_forms(f"{name[:-1]}ский")
    return adjective_forms(f"{name}ский") if name[-1] in "бвдзлмнпрстфхк" else ()


def _demonyms(language: str, words: dict[str, Any]) -> Iterator[tuple[str, _Name]]:
    rows = shipped("demonyms.csv", ("code",), ("adjectives_en", "people_en", "adjectives_ru", "people_ru"))
    for row in rows:
        name = _Name(row["code"], adjective=True)
        adjectives, people = (
            list(filter(None, row[f"{column}_{language}"].split("|"))) for column in ("adjectives", "people")
        )
        if language == "en":
            yield from ((text, name) for text in (*adjectives, *people))
        else:
            yield from ((form, name) for text in adjectives for form in adjective_forms(text))
            yield from ((form, name) for text in people for form in plural_forms(text))
    yield from ((text, _Name(code, adjective=True)) for code, texts in words["compounds"].items() for text in texts)


def _subdivision_names(language: str, words: dict[str, Any]) -> Iterator[tuple[str, _Name]]:
    """Names of subdivisions that can be told in a text: none that two bear, none that are ordinary words."""
    alone, generic, saints = set(words["alone"]["countries"]), set(words["generic"]), set(words["saints"])
    bearers: dict[str, set[str]] = {}
    known: list[tuple[str, str, bool]] = []
    for region in subdivisions():
        further = set(words["further"].get(region.code, ()))
        for text in dict.fromkeys(_texts(region, language, words)):
            if not _in_script(text, language) or not text:
                continue
            bearers.setdefault(_fold(text), set()).add(region.code)
            parts = [_fold(word) for word in _WORD.findall(text)]
            many = len(parts) > 1 and parts[0] not in saints and not generic.issuperset(parts)
            known.append((region.code, text, text in further or many or region.code[:2] in alone))
    for code, text, can_be_told in known:
        if can_be_told and len(bearers[_fold(text)]) == 1:
            yield from _named(code, "region", (text,), language, words)
