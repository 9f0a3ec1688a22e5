"""A barrier of the register as a change of a scenario: what models of trade are asked when it goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from hansa.commitments.figures import covered
from hansa.commitments.records import Barrier
from hansa.errors import DataError
from hansa.scenario import Barrier as Change
from hansa.scenario import Where


def removal(
    barrier: Barrier,
    traded: Mapping[str, float],
    *,
    sectors: Collection[str] = (),
    removed: float = 1.0,
    equivalent: float | None = None,
) -> Change:
    """The change of trade costs when a barrier goes, wholly or in part.

    Where products are not told apart, a barrier to some of them counts by their share in all trade from its origin to
    its destination.

    Parameters
    ----------
    barrier : of the register.
    traded : value of trade from its origin to its destination, by product; under "" where there are no products.
    sectors : products that the economy tells apart; none where all are one sector.
    removed : share of it that goes.
    equivalent : ad-valorem equivalent, a share of the price, in the place of that of the register.

    Raises
    ------
    DataError : nobody has said how much the barrier costs, or there is no trade that it stands before.

    >>> queue = Barrier("q", "Queue", "XBR", "XKA", products=("04",), equivalent=0.1)
    >>> removal(queue, {"0401": 30.0, "27": 70.0}, removed=0.5).equivalent
    0.03
    >>> removal(queue, {"0401": 30.0, "27": 70.0}, sectors=("0401", "27")).where.product
    ('0401',)
    """
    size = barrier.equivalent if equivalent is None else equivalent
    if size is None:
        raise DataError(
            f"Nobody has estimated what the barrier {barrier.id!r} costs. State its ad-valorem equivalent, a share of "
            "the price."
        )
    known = list(sectors or traded)
    touched = covered(barrier.products, known)[0] if barrier.products else known
    before = sum(traded.get(product, 0.0) for product in touched)
    if before <= 0:
        raise DataError(
            f"{barrier.origin} sells {barrier.destination} none of the products that the barrier {barrier.id!r} "
            "stands before: the model has nothing to change. Choose another year, or another barrier."
        )
    ends = (barrier.origin,), (barrier.destination,)
    if sectors:
        return Change(Where(*ends, product=tuple(sorted(touched)) if barrier.products else ()), size, removed)
    return Change(Where(*ends), size * before / sum(traded.values()), removed)
