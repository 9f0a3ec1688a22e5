"""What the interface for programs has acknowledged is there for good, though its server is killed right after.

HANSA_WRITES=125 lets each of eight programs write that often before the server is killed (20 by default).
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.office_at_work import count_in
from tests.e2e.office_audit import asking, audit
from tests.e2e.office_process import Office
from tests.e2e.test_office_restore import run
from tests.e2e.test_office_serve import environment, free_port

PROGRAMS, WRITES = 8, int(os.environ.get("HANSA_WRITES", "20"))
SIZE = int(os.environ.get("HANSA_RECORDS", "600"))
SHARED = "mil-9-0"
KEY = """
import sys, pathlib
from hansa.office import founding
founding.enter(pathlib.Path(sys.argv[1]))
from hansa.office.api.tokens import new_token
from hansa.office.models import Account
founding.account("program", [("editor", "")])
Account.objects.update(must_change_password=False)
print(new_token(Account.objects.get(name="program"), "of the tests")[1])
"""


class Program(threading.Thread):
    """Counts on in the titles of records, until it is told to stop or the server is gone."""

    def __init__(self, port: int, token: str, keys: list[str], enough: threading.Event) -> None:
        super().__init__(daemon=True)
        self.port, self.token, self.keys, self.enough = port, token, keys, enough
        self.acknowledged: list[tuple[str, int]] = []
        self.seconds: list[float] = []
        self.others: list[int] = []  # statuses that are neither 200 nor a conflict
        self.conflicts = 0

    def run(self) -> None:
        """Until the end."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        turn = 0
        try:
            while not self.enough.is_set():
                turn += self._write(connection, self.keys[turn % len(self.keys)])
        except (OSError, http.client.HTTPException):
            return  # the server was killed
        finally:
            connection.close()

    def _write(self, connection: http.client.HTTPConnection, key: str) -> bool:
        status, tag, record = self._ask(connection, "GET", key)
        assert status == 200
        number = count_in(record["title"]) + 1
        body = record | {"title": f"{number} by {self.name}"}
        start = time.perf_counter()
        status, _, answer = self._ask(connection, "PUT", key, body, {"If-Match": tag})
        if status == 200:
            assert answer["title"] == body["title"]
            self.seconds.append(time.perf_counter() - start)
            self.acknowledged.append((key, number))
        elif status in (409, 412):
            self.conflicts += 1
        else:
            self.others.append(status)
            self.enough.set()
        return status == 200

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        key: str,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str, Any]:
        """Status, entity tag and content of an answer."""
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **(headers or {})}
        connection.request(method, f"/api/v1/milestones/{key}", json.dumps(body) if body else None, sent)
        answer = connection.getresponse()
        content = json.loads(answer.read())
        return answer.status, answer.headers.get("ETag", ""), content


def served(office: Office, log: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A server in a group of its own, which can be killed at one blow: its process and its port."""
    port = free_port()
    words = [sys.executable, "-m", "hansa", "serve", "--home", str(office.home), "--port", str(port)]
    changed = {"DATABASE_URL": office.url} if office.url else {}
    with log.open("ab") as file:
        process = subprocess.Popen(
            words, env=environment(**changed), stdout=file, stderr=file, cwd=log.parent, start_new_session=True
        )
    end = time.monotonic() + 120
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request("GET", "/health")
            assert connection.getresponse().status == 200
            connection.close()
            return process, port
        except OSError:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.timeout(1_800)
def test_of_acknowledged_writes_a_killed_server_loses_none(office: Office, tmp_path: Path):
    office.founded(SIZE)
    made = run("-c", KEY, office.home, url=office.url)
    assert made.returncode == 0, made.stderr
    token, log = made.stdout.strip(), tmp_path / "server.log"
    process, port = served(office, log)
    enough = threading.Event()
    programs = [
        Program(port, token, [f"mil-{number}-0", f"mil-{number}-1", f"mil-{number}-2", SHARED], enough)
        for number in range(PROGRAMS)
    ]
    try:
        for program in programs:
            program.start()
        end = time.monotonic() + 1_200
        while sum(len(program.acknowledged) for program in programs) < PROGRAMS * WRITES:
            assert not enough.is_set(), [program.others for program in programs]
            assert any(program.is_alive() for program in programs), log.read_text()
            assert time.monotonic() < end
            time.sleep(0.01)
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # all of it, in the middle of whatever it does
        process.wait()
    for program in programs:
        program.join(60)
    audit(office.home, office.url)
    _compare(office, programs)
    again, _ = served(office, log)  # and it starts again
    again.terminate()
    assert again.wait(30) == 0


def _compare(office: Office, programs: list[Program]) -> None:
    """Every number that a program was told of, once; no other answer than a conflict to the rest."""
    acknowledged = [one for program in programs for one in program.acknowledged]
    assert len(set(acknowledged)) == len(acknowledged), "an edit is doubled"
    assert [status for program in programs for status in program.others] == []
    with asking(office.home, office.url) as ask:
        rows = ask("SELECT record, content ->> 'title' FROM office_revision WHERE version > 1 ORDER BY record, version")
    kept = [(key, count_in(title)) for key, title in rows]
    assert not set(acknowledged) - set(kept), "an acknowledged edit is lost"
    for key in {key for key, _ in kept}:
        numbers = [number for one, number in kept if one == key]
        assert numbers == list(range(1, len(numbers) + 1)), "somebody wrote over what they had not read"
    assert len(kept) - len(acknowledged) <= PROGRAMS  # what was being written when the server died
    seconds = sorted(second for program in programs for second in program.seconds)
    conflicts = sum(program.conflicts for program in programs)
    print(
        f"{'postgresql' if office.url else 'sqlite'}, {SIZE:,} records, {PROGRAMS} programs over HTTP: "
        f"{len(acknowledged):,} writes acknowledged, 0 lost, {conflicts:,} conflicts, "
        f"median {1000 * seconds[len(seconds) // 2]:.0f} ms, p99 {1000 * seconds[int(len(seconds) * 0.99)]:.0f} ms"
    )
