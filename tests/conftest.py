"""What the machine must offer, and what becomes of a test when it does not.

HANSA_DATA     folder with the real public tables (tests on them skip, loudly, where it is unset)
HANSA_AXE      folder with axe.min.js, which looks for what hinders readers with a screen reader or a keyboard
HANSA_REQUIRE  what must be there, such as "data chromium": for these a skip is a failure
HANSA_EXAMPLES how many examples a property is tried on that names no number of its own (40 by default)

A test that needs something takes it as a fixture: `hansa_data`, `chromium`, `poppler`, `java`, `axe`, and `postgres`,
which is the address of a new database each time.

The sample world is made once for a run, also where several processes share it; `sample_in` gives out copies.
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

from hansa.trade.store import Store
from tests import cluster

EXAMPLES = int(os.environ.get("HANSA_EXAMPLES", "40"))
hypothesis.settings.register_profile("house", max_examples=EXAMPLES, derandomize=True, deadline=None, print_blob=True)
hypothesis.settings.load_profile("house")
REQUIRED = frozenset(os.environ.get("HANSA_REQUIRE", "").replace(",", " ").split())


def _data() -> Path:
    folder = os.environ.get("HANSA_DATA")
    if not folder:
        raise LookupError("HANSA_DATA names no folder of real tables")
    if not Path(folder).is_dir():
        raise LookupError(f"HANSA_DATA names {folder}, which is no folder")
    return Path(folder).resolve()


def _axe() -> Path:
    folder = os.environ.get("HANSA_AXE")
    if not folder:
        raise LookupError("HANSA_AXE names no folder of axe-core")
    if not (Path(folder) / "axe.min.js").is_file():
        raise LookupError(f"HANSA_AXE names {folder}, where there is no axe.min.js")
    return Path(folder).resolve() / "axe.min.js"


def _program(*names: str) -> Callable[[], Path]:
    def find() -> Path:
        found = [path for name in names if (path := shutil.which(name))]
        if not found:
            raise LookupError(f"no program {' or '.join(names)} on this machine")
        return Path(found[0])

    return find


RESOURCES: dict[str, Callable[[], Path]] = {
    "data": _data,
    "chromium": _program("chromium", "chromium-browser", "google-chrome"),
    "poppler": _program("pdftotext"),
    "java": _program("java"),
    "postgres": cluster.programs,
    "axe": _axe,
}


def _take(resource: str) -> Path:
    try:
        return RESOURCES[resource]()
    except LookupError as lack:
        why = f"needs {resource}: {lack}"
    if resource in REQUIRED:
        pytest.fail(f"{why}; HANSA_REQUIRE says it must be there", pytrace=False)
    pytest.skip(why)


@pytest.fixture(scope="session")
def hansa_data() -> Path:
    """Folder of the real public tables."""
    return _take("data")


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser that looks at pages."""
    return _take("chromium")


@pytest.fixture(scope="session")
def poppler() -> Path:
    """The program that takes the text out of a PDF."""
    return _take("poppler")


@pytest.fixture(scope="session")
def java() -> Path:
    """The machine under Spark."""
    return _take("java")


@pytest.fixture(scope="session")
def axe() -> Path:
    """The script axe-core, which tests run in a page."""
    return _take("axe")


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[cluster.Cluster]:
    """A running PostgreSQL of the tests' own."""
    _take("postgres")
    with cluster.started() as running:
        yield running


@pytest.fixture
def postgres(postgres_cluster: cluster.Cluster) -> str:
    """The address of a new database, as DATABASE_URL takes it."""
    return postgres_cluster.create()


@pytest.fixture(scope="session")
def sample_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], Store]:
    """Puts a copy of the sample world into a folder that is not there yet, as `hansa.sample.build` would."""
    from hansa import sample

    one = "PYTEST_XDIST_WORKER" in os.environ  # of several processes, whose folders lie side by side
    run = tmp_path_factory.getbasetemp().parent if one else tmp_path_factory.getbasetemp()
    with (run / "sample-world.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        made = sample.build(run / "sample-world").archive.folder

    def copied(folder: Path) -> Store:
        shutil.copytree(made, folder)
        return sample.build(folder)

    return copied


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first, so that at the end of a run no process waits for another."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_configure(config: pytest.Config) -> None:
    config.option.loadscopereorder = False  # xdist would begin with the files of many tests, which are the short ones
    if unknown := REQUIRED - set(RESOURCES):
        raise pytest.UsageError(f"HANSA_REQUIRE names {sorted(unknown)}; it may name {sorted(RESOURCES)}")


def pytest_report_header() -> str:
    lines = []
    for name, find in RESOURCES.items():
        try:
            lines.append(f"{name} {find()}")
        except LookupError:
            lines.append(f"{name} absent")
    return f"hansa: {', '.join(lines)}; must be there: {', '.join(sorted(REQUIRED)) or 'nothing'}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    lacking: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        if isinstance(report.longrepr, tuple) and (hit := re.match(r"Skipped: needs (\w+):", report.longrepr[2])):
            lacking[hit[1]] += 1
    for resource, count in sorted(lacking.items()):
        terminalreporter.write_line(f"NOT TESTED for lack of {resource}: {count} tests", yellow=True, bold=True)
