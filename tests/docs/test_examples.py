"""Every example in README and docs runs, and prints what the page says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hansa.indicator import catalogue
from hansa.trade.store import Store
from tests.docs import examples
from tests.house import tree

MADE = re.compile(r"(?:sample\.build\(\"|^\$ hansa demo )([\w-]+)", re.MULTILINE)
PAGES = [path for path in tree.files() if path.suffix == ".md" and path.parent != tree.ROOT / "tests" / "published"]


@pytest.fixture(autouse=True)
def _as_shipped() -> Iterator[None]:
    """A page may declare an indicator of its own; other tests look at what is shipped."""
    yield
    for key in [key for key, one in catalogue.items() if not str(one.function.__module__).startswith("hansa.")]:
        del catalogue[key]


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in PAGES if list(examples.blocks(page.read_text()))], ids=tree.short)
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sample_in: Callable[[Path], Store]):
    monkeypatch.chdir(tmp_path)
    for name in made_there(page):
        sample_in(tmp_path / name)
    failures = examples.run(page, tmp_path)
    assert not failures, "\n\n".join(failures)


def made_there(page: Path) -> list[str]:
    """Folders in which a page makes the sample world, and finds it; the first page for readers does make it."""
    return [] if page.name == "start.md" else sorted(set(MADE.findall(page.read_text(encoding="utf-8"))))


def test_a_wrong_example_is_noticed(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(
        "```python\n>>> 1 + 1\n3\n```\n\n```console\n$ rm nothing\n```\n\n"
        "<!-- not run: shown -->\n```python\n1 / 0\n```\n"
    )
    wrong, refused = examples.run(page, tmp_path)
    assert "Expected:\n    3" in wrong
    assert "only hansa is run here" in refused
