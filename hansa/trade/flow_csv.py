"""Flows written to CSV so that `read_flat` gives them back: the file carries its own column map in its remarks."""

from __future__ import annotations

import shutil
from os import PathLike
from pathlib import Path

from hansa import files, tables
from hansa.trade.flows import Flows
from hansa.trade.readers.column_map import ColumnMap
from hansa.trade.readers.proposal import OWN_FILE, OWN_MAP
from hansa.trade.readers.raw_table import name

_FORMULA = r"^[=+\-@\t\r]"


def write_csv(flows: Flows, path: str | PathLike[str]) -> Path:
    """Flows as CSV (UTF-8, commas, sorted by their codes), under remarks with unit, source and notes.

    Codes that a spreadsheet would run as a formula get an apostrophe in front, which `read_flat` takes off again. The
    file is whole or absent.

    >>> import tempfile, pathlib
    >>> from hansa.trade.flows import as_flows
    >>> from hansa.trade.readers import read_flat
    >>> flows = as_flows({"period": ["2022"], "origin": ["A"], "destination": ["B"], "value": [5.5]})
    >>> path = write_csv(flows, pathlib.Path(tempfile.mkdtemp()) / "flows.csv")
    >>> read_flat(path).to_arrow().to_pylist()
    [{'period': '2022', 'origin': 'A', 'destination': 'B', 'value': 5.5}]
    """
    table = flows.table.to_native() if flows.table.implementation.is_duckdb() else None
    relation = table if table is not None else tables.connection().from_arrow(flows.to_arrow())
    labels = [column for column in relation.columns if column not in ("value", "quantity")]
    cells = [_dead(name(column)) if column in labels else name(column) for column in relation.columns]
    body = files.scratch("flows.csv")
    relation.select(", ".join(cells)).order(", ".join(map(name, labels))).write_csv(str(body), header=True)
    target, arriving = Path(path), Path(path).with_name(f".{Path(path).name}.arriving")
    with arriving.open("wb") as out, body.open("rb") as rows:
        out.write("\n".join([OWN_FILE, *_remarks(flows, relation.columns), ""]).encode())
        shutil.copyfileobj(rows, out)
    arriving.replace(target)
    return target


def _dead(cell: str) -> str:
    """SQL of a label, with an apostrophe in front of what a spreadsheet would run."""
    plain = f"{cell}::varchar"
    return f"case when regexp_matches({plain}, '{_FORMULA}') then chr(39) || {plain} else {plain} end as {cell}"


def _remarks(flows: Flows, columns: list[str]) -> list[str]:
    constants = {
        "currency": flows.unit.currency,
        "scale": flows.unit.scale,
        "prices": flows.unit.prices,
        "valuation": None if "valuation" in columns else flows.valuation,
        "told_by": None if "told_by" in columns else flows.told_by,
        "scope": flows.scope,
        "classification": flows.classification,
    }
    said = {key: value for key, value in constants.items() if value is not None}
    known = {column: column for column in columns if column in _KNOWN}
    carried = ColumnMap(known, said, {"regions": "any", "decimal": "."})
    lines = [f"{OWN_MAP}{line}" for line in carried.to_toml().splitlines()]
    told = [f"unit {flows.unit}", *flows.provenance.lines(), *(f"note {note}" for note in flows.notes)]
    return lines + [f"# {' '.join(line.split())}" for line in told]


_KNOWN = ("period", "origin", "destination", "product", "value", "quantity", "told_by", "valuation")
