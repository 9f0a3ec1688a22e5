"""`import`: a file into a store, whole or not at all."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hansa.cli import options, terminal
from hansa.errors import DataError

if TYPE_CHECKING:
    from hansa.trade.flows import Flows
    from hansa.trade.readers.proposal import Proposal
    from hansa.trade.side import SideTable


@dataclass(frozen=True)
class Reader:
    """A module of hansa.trade.readers that reads what it is named after."""

    name: str
    title: str
    read: Callable[..., Any]

    @property
    def parameters(self) -> list[inspect.Parameter]:
        """What the reader can be told beside the file, in order."""
        return list(inspect.signature(self.read).parameters.values())[1:]

    def takes(self, name: str) -> bool:
        """Whether the reader can be told that."""
        return any(parameter.name == name for parameter in self.parameters)


def readers() -> Mapping[str, Reader]:
    """Every reader by name: the modules in hansa.trade.readers that hold a function read_<name of the module>."""
    import hansa.trade.readers as room  # slow import

    found = {}
    for module in pkgutil.iter_modules(room.__path__):
        loaded = importlib.import_module(f"{room.__name__}.{module.name}")
        if read := getattr(loaded, f"read_{module.name}", None):
            found[module.name] = Reader(module.name, (inspect.getdoc(loaded) or "").splitlines()[0], read)
    return found


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, TSV, Parquet, XLSX, or what a provider publishes.")],
    store: options.StoreFolder = options.STORE,
    reader: Annotated[str, typer.Option("--reader", "-r", help="How to read it; 'hansa sources' lists them.")] = "flat",
    map_file: Annotated[Path | None, typer.Option("--map", "-m", help="Column map (TOML) of a flat table.")] = None,
    dataset: Annotated[str | None, typer.Option(help="Name in the store; by default that of the file.")] = None,
    vintage: Annotated[str | None, typer.Option(help="Day from which the figures were known; today.")] = None,
    append: Annotated[bool, typer.Option("--append", help="Add rows to the dataset instead of replacing it.")] = False,
    side: Annotated[str | None, typer.Option(help="It is a side table of this measure, such as gdp.")] = None,
    regions: Annotated[Path | None, typer.Option(help="Your own list of regions (CSV).")] = None,
    classification: Annotated[str | None, typer.Option(help="Of the products, such as HS17.")] = None,
    concordance: Annotated[Path | None, typer.Option(help="Table by which products are converted (with --to).")] = None,
    to: Annotated[str | None, typer.Option(help="Classification to convert products to, such as HS92.")] = None,
    parameter: options.Parameters = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the proposed column map without asking.")] = False,
) -> None:
    """Import a file into a store, whole or not at all.

    The store is made if it is not there yet, and earlier vintages are kept.
    Without a column map one is proposed, with three rows read by it, and written beside the file on yes.
    """
    with terminal.working("loading") as next_step:
        known = readers()
        chosen = known[options.one_of(reader, tuple(known), "--reader")]
        if not file.exists():
            raise DataError("There is no such file.", file=file)
        if file.is_dir() and chosen.name != "baci":
            raise DataError("This is a folder. Name the file in it that holds the table.", file=file)
        own = [one for one in chosen.parameters if one.name not in ("column_map", "regions")]
        given = options.typed(chosen.name, own, options.hints(chosen.read), options.by_name(parameter or ()))
        given |= _told(chosen, {"regions": regions, "classification": classification, "map": map_file, "side": side})
        next_step("looking at the table")
        agreed = _with_map(chosen, file, given, side, classification)
    if agreed is not None:
        _agree(*agreed, file, yes)
    with terminal.working(f"reading {file.name}") as next_step:
        data = chosen.read(file, **given)
        if concordance is not None or to is not None:
            next_step("converting products")
            data = _converted(data, concordance, to)
        next_step("checking and writing")
        name = dataset or _name(file if chosen.name == "flat" else Path(reader))
        entry = _published(store, data, file, dataset=name, vintage=vintage, mode="append" if append else "replace")
    _report(data, file, store, entry)


def _published(folder: Path, data: Flows | SideTable, file: Path, **how: Any) -> Any:
    """Write into the store; one that was made for this import does not outlive its refusal."""
    from hansa.archive import Archive  # slow import
    from hansa.trade.store import Store  # slow import

    made = not folder.exists()
    try:
        return Store.create(folder).write(data, **how)
    except DataError as trouble:
        if made:
            Archive.discard_empty(folder)
        if trouble.file is None:
            trouble.file, trouble.args = file, (f"{file}: {trouble.message}",)
        raise


def _told(chosen: Reader, told: Mapping[str, Any]) -> dict[str, Any]:
    """What the command line says of the file, as parameters of the reader.

    Raises
    ------
    DataError : the reader cannot be told that.
    """
    from hansa.regions import read_regions  # slow import
    from hansa.trade.readers.column_map import ColumnMap  # slow import

    mapped = chosen.takes("column_map")
    can = {"regions": chosen.takes("regions"), "classification": mapped or chosen.takes("classification")}
    for name, value in told.items():
        if value is not None and not can.get(name, mapped):
            raise DataError(f"The reader {chosen.name!r} takes no --{name}; it knows how its files are written.")
    given: dict[str, Any] = {}
    if told["regions"] is not None:
        given["regions"] = read_regions(told["regions"])
    if told["map"] is not None:
        given["column_map"] = ColumnMap.read(told["map"])
    if told["classification"] is not None and not mapped:
        given["classification"] = told["classification"]
    return given


def _with_map(
    chosen: Reader, file: Path, given: dict[str, Any], side: str | None, classification: str | None
) -> tuple[Proposal, Path] | None:
    """Put the column map into what the reader is given. If it is only proposed: the proposal, and where to write it."""
    if not chosen.takes("column_map"):
        return None
    from hansa.trade.readers.column_map import ColumnMap  # slow import
    from hansa.trade.readers.proposal import propose_map  # slow import

    beside, proposal = file.with_name(f"{file.name}.map.toml"), None
    if "column_map" not in given and beside.is_file():
        terminal.remark(f"reading by the column map {beside}")
        given["column_map"] = ColumnMap.read(beside)
    if "column_map" in given:
        given["column_map"] = given["column_map"].for_side(side) if side else given["column_map"]
    elif chosen.name == "flat":
        own = {name: value for name, value in given.items() if name in ("encoding", "sheet", "regions")}
        proposal = propose_map(file, side=side, **own)
        given["column_map"] = proposal.column_map
    else:
        raise DataError(f"The reader {chosen.name!r} needs a column map. Give one with --map MAP.toml.", file=file)
    if classification is not None:
        constants = {**given["column_map"].constants, "classification": classification}
        given["column_map"] = replace(given["column_map"], constants=constants)
    return None if proposal is None else (replace(proposal, column_map=given["column_map"]), beside)


def _converted(data: Flows | SideTable, concordance: Path | None, to: str | None) -> Flows:
    """The flows in another classification of products.

    Raises
    ------
    DataError : one of the two options is missing, or there are no products whose classification is known.
    """
    from hansa.products import read_concordance  # slow import
    from hansa.trade.flows import Flows  # slow import
    from hansa.trade.nomenclature import in_classification  # slow import

    if concordance is None or to is None:
        raise DataError("To convert products give both: --concordance FILE, the table, and --to, such as HS92.")
    if not isinstance(data, Flows) or "product" not in data.columns:
        raise DataError("Only flows with products can be converted to another classification.")
    if data.classification is None:
        raise DataError("The classification of the products is not known. Name it with --classification, such as HS17.")
    return in_classification(data, read_concordance(concordance, data.classification, to))


def _agree(proposal: Proposal, path: Path, file: Path, yes: bool) -> None:
    """Show the proposed map and rows; write it on yes.

    Raises
    ------
    DataError : nobody is there to ask.
    """
    text = proposal.column_map.to_toml()
    typer.echo(f"{file} has no column map. This one is proposed:\n")
    typer.echo(text)
    if proposal.trouble:
        typer.echo("The first rows cannot be read by it. Mend the map, or the file.")
    else:
        typer.echo("The first rows, read by it:\n")
    names = list(dict.fromkeys(name for row in proposal.rows for name in row))
    cells = [names, *([str(row.get(name, "-")) for name in names] for row in proposal.rows)]
    terminal.rows([["", *line] for line in cells])
    for remark in proposal.remarks:
        terminal.say(f"note   {remark}")
    if not yes:
        if not sys.stdin.isatty():
            if proposal.trouble:
                raise proposal.trouble
            raise DataError(
                "Nobody is there to agree to the proposed column map. Add --yes to take it, or give one with --map.",
                file=file,
            )
        if not typer.confirm(f"\nWrite it to {path}{'' if proposal.trouble else ' and import'}?"):
            raise typer.Exit(1)
    path.write_text(text, encoding="utf-8")
    typer.echo(f"\ncolumn map written to {path}")
    if proposal.trouble:
        raise proposal.trouble


def _name(path: Path) -> str:
    """A name for a dataset, from that of a file."""
    return re.sub(r"[^\w-]+", "-", path.name.split(".")[0]).strip("-").lower() or "flows"


def _report(data: Flows | SideTable, file: Path, store: Path, entry: Any) -> None:
    typer.echo(f"imported {file} into {store}")
    lines = [("  dataset", f"{entry.name} ({entry.kind})"), ("  rows", f"{entry.rows:,}"), ("  vintage", entry.vintage)]
    lines += [("  unit", str(data.unit) or "not said")]
    if entry.kind != "side":
        meta = entry.meta
        told = {"both": "origins and destinations", "origin": "origins", "destination": "destinations"}
        lines += [("  told by", told.get(str(meta["told_by"]), str(meta["told_by"] or "not said")))]
        lines += [("  products", meta["classification"] or "classification not said")]
    lines += [("  source", source.line()) for source in data.provenance.sources]
    lines += [("  step", step.line()) for step in data.provenance.steps]
    lines += [("  note", note) for note in data.notes]
    terminal.rows(lines)
