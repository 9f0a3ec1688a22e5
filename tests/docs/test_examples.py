"""Every example in README and docs runs, and prints what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs import examples
from tests.house import tree

PAGES = [path for path in tree.files() if path.suffix == ".md" and path.parent != tree.ROOT / "tests" / "published"]


@pytest.mark.parametrize("page", [page for page in PAGES if list(examples.blocks(page.read_text()))], ids=tree.short)
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    failures = examples.run(page, tmp_path)
    assert not failures, "\n\n".join(failures)


def test_a_wrong_example_is_noticed(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(
        "```python\n>>> 1 + 1\n3\n```\n\n```console\n$ rm nothing\n```\n\n"
        "<!-- not run: shown -->\n```python\n1 / 0\n```\n"
    )
    wrong, refused = examples.run(page, tmp_path)
    assert "Expected:\n    3" in wrong
    assert "only hansa is run here" in refused
