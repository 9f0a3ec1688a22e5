"""Other numbers, ranks, scales and days in a text and in what is expected of it: no text is known by heart."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hansa.statements.document import Document, Turn

NUMBER = re.compile(r"(?<![\d.,:/\w-])(\d+)([.,]\d+)?(-(\d+))?(?![\d:/]|[.,]\d|th|st| месяц)")
YEAR = re.compile(r"(?<![\d.])20\d\d(?!\d|[.,]\d)")
SMALLER = {
    "trillion": "billion",
    "billion": "million",
    "bln": "mln",
    "mln": "thousand",
    "млрд": "млн",
    "миллиардов": "миллионов",
}
CARDINALS = {"three": 3, "five": 5, "seven": 7, "nine": 9}
ORDINALS = {"first": 1, "second": 2, "fourth": 4, "sixth": 6, "ninth": 9, "eleventh": 11}
MONTHS = {
    "January-April": ("04", "January-March", "03"),
    "four months": ("04", "three months", "03"),
    "10 месяцев": ("10", "8 месяцев", "08"),
    "ten months": ("10", "seven months", "07"),
    "январе": ("01", "феврале", "02"),
}
SCALES = (1.0, 1e3, 1e6, 1e9, 1e12)
Wanted = list[dict[str, Any]]


def swapped(document: Document, expected: Sequence[Mapping[str, Any]], draw: random.Random) -> tuple[Document, Wanted]:
    """A document with other figures and days, and what is then expected."""
    text, wanted = document.text, [dict(claim) for claim in expected]
    for claim in wanted:
        claim.pop("low", None), claim.pop("high", None)
    text = _months(text, wanted)
    text = _numbers(text, wanted, draw)
    text = _ordinals(text, wanted, draw)
    text = _cardinals(text, wanted, draw)
    if "на треть" in text:
        text = text.replace("на треть", "на четверть")
        _change(wanted, {100 / 3: 25.0})
    if draw.random() < 0.5:
        text = _smaller(text, wanted)
    return _later(document, text, wanted, draw.randint(-9, 3)), wanted


def _months(text: str, wanted: Wanted) -> str:
    for words, (month, other, other_month) in MONTHS.items():
        if words in text:
            text = text.replace(words, other)
            for claim in wanted:
                for name in ("period", "base"):
                    if name in claim:
                        claim[name] = re.sub(rf"-{month}$", f"-{other_month}", claim[name])
    return text


def _numbers(text: str, wanted: Wanted, draw: random.Random) -> str:
    """Every number in digits by another with as many decimals."""
    changes: dict[float, float] = {}
    used: set[float] = set()

    def other(match: re.Match[str]) -> str:
        if YEAR.fullmatch(match[0]):
            return match[0]
        decimals = len(match[2] or ".") - 1
        new = old = float((match[1] + (match[2] or "")).replace(",", "."))
        while new == old or new in used:
            new = round(draw.uniform(5, 99), decimals)
        used.add(new)
        comma = "," if "," in (match[2] or "") else "."
        if match[4]:
            changes[(old + float(match[4])) / 2] = new + 1
            return f"{new:.0f}-{new + 2:.0f}"
        changes[old] = new
        return f"{new:.{decimals}f}".replace(".", comma)

    text = NUMBER.sub(other, text)
    _change(wanted, changes)
    return text


def _change(wanted: Wanted, changes: Mapping[float, float]) -> None:
    for claim in wanted:
        size, sign = abs(claim["value"]), -1 if claim["value"] < 0 else 1
        for old, new in changes.items():
            for scale in SCALES:
                if claim["unit"] != "rank" and abs(old * scale - size) < 1e-9 * max(size, 1):
                    claim["value"] = sign * new * scale
                    size = -1.0


def _ordinals(text: str, wanted: Wanted, draw: random.Random) -> str:
    ranks = {claim["value"] for claim in wanted if claim["unit"] == "rank"}
    words = {value: word for word, value in ORDINALS.items()}
    for rank in ranks:
        new = draw.choice([value for value in words if value not in ranks])
        pattern = rf"\b{words[rank]}(?= (?:partner|one|in the world))"
        text, hits = re.subn(pattern, words[new].upper() + "<", text)
        for claim in wanted:
            if hits and claim["unit"] == "rank" and claim["value"] == rank:
                claim["value"] = -new  # not to be taken for another rank in this loop
    for claim in wanted:
        claim["value"] = -claim["value"] if claim["unit"] == "rank" and claim["value"] < 0 else claim["value"]
    return re.sub(r"[A-Z]+<", lambda match: match[0][:-1].lower(), text)


def _cardinals(text: str, wanted: Wanted, draw: random.Random) -> str:
    match = re.search(r"\b(three|five|seven)(?= (?:trillion|billion))", text)
    if match is None:
        return text
    word = draw.choice([word for word in CARDINALS if word != match[0]])
    _change(wanted, {float(CARDINALS[match[0]]): float(CARDINALS[word])})
    return text[: match.start()] + word + text[match.end() :]


def _smaller(text: str, wanted: Wanted) -> str:
    """Every scale a thousand times smaller."""
    pattern = re.compile(r"\b(" + "|".join(SMALLER) + r")\b")
    if pattern.search(text):
        text = pattern.sub(lambda match: SMALLER[match[0]], text)
        for claim in wanted:
            if len(claim["unit"]) == 3 and claim["unit"].isupper():
                claim["value"] /= 1e3
    return text


def _later(document: Document, text: str, wanted: Wanted, years: int) -> Document:
    """The text said some years later, with all years of text and expectation."""

    def later(said: str) -> str:
        return YEAR.sub(lambda match: str(int(match[0]) + years), said)

    for claim in wanted:
        for name in ("period", "base"):
            if name in claim:
                claim[name] = re.sub(r"20\d\d", lambda match: str(int(match[0]) + years), claim[name])
    new = later(text)
    turns = document.turns
    if len(turns) == 1:
        turns = (replace(turns[0], start=0, end=len(new)),)
    else:
        turns = tuple(
            Turn(
                _moved(document.text, new, turn.start),
                _moved(document.text, new, turn.end, last=True),
                turn.speaker,
                turn.role,
            )
            for turn in turns
        )
    days = {
        name: None if (day := getattr(document, name)) is None else f"{int(day[:4]) + years}{day[4:]}"
        for name in ("spoken", "published")
    }
    return replace(document, text=new, turns=turns, **days)


def _moved(old: str, new: str, place: int, last: bool = False) -> int:
    """Where the same line begins, or ends, in the new text."""
    line = old.count("\n", 0, place)
    start = 0
    for _ in range(line):
        start = new.index("\n", start) + 1
    return new.find("\n", start) % (len(new) + 1) if last else start
