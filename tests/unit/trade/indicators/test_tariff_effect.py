"""SMART with labels; the worked example stands in tests/published."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hansa.errors import DataError, MissingTable, UnknownCode
from hansa.trade.indicators.tariff_effect import tariff_creation_diversion as effect
from hansa.trade.store import Store

FLOWS = {
    "origin": ["A", "O", "A", "O"],
    "destination": ["J"] * 4,
    "product": ["p", "p", "q", "q"],
    "value": [100.0, 300.0, 50.0, 0.0],
}
ASKED = {"origin": "A", "destination": "J", "demand_elasticity": 1.25}


def test_products_have_their_own_tariffs():
    tariff = {"region": ["J", "J"], "product": ["p", "q"], "value": [0.1, 0.25]}
    rows = effect(FLOWS, tariff=tariff, **ASKED).rows()
    # q: 50 x 1.25 x 0.25 / 1.25 created, nobody to divert from
    assert [round(row["tariff_creation_diversion"], 6) for row in rows] == [21.253746, 12.5]
    assert [row["diversion"] for row in rows] == [pytest.approx(9.89010989), 0.0]


def test_a_tariff_by_partner_and_one_for_all_products():
    tariff = {"region": ["J", "J"], "partner": ["A", "O"], "value": [0.1, 0.5]}
    assert effect(FLOWS, tariff=tariff, product="p", **ASKED).value() == pytest.approx(21.25374625374626)


def test_every_period_has_its_own_tariffs():
    flows = {"period": [2020, 2020, 2021, 2021], **{name: FLOWS[name][:2] * 2 for name in FLOWS}}
    tariff = {"region": ["J"] * 2, "product": ["p"] * 2, "period": [2020, 2021], "value": [0.1, 0.25]}
    first, last = effect(flows, tariff=tariff, **ASKED).rows()
    assert (first["tariff"], first["creation"]) == (0.1, pytest.approx(100 * 1.25 * 0.1 / 1.1))
    assert (last["tariff"], last["creation"]) == (0.25, pytest.approx(100 * 1.25 * 0.25 / 1.25))
    assert effect(flows, tariff=tariff, period=2021, **ASKED).rows() == [last]
    short = effect(flows, tariff={name: tariff[name][:1] for name in tariff}, **ASKED)
    assert [row["tariff_creation_diversion"] is None for row in short.rows()] == [False, True]
    assert any("1 of 1 products have no tariff in the table for some period" in note for note in short.notes)
    with pytest.raises(DataError, match="two values for .* by period"):
        effect(FLOWS, tariff=tariff, **ASKED)


def test_the_tariffs_of_the_sample_world(tmp_path: Path, sample_in: Callable[[Path], Store]):
    """Those of the year asked for, as the schedule of Brinmark for goods of one origin has them."""
    store = sample_in(tmp_path / "world")
    flows, schedule = store.flows(told_by="destination"), store.side("tariff")
    found = effect(flows, tariff=schedule, origin="XOR", destination="XBR", demand_elasticity=1.0, period=2022)
    known = schedule.where(region="XBR", partner="XOR", period=2022).lookup("product")
    rows = found.rows()
    assert any(row["tariff"] > 0 for row in rows)
    assert {row["product"]: row["tariff"] for row in rows} == {row["product"]: known[row["product"]] for row in rows}
    for row in rows:
        gain = row["imports"] * row["tariff"] / (1 + row["tariff"])
        assert row["creation"] == pytest.approx(gain, abs=1e-9)


def test_products_without_a_tariff_are_null_and_named():
    result = effect(FLOWS, tariff={"region": ["J"], "product": ["p"], "value": [0.1]}, **ASKED)
    assert result.rows()[1]["tariff_creation_diversion"] is None
    assert any("1 of 2 products have no tariff in the table and no figure: q" in note for note in result.notes)


def test_assumptions_are_in_meta():
    meta = effect(FLOWS, tariff=0.1, **ASKED).meta
    assert (meta["substitution"], meta["supply_elasticity"]) == (1.5, "infinite")


def test_what_is_refused():
    with pytest.raises(MissingTable, match="tariff"):
        effect(FLOWS, **ASKED)
    with pytest.raises(MissingTable, match="no row for imports of 'J' from 'A'"):
        effect(FLOWS, tariff={"region": ["K"], "product": ["p"], "value": [0.1]}, **ASKED)
    with pytest.raises(DataError, match="no tariff on itself"):
        effect(FLOWS, tariff=0.1, origin="J", destination="J", demand_elasticity=1.0)
    with pytest.raises(UnknownCode, match="'X' is no known origin"):
        effect(FLOWS, tariff=0.1, origin="X", destination="J", demand_elasticity=1.0)
