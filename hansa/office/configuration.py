"""Where an office keeps its things, and how it is reached: a folder with office.toml, and two variables."""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from hansa.errors import DataError, UnknownCode

HOME, DATABASE = "HANSA_OFFICE", "DATABASE_URL"
FILE, KEY, SQLITE = "office.toml", "secret.key", "office.sqlite3"
KNOWN = ("title", "store", "hosts", "https", "demo", "day", "contact")


@dataclass(frozen=True)
class Configuration:
    """An office's settings.

    home : its folder: database (where none is named), secret key, cache. None: all in memory, for tests and checks.
    title : how the site calls itself. contact : who answers for it (a line of text on the page about the site).
    store : folder of the statistics; None: none yet.
    hosts : names under which the site is reached from outside; this machine's own are always known.
    https : it stands behind a server that speaks HTTPS: cookies are then sent over that only.
    demo : it shows the invented sample world, with sample accounts. day : at which the calendar of a demo stands still,
    so that its promises are neither all to come nor all long past.
    database : as Django wants it.
    """

    home: Path | None
    secret: str = field(repr=False)
    title: str = "Hansa"
    contact: str = ""
    store: Path | None = None
    hosts: tuple[str, ...] = ()
    https: bool = False
    demo: bool = False
    day: str = ""
    database: Mapping[str, Any] = field(default_factory=dict)


def read_configuration(environment: Mapping[str, str] = os.environ) -> Configuration:
    """The configuration of the office whose folder HANSA_OFFICE names; DATABASE_URL names a database elsewhere.

    Raises
    ------
    DataError : there is no such folder, or its office.toml says what cannot be.

    >>> read_configuration({}).database["NAME"]
    ':memory:'
    """
    database = environment.get(DATABASE)
    if not environment.get(HOME):
        return Configuration(None, secrets.token_urlsafe(48), database=_database(database or "sqlite://", None))
    home = Path(environment[HOME]).expanduser().resolve()
    if not home.is_dir():
        raise DataError("There is no such folder of an office. 'hansa serve --home FOLDER' makes one.", file=home)
    said = _said(home / FILE)
    store = said.get("store")
    return Configuration(
        home=home,
        secret=secret_key(home),
        title=said.get("title", "Hansa"),
        contact=said.get("contact", ""),
        store=(home / store).resolve() if store else None,
        hosts=tuple(said.get("hosts", ())),
        https=said.get("https", False),
        demo=said.get("demo", False),
        day=said.get("day", "") if said.get("demo") else "",
        database=_database(database or f"sqlite:///{home / SQLITE}", home),
    )


def write_configuration(home: Path, **said: Any) -> None:
    """Write office.toml of a folder anew, private to its owner."""
    lines = ["# Settings of this office; docs: 'Running an office'. Taken up when it starts."]
    lines += [f"{name} = {_toml(value)}" for name, value in said.items() if name in KNOWN and value is not None]
    arriving = home / f".{FILE}.arriving"
    arriving.write_text("\n".join(lines) + "\n", encoding="utf-8")
    arriving.replace(home / FILE)


def secret_key(home: Path) -> str:
    """The secret that signs sessions, made when it is first asked for and readable by its owner only."""
    path = home / KEY
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    if not (key := path.read_text(encoding="utf-8").strip()):
        raise DataError("The file is empty. Remove it: a new secret is made, and everybody signs in anew.", file=path)
    return key


def _said(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise DataError(f"This is no TOML: {wrong}.", file=path) from None
    kinds: dict[str, type] = {"hosts": list, "https": bool, "demo": bool}
    for name, value in said.items():
        if name not in KNOWN:
            raise UnknownCode("setting", name, KNOWN, file=path, hint=f"Known: {', '.join(KNOWN)}.")
        if not isinstance(value, kinds.get(name, str)):
            wanted = {"hosts": 'a list of names ["register.example.org"]', "https": "true or false"}
            raise DataError(f"{name} is to be {wanted.get(name, 'a text in quotes')}.", file=path)
    if "day" in said and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", said["day"]):
        raise DataError("day is to be a day of the demo's calendar, such as 2023-06-27.", file=path)
    return said


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub(r"[\x00-\x1f\x7f]", lambda sign: f"\\u{ord(sign[0]):04x}", text) + '"'


def _database(url: str, home: Path | None) -> dict[str, Any]:
    """A database as Django wants it, from its address.

    Raises
    ------
    DataError : it is neither SQLite nor PostgreSQL.

    >>> _database("postgresql://hansa@db.example/register", None)["HOST"]
    'db.example'
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise DataError("DATABASE_URL cannot be read. Write postgresql://NAME:PASSWORD@HOST/DATABASE.") from None
    if parts.scheme == "sqlite":
        name = unquote(parts.path)[1:] if parts.path.startswith("//") else unquote(parts.path)
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": name or ":memory:",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",  # who will write waits at the beginning, and never fails in the middle
                "timeout": 30,
                "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON",
            },
        }
    if parts.scheme not in ("postgresql", "postgres"):
        raise DataError(
            f"DATABASE_URL names {parts.scheme or 'no kind of database'!r}. Write postgresql://NAME:PASSWORD@HOST/"
            "DATABASE, or leave it out: the office then keeps its database in its own folder (SQLite)."
        )
    asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or asked.pop("user", "")),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or asked.pop("host", ""),
        "PORT": str(port or asked.pop("port", "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": asked,
    }
