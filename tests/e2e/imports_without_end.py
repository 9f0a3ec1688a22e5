"""Imports one table after another until it is killed: python imports_without_end.py STORE DATASET FIRST LAST.

Says "ready" and the seconds that one import takes, waits for a line, and then says the number of each import once it
is done.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from hansa.errors import DataError
from hansa.trade.readers.column_map import ColumnMap
from hansa.trade.readers.flat import read_flat
from hansa.trade.store import Store

COLUMNS = {"period": "period", "origin": "origin", "destination": "destination", "product": "product", "value": "value"}
ROWS = 500


def table(number: int) -> str:
    """A table of one period whose values sum up to ROWS times its number."""
    rows = [f"{number},AUT,BEL,{product:06d},{number}" for product in range(ROWS)]
    return "\n".join(["period,origin,destination,product,value", *rows]) + "\n"


def imported(number: int, path: Path, store: Store, dataset: str) -> None:
    """One import, from a file to the store."""
    path.write_text(table(number), encoding="utf-8")
    flows = read_flat(path, ColumnMap(COLUMNS, {"currency": "USD"}))
    store.write(flows, dataset=dataset, vintage="2024-01-31", mode="append")


def main(folder: str, dataset: str, first: int, last: int) -> None:
    """Rehearse elsewhere, wait, then import."""
    with tempfile.TemporaryDirectory() as own:
        rehearsal, path = Store.create(Path(own) / "store"), Path(own) / "table.csv"
        imported(1001, path, rehearsal, dataset)
        start = time.perf_counter()
        imported(1002, path, rehearsal, dataset)
        print("ready", time.perf_counter() - start, flush=True)
        sys.stdin.readline()
        for number in range(first, last + 1):
            try:
                imported(number, path, Store(folder), dataset)
            except DataError as refusal:
                print("refused", number, refusal, flush=True)
            else:
                print(number, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
