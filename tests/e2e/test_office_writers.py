"""Eight writers at once: no edit is lost or doubled, and who comes second on one version is told so.

HANSA_WRITES=200 lets each of them write that often (20 by default).
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.office_at_work import count_in
from tests.e2e.office_audit import asking, audit
from tests.e2e.office_process import Office, begin

WRITERS, WRITES = 8, int(os.environ.get("HANSA_WRITES", "20"))
SIZE = int(os.environ.get("HANSA_RECORDS", "600"))
GOAL = {"postgresql": 0.1, "sqlite": 1.0}  # seconds of one write, of which 99 of 100 are quicker


@pytest.mark.timeout(1_800)
def test_writers_at_once_lose_and_double_nothing(office: Office):
    office.founded(SIZE)
    shared = "dec-1"
    children = [
        office.at_work("edit", f"w{number}", WRITES, f"mil-{number}-0", f"mil-{number}-1", shared, f"mil-{number}-2")
        for number in range(WRITERS)
    ]
    for child in children:
        begin(child)
    said = [line.split() for child in children for line in child.communicate()[0].splitlines()]
    assert all(child.returncode == 0 for child in children)
    wrote = [(key, int(number)) for what, key, number, _ in said if what == "wrote"]
    assert len(wrote) == WRITERS * WRITES
    assert len(set(wrote)) == len(wrote), "an edit is doubled"
    audit(office.home, office.url)
    for key in {key for key, _ in wrote}:
        counted = sorted(number for one, number in wrote if one == key)
        assert counted == list(range(1, len(counted) + 1))
        assert titles(office, key) == [0, *counted], "an edit is lost"
    refused = [key for what, key, *_ in said if what == "refused"]
    assert set(refused) <= {shared}, "a record that nobody else wrote was in conflict"
    tell(office, sorted(float(seconds) for what, *_, seconds in said if what == "wrote"), len(refused))


def titles(office: Office, key: str) -> list[int]:
    """The numbers in the titles that a record had, version by version."""
    title = "content ->> 'title'"
    with asking(office.home, office.url) as ask:
        rows = ask(f"SELECT {title} FROM office_revision WHERE record = '{key}' ORDER BY version")
    return [count_in(title) for (title,) in rows]


def tell(office: Office, seconds: list[float], refused: int) -> None:
    """Print how long writes took: a machine that has other things to do proves nothing, so it is not asserted."""
    kind = "postgresql" if office.url else "sqlite"
    middle, late = seconds[len(seconds) // 2], seconds[int(len(seconds) * 0.99)]
    print(
        f"{kind}, {SIZE:,} records, {WRITERS} writers: {len(seconds):,} writes, {refused:,} conflicts, median "
        f"{1000 * middle:.0f} ms, p99 {1000 * late:.0f} ms (goal {1000 * GOAL[kind]:.0f} ms)"
    )


def test_a_file_of_writers_stays_with_its_database(tmp_path: Path):
    """Writers of one SQLite file stand in a row at a file beside it; who dies in the row lets the next one in."""
    office = Office(tmp_path / "office").founded(400)
    child = office.at_work("edit", "w", 3, "mil-0-0")
    begin(child)
    child.kill()
    child.communicate()
    again = office.at_work("edit", "w", 1, "mil-0-0")
    begin(again)
    assert again.communicate()[0].startswith("wrote")
    assert (tmp_path / "office" / "office.sqlite3-turn").exists()
