"""What exists is documented: paths of the map, links, commands, indicators, decisions, this version."""

from __future__ import annotations

import re
import tomllib

import pytest
import typer

import hansa
from hansa.cli import app
from hansa.indicator import catalogue
from tests.house import tree

DOCS = tree.ROOT / "docs"


def test_every_path_of_the_map_exists():
    text = (tree.ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:hansa|tests|docs|benches|\.ci)/[\w./<>*-]*)`", text))
    assert len(named) > 20
    missing = [path for path in sorted(named) if "<" not in path and not list(tree.ROOT.glob(path.rstrip("/")))]
    assert not missing, missing


def test_links_between_pages_lead_somewhere():
    dead = []
    for page in (path for path in tree.files() if path.suffix == ".md"):
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists() and target not in GENERATED:
                dead.append(f"{tree.short(page)}: {target}")
    assert not dead, dead


GENERATED = {"indicators.md", "sources.md", "reference.md", "validation.md"} | {
    f"docs/{name}.md" for name in ("indicators", "sources", "reference", "validation")
}


def test_changes_name_this_version():
    with (tree.ROOT / "pyproject.toml").open("rb") as file:
        declared = tomllib.load(file)["project"]["version"]
    assert hansa.__version__ == declared
    assert f"## {declared}\n" in (DOCS / "changes.md").read_text(encoding="utf-8")


def test_decisions_are_numbered_and_dated():
    pages = sorted(path for path in (DOCS / "decisions").glob("*.md") if path.name != "index.md")
    numbers = [path.name[:4] for path in pages]
    assert len(set(numbers)) == len(numbers), numbers
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert re.match(rf"# {page.name[:4]} \S", text), f"{page.name} begins '# {page.name[:4]} Title'"
        assert re.search(r"^\*\d{4}-\d{2}-\d{2}\*$", text, re.MULTILINE), (
            f"{page.name} has no date of the form *2026-11-24*"
        )


def _catalogue() -> list[str]:
    import hansa.indicators  # noqa: F401  fills the catalogue

    return sorted(catalogue)


@pytest.mark.parametrize("key", _catalogue())
def test_an_indicator_says_what_it_is(key: str):
    entry = catalogue[key]
    for name in ("title", "topic", "unit", "range", "formula", "reference"):
        assert getattr(entry, name).strip(), f"{key} has no {name}"
    text = entry.function.__doc__ or ""
    assert text.strip(), f"{key} has no docstring"
    assert ">>>" in text, f"{key} shows no example"


def test_there_are_indicators():
    assert _catalogue()


def _commands() -> list[str]:
    group = typer.main.get_command(app)
    names = []
    for name, command in group.commands.items():
        below = getattr(command, "commands", {})
        names += [f"hansa {name} {verb}" for verb in below] or [f"hansa {name}"]
    return names


@pytest.mark.parametrize("command", _commands())
def test_a_command_is_documented(command: str):
    pages = [path for path in tree.files() if path.suffix == ".md" and path.name not in GENERATED]
    assert any(command in path.read_text(encoding="utf-8") for path in pages), f"no page of docs tells of '{command}'"
