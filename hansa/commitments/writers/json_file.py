"""A register as one JSON document."""

from __future__ import annotations

import json
from os import PathLike
from pathlib import Path
from typing import Any

from hansa.commitments.entry import entry_of
from hansa.commitments.records import KINDS
from hansa.commitments.register import Register, kind_of
from hansa.commitments.writers.rows import refuse_unreadable
from hansa.commitments.writers.whole import write_whole


def write_json(register: Register, path: str | PathLike[str]) -> tuple[str, ...]:
    """Write a list for each kind of record; fields that hold their default are left out.

    Raises
    ------
    DataError : a record holds what no reader would take.
    """
    refuse_unreadable(register)
    document: dict[str, list[dict[str, Any]]] = {kind: [] for kind in KINDS}
    for record in register:
        document[kind_of(record)].append(entry_of(record))
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1)

    def write(target: Path) -> None:
        target.write_bytes(f"{text}\n".encode())

    write_whole(path, write)
    return ()
