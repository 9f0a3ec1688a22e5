"""An office from nothing: its folder, its settings, its tables, its first accounts; and Django made ready for one."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from hansa.errors import DataError, HansaError, UnknownCode
from hansa.office.configuration import DATABASE, FILE, HOME, read_configuration, secret_key, write_configuration

SETTINGS = "hansa.office.settings"
DEMO_DAY = "2023-06-27"  # the eve of the sample world's last forum
FIRST = "admin"  # the name of the first account
BACKUPS = "backups"  # in the folder of an office: what was there before its tables were changed


def found(home: Path, *, store: Path | None = None, title: str = "Hansa", demo: bool = False) -> bool:
    """Make the folder of an office, unless it is one already; the answer is whether it was made.

    Raises
    ------
    DataError : the folder holds something else.
    """
    if (home / FILE).is_file():
        return False
    if home.is_dir() and any(home.iterdir()):
        raise DataError("The folder holds something else. Name a new or an empty one.", file=home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    secret_key(home)
    day = DEMO_DAY if demo else None
    write_configuration(home, title=title, store=str(store.resolve()) if store else None, demo=demo, day=day)
    return True


def require_web() -> None:
    """Nothing, where what the office is made with is installed.

    Raises
    ------
    HansaError : it is not.
    """
    if any(find_spec(name) is None for name in ("django", "rest_framework", "axes", "whitenoise", "gunicorn")):
        raise HansaError("The office needs more than is installed here. Install it with: pip install 'hansa[web]'")


def enter(home: Path | None) -> None:
    """Make Django ready for the office in a folder; a process serves one office only.

    Raises
    ------
    DataError : the folder is none of an office, or its settings say what cannot be.
    HansaError : what the office, or its database, is reached with is not installed.
    """
    require_web()
    if home is not None:
        if not (home / FILE).is_file():
            raise DataError("This is no folder of an office: it has no office.toml. 'hansa serve --home' makes one.",
                            file=home)  # fmt: skip
        os.environ[HOME] = str(home)
    engine = str(read_configuration().database["ENGINE"])
    if engine.endswith("postgresql") and find_spec("psycopg") is None:
        raise HansaError(f"{DATABASE} names PostgreSQL. Install its driver with: pip install 'hansa[postgres]'")
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    import django  # optional dependency

    django.setup()


@contextmanager
def reaching_the_database() -> Iterator[None]:
    """Within it, a database that cannot be reached or read is an error of ours that says what to do."""
    from django.db import DatabaseError  # optional dependency

    try:
        yield
    except DatabaseError as wrong:
        said = " ".join(str(wrong).split())
        raise HansaError(
            f"The database cannot be used: {said}. "
            + (f"Look at {DATABASE}, and whether the server runs." if os.environ.get(DATABASE) else "See docs: backup.")
        ) from None


def behind() -> list[str]:
    """What is still to be done to the tables before this version of Hansa can use them: names of migrations.

    Raises
    ------
    DataError : the database was used by a newer version.
    """
    from django.db import connection  # optional dependency
    from django.db.migrations.executor import MigrationExecutor  # optional dependency

    executor = MigrationExecutor(connection)
    applied, known = set(executor.loader.applied_migrations), set(executor.loader.disk_migrations)
    if newer := sorted(name for app, name in applied - known if app == "office"):
        raise DataError(
            f"The database was used by a newer version of Hansa ({', '.join(newer)}). Install that one, or restore a "
            "backup of before."
        )
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label} {migration.name}" for migration, _ in plan]


def refuse_behind() -> None:
    """Nothing, where the tables are those of this version.

    Raises
    ------
    DataError : they are older, or newer.
    """
    if behind():
        raise DataError("The office's tables are older than this version of Hansa. Start 'hansa serve --home' first.")


def migrate(home: Path | None = None) -> Path | None:
    """Bring the tables of the database to what this version of Hansa wants.

    home : of an office whose records are first backed up into its folder, where there are any and something is to be
    done; the answer is the backup.

    Raises
    ------
    DataError : the database was used by a newer version.
    """
    from django.core.management import call_command  # optional dependency

    if not behind():
        return None
    made = _before_migrating(home) if home else None
    call_command("migrate", verbosity=0, interactive=False)
    return made


def _before_migrating(home: Path) -> Path | None:
    from hansa.office import backup  # slow import

    if backup.is_empty():
        return None
    folder = home / BACKUPS
    folder.mkdir(exist_ok=True, mode=0o700)
    path = folder / f"{datetime.now(UTC):%Y-%m-%d-%H%M%S}-before-migrating.tar.gz"
    backup.write(path)
    return path


def account(name: str, roles: Sequence[tuple[str, str]] = (), **fields: object) -> str:
    """A new account with roles, or a new password (and these roles too) for one that is there; the answer is the
    password, to be shown once and changed at the first sign-in.

    Raises
    ------
    DataError : the name cannot be one, the account was erased, or a role is of a party that the register does not have.
    """
    from django.core.exceptions import ValidationError  # optional dependency
    from django.db import transaction  # optional dependency

    from hansa.office.account import activate, give_role, new_password, reserved, set_password, unlock  # slow import
    from hansa.office.models import Account  # slow import

    _refuse_unknown(roles)
    password = new_password()
    with transaction.atomic():
        there = Account.objects.filter(name__iexact=name.strip()).first()
        if there is not None and there.erased:
            raise DataError(f"The account {name!r} was erased. Give the new one another name.")
        if there is None:
            if reserved(name.strip()):
                raise DataError(f"{name!r} is kept for accounts that were erased. Choose another name.")
            try:
                there = Account.objects.create_account(name, password, **fields)
            except ValidationError as wrong:
                raise DataError(f"{name!r} cannot be the name of an account: {' '.join(wrong.messages)}") from None
        else:
            set_password(there, password, own=False)
            activate(there)
        for role, party in roles:
            give_role(there, role, party)
        unlock(there.name)
    return password


def _refuse_unknown(roles: Sequence[tuple[str, str]]) -> None:
    from hansa.commitments.records import Party  # slow import
    from hansa.office.models import ROLES  # slow import
    from hansa.office.snapshot import current  # slow import

    parties = {party.id for party in current().everything.of(Party)} if any(party for _, party in roles) else set()
    for role, party in roles:
        if role not in ROLES:
            raise UnknownCode("role", role, ROLES, hint=f"Known: {', '.join(ROLES)}.")
        if party and party not in parties:
            raise UnknownCode("party of the register", party, parties, hint="Enter it into the register first.")


def first_account() -> tuple[str, str] | None:
    """Name and password of an administrator, made where the office has none; else None."""
    from hansa.office.models import Role  # slow import

    if Role.objects.filter(role="administrator", party="", account__is_active=True).exists():
        return None
    return FIRST, account(FIRST, [("administrator", "")])
