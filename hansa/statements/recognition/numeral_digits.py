"""Numbers written in digits: grouped, with a decimal point or comma, as fractions and powers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from hansa.statements.recognition.numeral_words import Words

SPACE = "[ \u00a0\u2007\u2009\u202f]"
VULGAR = dict(
    zip(
        "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒",
        (
            1 / 2,
            1 / 3,
            2 / 3,
            1 / 4,
            3 / 4,
            0.2,
            0.4,
            0.6,
            0.8,
            1 / 6,
            5 / 6,
            1 / 7,
            1 / 8,
            3 / 8,
            5 / 8,
            7 / 8,
            1 / 9,
            0.1,
        ),
        strict=True,
    )
)
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
LONGEST = 40  # digits; longer runs are no amounts

_VULGAR = "".join(VULGAR)
_BEGIN = re.compile(f"[0-9{_VULGAR}]")
# The usual case, so that it is quick: a whole number between spaces that nothing after it can be a part of.
_USUAL = re.compile(rf"[0-9]{{1,15}}(?=[ \n](?![ \n{_VULGAR}xх×*·]|[0-9]{{3}}|[0-9]{{1,2}} ?[/⁄]|[A-Z]{{1,2}}\b)|$)")
_SPACED = rf"[0-9]{{1,3}}(?:{SPACE}[0-9]{{3}})+(?![0-9])(?:[.,][0-9]++(?![.,][0-9]))?"
_COMMAS = r"[0-9]{1,3}(?:,[0-9]{3}){LEAST}(?!,?[0-9])(?:\.[0-9]++(?!\.[0-9]))?"
_INDIAN = r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}(?!,?[0-9])(?:\.[0-9]++(?!\.[0-9]))?"
_POINTS = r"[0-9]{1,3}(?:\.[0-9]{3})+(?![0-9]),[0-9]++(?!,[0-9])|[0-9]{1,3}(?:\.[0-9]{3}){2,}(?!\.?[0-9])"
_QUOTES = r"[0-9]{1,3}(?:['’][0-9]{3})+(?![0-9])(?:\.[0-9]++)?"
_POINT = r"(?<![0-9]\.)[0-9]++\.[0-9]++(?!\.[0-9])"
_EITHER = r"(?<![0-9][.,])[0-9]++[.,][0-9]++(?![.,][0-9])"
_SHORT_COMMA = r"(?<![0-9],)(?!(?:19|20)[0-9]{2},)[0-9]++,[0-9]{1,2}(?![0-9]|[.,][0-9])"
_POWER = re.compile(
    rf"[eE]([+-]?[0-9]{{1,2}})(?![\w^])|\^([+-]{{0,2}}[0-9]{{1,2}})(?!\w)|"
    rf"{SPACE}?[x×х*·]{SPACE}?10(?:\^([+-]?[0-9]{{1,2}})|([⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,2}}))(?!\w)"
)
_RATIO = re.compile(
    rf"(?<![0-9][/.,-])(?<!/)(?:([0-9]{{1,3}}){SPACE}{{1,3}})?([0-9]{{1,3}}) ?[/⁄] ?([0-9]{{1,4}})(?!\w|[/,.-][0-9])"
)
_BEFORE_RATIO = frozenset("/⁄0123456789")
_BEFORE_POWER = frozenset("eE^xх×*·\u00a0\u2007\u2009\u202f ")
_LETTERS = re.compile(r"[^\W\d_]{1,24}")
_MONEY = re.compile(r"(?:[$€£¥₽₴₸₾₹₩₺₿]|\b[A-Z]{3})[ \u00a0]?$")
_BEFORE_SIGN = frozenset(" \n\t\u00a0\u2009\u202f([{«“\"'$€£¥₽:;=>/,")


class Digits(NamedTuple):
    """A number in digits: its place, value, the step of its last digit, and what it is.

    kind : ``number``, ``ratio``, ``ordinal``, ``multiple``, or ``glued`` where letters next to it make another thing.
    scale : written to the digits (10k).
    """

    start: int
    end: int
    value: float
    step: float
    kind: str = "number"
    scale: float = 1.0
    whole: bool = False


@cache
def _pattern(decimal_comma: bool) -> re.Pattern[str]:
    """The forms of a number in digits, longest first: (1) its whole part and (2) sign ½, or (3) the number itself."""
    commas = _COMMAS.replace("{LEAST}", "{2,}" if decimal_comma else "+")
    decimals = [_EITHER] if decimal_comma else [_POINT, _SHORT_COMMA]
    numbers = "|".join([_SPACED, commas, _INDIAN, _POINTS, _QUOTES, *decimals, "[0-9]++"])
    return re.compile(rf"(?:([0-9]{{1,4}}){SPACE}?)?([{_VULGAR}])|({numbers})")


def _read(body: str) -> tuple[float, float]:
    """Value and step of digits whose last sign, if it appears once and is no grouping, is the decimal one."""
    body = re.sub(f"{SPACE}|['’]", "", body)
    points, commas = body.count("."), body.count(",")
    if points and commas:
        mark = "." if body.rfind(".") > body.rfind(",") else ","
    else:
        mark = "." if points == 1 else "," if commas == 1 else ""
    whole, _, part = body.partition(mark) if mark else (body, "", "")
    digits = re.sub("[.,]", "", whole)
    return float(f"{digits or '0'}.{part or '0'}"), 10.0 ** -len(part)


def _number(text: str, place: int, pattern: re.Pattern[str], decimal_comma: bool) -> Digits:
    match = pattern.match(text, place)
    assert match is not None  # the pattern ends in "any digits"
    whole, sign, body = match.groups()
    if sign:
        return Digits(place, match.end(), float(whole or 0) + VULGAR[sign], 0.5 if whole else 0.0, "ratio")
    end = match.end()
    if len(body) > LONGEST:
        return Digits(place, end, 0.0, 1.0, "glued")
    if text[end : end + 4].strip()[:1] in _BEFORE_RATIO and (ratio := _RATIO.match(text, place)) is not None:
        above, below = int(ratio[2]), int(ratio[3])
        if 0 < above < below:
            step = 1 / below if ratio[1] else 0.0
            return Digits(place, ratio.end(), float(ratio[1] or 0) + above / below, step, "ratio")
    if body.isdigit():
        return Digits(place, end, float(body), 1.0, whole=True)
    if not decimal_comma and "." not in body and re.fullmatch(r"[0-9]{1,3}(?:,[0-9]{3})+", body):
        value, step = float(body.replace(",", "")), 1.0
    else:
        value, step = _read(body)
    return Digits(place, end, value, step)


def _leading_point(text: str, found: Digits) -> Digits:
    """A number such as .08, whose point has no digit before it."""
    start, end = found.start, found.end
    if start > 1 and (text[start - 2].isalnum() or text[start - 2] == "."):
        return found
    if text[end : end + 1] == "." and text[end + 1 : end + 2].isdigit():
        return found
    return Digits(start - 1, end, float("0." + text[start:end]), 10.0 ** (start - end))


def _power(text: str, found: Digits) -> Digits:
    match = _POWER.match(text, found.end)
    if match is None:
        return found
    exponent, power, tens, raised = match.groups()
    try:
        if power is not None:
            sign = -1 if power.count("-") % 2 else 1
            value = found.value ** (sign * int(power.lstrip("+-")))
            step = 10.0**-14 * abs(value) or 1.0
        else:
            factor = 10.0 ** int(exponent or tens or raised.translate(RAISED))
            value, step = found.value * factor, found.step * factor
    except (OverflowError, ZeroDivisionError):
        return found
    return Digits(found.start, match.end(), value, step) if value < float("inf") else found


def _with_letters(text: str, low: str, found: Digits, words: Words) -> Digits:
    """What letters that touch the digits make of them: a scale, an ordinal, a multiple, or another thing."""
    start, end = found.start, found.end
    if start and (text[start - 1].isalpha() or text[start - 1] == "_"):
        return found._replace(kind="glued")
    following = text[end : end + 1]
    hyphen = following in ("-", "‑", "–")
    match = _LETTERS.match(low, end + 1 if hyphen else end)
    if match is None:
        return found._replace(kind="glued") if following == "_" else found
    letters, as_written = match[0], text[match.start() : match.end()]
    beyond = low[match.end() : match.end() + 1]
    ends = not (beyond.isalnum() or beyond == "_")
    kind = words.suffixes.get(letters) if ends else None
    if (kind == "cardinal" and hyphen) or (kind == "ordinal" and found.whole):
        value_of_tens = letters == "х" and found.value >= 10
        return found._replace(end=match.end(), kind="ordinal" if kind == "ordinal" or value_of_tens else "number")
    if kind in ("multiple", "times"):
        return found._replace(end=match.end(), kind="multiple")
    if hyphen:
        return found
    scale = words.glued.get(as_written)
    if scale is None and (word := words.words.get(letters)) is not None and word.kind in ("short", "scale"):
        scale = word.value
    if scale is None and _MONEY.search(text, max(0, start - 5), start):
        scale = words.money.get(as_written)
    if scale is None or not ends:
        return found._replace(kind="glued")
    return found._replace(end=match.end(), scale=scale)


def _signed(text: str, found: Digits) -> Digits:
    """The number with its minus: a dash that touches it, with a space, bracket or currency sign before."""
    start = found.start
    if start > 1 and text[start - 2] not in _BEFORE_SIGN:
        return found
    if text[start - 1] != "−" and text[max(0, start - 8) : start - 1].rstrip()[-1:].isdigit():  # 2019 -2022 is a span
        return found
    return found._replace(start=start - 1, value=-found.value)


def _capital(text: str, found: Digits, words: Words) -> Digits:
    match = words.capital.match(text, found.end) if words.capital is not None else None
    return found if match is None else found._replace(scale=words.capitals[match[1]], end=match.end())


def digits(text: str, low: str, words: Words) -> Iterator[Digits]:
    """Every number in digits, in the order of the text; those glued to letters too, marked as such.

    text : as given; low : in lower case, letter for letter.
    """
    pattern = _pattern(words.decimal_comma)
    place = 0
    while (begin := _BEGIN.search(text, place)) is not None:
        start = begin.start()
        if (start == 0 or text[start - 1] in " \n(") and (usual := _USUAL.match(text, start)) is not None:
            place = usual.end()
            yield Digits(start, place, float(usual[0]), 1.0, "number", 1.0, True)
            continue
        found = _number(text, start, pattern, words.decimal_comma)
        start, end, kind = found.start, found.end, found.kind
        before, after = text[start - 1 : start], text[end : end + 1]
        if kind == "number":
            if before == "." and found.whole:
                found = _leading_point(text, found)
            if after in _BEFORE_POWER:
                found = _power(text, found)
        if kind != "glued":
            after = text[found.end : found.end + 1]
            if before.isalpha() or before == "_" or after.isalpha() or (after and after in "_-‑–"):
                found = _with_letters(text, low, found, words)
            if before and before in "-−–":
                found = _signed(text, found)
            if found.kind == "number" and found.scale == 1.0 and after == " ":
                found = _capital(text, found, words)
        place = found.end
        yield found
