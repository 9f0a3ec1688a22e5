"""A register of promises as what counts in statements are held against."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from hansa.code_list import first_and_last_day
from hansa.commitments.records import AssertedCount
from hansa.commitments.register import Register
from hansa.commitments.tally import WHOLE, tallies
from hansa.errors import HansaError
from hansa.regions.lists import Lists
from hansa.statements.claim import Claim
from hansa.statements.verdict import Count, Counts, CountSource
from hansa.statements.verification.question import read_period
from hansa.wording import Amount, Name, Sentence, Value, mark

STATED = 5  # counts of others that are shown beside
OURS = mark("the register of this office")


def count_source(register: Register, lists: Lists, *, name: str, today: str | None = None) -> CountSource:
    """What a register counts of a claim: agreements, programmes, projects, barriers, regions with agreements.

    Counted are those in force (under way, standing) and all signed and not ended (begun, removed), on the day of
    the statement, and on that of the question where it is otherwise; between the two sides of the claim where it names
    them, and of the whole register. Counts that the register holds as stated by others stand beside.

    Parameters
    ----------
    lists : of regions and blocs. name : of the register, as it is shown. today : ISO day of the question,
    after which nothing counts; the present one by default.

    >>> from hansa.regions.lists import shipped_lists
    >>> said = Claim("c1", "26 agreements", 0, 13, 26, "agreements", 25.5, 26.5, "count", measure="agreements")
    >>> found = count_source(Register(()), shipped_lists(), name="ours", today="2023-06-28")(said)
    >>> [(one.value, one.under["state"]) for one in found.counts]
    [(0, 'those in force'), (0, 'all signed and not ended')]
    """
    now = today or datetime.now(UTC).date().isoformat()

    def counts(claim: Claim) -> Counts | None:
        what = str(claim.measure)
        day = _day_of(claim, now)
        sides = [code for code in (claim.region, claim.partner) if code]
        clear = len(sides) == 2 and not {"region", "partner"} & {*claim.inferred}
        told = tallies(register, what, day, lists, sides)
        if now > day:  # and what it holds by now, where that is otherwise
            before = {(one.state, one.parties): one.value for one in told}
            later = tallies(register, what, now, lists, sides)
            told += tuple(one for one in later if before[one.state, one.parties] != one.value)
        found = tuple(
            Count(
                one.value,
                {"register": name, "state": one.state, "parties": one.parties, "on": one.on},
                as_said=not (clear and one.parties == WHOLE),
            )
            for one in told
        )
        if not found:
            return None
        command = f"hansa register counts REGISTER --on {day}"
        return Counts(found, tuple(_stated(register, what)), register.provenance, command)

    return counts


def _day_of(claim: Claim, now: str) -> str:
    """The day for which a count is meant: that of the statement, or the end of the period named; none after `now`."""
    day = min(claim.spoken or now, now)
    if claim.period and "period" not in claim.inferred:
        try:
            end = first_and_last_day(read_period(claim.period, day[:4]).months()[-1])[1].isoformat()
        except HansaError:
            return day
        return min(day, end)
    return day


def _stated(register: Register, what: str) -> Iterator[Sentence]:
    """Counts of the same thing that others have stated, as the register holds them."""
    said = [one for one in register.of(AssertedCount) if one.what == what and one.unit == what]
    template = mark("Stated elsewhere: {what} – {figure} ({speaker}, {day}, {source}).")
    latest = sorted(said, key=lambda one: one.date, reverse=True)
    for one in latest[:STATED]:
        values: dict[str, Value] = {
            "what": Name(what, "word"),
            "figure": Amount(one.value, "count"),
            "speaker": one.speaker,
        }
        yield Sentence(template, {**values, "day": one.date, "source": one.source})
    if len(latest) > STATED:
        older = Amount(len(latest) - STATED, "count")
        yield Sentence(mark("Older counts that the register holds beside: {n}."), {"n": older})
