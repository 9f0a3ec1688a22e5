"""English messages of the library, recognised by the templates that made them, and said in another language.

A refusal or a note is written where it arises, in English, with values in it. The catalogue of a language holds the
template with {a}, {b} ... in the places of values (contexts ``refusal`` and ``note``), and this finds which of them a
message is of. A capital letter ({A}) is a place of words, which are recognised in their turn: a kind of record, a hint,
another message. There is no regular expression of places: the texts between them are looked for from left to right,
which takes time in proportion to the message, whatever somebody wrote into it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from hansa.wording.sentence import mark

LONGEST = 2_000  # characters of a line that is looked at
MOST_LINES = 200
DEEPEST = 6  # messages within messages
TELLING = 18  # characters of its own, below which a template takes no sentence for a value
MOST_CUTS = 8  # places at which a line is tried to be parted
MOST_OF_PLACE = 300  # characters that say where it was
_JOINED = "\N{NO-BREAK SPACE}"
_PLACE = re.compile(r"\{([A-Za-z])\}")
_IN_QUOTES = re.compile(r"([«“„]?)\{([A-Za-z])\}([»”]?)")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_QUOTED = re.compile(r"'([^'\\]*)'")
_QUOTES = re.compile(r"'[^'\\]*'(?: \([^()]*\))?(?:(?:, | and | or | > )'[^'\\]*'(?: \([^()]*\))?)*(?:, \.\.\.)?")
_MORE = re.compile(r" and [\d,]+ more$")
_SPOT = re.compile(r"(?:line|row) [\d,]+|(?:column|sheet) .+", re.DOTALL)
QUOTED = mark("'{text}'")  # as another language puts quotes around a text
LISTS = (mark(" or "), mark(" and "))


@dataclass(frozen=True)
class Template:
    """A template: the texts between its places, the letters of its places, and the same in another language.

    >>> Template.of("{a} is no known {B}.", "Не найдено: {a} ({B}).").values("'BLX' is no known region.")
    {'a': "'BLX'", 'B': 'region'}
    """

    between: tuple[str, ...]
    places: tuple[str, ...]
    said: str

    @classmethod
    def of(cls, template: str, said: str) -> Template:
        """A template as the catalogue writes it."""
        parts = _PLACE.split(template)
        return cls(tuple(parts[::2]), tuple(parts[1::2]), said)

    @property
    def weight(self) -> tuple[bool, int]:
        """How much of it is its own: of several that fit, the one that says more of it, and from its start, is it."""
        return len(self.between[0]) > 2, len(self)

    def values(self, message: str) -> dict[str, str] | None:
        """What stands in its places; None where the message is not of this template."""
        first, last = self.between[0], self.between[-1]
        if not message.startswith(first) or not message.endswith(last) or len(message) < len(self):
            return None
        end, found, start = len(message) - len(last), {}, len(first)
        for place, following in zip(self.places[:-1], self.between[1:-1], strict=True):
            at = message.find(following, start, end)
            if at < 0:
                return None
            found[place], start = message[start:at], at + len(following)
        if start > end:
            return None
        found[self.places[-1]] = message[start:end]
        told = len(self) >= TELLING or all(_is_value(text) for place, text in found.items() if place.islower())
        return found if told else None

    def __len__(self) -> int:
        return sum(map(len, self.between))

    def filled(self, values: Mapping[str, str]) -> str:
        """The template in the other language, with values in its places."""

        def put(hit: re.Match[str]) -> str:
            value = values.get(hit[2], "")
            twice = hit[1] and hit[3] and value.startswith(hit[1]) and value.endswith(hit[3]) and len(value) > 1
            return value if twice else f"{hit[1]}{value}{hit[3]}"  # a text that brings its quotes needs no others

        return _IN_QUOTES.sub(put, self.said)


@dataclass(frozen=True)
class Messages:
    """All messages that a catalogue knows.

    exact : those without places. heads, tails, others : templates by their first three letters, else by their last
    three, else all, those with most text of their own first. word : a word of the catalogue in its language; itself
    where it holds none.
    """

    exact: Mapping[str, str]
    word: Callable[[str], str]
    heads: Mapping[str, tuple[Template, ...]] = field(repr=False)
    tails: Mapping[str, tuple[Template, ...]] = field(repr=False)
    others: tuple[Template, ...] = field(repr=False)

    @classmethod
    def of(cls, entries: Iterable[tuple[str, str]], word: Callable[[str], str]) -> Messages:
        """The messages of a catalogue, each with the same in its language."""
        exact, templates = {}, list[Template]()
        for message, said in entries:
            if _PLACE.search(message):
                templates.append(Template.of(message, said))
            else:
                exact[message] = said
        heads: dict[str, list[Template]] = {}
        tails: dict[str, list[Template]] = {}
        others: list[Template] = []
        for one in sorted(templates, key=lambda one: one.weight, reverse=True):
            head, tail = one.between[0][:3], one.between[-1][-3:]
            kept = heads.setdefault(head, []) if len(head) == 3 else tails.setdefault(tail, [])
            (kept if len(head) == 3 or len(tail) == 3 else others).append(one)
        return cls(exact, word, _frozen(heads), _frozen(tails), tuple(others))

    def said(self, message: str) -> tuple[str, bool]:
        """A message of one or more lines in the other language, and whether all of it is known.

        >>> known = Messages.of([("{a} is no number.", "{a} — не число."), ("line {a}", "строка {a}")], str)
        >>> known.said("my.csv, line 7: '12,5 t' is no number.")
        ("my.csv, строка 7: '12,5 t' — не число.", True)
        """
        lines = message.split("\n")
        found = [self._line(line) if len(line) <= LONGEST else None for line in lines[:MOST_LINES]]
        told = [line if said is None else said for line, said in zip(lines, found, strict=False)]
        return "\n".join([*told, *lines[MOST_LINES:]]), None not in found and len(lines) <= MOST_LINES

    def _line(self, line: str, depth: int = 0) -> str | None:
        bare = line.lstrip()
        if depth > DEEPEST or not bare:
            return None
        nested = depth > DEEPEST // 2
        said = None if nested else self._placed(bare, depth, _is_spot)
        said = (
            said or self._whole(bare, depth, headed=True) or (None if nested else self._placed(bare, depth, _is_place))
        )
        said = said or self._whole(bare, depth) or self._parted(bare, depth)
        if said is None and _is_spot(bare):
            said = self._spots(bare, depth)
        return said and line[: len(line) - len(bare)] + said

    def _whole(self, message: str, depth: int, *, headed: bool = False) -> str | None:
        """The message of one template, or of one that begins with no place."""
        if message in self.exact:
            return self.exact[message]
        near = (self.heads.get(message[:3], ()), *(() if headed else (self.tails.get(message[-3:], ()), self.others)))
        hits = [hit for some in near if (hit := _first(some, message))]
        if not hits:
            return None
        best, values = max(hits, key=lambda hit: hit[0].weight)
        filled = {place: self._place(place, value, depth + 1) for place, value in values.items()}
        return best.filled(filled)

    def _place(self, place: str, value: str, depth: int) -> str:
        if place.islower() and not _MORE.search(value):
            return self._shown(value)
        return self._words(value, depth)

    def _words(self, text: str, depth: int) -> str:
        """Words within a message: a message themselves, a word of the catalogue, or a list of such."""
        if not text.strip() or depth > DEEPEST:
            return text
        if (said := self._line(text, depth)) is not None:
            return said
        quoted = _QUOTED.fullmatch(text)
        word = quoted[1] if quoted else text
        if (said := self.exact.get(word) or self.word(word)) != word:
            return self.word(QUOTED).replace("{text}", said) if quoted else said
        for sign in (", ", *LISTS):
            parts = text.split(sign)
            if 1 < len(parts) <= 2 * MOST_CUTS:
                return self.word(sign).join(self._words(part, depth + 1) for part in parts)
        return self._shown(text)

    def _placed(self, message: str, depth: int, fits: Callable[[str], bool]) -> str | None:
        """A message behind what it is about: a file with a line, a field, a name."""
        for at in _cuts(message, ": ", MOST_CUTS // 2):
            head, rest = message[:at], message[at + 2 :]
            if fits(head) and (said := self._line(rest, depth + 2)) is not None:
                return f"{self._spots(head, depth)}: {said}"
        return None

    def _spots(self, place: str, depth: int) -> str:
        return ", ".join(self._whole(part, depth) or part for part in place.split(", "))

    def _shown(self, value: str) -> str:
        """A value as the other language shows it: quotes of its own around texts, a blank between thousands."""
        if value[:1] == "'" and _QUOTES.fullmatch(value):
            return _QUOTED.sub(lambda hit: self.word(QUOTED).replace("{text}", hit[1]), value)
        if value[:1] in ("'", '"'):
            return value
        if " or " in value and all(" " not in part for part in value.split(" or ")):
            value = value.replace(" or ", self.word(" or "))
        return _THOUSANDS.sub(_JOINED, value)

    def _parted(self, message: str, depth: int) -> str | None:
        """A message made of several, one behind the other."""
        for sign, kept in ((". ", "."), ("; ", "")):
            for at in _cuts(message, sign, MOST_CUTS):
                first = self._whole(message[:at] + kept, depth)
                rest = self._line(message[at + 2 :], depth + 1) if first is not None else None
                if first is not None and rest is not None:
                    return f"{first} {rest}" if kept else f"{first}; {rest}"
        return None


def _frozen(kept: Mapping[str, list[Template]]) -> dict[str, tuple[Template, ...]]:
    return {key: tuple(some) for key, some in kept.items()}


def _first(some: Iterable[Template], message: str) -> tuple[Template, dict[str, str]] | None:
    found = ((one, values) for one in some if (values := one.values(message)) is not None)
    return next(found, None)


def _cuts(message: str, sign: str, most: int) -> Iterable[int]:
    """The first places of a sign."""
    at = -1
    for _ in range(most):
        at = message.find(sign, at + 1)
        if at < 0:
            return
        yield at


def _is_value(text: str) -> bool:
    """Whether a text is a code, a number, a quotation, or a list of such, and no sentence."""
    if text[:1] in ("'", '"'):
        return f"{text[0]} " not in text[1:] or _QUOTES.fullmatch(text) is not None
    return all(part.count(" ") < 2 for part in re.split(", | or ", text))


def _is_place(head: str) -> bool:
    """Whether a text is a place as `hansa.errors.DataError` writes it (file, line, column), a field or a name.

    >>> _is_place("my.xlsx, sheet 'party', line 7"), _is_place("history 2 date"), _is_place("It is said of this record")
    (True, True, False)
    """
    if len(head) > MOST_OF_PLACE or head.count("'") % 2 or head.count('"') % 2:
        return False
    return all(_SPOT.fullmatch(part) or _is_name(part) for part in head.split(", "))


def _is_spot(head: str) -> bool:
    return len(head) <= MOST_OF_PLACE and any(_SPOT.fullmatch(part) for part in head.split(", ")) and _is_place(head)


def _is_name(part: str) -> bool:
    of_file = ("." in part or "/" in part) and not any(sign in part for sign in (". ", ": ", "'"))
    return part.count(" ") < 3 or of_file
