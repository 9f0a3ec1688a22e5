"""Whether the tables of an office agree with each other, asked of the database itself and not through our code."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Ask = Callable[[str], list[tuple[Any, ...]]]


@contextmanager
def asking(home: Path, url: str | None) -> Iterator[Ask]:
    """Questions to the database of an office as of one moment: a killed writer's last word may still arrive."""
    if url:
        import psycopg

        with psycopg.connect(url) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            yield lambda statement: connection.execute(statement).fetchall()  # type: ignore[call-overload]
        return
    connection = sqlite3.connect(home / "office.sqlite3", timeout=30)
    try:
        connection.execute("BEGIN")
        yield lambda statement: connection.execute(statement).fetchall()
    finally:
        connection.close()


def changes(home: Path, url: str | None = None) -> dict[int, str]:
    """Number and words of every change."""
    with asking(home, url) as ask:
        return dict(ask("SELECT number, what FROM office_change ORDER BY number"))


def sizes(home: Path, url: str | None = None) -> dict[str, int]:
    """How many revisions each change has, by its words."""
    with asking(home, url) as ask:
        return dict(
            ask(
                "SELECT what, count(r.id) FROM office_change c LEFT JOIN office_revision r ON r.change_id = c.number "
                "GROUP BY number, what"
            )
        )


def audit(home: Path, url: str | None = None) -> None:
    """Nothing, where the database is sound, changes are numbered without a gap, each record stands as its last revision
    says, versions count from 1 without a gap, and references are those of what stands.
    """
    with asking(home, url) as ask:
        if url is None:
            assert ask("PRAGMA integrity_check") == [("ok",)]
            assert ask("PRAGMA foreign_key_check") == []
        numbers = [number for (number,) in ask("SELECT number FROM office_change ORDER BY number")]
        assert numbers == list(range(1, len(numbers) + 1)), "changes are missing or doubled"
        ledger = ask("SELECT number FROM office_ledger")
        assert ledger == ([(len(numbers),)] if numbers else []) or ledger == [(0,)], "the ledger counts other changes"
        _records(ask)


def _records(ask: Ask) -> None:
    columns = "kind, version, draft, content, change_id"
    rows = ask(f"SELECT record, {columns}, action FROM office_revision ORDER BY record, version")
    last: dict[str, tuple[Any, ...]] = {}
    for key, *held, action in rows:
        assert held[1] == (last[key][0][1] + 1 if key in last else 1), f"{key}: a version is missing or doubled"
        last[key] = (held, action)
    standing = {key: _plain(held) for key, (held, action) in last.items() if action != "deleted"}
    entries = {key: _plain(held) for key, *held in ask(f"SELECT id, {columns} FROM office_entry")}
    assert entries == standing, "what stands is not what history says"
    named = {(source, target) for source, target in ask("SELECT source_id, target_id FROM office_reference")}
    assert {one for pair in named for one in pair} <= set(entries)


def _plain(held: list[Any]) -> tuple[Any, ...]:
    kind, version, draft, content, change = held
    return kind, version, bool(draft), json.loads(content) if isinstance(content, str) else content, change
