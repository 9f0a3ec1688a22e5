"""What every reader must have and give."""

from __future__ import annotations

import inspect
import tomllib
from pathlib import Path

import pytest

import hansa.trade.readers as readers
from hansa.trade.flows import Flows
from hansa.trade.side import SideTable
from hansa.units import Money

SAMPLES = Path(__file__).parents[3] / "samples"
FILES = {
    "baci": "",
    "comext": "full_v2_202352.csv",
    "comtrade": "api.json",
    "customs": "DATTSVT.csv",
    "flat": "my.csv",
    "sdmx": "trade.csv",
}


def test_every_module_with_a_reader_is_listed():
    folder = Path(readers.__file__).parent
    modules = {
        path.stem for path in folder.glob("*.py") if f"\ndef read_{path.stem}(" in path.read_text(encoding="utf-8")
    }
    assert modules == set(readers.READERS) == set(FILES)
    assert all(reader.__name__ == f"read_{name}" for name, reader in readers.READERS.items())


@pytest.mark.parametrize("name", sorted(FILES))
def test_its_sample_says_where_it_is_from(name):
    source = tomllib.loads((SAMPLES / name / "SOURCE.toml").read_text(encoding="utf-8"))
    assert {"producer", "title", "licence"} <= set(source)


@pytest.mark.parametrize("name", sorted(FILES))
def test_it_explains_itself(name):
    text = inspect.getdoc(readers.READERS[name]) or ""
    assert "Parameters\n" in text
    assert "Raises\n" in text


@pytest.mark.parametrize("name", sorted(FILES))
def test_it_gives_flows_that_know_themselves(name):
    further = {"column_map": SAMPLES / name / "map.toml"} if name == "sdmx" else {}
    read = readers.READERS[name](SAMPLES / name / FILES[name], **further)
    assert isinstance(read, Flows | SideTable)
    (source,) = read.provenance.sources
    assert source.title
    assert source.checksum or name == "baci"  # a folder has none
    assert isinstance(read.unit, Money)
    assert read.unit.scale == 1
    assert read.notes
    assert read.table.collect_schema()["value"].is_float()
    assert not read.problems()
