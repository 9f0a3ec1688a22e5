"""Corrected and drawn inference of a named fit: what is recognised, what is refused, what is said."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from hansa.errors import DataError, NotIdentified
from hansa.gravity import weidner_zylkin
from hansa.gravity.correction import bias_corrected, bootstrap, bootstrap_draws
from hansa.gravity.fit import ols, ppml


def trade(seed=1, countries=7, periods=3, sectors=1, zeros=0.0):
    rng = np.random.default_rng(seed)
    o, d, t, s = (a.ravel() for a in np.indices((countries, countries, periods, sectors)))
    keep = rng.permutation(o.size)[: int(0.9 * o.size)]  # unbalanced, in any order
    o, d, t, s = o[keep], d[keep], t[keep], s[keep]
    rta = ((o + d) % 3 == 0) * (t > 0)
    flow = np.exp(0.5 * rta + rng.normal(0, 0.4, o.size)) * (rng.random(o.size) >= zeros)
    return {
        "exporter": np.array([f"X{k}" for k in o]),
        "importer": np.array([f"X{k}" for k in d]),
        "year": 2000 + t,
        "sector": s,
        "pair": np.array([f"{min(a, b)}-{max(a, b)}" for a, b in zip(o, d, strict=True)]),
        "rta": rta,
        "wto": rng.normal(size=o.size),
        "wide": np.ones(o.size),
        "trade": flow,
    }


SETS = {
    "directed": "exporter^year + importer^year + exporter^importer",
    "undirected": "exporter^year + importer^year + pair",
}


@pytest.mark.parametrize("kind", SETS)
def test_uncorrected_error_is_that_of_the_fit(kind):
    cluster = "pair" if kind == "undirected" else "exporter^importer"
    fit = ppml(f"trade ~ rta + wto | {SETS[kind]}", trade(zeros=0.2), cluster=cluster)
    told = bias_corrected(fit)
    np.testing.assert_allclose([row["uncorrected_error"] for row in told.rows()], fit.result.table["error"], rtol=1e-6)
    assert any(f"{fit.covariance.clusters[0]} {kind} pairs" in note for note in told.notes)


def test_order_of_sets_and_of_rows_does_not_matter():
    data = trade()
    turned = {name: column[::-1] for name, column in data.items()}
    once = bias_corrected(ppml(f"trade ~ rta | {SETS['undirected']}", data)).rows()[0]
    again = bias_corrected(ppml("trade ~ rta | pair + importer^year + year^exporter", turned)).rows()[0]
    for name in ("coefficient", "error", "bias"):
        assert again[name] == pytest.approx(once[name], rel=1e-6)


def test_sectors_are_countries_of_their_own():
    """Two sectors with all effects crossed: exporters are those of a sector, so the bias is that of 14 exporters."""
    data = trade(sectors=2)
    fit = ppml("trade ~ rta | exporter^sector^year + importer^sector^year + exporter^importer^sector", data)
    told = bias_corrected(fit)
    row, code = fit.solution.row, lambda name: np.unique(data[name], return_inverse=True)[1].ravel()
    ids = [code("exporter") * 2 + data["sector"], code("importer") * 2 + data["sector"], data["year"] - 2000]
    want = weidner_zylkin.correct(
        fit.solution.outcome, fit.solution.fitted, fit.solution.projected, *(each[row] for each in ids)
    )
    assert told.rows()[0]["bias"] == pytest.approx(want.bias[0], rel=1e-9)
    assert told.meta["pairs"] == want.pairs == np.unique(ids[0][row] * 100 + ids[1][row]).size


def test_second_order_is_said_and_refused_its_trust_where_trade_with_oneself_rules():
    data = trade(countries=9)
    told = bias_corrected(ppml(f"trade ~ rta | {SETS['undirected']}", data), method="second-order")
    assert told.meta["method"] == "second-order"
    assert any(note.startswith("correction second-order: all terms of second order") for note in told.notes)
    assert not any("Do not rely" in note for note in told.notes)
    data["trade"] = np.where(data["exporter"] == data["importer"], 100.0, 1.0) * data["trade"]
    ruled = ppml(f"trade ~ rta | {SETS['undirected']}", data)
    assert any("take method='paper'" in note for note in bias_corrected(ruled, method="second-order").notes)
    assert not any("Do not rely" in note for note in bias_corrected(ruled).notes)
    with pytest.raises(DataError, match="no method of correction; take 'paper' or 'second-order'"):
        bias_corrected(ruled, method="jackknife")


def test_leverage_is_said():
    fit = ppml(f"trade ~ rta | {SETS['directed']}", trade())
    assert any("leverage of fixed effects exact" in note for note in bias_corrected(fit).notes)
    assert any("approximated" in note for note in bias_corrected(fit, exact=False).notes)
    by_country = [
        any(
            "each country taken by themselves" in note for note in bias_corrected(fit, method=method, exact=exact).notes
        )
        for method, exact in (("second-order", False), ("second-order", True), ("paper", False))
    ]
    assert by_country == [True, False, False]


def test_a_regressor_of_one_pair_leaves_nothing_to_go_by():
    data = trade()
    first = (data["exporter"] == data["exporter"][1]) & (data["importer"] == data["importer"][1])
    data["once"] = np.where(first & (data["year"] == data["year"].max()), 1.0, 0.0)
    notes = bias_corrected(ppml(f"trade ~ rta + once | {SETS['directed']}", data), method="second-order").notes
    assert [note for note in notes if "leverage of a pair is 1.00" in note and "has nothing to go by there" in note]


@pytest.mark.parametrize(
    "formula",
    ["trade ~ rta", "trade ~ rta | exporter^year + importer^year", "trade ~ rta | pair + year",
     "trade ~ rta | exporter^year + importer^year + sector", "trade ~ rta | exporter + importer + pair"],
)  # fmt: skip
def test_other_models_are_refused(formula):
    with pytest.raises(NotIdentified, match=r"exporter\^year \+ importer\^year \+ pair"):
        bias_corrected(ppml(formula, trade()))


def test_weights_and_least_squares_are_refused():
    formula = f"trade ~ rta | {SETS['undirected']}"
    with pytest.raises(DataError, match="without weights"):
        bias_corrected(ppml(formula, trade(), weights="wide"))
    with pytest.raises(NotIdentified, match="least squares"):
        bias_corrected(ols(formula, trade()))


def test_two_rows_of_a_pair_and_period_are_refused():
    with pytest.raises(DataError, match="repeat an exporter, importer and period"):
        bias_corrected(ppml(f"trade ~ rta | {SETS['undirected']}", trade(sectors=2)))


def test_pairs_bootstrap_is_near_the_clustered_error():
    fit = ppml(f"trade ~ rta | {SETS['undirected']}", trade(countries=12), cluster="pair")
    with ThreadPoolExecutor(2) as threads:
        row = bootstrap(fit, draws=99, executor=threads).rows()[0]
    assert row["error"] == pytest.approx(row["clustered_error"], rel=0.35)
    assert row["lower"] < row["coefficient"] < row["upper"]


def test_wild_bootstrap_of_a_weighted_fit_and_of_least_squares():
    data = trade()
    for fit in (
        ppml(f"trade ~ rta | {SETS['undirected']}", data, cluster="pair", weights="wide"),
        ols("trade ~ rta | exporter + importer", data, cluster="pair"),
    ):
        row = bootstrap(fit, "wild", draws=2_000).rows()[0]
        assert row["error"] == pytest.approx(row["clustered_error"], rel=0.1)


def test_what_the_bootstrap_says():
    fit = ppml(f"trade ~ rta | {SETS['undirected']}", trade(), cluster="pair")
    told = bootstrap(fit, "wild", draws=50, seed=4, points="webb", level=0.9)
    assert told.notes[0] == "50 draws of 28 clusters by pair, seed 4; 90 % percentile intervals"
    assert "webb" in told.method
    assert bootstrap_draws(fit, "wild", draws=50, seed=4).draw.shape == (50, 1)


def test_draws_left_out_are_noted_with_the_term():
    """Only one of eight clusters ever has an agreement: a third of the draws lacks it."""
    rng = np.random.default_rng(2)
    data = {"pair": np.repeat(np.arange(8), 4), "wto": rng.normal(size=32), "trade": np.exp(rng.normal(size=32))}
    data["rta"] = ((data["pair"] == 0) & (np.arange(32) % 2 == 0)).astype(float)
    told = bootstrap(ppml("trade ~ wto + rta | pair", data, cluster="pair"), draws=60)
    assert 10 < told.meta["failed"] < 35
    assert any("draws left out: a regressor is collinear, e.g. rta" in note for note in told.notes), told.notes


def test_refusals_of_the_bootstrap():
    data = trade()
    fit = ppml("trade ~ rta | exporter + importer", data, cluster="exporter + importer")
    with pytest.raises(DataError, match="clusters of one kind"):
        bootstrap(fit)
    with pytest.raises(DataError, match="'pairs' or 'wild'"):
        bootstrap(fit, "block")
    with pytest.raises(NotIdentified, match="least squares"):
        bootstrap(ols("trade ~ rta | exporter + importer", data, cluster="pair"))
