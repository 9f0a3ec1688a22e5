"""What loads what: the front door is light, numbers know no tables, one file knows the network."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.house import tree

HEAVY = ("numpy", "pandas", "duckdb", "pyarrow", "django", "narwhals", "scipy", "polars")
TABLE_LIBRARIES = {"duckdb", "narwhals", "pyarrow", "pandas", "polars", "hansa.tables"}
NETWORK = {
    "pooch",
    "requests",
    "urllib.request",
    "urllib3",
    "socket",
    "http.client",
    "httpx",
    "httpx2",
    "ftplib",
    "aiohttp",
}
EXTRAS = {"office": "web", "gravity": "gravity"}  # rooms that are there only with an extra
REASONS = ("slow import", "optional dependency")


def _loaded_by(code: str) -> set[str]:
    code = f"import sys\n{code}\nprint('\\n'.join(sys.modules), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tree.ROOT)
    return {line.split(".")[0] for line in done.stderr.splitlines()} & set(HEAVY)


def test_importing_hansa_loads_nothing_heavy():
    assert _loaded_by("import hansa; dir(hansa)") == set()


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_the_command_line_starts_light(argument: str):
    code = f"""
from hansa.cli import main
sys.argv = ["hansa", {argument!r}]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
    assert _loaded_by(code) == set()


@pytest.mark.parametrize("path", [path for path in tree.modules() if tree.number_file(path)], ids=tree.short)
def test_number_files_know_no_tables(path: Path):
    tables = {name: line for name, line in tree.imported(path).items() if _is_one_of(name, TABLE_LIBRARIES)}
    assert not tables, f"labels and numbers in one file: {tables}"


def test_there_are_number_files():
    assert any(tree.number_file(path) for path in tree.modules())


@pytest.mark.parametrize("path", tree.modules(), ids=tree.short)
def test_only_files_py_knows_the_network(path: Path):
    if tree.short(path) == "hansa/files.py":
        return
    network = {name: line for name, line in tree.imported(path).items() if _is_one_of(name, NETWORK)}
    assert not network, f"only hansa/files.py fetches: {network}"


@pytest.mark.parametrize("path", tree.modules(), ids=tree.short)
def test_an_import_inside_a_function_says_why(path: Path):
    lines = path.read_text(encoding="utf-8").splitlines()
    late = {
        node.lineno
        for function in ast.walk(tree.tree(path))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    silent = [lines[number - 1].strip() for number in sorted(late) if not any(r in lines[number - 1] for r in REASONS)]
    assert not silent, f"say 'slow import' or 'optional dependency': {silent}"


def test_the_office_is_entered_inside_functions_only():
    """Without the extra everything else works, and says what to install."""
    outside = [
        f"{tree.short(path)}:{line}: {name}"
        for path in tree.modules()
        if not path.is_relative_to(tree.PACKAGE / "office")
        for name, line, at_top in tree.imports(path)
        if at_top and _is_one_of(name, {"hansa.office", "django", "rest_framework"})
    ]
    assert not outside, outside


def _is_one_of(name: str, family: set[str]) -> bool:
    return any(name == member or name.startswith(f"{member}.") for member in family)


def test_what_is_imported_is_declared():
    """At the top of a file only core dependencies, in a room with an extra of its own also that; other extras inside a
    function, since they may be absent.
    """
    with (tree.ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    core = {_name(line) for line in project["dependencies"]}
    extras = {_name(line) for lines in project["optional-dependencies"].values() for line in lines}
    rooms = {room: {_name(line) for line in project["optional-dependencies"][extra]} for room, extra in EXTRAS.items()}
    owners = packages_distributions()
    undeclared = []
    for path in tree.modules():
        own = core | rooms.get(path.relative_to(tree.PACKAGE).parts[0], set())
        for name, line, at_top in tree.imports(path):
            package = name.split(".")[0]
            if package == "hansa" or package in sys.stdlib_module_names:
                continue
            names = {_name(owner) for owner in owners.get(package, [package])}
            if not names & own and (at_top or not names & (extras | {"pandas", "polars"})):
                undeclared.append(f"{tree.short(path)}:{line}: {name}")
    assert not undeclared, undeclared


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement)[0].lower().replace("_", "-")


def test_what_is_declared_is_imported():
    with (tree.ROOT / "pyproject.toml").open("rb") as file:
        declared = {_name(line) for line in tomllib.load(file)["project"]["dependencies"]}
    owners = packages_distributions()
    packages = {name.split(".")[0] for path in tree.modules() for name in tree.imported(path)}
    used = {_name(owner) for package in packages for owner in owners.get(package, [])}
    assert not (idle := declared - used), f"nobody imports {idle}"
