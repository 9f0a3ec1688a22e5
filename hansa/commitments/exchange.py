"""Registers in and out, by what the file is."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from hansa.commitments.readers.csv_folder import read_csv_folder
from hansa.commitments.readers.json_file import read_json
from hansa.commitments.readers.workbook import read_workbook
from hansa.commitments.register import Register
from hansa.commitments.writers.csv_folder import write_csv_folder
from hansa.commitments.writers.json_file import write_json
from hansa.errors import DataError, UnknownCode

FORMATS = ("csv", "json", "xlsx", "iati")
_SUFFIXES = {".json": "json", ".xlsx": "xlsx", ".xml": "iati"}


def read_register(path: str | PathLike[str]) -> Register:
    """The register that a folder of CSV files, a workbook, a JSON document or an IATI file (.xml) holds, whole.

    Raises
    ------
    DataError : there is no such file, it is none of these, or something in it is wrong; all that is wrong is listed.

    >>> import tempfile
    >>> from hansa.commitments.records import Party
    >>> path = Path(tempfile.mkdtemp()) / "register.json"
    >>> write_register(Register((Party("brin", "Brinmark"),)), path)
    ()
    >>> read_register(path)["brin"].name
    'Brinmark'
    """
    source = Path(path)
    if source.is_dir():
        return read_csv_folder(source)
    if not source.is_file():
        raise DataError("There is no such file or folder.", file=source)
    format = _SUFFIXES.get(source.suffix.casefold())
    if format == "json":
        return read_json(source)
    if format == "xlsx":
        return read_workbook(source)
    if format == "iati":
        from hansa.commitments.readers.iati import read_iati  # optional dependency

        return read_iati(source)
    raise DataError(
        "This is no register. Give a folder of CSV files, a workbook (.xlsx), a JSON document (.json) or an IATI file "
        "(.xml).",
        file=source,
    )


def write_register(
    register: Register, path: str | PathLike[str], format: str | None = None, *, reporting_org: str | None = None
) -> tuple[str, ...]:
    """Write a register; the answer are notes on what the format cannot hold.

    Parameters
    ----------
    path : a folder for CSV, else a file; what was there is replaced.
    format : one of csv, json, xlsx and iati; by default what the name of the file says, and csv where it says nothing.
    reporting_org : who reports, for IATI: the identifier of an organisation, or a party's id.

    Raises
    ------
    UnknownCode : no such format.
    DataError : a record holds what no reader would take; IATI without `reporting_org`.
    """
    target = Path(path)
    chosen = format or _SUFFIXES.get(target.suffix.casefold(), "csv")
    if chosen == "csv":
        return write_csv_folder(register, target)
    if chosen == "json":
        return write_json(register, target)
    if chosen == "xlsx":
        from hansa.commitments.writers.workbook import write_workbook  # slow import

        return write_workbook(register, target)
    if chosen != "iati":
        raise UnknownCode("format", chosen, FORMATS, hint=f"Known: {', '.join(FORMATS)}.")
    if not reporting_org:
        raise DataError("IATI asks who reports. Name it: reporting_org='XM-EXAMPLE-1', or the id of a party.")
    from hansa.commitments.writers.iati import write_iati  # optional dependency

    return write_iati(register, target, reporting_org=reporting_org)
