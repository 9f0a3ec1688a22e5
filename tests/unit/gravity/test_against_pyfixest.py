"""The same models by pyfixest: another program, another algorithm, tolerances far below the differences looked for.

It gets panels without separated rows, groups of zeros or singletons, on which it is safe. Least squares is compared
under `fixest` alone: reghdfe counts the parameters of nested effects otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from hansa.gravity.fit import GravityFit, ols, ppml
from tests.unit.gravity import oracle, pyfixest_oracle
from tests.unit.gravity.oracle import Panel, levels

SETS = {
    "two-way": ("exporter^year", "importer^year"),
    "three-way": ("exporter^year", "importer^year", "directed"),
    "symmetric": ("exporter^year", "importer^year", "pair"),
    "plain": ("exporter", "importer", "year"),
    "one": ("pair",),
}
VCOV = {
    "hetero": None,
    "pair": "pair",
    "directed": "directed",
    "exporter+importer": "exporter + importer",
    "exporter+year": "exporter + year",
}


@dataclass(frozen=True)
class Model:
    """A model and the random panel that it is fitted to; everything follows from what is drawn."""

    kind: str
    vcov: str
    linear: bool
    weights: bool
    offset: bool
    size: tuple[int, int, int]
    seed: int

    @property
    def terms(self) -> list[str]:
        return [f"x{k}" for k in range(self.size[2])]

    @property
    def formula(self) -> str:
        return f"y ~ {' + '.join(self.terms)} | {' + '.join(SETS[self.kind])}"

    @cached_property
    def data(self) -> dict[str, np.ndarray]:
        """Columns, without what only one of the programs would take."""
        (N, T, K), random = self.size, np.random.default_rng(self.seed)
        i, j, t = (axis.ravel() for axis in np.meshgrid(np.arange(N), np.arange(N), np.arange(T), indexing="ij"))
        rows = random.permutation(np.flatnonzero(random.random(i.size) < 0.9))
        i, j, t = i[rows], j[rows], t[rows]
        pair, directed = np.minimum(i, j) * N + np.maximum(i, j), i * N + j
        X = random.normal(size=(K, i.size)) + (random.random((K, N, N)) > 0.5)[:, i, j]
        y = np.exp(0.4 * X.sum(0) + random.normal(size=N)[i] + random.normal(size=i.size))
        y[random.random(i.size) < 0.2] = 0
        data = {"exporter": i, "importer": j, "year": t, "pair": pair, "directed": directed, "y": y}
        data |= {"w": random.uniform(0.5, 2, i.size), "o": random.normal(size=i.size)}
        data |= dict(zip(self.terms, X, strict=True))
        sets = tuple(levels(*(data[part] for part in one.split("^"))) for one in SETS[self.kind])
        clean = oracle.sample(Panel(y, X, sets, levels(pair))).used
        return {name: values[clean] for name, values in data.items()}

    def ours(self, convention: str) -> GravityFit:
        same = {"cluster": VCOV[self.vcov], "weights": "w" if self.weights else None, "convention": convention}
        if self.linear:
            return ols(self.formula, self.data, **same)
        return ppml(self.formula, self.data, **same, offset="o" if self.offset else None)

    def theirs(self) -> dict[str, Any]:
        return {
            "formula": self.formula,
            "data": {name: values.tolist() for name, values in self.data.items()},
            "linear": self.linear,
            "vcov": "hetero" if self.vcov == "hetero" else {"CRV1": self.vcov},
            "weights": "w" if self.weights else None,
            "offset": "o" if self.offset and not self.linear else None,
        }


models = st.builds(
    Model,
    kind=st.sampled_from(sorted(SETS)),
    vcov=st.sampled_from(sorted(VCOV)),
    linear=st.booleans(),
    weights=st.booleans(),
    offset=st.booleans(),
    size=st.tuples(st.integers(6, 9), st.integers(4, 6), st.integers(1, 3)),
    seed=st.integers(0, 2**32 - 1),
)


def differences(model: Model, answer: dict[str, Any]) -> list[str]:
    wrong = []
    for convention in ("fixest",) if model.linear else ("stata", "fixest"):
        fit = model.ours(convention)
        ours = {row["term"]: (row["coefficient"], row["error"]) for row in fit.result.rows()}
        b, error = (np.array([ours[term][place] for term in model.terms]) for place in (0, 1))
        said = np.array([answer["coefficient"][term] for term in model.terms])
        if fit.solution.row.size != answer["rows"]:
            wrong.append(f"rows {fit.solution.row.size}, theirs {answer['rows']}")
        unit = np.full(b.size, 0.01) if fit.covariance.repaired else error  # a repaired variance may be zero
        if (np.abs(b - said) > 1e-8 * unit).any():
            wrong.append(f"coefficients differ by {(b - said) / unit} errors")
        told = np.array([answer[convention][term] for term in model.terms], float)
        if convention == "stata" and model.vcov == "hetero":
            told *= np.sqrt(answer["rows"] / (answer["rows"] - 1))  # pyfixest has no factor here, Stata has n/(n-1)
        if not fit.covariance.repaired and not np.allclose(error, told, rtol=1e-6, atol=0):
            wrong.append(f"errors under {convention}: ours / theirs - 1 = {error / told - 1}")
    return [f"{model}: {one}" for one in wrong]


@pytest.mark.slow
@given(st.lists(models, min_size=14, max_size=14))
@settings(max_examples=3, phases=[Phase.generate])
def test_random_panels(several):
    with threadpool_limits(1):
        answers = pyfixest_oracle.ask([model.theirs() for model in several])
        wrong = [one for model, answer in zip(several, answers, strict=True) for one in differences(model, answer)]
    assert not wrong, "\n".join(wrong)
