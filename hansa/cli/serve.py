"""`serve`, `account`, `backup`, `restore`: an office of several parties, and what an administrator does with it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli import terminal
from hansa.cli.demo import cache_folder
from hansa.errors import DataError, HansaError

if TYPE_CHECKING:
    from hansa.office.demo import Key

Home = Annotated[Path, typer.Option("--home", help="Folder of the office.", metavar="FOLDER")]
Archive = Annotated[Path, typer.Argument(metavar="FILE", help="Archive of an office (.tar.gz).")]


def serve(
    home: Annotated[
        Path | None,
        typer.Option(help="Folder of an office, made the first time; without it, a demo.", metavar="FOLDER"),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option("--store", "-s", help="Store of its statistics, for a new office.", metavar="FOLDER"),
    ] = None,
    title: Annotated[str | None, typer.Option(help="How the site of a new office calls itself.")] = None,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(help="Processes that answer.", min=1, max=64)] = 2,
    threads: Annotated[int, typer.Option(help="Threads of each.", min=1, max=64)] = 4,
    access_log: Annotated[bool, typer.Option("--access-log", help="Print a line for each request.")] = False,
    new_passwords: Annotated[
        bool, typer.Option("--new-passwords", help="Give the sample accounts of the demo new passwords.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what is to be mended before others reach the office.")
    ] = False,
) -> None:
    """Serve an office: promises, and whether the figures moved."""
    _refuse_mixed(home, store, title, new_passwords, check)
    from hansa.office import service  # slow import

    if check:
        assert home is not None
        _check(home)
        return
    service.free(host, port)
    running = _office(home, store, title) if home else _demo(new_passwords, host)
    place = f"[{host}]" if ":" in host else host
    terminal.say(f"The office listens on http://{place}:{port}/ - Ctrl-C stops it.")
    service.become(
        service.command(host, port, workers=workers, threads=threads, access_log=access_log), running.resolve()
    )


def _refuse_mixed(home: Path | None, store: Path | None, title: str | None, new_passwords: bool, check: bool) -> None:
    if home is None and (store or title or check):
        raise DataError("The demo has its own store and title. Name the folder of your office with --home.")
    if home is not None and new_passwords:
        raise DataError(
            "--new-passwords is for the demo. 'hansa account NAME --home FOLDER' gives one person a new one."
        )


def _office(home: Path, store: Path | None, title: str | None) -> Path:
    """An office of one's own, ready to be served."""
    from hansa.office import service  # slow import

    with terminal.working("making the office ready"):
        ready = service.make_ready(home, store=store, title=title)
    if ready.founded:
        terminal.say(f"A new office is in {home}. Its settings: {home / 'office.toml'}")
    if ready.backup:
        terminal.say(f"Its tables were brought forward. What they held before: {ready.backup}")
    if ready.first:
        name, password = ready.first
        _say_password(name, password)
    return home


def _say_password(name: str, password: str) -> None:
    typer.echo(f"\n  {name}   {password}\n")
    terminal.say("This is shown once, and is to be changed at the first sign-in.")


def _demo(new_passwords: bool, host: str) -> Path:
    """The demo in the cache, ready to be served."""
    from hansa.office import service  # slow import

    with terminal.working("making the sample world and its office (some seconds, once)"):
        home, keys = service.demo(cache_folder(), new_passwords=new_passwords)
    if keys:
        _say_people(keys)
    else:
        terminal.say("The sample accounts keep the passwords that were shown; --new-passwords makes new ones.")
    if host not in service.LOOPBACK:
        terminal.remark(f"Warning: the demo listens on {host}. Others may reach it; all in it is invented.")
    return home


def _say_people(keys: Sequence[Key]) -> None:
    terminal.say("The demo of an invented world. Its people, with passwords that are shown once:")
    typer.echo("")
    terminal.rows([("", key.name, key.password, key.who) for key in keys])
    typer.echo("")


def _check(home: Path) -> None:
    from hansa.office import service  # slow import

    found = service.findings(home)
    if not found:
        terminal.say(f"{home}: nothing to mend.")
        return
    for finding in found:
        terminal.say(f"- {finding}")
    sys.stdout.flush()
    count = f"{len(found)} thing{'' if len(found) == 1 else 's'}"
    raise HansaError(f"{count} to mend before others reach this office.")


def account(
    name: Annotated[str, typer.Argument(metavar="NAME", help="By which the person signs in.")],
    home: Home,
    role: Annotated[str | None, typer.Option(help="reporter, editor, chair or administrator.", metavar="ROLE")] = None,
    party: Annotated[
        str | None, typer.Option(help="The role holds only where this party is concerned.", metavar="ID")
    ] = None,
) -> None:
    """Make an account, or give one that is there a new password."""
    if party and not role:
        raise DataError("--party says where a role holds: name the role too, such as --role reporter.")
    from hansa.office import founding  # slow import

    founding.enter(home.resolve())
    with founding.reaching_the_database():
        founding.refuse_behind()
        password = founding.account(name, [(role, party or "")] if role else [])
    _say_password(name, password)


def backup(file: Archive, home: Home) -> None:
    """Write all that an office holds into one archive of your own."""
    from hansa.office import founding  # slow import

    founding.enter(home.resolve())
    with terminal.working("writing the archive"), founding.reaching_the_database():
        from hansa.office import backup as archive  # slow import

        made = archive.write(file)
    terminal.say(f"{file}: {made.rows:,} rows of {len(made.tables)} tables, up to change {made.ledger:,}.")


def restore(file: Archive, home: Home) -> None:
    """Bring an archive into a new or empty office, whole or not."""
    from hansa.office import founding  # slow import

    founding.require_web()
    with terminal.working("reading the archive"):
        from hansa.office import restoring  # slow import

        made = restoring.restore(file, home.resolve())
    for note in restoring.notes(home.resolve()):
        terminal.remark(note)
    terminal.say(
        f"{home}: {made.rows:,} rows of {len(made.tables)} tables, up to change {made.ledger:,}, are as in {file}. "
        f"Start it with: hansa serve --home {shlex.quote(str(home))}"
    )
