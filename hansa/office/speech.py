"""A text that somebody said, held against the statistics: in a child process, so that nobody else waits, and no text
takes longer than it may.

The child reads and checks exactly as `hansa check` does, and answers with the page, the tables, and what a summary of
them shows, in every language of the site.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hansa.child import limit, search_path
from hansa.commitments.entry import entry_of, record_of
from hansa.commitments.records import Agreement, AssertedCount, Barrier, Party, Programme, Project
from hansa.commitments.register import Register, kind_of
from hansa.errors import DataError, HansaError, UnknownCode
from hansa.provenance import Provenance, Source
from hansa.wording import Amount, Sentence, mark

if TYPE_CHECKING:
    from hansa.regions.lists import Lists
    from hansa.report import CheckedTexts
    from hansa.report.statement_page import Checked
    from hansa.statements.claim import Claim
    from hansa.statements.verdict import CountSource
    from hansa.wording import Words

LONGEST = 100_000  # characters of a text
SECONDS = 60  # that one check may take
AT_ONCE = 2  # checks, by whomever
PATIENCE = 5.0  # seconds that somebody waits for one of these
SHOWN = 4  # readings of a claim in the summary
NAME = "speech"
COUNTED = (Party, Agreement, Programme, Project, Barrier, AssertedCount)
OFFICE = Provenance((Source("", "register of this office"),))
# What the child needs of the surroundings; the office's own secrets are not among it.
SURROUNDINGS = ("PATH", "HOME", "TMPDIR", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV", "HANSA_CACHE", "PYTHONPATH")


class Unchecked(HansaError):
    """The check did not come to an end. `said` : why, and what to do, to be said in a language; status : of HTTP."""

    def __init__(self, said: Sentence, status: int) -> None:
        from hansa.wording import Words  # slow import

        self.said, self.status = said, status
        super().__init__(Words("en").say(said))


@dataclass(frozen=True)
class Spoken:
    """A text and what is known of it.

    language : ``en`` or ``ru``; empty: to be told from the text. regions : codes of the two that it is about, or none.
    """

    text: str
    title: str = ""
    speaker: str = ""
    date: str = ""
    source: str = ""
    language: str = ""
    regions: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShownReading:
    """One way to read a claim: how it comes out, read as what, what the data give, how far off the words are."""

    outcome: str
    name: str
    sign: str
    under: str
    figure: str
    difference: str
    sources: str


@dataclass(frozen=True)
class ShownClaim:
    """A claim in one language: its words within their sentence, its standing, and its first readings. alike : what was
    chosen in all of them. more : readings that are not shown.
    """

    key: str
    said: str
    speaker: str
    standing: str
    name: str
    sign: str
    about: str
    before: str
    words: str
    after: str
    summary: str
    alike: str
    beside: tuple[str, ...]
    readings: tuple[ShownReading, ...]
    more: int


@dataclass(frozen=True)
class Shown:
    """A checked text in one language. tally : standing, its name, how many. findings : look, name, sentence. page : the
    whole of it, as one document.
    """

    claims: tuple[ShownClaim, ...]
    tally: tuple[tuple[str, str, int], ...]
    findings: tuple[tuple[str, str, str], ...]
    legend: str
    apart: str
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    page: str


@dataclass(frozen=True)
class Examined:
    """A text that was checked. counts : claims by standing. shown : by language. compared : whether there were data.
    counted : whether something in it was held against the register.

    title, date, speaker : as given, else as the text itself tells them; empty where it does not, or names several.
    regions : codes of the two that it is about: as given, else those that most of its figures are of; or none.
    """

    title: str
    date: str
    speaker: str
    language: str
    regions: tuple[str, ...]
    compared: bool
    command: str
    counts: Mapping[str, int]
    shown: Mapping[str, Shown]
    csv: str
    json: str
    counted: bool = False


@dataclass(frozen=True)
class Told:
    """What a register holds of which texts tell counts, as the child is told it. stamp : another where it is otherwise.

    records : kind and entry of each; today : ISO day of the question.
    """

    records: tuple[tuple[str, dict[str, Any]], ...] = ()
    today: str = ""
    stamp: str = ""


def told_of(register: Register, today: str) -> Told:
    """The records of a register of which texts tell counts: as somebody may see them, so that no other learns of any.

    >>> from hansa.commitments.records import Party
    >>> told_of(Register((Party("brin", "Brinmark"),)), "2023-06-28").records
    (('party', {'id': 'brin', 'name': 'Brinmark'}),)
    """
    told = tuple((kind_of(one), entry_of(one)) for one in register if isinstance(one, COUNTED))
    text = json.dumps([today, told], sort_keys=True).encode()
    return Told(told, today, hashlib.sha256(text).hexdigest())


def examine(spoken: Spoken, store: Path | None, register: Told | None = None, *, seconds: float = SECONDS) -> Examined:
    """A text held against a store, or, without one, its figures against each other; counts against a register.

    Raises
    ------
    DataError : the text cannot be read.
    Unchecked : it took too long, broke off, or others are being checked.
    """
    told_ = register or Told()
    asked: dict[str, Any] = {"spoken": asdict(spoken), "store": str(store) if store else None}
    asked |= {"register": told_.records, "today": told_.today}
    question = json.dumps(asked).encode()
    if not _PLACES.acquire(timeout=PATIENCE):
        raise Unchecked(Sentence(mark("Other texts are being checked just now. Try again in a minute.")), 429)
    try:
        told = _child(question, seconds)
    finally:
        _PLACES.release()
    if "refused" in told:
        raise DataError(told["refused"])
    return _examined(told)


_PLACES = threading.BoundedSemaphore(AT_ONCE)


def sides(named: Sequence[str], lists: Lists) -> tuple[str, ...]:
    """Codes of the regions or blocs that a text is about, from codes or names; none, or two.

    Raises
    ------
    UnknownCode : there is no such region; the nearest are named.

    >>> from hansa.regions.lists import shipped_lists
    >>> sides(["Беларусь", "rus"], shipped_lists())
    ('BLR', 'RUS')
    """
    return tuple(lists.side(name.strip()) for name in named if name.strip())


def _child(question: bytes, seconds: float) -> dict[str, Any]:
    surroundings = {name: os.environ[name] for name in SURROUNDINGS if name in os.environ}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "hansa.office.speech"],
            input=question,
            env={**surroundings, "PYTHONPATH": search_path()},
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        longer = mark("The check took more than {count} seconds and was stopped. Check the text in parts.")
        raise Unchecked(Sentence(longer, {"count": Amount(seconds, "count")}), 422) from None
    if done.returncode:
        import logging  # slow import

        logging.getLogger(__name__).error("a check broke off: %s", done.stderr.decode(errors="replace")[-2000:])
        broken = mark("The check broke off; it was noted. Check the text in parts, or tell an administrator.")
        raise Unchecked(Sentence(broken), 422)
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _examined(told: Mapping[str, Any]) -> Examined:
    """What the child answered, as it was before it was written down."""
    shown = {language: _shown(one) for language, one in told["shown"].items()}
    return Examined(**{**told, "regions": tuple(told["regions"]), "shown": shown})


def _shown(told: Mapping[str, Any]) -> Shown:
    claims = [
        ShownClaim(
            **{
                **one,
                "beside": tuple(one["beside"]),
                "readings": tuple(ShownReading(**reading) for reading in one["readings"]),
            }
        )
        for one in told["claims"]
    ]
    pairs = {name: tuple(tuple(one) for one in told[name]) for name in ("tally", "findings")}
    return Shown(
        **{**told, **pairs, "claims": tuple(claims), "sources": tuple(told["sources"]), "notes": tuple(told["notes"])}
    )


# --- in the child -----------------------------------------------------------------------------------------------------


def _answer(spoken: Spoken, folder: str | None, records: Sequence[Any] = (), today: str = "") -> Examined:
    """The check, in every language."""
    from hansa.regions.lists import lists_beside, shipped_lists  # slow import
    from hansa.report import checked_texts  # slow import
    from hansa.statements import claims, read_text  # slow import
    from hansa.statements.verification.counted import METHOD  # slow import
    from hansa.trade.store import open_store  # slow import
    from hansa.wording import Words, languages  # slow import

    store = open_store(folder) if folder else None
    lists = lists_beside(store.archive.folder) if store else shipped_lists()
    document = read_text(
        spoken.text,
        language=spoken.language or None,
        title=spoken.title or None,
        spoken=spoken.date or None,
        speaker=spoken.speaker or None,
        regions=spoken.regions,
    )
    if spoken.source:
        document = replace(document, source=spoken.source)
    found = claims(document, lists=lists)
    again = _command(spoken, store.archive.folder.name if store else None)
    counts = _counts(records, lists, today)
    first = checked_texts([found], store, names=[NAME], lists=lists, command=again, counts=counts)
    shown = {}
    for language in languages():
        names = Words(language, _names(first, lists, language))
        shown[language] = _summary(replace(first, words=names))
    speakers = {one.speaker for one in document.turns if one.speaker}
    return Examined(
        document.title or "",
        document.spoken or "",
        speakers.pop() if len(speakers) == 1 else "",
        document.language,
        spoken.regions or _pair_of(first),
        store is not None,
        again,
        {key: count for key, _, count in shown["en"].tally},
        shown,
        first.table().to_csv(),
        first.table().to_json(),
        any(
            reading.method == METHOD
            for text in first.texts
            for verdict in text.verdicts
            for reading in verdict.readings
        ),
    )


def _counts(records: Sequence[Any], lists: Lists, today: str) -> CountSource | None:
    """What the register counts; its records are made when the first count is asked, since most texts tell none."""
    from hansa.report.register_counts import OURS, count_source  # slow import

    made: list[CountSource] = []

    def counts(claim: Claim) -> Any:
        if not made:
            register = Register(tuple(record_of(kind, entry) for kind, entry in records), OFFICE)
            made.append(count_source(register, lists, name=OURS, today=today or None))
        return made[0](claim)

    return counts if records else None


def _pair_of(checked: CheckedTexts) -> tuple[str, ...]:
    """The two regions that most claims are about; none where no claim names two."""
    both = Counter(
        tuple(sorted((claim.region, claim.partner)))
        for text in checked.texts
        for claim in text.claims
        if claim.decision != "dropped" and claim.region and claim.partner and claim.region != claim.partner
    )
    return both.most_common(1)[0][0] if both else ()


def _names(checked: CheckedTexts, lists: Lists, language: str) -> dict[tuple[str, str], str]:
    from hansa.report.statement_words import codes_of, names_in  # slow import

    return names_in(lists, codes_of(claim for text in checked.texts for claim in text.claims), language)


def _summary(checked: CheckedTexts) -> Shown:
    from hansa.report import statement_words as worded  # slow import

    words, (text,) = checked.words, checked.texts
    read = [reading for verdict in text.verdicts for reading in verdict.readings]
    lines = list(dict.fromkeys(source.line() for reading in read for source in reading.provenance.sources))
    numbers = {line: number for number, line in enumerate(lines, 1)}
    claims = [claim for claim in text.claims if claim.decision != "dropped"]
    (page,) = checked.contents(".", ("html",)).values()
    return Shown(
        tuple(_claim(claim, text, words, numbers) for claim in claims),
        tuple(worded.standing_counts([text.standing(claim) for claim in claims], words)),
        tuple((f.outcome, words(worded.FINDINGS[f.outcome][1]), words.say(f.sentence)) for f in checked.findings),
        worded.legend(words) if checked.store else "",
        worded.apart_counts((one.why for one in text.claims.apart), words),
        tuple(lines),
        tuple(words.note(note)[0] for note in (*text.claims.document.notes, *text.claims.notes, *checked.notes)),
        page,
    )  # fmt: skip


def _claim(claim: Claim, text: Checked, words: Words, numbers: Mapping[str, int]) -> ShownClaim:
    from hansa.report import statement_words as worded  # slow import

    verdict = text.by_key.get(claim.key)
    readings = worded.in_order(verdict.readings if verdict else ())
    start = claim.start - claim.sentence_start
    inside = start >= 0 and claim.sentence[start : start + len(claim.text)] == claim.text
    standing = text.standing(claim)
    alike = worded.in_all(readings)
    first = readings[:SHOWN] if any(reading.figure is not None for reading in readings) else []
    rows = [
        ShownReading(
            reading.outcome,
            worded.outcome(reading.outcome, words),
            worded.sign(reading.outcome),
            worded.chosen(reading.under, words, alike),
            worded.figure(claim, reading.figure, words),
            worded.difference(claim, reading.difference, words),
            ", ".join(f"S{place}" for place in sorted({numbers[one.line()] for one in reading.provenance.sources})),
        )
        for reading in first
    ]
    return ShownClaim(
        claim.key,
        worded.said(claim, words),
        worded.speaker(claim, words),
        standing,
        worded.standing_said(verdict, words),
        worded.sign(standing),
        worded.about(claim, words),
        claim.sentence[:start] if inside else "",
        claim.text,
        claim.sentence[start + len(claim.text) :] if inside else "",
        words.say(verdict.summary) if verdict else "",
        worded.chosen(alike, words),
        tuple(words.say(sentence) for sentence in verdict.beside) if verdict else (),
        tuple(rows),
        len(readings) - len(rows) if rows else 0,
    )


def _command(spoken: Spoken, store: str | None) -> str:
    """What to type to get this again, of a file with the text."""
    parts = ["hansa", "check", f"{NAME}.txt"]
    parts += ["--pair", ",".join(spoken.regions)] if spoken.regions else []
    told = {"text-language": spoken.language, "title": spoken.title, "spoken": spoken.date, "speaker": spoken.speaker}
    for name, value in {**told, "store": store}.items():
        parts += [f"--{name}", value] if value else []
    return shlex.join(parts)


def main() -> None:
    """What the child does: a question on standard input, an answer on standard output."""
    limit(seconds=4 * SECONDS)
    with suppress(OSError):
        os.nice(5)
    asked = json.loads(sys.stdin.buffer.read())
    said = asked["spoken"]
    try:
        spoken = Spoken(**{**said, "regions": tuple(said["regions"])})
        told = asdict(_answer(spoken, asked["store"], asked["register"], asked["today"]))
    except UnknownCode as wrong:
        told = {"refused": _by_form(str(wrong))}
    except DataError as wrong:
        told = {"refused": _by_form(wrong.message)}
    sys.stdout.write(json.dumps(told))


def _by_form(message: str) -> str:
    """A message of the reader of texts, for who has a form before them.

    >>> _by_form("Its language cannot be told. Say it with language=.")
    'Its language cannot be told. Choose the language in the form.'
    """
    for theirs in ("Say it with language=.", "say which with language=."):
        message = message.replace(theirs, f"{'C' if theirs[0] == 'S' else 'c'}hoose the language in the form.")
    return message


if __name__ == "__main__":
    main()
