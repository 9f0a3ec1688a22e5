"""SMART with labels; the worked example stands in tests/published."""

from __future__ import annotations

import pytest

from hansa.errors import DataError, MissingTable, UnknownCode
from hansa.trade.indicators.tariff_effect import tariff_creation_diversion as effect

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
