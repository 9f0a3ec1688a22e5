"""The register says what the generator did, and its targets end as planted by a margin that no noise can turn."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import hansa.indicators  # fills the catalogue
import hansa.sample
from hansa.commitments.records import KINDS, Agreement, AssertedCount, Barrier, Decision, Edition, Project, Target
from hansa.indicator import find
from hansa.sample.register import sample_register
from hansa.trade.flows import Flows, as_flows

BY = {"exports": ("origin", "destination"), "turnover": ("region", "partner")}
DRAWS = 30


@pytest.fixture(scope="module")
def planted(sample_folder: Path) -> dict[str, dict[str, str]]:
    with (sample_folder / "truth" / "commitment.csv").open(encoding="utf-8", newline="") as rows:
        return {row["id"]: row for row in csv.DictReader(rows)}


def _goods(truth: dict[str, pa.Table], years: set[str]) -> pa.Table:
    """True trade in goods across borders in some years."""
    groups = dict(zip(*(truth["product"][name].to_pylist() for name in ("product", "group")), strict=True))
    goods = [code for code, group in groups.items() if group not in ("services", "home")]
    flow = truth["flow"]
    wanted = pc.and_(pc.is_in(flow["product"], pa.array(goods)), pc.is_in(flow["period"], pa.array(sorted(years))))
    return flow.filter(pc.and_(wanted, pc.not_equal(flow["origin"], flow["destination"])))


def _value(flows: Flows, target: Target) -> float:
    """The statistic of a target, in its period."""
    narrowed = dict(target.arguments)
    if products := narrowed.pop("product", None):
        flows = flows.where(product=products.split(","))
    by = {"by": BY[target.indicator]} if target.indicator in BY else {}
    return find(target.indicator).function(flows, **by, **narrowed, period=target.period).value()


def test_it_holds_what_was_promised():
    register = sample_register()
    count = Counter(type(record) for record in register)
    assert (count[Agreement], count[KINDS["programme"]], count[Project], count[Barrier]) == (12, 6, 20, 9)
    assert count[Target] == 12
    assert [edition.start[:4] for edition in register.of(Edition)] == ["2021", "2022", "2023"]
    assert all(count[kind] for kind in KINDS.values())
    assert {(said.what, said.value) for said in register.of(AssertedCount)} == {("agreements", 26), ("provinces", 4)}
    states = {max(decision.history, key=lambda event: event.date).state for decision in register.of(Decision)}
    assert states == {"taken", "in work", "done", "late", "cancelled"}
    about = {decision.id: decision.barrier for decision in register.of(Decision) if decision.barrier}
    assert about == {"dec-lane": "bar-queue", "dec-recycling": "bar-recycling"}


def test_agreements_that_moved_the_figures_have_the_dates_of_the_generator(truth: dict[str, pa.Table]):
    titles = {agreement.title: agreement for agreement in sample_register().of(Agreement)}
    for row in truth["agreement"].to_pylist():
        in_force = [event.date for event in titles[row["name"]].history if event.state == "in force"]
        assert in_force == [f"{row['from']}-01-01"]


def test_barriers_are_those_of_the_generator(truth: dict[str, pa.Table]):
    groups = dict(zip(*(truth["product"][name].to_pylist() for name in ("product", "group")), strict=True))
    known = {barrier.title: barrier for barrier in sample_register().of(Barrier)}
    for row in truth["barrier"].to_pylist():
        barrier = known.pop(row["name"])
        assert (barrier.origin, barrier.destination) == (row["origin"], row["destination"])
        assert barrier.equivalent == row["equivalent"]
        assert set(barrier.products) == {code for code, group in groups.items() if group == row["group"]}
        removed = [event.date for event in barrier.history if event.state == "removed"]
        assert removed == ([] if row["until"] is None else [f"{row['until'] + 1}-01-01"])
    assert not known


def test_regions_and_blocs_are_those_of_the_world(truth: dict[str, pa.Table], sample_folder: Path):
    with (sample_folder / "regions.csv").open(encoding="utf-8", newline="") as rows:
        known = {row["code"]: row["name"] for row in csv.DictReader(rows)}
    with (sample_folder / "bloc_names.csv").open(encoding="utf-8", newline="") as rows:
        known |= {row["bloc"]: row["name_en"] for row in csv.DictReader(rows)}
    named = {party.region: party.name for party in sample_register().of(KINDS["party"]) if party.region}
    assert named.items() <= known.items()


def test_what_becomes_of_each_target(planted: dict[str, dict[str, str]]):
    targets = {target.id for target in sample_register().of(Target)}
    verdicts = Counter(planted[target]["expected"] for target in targets)
    assert verdicts == {"met": 5, "missed": 4, "too early": 2, "not computable": 1}
    kinds = Counter(row["kind"] for row in planted.values())
    assert kinds == {"target": 12, "barrier": 9, "coverage gap": 3}


def test_no_noise_turns_a_target(truth: dict[str, pa.Table], planted: dict[str, dict[str, str]]):
    """True values stand three standard deviations of the reports' noise from what was wanted, on the planted side."""
    ended = [t for t in sample_register().of(Target) if planted[t.id]["expected"] in ("met", "missed")]
    table = _goods(truth, {target.period for target in ended})
    columns = {name: table[name] for name in ("period", "origin", "destination", "product")}
    true = {t.id: _value(as_flows({**columns, "value": table["value"]}), t) for t in ended}
    quality = dict(zip(*(truth["report_error"][name].to_pylist() for name in ("region", "as_origin")), strict=True))
    error = np.array([quality[origin] for origin in table["origin"].to_pylist()])
    noise, drawn = np.random.default_rng(20221231), []
    for _ in range(DRAWS):
        seen = table["value"].to_numpy() * np.exp(error * noise.standard_normal(len(error)) - error**2 / 2)
        flows = as_flows({**columns, "value": pa.array(seen)})
        drawn.append([_value(flows, target) for target in ended])
    spread = np.std(drawn, axis=0, ddof=1)
    for target, deviation in zip(ended, spread, strict=True):
        beyond = (true[target.id] - target.value) * (1 if target.direction == "up" else -1)
        assert (beyond > 0) == (planted[target.id]["expected"] == "met"), target.id
        assert abs(beyond) >= 3 * deviation > 0, (target.id, beyond / deviation)
    assert sum(target.direction == "down" for target in ended) >= 2
    assert len({target.indicator for target in ended}) >= 6


def test_removed_barriers_had_an_effect(planted: dict[str, dict[str, str]]):
    """(1 + equivalent) ** theta against competitors; on all trade less, since the market's prices fell too."""
    removed = {barrier.id for barrier in sample_register().of(Barrier) if planted[barrier.id]["expected"] == "removed"}
    # theta of food, machinery and wood
    effect = {"bar-veterinary": 1.12**5.0, "bar-certificates": 1.15**4.2, "bar-timber": 1.20**6.0}
    assert removed == set(effect)
    for barrier in removed:
        row = planted[barrier]
        trade, stayed = float(row["trade"]), float(row["trade_had_it_stayed"])
        assert float(row["effect"]) == pytest.approx(effect[barrier], abs=1e-6)
        assert 1 < trade / stayed < effect[barrier]


def test_no_barrier_stands_where_nobody_trades(truth: dict[str, pa.Table]):
    """Every barrier has trade in every year of the figures, by the truth: what is at stake can be told."""
    flow = truth["flow"]
    years = set(flow["period"].to_pylist())
    for barrier in sample_register().of(Barrier):
        way = pc.and_(pc.equal(flow["origin"], barrier.origin), pc.equal(flow["destination"], barrier.destination))
        affected = flow.filter(pc.and_(way, pc.is_in(flow["product"], pa.array(list(barrier.products)))))
        assert set(affected["period"].to_pylist()) == years, barrier.id
        assert pc.min(affected["value"]).as_py() > 1e6, barrier.id


def test_a_world_without_a_register_is_given_one(sample_folder: Path, tmp_path: Path):
    old = tmp_path / "world"
    shutil.copytree(sample_folder, old)
    shutil.rmtree(old / "register")
    (old / "truth" / "commitment.csv").unlink()
    hansa.sample.build(old)
    for name in ("register", "truth/commitment.csv"):
        new, made = sample_folder / name, old / name
        files = sorted(new.iterdir()) if new.is_dir() else [new]
        assert files
        for file in files:
            assert (made / file.name if new.is_dir() else made).read_bytes() == file.read_bytes()
