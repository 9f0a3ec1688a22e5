"""A change of the register is whole or absent, whatever happens to who writes it; what was acknowledged stays.

HANSA_KILLS=100 kills that often (4 by default) on each database.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time

import pytest

from tests.e2e.office_audit import audit, changes, sizes
from tests.e2e.office_process import Office, begin
from tests.register_of_size import generated

KILLS = int(os.environ.get("HANSA_KILLS", "4"))
SIZE = 2_000  # records of one import


def killed(child: subprocess.Popen[str], life: float) -> tuple[list[int], list[int]]:
    """The imports that were begun and those that were acknowledged by a child that lived for so many seconds."""
    begin(child)
    time.sleep(life)
    child.send_signal(signal.SIGKILL)
    said, _ = child.communicate()
    assert child.returncode == -signal.SIGKILL, "the child ended before it was killed"
    words = [line.split() for line in said.splitlines()]
    return [int(word[1]) for word in words if word[0] == "begun"], [int(word[1]) for word in words if word[0] == "done"]


@pytest.mark.slow
@pytest.mark.timeout(3_600)
def test_killed_imports_are_whole_or_absent(office: Office):
    office.founded()
    moment, begun, done = random.Random(4), set[int](), set[int]()
    first, seconds = 1, duration(office)
    waiting = office.at_work("import", "k", first, 9_999, SIZE)
    try:
        for _ in range(KILLS):
            child, first = waiting, first + 100
            waiting = office.at_work("import", "k", first, 9_999, SIZE)  # gets ready while the other one is killed
            begins, ends = killed(child, moment.uniform(0, 3) * seconds)
            begun, done = begun | set(begins), done | set(ends)
            whole = imports(office)
            assert done <= whole, "an acknowledged import is lost"
            assert whole <= begun
            audit(office.home, office.url)
    finally:
        waiting.kill()
        waiting.communicate()
    audit(office.home, office.url)
    whole = imports(office)
    # between the end of its transaction and its word a process dies too: such an import is whole, and nobody was told
    print(
        f"{KILLS} kills: {len(done):,} imports acknowledged, {len(whole - done):,} whole without word, "
        f"{len(begun - whole):,} interrupted and absent"
    )
    assert done <= whole <= begun
    size = len(generated(SIZE))
    counted = sizes(office.home, office.url)
    assert {what: rows for what, rows in counted.items() if rows != size} == {}, "an import is half there"
    assert begun - whole, "no import was interrupted"


def imports(office: Office) -> set[int]:
    """The numbers of the imports that the office knows."""
    words = changes(office.home, office.url).values()
    return {int(what.removeprefix("import k")) for what in words if what.startswith("import k")}


def duration(office: Office) -> float:
    """Seconds that the first import of a process takes here."""
    child = office.at_work("import", "d", 1, 3, SIZE)
    begin(child)
    said, _ = child.communicate()
    assert child.returncode == 0
    return max(float(line.split()[2]) for line in said.splitlines() if line.startswith("done"))


def test_the_moment_of_every_statement_is_survived(office: Office):
    """Killed right before each statement of a change in turn, and right after its end: nothing of it, or all."""
    office.founded(400)
    before = changes(office.home, office.url)
    for number in range(1, 40):
        child = office.at_work("die", number)
        said, _ = child.communicate()
        audit(office.home, office.url)
        now = changes(office.home, office.url)
        if child.returncode == 0:
            assert "done" in said
            break
        assert child.returncode == -signal.SIGKILL
        assert len(now) - len(before) in (0, 1)
        assert len(now) == len(before) or "COMMIT" in said
        before = now
    else:
        pytest.fail("a change has more statements than were tried")
    assert number > 6
    assert len(now) == len(before) + 1
