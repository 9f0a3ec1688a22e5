"""`check`: what was said in a text, held against the data of a store."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hansa.cli import options, terminal
from hansa.errors import DataError

if TYPE_CHECKING:
    from hansa.regions.lists import Lists
    from hansa.report.statement_files import CheckedTexts
    from hansa.statements.claim import Claims
    from hansa.statements.verdict import CountSource
    from hansa.trade.store import Store

INPUT = "-"


Texts = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE...", help="Text, HTML, DOCX or PDF; - reads standard input. Several are checked together."
    ),
]
StoreFolder = Annotated[
    Path | None,
    typer.Option("--store", "-s", help="Folder of the store; without one nothing is compared.", metavar="FOLDER"),
]
Language = Annotated[str, typer.Option(help="Language of the answer: en or ru.", metavar="en|ru")]
TextLanguage = Annotated[str | None, typer.Option(help="Language of the text; found out by default.", metavar="en|ru")]
Spoken = Annotated[str | None, typer.Option(help="Day it was said on.", metavar="YYYY-MM-DD")]
Published = Annotated[str | None, typer.Option(help="Day it was published on.", metavar="YYYY-MM-DD")]
Between = Annotated[
    list[str] | None, typer.Option(help="A region that the text is about; given twice.", metavar="REGION")
]
Form = Annotated[str | None, typer.Option("--format", "-f", help="Some of html, csv and json; all by default.")]
Encoding = Annotated[str | None, typer.Option(help="Encoding of the text, such as koi8-r, where it cannot be told.")]
Promises = Annotated[
    Path | None,
    typer.Option(help="Register of promises that counts of agreements and the like are held against.", metavar="PATH"),
]
Decisions = Annotated[
    Path | None,
    typer.Option(help="File with a person's decisions; by default NAME.review.toml beside the text.", metavar="FILE"),
]


def check(
    texts: Texts,
    store: StoreFolder = None,
    language: Language = "en",
    text_language: TextLanguage = None,
    spoken: Spoken = None,
    published: Published = None,
    speaker: Annotated[str | None, typer.Option(help="Who said what no other is named for.")] = None,
    role: Annotated[str | None, typer.Option(help="Office of the speaker.")] = None,
    place: Annotated[str | None, typer.Option(help="Where it was said.")] = None,
    event: Annotated[str | None, typer.Option(help="On what occasion.")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the text.")] = None,
    encoding: Encoding = None,
    between: Between = None,
    pair: Annotated[str | None, typer.Option(help="The same in one: A,B.", metavar="A,B")] = None,
    dataset: options.Dataset = None,
    as_of: options.AsOf = None,
    regions: Annotated[Path | None, typer.Option(help="Your own list of regions (CSV).")] = None,
    register: Promises = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the files.", metavar="FOLDER")] = Path(),
    format: Form = None,
    review: Decisions = None,
    brief: Annotated[bool, typer.Option("--brief", help="One line on the screen for each claim.")] = False,
    author: Annotated[str | None, typer.Option(help="Your organisation, for ClaimReview.", metavar="NAME")] = None,
    url: Annotated[str | None, typer.Option(help="Where the page will be published, for ClaimReview.")] = None,
) -> None:
    """Mark the figures in a text, and say what every reading gives.

    Writes one page (HTML), tables (CSV, JSON), and a file in which a person confirms, corrects or drops what was found;
    for claims that a person confirmed also ClaimReview, where --author and --url are given.
    """
    with terminal.working("loading") as next_step:
        from hansa.report import statement_files as files  # slow import
        from hansa.wording import Words  # slow import

        wanted = files.formats(format)
        Words(language)  # refuses a language that it does not speak before anything is read
        held, lists = store_and_lists(store, regions)
        refuse_unanswerable(texts, held, dataset=dataset, as_of=as_of, author=author, url=url)
        about = sides(between, pair, lists)
        counts = counts_of(register, lists, as_of, whole=held is not None)
        told = Told(text_language, title, spoken, published, speaker, role, place, event, encoding)
        names = files.unlike([files.stem(source) for source in texts])
        decisions = decision_files(texts, names, review, output)
        found = [claims_in(source, told, about, lists, next_step) for source in texts]
        read = [decided(claims, path) for claims, path in zip(found, decisions, strict=True)]
        next_step("comparing")
        data, kept = {"dataset": dataset, "as_of": as_of}, {"store": _named(held), "register": _named(register)}
        again = command_again(texts, about, told, **kept, **data, language=language)
        checked = files.checked_texts(
            read, held, names=names, **data, lists=lists, language=language, command=again, counts=counts
        )
        next_step("writing")
        contents = checked.contents(output, wanted)
        contents |= decisions_written(found, decisions)
        contents |= claim_reviews(checked, output, author, url)
        files.folder_at(output)
        written = files.write_all(contents)
    if brief:
        print_verdicts(checked)
    else:
        print_texts(checked)
        typer.echo("")
    for file in written:
        typer.echo(str(file))


def refuse_unanswerable(
    texts: Sequence[str],
    store: Store | None,
    *,
    dataset: str | None,
    as_of: str | None,
    author: str | None,
    url: str | None,
) -> None:
    """Refuse what cannot be answered before anything is read.

    Raises
    ------
    DataError : standard input is asked for twice, data without a store, or ClaimReview without who and where.
    """
    if texts.count(INPUT) > 1:
        raise DataError("Standard input can be read but once: give - once.")
    if (author is None) != (url is None):
        raise DataError("ClaimReview names both who reviewed and where: give --author and --url together.")
    for option, value in (("--dataset", dataset), ("--as-of", as_of), ("--author", author)):
        if store is None and value is not None:
            raise DataError(f"{option} asks what data say, and there is no store. Name one: --store FOLDER.")
    if as_of is not None:
        from hansa.archive import iso_day  # slow import

        iso_day(as_of)
    if author is not None and url is not None:
        from hansa.statements.claim_review import reviewer  # slow import

        reviewer(author, url)


@dataclass(frozen=True)
class Told:
    """What was said of the texts on the command line."""

    language: str | None
    title: str | None
    spoken: str | None
    published: str | None
    speaker: str | None
    role: str | None
    place: str | None
    event: str | None
    encoding: str | None = None


def store_and_lists(folder: Path | None, regions: Path | None) -> tuple[Store | None, Lists]:
    """The store asked for, or the one in this folder, or none; and the lists of regions and blocs that hold."""
    from hansa.regions import read_regions  # slow import
    from hansa.regions.lists import lists_beside, shipped_lists  # slow import
    from hansa.trade.store import open_store  # slow import

    own = read_regions(regions) if regions else None
    if folder is None and not options.STORE.is_dir():
        return None, shipped_lists(own)
    held = open_store(folder or options.STORE)
    return held, lists_beside(held.archive.folder, own)


def counts_of(register: Path | None, lists: Lists, as_of: str | None, *, whole: bool) -> CountSource | None:
    """What a register of promises counts, where one was named, by a day. whole : the lists know its blocs too."""
    if register is None:
        return None
    from hansa.cli.register import sound  # slow import
    from hansa.report.register_counts import count_source  # slow import

    return count_source(sound(register, lists if whole else None), lists, name=register.resolve().name, today=as_of)


def sides(between: Sequence[str] | None, pair: str | None, lists: Lists) -> tuple[str, ...]:
    """Codes of the two regions that the texts are about, where that was said."""
    named = [part.strip() for part in pair.split(",")] if pair else list(between or ())
    if (pair and between) or len(named) not in (0, 2):
        raise DataError("A text is about two regions: name both, as --pair A,B or as --between A --between B.")
    codes = tuple(lists.side(name) for name in named)
    if len(set(codes)) < len(codes):
        raise DataError(f"A text is about two regions, and {' and '.join(named)} are one and the same: name another.")
    return codes


def decision_files(texts: Sequence[str], names: Sequence[str], asked: Path | None, output: Path) -> list[Path]:
    """For each text the file of a person's decisions: the one asked for, that beside the text, or one in the output."""
    if asked is not None:
        if len(texts) > 1:
            raise DataError("--review names the decisions on one text; of several, each is read from beside its text.")
        if not asked.parent.is_dir():
            raise DataError("There is no such folder to keep the decisions in. Make it first.", file=asked.parent)
        return [asked]
    places = []
    for text, name in zip(texts, names, strict=True):
        beside = Path(text).parent / f"{name}.review.toml"
        places.append(beside if text != INPUT and beside.is_file() else output / f"{name}.review.toml")
    return places


def claims_in(
    source: str, told: Told, about: tuple[str, ...], lists: Lists, next_step: Callable[[str], None]
) -> Claims:
    """The claims of a text as the rules find them; its source is named without the folders of this machine."""
    next_step(source)
    from hansa.statements.document import read  # slow import
    from hansa.statements.extract import claims  # slow import

    try:
        document = read(sys.stdin.buffer if source == INPUT else Path(source), regions=about, **asdict(told))
    except DataError as refusal:
        refusal.args = (by_option(str(refusal)),)
        raise
    document = replace(document, notes=tuple(map(by_option, document.notes)))
    if source != INPUT and document.source == str(Path(source)):
        document = replace(document, source=Path(source).name)
    return claims(document, lists=lists)


def by_option(message: str) -> str:
    """A message of the reader of texts, with the options of the command where it names arguments in Python.

    >>> by_option("Say it with language=.")
    'Say it with --text-language.'
    """
    message = re.sub(r"language='(\w+)'", r"--text-language \1", message)
    message = message.replace("language=", "--text-language").replace(" (A text in memory is read by read_text.)", "")
    return message.replace("is known: say one, or", "is known: give --spoken or --published, or")


def decided(found: Claims, decisions: Path) -> Claims:
    """The claims as a person decided on them, where there are decisions."""
    if not decisions.exists():
        return found
    from hansa.statements.review import read_review, reviewed  # slow import

    return reviewed(found, read_review(decisions))


def decisions_written(found: Sequence[Claims], decisions: Sequence[Path]) -> dict[Path, str]:
    """For each text the file in which a person decides on its claims; decisions that are in it already stay."""
    from hansa.statements.review import review_text  # slow import

    return {path: review_text(claims, path) for claims, path in zip(found, decisions, strict=True) if claims}


def claim_reviews(checked: CheckedTexts, folder: Path, author: str | None, url: str | None) -> dict[Path, str]:
    """ClaimReview for the claims that a person confirmed, where it is said who reviewed them and where that stands."""
    if author is None or url is None:
        return {}
    from hansa.statements.claim_review import claim_review, confirmed  # slow import

    written = {}
    for place, (one, text, name) in enumerate(zip(checked.checks, checked.texts, checked.names, strict=True), 1):
        if not confirmed(one):
            terminal.remark(f"{name}: no claim is confirmed by a person yet, so there is no ClaimReview to write.")
            continue
        anchors = {claim.key: f"t{place}-v{number}" for number, claim in enumerate(text.claims, 1)}
        review = claim_review(one, author=author, url=url, words=checked.words, anchors=anchors)
        told = json.dumps(review, ensure_ascii=False, indent=2)
        # It is to be pasted into a page, where a "</script>" that somebody said would end it.
        written[folder / f"{name}.claimreview.json"] = told.replace("<", "\\u003c") + "\n"
    return written


def command_again(texts: Sequence[str], about: Sequence[str], told: Told, **given: str | None) -> str:
    """What to type to get this again, beside the texts and the store: a page tells nothing of the machine."""
    parts = ["hansa", "check", *(text if text == INPUT else Path(text).name for text in texts)]
    parts += ["--pair", ",".join(about)] if about else []
    named = {"text_language" if name == "language" else name: value for name, value in asdict(told).items()}
    for name, value in {**named, **given}.items():
        parts += [f"--{name.replace('_', '-')}", value] if value else []
    return shlex.join(parts)


def _named(source: Store | Path | None) -> str | None:
    """A store or a register without the folders of this machine."""
    if source is None or isinstance(source, Path):
        return source.name if source else None
    return source.archive.folder.name


def print_texts(checked: CheckedTexts) -> None:
    """Claims with their readings, what they say of each other, what was told apart."""
    from hansa.report import statement_lines as lines  # slow import

    words = checked.words
    for name, text in zip(checked.names, checked.texts, strict=True):
        if len(checked.texts) > 1:
            terminal.say(lines.heading(name, text))
            typer.echo("")
        for note in (*text.claims.document.notes, *text.claims.notes):
            terminal.say(lines.note(note, words))
        for claim in lines.claim_lines(text, words):
            terminal.say(claim.heading)
            for part in (claim.about, claim.summary, *claim.beside, claim.alike):
                if part:
                    terminal.say(f"  {part}")
            titles = [("", *claim.titles)] if claim.titles else []
            terminal.rows([*titles, *(("", *row) for row in claim.readings)])
            if claim.rest:
                terminal.say(f"  {claim.rest}")
            typer.echo("")
        if rest := lines.further_claims(text, words):
            terminal.say(rest)
            typer.echo("")
    if found := lines.finding_lines(checked.findings, words):
        terminal.say(lines.findings_title(words))
        terminal.rows([("", *row) for row in found])
        typer.echo("")
    if checked.store:
        terminal.say(lines.legend(words))
    terminal.say(lines.tally(checked.texts, words))
    if apart := lines.told_apart(checked.texts, words):
        terminal.say(apart)
    if not checked.store:
        terminal.say(lines.nothing_compared(words))


def print_verdicts(checked: CheckedTexts) -> None:
    """A line for each claim: the words, and how its readings come out."""
    from hansa.report import statement_lines as lines  # slow import

    for name, text in zip(checked.names, checked.texts, strict=True):
        terminal.say(lines.heading(name, text))
        for claim in lines.claim_lines(text, checked.words):
            terminal.say(f"  {claim.heading}")
    typer.echo("")
