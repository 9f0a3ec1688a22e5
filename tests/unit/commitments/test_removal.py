"""A barrier of the register becomes a change of a scenario."""

from __future__ import annotations

import pytest

from hansa.commitments.records import Barrier
from hansa.commitments.removal import removal
from hansa.errors import DataError

QUEUE = Barrier("queue", "Queue", "XKA", "XBR", products=("52", "61A"), equivalent=0.08)
TRADED = {"52A": 10.0, "52B": 20.0, "61A": 20.0, "61B": 50.0}


def test_products_that_are_told_apart_are_named():
    change = removal(QUEUE, TRADED, sectors=tuple(TRADED), removed=0.5)
    assert (change.where.origin, change.where.destination) == (("XKA",), ("XBR",))
    assert change.where.product == ("52A", "52B", "61A")
    assert not change.where.both
    assert change.factor == pytest.approx(1.04 / 1.08)


def test_where_all_is_one_sector_a_barrier_counts_by_its_share_of_trade():
    change = removal(QUEUE, TRADED)
    assert change.where.product == ()
    assert change.equivalent == pytest.approx(0.08 * 50 / 100)
    assert change.removed == 1


def test_a_barrier_to_everything_names_no_product():
    whole = Barrier("all", "All", "XKA", "XBR", equivalent=0.1)
    assert removal(whole, TRADED, sectors=tuple(TRADED)).where.product == ()
    assert removal(whole, {"": 7.0}).equivalent == 0.1


def test_what_somebody_states_stands_before_the_register():
    assert removal(QUEUE, TRADED, sectors=tuple(TRADED), equivalent=0.3).equivalent == 0.3


def test_a_barrier_without_a_price_or_trade_is_refused():
    with pytest.raises(DataError, match="Nobody has estimated what the barrier 'mute' costs"):
        removal(Barrier("mute", "Mute", "XKA", "XBR"), TRADED)
    with pytest.raises(DataError, match="XKA sells XBR none of the products"):
        removal(QUEUE, {"61B": 50.0}, sectors=("61B", "52A"))
    with pytest.raises(DataError, match="XKA sells XBR none of the products"):
        removal(QUEUE, {})
