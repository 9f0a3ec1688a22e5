"""The office as it is run: made ready, looked over, and handed to gunicorn."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hansa.errors import DataError, HansaError
from hansa.office import founding
from hansa.office.configuration import DATABASE, FILE, HOME, KEY, read_configuration
from hansa.trade.store import open_store

if TYPE_CHECKING:
    from hansa.office.demo import Key

LOOPBACK = ("127.0.0.1", "::1", "localhost")
WSGI = "hansa.office.wsgi"
GRACE = 10  # seconds that requests are given to end
LONGEST = 120  # seconds without a sign of life after which a worker is replaced


@dataclass(frozen=True)
class Finding:
    """One thing to mend before the office may stand as it is, and what to do."""

    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.what} {self.remedy}".strip()


@dataclass(frozen=True)
class Ready:
    """What came about while an office was made ready.

    founded : it is new. first : name and password of its first account, to be shown once. backup : of its records as
    they were before its tables were changed.
    """

    founded: bool
    first: tuple[str, str] | None = None
    backup: Path | None = None


def make_ready(home: Path, *, store: Path | None = None, title: str | None = None) -> Ready:
    """Found an office, or bring one that is there forward; a process does that for one office only.

    Raises
    ------
    DataError : there is no such store, the folder holds something else or the demo, or sample accounts are in it.
    HansaError : its database cannot be used.
    """
    founding.require_web()
    if store is not None:
        open_store(store)
    founded = founding.found(home, store=store, title=title or "Hansa")
    _refuse_other(home, {} if founded else {"store": store, "title": title})
    founding.enter(home)
    with founding.reaching_the_database():
        backup = founding.migrate(home)
        _refuse_samples()
        return Ready(founded, founding.first_account(), backup)


def demo(cache: Path, *, new_passwords: bool = False) -> tuple[Path, list[Key]]:
    """The office of the sample world in a cache folder, made where it is not there: its folder, and the passwords of
    its people where they are new. It has a database of its own, whatever DATABASE_URL says.
    """
    founding.require_web()
    from hansa import sample  # slow import
    from hansa.sample.blueprint import plan  # slow import

    os.environ.pop(DATABASE, None)
    mark = plan().choices["checksum"][:8]
    store = sample.build(cache / f"sample-world-{mark}").archive.folder
    home = (cache / f"demo-office-{mark}").resolve()
    founding.found(home, store=store, title="Hansa: the sample world", demo=True)
    founding.enter(home)
    with founding.reaching_the_database():
        founding.migrate()
        return home, _seeded(new_passwords)


def _seeded(new_passwords: bool) -> list[Key]:
    from hansa.office import demo  # slow import
    from hansa.office.models import Account  # slow import
    from hansa.office.snapshot import current  # slow import

    there = set(Account.objects.filter(sample=True).values_list("name", flat=True))
    new = new_passwords or not {name for name, _, _ in demo.PEOPLE} <= there
    keys = demo.sample_accounts() if new else []
    if not current().held:
        demo.seed()
    return keys


def _refuse_other(home: Path, asked: dict[str, Path | str | None]) -> None:
    """What office.toml settles is not settled a second time on the command line."""
    said = read_configuration({**os.environ, HOME: str(home)})
    if said.demo:
        raise DataError("This is the folder of a demo. 'hansa serve' without --home starts one.", file=home)
    if said.store is not None:
        open_store(said.store)
    for name, value in asked.items():
        wanted = value.resolve() if isinstance(value, Path) else value
        if wanted is not None and wanted != getattr(said, name):
            raise DataError(f"The office has another {name}. Change it there, and start again.", file=home / FILE)


def _refuse_samples() -> None:
    from hansa.office.standing import sample_accounts  # slow import

    for found in sample_accounts(databases=["default"]):
        raise DataError(f"{found.msg} {found.hint}")


def free(host: str, port: int) -> None:
    """Nothing, where a server may listen there.

    Raises
    ------
    HansaError : another program listens there already, or there is no such address on this machine.
    """
    import asyncio  # slow import

    async def listen() -> None:
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, host, port)
        server.close()

    try:
        asyncio.run(listen())
    except (OSError, OverflowError) as wrong:
        raise HansaError(
            f"Nobody can listen on {host}, port {port}: {wrong}. Another program may do so already; name another port "
            "with --port."
        ) from None


def command(host: str, port: int, *, workers: int, threads: int, access_log: bool) -> list[str]:
    """The command that serves the office named by the environment, with gunicorn: errors on stderr, nothing else.

    >>> command("::1", 8000, workers=2, threads=4, access_log=False)[3:5]
    ['--bind', '[::1]:8000']
    """
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [
        *(sys.executable, "-m", "gunicorn", "--bind", address),
        *("--worker-class", "gthread", "--workers", str(workers), "--threads", str(threads)),
        *("--timeout", str(LONGEST), "--graceful-timeout", str(GRACE), "--log-level", "warning"),
        *("--no-control-socket", *(("--access-logfile", "-") if access_log else ()), WSGI),
    ]


def become(words: list[str], home: Path) -> None:
    """Go on as another program, in the place of this one: it has none of its threads, connections and memory."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(words[0], words, {**os.environ, HOME: str(home), "DJANGO_SETTINGS_MODULE": founding.SETTINGS})


def findings(home: Path) -> list[Finding]:
    """What is to be mended before the office stands where others reach it: Django's deployment checks, and ours.

    Raises
    ------
    HansaError : its settings cannot be read, or its database not be used.
    """
    founding.enter(home)
    with founding.reaching_the_database():
        return [*_of_the_folder(home), *_of_the_tables(), *_of_django()]


def _of_the_folder(home: Path) -> Iterator[Finding]:
    for path in (home, home / KEY):
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077:
            yield Finding(f"Others on this machine may read {path}.", f"Run: chmod go= {path}")
    store = read_configuration().store
    if store is None:
        yield Finding("The office has no statistics.", 'Write store = "..." into office.toml.')
        return
    try:
        open_store(store)
    except HansaError as wrong:
        yield Finding(str(wrong))


def _of_the_tables() -> Iterator[Finding]:
    from hansa.office.models import Role  # slow import

    if behind := founding.behind():
        yield Finding(f"Its tables are older than this version of Hansa: {', '.join(behind)}.",
                      "'hansa serve --home' backs them up and brings them forward.")  # fmt: skip
    elif not Role.objects.filter(role="administrator", party="", account__is_active=True).exists():
        yield Finding("Nobody can administer it.", "Run: hansa account NAME --role administrator --home ...")


# What Django says one by one of an office that is reached without HTTPS.
WITHOUT_HTTPS = frozenset(f"security.W0{number}" for number in ("04", "05", "08", "12", "16", "21"))


def _of_django() -> Iterator[Finding]:
    from django.core import checks  # optional dependency

    found = checks.run_checks(include_deployment_checks=True, databases=["default"])
    serious = [message for message in found if message.level >= checks.WARNING and not message.is_silenced()]
    if any(message.id in WITHOUT_HTTPS for message in serious):
        yield Finding(
            "The office is reached without HTTPS: passwords can be read on the way.",
            "Put a server that speaks HTTPS before it, and write https = true into office.toml.",
        )
    for message in serious:
        if message.id not in WITHOUT_HTTPS:
            yield Finding(f"{message.msg} ({message.id})", message.hint or "")
