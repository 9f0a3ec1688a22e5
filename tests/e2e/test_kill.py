"""An import is whole or absent, whatever happens to the process; what was acknowledged is there for good.

HANSA_KILLS=100 kills that often (15 by default).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hansa.archive import Archive
from hansa.trade.store import Store
from tests.e2e.imports_without_end import ROWS

KILLS = int(os.environ.get("HANSA_KILLS", "15"))
LONGEST = 6  # imports that a child may live for
ROOT = Path(__file__).resolve().parents[2]


def _started(store: Path, dataset: str, first: int, last: int) -> subprocess.Popen[str]:
    program = [sys.executable, "-m", "tests.e2e.imports_without_end", str(store), dataset, str(first), str(last)]
    return subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _go(child: subprocess.Popen[str]) -> float:
    """Let a child begin; the seconds that one import takes it."""
    assert child.stdin is not None
    assert child.stdout is not None
    ready, seconds = child.stdout.readline().split()
    assert ready == "ready"
    child.stdin.write("\n")
    child.stdin.flush()
    return float(seconds)


def _said(child: subprocess.Popen[str]) -> list[str]:
    """What a child said after it began, once it has ended."""
    said, _ = child.communicate()
    return said.splitlines()


def _killed(child: subprocess.Popen[str], store: Path, life: float) -> list[int]:
    """The imports that the child acknowledged before it was killed; the manifest is read all the while.

    life : in imports.
    """
    end = _go(child) * life + time.monotonic()
    while (left := end - time.monotonic()) > 0:
        Archive(store).entries()
        time.sleep(min(left, 0.005))
    child.send_signal(signal.SIGKILL)
    numbers = [int(line) for line in _said(child)]
    assert child.returncode == -signal.SIGKILL, "the child ended before it was killed"
    return numbers


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_killed_imports_are_whole_or_absent(tmp_path: Path):
    moment = random.Random(2).uniform
    folder = tmp_path / "store"
    Store.create(folder)
    acknowledged: dict[str, list[int]] = {}
    waiting = _started(folder, "run-0", 1001, 9999)
    for kill in range(KILLS):
        child = waiting
        if kill + 1 < KILLS:
            waiting = _started(folder, f"run-{kill + 1}", 1001, 9999)
        acknowledged[f"run-{kill}"] = _killed(child, folder, moment(0, LONGEST))
        visible = _totals(Store(folder), f"run-{kill}")
        assert set(acknowledged[f"run-{kill}"]) <= set(visible), "an acknowledged import is lost"
        assert visible == {number: ROWS * number for number in visible}, "an import is half visible"
        assert len(visible) <= len(acknowledged[f"run-{kill}"]) + 1

    store = Store(folder)
    assert sum(map(len, acknowledged.values())) > KILLS, "the children were killed before they had done anything"
    assert store.archive.damaged() == []
    before = {name: _totals(store, name) for name in store.datasets()}
    left_behind = store.archive.sweep()
    assert store.archive.damaged() == []
    assert {name: _totals(store, name) for name in store.datasets()} == before
    on_disk = {f"files/{path.name}" for path in (folder / "files").iterdir()}
    assert on_disk == {entry.file for entry in store.archive.entries()}
    print(f"{KILLS} kills, {len(store.archive.entries())} imports whole, {left_behind} files left behind and swept")


def _totals(store: Store, dataset: str) -> dict[int, float]:
    if dataset not in store.datasets():
        return {}
    return {int(row["period"]): row["value"] for row in store.flows(dataset).totals("period").to_pylist()}


def test_writers_at_once_lose_nothing(tmp_path: Path):
    Store.create(tmp_path / "store")
    spans = [(1001, 1012), (2001, 2012), (3001, 3012)]
    children = [_started(tmp_path / "store", "shared", *span) for span in spans]
    for child in children:
        _go(child)
    assert [list(map(int, _said(child))) for child in children] == [list(range(low, high + 1)) for low, high in spans]
    store = Store(tmp_path / "store")
    written = [number for low, high in spans for number in range(low, high + 1)]
    assert _totals(store, "shared") == {number: ROWS * number for number in written}
    assert store.archive.damaged() == []


def test_of_writers_with_the_same_rows_one_is_refused(tmp_path: Path):
    Store.create(tmp_path / "store")
    children = [_started(tmp_path / "store", "shared", 1001, 1008) for _ in range(2)]
    for child in children:
        _go(child)
    said = [line for child in children for line in _said(child)]
    done, refused = [line for line in said if line.isdigit()], [line for line in said if line.startswith("refused")]
    assert sorted(done) == [str(number) for number in range(1001, 1009)]
    assert len(refused) == 8
    assert all("are in 'shared' already, e.g. ('A', " in line for line in refused)
    assert _totals(Store(tmp_path / "store"), "shared") == {number: ROWS * number for number in range(1001, 1009)}


def test_a_sweep_waits_for_imports_that_are_going_on(tmp_path: Path):
    store = Store.create(tmp_path / "store")
    child = _started(tmp_path / "store", "shared", 1001, 1010)
    _go(child)
    while child.poll() is None:
        store.archive.sweep()
    assert _said(child) == list(map(str, range(1001, 1011)))
    assert store.archive.damaged() == []
    assert len(_totals(store, "shared")) == 10
