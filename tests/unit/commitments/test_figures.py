"""Figures loaded once for many questions: the same answers, asked again at no cost and from several threads."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from hansa.commitments import (
    Figures,
    at_stake,
    coverage,
    known_products,
    progress,
    progress_of,
    removal_effect,
    stakes,
)
from hansa.commitments.figures import Kept
from hansa.commitments.product import is_known
from hansa.commitments.records import Barrier, Event, Party, Target
from hansa.commitments.register import Register
from hansa.errors import DataError, HansaError
from hansa.regions.lists import shipped_lists
from hansa.trade.flows import as_flows
from hansa.trade.store import Store

DAY = "2023-06-30"
YEARS = [str(year) for year in range(2015, 2023)]
ENDS, PRODUCTS = "ABCD", ["p1", "p2", "p3", "q1", "q2", "q3"]
GONE = (Event("2015", "reported"), Event("2019-01-01", "removed"))
RECORDS = (
    *(Party(one.lower(), one, region=one) for one in ENDS),
    *(
        Target(f"t{one}{other}", "a", "exports", 99.0, "2024", "2018", "USD", {"origin": one, "destination": other})
        for one in ENDS
        for other in ENDS
        if one != other
    ),
    Target("lost", "a", "exports", 99.0, "2024", "2018", "USD", {"origin": "Z"}),
    Barrier("gone", "Queue", "A", "B", products=("p",), history=GONE),
    Barrier("stays", "Fee", "B", "C", products=("q1",)),
    Barrier("nowhere", "Fee", "A", "Z"),
)
REGISTER = Register(RECORDS)


@pytest.fixture
def store(tmp_path):
    """Four regions, six products, eight years, told by both sides: the destination tells a tenth more."""
    rows = [
        (year, one, other, product, round(100 + 7 * n + 3 * k + (n * k) % 5, 1) * more, who)
        for n, year in enumerate(YEARS)
        for k, (one, other, product) in enumerate((a, b, p) for a in ENDS for b in ENDS for p in PRODUCTS if a != b)
        for who, more in (("origin", 1.0), ("destination", 1.1))
    ]
    names = ("period", "origin", "destination", "product", "value", "told_by")
    made = Store.create(tmp_path / "store")
    made.write(as_flows({name: [row[n] for row in rows] for n, name in enumerate(names)}), vintage="2023-06-01")
    return made


def _asked(register, store, **more):
    return (
        progress_of(register, store, on=DAY, **more).rows(),
        stakes(register, store, on=DAY, **more).rows(),
        coverage(register, store, on=DAY, **more).rows(),
    )


def test_figures_give_what_the_store_gives(store):
    for once, again in zip(_asked(REGISTER, store), _asked(REGISTER, Figures(store, DAY)), strict=True):
        for row, other in zip(once, again, strict=True):
            assert row == pytest.approx(other, nan_ok=True)
    target, barrier = REGISTER["tAB"], REGISTER["gone"]
    assert progress(target, Figures(store), on=DAY).rows()[0]["latest_period"] == "2022"
    assert at_stake(barrier, Figures(store), on=DAY).meta["effect"]["told_by"] == "reconciled"
    told = [row["told_by"] for row in removal_effect(barrier, Figures(store), on=DAY).rows()]
    assert told == ["reconciled", "origin", "destination"]


def test_what_was_asked_once_needs_the_store_no_more(store):
    """The files are taken away after the first question: the second is answered as the first."""
    figures = Figures(store, DAY)
    once = _asked(REGISTER, figures)
    shutil.rmtree(store.archive.folder)
    assert _asked(REGISTER, figures) == once
    with pytest.raises(FileNotFoundError):
        coverage(REGISTER, Figures(store, DAY), on=DAY)


def test_no_more_is_kept_than_may_be_and_what_was_asked_last_stays():
    kept, made = Kept(most=2), []

    def ask(key):
        kept.keep((key,), lambda: made.append(key))

    for key in "abacab":
        ask(key)
    assert "".join(made) == "abcb"  # b was asked the longest ago when c came, and made anew after it
    assert len(kept) == 2


def test_what_one_question_asks_is_computed_once_however_much_it_is(store):
    kept, made = Kept(most=2), []
    with kept.together(), kept.together():
        for key in "abcdabcd":
            kept.keep((key,), lambda key=key: made.append(key))
    assert "".join(made) == "abcd"
    assert len(kept) == 2
    small = Figures(store, DAY, kept=Kept(most=3))
    for once, again in zip(_asked(REGISTER, Figures(store, DAY)), _asked(REGISTER, small), strict=True):
        for row, other in zip(once, again, strict=True):
            assert row == pytest.approx(other, nan_ok=True)
    assert len(small.kept) == 3


def test_a_refusal_is_kept_and_told_again(store):
    figures = Figures(store)
    said = []
    for _ in range(2):
        with pytest.raises(HansaError, match="'Z' is no known origin") as refusal:
            figures.series("exports", {"origin": "Z"})
        said.append(len(refusal.traceback))
    assert said[0] >= said[1]  # it does not grow with every question


def test_what_figures_have_settled_cannot_be_asked_otherwise(store):
    figures, barrier, target = Figures(store), REGISTER["gone"], REGISTER["tAB"]
    asked = (
        lambda **more: progress(target, figures, **more),
        lambda **more: progress_of(REGISTER, figures, **more),
        lambda **more: at_stake(barrier, figures, **more),
        lambda **more: removal_effect(barrier, figures, **more),
        lambda **more: stakes(REGISTER, figures, **more),
        lambda **more: coverage(REGISTER, figures, **more),
    )
    for ask in asked:
        for more in ({"as_of": DAY}, {"dataset": "flows"}, {"lists": shipped_lists()}):
            with pytest.raises(DataError, match=f"leave out {next(iter(more))}, or make other Figures"):
                ask(**more)


def test_the_day_of_figures_is_the_day_of_the_question(store):
    assert progress_of(REGISTER, Figures(store, "2023-06-15")).meta["on"] == "2023-06-15"
    early = progress_of(REGISTER, Figures(store, "2020-01-01"))
    assert {row["verdict"] for row in early.rows()} == {"not computable"}  # nothing was known yet


def test_several_threads_ask_the_same_figures_and_others(store):
    """DuckDB refuses a second call while one runs, so that without a lock some of these answers are errors."""
    alone = _asked(REGISTER, Figures(store, DAY))
    shared = [Figures(store, DAY), Figures(store, DAY)]
    with ThreadPoolExecutor(8) as threads:
        for found in threads.map(lambda n: _asked(REGISTER, shared[n % 2]), range(16)):
            for once, again in zip(alone, found, strict=True):
                for row, other in zip(once, again, strict=True):
                    assert row == pytest.approx(other, nan_ok=True)


def _services(store):
    rows = {"period": ["2020"], "origin": ["A"], "destination": ["B"], "product": ["SC"], "value": [1.0]}
    store.write(replace(as_flows(rows), scope="services"), vintage="2023-06-01")


def test_the_products_of_a_store_are_those_of_all_its_flows_and_of_its_list(store):
    assert known_products(Figures(store)) == tuple(PRODUCTS)
    _services(store)
    rows = {"period": ["2020"], "origin": ["A"], "destination": ["B"], "value": [1.0]}
    store.write(as_flows(rows | {"product": ["r1"]}), dataset="more", vintage="2023-06-02")
    store.write(as_flows(rows), dataset="totals", vintage="2023-06-02")  # without products
    assert known_products(Figures(store)) == ("SC", *PRODUCTS, "r1")
    assert known_products(Figures(store, "2023-06-01")) == ("SC", *PRODUCTS)  # the other was not known yet
    (store.archive.folder / "products.csv").write_text("code,name\np9,What nobody trades\n", encoding="utf-8")
    assert "p9" in known_products(Figures(store))
    (store.archive.folder / "products.csv").write_text("code,title\np9,x\n", encoding="utf-8")
    with pytest.raises(DataError, match="products.csv"):
        known_products(Figures(store))


def test_chapters_that_nobody_trades_are_known_by_the_classification(tmp_path):
    store = Store.create(tmp_path / "hs")
    rows = {"period": ["2020"], "origin": ["A"], "destination": ["B"], "product": ["040110"], "value": [1.0]}
    store.write(as_flows(rows, classification="HS17"), vintage="2023-06-01")
    known = known_products(Figures(store))
    assert {"040110", "97", "XXI"} <= set(known)
    assert [is_known(code, known) for code in ("97", "04", "0401", "XXX")] == [True, True, True, False]
