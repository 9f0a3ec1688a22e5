"""Write all that the running office holds into one archive, as it stands at one moment, while others go on writing.

The tables are read as the database has them, which may be older than this version of Hansa.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.apps.registry import Apps
from django.db import connection, models, transaction
from django.db.models.functions import Collate

from hansa import __version__
from hansa.errors import DataError
from hansa.office.archive import LINES, Manifest, Row, Table, pack, table_of
from hansa.office.configuration import FILE
from hansa.office.viewer import office

LABEL = "office"  # the application whose tables are kept; sessions and counts of wrong passwords are not
MANY = 2_000  # rows read at once


def write(path: Path) -> Manifest:
    """Back up the running office into a new file, which appears when it is whole, readable by its owner only.

    Raises
    ------
    DataError : there is such a file already, or no folder for it.
    """
    folder, home = path.absolute().parent, office().home
    if path.exists():
        raise DataError("There is such a file already. Name a new one: a backup overwrites nothing.", file=path)
    if not folder.is_dir():
        raise DataError("There is no such folder. Make it first, for you alone.", file=folder)
    settings = home / FILE if home is not None and (home / FILE).is_file() else None
    with tempfile.TemporaryDirectory(prefix=".hansa-backup-", dir=folder) as place:
        manifest = _tables(Path(place))
        whole = Path(place) / "whole.tar.gz"
        pack(Path(place), whole, manifest, settings)
        os.replace(whole, path)
    return manifest


def _tables(folder: Path) -> Manifest:
    """Every table into a file of its own, all as of one moment."""
    written: dict[str, Table] = {}
    with _one_moment():
        migrations = applied()
        known = historic(migrations)
        for model in known.get_app_config(LABEL).get_models():
            name = str(model._meta.model_name)
            with (folder / f"{name}{LINES}").open("w", encoding="utf-8") as file:
                written[name] = table_of(rows_of(model), file)
        ledger = known.get_model(LABEL, "ledger")._default_manager.values_list("number", flat=True).first() or 0
    return Manifest(datetime.now(UTC).isoformat(timespec="seconds"), __version__, migrations, written, ledger)


@contextlib.contextmanager
def _one_moment() -> Iterator[None]:
    """A transaction that sees the database as it was at its first question, and keeps no writer waiting."""
    within = connection.in_atomic_block
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            if not within:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    connection.ensure_connection()
    usual, connection.transaction_mode = connection.transaction_mode, "DEFERRED"  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            yield
    finally:
        connection.transaction_mode = usual  # type: ignore[attr-defined]


def applied() -> tuple[str, ...]:
    """The migrations of the office's tables that the database has been through, in their order."""
    from django.db.migrations.recorder import MigrationRecorder  # slow import

    return tuple(sorted(name for app, name in MigrationRecorder(connection).applied_migrations() if app == LABEL))


def historic(migrations: Sequence[str]) -> Apps:
    """The models as they were after some migrations.

    Raises
    ------
    DataError : this version of Hansa does not know one of them.
    """
    from django.db.migrations.loader import MigrationLoader  # slow import

    loader = MigrationLoader(None, ignore_no_migrations=True)
    if unknown := sorted(name for name in migrations if (LABEL, name) not in loader.graph.nodes):
        raise DataError(f"These tables are of a newer version of Hansa ({', '.join(unknown)}). Install that one.")
    known: Apps = loader.project_state([(LABEL, name) for name in migrations]).apps
    for model in known.get_app_config(LABEL).get_models():
        for field in model._meta.local_concrete_fields:
            if getattr(field, "auto_now_add", False):
                field.auto_now_add = False  # type: ignore[attr-defined]  # a row that comes back keeps its day
    return known


def is_empty() -> bool:
    """Whether the office holds nothing yet: no account and no change."""
    if not (migrations := applied()):
        return True
    known = historic(migrations)
    return not any(known.get_model(LABEL, name)._default_manager.exists() for name in ("account", "change"))


def rows_of(model: type[models.Model]) -> Iterator[Row]:
    """Every row of a table with its columns as JSON can hold them, in an order that is the same in every database."""
    names = [field.attname for field in model._meta.local_concrete_fields]
    key = model._meta.pk
    assert key is not None
    collation = "C" if connection.vendor == "postgresql" else "BINARY"
    order: Any = Collate(key.name, collation) if isinstance(key, models.CharField) else key.name
    for row in model._default_manager.order_by(order).values_list(*names).iterator(chunk_size=MANY):
        yield {name: _plain(value) for name, value in zip(names, row, strict=True)}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value
