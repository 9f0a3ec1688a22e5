"""The sample world as a store: both customs tables, services, provinces, side tables, code lists and the truth."""

from __future__ import annotations

import csv
import hashlib
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from hansa import tables
from hansa.errors import DataError
from hansa.provenance import Provenance, Source
from hansa.sample import truth_tables, world
from hansa.sample.blueprint import Place, Plan, blueprint, kilometres, plan, regional
from hansa.sample.register import FOLDER as REGISTER
from hansa.sample.register import write_sample_register
from hansa.sample.statements import FOLDER, write_statements
from hansa.sample.truth_tables import long_table
from hansa.trade.flows import Flows
from hansa.trade.side import SideTable
from hansa.trade.store import Store
from hansa.units import Money

TITLE = "sample world (generated, fictional)"
CLASSIFICATION = "SAMPLE"
SIDES = ("origin", "destination")
_STAMP = "sample_world.sha256"

Array = NDArray[np.float64]


def build(folder: str | os.PathLike[str]) -> Store:
    """The store of the sample world in `folder`, made there unless it is there already.

    Regions, products and figures are invented. The store holds goods (dataset ``flows``, with both mirror reports:
    annual, the last three years also monthly), services, provinces of two regions (dataset ``provinces``), side tables,
    and two vintages. Beside it lie code lists (regions.csv, blocs.csv, products.csv), under statements/ three
    invented texts that speak of it, under register/ what its regions promised each other, and under truth/ what no
    statistician ever sees: the world without noise (`truth`).

    Raises
    ------
    DataError : the folder holds something else, or the figures are not those of the pinned checksum.

    >>> import tempfile
    >>> store = build(Path(tempfile.mkdtemp()) / "world")
    >>> store.datasets(), store.flows(told_by="origin").provenance.sources[0].title
    (['flows', 'provinces'], 'sample world (generated, fictional)')
    """
    place = Path(folder)
    stamp, pinned = place / _STAMP, plan().choices["checksum"]
    if stamp.is_file():
        if stamp.read_text(encoding="ascii").strip() == pinned:
            if not (place / FOLDER).is_dir():  # made by a version that had no texts
                write_statements(Store(place))
            if not (place / REGISTER).is_dir():  # nor a register
                write_sample_register(Store(place))
            return Store(place)
        raise DataError("holds a sample world of another version. Delete the folder, or name a new one.", file=place)
    if place.exists() and any(place.iterdir()):
        raise DataError("is not empty. Name a new folder for the sample world.", file=place)
    place.parent.mkdir(parents=True, exist_ok=True)
    beside = place.parent / f".{place.name}.{uuid.uuid4().hex[:8]}"
    try:
        checksum = _write(beside)
        if checksum != pinned:
            raise DataError(
                f"The sample world came out with checksum {checksum}, not {pinned}: its figures are not those that the "
                "documentation speaks of. Please report this with the versions of Python and NumPy.",
                file=place,
            )
        (beside / _STAMP).write_text(f"{checksum}\n", encoding="ascii")
        if place.exists():
            place.rmdir()
        beside.rename(place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return Store(place)


def truth(folder: str | os.PathLike[str]) -> Mapping[str, pa.Table]:
    """The noise-free world behind a store that `build` made, by name of the table; README.md in truth/ explains each.

    Raises
    ------
    DataError : there is none in that folder.
    """
    files = sorted((Path(folder) / "truth").glob("*.parquet"))
    if not files:
        raise DataError("holds no truth of a sample world. Make one with hansa.sample.build(FOLDER).", file=folder)
    return {file.stem: pq.read_table(file) for file in files}


def _write(folder: Path) -> str:
    p = plan()
    b, choices = blueprint(p), p.choices
    w = world.truth(b)
    rate = world.cif_rate(b, choices["cif"])
    errors = _errors(p, b)
    seen = world.reports(
        b, w.flow[:, :-1], rate[:-1], errors, _silent(p), choices["reports"]["threshold"], choices["reports"]["missing"]
    )
    store = Store.create(folder)
    figures = _figures(p, b, w.flow, (seen.by_origin, seen.by_destination))
    _write_flows(store, figures)
    _write_sides(store, p, b, w)
    _write_codes(folder, p)
    known = truth_tables.tables(p, b, w, rate, errors)
    (folder / "truth").mkdir()
    for name, table in known.items():
        pq.write_table(table, folder / "truth" / f"{name}.parquet", compression="zstd")
    (folder / "truth" / "README.md").write_text(truth_tables.README, encoding="utf-8")
    write_statements(store)
    write_sample_register(store)
    return _checksum([*figures.reports, *figures.preliminary, *figures.quantities, w.flow, w.trade_cost, w.price])


@dataclass(frozen=True)
class _Figures:
    """What is published: reports and quantities of both sides, (years, goods and services, n, n), NaN where none is.

    preliminary : the last year but one of both sides as first published, (goods, n, n). flow : the truth.
    """

    plan: Plan
    blueprint: world.Blueprint
    flow: Array
    reports: tuple[Array, Array]
    preliminary: tuple[Array, Array]
    quantities: tuple[Array, Array]


def _figures(p: Plan, b: world.Blueprint, flow: Array, reports: tuple[Array, Array]) -> _Figures:
    level, goods = p.choices["reports"]["preliminary"], len(p.goods)
    early, weight = (
        [world.first_release(b, report[-2, :goods], level, side) for side, report in enumerate(reports)],
        [world.quantities(b, flow[:, :-1], report, side) for side, report in enumerate(reports)],
    )
    return _Figures(p, b, flow, reports, (early[0], early[1]), (weight[0], weight[1]))


def _customs_table(f: _Figures, side: int, reports: Array, quantities: Array, years: Sequence[int]) -> pa.Table:
    """One customs table: the years, then the months of the later ones; reports and quantities (years, goods, n, n)."""
    p, names = f.plan, ("period", "product", "origin", "destination")
    axes = [p.goods, p.codes, p.codes]
    parts = [long_table({"value": reports, "quantity": quantities}, names, [[str(y) for y in years], *axes])]
    for t, year in enumerate(years):
        if year < p.choices["months_from"]:
            continue
        monthly = world.months(f.blueprint, reports[t], year, side)
        monthly[monthly == 0] = np.nan
        weight = np.rint(quantities[t] * (monthly / reports[t]))
        periods = [f"{year}-{month:02d}" for month in range(1, 13)]
        parts.append(long_table({"value": monthly, "quantity": weight}, names, [periods, *axes]))
    table = pa.concat_tables(parts)
    return table.append_column("told_by", pa.repeat(SIDES[side], table.num_rows))


def _write_flows(store: Store, f: _Figures) -> None:
    p, goods = f.plan, len(f.plan.goods)
    dates = p.choices["vintages"]
    first, final = [], []
    for side in (0, 1):
        reports, weight = f.reports[side][:, :goods], f.quantities[side][:, :goods]
        early = np.concatenate([reports[:-2], f.preliminary[side][None]])
        early_weight = np.where(np.isnan(early), np.nan, weight[:-1])
        first.append(_customs_table(f, side, early, early_weight, p.years[:-1]))
        final.append(_customs_table(f, side, reports, weight, p.years))
    note = f"{p.years[-2]} is preliminary in the release of {dates['first']}"
    store.write(_flows(pa.concat_tables(first), dates["first"], note=note), vintage=dates["first"])
    store.write(_flows(pa.concat_tables(final), dates["final"]), vintage=dates["final"])
    years = [str(year) for year in p.years]
    sold = [
        long_table(
            {"value": report[:, goods:]},
            ("period", "product", "origin", "destination"),
            [years, p.services, p.codes, p.codes],
        )
        for report in f.reports
    ]
    told = [t.append_column("told_by", pa.repeat(SIDES[side], t.num_rows)) for side, t in enumerate(sold)]
    store.write(_flows(pa.concat_tables(told), dates["final"], scope="services"), vintage=dates["final"])
    parts = _provinces(f)
    store.write(
        _flows(
            parts,
            dates["final"],
            told_by="origin",
            note="provinces: their country's report shared out, and sales at home",
        ),
        dataset="provinces",
        vintage=dates["final"],
    )


def _flows(table: pa.Table, vintage: str, *, told_by: str = "both", scope: str = "goods", note: str = "") -> Flows:
    return Flows(
        tables.frame(table),
        unit=Money("USD"),
        valuation="FOB" if told_by == "origin" else None,
        told_by=told_by,
        scope=scope,
        classification=CLASSIFICATION,
        provenance=_provenance(vintage),
        notes=(f"every region, product and figure of the {TITLE} is invented", *([note] if note else [])),
    )


def _provenance(vintage: str) -> Provenance:
    return Provenance((Source("Hansa", TITLE, licence="Apache-2.0", vintage=vintage),))


def _provinces(f: _Figures) -> pa.Table:
    """Flows of the provinces of two regions with each other, with their own kind and with all other regions.

    Summed over provinces they are the origin's report of the country, to the dollar; between provinces of one country,
    the sales of the country to itself.
    """
    p, b, goods = f.plan, f.blueprint, len(f.plan.goods)
    inside = {code: tuple(x for x in p.provinces if x.parent == code) for code in p.codes}
    years = [str(year) for year in p.years]
    parts = []
    for i, origin in enumerate(p.regions):
        for j, destination in enumerate(p.regions):
            if not (inside[origin.code] or inside[destination.code]):
                continue
            whole = np.rint(f.flow[:, :goods, i, i]) if i == j else f.reports[0][:, :goods, i, j]
            whole = np.where(whole > 0, whole, np.nan)
            if np.isnan(whole).all():
                continue
            sides = [inside[place.code] or (place,) for place in (origin, destination)]
            sizes = tuple(np.array([place.share for place in side]) for side in sides)
            weight = world.province_weights(b, (sizes[0], sizes[1]), (i, j), kilometres(*sides))[:goods]
            shared = world.split(whole, weight[None]).reshape(*whole.shape, len(sides[0]), len(sides[1]))
            shared[shared == 0] = np.nan
            labels = [[place.code for place in side] for side in sides]
            parts.append(
                long_table({"value": shared}, ("period", "product", "origin", "destination"), [years, p.goods, *labels])
            )
    return pa.concat_tables(parts)


def _write_sides(store: Store, p: Plan, b: world.Blueprint, w: world.Truth) -> None:
    years, dates = [str(year) for year in p.years], p.choices["vintages"]
    gdp = np.rint(w.wage * w.labour + w.revenue)
    output = np.rint(w.flow.sum(axis=-1))
    products = [product["code"] for product in p.products]
    off = ~np.eye(len(p.codes), dtype=bool)
    tariff = np.where(off, w.tariff[:, : len(p.goods)], np.nan).swapaxes(-1, -2)
    by_year = {
        "gdp": (long_table({"value": gdp}, ("period", "region"), [years, p.codes]), "USD, current prices"),
        "population": (long_table({"value": np.rint(w.labour)}, ("period", "region"), [years, p.codes]), "persons"),
        "production": (
            long_table(
                {"value": np.where(output > 0, output, np.nan)},
                ("period", "product", "region"),
                [years, products, p.codes],
            ),
            "USD, current prices",
        ),
        "exchange_rate": (_exchange_rates(p), "local currency per USD"),
        "deflator": (_deflators(p), f"{p.years[0]} = 1, in local currency"),
    }
    for measure, (table, unit) in by_year.items():
        early = table.filter(pa.array([period[:4] != years[-1] for period in table["period"].to_pylist()]))
        for vintage, rows in ((dates["first"], early), (dates["final"], table)):
            store.write(SideTable(tables.frame(rows), measure, unit, _provenance(vintage)), vintage=vintage)
    pair, own = ("region", "partner"), ("region",)
    schedule = [years, p.goods, p.codes, p.codes]
    known_ahead = {
        "tariff": (
            long_table({"value": tariff}, ("period", "product", "region", "partner"), schedule),
            "share of the value",
        ),
        "distance": (long_table({"value": np.where(off, b.distance, np.nan)}, pair, [p.codes, p.codes]), "km"),
        "contiguity": (
            long_table({"value": np.where(off, b.contiguity * 1.0, np.nan)}, pair, [p.codes, p.codes]),
            "0 or 1",
        ),
        "landlocked": (long_table({"value": b.landlocked.astype(float)}, own, [p.codes]), "0 or 1"),
    }
    for measure, (table, unit) in known_ahead.items():
        store.write(SideTable(tables.frame(table), measure, unit, _provenance(dates["first"])), vintage=dates["first"])


def _exchange_rates(p: Plan) -> pa.Table:
    """Crowns per dollar for the Amber Union, annual and by month; one for all that count in dollars."""
    rates: dict[str, float] = {
        str(year): rate for year, rate in zip(p.years, p.choices["crowns_per_dollar"], strict=True)
    }
    for year in range(p.choices["months_from"], p.years[-1] + 1):
        for month in range(1, 13):
            rates[f"{year}-{month:02d}"] = round(rates[str(year)] * (1 + 0.006 * (month - 6.5)), 4)
    amber = set(p.members("AMBER", p.years[0]))
    value = np.array([[rate if code in amber else 1.0 for code in p.codes] for rate in rates.values()])
    return long_table({"value": value}, ("period", "region"), [list(rates), p.codes])


def _deflators(p: Plan) -> pa.Table:
    amber, years = set(p.members("AMBER", p.years[0])), len(p.years)
    pace = [p.choices["crown_inflation"] if code in amber else p.choices["dollar_inflation"] for code in p.codes]
    level = np.ones((years, len(pace)))
    for t in range(1, years):
        level[t] = level[t - 1] * (1 + np.array(pace))
    return long_table({"value": np.round(level, 6)}, ("period", "region"), [[str(y) for y in p.years], p.codes])


def _write_codes(folder: Path, p: Plan) -> None:
    places: list[Place] = [*p.regions, *p.provinces]
    regions = [(x.code, x.name, x.name_ru, x.parent or "", x.lat, x.lon) for x in places]
    _csv(folder / "regions.csv", ("code", "name", "name_ru", "parent", "lat", "lon"), regions)
    first = f"{p.years[0]}-01-01"
    joined = {(join["bloc"], join["region"]): f"{join['from']}-01-01" for join in p.choices["joins"]}
    facts = [(bloc, code, first, "", TITLE) for code, bloc in p.blocs.items() if bloc]
    facts += [(bloc, code, day, "", TITLE) for (bloc, code), day in joined.items()]
    _csv(folder / "blocs.csv", ("bloc", "member", "from", "to", "source"), sorted(facts))
    blocs = [(bloc["code"], bloc["kind"][0], *bloc["name"], "") for bloc in p.choices["blocs"]]
    _csv(folder / "bloc_names.csv", ("bloc", "kind", "name_en", "name_ru", "aliases"), blocs)
    products = [(group["code"], *group["name"], "group", "") for group in p.groups]
    products += [(product["code"], *product["name"], "product", product["group"]) for product in p.products]
    _csv(folder / "products.csv", ("code", "name", "name_ru", "level", "parent"), products)
    _csv(folder / "hs_chapters.csv", ("product", "chapter"), [(code, code[:2]) for code in p.goods])


def _csv(path: Path, header: tuple[str, ...], rows: Sequence[tuple[Any, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _errors(p: Plan, b: world.Blueprint) -> tuple[Array, Array]:
    said = p.choices["reports"]
    careless = {said["careless"]: said["careless_error"]}
    exact = dict.fromkeys(said["exact_exporters"], said["exact_error"])
    return (
        world.report_errors(b, tuple(said["export_error"]), regional(p, {**exact, **careless}), 0),
        world.report_errors(b, tuple(said["import_error"]), regional(p, careless), 1),
    )


def _silent(p: Plan) -> NDArray[np.bool_]:
    mask = np.zeros((len(p.years), len(p.codes)), bool)
    for code, first in p.choices["reports"]["silent"].items():
        mask[[t for t, year in enumerate(p.years) if year >= first], p.codes.index(code)] = True
    return mask


def _checksum(figures: list[Array]) -> str:
    """SHA-256 of the figures, to 30 binary digits each."""
    digest = hashlib.sha256()
    for array in figures:
        known = np.isfinite(array)
        fraction, exponent = np.frexp(np.where(known, array, 0.0))
        for part in (known, np.rint(fraction * 2**30).astype("<i4"), exponent.astype("<i4")):
            digest.update(np.ascontiguousarray(part).tobytes())
    return digest.hexdigest()
