"""Numbers read from their tokens: cardinals, fractions, decimals in words, ordinals and multiples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from hansa.statements.recognition.numeral_grammar import (
    INFINITE,
    LONGEST_GAP,
    Amount,
    Grammar,
    Token,
    fraction_width,
    room_after,
)
from hansa.statements.recognition.numeral_words import Words

_LAST_WORD = re.compile(r"[^\W_]+$")
_AFTER = re.compile(r"[^\S\n]{0,4}\n?[^\S\n]{0,4}([\w$€£%]+)")
_IN_RANGE = re.compile(r"\b(?:в|во)[ \u00a0][0-9.,]{1,8} ?[-–—] ?$")
REACH = 24  # letters that are looked at beside a number
DASHES = "-−–"  # a number in digits begins with one only where it is negative
DIGITS = ("number", "ratio")
MULTIPLIERS = ("scale", "short", "dozen", "hundred")


class Reading(NamedTuple):
    """A number that was read, in the order of the fields of `Numeral`."""

    start: int
    end: int
    value: float
    last_digit: float
    kind: str = "cardinal"
    written: str = "words"
    scale: float = 1.0


class Part(NamedTuple):
    """A fraction: its value, how wide it is read, and the index of the first token that is no part of it."""

    value: float
    width: float
    end: int


class Reader:
    """Reads the numbers of one text, token by token."""

    def __init__(self, low: str, tokens: list[Token], words: Words) -> None:
        """Take a text in lower case, its tokens in order, and the words of its language."""
        grammar = Grammar(low, tokens, words)
        self.low, self.tokens, self.words = low, tokens, words
        self.gap, self.kind_at, self.amount, self.group = grammar.gap, grammar.kind_at, grammar.amount, grammar.group
        self.around = words.around
        self._minus = any(word in low for word in self.around["minus"])
        self._between = any(word in low for word in self.around["between"])
        self._times = any(word in low for word in self.around["times"])
        fillers = "|".join(form.replace(" ", r"\s") for form, kind in words.joins.items() if kind == " ")
        self._filler = re.compile(rf"\s(?:{fillers})(?=\s)" if fillers else r"(?!)")
        self._places = any(token.kind == "ordinal" for token in tokens)

    def readings(self) -> Iterator[Reading]:
        """Every number in turn."""
        index, size = 0, len(self.tokens)
        while index < size:
            kind = self.tokens[index].kind
            found: tuple[Reading | None, int]
            if kind == "multiple":
                found = self._multiple(index), index + 1
            elif kind == "part":
                found = self._part(index)
            elif kind == "ordinal":
                found = self._ordinal(index)
            elif kind == "short":
                found = None, index + 1
            elif self._alone(index):
                found = self._single(index), index + 1
            else:
                found = self._amount(index)
            reading, index = found
            if reading is not None and abs(reading.value) < INFINITE:
                yield reading

    def _alone(self, index: int) -> bool:
        """Whether a word or digits are a number by themselves, as most are: what follows cannot be a part of it."""
        token = self.tokens[index]
        if token.kind != "number" and token.kind != "small":
            return False
        if index + 1 == len(self.tokens):
            return True
        following = self.tokens[index + 1]
        if following.start - token.end > LONGEST_GAP:
            return True
        gap = self.gap(index + 1)
        if gap is None:
            return True
        if gap != " " or self._places:
            return False
        return following.kind == "number" or (
            following.kind == "small" and (token.kind == "number" or following.value >= room_after(token.value))
        )

    def _single(self, index: int) -> Reading | None:
        token = self.tokens[index]
        if token.kind == "small" and not self._is_number(token):
            return None
        if self._minus or self._times or self.low[token.start] in DASHES:
            return self._timed(index, index + 1, token.value, token.width, token.start, 1.0)
        return Reading(
            token.start, token.end, token.value, token.width, "cardinal", "words" if token.kind == "small" else "digits"
        )

    # What stands beside a number.

    def before(self, place: int) -> str:
        """The word right before a place, empty where there is none."""
        near = self.low[max(0, place - REACH) : place]
        words = near.rsplit(None, 1)
        if not words or not near[-1].isspace():
            return ""
        word = words[-1].rstrip()
        if word.isalpha():
            return word
        match = _LAST_WORD.search(word)
        return match[0] if match else ""

    def after(self, place: int) -> str:
        """The word right after a place, empty where a sign or the end comes first."""
        match = _AFTER.match(self.low, place, place + REACH)
        return match[1] if match else ""

    def _article(self, place: int) -> int:
        """Where the article right before a place begins, or the place itself."""
        word = self.before(place)
        return self.low.rindex(word, 0, place) if word and word in self.around["article"] else place

    def _closes(self, place: int) -> bool:
        """Whether "a third" may end here: nothing that it could be the third of follows."""
        if self.low[place : place + 1] == "-":
            return False
        word = self.after(place)
        return not word or not word[0].isalpha() or word in self.around["fraction_after"]

    def _written(self, begin: int, end: int) -> str:
        kinds = [self.tokens[index].kind in DIGITS for index in range(begin, end)]
        return "digits" if all(kinds) else "mixed" if any(kinds) else "words"

    def _reading(
        self, begin: int, end: int, value: float, width: float, kind: str = "cardinal", start: int | None = None,
        scale: float = 1.0,
    ) -> Reading:  # fmt: skip
        """A reading from one token up to another, with the minus in words before it."""
        start = self.tokens[begin].start if start is None else start
        if self.low[start] in DASHES:
            value = -value
        elif self._minus and value > 0 and (word := self.before(start)) in self.around["minus"]:
            start, value = self.low.rindex(word, 0, start), -value
        return Reading(start, self.tokens[end - 1].end, value, width, kind, self._written(begin, end), scale)

    # Cardinals, and what may follow them.

    def _amount(self, begin: int) -> tuple[Reading | None, int]:
        tight = self._between and self.before(self.tokens[begin].start) in self.around["between"]
        amount = self.amount(begin, tight)
        if amount is None:
            return None, begin + 1
        start = self._begins(begin, amount)
        if start is None:
            return None, begin + 1
        end = amount.end
        if end < len(self.tokens) and (gap := self.gap(end)) is not None:
            part = self._joined(begin, amount, gap)
            if part is not None:
                part, scale = self._scaled(part)
                kind = "cardinal" if scale > 1 or part.value >= 1 or gap in ("point", "whole") else "fraction"
                return self._timed(begin, part.end, part.value, part.width, start, scale, kind), part.end
            if (place := self._place(amount)) is not None:
                article = self._article(start)
                if article < start and self._closes(self.tokens[end].end):  # a twenty-first
                    return self._reading(begin, end + 1, 1 / place, 1 / place, "fraction", article), end + 1
                return self._reading(begin, end + 1, place, 1.0, "ordinal", start), end + 1
        if end == begin + 1 and not self._is_number(self.tokens[begin]):
            return None, end
        kind = "fraction" if self.tokens[begin].kind == "ratio" and abs(amount.value) < 1 else "cardinal"
        return self._timed(begin, end, amount.value, amount.step, start, amount.scale, kind), end

    def _begins(self, begin: int, amount: Amount) -> int | None:
        """Where the number begins, with its article; None for "thousands of" and the like, which say no number."""
        token = self.tokens[begin]
        if token.kind not in MULTIPLIERS:
            return token.start
        start = self._article(token.start)
        if start < token.start:
            return start
        word = self.before(token.start)
        if word in self.around["vague_before"]:
            return None
        if self.low[token.start : token.end] in self.around["bare"]:
            return start
        return start if token.kind == "hundred" and amount.scale > 1 else None

    def _is_number(self, token: Token) -> bool:
        """Whether a single word is a number here: not the pronoun "one", nor "семью" of a family."""
        if token.kind in DIGITS:
            return True
        word = self.low[token.start : token.end]
        if word in self.around["one_words"]:
            before = self.before(token.start)
            if before in self.around["one_before"] or self.after(token.end) in self.around["one_after"]:
                return False
            return before not in self.words.words or self.words.words[before].kind != "ordinal"
        if word in self.around["instrumental_words"]:
            return self.after(token.end).endswith(tuple(self.around["instrumental_after"]))
        return True

    def _timed(
        self, begin: int, end: int, value: float, width: float, start: int, scale: float, kind: str = "cardinal"
    ) -> Reading:
        """The reading, as a multiple where it is so many times as much."""
        reading = self._reading(begin, end, value, width, kind, start, scale)
        place = reading.end
        if filler := self._filler.match(self.low, place):
            place = filler.end()
        word = self.after(place)
        if word not in self.around["times"]:
            return reading
        close = self.low.index(word, place) + len(word)
        before = self.before(start)
        if self.around["times_before"]:
            if before in self.around["times_before"]:
                start = self.low.rindex(before, 0, start)
            elif not _IN_RANGE.search(self.low[max(0, start - REACH) : start]):
                return reading
        elif not (
            self.after(close) in self.around["times_after"]
            or value != int(value)
            or self.around["grown"].intersection(re.findall(r"\w+", self.low[max(0, start - REACH) : start]))
        ):
            return reading
        return reading._replace(start=start, end=close, kind="multiple")

    # Fractions.

    def _joined(self, begin: int, amount: Amount, gap: str) -> Part | None:
        """The amount with what follows it as a fraction or with decimals, if it is one."""
        end = amount.end
        if gap == "point":
            return self._decimals(amount)
        if gap == "over" or gap == "out_of":
            return self._ratio(begin, amount, gap)
        if gap in (" ", "-") and (part := self._over(begin, amount)) is not None:
            return part
        if gap not in ("and", "fraction", "whole"):
            return None
        part = self._fraction(end, gap)
        if part is None or part.value >= 1:
            return None
        return self._sum(amount.value, amount.scale, part)

    def _sum(self, head: float, scale: float, part: Part) -> Part:
        """A whole number and a fraction: of the scale where the number has one ("3 million and a half")."""
        if scale >= 1000 and self.kind_at(part.end) not in MULTIPLIERS:
            return Part(head + part.value * scale, part.width * scale, part.end)
        if scale > 1:  # a fraction of another scale: "one billion and a half million"
            part = self._scaled(part)[0]
        return Part(head + part.value, part.width, part.end)

    def _scaled(self, part: Part) -> tuple[Part, float]:
        """A fraction times the scale words after it: "half a million", "two thirds of a million", "half a dozen"."""
        index, scale = part.end, 1.0
        while (kind := self.kind_at(index)) in MULTIPLIERS and self.gap(index) in (" ", "-", "", "part"):
            if kind == "hundred" and self.gap(index) != "part":
                break
            scale, index = scale * self.tokens[index].value, index + 1
        return Part(part.value * scale, part.width * scale, index), scale

    def _decimals(self, amount: Amount) -> Part | None:
        """Digits said after "point": one by one, or as a number below a hundred."""
        index, said = amount.end, ""
        while (kind := self.kind_at(index)) in ("zero", "small") and (not said or self.gap(index) == " "):
            value = self.tokens[index].value
            if value >= 10:
                break
            said, index = said + str(int(value)), index + 1
        if not said and kind == "small" and (group := self.group(index, tight=True)) is not None:
            said, index = str(int(group.value)), group.end
        if not said or len(said) > 15 or amount.scale > 1:
            return None
        return Part(amount.value + int(said) / 10 ** len(said), 10.0 ** -len(said), index)

    def _ratio(self, begin: int, amount: Amount, gap: str) -> Part | None:
        """One over three, one out of three; "$2000 over 3 years" is none."""
        below = self.amount(amount.end)
        if below is None or below.value == 0 or amount.value == 0 or (gap == "out_of" and amount.value != 1):
            return None
        if gap == "over":
            start = self.tokens[begin].start
            money = self.low[max(0, start - 2) : start].rstrip()[-1:] in tuple("$€£¥₽")
            if money or below.value >= 1000 or self.after(self.tokens[below.end - 1].end):
                return None
        value = amount.value / below.value
        return Part(value, fraction_width(value), below.end)

    def _over(self, begin: int, amount: Amount) -> Part | None:
        """The amount as the upper half of a fraction whose lower half follows: "two thirds", "три четверти"."""
        end, above = amount.end, amount.value
        token = self.tokens[end]
        if token.kind == "part":
            return self._parts(begin, amount, token)
        if not self._places:
            return None
        below, close = self._below(amount)
        if below == 0 or above == 0:
            return None
        last = self.tokens[close - 1]
        if last.plural:
            if not self.words.multiplies and not 1 < above < below:
                return None
            if close == end + 1 and (found := self._split(begin, amount, below)) is not None:
                return found
            return Part(above / below, fraction_width(above / below), close)
        if above == 1 and last.single and below >= 3:
            return Part(1 / below, fraction_width(1 / below), close)
        return None

    def _below(self, amount: Amount) -> tuple[float, int]:
        """The lower half that follows an amount, an ordinal of one or more words; 0 where there is none."""
        end = amount.end
        token = self.tokens[end]
        if token.kind == "ordinal":
            if self._place(amount) is not None and not (token.plural and self.words.multiplies):
                return 0.0, end
            return token.value, end + 1
        if token.kind not in ("small", "hundred"):
            return 0.0, end
        below = self.amount(end)
        if below is None or self.kind_at(below.end) != "ordinal":
            return 0.0, end
        return self._place(below) or 0.0, below.end + 1

    def _split(self, begin: int, amount: Amount, below: float) -> Part | None:
        """Words that belong to the lower half, or a fraction of its own after "and".

        "One hundred thirty fifths" is 100/35; "one hundred and three quarters" is 100.75.
        """
        end, split = amount.end, amount.split
        tens = self.tokens[end - 1].value
        of_below = below < 10 and amount.room == 10.0 and amount.scale == 1 and amount.value > tens
        if of_below and (split is None or split.after != end - 1):
            value = (amount.value - tens) / (tens + below)
            return Part(value, fraction_width(value), end + 1)
        if split is not None and amount.value - split.head < below:
            value = (amount.value - split.head) / below
            return self._sum(split.head, split.scale, Part(value, 1 / below, end + 1))
        return None

    def _parts(self, begin: int, amount: Amount, token: Token) -> Part | None:
        """Halves and quarters: "three quarters" of something, not of a year."""
        above, below, close = amount.value, token.value, amount.end + 1
        start, end = self.tokens[begin].start, token.end
        if self._of_a_year(start, end, below):
            return None
        split = amount.split
        if split is not None and amount.value - split.head < below:
            return self._sum(split.head, split.scale, Part((above - split.head) / below, 1 / below, close))
        if above == 0 or above >= 2 * below or above != int(above):
            return None
        return Part(above / below, fraction_width(above / below), close)

    def _of_a_year(self, start: int, end: int, below: float) -> bool:
        """Whether a quarter or a half is a part of the year here."""
        after, before = self.after(end), self.before(start)
        following = _AFTER.match(self.low, self.low.index("of", end) + 2) if after == "of" else None
        if following is not None and (following[1][:2] in ("19", "20") or following[1] in self.around["year_after"]):
            return True
        if after == "of":
            return False
        return below == 4 and before in self.around["quarter_before"]

    def _fraction(self, index: int, gap: str) -> Part | None:
        """A fraction after a whole number: "and a half", "and two thirds", "с половиной"."""
        token = self.tokens[index]
        if token.kind == "part":
            return Part(1 / token.value, 1 / token.value, index + 1)
        if token.kind == "ordinal":
            if gap != "fraction" or not token.single or token.value < 3 or not self._closes(token.end):
                return None
            return Part(1 / token.value, 1 / token.value, index + 1)
        amount = self.amount(index, tight=True)
        if amount is None or amount.end >= len(self.tokens) or self.gap(amount.end) not in (" ", "-"):
            return None
        part = self._over(index, amount)
        if part is None:
            return None
        below = amount.value / part.value
        return Part(part.value, 1 / below, part.end)

    def _part(self, index: int) -> tuple[Reading | None, int]:
        """A half, a quarter, треть without a number before it."""
        token = self.tokens[index]
        start = self._article(token.start)
        part, scale = self._scaled(Part(1 / token.value, fraction_width(1 / token.value), index + 1))
        before = self.before(token.start)
        if scale == 1.0:
            if self.low[token.end : token.end + 1] in ("-", "‑") or before in self.around["period_before"]:
                return None, index + 1
            if index and self.kind_at(index - 1) == "ordinal" and self.gap(index) in (" ", "-"):
                return None, index + 1
            lone = self.around["article"] and token.value != 2
            if lone and (start == token.start or not self._closes(token.end)):
                return None, index + 1
            if self._of_a_year(token.start, token.end, token.value):
                return None, index + 1
        kind = "cardinal" if scale > 1 else "fraction"
        return self._timed(index, part.end, part.value, part.width, start, scale, kind), part.end

    # Ordinals and multiples.

    def _place(self, amount: Amount) -> float | None:
        """The place that an amount and the ordinal after it say together ("twenty-first"), if they do."""
        end = amount.end
        if self.kind_at(end) != "ordinal":
            return None
        value, gap = self.tokens[end].value, self.gap(end)
        if gap not in (" ", "-") and not (gap == "and" and amount.room >= 100):
            return None
        if value < amount.room and self.tokens[end - 1].kind not in DIGITS:
            return amount.value + value
        if not self.words.multiplies or amount.scale > 1 or gap == "and" or amount.group <= 0:
            return None
        if (value == 100 and amount.group < 100) or 1000 <= value < amount.ceiling:
            return amount.total + amount.group * value
        return None

    def _ordinal(self, index: int) -> tuple[Reading | None, int]:
        """An ordinal of one word, or with an article the lower half of a fraction: "a third"."""
        token = self.tokens[index]
        word = self.low[token.start : token.end]
        if token.plural and self.words.multiplies:
            return None, index + 1
        start = self._article(token.start)
        if start < token.start and token.value >= 3 and self._closes(token.end):
            part, scale = self._scaled(Part(1 / token.value, fraction_width(1 / token.value), index + 1))
            return self._timed(index, part.end, part.value, part.width, start, scale, "fraction"), part.end
        after = self.after(token.end)
        if token.single and token.value >= 3 and after in self.around["share"]:  # пятая часть
            width = fraction_width(1 / token.value)
            found = self._reading(index, index + 1, 1 / token.value, width, "fraction", token.start)
            return found._replace(end=self.low.index(after, token.end) + len(after)), index + 1
        if word in self.around["second_words"] and (
            start < token.start
            or self.before(start) in self.around["second_before"]
            or (index and self.gap(index) in (" ", "-") and self.kind_at(index - 1) in ("small", "number"))
        ):
            return None, index + 1
        return self._reading(index, index + 1, token.value, 1.0, "ordinal", token.start), index + 1

    def _multiple(self, index: int) -> Reading | None:
        """Twice, doubled, вдвое; "double-digit" is none."""
        token = self.tokens[index]
        if self.low[token.end : token.end + 1] == "-":
            return None
        return Reading(token.start, token.end, token.value, 1.0 if token.value >= 2 else 0.5, "multiple")
