"""The register of the sample world: agreements, programmes, targets, projects, barriers and the forum, all invented.

What became of each target and barrier follows from the generator, so that it is known and not estimated; it lies under
truth/.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from hansa.commitments.fields import STATES
from hansa.commitments.records import KINDS, Barrier, Event, Money, Record
from hansa.commitments.register import Register
from hansa.commitments.writers.csv_folder import write_csv_folder
from hansa.provenance import Provenance, Source
from hansa.sample import world
from hansa.sample.blueprint import Plan, blueprint, plan
from hansa.sample.equilibrium_truth import solve
from hansa.trade.store import Store

FOLDER = "register"
TITLE = "register of the sample world (generated, fictional)"
TRUTH = "commitment.csv"
_HEADER = ("id", "kind", "expected", "effect", "first_year", "trade", "trade_had_it_stayed", "why")


def write_sample_register(store: Store) -> Path:
    """Write the register into register/ of a sample world's store, and what became of its promises into truth/."""
    folder = store.archive.folder / FOLDER
    with (store.archive.folder / "truth" / TRUTH).open("w", encoding="utf-8", newline="") as out:
        rows = csv.DictWriter(out, _HEADER, lineterminator="\n")
        rows.writeheader()
        rows.writerows(_truth())
    write_csv_folder(sample_register(), folder)
    return folder


@cache
def sample_register() -> Register:
    """The records, as they are written into a store of the sample world.

    >>> from hansa.commitments.records import Agreement, Barrier
    >>> register = sample_register()
    >>> len(register.of(Agreement)), len(register.of(Barrier)), register["agr-free-trade"].history[-1].date
    (12, 9, '2017-01-01')
    """
    p, said = plan(), _said()
    records = tuple(_record(p, kind, entry) for kind in KINDS for entry in said[kind])
    return Register(
        records,
        provenance=Provenance((Source("Hansa", TITLE, licence="Apache-2.0", vintage=p.choices["vintages"]["final"]),)),
        notes=("every party, text, person, amount and date is invented",),
    )


@cache
def _said() -> Mapping[str, Any]:
    return tomllib.loads(files("hansa.sample").joinpath("register.toml").read_text(encoding="utf-8"))


def _record(p: Plan, kind: str, entry: Mapping[str, Any]) -> Record:
    """A record from its entry, with what the generator knows of it filled in."""
    cells = dict(entry)
    history = [Event(**event) for event in cells.pop("history", ())]
    if cells.pop("generated", False):
        history.append(Event(f"{_generated(p, 'agreement', cells['title'])['from']}-01-01", "in force"))
    if kind == "barrier":
        cells, removed = _barrier(p, cells)
        history += [Event(f"{removed}-01-01", "removed", by=cells["owner"])] if removed else []
    if group := cells.pop("group", None):
        cells["products"] = _products(p, group)
    if group := cells.pop("product_group", None):
        cells["arguments"] = {**cells["arguments"], "product": ",".join(_products(p, group))}
    if "amounts" in cells:
        cells["amounts"] = [Money(**amount) for amount in cells["amounts"]]
    if kind in STATES:
        cells["history"] = history
    found: Record = KINDS[kind](**{name: tuple(x) if isinstance(x, list) else x for name, x in cells.items()})
    return found


def _barrier(p: Plan, cells: Mapping[str, Any]) -> tuple[dict[str, Any], int | None]:
    """A barrier with the way, products and equivalent of the generator, and the year it fell."""
    made = _generated(p, "barrier", cells["name"])
    told = {name: value for name, value in cells.items() if name != "name"}
    facts = {name: made[name] for name in ("origin", "destination", "equivalent", "group")}
    return {**told, "title": made["name"], **facts}, made.get("removed")


def _generated(p: Plan, what: str, name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(entry for entry in p.choices[what] if entry["name"] == name)
    return found


def _products(p: Plan, group: str) -> list[str]:
    return [product["code"] for product in p.products if product["group"] == group]


def _truth() -> list[dict[str, Any]]:
    """What is planted: verdicts of targets, states of barriers with the effect of those removed, gaps of coverage."""
    rows = [{"kind": "target", **entry} for entry in _said()["planted"]]
    p = plan()
    b = blueprint(p)
    w = world.truth(b)
    for barrier in sample_register().of(Barrier):
        removed = _generated(p, "barrier", barrier.title).get("removed")
        row = {"id": barrier.id, "kind": "barrier", "expected": "removed" if removed else "open"}
        rows.append({**row, **(_effect(p, b, w, barrier, removed) if removed else {"why": "in force to the end"})})
    return rows


def _effect(p: Plan, b: world.Blueprint, w: world.Truth, barrier: Barrier, removed: int) -> dict[str, Any]:
    """Trade in the first year without a barrier, beside the same year solved with it.

    effect : the factor (1 + equivalent)^theta, on trade against what competitors sell to the same market; all trade
    grows by less, as the removal lowers prices there.
    """
    t = removed - p.years[0]
    codes = [product["code"] for product in p.products]
    made = [codes.index(product) for product in barrier.products]
    cells = (made, p.codes.index(barrier.origin), p.codes.index(barrier.destination))
    equivalent = barrier.equivalent or 0.0
    cost = w.trade_cost[t].copy()
    cost[cells] *= 1 + equivalent
    stayed = solve(w.labour[t], w.technology[t], cost, w.tariff[t], w.taste, w.deficit[t], b.elasticity, w.wage[t])
    return {
        "effect": round((1 + equivalent) ** float(b.elasticity[made[0]]), 6),
        "first_year": removed,
        "trade": round(float(w.flow[t][cells].sum())),
        "trade_had_it_stayed": round(float(stayed.flow[cells].sum())),
        "why": f"{equivalent:.0%} of the value until {removed - 1}",
    }
