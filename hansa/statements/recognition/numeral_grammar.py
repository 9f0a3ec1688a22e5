"""How the words and digits of one number go together.

A number is read from the left. What has been read leaves *room*: after "twenty" for 1 to 9, after "hundred" for 1 to
99, after "million" for anything smaller; a word that does not fit begins the next number. Nothing is read twice save
the words of one group, so the time is linear in the text.
"""

from __future__ import annotations

from typing import NamedTuple

from hansa.statements.recognition.numeral_words import Words
from hansa.statements.recognition.simple_fraction import fraction_interval

INFINITE = float("inf")
LONGEST_GAP = 16


class Token(NamedTuple):
    """A word or a run of digits that may be part of a number; see `numeral_words.Word` for the kinds.

    Of digits the kind is ``number`` or ``ratio``; value and width are as written, whole where they are only digits.
    """

    start: int
    end: int
    kind: str
    value: float
    width: float = 1.0
    plural: bool = False
    single: bool = False
    whole: bool = False


class Split(NamedTuple):
    """Where the last "and" of an amount stood: the token after it; the amount before, and its scale."""

    after: int
    head: float
    scale: float


class Amount(NamedTuple):
    """What a run of tokens says so far.

    value, step : the number and the unit of its last digit; room : what is smaller than this may still be added;
    end : index of the first token that is no part of it. The value is total + group * scale, where total is what came
    before the last group, and ceiling what it had to stay below.
    """

    value: float
    step: float
    room: float
    end: int
    total: float = 0.0
    group: float = 0.0
    ceiling: float = INFINITE
    scale: float = 1.0
    split: Split | None = None


def fraction_width(value: float) -> float:
    """How wide the reading of a fraction said in words is: between the midpoints to its simple neighbours.

    >>> round(fraction_width(1 / 3), 4), round(fraction_width(0.5), 4)
    (0.075, 0.1)
    """
    part = abs(value)
    if ends := fraction_interval(part, within=1e-9):
        return ends[1] - ends[0]
    return 0.1 if part > 0.05 else part


class Grammar:
    """The tokens of a text and what stands between them."""

    def __init__(self, low: str, tokens: list[Token], words: Words) -> None:
        """Take a text in lower case, its tokens in order, and the words of its language."""
        self.low = low
        self.tokens = tokens
        self.words = words
        self._gaps: dict[str, str | None] = {"": "", " ": " "}

    def gap(self, index: int) -> str | None:
        """What stands between a token and the one before: ``""``, a space, ``-``, a kind of join, or None."""
        start, end = self.tokens[index - 1].end, self.tokens[index].start
        if end - start > LONGEST_GAP:
            return None
        between = self.low[start:end]
        if between in self._gaps:
            return self._gaps[between]
        key = " ".join(between.split())
        kind: str | None
        if between.count("\n") > 1:
            kind = None
        elif not key:
            kind = " "
        elif key in ("-", "‑", "‐"):
            kind = "-"
        else:
            kind = self.words.joins.get(key) if between[:1].isspace() and between[-1:].isspace() else None
        self._gaps[between] = kind
        return kind

    def kind_at(self, index: int) -> str:
        """The kind of a token, empty beyond the last one."""
        return self.tokens[index].kind if 0 <= index < len(self.tokens) else ""

    def group(self, begin: int, tight: bool) -> Amount | None:
        """A group below a scale word: "two hundred and five", "95 hundred", "12". tight : no "and" in it."""
        tokens, size = self.tokens, len(self.tokens)
        kind, group, step = tokens[begin].kind, tokens[begin].value, 1.0
        if kind == "small":
            room = room_after(group)
        elif kind == "hundred":
            room = 100.0
        elif kind in ("number", "fixed", "ratio"):
            room, step = 1.0, tokens[begin].width
        else:
            return None
        cut: Amount | None = None  # what is left if the words after "hundred" turn out to be of the next number
        split: Split | None = None
        index = begin + 1
        while index < size:
            kind_here, value = tokens[index].kind, tokens[index].value
            gap = self.gap(index)
            if gap not in ("", " ", "-", "and") or (gap == "and" and (tight or room < 100.0)):
                break
            if kind_here == "small" and 0 < value < room:
                if group >= 100 and room == 100.0:
                    cut = Amount(group, step, room, index, group=group)
                    split = Split(index, group, 1.0) if gap == "and" else None
                group, room = group + value, room_after(value)
            elif kind_here == "hundred" and gap != "and":
                if cut is not None:
                    return cut
                if group >= 100 and kind != "number":
                    break
                group, room, step = group * 100, 100.0, step * 100 if kind == "number" else 1.0
            elif kind_here == "number" and tokens[index].whole and room == 100.0 and 0 < value < 100 and gap != "-":
                if self.kind_at(index + 1) in ("hundred", "scale", "short"):
                    break
                split = Split(index, group, 1.0) if gap == "and" else None
                group, room, step = group + value, 1.0, 1.0
            elif kind_here == "dozen" and gap != "and":
                tail = group - cut.value if cut is not None else group
                group, room, step = group + tail * (value - 1), 1.0, value * step
            else:
                break
            index += 1
        return Amount(group, step, room, index, group=group, split=split)

    def _scales(self, begin: int, index: int) -> tuple[float, int]:
        """The scale words from a token on, such as "thousand million", multiplied, and where they end."""
        scale = last = 1.0
        while self.kind_at(index) in ("scale", "short"):
            value = self.tokens[index].value
            if index > begin and self.gap(index) not in ("", " ", "-"):
                break
            if value <= last:
                break
            scale, last, index = scale * value, value, index + 1
        return scale, index

    def amount(self, begin: int, tight: bool = False) -> Amount | None:
        """The longest cardinal number that begins at a token. tight : without "and"."""
        kind = self.tokens[begin].kind
        if kind == "zero":
            return Amount(0.0, 1.0, 0.0, begin + 1)
        total, ceiling, best, index, gap = 0.0, INFINITE, None, begin, " "
        while True:
            found = self.group(index, tight)
            if found is None and best is None and kind in ("scale", "dozen"):  # "a million", "десяток"
                value = self.tokens[begin].value if kind == "dozen" else 1.0
                found = Amount(value, value, 1.0, begin + (kind == "dozen"))
            if found is None:
                return best
            scale, end = self._scales(begin, found.end)
            if best is not None and not self._fits(index, found, scale, ceiling, gap):
                return best
            split = found.split._replace(head=total + found.split.head) if found.split and scale == 1.0 else None
            if best is not None and gap == "and":
                split = Split(index, best.value, best.scale)
            value = total + found.value * scale
            room = found.room if scale == 1.0 else self.tokens[end - 1].value
            best = Amount(value, found.step * scale, room, end, total, found.value, ceiling, scale, split)
            if scale == 1.0 or end == len(self.tokens) or (join := self.gap(end)) not in (" ", "-", "and"):
                return best
            if join == "and" and tight:
                return best
            total, ceiling, index, gap = value, self.tokens[end - 1].value, end, join

    def _fits(self, index: int, found: Amount, scale: float, ceiling: float, gap: str) -> bool:
        """Whether a further group may join: smaller than the last scale; loose digits only after thousands in words."""
        if found.value * scale >= ceiling or scale >= ceiling or found.value <= 0:
            return False
        first = self.tokens[index]
        if first.kind == "number" and scale == 1.0 and found.end == index + 1:
            return first.whole and ceiling == 1000 and gap == " " and self.kind_at(index - 1) == "scale"
        return first.kind in ("small", "hundred") or (first.kind == "number" and first.whole)


def room_after(value: float) -> float:
    """What may still be added to a word: 1 to 9 after "twenty", 1 to 99 after "двести"."""
    return 1.0 if value < 20 else 10.0 if value < 100 else 100.0
