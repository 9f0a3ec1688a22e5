"""An office's writer as a process of its own, which tests start, watch and kill: python office_at_work.py HOME WHAT ...

    found SIZE                    an office with a register of that size
    import PREFIX FIRST LAST SIZE a register of that size after another, each as one change
    die NUMBER                    edits a record, and kills itself before that statement of the change
    edit WRITER TIMES KEY...      adds one to the number in the title of each of these records in turn

`import` and `edit` say "ready", wait for a line, and then say each thing they did once it is done. Which database it is
DATABASE_URL says.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from hansa.office import founding


def found(size: int) -> None:
    """Tables and a register."""
    founding.migrate()
    from hansa.office.ledger import commit, edits_of
    from hansa.office.permission import OFFICE
    from hansa.office.snapshot import current
    from tests.register_of_size import generated

    if size:
        commit(OFFICE, edits_of(generated(size), current(), draft=False), "the first register")


def bring(prefix: str, first: int, last: int, size: int) -> None:
    """Registers, one after another: says the number and the seconds of each."""
    from hansa.office.ledger import commit, edits_of
    from hansa.office.permission import OFFICE
    from hansa.office.snapshot import current
    from tests.register_of_size import generated

    ready = generated(size, first, f"{prefix}{first}-")
    before = current()
    edits_of(ready, before, draft=False)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(first, last + 1):
        register = ready if number == first else generated(size, number, f"{prefix}{number}-")
        print("begun", number, flush=True)
        start = time.perf_counter()
        commit(OFFICE, edits_of(register, current(), draft=False), f"import {prefix}{number}")
        print("done", number, f"{time.perf_counter() - start:.4f}", flush=True)


def edit(writer: str, times: int, *keys: str) -> None:
    """Count on in the titles of records: says the key, the number it wrote and the seconds; or that it was refused."""
    from hansa.errors import Conflict
    from hansa.office.ledger import Edit, commit
    from hansa.office.permission import OFFICE
    from hansa.office.snapshot import current

    current().everything  # noqa: B018  as a server has it
    print("ready", flush=True)
    sys.stdin.readline()
    for turn in range(times):
        key = keys[turn % len(keys)]
        while True:
            held = current().held[key]
            number = count_in(held.record.title) + 1
            record = replace(held.record, title=f"{number} by {writer}")
            start = time.perf_counter()
            try:
                commit(OFFICE, [Edit("edit", key, record, held.tag)], f"{key} {number}")
            except Conflict:
                print("refused", key, number, f"{time.perf_counter() - start:.4f}", flush=True)
                continue
            print("wrote", key, number, f"{time.perf_counter() - start:.4f}", flush=True)
            break


def die(number: int) -> None:
    """Change a record, and die before a statement of it; after the last one it lives."""
    from django.db import connection

    from hansa.office.ledger import Edit, commit
    from hansa.office.permission import OFFICE
    from hansa.office.snapshot import current

    held = current().held["mil-0-0"]
    record = replace(held.record, title=f"{count_in(held.record.title) + 1} by die", of="prg-1")
    said: list[str] = []

    def strike(what: str) -> None:
        said.append(what)
        print(what, flush=True)
        if len(said) == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def execute(run: Any, sql: str, *rest: Any) -> Any:
        strike(sql.split(" ", 1)[0])
        return run(sql, *rest)

    ending = connection._commit
    connection._commit = lambda: (strike("END"), ending(), strike("COMMIT"))
    with connection.execute_wrapper(execute):
        commit(OFFICE, [Edit("edit", "mil-0-0", record, held.tag)], "die")
    print("done", flush=True)


def count_in(title: str) -> int:
    """The number that a title begins with; 0 where it has none."""
    hit = re.match(r"(\d+) by ", title)
    return int(hit[1]) if hit else 0


def main(home: str, what: str, *words: str) -> None:
    """Enter the office and do it."""
    place = Path(home)
    founding.found(place)
    founding.enter(place)
    if what == "found":
        found(int(words[0]))
    elif what == "import":
        bring(words[0], *map(int, words[1:]))
    elif what == "die":
        die(int(words[0]))
    elif what == "edit":
        edit(words[0], int(words[1]), *words[2:])
    else:
        raise SystemExit(f"{what!r} is nothing that is done here")


if __name__ == "__main__":
    main(*sys.argv[1:])
