"""How a field is written in one cell of a table, and read back as it was.

Lists stand in one cell with bars between them. A cell that a spreadsheet would run as a formula, or of which it would
cut blanks, gets an apostrophe in front, which is taken off again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from hansa.commitments.fields import Field
from hansa.errors import DataError
from hansa.period import canonical

YES, NO = ("yes", "true", "1", "да"), ("no", "false", "0", "нет")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\n")
_BLANKS = " \u00a0\u202f\u2009'’"
_GROUPED = r"[+-]?\d{{1,3}}(?:{group}\d{{3}})+"
_EXPONENT = r"(?:[eE][+-]?\d+)?"


def text_cell(text: str) -> str:
    """A text as one cell, dead where a spreadsheet would run it.

    >>> text_cell("=1+1"), text_cell("plain"), text_cell(" a")
    ("'=1+1", 'plain', "' a")
    """
    if "\0" in text:
        raise DataError(f"{text[:60]!r} holds a NUL byte, which no table can. Remove it, or write JSON.")
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # a bare carriage return would begin a new row
    return f"'{text}" if _needs_apostrophe(text) else text


def cell_text(cell: str) -> str:
    """The text that a cell holds; blanks around it are no part of it, unless an apostrophe keeps them.

    >>> cell_text("'=1+1"), cell_text(" plain "), cell_text("' a"), cell_text("'s-Hertogenbosch")
    ('=1+1', 'plain', ' a', "'s-Hertogenbosch")
    """
    if cell.startswith("'") and _needs_apostrophe(cell[1:]):
        return cell[1:]
    return cell.strip()


def _needs_apostrophe(text: str) -> bool:
    bare = text.lstrip("'")
    return not bare or text != text.strip() or bare != bare.strip() or bare.startswith(_FORMULA_STARTS)


def written(field: Field, value: Any) -> str | float:
    """A value as one cell: a number as a number, all else as text.

    >>> from hansa.commitments.fields import columns
    >>> written(columns("agreement")[2], ("brin", "anu")), written(columns("edition")[2], 4)
    ('brin|anu', 4)
    """
    if value is None or value in ((), {}):
        return ""
    if field.type in ("number", "whole"):
        return int(value) if value == int(value) and abs(value) < 1e15 else float(value)
    if field.type == "yes/no":
        return "yes" if value else "no"
    if field.type == "list":
        return text_cell("|".join(_barred(text_cell(item)) for item in value))
    if field.type == "arguments":
        for key in value:
            if "=" in key or key != key.strip():
                raise DataError(
                    f"{key!r} cannot be the name of an argument: it holds '=' or begins or ends with blanks."
                )
        pairs = (f"{_barred(key)}={_barred(text_cell(argument))}" for key, argument in value.items())
        return text_cell("|".join(pairs))
    return text_cell(value)


def read(field: Field, cell: str, marks: Marks) -> Any:
    """The value that a cell holds (which must not be empty).

    marks : how the column writes its numbers.

    Raises
    ------
    DataError : it holds none of the field's type.

    >>> from hansa.commitments.fields import columns
    >>> read(columns("target")[7], "origin=XBR|destination=XKA", Marks())
    {'origin': 'XBR', 'destination': 'XKA'}
    """
    text = cell_text(cell)
    if field.type == "number":
        return marks.number(text)
    if field.type == "whole":
        number = marks.number(text)
        if number != int(number):
            raise DataError(f"{text!r} is no whole number.")
        return int(number)
    if field.type == "yes/no":
        if text.casefold() not in (*YES, *NO):
            raise DataError(f"{text!r} is neither yes nor no. Write yes or no.")
        return text.casefold() in YES
    if field.type == "list":
        return tuple(cell_text(item) for item in _unbarred(text) if item.strip())
    if field.type == "arguments":
        return _arguments(text)
    return canonical(text) if field.type == "period" else text


def _barred(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")


def _unbarred(text: str) -> list[str]:
    items = [""]
    for part in re.findall(r"\\[\\|]|[|]|[^\\|]+|\\", text):
        if part == "|":
            items.append("")
        else:
            items[-1] += part[-1] if part in ("\\\\", "\\|") else part
    return items


def _arguments(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in _unbarred(text):
        if not pair.strip():
            continue
        key, sign, argument = pair.partition("=")
        key = key.strip()
        if not sign or not key:
            raise DataError(f"{pair.strip()!r} is no argument. Write name=value, such as origin=XBR|destination=XKA.")
        if key in found:
            raise DataError(f"The argument {key!r} stands twice. Keep one.")
        found[key] = cell_text(argument)
    return found


class Marks:
    """How one column writes its numbers: with a decimal point or a decimal comma, never both.

    >>> Marks(["12,5", "1 000"]).number("1 000"), Marks(["1,234.5"]).number("1,234")
    (1000.0, 1234.0)
    """

    def __init__(self, cells: Iterable[str] = ()) -> None:
        texts = [cell_text(cell) for cell in cells]
        self.comma = next((text for text in texts if _is_comma(text)), None)
        self.point = next((text for text in texts if _is_point(text)), None)

    def number(self, text: str) -> float:
        """The number that a cell holds.

        Raises
        ------
        DataError : it holds none, or may be read two ways.
        """
        if re.fullmatch(r"[+-]?[1-9]\d{0,2},\d{3}", text) and not self.comma and not self.point:
            raise DataError(
                f"{text!r} may be a thousand or a decimal, and nothing else in the column tells. "
                f"Write {text.replace(',', '')} or {text.replace(',', '.')}."
            )
        if self.comma and self.point and (_is_comma(text) or _is_point(text)):
            raise DataError(
                f"{text!r}: decimal points and decimal commas are mixed in this column ({self.comma!r}, "
                f"{self.point!r}). Write all with a point."
            )
        plain = re.sub(f"(?<=\\d)[{_BLANKS}](?=\\d{{3}})", "", text)
        plain = plain.replace(".", "").replace(",", ".") if self.comma else _without_commas(plain)
        if re.fullmatch(rf"[+-]?(\d+[.]?\d*|[.]\d+){_EXPONENT}", plain, re.ASCII) and abs(float(plain)) != float("inf"):
            return float(plain)
        raise DataError(f"{text!r} is no number. Write digits with a decimal point, or leave it empty.")


def _is_comma(text: str) -> bool:
    """Whether only a decimal comma explains it."""
    bare = rf"[+-]?(\d+|\d{{1,3}}([{_BLANKS}]\d{{3}})+)?,\d*{_EXPONENT}"
    doubtful = r"[+-]?[1-9]\d{0,2},\d{3}"
    pointed = _GROUPED.format(group="[.]")
    return bool(
        (re.fullmatch(bare, text) and not re.fullmatch(doubtful, text))
        or re.fullmatch(rf"{pointed},\d*", text)
        or re.fullmatch(r"[+-]?\d{1,3}(?:[.]\d{3}){2,}", text)
    )


def _is_point(text: str) -> bool:
    """Whether a decimal point, or commas between thousands, explain it."""
    return bool(
        re.fullmatch(rf"[+-]?(\d+|\d{{1,3}}([{_BLANKS}]\d{{3}})+)?[.]\d*{_EXPONENT}", text)
        or re.fullmatch(rf"{_GROUPED.format(group=',')}[.]\d*", text)
        or re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3}){2,}", text)
    )


def _without_commas(text: str) -> str:
    return text.replace(",", "") if re.fullmatch(rf"{_GROUPED.format(group=',')}([.]\d*)?", text) else text
