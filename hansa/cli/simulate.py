"""`simulate`: what would happen if, in general equilibrium: scenarios on the economy of a store."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hansa.cli import options, terminal
from hansa.errors import DataError, HansaError

if TYPE_CHECKING:
    from hansa.equilibrium.counterfactual import Counterfactual
    from hansa.equilibrium.economy import Economy
    from hansa.equilibrium.uncertainty import Draws
    from hansa.regions.lists import Lists
    from hansa.report.simulation_page import Simulated
    from hansa.scenario import Scenario
    from hansa.trade.store import Store

FORMS, FILES = ("table", "csv", "json"), ("html", "csv", "json")
MODELS, CLOSURES = ("armington", "caliendo-parro"), ("fixed", "zero", "share")
WORTH_PROCESSES = 2e7  # cells times draws, a few seconds of work: less is done before new processes are up
INPUT = "-"
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Scenarios = Annotated[
    list[str],
    typer.Argument(
        metavar="SCENARIO", help="What changes: a file, its text, or - for standard input; several side by side."
    ),
]


def simulate(
    scenario: Scenarios,
    store: options.StoreFolder = options.STORE,
    period: Annotated[str | None, typer.Option(help="The year of the world before; the latest by default.")] = None,
    model: Annotated[
        str | None, typer.Option(help="By default what fits the economy.", metavar="armington|caliendo-parro")
    ] = None,
    deficit: Annotated[
        str,
        typer.Option(
            help="Imports less exports: as they are, none, or in proportion to output.", metavar="fixed|zero|share"
        ),
    ] = "fixed",
    sectors: Annotated[
        str, typer.Option(help="total, product, or a level of the classification.", metavar="total|product|LEVEL")
    ] = "total",
    elasticity: Annotated[float | None, typer.Option(help="Of trade to its cost; 4 by default.")] = None,
    draws: Annotated[
        int, typer.Option(help="How often to solve with other elasticities and estimates, for ranges.")
    ] = 0,
    elasticity_spread: Annotated[
        float | None, typer.Option(help="Standard error of ln elasticity in draws; 0.3 by default.")
    ] = None,
    barrier_spread: Annotated[float, typer.Option(help="The same of sizes of barriers.")] = 0.0,
    seed: Annotated[int, typer.Option(help="Of the random numbers.")] = 0,
    focus: Annotated[str | None, typer.Option(help="Regions whose trade the page shows.", metavar="A,B")] = None,
    dataset: options.Dataset = None,
    as_of: options.AsOf = None,
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="Of the screen: table, csv or json; with -o, some of html,csv,json.",
            metavar="FORMAT",
        ),
    ] = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Folder for files.", metavar="FOLDER")] = None,
    borders: options.Borders = None,
    language: Annotated[str, typer.Option(help="en or ru.", metavar="en|ru")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Simulate scenarios: who gains, who pays, where trade goes.

    Home sales are production less exports, so the store needs the side table production. Scenarios are TOML files; see
    'hansa.Scenario' for the same in Python.
    """
    form, files = forms(format, output, json)
    asked = Question(
        tuple(scenario), store, period, model, deficit, sectors, elasticity, focus, dataset, as_of, language, borders
    )
    made = answer(asked, {"draws": draws, "seed": seed, "barrier_spread": barrier_spread}, elasticity_spread)
    written = made.write(output, files) if output else []
    if form == "csv":
        typer.echo(made.table().to_csv(), nl=False)
    elif form == "json":
        typer.echo(made.document("json"), nl=False)
    else:
        from hansa.cli.simulation_table import show  # slow import

        show(made)
    for path in written:
        typer.echo(str(path), err=form != "table")


@dataclass(frozen=True)
class Question:
    """What is asked of which store."""

    scenarios: tuple[str, ...]
    store: Path
    period: str | None
    model: str | None
    deficit: str
    sectors: str
    elasticity: float | None
    focus: str | None
    dataset: str | None
    as_of: str | None
    language: str
    borders: Path | None = None


def answer(asked: Question, sampling: dict[str, Any], spread: float | None) -> Simulated:
    """Every scenario solved, with draws where they are asked for.

    sampling : draws, seed and barrier_spread.  spread : of elasticities, or None for the default.
    """
    for text, allowed, option in ((asked.model, MODELS, "--model"), (asked.deficit, CLOSURES, "--deficit")):
        if text is not None:
            options.one_of(text, allowed, option)
    for name in ("draws", "seed"):
        if sampling[name] < 0:
            raise DataError(f"--{name} is {sampling[name]}; it must be 0 or more.")
    with terminal.working("loading") as say:
        from hansa.report.outlines import read_outlines  # slow import
        from hansa.report.simulation_page import simulated  # slow import
        from hansa.trade.store import open_store  # slow import
        from hansa.wording.words import languages  # slow import

        options.one_of(asked.language, languages(), "--language")
        given = scenarios(asked.scenarios)
        if asked.borders is not None:
            read_outlines(asked.borders)  # a bad file is refused before anything is computed
        focus = [code.strip() for code in (asked.focus or "").split(",") if code.strip()]
        say("the world before")
        held = open_store(asked.store)
        economy, lists = world(held, asked, focus)
        say("solving")
        told = [solved(economy, one, asked, lists, len(given) > 1) for one in given]
        settings = sampling if spread is None else {**sampling, "elasticity_spread": spread}
        ranges = drawn(told, lists, settings, say) if sampling["draws"] else [None] * len(told)
    return simulated(
        told,
        ranges,
        asked.language,
        asked.borders,
        focus,
        lists=lists,
        names=products(held, given, asked.language),
        command=shlex.join(["hansa", *sys.argv[1:]]),
    )


def forms(format: str | None, output: Path | None, json: bool) -> tuple[str, tuple[str, ...]]:
    """The form on the screen, and the forms of files.

    Raises
    ------
    UnknownCode : there is no such form.
    DataError : a form that goes into a file only, and no folder.
    """
    wanted = tuple(part.strip() for part in (format or "").split(",") if part.strip())
    if output is not None:
        for one in wanted:
            options.one_of(one, FILES, "--format with -o")
        return ("json" if json else "table"), wanted or FILES
    if "html" in wanted or len(wanted) > 1:
        raise DataError(f"--format {format} goes into files: name their folder with -o FOLDER.")
    if wanted:
        options.one_of(wanted[0], FORMS, "--format")
    return ("json" if json else wanted[0] if wanted else "table"), ()


def scenarios(texts: Sequence[str]) -> list[Scenario]:
    """The scenarios of files, or of texts that are TOML themselves.

    Raises
    ------
    DataError : a file or text is no scenario; two have one name.
    """
    from hansa.scenario import Scenario, read_scenarios  # slow import

    if texts.count(INPUT) > 1:
        raise DataError(f"Standard input ({INPUT}) is named twice, and can be read once.")
    found: list[Scenario] = []
    for text in texts:
        if text == INPUT:
            found.append(Scenario.from_toml(sys.stdin.read()))
            continue
        typed = "=" in text and ("\n" in text or "kind" in text) and not os.path.exists(text[:255])
        found += [Scenario.from_toml(text)] if typed else read_scenarios(text)
    names = [one.name for one in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise DataError(f"Two scenarios are named {twice!r}. Name them apart, with 'name' in the file.")
    return found


def world(held: Store, asked: Question, focus: list[str]) -> tuple[Economy, Lists]:
    """The economy of a store, and the lists of regions and blocs beside it."""
    from hansa.equilibrium.economy import Economy  # slow import
    from hansa.regions.lists import lists_beside  # slow import

    economy = Economy.from_store(
        held, period=asked.period, dataset=asked.dataset, as_of=asked.as_of, sectors=asked.sectors,
        elasticity=asked.elasticity, keep=focus, tariffs=asked.model != "armington",
    )  # fmt: skip
    if asked.model == "armington" and len(economy.sectors) > 1:
        economy = economy.one_sector()
    return economy, lists_beside(held.archive.folder)


def products(held: Store, given: Sequence[Scenario], language: str) -> dict[tuple[str, str], str]:
    """Names of the products that scenarios name."""
    from hansa.report.statement_words import product_names  # slow import

    codes = set[str]()
    for change in (change for one in given for change in one.changes):
        where = getattr(change, "where", change)
        codes |= set(getattr(where, "product", ()))
        codes |= {row.product for row in getattr(change, "rows", ()) if row.product}
    keys = [str(key) for entry in held.archive.entries() if (key := entry.meta.get("classification"))]
    return product_names(held.archive.folder, keys[0] if keys else "", codes, language)


def solved(economy: Economy, scenario: Scenario, asked: Question, lists: Lists, several: bool) -> Counterfactual:
    """The counterfactual of a scenario; of several, an error says which one it is."""
    from hansa.equilibrium.simulation import simulate as solve  # slow import

    try:
        return solve(economy, scenario, model=asked.model, deficit=asked.deficit, lists=lists)
    except HansaError as wrong:
        if several:
            wrong.args = (f"{scenario.name!r}: {wrong}",)
        raise


def drawn(
    told: list[Counterfactual], lists: Lists, settings: dict[str, Any], say: Callable[[str], None]
) -> list[Draws]:
    """Draws of each counterfactual, with common random numbers, in as many processes as there are cores."""
    from hansa.equilibrium.uncertainty import draws  # slow import

    scenarios = [one.scenario for one in told]
    found = []
    with processes(told[0].economy, settings["draws"] * len(told)) as executor:
        for one in told:

            def report(done: int, of: int, name: str = one.scenario.name) -> None:
                say(f"{name}: {done:,} of {of:,} draws")

            made = draws(
                one.economy, one.scenario, model=one.model, deficit=one.deficit, beside=scenarios, executor=executor,
                lists=lists, progress=report, **settings,
            )  # fmt: skip
            found.append(made)
    return found


@contextlib.contextmanager
def processes(economy: Economy, draws: int) -> Iterator[Executor | None]:
    """As many processes as there are cores, each with one thread; none where the work is small.

    Which way it goes depends on the sizes alone, so that the same command gives the same figures.
    """
    J, n = len(economy.sectors), len(economy.regions)
    workers = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if workers < 2 or draws * (5_000 + J * n * (n + J)) < WORTH_PROCESSES:
        yield None
        return
    import multiprocessing  # slow import
    from concurrent.futures import ProcessPoolExecutor  # slow import

    before = {name: os.environ.get(name) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))
    try:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
            try:
                yield pool
            except BaseException:  # stopped, or failed: nobody waits for what is under way
                for worker in multiprocessing.active_children():
                    worker.terminate()
                raise
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
