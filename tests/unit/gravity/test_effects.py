"""Fixed effects: what is zero is said, and fitted values do not depend on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hansa.errors import NotIdentified, UnknownCode
from hansa.gravity import effects as sets
from hansa.gravity.fit import GravityFit, ols, ppml
from hansa.gravity.structure import effects
from tests.unit.gravity.test_covariance import panel


def directed(data: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {**data, "way": [f"{i}>{j}" for i, j in zip(data["exporter"], data["importer"], strict=True)]}


def as_dict(result: Any, *parts: str) -> dict[tuple[Any, ...], float]:
    return {tuple(row[part] for part in parts): row["effect"] for row in result.rows()}


def rebuilt(fit: GravityFit, data: dict[str, list[Any]], found: dict[str, Any]) -> np.ndarray:
    """The index from coefficients and printed effects."""
    index = sum(row["coefficient"] * np.array(data[row["term"]], float) for row in fit.result.rows())
    for name, result in found.items():
        parts = name.split("^")
        value = as_dict(result, *parts)
        index = index + np.array([value.get(key, np.nan) for key in zip(*(data[part] for part in parts), strict=True)])
    return index


@pytest.mark.parametrize("formula", [
    "trade ~ rta + ln | exporter^year + importer^year",
    "trade ~ rta + ln | importer^year + exporter^year + pair",
    "trade ~ rta + ln | exporter^year + importer^year + way",
    "trade ~ rta + ln | exporter^year + importer^year + exporter^importer",
    "trade ~ rta + ln | exporter + importer + year",
    "trade ~ rta + ln | pair + year",
    "trade ~ rta + ln | exporter^year + importer",
])  # fmt: skip
def test_effects_rebuild_the_fit(formula: str):
    data = directed(panel(8))
    fit = ppml(formula, data)
    index, fitted = rebuilt(fit, data, fit.effects()), fit.fitted
    used = np.isfinite(fitted)
    np.testing.assert_allclose(np.exp(index[used]), fitted[used], rtol=1e-6)


def test_least_squares_effects_rebuild_the_fit():
    data = panel(8)
    fit = ols("flow ~ rta + ln | exporter^year + importer^year + pair", data)
    used = np.isfinite(fit.fitted)
    np.testing.assert_allclose(rebuilt(fit, data, fit.effects())[used], fit.fitted[used], rtol=1e-6, atol=1e-8)


def test_directed_pairs_have_mean_zero_by_exporter_and_importer():
    found = effects(ppml("trade ~ rta | exporter^year + importer^year + exporter^importer", panel(9)), reference="E2")
    pairs = found["exporter^importer"].rows()
    for side in ("exporter", "importer"):
        for region in {row[side] for row in pairs}:
            assert sum(row["effect"] for row in pairs if row[side] == region) == pytest.approx(0, abs=1e-8)
    assert all(row["effect"] == 0 for row in found["importer^year"].rows() if row["importer"] == "E2")
    assert "zero for importer 'E2' in each year" in found["exporter^year"].notes[0]
    assert "mean zero over partners of each exporter and each importer" in found["exporter^year"].notes[0]


def test_undirected_pairs_have_mean_zero_by_region():
    found = ppml("trade ~ rta | exporter^year + importer^year + pair", panel(9)).effects()["pair"]
    total = dict.fromkeys((f"E{k}" for k in range(7)), 0.0)
    for row in found.rows():
        for number in row["pair"].split("-"):  # a domestic pair counts on both its ends
            total[f"E{number}"] += row["effect"]
    assert list(total.values()) == pytest.approx([0.0] * 7, abs=1e-8)
    assert "(undirected pairs)" in found.notes[0]


def test_domestic_pairs_that_are_one_level_have_mean_zero_overall():
    data = panel(9)
    domestic = [i == j for i, j in zip(data["exporter"], data["importer"], strict=True)]
    data["pair"] = ["home" if own else pair for own, pair in zip(domestic, data["pair"], strict=True)]
    found = ppml("trade ~ rta | exporter^year + importer^year + pair", data).effects()["pair"]
    assert sum(row["effect"] for row in found.rows()) == pytest.approx(0, abs=1e-8)
    assert "effects of pair have mean zero" in found.notes[0]


def test_the_reference_is_the_largest_and_any_other_can_be_asked():
    data = panel(10)
    fit = ppml("trade ~ ln | exporter^year + importer^year", data)
    bought = dict.fromkeys(data["importer"], 0.0)
    for j, x in zip(data["importer"], data["trade"], strict=True):
        bought[j] += x
    largest = max(bought, key=bought.__getitem__)
    assert f"importer {largest!r}" in fit.effects()["importer^year"].notes[0]
    with pytest.raises(UnknownCode, match="'E9' is no known importer of the sample"):
        fit.effects(reference="E9")


def test_a_reference_that_is_absent_in_a_period_is_replaced_and_named():
    data = panel(10)
    keep = [not (j == "E2" and year == 2003) for j, year in zip(data["importer"], data["year"], strict=True)]
    part = {name: [x for x, kept in zip(cells, keep, strict=True) if kept] for name, cells in data.items()}
    found = ppml("trade ~ ln | exporter^year + importer^year", part).effects(reference="E2")
    assert "where it has no trade, for E0^2003" in found["importer^year"].notes[0]


def test_sides_are_told_by_their_names_or_else_by_order():
    data = {**panel(11, periods=2), "a": panel(11, periods=2)["exporter"], "b": panel(11, periods=2)["importer"]}
    sides = sets.find_sides(ppml("trade ~ ln | importer^year + exporter^year", data).design.effects)
    assert sides
    assert (sides.exporter, sides.importer, sides.pair) == (1, 0, None)
    sides = sets.find_sides(ppml("trade ~ ln | a + b + year", data).design.effects)
    assert sides
    assert (sides.exporter_part, sides.importer_part) == ("a", "b")
    assert sets.find_sides(ppml("trade ~ ln | exporter^year", data).design.effects) is None


def test_a_model_without_effects_has_none():
    with pytest.raises(NotIdentified, match="no fixed effects"):
        ppml("trade ~ ln", panel(11, periods=1)).effects()


def test_directions():
    i, j = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert sets.direction(np.array([0, 1, 2, 3]), i, j) == "directed"
    assert sets.direction(np.array([0, 1, 1, 2]), i, j) == "undirected"
    assert sets.direction(np.array([0, 1, 1, 0]), i, j) == ""  # domestic flows in one level
    assert sets.direction(i, i, j) == ""


def test_directions_where_a_pair_has_one_level():
    i, j = np.array([0, 0, 1, 1, 0]), np.array([0, 1, 0, 1, 1])

    def kind(*code: int) -> str:
        return sets.exact_direction(np.array(code, np.int32), i, j, 2)

    assert kind(0, 1, 2, 3, 1) == "directed"
    assert kind(0, 1, 1, 2, 1) == "undirected"
    assert kind(0, 1, 2, 3, 4) == ""  # two levels of one pair, as with periods
    assert kind(0, 1, 1, 0, 1) == ""  # domestic flows in one level
