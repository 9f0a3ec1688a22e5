"""Nothing of one machine in the files, and nothing that names a place to download packages from."""

from __future__ import annotations

import re

from tests.house import tree

# written in pieces, so that this file is not its own first find
MACHINE_PATHS = re.compile(
    "|".join(
        ["/" + "work/", "/" + "root/", "/" + "home/[a-z]", "/" + "Users/", "/" + "opt/wheels", r"[A-Z]:\\\\" + "Users"]
    )
)
TEMPORARY = re.compile(r"(?<![\w.])/" + r"tmp/[\w-]")
REGISTRIES = re.compile(
    "|".join(["py" + r"pi\.org", "pythonhosted" + r"\.org", "index" + "-url ?=", "registry.npm" + r"js\.org"])
)
# figures and packed tables hold no text of ours
PACKED = {".png", ".parquet", ".xlsx", ".zip", ".gz", ".mo", ".pdf", ".ico", ".dta", ".ttf", ".woff2"}
LARGEST = 4 * 1024 * 1024


def _finds(pattern: re.Pattern[str]) -> list[str]:
    finds = []
    for path in tree.files():
        if path.suffix in PACKED:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if pattern.search(line):
                finds.append(f"{tree.short(path)}:{number}: {line.strip()[:100]}")
    return finds


def test_no_path_of_one_machine():
    assert not (finds := _finds(MACHINE_PATHS) + _finds(TEMPORARY)), "\n".join(finds)


def test_no_address_of_a_package_registry():
    assert not (finds := _finds(REGISTRIES)), "\n".join(finds)


def test_no_file_is_large():
    large = [
        f"{tree.short(path)}: {path.stat().st_size:,} bytes" for path in tree.files() if path.stat().st_size > LARGEST
    ]
    assert not large, large


def test_what_is_shipped_says_where_it_is_from():
    """Every folder of data, and every folder of samples, has a SOURCE.toml."""
    folders = [tree.PACKAGE / "data", *(tree.ROOT / "tests" / "samples").glob("*/")]
    holding = [
        folder
        for folder in folders
        if any(path.parent == folder and path.name != "SOURCE.toml" for path in tree.files())
    ]
    assert not (bare := [tree.short(folder) for folder in holding if not (folder / "SOURCE.toml").is_file()]), bare


def test_real_tables_are_reached_only_through_the_fixture():
    """A test that skips on its own when real tables are absent would hide what was not tested."""
    own = [
        tree.short(path)
        for path in tree.files()
        if path.suffix == ".py"
        and path.is_relative_to(tree.ROOT / "tests")
        and path.name not in ("conftest.py", "cases.py")
        and "HANSA_" + "DATA" in path.read_text(encoding="utf-8")
    ]
    assert not own, f"take the fixture hansa_data instead: {own}"
