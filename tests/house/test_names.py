"""Names say what is inside, and nothing lies about that is not part of the project."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house import tree

JUNK_DRAWERS = {"util", "utils", "common", "misc", "helper", "helpers", "core", "base"}
EMPTY_CLASSES = re.compile(r"(Manager|Helper|Handler)$")
EMPTY_VERBS = re.compile(r"^_*(process|handle)(_|$)")
ROOT_ENTRIES = 14
LONGEST_FILE = 800
LONGEST_FUNCTION = 60


def test_no_file_is_a_junk_drawer():
    drawers = [
        tree.short(path) for path in tree.files() if path.stem in JUNK_DRAWERS or path.parent.name in JUNK_DRAWERS
    ]
    assert not drawers, f"name these by what is inside: {drawers}"


def test_the_root_holds_few_entries():
    entries = tree.root_entries()
    assert len(entries) <= ROOT_ENTRIES, f"{len(entries)} entries in the root: {entries}"


@pytest.mark.parametrize("path", tree.modules(), ids=tree.short)
def test_classes_and_verbs_have_a_meaning(path: Path):
    empty = []
    for node in ast.walk(tree.tree(path)):
        if isinstance(node, ast.ClassDef) and EMPTY_CLASSES.search(node.name):
            empty.append(f"{node.name}, line {node.lineno}")
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and EMPTY_VERBS.match(node.name):
            empty.append(f"{node.name}, line {node.lineno}")
    assert not empty, f"say what these do: {empty}"


@pytest.mark.parametrize("path", tree.modules(), ids=tree.short)
def test_files_and_functions_stay_readable(path: Path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= LONGEST_FILE, f"{lines} lines: this file is two"
    long = [
        f"{node.name} ({size} lines)"
        for node in ast.walk(tree.tree(path))
        if isinstance(node, ast.FunctionDef) and (size := _code_lines(node)) > LONGEST_FUNCTION
    ]
    assert not long, f"more than {LONGEST_FUNCTION} lines of code: {long}"


def _code_lines(node: ast.FunctionDef) -> int:
    """Lines of a function without its docstring."""
    text = ast.get_docstring(node, clean=False) or ""
    return (node.end_lineno or node.lineno) - node.lineno + 1 - (len(text.splitlines()) if text else 0)
