"""Parameters of a query: declared once, read strictly, described in OpenAPI."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter

from hansa.commitments.entry import Refused
from hansa.errors import DataError, UnknownCode, nearest

LONGEST = 200  # signs of a text in a query
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,3})?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Parameter:
    """One parameter of a query.

    type : ``text``, ``whole``, ``number``, ``day``, ``yes/no`` or ``word``. words : the only ones it takes. least,
    most : of a number; of a text the most is the number of its signs. default : where it is not given. needed : it must
    be.
    """

    name: str
    what: str
    type: str = "text"
    words: tuple[str, ...] = ()
    least: float = 0
    most: float = LONGEST
    default: Any = None
    needed: bool = False

    def described(self) -> OpenApiParameter:
        """It as OpenAPI says it."""
        return OpenApiParameter(
            self.name, self.schema(), OpenApiParameter.QUERY, required=self.needed, description=self.what
        )

    def schema(self) -> dict[str, Any]:
        """What it may be, in JSON Schema."""
        schemas: dict[str, dict[str, Any]] = {
            "text": {"type": "string", "minLength": 1, "maxLength": self.most, "pattern": r"^[^\x00]*\S[^\x00]*$"},
            "whole": {"type": "integer", "minimum": self.least, "maximum": self.most},
            "number": {"type": "number", "minimum": self.least, "maximum": self.most},
            "day": {"type": "string", "format": "date"},
            "yes/no": {"type": "boolean"},
            "word": {"type": "string", "enum": list(self.words)},
        }
        return schemas[self.type] | ({} if self.default is None else {"default": self.default})

    def read(self, text: str) -> Any:
        """Its value.

        Raises
        ------
        DataError : the text is none that it takes.

        >>> Parameter("limit", "", "whole", least=1, most=200).read("20")
        20
        >>> Parameter("on", "", "day").read("2023-02-30")
        Traceback (most recent call last):
        hansa.errors.DataError: '2023-02-30' is no day. Write 2023-06-30.
        """
        readers = {
            **{"whole": self._whole, "number": self._number, "day": _day},
            **{"yes/no": _yes, "word": self._word, "text": self._text},
        }
        return readers[self.type](text)

    def _whole(self, text: str) -> int:
        if not _WHOLE.fullmatch(text) or not self.least <= int(text) <= self.most:
            raise DataError(f"{text[:40]!r} is no whole number from {self.least} to {self.most:,}.")
        return int(text)

    def _number(self, text: str) -> float:
        if not _NUMBER.fullmatch(text) or not self.least <= float(text) <= self.most:
            raise DataError(f"{text[:40]!r} is no number from {self.least:g} to {self.most:g}.")
        return float(text)

    def _word(self, text: str) -> str:
        if text not in self.words:
            raise UnknownCode("value", text, self.words, hint=f"Known: {', '.join(self.words)}.")
        return text

    def _text(self, text: str) -> str:
        if not text.strip() or len(text) > self.most or "\x00" in text:
            raise DataError(f"Write a text of 1 to {self.most} signs, without NUL.")
        return text


def _day(text: str) -> str:
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise DataError(f"{text[:40]!r} is no day. Write 2023-06-30.") from None


def _yes(text: str) -> bool:
    if text not in ("true", "false"):
        raise DataError(f"{text[:40]!r} is neither true nor false.")
    return text == "true"


def read_query(given: QueryDict, parameters: Sequence[Parameter]) -> Mapping[str, Any]:
    """The values of a query by name, defaults included.

    Raises
    ------
    Refused : it has an unknown parameter, one twice, lacks one, or has a value that is none; every such one is named.
    """
    known = {parameter.name: parameter for parameter in parameters}
    found = {name: parameter.default for name, parameter in known.items() if parameter.default is not None}
    wrong = []
    for name, texts in given.lists():
        if name not in known:
            near = nearest(name, known)
            some = f"Known here: {', '.join(known)}." if known else "None is taken here."
            wrong.append((name[:80], f"is no known parameter. {f'Nearest: {near[0]!r}. ' if near else ''}{some}"))
        elif len(texts) != 1:
            wrong.append((name, "is given several times. Give it once."))
        else:
            try:
                found[name] = known[name].read(texts[0])
            except DataError as refusal:
                wrong.append((name, refusal.message if not isinstance(refusal, UnknownCode) else str(refusal)))
    told = {name for name, _ in wrong}
    wrong += [(name, "is missing.") for name, one in known.items() if one.needed and name not in {*found, *told}]
    if wrong:
        raise Refused(tuple(wrong))
    return found


LIMIT = Parameter("limit", "The most records of an answer.", "whole", least=1, most=200, default=50)
OFFSET = Parameter("offset", "How many records to leave out before.", "whole", most=999_999_999, default=0)
