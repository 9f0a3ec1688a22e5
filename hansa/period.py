"""Periods: a year, a quarter or a month, written one way.

`2022`, `2022-Q1` and `2022-03`. Text order is time order inside one frequency.
"""

from __future__ import annotations

import re

from hansa.errors import DataError

_YEAR = re.compile(r"^\d{4}$")
_QUARTER = re.compile(r"^(\d{4})[- ]?[Qq]([1-4])$")
_MONTH = re.compile(r"^(\d{4})(?:-?[Mm]|-|\.|/)?(\d{2})$")
_MONTH_FIRST = re.compile(r"^(\d{2})[./](\d{4})$")
_DAY = re.compile(r"^\d{4}[-./]?\d{2}[-./]?\d{2}(\D.*)?$|^\d{1,2}[-./]\d{1,2}[-./]\d{4}(\D.*)?$")
_PER_YEAR = {"A": 1, "Q": 4, "M": 12}


def canonical(period: object) -> str:
    """The one way Hansa writes a period.

    Parameters
    ----------
    period : a year as a number, or text: ``2022``, ``2022-Q1``, ``2022Q1``, ``2022-03``, ``202203``, ``2022M03``,
        ``03.2022``.

    Raises
    ------
    DataError : it is none of these.

    >>> canonical(2022), canonical("2022Q1"), canonical("202203"), canonical("03.2022")
    ('2022', '2022-Q1', '2022-03', '2022-03')
    """
    if isinstance(period, bool) or period is None:
        raise _unknown(period)
    if isinstance(period, int) or (isinstance(period, float) and period.is_integer()):
        text = str(int(period))
        if 0 <= int(period) <= 9999:
            return text
    else:
        text = str(period).strip()
    if _YEAR.match(text):
        return text
    if hit := _QUARTER.match(text):
        return f"{hit[1]}-Q{hit[2]}"
    if hit := _MONTH.match(text):
        year, month = hit[1], hit[2]
    elif hit := _MONTH_FIRST.match(text):
        year, month = hit[2], hit[1]
    elif text.isdigit() and len(text) < 4:
        return text
    else:
        raise _unknown(period)
    if not 1 <= int(month) <= 12:
        raise _unknown(period)
    return f"{year}-{month}"


def _unknown(period: object) -> DataError:
    if _DAY.match(str(period).strip()):
        return DataError(
            f"{str(period)!r} is a day, and Hansa counts in years, quarters and months. Write the one that is meant, "
            "such as 2022 or 2022-03."
        )
    return DataError(
        f"{period!r} is no period that Hansa knows. Write a year (2022), a quarter (2022-Q1) or a month (2022-03)."
    )


def frequency(period: str) -> str:
    """``A`` for a year, ``Q`` for a quarter, ``M`` for a month.

    >>> [frequency(p) for p in ("2022", "2022-Q1", "2022-03")]
    ['A', 'Q', 'M']
    """
    text = canonical(period)
    if "Q" in text:
        return "Q"
    return "M" if "-" in text else "A"


def year(period: str) -> int:
    """The year a period lies in.

    >>> year("2022-03")
    2022
    """
    return int(canonical(period).split("-")[0])


def shift(period: str, steps: int) -> str:
    """The period `steps` periods later (earlier where negative), in the same frequency.

    >>> shift("2022", -1), shift("2022-Q1", -1), shift("2022-11", 3)
    ('2021', '2021-Q4', '2023-02')
    """
    text = canonical(period)
    rhythm = frequency(text)
    per_year = _PER_YEAR[rhythm]
    part = 1 if rhythm == "A" else int(text.split("-")[1].lstrip("Q"))
    whole, rest = divmod(int(text.split("-")[0]) * per_year + part - 1 + steps, per_year)
    if rhythm == "A":
        return str(whole)
    return f"{whole}-Q{rest + 1}" if rhythm == "Q" else f"{whole}-{rest + 1:02d}"


def same_period_last_year(period: str) -> str:
    """The same year, quarter or month, a year earlier.

    >>> same_period_last_year("2022-03")
    '2021-03'
    """
    return shift(period, -_PER_YEAR[frequency(period)])


def span(first: str, last: str) -> list[str]:
    """Every period from `first` to `last`, both included; both must have one frequency.

    >>> span("2021-11", "2022-02")
    ['2021-11', '2021-12', '2022-01', '2022-02']
    """
    first, last = canonical(first), canonical(last)
    if frequency(first) != frequency(last):
        raise DataError(
            f"{first} and {last} are periods of two frequencies; name two years, two quarters or two months."
        )
    periods = [first]
    while _ordinal(periods[-1]) < _ordinal(last):
        periods.append(shift(periods[-1], 1))
    return periods if _ordinal(first) <= _ordinal(last) else []


def _ordinal(period: str) -> tuple[int, str]:
    return year(period), period
