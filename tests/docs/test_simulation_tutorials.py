"""The tutorials on NAFTA and on borders print what they say, where the data of paper and guide are at hand."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.docs import examples
from tests.house import tree

TABLES = ("trade", "intermediate_consumption", "final_consumption", "value_added", "deficit", "theta")


def run(name: str, mark: str, folder: Path) -> list[str]:
    """What goes wrong in a tutorial whose blocks are not left alone."""
    text = (tree.ROOT / "docs" / "tutorials" / f"{name}.md").read_text(encoding="utf-8")
    assert mark in text
    page = folder / f"{name}.md"
    page.write_text(text.replace(mark, ""), encoding="utf-8")
    return examples.run(page, folder)


def test_nafta(hansa_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "cp2015").mkdir()
    for name in TABLES:
        table = duckdb.read_parquet(str(hansa_data / "cp2015" / f"{name}.parquet"))
        table.write_csv(str(tmp_path / "cp2015" / f"{name}.csv"))
    monkeypatch.chdir(tmp_path)
    failures = run("nafta-1993", "<!-- not run: needs the data of the paper -->\n", tmp_path)
    assert not failures, "\n\n".join(failures)


def test_borders(hansa_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    panel = duckdb.read_parquet(str(hansa_data / "agtpa" / "panel_1986_2006.parquet"))
    panel.write_csv(str(tmp_path / "panel.csv"))
    monkeypatch.chdir(tmp_path)
    failures = run("borders-2006", "<!-- not run: needs the panel of the guide -->\n", tmp_path)
    assert not failures, "\n\n".join(failures)
