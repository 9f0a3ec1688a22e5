"""A PostgreSQL of the tests' own: a cluster in a folder that goes, reached by a socket in it and by nothing else."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

OWNER = "postgres"  # a server refuses to run as root


def programs() -> Path:
    """The folder of initdb and pg_ctl: on the PATH, else the newest that Debian installed.

    Raises
    ------
    LookupError : there is none.
    """
    found = shutil.which("initdb")
    folders = [Path(found).parent] if found else []
    folders += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name or 0), reverse=True
    )
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    raise LookupError("no initdb on the PATH nor under /usr/lib/postgresql")


@dataclass(frozen=True)
class Cluster:
    """A running server. `socket` : the folder by which it is reached."""

    socket: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count, repr=False)

    def url(self, name: str) -> str:
        """The address of a database, as DATABASE_URL takes it."""
        return f"postgresql:///{name}?host={self.socket}&user={OWNER}"

    def create(self) -> str:
        """A new database, empty; its address."""
        name = f"office_{next(self._numbers)}"
        self.sql(f'CREATE DATABASE "{name}"')
        return self.url(name)

    def sql(self, statement: str, name: str = "postgres") -> list[tuple[object, ...]]:
        """What a statement gives."""
        import psycopg

        with psycopg.connect(self.url(name), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


@contextmanager
def started(*options: str) -> Iterator[Cluster]:
    """A server for as long as it is needed; options as of the program postgres (``-c fsync=off``)."""
    bin_, folder = programs(), Path(tempfile.mkdtemp(prefix="hansa-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, OWNER, OWNER)
    data = folder / "data"
    wanted = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}", *options]
    try:
        _run(
            [bin_ / "initdb", "--no-sync", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale", "C.UTF-8"]
        )
        _run([bin_ / "pg_ctl", "-w", "-D", data, "-l", folder / "log", "-o", " ".join(wanted), "start"])
        try:
            yield Cluster(folder)
        finally:
            _run([bin_ / "pg_ctl", "-w", "-D", data, "-m", "immediate", "stop"])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(words: list[str | Path]) -> None:
    asking = ["runuser", "-u", OWNER, "--"] if os.geteuid() == 0 else []
    streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run([*asking, *map(str, words)], cwd="/", text=True, **streams)
    if done.returncode:
        raise RuntimeError(f"{Path(str(words[0])).name} ended with {done.returncode}: {done.stdout}")
