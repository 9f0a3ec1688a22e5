"""Errors of coefficients: hand arithmetic, laws, and what pyfixest gives for random panels."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hansa.errors import DataError, NotIdentified
from hansa.gravity import covariance as cov
from hansa.gravity.fit import ols, ppml

WAYS = {"robust": None, "one way": "pair", "other way": "exporter", "two ways": "exporter + year"}
# pyfixest may end its process, so it runs in another one; ssc as each convention has it
ORACLE = """
import json, sys
import pandas as pd, pyfixest as pf
def fitted(panel):
    panel["exporter_year"] = panel.exporter + "_" + panel.year.astype(str)
    panel["importer_year"] = panel.importer + "_" + panel.year.astype(str)
    found, effects = {}, "exporter_year + importer_year + pair"
    for kind, k_adj in (("fixest", True), ("stata", False)):
        ssc = pf.ssc(k_adj=k_adj, k_fixef="nonnested", G_adj=True, G_df="min")
        for way, vcov in (("robust", "hetero"), ("one way", {"CRV1": "pair"}), ("other way", {"CRV1": "exporter"}),
                          ("two ways", {"CRV1": "exporter + year"})):
            fit = pf.fepois(f"trade ~ rta + ln | {effects}", panel, vcov=vcov, ssc=ssc, fixef_tol=1e-12, iwls_tol=1e-13)
            linear = pf.feols(f"flow ~ rta + ln | {effects}", panel, vcov=vcov, ssc=ssc, fixef_tol=1e-13)
            found[f"ppml {kind} {way}"] = [list(fit.coef()), list(fit.se()), int(fit._N)]
            found[f"ols {kind} {way}"] = [list(linear.coef()), list(linear.se()), int(linear._N)]
    return found
print("RESULT" + json.dumps([fitted(pd.DataFrame(one)) for one in json.load(open(sys.argv[1]))]))
"""


def panel(seed: int, regions: int = 7, periods: int = 9) -> dict[str, list[Any]]:
    draw = np.random.default_rng(seed)
    cells = list(product(range(regions), range(regions), range(periods)))
    i, j, t = (np.array(column) for column in zip(*cells, strict=True))
    rta, ln = draw.integers(0, 2, i.size) * (i != j), draw.normal(size=i.size)
    mean = np.exp(0.5 + 0.3 * rta - 0.5 * ln + draw.normal(size=regions)[i] + draw.normal(size=regions)[j])
    trade = draw.poisson(mean * draw.gamma(2.0, 0.5, i.size)) * 1.0
    return {
        "exporter": [f"E{k}" for k in i],
        "importer": [f"E{k}" for k in j],
        "year": [2000 + int(k) for k in t],
        "pair": [f"{min(a, b)}-{max(a, b)}" for a, b in zip(i, j, strict=True)],
        "rta": [int(x) for x in rta],
        "ln": [float(x) for x in ln],
        "trade": [float(x) for x in trade],
        "flow": [float(x) for x in np.sqrt(trade) + draw.normal(size=i.size)],
    }


@pytest.fixture(scope="module")
def pyfixest(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, Any]]:
    """Random panels, and what pyfixest finds in each."""
    pytest.importorskip("pyfixest", reason="needs pyfixest")
    panels = [panel(seed) for seed in (4, 6)]
    path = Path(tmp_path_factory.mktemp("oracle")) / "panels.json"
    path.write_text(json.dumps(panels))
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", ORACLE, str(path)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return list(zip(panels, json.loads(done.stdout.split("RESULT")[1]), strict=True))


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("convention", cov.CONVENTIONS)
@pytest.mark.parametrize("number", [0, 1])
def test_ppml_errors_are_those_of_pyfixest(pyfixest, number: int, convention: str, way: str):
    data, found = pyfixest[number]
    fit = ppml(
        "trade ~ rta + ln | exporter^year + importer^year + pair", data, cluster=WAYS[way], convention=convention
    )
    b, error, n = found[f"ppml {convention} {way}"]
    rows = fit.result.rows()
    assert fit.solution.row.size == n
    factor = 1.0 if convention == "fixest" or way != "robust" else np.sqrt(n / (n - 1))  # pyfixest has 1 there
    np.testing.assert_allclose([row["coefficient"] for row in rows], b, rtol=1e-7)
    np.testing.assert_allclose([row["error"] for row in rows], np.array(error) * factor, rtol=1e-6)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("number", [0, 1])
def test_least_squares_errors_are_those_of_pyfixest(pyfixest, number: int, way: str):
    data, found = pyfixest[number]
    fit = ols("flow ~ rta + ln | exporter^year + importer^year + pair", data, cluster=WAYS[way], convention="fixest")
    b, error, n = found[f"ols fixest {way}"]
    rows = fit.result.rows()
    assert fit.solution.row.size == n
    np.testing.assert_allclose([row["coefficient"] for row in rows], b, rtol=1e-7)
    np.testing.assert_allclose([row["error"] for row in rows], error, rtol=1e-6)


def test_two_ways_by_hand():
    """Scores 3, 4, 5, -2 in a 2 x 2 table: rows add to 7 and 3, columns to 8 and 2."""
    scores, first, second = np.array([[3.0, 4.0, 5.0, -2.0]]), np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    assert cov.sandwich(scores, np.eye(1), [first]).matrix[0, 0] == pytest.approx(2 * (49 + 9))
    two = cov.sandwich(scores, np.eye(1), [first, second])
    assert two.matrix[0, 0] == pytest.approx(2 * (49 + 9 + 64 + 4 - (9 + 16 + 25 + 4)))
    assert (two.clusters, two.repaired) == ((2, 2), 0.0)


def test_three_ways_add_and_subtract_seven_meats():
    draw = np.random.default_rng(1)
    scores, codes = draw.normal(size=(2, 400)), [draw.integers(0, 9, 400) for _ in range(3)]

    def meat(*chosen: np.ndarray) -> np.ndarray:
        label = np.unique(np.array(chosen), axis=1, return_inverse=True)[1].ravel()
        total = np.array([np.bincount(label, weights=row) for row in scores])
        return total @ total.T

    a, b, c = codes
    expected = meat(a) + meat(b) + meat(c) - meat(a, b) - meat(a, c) - meat(b, c) + meat(a, b, c)
    found = cov.sandwich(scores, np.eye(2), codes)
    if found.repaired == 0:
        np.testing.assert_allclose(found.matrix, expected * 9 / 8)
    assert len(found.clusters) == 3


def test_a_negative_eigenvalue_is_set_to_zero_and_said():
    scores = np.array([[1.0, -1.0, -1.0, 1.0]])  # rows and columns of the table add to zero, its cells do not
    found = cov.sandwich(scores, np.eye(1), [np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])])
    assert found.matrix[0, 0] == 0
    assert found.repaired < 0


def test_a_cluster_for_each_row_is_robust():
    draw = np.random.default_rng(2)
    scores, H = draw.normal(size=(3, 50)), np.diag([1.0, 1e12, 1e-9])
    alone = cov.sandwich(scores, H, [np.arange(50)])
    np.testing.assert_allclose(alone.matrix, cov.sandwich(scores, H).matrix, rtol=1e-12)


def test_parameters_of_nested_and_linked_sets():
    """Exporter-year and importer-year of 3 regions and 2 years: reghdfe finds a redundant level in each year."""
    i, j, t = (np.array(column) for column in zip(*product(range(3), range(3), range(2)), strict=True))
    it, jt, pair = i * 2 + t, j * 2 + t, i * 3 + j
    assert cov.absorbed([it, jt], [], "stata") == 6 + 6 - 2
    assert cov.absorbed([it, jt], [], "fixest") == 6 + 6 - 1
    assert cov.absorbed([it, jt, pair], [pair], "fixest") == 6 + 6 - 1  # GRAVITY: k = K + n_it + n_jt - 1
    assert cov.absorbed([it, jt, pair], [pair], "stata") == (6 - 1) + (6 - 2) + 1
    assert cov.absorbed([it], [i], "fixest") == cov.absorbed([it], [i], "stata") == 1


def test_the_distribution_of_each_estimator():
    scores = np.random.default_rng(0).normal(size=(1, 30))
    pairs = np.arange(30) // 3
    assert cov.sandwich(scores, np.eye(1), [pairs]).degrees is None
    assert cov.sandwich(scores, np.eye(1), [pairs], linear=True).degrees == 9
    assert cov.sandwich(scores, np.eye(1), linear=True).degrees == 29
    assert cov.quantile(0.95, 9) == pytest.approx(2.262157, abs=1e-6)  # a printed t table
    assert cov.p_value(np.array([2.262157]), 9)[0] == pytest.approx(0.05, abs=1e-6)
    assert cov.joint_p_value(2 * 4.256, 2, 9) == pytest.approx(0.05, abs=1e-4)  # a printed F table: F(2, 9)
    assert cov.joint_p_value(5.991, 2) == pytest.approx(0.05, abs=1e-4)


def test_what_cannot_be_computed_is_refused():
    scores = np.ones((1, 4))
    with pytest.raises(DataError, match="no convention"):
        cov.sandwich(scores, np.eye(1), convention="eviews")
    with pytest.raises(NotIdentified, match="Cluster variable 2 has 1 cluster among the 4 rows"):
        cov.sandwich(scores, np.eye(1), [np.arange(4), np.zeros(4, int)])
    with pytest.raises(NotIdentified, match="4 rows are not enough for 5 parameters"):
        cov.sandwich(scores, np.eye(1), [], [np.arange(4)], convention="fixest")


@pytest.mark.parametrize("ways", [0, 1, 2])
def test_residuals_may_be_given_apart(ways: int):
    draw = np.random.default_rng(8)
    projected, residual, codes = draw.normal(size=(2, 60)), draw.normal(size=60), draw.integers(0, 7, (2, 60))
    codes[:, :7] = np.arange(7)
    clusters = list(codes[:ways])
    whole = cov.sandwich(projected * residual, np.eye(2), clusters)
    assert cov.sandwich(projected, np.eye(2), clusters, residual=residual).matrix == pytest.approx(whole.matrix)
