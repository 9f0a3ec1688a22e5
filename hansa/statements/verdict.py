"""What each reading of a claim gives against the data of a store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa

from hansa.archive import iso_day
from hansa.errors import HansaError, UnknownCode
from hansa.provenance import Provenance
from hansa.regions.lists import Lists, lists_beside
from hansa.result import Result
from hansa.statements.claim import Claim
from hansa.statements.consistency import findings
from hansa.statements.consistency.finding import Finding
from hansa.statements.verification.beside import beside, undecided
from hansa.statements.verification.counted import Count, Counts, CountSource, counted_readings, is_counted
from hansa.statements.verification.known import levels_known, rates_known
from hansa.statements.verification.lacking import Lacking
from hansa.statements.verification.ledger import Ledger
from hansa.statements.verification.question import question
from hansa.statements.verification.reading import OUTCOMES, Reading
from hansa.statements.verification.readings import readings
from hansa.statements.verification.series import series
from hansa.statements.verification.summary import summary
from hansa.trade.store import Store
from hansa.wording import Sentence, Words, mark

__all__ = ["OUTCOMES", "Check", "Count", "CountSource", "Counts", "Reading", "Verdict", "check", "counted"]

CHOICES = (
    *(
        "dataset",
        "told_by",
        "valuation",
        "partner",
        "product",
        "scope",
        "period",
        "period_from",
        "base",
        "currency",
        "prices",
        "of",
    ),
    *("population", "vintage", "as_of", "register", "state", "parties", "on"),
)
REFERENCE = "Jo et al. 2019, AggChecker: a claim is wrong where the figure cannot be rounded to it"


@dataclass(frozen=True)
class Verdict:
    """A claim and all its readings; never a single yes or no.

    Parameters
    ----------
    claim : what was said; readings : every way to read it.
    summary : which readings hold, in plain language.
    beside : facts that help where no reading decides, such as what the last known year gives.
    series : of a level, growth or share, what the data have in each year, in the unit of the claim; drawn beside it.
    """

    claim: Claim
    readings: tuple[Reading, ...]
    summary: Sentence
    beside: tuple[Sentence, ...] = ()
    series: tuple[tuple[str, float | None], ...] = ()

    @property
    def tested(self) -> tuple[Reading, ...]:
        """The readings of what was said, without those that the words exclude."""
        return tuple(reading for reading in self.readings if reading.as_said)

    def count(self, outcome: str) -> int:
        """How many of the readings `tested` have that outcome."""
        return sum(reading.outcome == outcome for reading in self.tested)


@dataclass(frozen=True)
class Check:
    """Claims held against a store: a verdict for each, and what the claims say of each other.

    findings : what figures combined imply, and where speakers disagree (`hansa.statements.consistency`).
    store : name of its folder. as_of : the day whose data were asked, or None for the latest.
    lists : of regions and blocs, by which their codes are named.
    """

    claims: tuple[Claim, ...]
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]
    store: str
    as_of: str | None = None
    notes: tuple[str, ...] = ()
    lists: Lists | None = None

    def __iter__(self) -> Iterator[Verdict]:
        """Every verdict, in the order of the claims."""
        return iter(self.verdicts)

    def __len__(self) -> int:
        """How many claims were checked."""
        return len(self.verdicts)

    def result(self) -> Result:
        """One row for each reading, for CSV and JSON; sentences are in English."""
        words = Words("en")
        rows = [
            _row(words, verdict.claim, number, reading)
            for verdict in self.verdicts
            for number, reading in enumerate(verdict.readings, 1)
        ]
        read = Provenance().merge(*(reading.provenance for verdict in self.verdicts for reading in verdict.readings))
        return Result(
            pa.Table.from_pylist(rows, schema=_SCHEMA),
            title=f"Claims held against {self.store}",
            unit="figure in the unit of its claim; difference: what was said against it (fraction, points or places)",
            method="statements.check",
            reference=REFERENCE,
            provenance=Provenance(read.sources),
            notes=self.notes,
        )


_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("claim", "speaker", "said")),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("reading", pa.int64()),
        ("as_said", pa.bool_()),
        ("outcome", pa.string()),
        ("figure", pa.float64()),
        ("difference", pa.float64()),
        *((name, pa.string()) for name in CHOICES),
        *((name, pa.string()) for name in ("arithmetic", "missing", "method", "command", "source", "notes")),
    ]
)


def _row(words: Words, claim: Claim, number: int, reading: Reading) -> dict[str, object]:
    return {
        "claim": claim.key,
        "speaker": claim.speaker,
        "said": claim.text,
        "value": claim.value,
        "unit": claim.unit,
        "reading": number,
        "as_said": reading.as_said,
        "outcome": reading.outcome,
        "figure": reading.figure,
        "difference": reading.difference,
        **{name: reading.under.get(name) for name in CHOICES},
        "arithmetic": words.say(reading.arithmetic) if reading.arithmetic else None,
        "missing": words.say(reading.missing) if reading.missing else None,
        "method": reading.method or None,
        "command": reading.command or None,
        "source": "; ".join(source.line() for source in reading.provenance.sources) or None,
        "notes": "; ".join(reading.notes) or None,
    }


def check(
    claims: Iterable[Claim],
    store: Store,
    *,
    as_of: str | None = None,
    dataset: str | None = None,
    lists: Lists | None = None,
    counts: CountSource | None = None,
) -> Check:
    """Hold claims against the data of a store, each under every reading that its words leave open.

    Parameters
    ----------
    claims : what was said (`hansa.statements.claims`); those that a person dropped are left out.
    store : with at least one dataset of goods.
    as_of : ISO date; data published later are not asked. The latest by default.
    dataset : of goods; all of them by default.
    lists : of regions and blocs; those of the store by default.
    counts : gives for a claim on a count ("26 agreements") what a register counts; without one, none can be checked.

    Raises
    ------
    UnknownCode : there is no such dataset.
    DataError : `as_of` is no day. Whatever goes wrong with one claim becomes what its reading lacks.

    >>> import tempfile
    >>> from hansa.trade.flows import as_flows
    >>> store = Store.create(tempfile.mkdtemp() + "/demo")
    >>> rows = {"period": ["2020", "2021"], "origin": ["RUS"] * 2, "destination": ["BLR"] * 2, "value": [10e9, 12.3e9]}
    >>> _ = store.write(as_flows(rows), vintage="2022-05-01")
    >>> said = Claim("c1", "$12 bn", 0, 6, 12e9, "USD", 11.5e9, 12.5e9, "level", measure="exports", region="RUS",
    ...              partner="BLR", period="2021", spoken="2023-06-28")
    >>> (verdict,) = check([said], store)
    >>> verdict.readings[0].outcome, verdict.readings[0].figure
    ('supported', 12300000000.0)
    """
    taken = tuple(claim for claim in claims if claim.decision != "dropped")
    names = store.datasets()
    if dataset is not None and dataset not in names:
        raise UnknownCode(
            "dataset of goods in this store", dataset, names, hint=f"It holds {', '.join(names) or 'none'}."
        )
    if as_of is not None:
        as_of = iso_day(as_of)
    chosen = [dataset] if dataset else names
    folder = store.archive.folder
    ledger = Ledger(store, lists or lists_beside(folder))
    verdicts = tuple(counted(claim, counts) or _verdict(claim, ledger, chosen, as_of) for claim in taken)
    notes = () if chosen else ("The store holds no flows of goods, so nothing could be checked.",)
    together = findings(taken, rates_known(ledger, as_of), levels_known(taken, ledger, chosen, as_of))
    return Check(taken, verdicts, together, folder.name, as_of, notes, ledger.lists)


def counted(claim: Claim, counts: CountSource | None) -> Verdict | None:
    """The verdict on a claim that counts what a register holds; None where it is no such claim, or no register tells.

    >>> said = Claim("c1", "26 agreements", 0, 13, 26, "agreements", 25.5, 26.5, "count", measure="agreements")
    >>> way = Count(12, {"register": "our register", "on": "2023-06-28"})
    >>> verdict = counted(said, lambda claim: Counts((way,)))
    >>> verdict.readings[0].outcome, verdict.readings[0].figure
    ('not checkable', 12)
    """
    found = counts(claim) if counts is not None and is_counted(claim) else None
    if found is None or not found.counts:
        return None
    readings = counted_readings(claim, found)
    return Verdict(claim, readings, summary(readings, claim.unit, claim.measure), found.beside)


def _verdict(claim: Claim, ledger: Ledger, datasets: list[str], as_of: str | None) -> Verdict:
    asked = question(claim)
    if isinstance(asked, Sentence):
        return _unanswered(claim, asked)
    if not datasets:
        return _unanswered(claim, Sentence(mark("The store holds no flows of goods.")))
    try:
        found = tuple(readings(claim, asked, ledger, datasets, as_of))
    except Lacking as refusal:
        return _unanswered(claim, refusal.missing)
    except HansaError as refusal:
        return _unanswered(claim, Sentence(mark("This cannot be computed: {why}"), {"why": str(refusal)}))
    known = beside(asked, ledger, datasets, as_of) if undecided(found) else ()
    return Verdict(
        claim, found, summary(found, claim.unit, asked.measures[0]), known, series(asked, ledger, datasets, as_of)
    )


def _unanswered(claim: Claim, why: Sentence) -> Verdict:
    found = (Reading("not checkable", {}, missing=why),)
    return Verdict(claim, found, summary(found))
