"""Claims that count what a register holds ("26 agreements"), held against counts that whoever asks passes in.

A register may hold less than there is. So a count that is below the words decides nothing, and is shown all the same;
nor does one below a ceiling ("fewer than 30"). Any other that the words allow supports them. One beyond what they allow
contradicts them, unless counted in another way that the words leave open the register holds less: then that way may be
the one that was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hansa.provenance import Provenance
from hansa.statements.claim import Claim
from hansa.statements.verification.reading import Reading
from hansa.statements.verification.rounding import judge
from hansa.statements.verification.said import compared, value_said
from hansa.wording import Amount, Name, Sentence, Value, mark

METHOD = "register_counts"
FEWER = "fewer"
CEILINGS = ("<", "<=")  # relations that say at most how many there are
_LESS = mark("Said: {said}. The register may hold less than there is, so that this decides nothing.")
_MORE = mark("Said: {said}. It holds more counted like this, and less in other ways, so that this decides nothing.")


@dataclass(frozen=True)
class Count:
    """One way to count in a register what somebody counted in words.

    Parameters
    ----------
    value : how many.
    under : what was chosen, by name: ``register`` (what it is called), ``state``, ``parties``, ``on`` (ISO day).
    as_said : False where the words exclude it.
    """

    value: float
    under: Mapping[str, str]
    as_said: bool = True


@dataclass(frozen=True)
class Counts:
    """Every way to count it.

    beside : what others have stated of it. command : what to type to see the figures.
    """

    counts: tuple[Count, ...]
    beside: tuple[Sentence, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    command: str = ""


CountSource = Callable[[Claim], Counts | None]


def is_counted(claim: Claim) -> bool:
    """Whether a register could tell it: a plain count, neither below zero nor by how much one grew.

    >>> is_counted(Claim("c1", "26 agreements", 0, 13, 26, "agreements", 25.5, 26.5, "count", measure="agreements"))
    True
    """
    return claim.form == "count" and claim.measure is not None and claim.value >= 0


def counted_readings(claim: Claim, found: Counts) -> tuple[Reading, ...]:
    """A reading for each way to count, in the order given.

    >>> said = Claim("c1", "26 agreements", 0, 13, 26, "agreements", 25.5, 26.5, "count", measure="agreements")
    >>> ways = [Count(value, {"register": "R", "on": "2023-06-28"}) for value in (26, 12, 40)]
    >>> [reading.outcome for reading in counted_readings(said, Counts(tuple(ways)))]
    ['supported', 'not checkable', 'not checkable']
    >>> [reading.outcome for reading in counted_readings(said, Counts((ways[2],)))]
    ['contradicted']
    """
    short = any(_outcome(claim, count) == FEWER for count in found.counts if count.as_said)
    return tuple(_reading(claim, count, found, short) for count in found.counts)


def _outcome(claim: Claim, count: Count) -> str:
    """The outcome of one count alone; `FEWER` where it falls short of the words, or of the most that they allow."""
    outcome = judge(count.value, claim.value, claim.low, claim.high, claim.relation).outcome
    undecided = ("contradicted", "supported") if claim.relation in CEILINGS else ("contradicted",)
    return FEWER if outcome in undecided and count.value < claim.value else outcome


def _reading(claim: Claim, count: Count, found: Counts, short: bool) -> Reading:
    """One count as a reading. short : in another way that the words leave open the register falls short of them."""
    judged = judge(count.value, claim.value, claim.low, claim.high, claim.relation)
    outcome, second = _outcome(claim, count), compared(claim, judged, count.value, "level")
    if outcome == FEWER:
        outcome, second = "not checkable", Sentence(_LESS, {"said": value_said(claim)})
    elif outcome == "contradicted" and short:
        outcome, second = "not checkable", Sentence(_MORE, {"said": value_said(claim)})
    parts: Sequence[Value] = (_held(claim, count), second)
    return Reading(
        outcome,
        count.under,
        count.value,
        judged.difference,
        Sentence(mark("{first} {second}"), dict(zip(("first", "second"), parts, strict=True))),
        method=METHOD,
        command=found.command,
        provenance=found.provenance,
        as_said=count.as_said,
    )


def _held(claim: Claim, count: Count) -> Sentence:
    under = count.under
    values: dict[str, Value] = {"register": Name(under["register"], "word"), "figure": Amount(count.value, "count")}
    values |= {"what": Name(str(claim.measure), "word"), "day": under.get("on", "")}
    how = [_word(under[name]) for name in ("state", "parties") if name in under]
    if len(how) < 2:
        return Sentence(mark("Counted in {register} on {day}: {what} – {figure}."), values)
    template = mark("Counted in {register} on {day}: {what} – {figure} ({state}; {parties}).")
    return Sentence(template, {**values, "state": how[0], "parties": how[1]})


def _word(value: str) -> Name:
    return Name(value, "region" if value.isupper() else "word")
