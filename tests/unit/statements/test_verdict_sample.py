"""Claims on the sample world: two mirror reports that differ, services, exchange rates, price indices, two vintages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hansa.indicator import find
from hansa.statements.claim import Claim
from hansa.statements.document import read_text
from hansa.statements.extract import claims
from hansa.statements.verdict import Verdict, check
from hansa.statements.verification.reading import Reading
from hansa.trade.store import Store
from hansa.wording import Amount, Words

ONE, OTHER = "XBR", "XKA"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, sample_in: Callable[[Path], Store]) -> Store:
    return sample_in(Path(tmp_path_factory.mktemp("worlds")) / "world")


def _reported(world: Store, told_by: str, **more: str) -> float:
    flows = world.flows("flows", told_by=told_by, frequency="A", **more)
    pair = {"origin": ONE, "destination": OTHER, "period": "2021"}
    return find("exports").function(flows, by="origin,destination", **pair).value()


def _verdict(world: Store, value: float, unit: str, form: str, half: float, **more: Any) -> Verdict:
    facts = {"measure": "exports", "region": ONE, "partner": OTHER, "period": "2021", "spoken": "2024-01-10", **more}
    claim = Claim("c1", "said", 0, 4, value, unit, value - half, value + half, form, **facts)
    (found,) = check([claim], world)
    return found


def _of(found: Verdict, **chosen: str) -> Reading:
    return next(one for one in found.readings if all(one.under.get(name) == value for name, value in chosen.items()))


def test_true_by_the_origin_and_not_by_the_partner(world):
    told = {side: _reported(world, side) for side in ("origin", "destination")}
    assert told["destination"] > 1.1 * told["origin"]  # the reports lie apart, CIF and errors together
    said = round(told["origin"], -7)
    found = _verdict(world, said, "USD", "level", 5e6, scope="goods")
    by = {side: _of(found, told_by=side, scope="goods") for side in ("origin", "destination", "reconciled")}
    assert (by["origin"].outcome, by["destination"].outcome) == ("supported", "contradicted")
    assert by["origin"].figure == told["origin"]
    assert by["destination"].figure == told["destination"]
    assert told["origin"] < by["reconciled"].figure < told["destination"]


def test_provinces_are_another_dataset_and_not_asked(world):
    found = _verdict(world, 9.6e9, "USD", "level", 5e7)
    assert {reading.under["dataset"] for reading in found.readings} == {"flows"}


def test_the_first_release_is_the_data_of_the_day(world):
    found = _verdict(world, 9.6e9, "USD", "level", 5e7, scope="goods", spoken="2022-12-01")
    then = _of(found, told_by="origin", as_of="2022-12-01")
    assert then.figure == _reported(world, "origin", as_of="2022-12-01")
    assert then.figure < _of(found, told_by="origin").figure  # 2021 was preliminary, and low


def test_growth_in_crowns_and_at_constant_prices(world):
    """The Amber Union counts in crowns, which lost value from 66.7 to 68.3 a dollar; prices rose by 6.5 %."""
    found = _verdict(world, 3, "%", "growth", 0.5, scope="goods")
    dollars = _of(found, told_by="origin", currency="USD").figure
    crowns = _of(found, told_by="origin", currency=ONE).figure
    assert 1 + crowns / 100 == pytest.approx((1 + dollars / 100) * 68.3 / 66.7)
    constant = _of(found, told_by="origin", prices="constant prices").figure
    assert 1 + constant / 100 == pytest.approx((1 + crowns / 100) / 1.065, rel=1e-5)
    assert _of(found, told_by="origin", prices="volume").method == "price_index"


def test_the_store_has_blocs_of_its_own(world):
    found = _verdict(world, 1, "rank", "rank", 0.5, population="GRANITE")
    assert _of(found, population="GRANITE").figure is not None


def test_a_country_by_its_provinces(world):
    """The provinces of a country, counted as one region, export what the country reports."""
    facts = {"measure": "exports", "region": ONE, "partner": OTHER, "period": "2021", "spoken": "2024-01-10"}
    one = Claim("c1", "said", 0, 4, 9.6e9, "USD", 9.55e9, 9.65e9, "level", scope="goods", **facts)
    (found,) = check([one], world, dataset="provinces")
    assert found.readings[0].figure == pytest.approx(_reported(world, "origin"))


def test_regions_of_the_store_are_found_in_a_text(world):
    """A world of one's own is spoken of by the names of its lists, which the store brings along."""
    text = "In 2021, exports of Brinmark to Kastovia reached $9.6 billion."
    spoken = read_text(text, spoken="2022-01-10")
    assert [(claim.region, claim.partner) for claim in claims(spoken)] == [(None, None)]
    assert [(claim.region, claim.partner) for claim in claims(spoken, world)] == [(ONE, OTHER)]


def test_a_currency_that_has_no_name_is_told_by_its_region(world):
    found = _verdict(world, 3, "%", "growth", 0.5, scope="goods")
    words = Words("en", {("region", ONE): "Brinmark"})
    assert "in the currency of Brinmark" in words.say(found.summary)
    assert "in XBR" not in words.say(found.summary)


def test_a_country_of_provinces_is_one_partner(world):
    """The share in the dataset of provinces is among as many partners as the rank there, not among its provinces."""
    found = _verdict(world, 3, "%", "growth", 0.5, measure="turnover", period="2031", spoken="2032-01-10")
    told = [sentence for sentence in found.beside if sentence.values["dataset"] == "provinces"]
    counts = {sentence.values["count"] for sentence in told if "count" in sentence.values}
    assert len(told) == 3
    assert counts == {Amount(24, "count")}
