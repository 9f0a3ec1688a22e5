"""The fit as its reader meets it: figures, what was dropped and why, questions to it, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hansa.errors import DataError, NotIdentified, UnknownCode
from hansa.gravity import wald
from hansa.gravity.fit import GravityFit, ols, ppml
from tests.unit.gravity.test_covariance import panel

EFFECTS = "exporter^year + importer^year + pair"


@pytest.fixture(scope="module")
def data() -> dict[str, list[Any]]:
    made = panel(20)
    return {**made, "trade": [x + 1 for x in made["trade"]]}  # no group is without trade


@pytest.fixture(scope="module")
def fit(data) -> GravityFit:
    return ppml(f"trade ~ rta + ln | {EFFECTS}", data, cluster="pair")


def without_trade(data: dict[str, list[Any]], importer: str, year: int) -> dict[str, list[Any]]:
    cells = zip(data["trade"], data["importer"], data["year"], strict=True)
    return {**data, "trade": [0.0 if (j, t) == (importer, year) else x for x, j, t in cells]}


def test_a_mean_in_two_groups():
    """Means 6 and 2.5: the coefficient is ln 2.4, its robust error by hand."""
    y = {"trade": [7.0, 5.0, 2.0, 3.0], "rta": [1, 1, 0, 0]}
    found = ppml("trade ~ rta", y)
    rows = {row["term"]: row for row in found.result.rows()}
    assert rows["rta"]["coefficient"] == pytest.approx(np.log(2.4))
    assert rows["(Intercept)"]["coefficient"] == pytest.approx(np.log(2.5))
    # a group's mean m has variance sum e^2 / (sum y)^2 in logs: 2/144 + 0.5/25, times n/(n-1)
    assert rows["rta"]["error"] == pytest.approx(np.sqrt((2 / 144 + 0.5 / 25) * 4 / 3))
    assert rows["rta"]["statistic"] == pytest.approx(np.log(2.4) / rows["rta"]["error"])
    assert rows["rta"]["upper"] - rows["rta"]["coefficient"] == pytest.approx(1.959964 * rows["rta"]["error"], rel=1e-6)


def test_it_prints_the_table_of_a_paper(fit):
    assert max(map(len, str(fit).splitlines())) <= 80
    text = " ".join(str(fit).split())
    assert str(fit).startswith("PPML of trade\n  model   trade ~ rta + ln | exporter^year + importer^year + pair\n")
    assert "rows 441 used of 441 given" in text
    assert "clustered by pair (undirected pairs), 28 clusters; convention stata, factor G/(G-1); z (normal)" in text
    assert "exporter^year 63, importer^year 63, pair 28" in text
    assert "only 28 clusters" in text
    assert "deviance R2 0." in text
    assert "decrement" in text
    assert "<table>" in fit._repr_html_()


def test_conventions_are_named(data):
    fit = ppml(f"trade ~ ln | {EFFECTS}", data, cluster="exporter+year", convention="fixest")
    line = fit.result.meta["errors"]
    assert "clustered by exporter, 7 clusters, and by year, 9 clusters; convention fixest" in line
    assert "factor (n-1)/(n-k) G/(G-1) with k = " in line
    assert ppml(f"trade ~ ln | {EFFECTS}", data).result.meta["errors"].startswith("robust to heteroskedasticity")
    linear = ols(f"flow ~ ln | {EFFECTS}", data, cluster="pair")
    assert "t (27 degrees of freedom)" in linear.result.meta["errors"]
    assert "within R2" in str(linear)


@pytest.mark.parametrize(
    ("cluster", "said"),
    [
        ("pair", "clustered by pair (undirected pairs), 28 clusters;"),
        ("exporter^importer", "clustered by exporter^importer (directed pairs), 49 clusters;"),
        ("pair^year", "clustered by pair^year, 252 clusters;"),  # a pair is in several of them
        ("exporter", "clustered by exporter, 7 clusters;"),
        ("ln", "clustered by ln, "),
    ],
)
def test_the_direction_of_clusters_is_said(data, cluster, said):
    assert ppml(f"trade ~ rta | {EFFECTS}", data, cluster=cluster).result.meta["errors"].startswith(said)


def test_a_formula_of_several_lines_prints_in_one(data):
    text = str(ppml("trade ~ rta\n  | exporter^year\n  + importer^year", data))
    assert "  model   trade ~ rta | exporter^year + importer^year\n" in text


def test_a_coefficient_that_single_rows_decide_on_has_no_test():
    found = ppml("trade ~ rta", {"trade": [7.0, 5.0, 2.0], "rta": [1, 1, 0]})
    rows = {row["term"]: row for row in found.result.rows()}
    assert rows["(Intercept)"]["coefficient"] == pytest.approx(np.log(2.0))
    assert np.isnan(rows["(Intercept)"]["statistic"])
    assert np.isnan(rows["(Intercept)"]["p_value"])
    assert rows["rta"]["statistic"] == pytest.approx(np.log(3.0) / np.sqrt(2 / 144 * 3 / 2))
    assert any("the error of (Intercept) is zero but for rounding" in note for note in found.result.notes)


def test_as_many_indicators_as_rows_fit_exactly():
    y = {"trade": [2.0, 3.0, 5.0, 7.0, 11.0], "kind": [1, 2, 3, 4, 5]}
    found = ppml("trade ~ i(kind)", y)
    assert np.isnan([row["p_value"] for row in found.result.rows()]).all()


def test_a_model_without_effects_is_not_told_of_effects():
    for fitted in (ppml, ols):
        with pytest.raises(NotIdentified, match="k: it is 3 in all rows used. A model needs") as refusal:
            fitted("y ~ k", {"y": [1.0, 2.0, 4.0], "k": [3, 3, 3]})
        assert "fixed effects" not in str(refusal.value)
    with pytest.raises(NotIdentified, match="rta: it is 0 in all rows used"):
        ppml("trade ~ rta", {"trade": [1.0], "rta": [0]})


def test_the_frame_has_term_and_coefficient_first(fit):
    pytest.importorskip("pandas")
    assert fit.to_pandas().columns.tolist() == [
        "term", "coefficient", "error", "statistic", "p_value", "lower", "upper",
    ]  # fmt: skip


def test_groups_without_trade_are_named(data):
    fit = ppml(f"trade ~ ln | {EFFECTS}", without_trade(data, "E3", 2004))
    note = next(note for note in fit.result.notes if "dropped" in note)
    assert note.startswith("7 rows dropped: the outcome is zero throughout in importer^year (1: 'E3^2004')")
    assert np.isnan(fit.fitted).sum() == 7
    assert "rows    434 used of 441 given" in str(fit)


def test_singletons_are_named_or_kept(data):
    more = {name: [*cells, cells[0]] for name, cells in data.items()}
    more["exporter"][-1], more["pair"][-1] = "E9", "9-0"
    fit = ppml(f"trade ~ ln | {EFFECTS}", more, cluster="pair")
    note = next(note for note in fit.result.notes if "alone" in note)
    assert note.startswith("1 row dropped as alone in an effect")
    assert "exporter E9, year 2000, importer E0, pair 9-0" in note
    kept = ppml(f"trade ~ ln | {EFFECTS}", more, cluster="pair", singletons="keep")
    assert kept.solution.row.size == fit.solution.row.size + 1
    assert kept.result.rows()[0]["coefficient"] == pytest.approx(fit.result.rows()[0]["coefficient"], rel=1e-6)


def test_separated_rows_are_named_or_refused():
    """Zeros of a regressor's ones, where it is one nowhere else: no finite coefficient."""
    rows = {"trade": [1.0, 2.0, 3.0, 0.0, 4.0, 2.0], "x": [0, 0, 0, 1, 0, 0], "z": [1.0, 2.0, 1.0, 2.0, 3.0, 0.5],
            "exporter": list("ABABAB"), "year": [1, 1, 2, 2, 3, 3]}  # fmt: skip
    fit = ppml("trade ~ x + z | exporter", rows)
    assert any("1 row dropped as separated" in note and "exporter B" in note for note in fit.result.notes)
    assert any(note.startswith("x left out: it is 0 in all rows used") for note in fit.result.notes)
    with pytest.raises(
        NotIdentified, match=r"'trade ~ x \+ z \| exporter' is not identified: 1 of 6 rows .* 'exporter B'"
    ):
        ppml("trade ~ x + z | exporter", rows, separated="refuse")


def test_terms_without_a_coefficient_say_why(data):
    ln, rta = np.array(data["ln"]), np.array(data["rta"])
    pair = np.unique(data["pair"], return_inverse=True)[1]
    more = {**data, "one": [3.0] * ln.size, "twice": 2 * ln, "far": np.sqrt(pair + 1.0), "both": ln + rta}
    fit = ppml(f"trade ~ rta + ln + one + twice + far + both | {EFFECTS}", more)
    notes = " ".join(fit.result.notes)
    assert "one left out: it is 3 in all rows used" in notes
    assert "twice left out: it is ln in another unit" in notes
    assert "far left out: it does not vary within pair" in notes
    assert "both left out: the fixed effects and the other terms add up to it" in notes
    assert [row["term"] for row in fit.result.rows()] == ["rta", "ln"]


def test_what_is_not_identified_says_by_what(data):
    pair = np.unique(data["pair"], return_inverse=True)[1]
    with pytest.raises(NotIdentified, match="far: it does not vary within pair"):
        ppml(f"trade ~ far | {EFFECTS}", {**data, "far": pair * 1.0})
    with pytest.raises(NotIdentified, match="trade is zero in all 441 rows"):
        ppml(f"trade ~ ln | {EFFECTS}", {**data, "trade": [0.0] * 441})
    with pytest.raises(NotIdentified, match="cell has a level for each of its 441 rows"):
        ppml("trade ~ ln | cell", {**data, "cell": list(range(441))})
    with pytest.raises(NotIdentified, match="far: it does not vary within pair"):
        ols(f"flow ~ far | {EFFECTS}", {**data, "far": pair * 1.0})


def test_settings_that_do_not_exist_are_refused(data):
    for setting in ("convention", "singletons", "separated"):
        with pytest.raises(DataError, match=f"{setting}='perhaps' is no choice. Give one of"):
            ppml("trade ~ ln", data, **{setting: "perhaps"})
    with pytest.raises(DataError, match="convention='sas'"):
        ols("flow ~ ln", data, convention="sas")


def test_order_of_rows_does_not_matter(data, fit):
    order = np.random.default_rng(0).permutation(len(data["trade"]))
    other = ppml(
        f"trade ~ rta + ln | {EFFECTS}",
        {name: [cells[k] for k in order] for name, cells in data.items()},
        cluster="pair",
    )
    for a, b in zip(fit.result.rows(), other.result.rows(), strict=True):
        assert a["coefficient"] == pytest.approx(b["coefficient"], rel=1e-8)
        assert a["error"] == pytest.approx(b["error"], rel=1e-6)
    np.testing.assert_allclose(other.fitted, fit.fitted[order], rtol=1e-6)


def test_fitted_values_add_up(data, fit):
    """PPML with effects reproduces the sums of each (Fally 2015)."""
    for name in ("exporter", "importer", "pair"):
        code = np.unique(data[name], return_inverse=True)[1]
        np.testing.assert_allclose(
            np.bincount(code, weights=fit.fitted), np.bincount(code, weights=data["trade"]), rtol=1e-4
        )


# ---- questions to coefficients --------------------------------------------------------------------------------------
def test_sums_of_coefficients(fit):
    V, (a, b) = fit.covariance.matrix, fit.solution.coefficient
    for what in ("rta + 2*ln", {"rta": 1.0, "ln": 2.0}):
        row = fit.wald(what).rows()[0]
        assert row["estimate"] == pytest.approx(a + 2 * b)
        assert row["error"] == pytest.approx(np.sqrt(V[0, 0] + 4 * V[0, 1] + 4 * V[1, 1]))
    assert fit.wald("rta = 0.3").rows()[0]["estimate"] == pytest.approx(a - 0.3)
    assert fit.wald("rta = ln").rows()[0]["estimate"] == pytest.approx(a - b)
    own = fit.result.rows()[0]
    assert fit.wald("rta").rows()[0]["p_value"] == pytest.approx(own["p_value"])


def test_a_joint_test_of_one_is_the_square_of_z(fit):
    row = fit.wald(["ln"]).rows()[0]
    assert row["chi2(1)"] == pytest.approx(fit.result.rows()[1]["statistic"] ** 2)
    both = fit.wald(["rta", "ln"]).rows()[0]
    b, V = fit.solution.coefficient, fit.covariance.matrix
    assert both["chi2(2)"] == pytest.approx(b @ np.linalg.inv(V) @ b)
    with pytest.raises(NotIdentified, match="one follows from the others"):
        fit.wald(["rta", "2*rta"])


def test_a_change_of_a_coefficient_by_the_delta_method(fit):
    row = wald.ratio_change(fit, "rta", "ln").rows()[0]
    b, V = fit.solution.coefficient, fit.covariance.matrix
    assert row["estimate"] == pytest.approx((b[0] / b[1] - 1) * 100)
    relative = V[0, 0] / b[0] ** 2 + V[1, 1] / b[1] ** 2 - 2 * V[0, 1] / (b[0] * b[1])
    assert row["error"] == pytest.approx(100 * abs(b[0] / b[1]) * np.sqrt(relative))


@pytest.mark.parametrize(("text", "weights", "value"), [
    ("rta + rta_lag4", {"rta": 1.0, "rta_lag4": 1.0}, 0.0),
    ("-rta + 1e-1 * rta", {"rta": -0.9}, 0.0),
    ("log(dist) - log(dist):intl = rta + 2", {"log(dist)": 1.0, "log(dist):intl": -1.0, "rta": -1.0}, 2.0),
    ("rta - 1 = 0", {"rta": 1.0}, 1.0),
    ("rta = -1", {"rta": 1.0}, -1.0),
    ("rta == 1", {"rta": 1.0}, 1.0),
])  # fmt: skip
def test_combinations_are_read(text: str, weights: dict[str, float], value: float):
    assert wald.read_combination(text, ["rta", "rta_lag4", "log(dist)", "log(dist):intl"]) == (weights, value)


@pytest.mark.parametrize("text", ["", "rta +", "2 * ", "rta rta", "rta = 1 = 2", "rta * 2", "rta + ?"])
def test_combinations_that_say_nothing(text: str):
    with pytest.raises(DataError, match=r"cannot be read|no known term"):
        wald.read_combination(text, ["rta"])


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({}, "nothing to test"),
        ("rta - rta", "weight 0"),
        ([], "A joint test takes texts"),
        (5, "A joint test takes texts"),
        (["rta", 5], "A joint test takes texts"),
    ],
)
def test_questions_that_are_none(fit, what: Any, said: str):
    with pytest.raises(DataError, match=said):
        fit.wald(what)


def test_figures_travel_with_their_rows_and_errors(fit):
    for text in (fit.result.to_csv(), fit._repr_html_(), str(fit.result)):
        assert "441 used of 441 given" in text
        assert "clustered by pair (undirected pairs), 28 clusters; convention stata" in text
    assert "deviance R2 0." in fit._repr_html_()


def test_rows_that_effects_do_not_tell_apart_are_named_by_number():
    data = {"trade": [0, 0, 3.0, 4.0, 5.0, 6.0], "x": [1, 1, 0, 0, 0, 0], "z": [0, 1, 1, 0, 0, 1], "pair": [1] * 6}
    found = ppml("trade ~ x + z | pair", data)
    assert any("'row 1, pair 1'; 'row 2, pair 1'" in note for note in found.result.notes)
    with pytest.raises(NotIdentified, match="They are 'row 1, pair 1'; 'row 2, pair 1'"):
        ppml("trade ~ x + z | pair", data, separated="refuse")


def test_terms_that_are_not_there(fit):
    with pytest.raises(UnknownCode, match="'rtaa' is no known term of the fit. Nearest known: 'rta'"):
        fit.wald("rtaa + ln")
    with pytest.raises(UnknownCode, match="dist"):
        fit.wald({"dist": 1.0})


# ---- predictions ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "formula", ["trade ~ i(year)", "trade ~ i(year) + ln | exporter", "trade ~ ln + i(exporter) + i(year, ref=2000)"]
)
def test_predictions_know_the_reference_that_was_not_named(data, formula: str):
    found = ppml(formula, data)
    part = {name: cells[100:] for name, cells in data.items() if name != "trade" or "ln" not in formula}
    assert found.predict(part) == pytest.approx(found.fitted[100:])
    with pytest.raises(UnknownCode, match="'year'"):
        found.predict({**part, "year": [1900] * len(part["year"])})


def test_predictions_of_the_same_rows_are_the_fitted_values(data, fit):
    np.testing.assert_allclose(fit.predict(data), fit.fitted, rtol=1e-6)
    part = {name: cells[:5] for name, cells in data.items() if name != "trade"}
    np.testing.assert_allclose(fit.predict(part), fit.fitted[:5], rtol=1e-6)


@pytest.mark.parametrize("estimate", [ppml, ols])
@pytest.mark.parametrize("formula", ["trade ~ I(ln**2)", "trade ~ I(ln**2) + i(year) | exporter"])
def test_predictions_never_ask_for_the_outcome(data, estimate, formula: str):
    found = estimate(formula, data)
    part = {name: cells[100:] for name, cells in data.items() if name != "trade"}
    assert found.predict(part) == pytest.approx(found.fitted[100:])
    assert found.predict({**part, "trade": [None] * len(part["ln"])}) == pytest.approx(found.fitted[100:])


def test_predictions_follow_a_regressor(data, fit):
    moved = {**data, "ln": [x + 1 for x in data["ln"]]}
    np.testing.assert_allclose(fit.predict(moved), fit.fitted * np.exp(fit.solution.coefficient[1]), rtol=1e-6)


def test_levels_of_regressors_are_found_again_in_part_of_the_years(data):
    fit = ppml("trade ~ rta + i(year, ln, ref=2000) | exporter^year + importer^year", data)
    later = [place for place, year in enumerate(data["year"]) if year in (2000, 2005)]
    part = {name: [cells[k] for k in later] for name, cells in data.items()}
    np.testing.assert_allclose(fit.predict(part), fit.fitted[later], rtol=1e-6)


def test_without_effects_and_with_an_offset(data):
    more = {**data, "size": [1.5] * 441}
    fit = ppml("trade ~ ln", more, offset="size")
    np.testing.assert_allclose(fit.predict(more, offset="size"), fit.fitted, rtol=1e-6)
    with pytest.raises(DataError, match="offset must be named"):
        fit.predict(more)
    effects = ppml("trade ~ ln | exporter", more, offset="ln")
    np.testing.assert_allclose(effects.predict(more, offset="ln"), effects.fitted, rtol=1e-6)


def test_missing_cells_give_nan_and_unknown_levels_an_error(data, fit):
    hole = {**data, "ln": [None, *data["ln"][1:]]}
    assert np.isnan(fit.predict(hole)).nonzero()[0].tolist() == [0]
    with pytest.raises(UnknownCode, match=r"'E0\^1999' is no known level of exporter\^year in the fit"):
        fit.predict({**data, "year": [1999, *data["year"][1:]]})
    with pytest.raises(DataError, match="depends on all rows"):
        ppml("trade ~ scale(ln) | exporter", data).predict(data)


def test_where_there_was_no_trade_none_is_expected(data):
    poor = without_trade(data, "E3", 2004)
    fit = ppml("trade ~ ln | exporter^year + importer^year", poor)
    found = fit.predict(poor)
    assert (found[np.isnan(fit.fitted)] == 0).all()
