"""The unit beside a number: a sign, a code or a name, before it or after it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from hansa.statements.language import lexicon
from hansa.statements.recognition.numeral import Numeral, numerals
from hansa.statements.recognition.unit_word import SHARED_SIGNS, SIGNS, WORDS, Tree, Unit, code_unit, sign_unit, tree

_Following = Numeral | None


class Said:
    """A number with its units, while they and its neighbours are looked at.

    start, end : its place, with the units; before, after : the units; sign : -1 where a minus stands before the unit;
    scale : that of a neighbour, which holds for this one too ("22-23 billion"); ends : of a range.
    """

    __slots__ = ("after", "before", "end", "ends", "numeral", "scale", "sign", "start")

    def __init__(
        self,
        numeral: Numeral,
        start: int,
        end: int,
        after: Unit | None = None,
        ends: tuple[float, float] | None = None,
    ) -> None:
        """Take a number with its place; what stands beside it is found later."""
        self.numeral, self.start, self.end, self.after, self.ends = numeral, start, end, after, ends
        self.before: Unit | None = None
        self.sign, self.scale = 1.0, 1.0

    @property
    def unit(self) -> Unit | None:
        """The unit that holds: one after the number says more than one before it."""
        return self.after or self.before

    def counted(self, number: float) -> float:
        """A number of this unit, counted in whole units."""
        unit = self.unit
        number *= self.scale
        return number if unit is None else number * unit.times / unit.divided


_LETTER = r"[^\W\d_]"
_SIGN_SET = "".join(sorted(sign for sign in {**SIGNS, **SHARED_SIGNS} if len(sign) == 1))
_LONG_SIGNS = "|".join(sorted(sign for sign in SIGNS if len(sign) > 1))
# The next word or sign of a name: names go on over spaces, hyphens and one end of a line.
_NEXT = re.compile(
    rf"(?P<gap>[-\u2010\u2011]|[^\S\n]{{0,2}}(?:\n[^\S\n]{{0,2}})?)"
    rf"(?:(?P<owner>[A-Za-z]{{1,3}})?(?P<sign>[{_SIGN_SET}])|(?P<long>{_LONG_SIGNS})(?!\w)"
    rf"|(?P<word>{_LETTER}{{1,30}}(?:[\u00b7\u2219*/]{_LETTER}{{1,5}})?(?:\^?[23])?(?![\w^])|%)(?P<dot>\.?))"
)
_BEFORE_SIGN = re.compile(rf"(?:(?<![^\W_])((?:[A-Za-z]\.?){{1,4}})(\s?))?([{_SIGN_SET}])\s{{0,2}}$")
_BEFORE_CODE = re.compile(r"(?<![^\W_])([A-Z]{3})\s{0,2}$")
_OWNERS_APART = frozenset({"us", "c", "ca", "can", "hk", "nz", "au", "nt", "mex"})
# A formula between dollar signs is no money: a letter follows the first sign at once, or a mark of LaTeX is inside.
_FORMULA = re.compile(
    r"\$(?:[A-Za-z\\({](?=[^$\n]{0,80}[\s=+*/<>^_\\])[^$\n]{0,200}|[^$\n]{0,80}[\\^_{}][^$\n]{0,200})(?<!\s)\$(?![\d\w])"
)
_MINUS = re.compile(r"(?<![^\s(\[])[-\u2212]$")
_ONE_LETTER = re.compile(r"\s?[^\W\d_]\.")
_CLAUSE_ENDS = re.compile(r"\s*(?:$|[.,;:!?)\]])")
_NUMBER_LENGTH = 40  # characters of a number that touches a code
_NEAR = 14  # characters before a number in which a sign or a code is looked for


def said_numbers(text: str, language: str) -> list[Said]:
    """Every numeral with the units before and after it; a unit between two numerals belongs to one of them.

    >>> [one.unit.code for one in said_numbers("up 12 % to US$ 43.4 bn", "en")]
    ['%', 'USD']
    """
    found = numerals(text, language, glued=True)
    if "$" in text:
        formulas = [match.span() for match in _FORMULA.finditer(text)]
        found = _outside(found, formulas) if formulas else found
    result: list[Said] = []
    taken = 0
    for place, numeral in enumerate(found):
        if numeral.start < taken:
            continue
        if numeral.glued and (code := _BEFORE_CODE.search(text, max(taken, numeral.start - 4), numeral.start)):
            numeral = _apart(text, language, numeral) if code_unit(code[1]) else numeral
        one = Said(numeral, numeral.start, numeral.end)
        if numeral.kind in ("cardinal", "fraction"):
            following = found[place + 1] if place + 1 < len(found) else None
            _look_before(one, text, taken, language)
            _look_after(one, text, following, language)
        if numeral.glued and not _touches(text, one):
            continue
        taken = one.end
        result.append(one)
    return result


def _outside(found: tuple[Numeral, ...], spans: list[tuple[int, int]]) -> tuple[Numeral, ...]:
    """The numerals that stand in none of the spans, both in the order of the text."""
    kept = []
    place = 0
    for numeral in found:
        while place < len(spans) and spans[place][1] <= numeral.start:
            place += 1
        if place == len(spans) or numeral.end <= spans[place][0]:
            kept.append(numeral)
    return tuple(kept)


def _apart(text: str, language: str, glued: Numeral) -> Numeral:
    """The number that touches a code ("USD1.2bn"), read as if it stood alone."""
    start = glued.start
    first = numerals(text[start : start + _NUMBER_LENGTH], language)[:1]
    if not first or first[0].start:
        return glued
    return replace(first[0], start=start, end=start + first[0].end, glued=True)


def _touches(text: str, one: Said) -> bool:
    """Whether the letters that touch a number are its unit: "29km", "USD5", not "G20" or "F16"."""
    start, end = one.numeral.start, one.numeral.end
    before = text[start - 1 : start] if start else ""
    if before.isalnum() or before == "_":
        return one.start < start
    return one.end > end


def _look_before(one: Said, text: str, taken: int, language: str) -> None:
    """Set the unit that is written before a number: "$", "US$", "RUB", "Rs."."""
    begin = one.numeral.start
    since = max(taken, begin - _NEAR)
    last = text[since:begin].rstrip()[-1:]
    if not last:
        return
    if last in _SIGN_SET:
        _set_sign(one, _BEFORE_SIGN.search(text, since, begin))
    elif last.isupper() and (match := _BEFORE_CODE.search(text, since, begin)):
        unit = code_unit(match[1])
        if unit and (match[1] not in WORDS or _amount(one.numeral)):
            one.before, one.start = unit, match.start(1)
    words, ends = _words_before(language)
    if one.before is None and last in ends and (match := words.search(text, since, begin)):
        code = _codes_before(language)[" ".join(match[1].split())]
        # "percents of twenty" is said for "twenty percent" only where nothing follows that it could be a part of.
        if code != "%" or _CLAUSE_ENDS.match(text, one.end):
            one.before = Unit(code, "percent" if code == "%" else "money", written="code")
            one.start = match.start(1)
    if one.before and one.numeral.value > 0 and _MINUS.search(text, max(taken, one.start - 1), one.start):
        one.start, one.sign = one.start - 1, -1.0


def _amount(numeral: Numeral) -> bool:
    """Whether a number is written as amounts are: with a scale, decimals or grouped thousands."""
    return numeral.scale > 1 or numeral.last_digit < 1 or (numeral.value >= 1e3 and numeral.end - numeral.start > 4)


def _set_sign(one: Said, match: re.Match[str] | None) -> None:
    """Set the currency of a sign before a number: whose it is is said by the letters before it, or not at all."""
    if match is None:
        return
    owner, apart, sign = match[1] or "", bool(match[2]), match[3]
    # "a $4 billion deal" and "others $5" do not name Australia or Singapore: such letters must touch, in capitals.
    named = owner[:1].isupper() and not apart
    unit = sign_unit(sign, owner) if owner and (named or owner.replace(".", "").lower() in _OWNERS_APART) else None
    one.before = unit or sign_unit(sign)
    one.start = match.start() if unit else match.start(3)


@cache
def _codes_before(language: str) -> dict[str, str]:
    return {word: code for code, names in lexicon(language, "unit")["before"].items() for word in names}


@cache
def _words_before(language: str) -> tuple[re.Pattern[str], frozenset[str]]:
    """The words that stand before a number, and their last letters."""
    names = sorted(_codes_before(language), key=len, reverse=True)
    pattern = "|".join(re.escape(name).replace(r"\ ", r"\s") for name in names)
    return re.compile(rf"(?<!\w)({pattern})\s{{0,2}}$"), frozenset(name[-1] for name in names)


def _look_after(one: Said, text: str, following: _Following, language: str) -> None:
    """Set the unit that is written after a number: a sign, a code, or the longest name that is known."""
    place = one.numeral.end
    if one.numeral.kind == "fraction" and (article := _article(language)) and (match := article.match(text, place)):
        place = match.end()  # "half a percent"
    if text[place : place + 1] == "." and text[place - 1].isalpha() and _goes_on(text, place + 1):
        place += 1  # "млрд. руб."
    match = _NEXT.match(text, place)
    if match is None:
        return
    if match["sign"] or match["long"]:
        sign = match["sign"] or match["long"]
        unit = sign_unit(sign, match["owner"] or "")
        if unit and one.before is None and not _belongs_to_next(text, match, following):
            one.after, one.end = unit, match.end("long" if match["long"] else "sign")
        return
    word = match["word"].partition("/")[0]
    unit, end = code_unit(word) if word[-3:].isupper() else None, match.start("word") + len(word)
    if unit is not None and unit.code in WORDS and not _amount(one.numeral):
        return
    if unit is None:
        unit, end = _named(text, match, tree(language))
    elif _belongs_to_next(text, match, following):
        return
    if unit is None or (one.before and not _agree(one.before, unit)):
        return
    if one.before and unit.kind != one.before.kind:
        one.before, one.start = None, one.numeral.start
    one.after, one.end = unit, end


@cache
def _article(language: str) -> re.Pattern[str] | None:
    """What stands between a fraction and the unit that it is a fraction of."""
    words = lexicon(language, "unit")["span"]["article"]
    return re.compile(rf"\s(?:{'|'.join(words)})(?=\s)") if words else None


def _named(text: str, match: re.Match[str] | None, words: Tree) -> tuple[Unit | None, int]:
    """The longest name that starts at a word, and its end."""
    node, found, end, glued = words, None, 0, True
    while match and match["word"] and (glued or match["gap"]):
        word, dot = match["word"], match["dot"]
        child = node.get(word.lower() + ".") if dot else None
        glued = child is not None or word == "%"
        stop = match.end() if child is not None else match.end("word")
        child = child or node.get("=" + word.replace("^", "")) or node.get(word.lower())
        if child is None and "/" in word:  # "60 rubles/dollar", "5 t/ha"
            word = word.partition("/")[0]
            child, stop = node.get("=" + word) or node.get(word.lower()), match.start("word") + len(word)
        if child is None:
            break
        if "" in child and not (dot and glued and len(word) == 1 and _ONE_LETTER.match(text, stop)):
            found, end = child[""], stop
        node = child
        match = _NEXT.match(text, stop) if len(child) > 1 or "" not in child else None
    return found, end


def _agree(before: Unit, after: Unit) -> bool:
    """Whether a unit after a number goes with the one before it: "$5 Canadian dollars", "USD 5 US dollars"."""
    if after.kind == "money":
        return before.bare or before.code == after.code
    return before.written == "code" and after.kind in ("percent", "points")


def _goes_on(text: str, place: int) -> bool:
    """Whether a sentence goes on after a full stop."""
    following = text[place : place + 3].lstrip()[:1]
    return bool(following) and (following.islower() or following in _SIGN_SET)


def _belongs_to_next(text: str, match: re.Match[str], following: _Following) -> bool:
    """Whether a sign or code between two numbers is that of the second: "2022 $50", "in 2022 RUB 70 bn"."""
    end = match.end("word" if match["word"] else "sign" if match["sign"] else "long")
    if following is None or not match["gap"] or following.start - end > 2 or text[end : following.start].strip():
        return False
    if following.start == end:
        return True
    # "50 € 40 €": the second has a sign or code of its own.
    other = _NEXT.match(text, following.end)
    own = other and (other["sign"] or other["long"] or (other["word"] and code_unit(other["word"])))
    return not own
