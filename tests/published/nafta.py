"""The effects of NAFTA's tariffs, as Caliendo and Parro (2015, Review of Economic Studies 82, section 5.1) print them.

Data of 1993 as in the replication files, restructured by the R package cp2015: only shares are in balance there, so
each closure is first solved without a shock. The shock is the tariffs of 2005 inside NAFTA. Figures are percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from hansa.equilibrium import caliendo_parro, decomposition
from hansa.equilibrium.caliendo_parro import Model, Solution

MEMBERS = ("Mexico", "Canada", "USA")


@dataclass(frozen=True, eq=False)
class World:
    """The world of 1993, equal to itself only; tariff is that of 2005 inside NAFTA, deficit that of the data."""

    regions: tuple[str, ...]
    model: Model
    tariff: np.ndarray
    deficit: np.ndarray

    def of_members(self, figures: np.ndarray) -> dict[str, float]:
        """Figures of the three members, in percent."""
        return {name: 100 * float(figures[self.regions.index(name)]) for name in MEMBERS}


@cache
def read_world(path: Path) -> World:
    """The arrays of the package; there the axes of trade are sector, importer, exporter."""
    with np.load(path) as data:
        said = {name: data[name] for name in data.files}
    trade, tariff, after = (said[name].transpose(0, 2, 1) for name in ("trade", "tariff_bln", "tariff_cfl"))
    bought = (trade * (1 + tariff)).sum(1)
    output = said["value_added"] + said["intermediate"].sum(0)
    model = Model(
        share=trade * (1 + tariff) / bought[:, None, :],
        tariff=tariff,
        inputs=said["intermediate"] / output,
        value_added=said["value_added"] / output,
        final=said["final"] / said["final"].sum(0),
        elasticity=said["theta"],
        wage_income=said["value_added"].sum(0),
        deficit=np.zeros(len(said["regions"])),
        spending=bought,
    )
    return World(tuple(said["regions"].tolist()), model, after, said["deficit"])


@cache
def balanced(data: World, deficits: bool) -> tuple[Model, Solution]:
    """The world in balance, without deficits or with those of the data."""
    model = replace(data.model, deficit=data.deficit) if deficits else data.model
    found = caliendo_parro.solve(model)
    model = replace(model, share=found.share, wage_income=found.wage_hat * model.wage_income, spending=found.spending)
    return model, caliendo_parro.solve(model)


@cache
def after(data: World, deficits: bool) -> Solution:
    """The world with the tariffs of 2005 inside NAFTA."""
    return caliendo_parro.solve(balanced(data, deficits)[0], tariff=data.tariff)


def formula(data: World, term: str, deficits: bool = False) -> Mapping[str, float]:
    """A term of the paper's formula, or their sum: terms_of_trade, volume, welfare."""
    (model, before), end = balanced(data, deficits), after(data, deficits)
    step = decomposition.one_step(before.flow, end.flow, end.cost_hat, before.income, model.tariff)
    return data.of_members(getattr(step, term))


def real_wage(data: World, deficits: bool = False) -> Mapping[str, float]:
    """The change of wages over prices of final goods."""
    end = after(data, deficits)
    return data.of_members(end.wage_hat / end.consumer_price_hat - 1)


def trade_inside(data: World) -> Mapping[str, float]:
    """The change of imports from the other members."""
    inside = np.array([name in MEMBERS for name in data.regions])
    partners = inside[:, None] & ~np.eye(len(inside), dtype=bool)
    before, end = ((found.flow.sum(0) * partners).sum(0) for found in (balanced(data, False)[1], after(data, False)))
    return data.of_members(end / np.where(inside, before, 1) - 1)
