"""The tutorial on gravity prints the tables of the Advanced Guide, where its panel is at hand."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.docs import examples
from tests.house import tree

NEEDS_PANEL = "<!-- not run: needs the panel of the guide -->\n"


def test_the_tables_of_the_guide(hansa_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    text = (tree.ROOT / "docs" / "tutorials" / "gravity.md").read_text(encoding="utf-8")
    assert NEEDS_PANEL in text
    page = tmp_path / "gravity.md"
    page.write_text(text.replace(NEEDS_PANEL, ""), encoding="utf-8")
    panel = duckdb.read_parquet(str(hansa_data / "agtpa" / "panel_1986_2006.parquet"))
    panel.write_csv(str(tmp_path / "panel.csv"))
    monkeypatch.chdir(tmp_path)
    failures = examples.run(page, tmp_path)
    assert not failures, "\n\n".join(failures)
