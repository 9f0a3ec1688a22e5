"""What a value is measured in. Conversion happens only by name, never by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hansa.errors import DataError, UnitMismatch

VALUATIONS = ("FOB", "CIF")
_SCALE_WORDS = {1: "", 1_000: " thousand", 1_000_000: " million", 1_000_000_000: " billion"}


@dataclass(frozen=True)
class Money:
    """A currency, the scale it is written in and its price basis.

    Parameters
    ----------
    currency : ISO 4217 code, such as ``USD``.
    scale : what one unit in the table stands for (1, 1,000, 1,000,000 ...).
    prices : ``current``, or ``constant YEAR``.

    >>> print(Money("USD", 1_000_000))
    USD million, current prices
    """

    currency: str = "USD"
    scale: float = 1
    prices: str = "current"

    def __post_init__(self) -> None:
        if not (len(self.currency) == 3 and self.currency.isalpha() and self.currency.isupper()):
            raise DataError(
                f"{self.currency!r} is no currency code. Give three capital letters of ISO 4217, such as 'USD'."
            )
        if not self.scale > 0:
            raise DataError(f"The scale of a unit must be above zero, not {self.scale!r}.")

    def __str__(self) -> str:
        scale = _SCALE_WORDS.get(int(self.scale)) if self.scale == int(self.scale) else None
        return f"{self.currency}{f' x {self.scale:g}' if scale is None else scale}, {self.prices} prices"

    def require(self, other: Money) -> None:
        """Refuse to go on where `other` is another unit.

        >>> Money("USD").require(Money("EUR"))
        Traceback (most recent call last):
        hansa.errors.UnitMismatch: 'USD, current prices' met 'EUR, current prices'. Convert one of them by name first.
        """
        if self != other:
            raise UnitMismatch(f"'{self}' met '{other}'. Convert one of them by name first.")

    def at_constant(self, base: str) -> Money:
        """The same currency at the prices of a base period."""
        return replace(self, prices=f"constant {base}")


@dataclass(frozen=True)
class Mass:
    """A mass unit and its size in kilograms.

    >>> Mass("t").kilograms
    1000.0
    """

    unit: str = "kg"

    def __post_init__(self) -> None:
        if self.unit not in _KILOGRAMS:
            raise DataError(f"{self.unit!r} is no mass unit that Hansa knows. Give one of {', '.join(_KILOGRAMS)}.")

    @property
    def kilograms(self) -> float:
        """Kilograms in one unit."""
        return _KILOGRAMS[self.unit]


_KILOGRAMS: Mapping[str, float] = {"kg": 1.0, "t": 1_000.0, "kt": 1_000_000.0, "g": 0.001}


def growth_in_other_currency(growth: float, rate_before: float, rate_after: float) -> float:
    """Growth in another currency, from growth in local currency and local units per unit of the other.

    (1 + g_other) = (1 + g_local) * rate_before / rate_after.

    >>> round(growth_in_other_currency(0.12, 73.65, 68.55), 6)
    0.203326
    """
    if not (rate_before > 0 and rate_after > 0):
        raise DataError(f"Exchange rates must be above zero, not {rate_before!r} and {rate_after!r}.")
    return (1 + growth) * rate_before / rate_after - 1


def implied_rate(value_local: float, value_other: float) -> float:
    """The exchange rate that two figures imply if both state one aggregate (local units per unit of the other).

    >>> implied_rate(3_000e9, 50e9)
    60.0
    """
    if not value_other > 0:
        raise DataError(f"An implied rate divides by the second value; {value_other!r} is not above zero.")
    return value_local / value_other


def rounding_interval(said: float, last_digit: float) -> tuple[float, float]:
    """What a number said with a last digit of that size stands for: [said - last_digit/2, said + last_digit/2).

    >>> rounding_interval(12, 1), rounding_interval(50, 10)
    ((11.5, 12.5), (45.0, 55.0))
    """
    if not last_digit > 0:
        raise DataError(f"The size of the last digit must be above zero, not {last_digit!r}.")
    return said - last_digit / 2, said + last_digit / 2
