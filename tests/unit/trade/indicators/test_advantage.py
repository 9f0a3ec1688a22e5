"""Comparative advantage: the engine's way and the eager way agree; worlds; what does not exist."""

from __future__ import annotations

import pytest

from hansa.errors import DataError, UnknownCode
from hansa.trade import indicators
from hansa.trade.indicators import advantage


def rows(result) -> dict[tuple[str, ...], float]:
    return {tuple(row.values())[:-1]: list(row.values())[-1] for row in result.rows()}


@pytest.mark.parametrize("world", ["all", "rest", ["A", "C"]], ids=str)
@pytest.mark.parametrize("timed", [True, False])
def test_the_engine_computes_the_same_as_we_do(four_regions, monkeypatch, world, timed):
    flows = four_regions if timed else four_regions.by("origin", "destination", "product")
    eager = indicators.rca(flows, world=world)
    monkeypatch.setattr(advantage, "LAZY_FROM", 0)
    lazy = indicators.rca(flows, world=world)
    assert rows(lazy) == pytest.approx(rows(eager), rel=1e-12)
    assert lazy.to_arrow().schema == eager.to_arrow().schema
    assert lazy.meta["world"] == eager.meta["world"]


@pytest.mark.parametrize("lazy_from", [0, 1000])
def test_what_the_world_does_not_export_has_no_advantage(monkeypatch, lazy_from):
    monkeypatch.setattr(advantage, "LAZY_FROM", lazy_from)
    flows = {"origin": ["A", "A", "B"], "product": ["p", "q", "p"], "value": [1.0, 1.0, 2.0]}
    assert rows(indicators.rca(flows, world="rest")) == {("A", "p"): 0.5, ("A", "q"): None, ("B", "p"): 2.0}


def test_a_lazy_answer_can_be_narrowed(four_regions, monkeypatch):
    monkeypatch.setattr(advantage, "LAZY_FROM", 0)
    figure = indicators.rca(four_regions, period=0, origin="A", product="p1").value()
    assert figure == pytest.approx(2.8, rel=1e-12)


def test_figures_that_do_not_exist_are_counted():
    flows = {"origin": ["A", "A", "B"], "product": ["p", "q", "p"], "value": [1.0, 0.0, 2.0]}
    result = indicators.rca_log(flows)
    assert rows(result)["A", "q"] is None
    assert result.notes == ("1 of 3 figures do not exist (division by zero or no value): null",)
    assert result.meta["n_missing"] == 1


def test_a_region_without_exports_has_no_rows(four_regions):
    flows = four_regions.where(origin=["A", "B"])
    assert {key[1] for key in rows(indicators.rca_additive(flows))} == {"A", "B"}


def test_products_not_exported_have_rows_where_the_index_is_not_zero():
    flows = {"origin": ["A", "B"], "product": ["p", "q"], "value": [1.0, 1.0]}
    assert rows(indicators.rca_symmetric(flows))["A", "q"] == -1.0
    assert ("A", "q") not in rows(indicators.rca(flows))


@pytest.mark.parametrize(
    ("world", "error", "says"),
    [
        ("everybody", DataError, "The world is 'all', 'rest', or a list of region codes, not 'everybody'."),
        (
            ["A", "CC"],
            UnknownCode,
            "'CC' is no known region of these flows. Nearest known: 'C'. Name one that they have.",
        ),
    ],
)
def test_an_unknown_world_is_refused(four_regions, world, error, says):
    with pytest.raises(error, match="^" + says.replace(".", r"\.") + "$"):
        indicators.rca(four_regions, world=world)


def test_several_regions_of_one_world_are_named_in_meta(four_regions):
    assert indicators.rca(four_regions, world=["A", "D"]).meta["world"] == "a set of 2 regions: A, D"


def test_flows_without_products_are_refused(four_regions):
    with pytest.raises(DataError, match="needs a column 'product'; the flows have period, origin, destination, value"):
        indicators.rca(four_regions.by("period", "origin", "destination"))


def test_no_flows_give_no_rows(four_regions):
    assert indicators.rca(four_regions.where(product="none")).rows() == []
    assert indicators.turnover(four_regions.where(product="none")).rows() == []


def test_of_equal_categories_the_first_is_the_major_one():
    flows = {"origin": ["A"] * 3, "product": ["r", "q", "p"], "value": [1.0, 2.0, 2.0]}
    assert indicators.major_export_category(flows).rows()[0]["product"] == "p"
