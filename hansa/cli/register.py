"""`register`: promises kept as a folder of tables, checked, and held against the data of a store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hansa.cli import options, show, terminal
from hansa.errors import DataError

if TYPE_CHECKING:
    from hansa.commitments import Problem, Register
    from hansa.regions.lists import Lists
    from hansa.result import Result
    from hansa.trade.store import Store

app = typer.Typer(
    help="Check a register of promises, and see what they moved.", no_args_is_help=True, rich_markup_mode=None
)
Source = Annotated[
    Path, typer.Argument(metavar="REGISTER", help="Folder of CSV files, workbook (.xlsx), JSON or IATI file.")
]
Day = Annotated[
    str | None, typer.Option("--on", help="The day of the question; today by default.", metavar="YYYY-MM-DD")
]
Own = Annotated[Path | None, typer.Option(help="Your own list of regions (CSV).")]


@app.command()
def check(
    register: Source,
    on: Day = None,
    store: Annotated[
        Path | None,
        typer.Option("--store", "-s", help="Store whose regions, blocs and products are known.", metavar="FOLDER"),
    ] = None,
    regions: Own = None,
) -> None:
    """List what is wrong with a register, and what is late in it without word."""
    with terminal.working("reading"):
        from hansa.commitments import Register, problems  # slow import
        from hansa.commitments.readers.assemble import Unreadable  # slow import
        from hansa.commitments.referring import with_references  # slow import

        try:
            held = _read(register)
        except Unreadable as wrong:
            raise with_references(
                wrong, Register(()), lists=_lists(store, regions), products=_products(store)
            ) from None
        found = problems(held, on=_day(on), lists=_lists(store, regions), products=_products(store))
    severe = [problem for problem in found if problem.severe]
    for name, heading in ((True, "To be mended"), (False, "Late or odd")):
        those = [problem for problem in found if problem.severe is name]
        if those:
            typer.echo(f"{heading}\n")
            terminal.rows([("", problem.record, _told(problem)) for problem in those])
            typer.echo("")
    terminal.say(
        f"{register}: {len(held):,} records, {len(severe):,} to be mended, {len(found) - len(severe):,} late or odd."
    )
    if severe:
        raise DataError(
            f"{len(severe):,} record(s) must be mended before anything is computed from them.", file=register
        )


@app.command()
def progress(
    register: Source,
    store: options.StoreFolder = options.STORE,
    of: Annotated[str | None, typer.Option(help="Only the targets of this record.", metavar="ID")] = None,
    on: Day = None,
    as_of: options.AsOf = None,
    dataset: options.Dataset = None,
    limit: show.Limit = None,
    format: show.Form = None,
    output: show.Output = None,
) -> None:
    """Show whether the statistics that promises were meant to move did move."""
    from hansa.commitments import progress_of  # slow import

    def ask(held: Register, data: Store, lists: Lists) -> Result:
        return progress_of(held, data, of=of, on=_day(on), as_of=as_of, dataset=dataset, lists=lists)

    _give(register, store, ask, format, output, limit, ("target", "indicator", "period", "wanted", "latest", "verdict"))


@app.command()
def stake(
    register: Source,
    barrier: Annotated[
        str | None, typer.Argument(help="Id of one barrier; by default all, the costliest first.")
    ] = None,
    store: options.StoreFolder = options.STORE,
    on: Day = None,
    as_of: options.AsOf = None,
    dataset: options.Dataset = None,
    limit: show.Limit = None,
    format: show.Form = None,
    output: show.Output = None,
) -> None:
    """Show the trade that barriers stand in the way of, and what removing them did."""
    from hansa.commitments import at_stake, stakes  # slow import
    from hansa.commitments.records import Barrier  # slow import

    def ask(held: Register, data: Store, lists: Lists) -> Result:
        where: dict[str, Any] = {"on": _day(on), "as_of": as_of, "dataset": dataset, "lists": lists}
        if barrier is None:
            return stakes(held, data, **where)
        record = held[barrier]
        if not isinstance(record, Barrier):
            raise DataError(f"{barrier!r} is no barrier. 'hansa register stake REGISTER' lists the barriers.")
        return at_stake(record, data, **where)

    columns = None if barrier else ("barrier", "state", "period", "affected", "share", "effect")
    _give(register, store, ask, format, output, limit, columns)


@app.command()
def coverage(
    register: Source,
    store: options.StoreFolder = options.STORE,
    region: Annotated[list[str] | None, typer.Option(help="A region of the matrix; may be repeated.")] = None,
    bloc: Annotated[list[str] | None, typer.Option(help="A bloc that counts as one region; may be repeated.")] = None,
    period: Annotated[str | None, typer.Option(help="Year of the trade; the latest by default.")] = None,
    on: Day = None,
    as_of: options.AsOf = None,
    dataset: options.Dataset = None,
    limit: show.Limit = None,
    format: show.Form = None,
    output: show.Output = None,
) -> None:
    """Show pair by pair the agreements, projects, barriers and trade, and where an agreement is lacking."""
    from hansa.commitments import coverage as of_pairs  # slow import

    def ask(held: Register, data: Store, lists: Lists) -> Result:
        where: dict[str, Any] = {"period": period, "on": _day(on), "as_of": as_of, "dataset": dataset, "lists": lists}
        return of_pairs(held, data, regions=region, groups=bloc, **where)

    columns = ("one", "other", "agreements", "projects", "open_barriers", "flow", "flow_back", "unrealised", "gap")
    _give(register, store, ask, format, output, limit, columns)


def _table(name: str, told: str) -> None:
    """A command that shows what a function of this name finds in a register alone."""

    @app.command(name, help=told)
    def show_table(
        register: Source,
        on: Day = None,
        limit: show.Limit = None,
        format: show.Form = None,
        output: show.Output = None,
    ) -> None:
        from hansa import commitments  # slow import

        terminal.give(getattr(commitments, name)(sound(register), on=_day(on)), format, output, limit)


_table(
    "counts", "Show how many agreements, programmes and projects the register holds, beside what others have stated."
)
_table("reporting", "Show which parties have given word on what is due, and which have not.")
_table(
    "funnel", "Show edition by edition how many ideas became projects and decisions, and how many of these are done."
)
_table("amounts", "Show the money of projects, planned, launched and disbursed, each sum counted once.")


@app.command()
def convert(
    register: Source,
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="Folder for CSV, or .xlsx, .json or .xml (IATI).")],
    format: Annotated[
        str | None, typer.Option("--format", "-f", help="csv, json, xlsx or iati; by the name by default.")
    ] = None,
    reporting_org: Annotated[
        str | None, typer.Option(help="Who reports, for IATI: an identifier, or a party's id.", metavar="ID")
    ] = None,
) -> None:
    """Write a register in another form: CSV folder, workbook, JSON or IATI activities."""
    from hansa.commitments import write_register  # slow import

    for note in write_register(_read(register), target, format, reporting_org=reporting_org):
        terminal.remark(note)
    typer.echo(str(target))


def _give(
    register: Path,
    store: Path,
    ask: Callable[[Register, Store, Lists], Result],
    format: str | None,
    output: Path | None,
    limit: int | None,
    columns: Sequence[str] | None,
) -> None:
    """What a register and a store say together; on the screen only the columns that fit there, the notes below."""
    with terminal.working("reading") as next_step:
        from hansa.trade.store import open_store  # slow import

        data, lists = open_store(store), _lists(store, None)
        held = sound(register, lists)
        next_step("comparing")
        found = ask(held, data, lists)
    table = format == "table" or (format is None and output is None)
    terminal.give(_narrowed(found, columns) if table and columns else found, format, output, limit)
    if table and columns:
        _notes(found, columns[0])


def _narrowed(found: Result, columns: Sequence[str]) -> Result:
    from dataclasses import replace  # slow import

    return replace(found, table=found.to_arrow().select(list(columns)))


def _notes(found: Result, key: str) -> None:
    """What is said of single rows, a paragraph each."""
    rows: list[dict[str, Any]] = [row for row in found.rows() if row.get("note")]
    if rows:
        typer.echo("")
        terminal.rows([("", str(row[key]), str(row["note"])) for row in rows])


def _told(problem: Problem) -> str:
    place = f"{problem.where}: " if problem.where else ""
    return f"{place}{problem.message} [{problem.check}]"


def _read(register: Path) -> Register:
    from hansa.commitments import read_register  # slow import

    held = read_register(register)
    for note in held.notes:
        terminal.remark(note)
    return held


def sound(register: Path, lists: Lists | None = None) -> Register:
    """A register to compute from, with a word where some of it must be mended first. Without `lists` nobody knows its
    regions, and they are not looked at.
    """
    from hansa.commitments.checks import name_of, problems, unknown_region  # slow import

    held = _read(register)
    found = problems(held, lists=lists, mild=False)
    wrong = {problem.record for problem in found if lists is not None or problem.check != name_of(unknown_region)}
    if wrong:
        told = f"{len(wrong):,} record(s) are to be mended, and what is computed may miss them"
        terminal.remark(f"{register}: {told}: 'hansa register check' names them.")
    return held


def _lists(store: Path | None, regions: Path | None) -> Lists:
    """The lists of regions and blocs beside a store, else those of Hansa; a list of one's own comes first."""
    from hansa.regions import read_regions  # slow import
    from hansa.regions.lists import lists_beside, shipped_lists  # slow import

    own = read_regions(regions) if regions else None
    return lists_beside(store, own) if store else shipped_lists(own)


def _products(store: Path | None) -> tuple[str, ...] | None:
    """The products that a store knows; None where there is no store."""
    if store is None:
        return None
    from hansa.commitments import Figures, known_products  # slow import
    from hansa.trade.store import open_store  # slow import

    return known_products(Figures(open_store(store)))


def _day(text: str | None) -> str | None:
    """A day given as text, refused where it is none."""
    from hansa.archive import iso_day  # slow import

    return None if text is None else iso_day(text)
