"""The archive of an office back into a new or empty one: read and compared first, then whole or not at all."""

from __future__ import annotations

import itertools
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from hansa.errors import DataError, HansaError
from hansa.office import founding
from hansa.office.archive import LINES, Manifest, legible, look_over, members, rows_in, table_of
from hansa.office.configuration import FILE, HOME, read_configuration
from hansa.trade.store import open_store

MANY = 500  # rows written at once


def restore(path: Path, home: Path) -> Manifest:
    """Bring an archive into the office of a folder, which is made where it is not there, and into its database, which
    must be empty; what it says of itself.

    Raises
    ------
    DataError : the file is no such archive, damaged, cut short or of a newer version; the folder or the database holds
        something; or sample accounts would come into an office that is no demo.
    HansaError : the database cannot be used.
    """
    manifest, settings = look_over(path)
    kept = home.is_dir()
    made = founding.found(home)
    try:
        if made and settings:
            (home / FILE).write_bytes(settings)
        founding.enter(home)
        with founding.reaching_the_database():
            _into_the_database(path, manifest)
    except BaseException:
        if made:
            _unmake(home, kept)
        raise
    return manifest


def notes(home: Path) -> list[str]:
    """What an administrator is to see to after an office came to another place."""
    said = read_configuration({**os.environ, HOME: str(home)})
    if said.store is None:
        return []
    try:
        open_store(said.store)
    except HansaError as wrong:
        return [f"{wrong} office.toml says where the statistics are."]
    return []


def _unmake(home: Path, kept: bool) -> None:
    """Remove what was founded for nothing; a folder that was there stays, empty as it was."""
    if not kept:
        shutil.rmtree(home)
        return
    for path in home.iterdir():
        path.unlink()


def _into_the_database(path: Path, manifest: Manifest) -> None:
    """The tables as they were, their rows, and then the tables as this version wants them."""
    from django.db import connection, transaction  # optional dependency

    from hansa.office import snapshot  # slow import
    from hansa.office.backup import LABEL, historic, is_empty  # slow import

    known = historic(manifest.migrations)
    if not is_empty():
        raise DataError("The office holds something already, and nothing is written over it. Restore into a new one.")
    _tables_of(manifest)
    with transaction.atomic():
        for name, stream in members(path):
            if (table := name.removesuffix(LINES)) in manifest.tables:
                _fill(known.get_model(LABEL, table), stream, path)
        _refuse_samples(known)
        connection.check_constraints()
        _compare(known, manifest)
        _count_on(known)
    founding.migrate()
    snapshot.forget()


def _tables_of(manifest: Manifest) -> None:
    """Make the tables as they were when the archive was written."""
    from django.core.management import call_command  # optional dependency

    from hansa.office.backup import LABEL, applied  # slow import

    call_command("migrate", LABEL, manifest.migrations[-1], verbosity=0, interactive=False)
    if applied() != manifest.migrations:
        raise DataError("The archive's tables came about in another way than those of this version of Hansa.")


def _fill(model: Any, stream: IO[bytes], path: Path) -> None:
    """Write the rows of one table, as they were."""
    from django.db.models import DateTimeField  # optional dependency

    fields = model._meta.local_concrete_fields
    names = {field.attname for field in fields}
    moments = [field.attname for field in fields if isinstance(field, DateTimeField)]
    with legible(path):
        rows = rows_in(stream, path)
        while part := list(itertools.islice(rows, MANY)):
            for row in part:
                if set(row) != names:
                    raise DataError(f"A row of {model._meta.model_name!r} in it has other columns.", file=path)
                row.update({name: datetime.fromisoformat(row[name]) for name in moments if row[name]})
            model._default_manager.bulk_create([model(**row) for row in part])


def _refuse_samples(known: Any) -> None:
    from hansa.office.viewer import office  # slow import

    if not office().demo and known.get_model("office", "account")._default_manager.filter(sample=True).exists():
        raise DataError("The archive holds the sample accounts of a demo, which are let into no other office.")


def _compare(known: Any, manifest: Manifest) -> None:
    """What the database holds now, with what was written into the archive."""
    from hansa.office.backup import LABEL, rows_of  # slow import

    for name, wanted in manifest.tables.items():
        if table_of(rows_of(known.get_model(LABEL, name))) != wanted:
            raise HansaError(f"The database gives back other rows of {name!r} than it was given. Nothing was restored.")


def _count_on(known: Any) -> None:
    """Let the database number new rows after those that came with a number."""
    from django.core.management.color import no_style  # optional dependency
    from django.db import connection  # optional dependency

    statements = connection.ops.sequence_reset_sql(no_style(), [*known.get_app_config("office").get_models()])
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
