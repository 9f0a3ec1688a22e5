"""Laws of gravity by PPML, on random panels: what must not matter does not, and what must add up does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from hansa.gravity.fit import GravityFit, ppml

SETS = {
    "two-way": ("exporter^year", "importer^year"),
    "three-way": ("exporter^year", "importer^year", "exporter^importer"),
    "symmetric": ("exporter^year", "importer^year", "pair"),
    "plain": ("exporter", "importer", "year"),
    "four": ("exporter^year", "importer^year", "pair", "third"),
}


@dataclass(frozen=True)
class Panel:
    """A random panel of trade; everything follows from what is drawn."""

    kind: str
    regions: int
    periods: int
    seed: int

    @property
    def data(self) -> dict[str, np.ndarray]:
        random, N = np.random.default_rng(self.seed), self.regions
        i, j, t = (
            axis.ravel() for axis in np.meshgrid(np.arange(N), np.arange(N), np.arange(self.periods), indexing="ij")
        )
        there = random.permutation(np.flatnonzero((i != j) & (random.random(i.size) < 0.9)))
        i, j, t = i[there], j[there], t[there]
        rta, x = (random.random(i.size) < 0.4).astype(float), random.normal(size=i.size)
        trade = np.exp(0.5 * rta - 0.3 * x + random.normal(size=N)[i] + random.normal(size=i.size))
        trade[random.random(i.size) < 0.2] = 0
        data = {"exporter": i, "importer": j, "year": 2000 + t, "pair": np.minimum(i, j) * N + np.maximum(i, j)}
        return {**data, "third": (i + 2 * j) % 3, "trade": trade, "rta": rta, "x": x, "one": np.ones(i.size)}

    def fit(self, data: dict[str, Any], **settings: Any) -> GravityFit:
        formula = f"trade ~ rta + x | {' + '.join(SETS[self.kind])}"
        return ppml(formula, data, **{"cluster": "pair", **settings})


panels = st.builds(
    Panel,
    kind=st.sampled_from(sorted(SETS)),
    regions=st.integers(5, 9),
    periods=st.integers(3, 5),
    seed=st.integers(0, 2**32 - 1),
)
few = settings(max_examples=25)


def figures(fit: GravityFit) -> np.ndarray:
    """Coefficients and errors."""
    return np.array([(row["coefficient"], row["error"]) for row in fit.result.rows()])


def same(one: GravityFit, other: GravityFit, share: float = 1e-7) -> None:
    """Equal to a small share of a standard error."""
    error = figures(one)[:, 1]
    assert_allclose(figures(other) / error[:, None], figures(one) / error[:, None], rtol=0, atol=share)


@few
@given(panels, st.integers(0, 2**32 - 1))
def test_order_of_rows_does_not_matter(panel, seed):
    data = panel.data
    order = np.random.default_rng(seed).permutation(data["trade"].size)
    first, second = panel.fit(data), panel.fit({name: values[order] for name, values in data.items()})
    assert_allclose(figures(second), figures(first), rtol=1e-12, atol=1e-13)
    assert_allclose(second.fitted, first.fitted[order], rtol=1e-11)


@few
@given(panels, st.sampled_from([1e-6, 0.01, 1000.0, 2.0**30]))
def test_the_currency_moves_only_the_effects(panel, factor):
    data = panel.data
    first, second = panel.fit(data), panel.fit({**data, "trade": data["trade"] * factor})
    same(first, second)
    assert_allclose(second.fitted, first.fitted * factor, rtol=1e-7)


@few
@given(panels, st.integers(0, 2**32 - 1))
def test_names_do_not_matter(panel, seed):
    data, random = panel.data, np.random.default_rng(seed)
    names = np.array([f"R{place:02}" for place in random.permutation(panel.regions)])
    years = random.permutation(panel.periods)
    moved = {
        "exporter": names[data["exporter"]],
        "importer": names[data["importer"]],
        "year": years[data["year"] - 2000],
    }
    same(panel.fit(data), panel.fit({**data, **moved}))


@few
@given(panels)
def test_fitted_margins_are_actual_margins(panel):
    """Adding-up: Fally 2015, Journal of International Economics 97; Arvis and Shepherd 2013."""
    fit = panel.fit(panel.data)
    used = fit.solution.row
    for effect in fit.design.effects:
        level = effect.levels.of_row[used]
        actual, fitted = (np.bincount(level, weights=values) for values in (fit.design.y[used], fit.fitted[used]))
        assert_allclose(fitted, actual, rtol=1e-5, atol=1e-9 * fit.design.y.max())
    X = fit.design.X[:, used]
    assert_allclose(X @ fit.fitted[used], X @ fit.design.y[used], atol=1e-6 * fit.design.y.sum())


@few
@given(panels)
def test_every_row_twice_leaves_coefficients_and_clustered_errors(panel):
    data = panel.data
    first = panel.fit(data, singletons="keep")
    second = panel.fit({name: np.tile(values, 2) for name, values in data.items()}, singletons="keep")
    same(first, second)


@few
@given(panels)
def test_a_weight_counts_as_rows(panel):
    """Weight w gives the coefficients of w copies of the row."""
    data = panel.data
    copies = np.random.default_rng(panel.seed).integers(1, 4, data["trade"].size)
    weighted = panel.fit({**data, "w": copies.astype(float)}, weights="w", singletons="keep")
    copied = panel.fit({name: np.repeat(values, copies) for name, values in data.items()}, singletons="keep")
    same(weighted, copied)
    doubled = panel.fit({**data, "w": 2.0 * copies}, weights="w", singletons="keep")
    same(weighted, doubled)


@few
@given(panels)
def test_fitting_fitted_values_returns_the_coefficients(panel):
    data = panel.data
    first = panel.fit(data)
    used = first.solution.row
    again = panel.fit({name: values[used] for name, values in {**data, "trade": first.fitted}.items()})
    error = figures(first)[:, 1]
    assert (np.abs(figures(again)[:, 0] - figures(first)[:, 0]) <= 1e-6 * error).all()


@few
@given(panels, st.sampled_from([-1.5, 0.25, 3.0]))
def test_an_offset_of_c_x_moves_the_coefficient_of_x_by_minus_c(panel, c):
    data = panel.data
    first, second = panel.fit(data), panel.fit({**data, "o": c * data["x"]}, offset="o")
    assert_allclose(figures(second) - figures(first), [[0, 0], [-c, 0]], atol=1e-6 * figures(first)[:, 1].min())
    assert_allclose(second.fitted, first.fitted, rtol=1e-6)


@few
@given(panels, st.sampled_from([1e-6, 0.1, 1e6]), st.sampled_from([0.0, 7.0]))
def test_the_unit_of_a_regressor_moves_only_its_coefficient(panel, factor, shift):
    data = panel.data
    first, second = panel.fit(data), panel.fit({**data, "x": data["x"] * factor + shift * factor})
    assert_allclose(figures(second) * [[1], [factor]], figures(first), rtol=1e-6, atol=1e-7)
