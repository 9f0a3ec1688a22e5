"""The plan of the sample world read from its three files: names and dates on one side, arrays on the other."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hansa.sample.world import Blueprint

Array = NDArray[np.float64]
HERE = Path(__file__).parent
EARTH = 6371.0088  # mean radius, km
NEIGHBOURS = 800.0  # km between capitals up to which two regions of one land share a border


@dataclass(frozen=True)
class Place:
    """A region, or a province in one."""

    code: str
    name: str
    name_ru: str
    parent: str | None
    lat: float
    lon: float
    share: float = 1.0


@dataclass(frozen=True)
class Plan:
    """Labels of every axis, and the choices as they are written in world.toml.

    goods come first among the products, then services, then the one product that is not traded.
    """

    regions: tuple[Place, ...]
    provinces: tuple[Place, ...]
    blocs: dict[str, str | None]
    products: tuple[dict[str, Any], ...]
    groups: tuple[dict[str, Any], ...]
    years: tuple[int, ...]
    choices: dict[str, Any]

    @property
    def codes(self) -> list[str]:
        """Codes of the regions, in the order of every array."""
        return [region.code for region in self.regions]

    @property
    def goods(self) -> list[str]:
        """Codes of the goods."""
        return [p["code"] for p in self.products if p["group"] not in ("services", "home")]

    @property
    def services(self) -> list[str]:
        """Codes of the services."""
        return [p["code"] for p in self.products if p["group"] == "services"]

    def members(self, bloc: str, year: int) -> list[str]:
        """Members of a bloc in a year; a region's own code stands for itself."""
        joined = {join["region"] for join in self.choices["joins"] if join["bloc"] == bloc and join["from"] <= year}
        found = [code for code, home in self.blocs.items() if home == bloc or code in joined]
        return found or [bloc]


@cache
def plan() -> Plan:
    """The plan as shipped.

    >>> len(plan().regions), len(plan().goods), plan().years[0]
    (25, 40, 2013)
    """
    said = {
        name: tomllib.loads((HERE / f"{name}.toml").read_text(encoding="utf-8"))
        for name in ("regions", "products", "world")
    }
    entries = said["regions"]["region"]
    provinces = [
        Place(code, name, name_ru, entry["code"], lat, lon, share)
        for entry in entries
        for code, name, name_ru, lat, lon, share in entry.get("provinces", ())
    ]
    groups = said["products"]["group"]
    products = [{**product, "group": group["code"]} for group in groups for product in group["products"]]
    first, last = said["world"]["years"]
    return Plan(
        regions=tuple(Place(e["code"], e["name"][0], e["name"][1], None, e["lat"], e["lon"]) for e in entries),
        provinces=tuple(provinces),
        blocs={e["code"]: e.get("bloc") for e in entries},
        products=tuple(products),
        groups=tuple(groups),
        years=tuple(range(first, last + 1)),
        choices={**said["world"], "regions": entries, "blocs": said["regions"]["bloc"]},
    )


def kilometres(places: tuple[Place, ...], others: tuple[Place, ...]) -> Array:
    """Great-circle distances in whole kilometres, (places, others)."""
    return np.array([[_kilometres(a, b) for b in others] for a in places], float)


def _kilometres(a: Place, b: Place) -> int:
    south, north = math.radians(a.lat), math.radians(b.lat)
    east = math.radians(b.lon - a.lon)
    half = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin(east / 2) ** 2
    return round(2 * EARTH * math.asin(math.sqrt(half)))


def blueprint(p: Plan) -> Blueprint:
    """The plan as arrays, in the order of its labels."""
    group_of = {group["code"]: number for number, group in enumerate(p.groups)}
    groups = [p.groups[group_of[product["group"]]] for product in p.products]
    distance = kilometres(p.regions, p.regions)
    entries = p.choices["regions"]
    return Blueprint(
        seed=p.choices["seed"],
        population=np.array([e["population"] * 1e6 for e in entries]),
        income=np.array([e["income"] * 1e3 for e in entries]),
        distance=distance,
        contiguity=(distance > 0) & (distance < NEIGHBOURS),
        landlocked=np.array([e.get("landlocked", False) for e in entries]),
        same_bloc=_together(p, [(bloc["code"], bloc["code"], p.years[0]) for bloc in p.choices["blocs"]]),
        agreement=_together(p, [(*agreement["parties"], agreement["from"]) for agreement in p.choices["agreement"]]),
        barrier=_barriers(p),
        closed=_closed(p),
        world_output=np.array(p.choices["world_output"]),
        group=np.array([group_of[product["group"]] for product in p.products]),
        elasticity=np.array([group["elasticity"] for group in groups]),
        spending=np.array([group["spending"] / len(group["products"]) for group in groups]),
        complexity=np.array([product["complexity"] for product in p.products]),
        unit_value=np.array([product.get("unit_value", np.nan) for product in p.products]),
        tariff_range=np.array([group["tariff"] for group in groups]),
        cost=p.choices["trade_cost"],
        services=np.array([group["code"] == "services" for group in groups]),
    )


def _together(p: Plan, parties: list[tuple[str, str, int]]) -> NDArray[np.bool_]:
    """Pairs with one side in each party from a year on, (years, n, n)."""
    mask = np.zeros((len(p.years), len(p.codes), len(p.codes)), bool)
    for one, other, first in parties:
        for t, year in enumerate(p.years):
            if year >= first:
                sides = [[p.codes.index(code) for code in p.members(party, year)] for party in (one, other)]
                mask[t][np.ix_(*sides)] = True
                mask[t][np.ix_(*sides[::-1])] = True
    return mask & ~np.eye(len(p.codes), dtype=bool)


def _barriers(p: Plan) -> Array:
    cost = np.zeros((len(p.years), len(p.products), len(p.codes), len(p.codes)))
    for barrier in p.choices["barrier"]:
        place = p.codes.index(barrier["origin"]), p.codes.index(barrier["destination"])
        in_force = barrier.get("removed", p.years[-1] + 1) - p.years[0]
        for k, product in enumerate(p.products):
            if product["group"] == barrier["group"]:
                cost[:in_force, k, place[0], place[1]] += barrier["equivalent"]
    return cost


def _closed(p: Plan) -> NDArray[np.bool_]:
    mask = np.zeros((len(p.years), len(p.codes), len(p.codes)), bool)
    for closing in p.choices["closed"]:
        for t, year in enumerate(p.years):
            if year >= closing["from"]:
                origins = [p.codes.index(code) for code in p.members(closing["origins"], year)]
                mask[t, origins, p.codes.index(closing["destination"])] = True
    return mask


def regional(p: Plan, by_code: dict[str, float]) -> dict[int, float]:
    """Figures by region code as figures by place."""
    return {p.codes.index(code): figure for code, figure in by_code.items()}
