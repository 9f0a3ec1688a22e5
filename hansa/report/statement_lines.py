"""A checked text as lines for the screen: claim by claim, what they say of each other, what was told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from hansa.report import statement_words as worded
from hansa.report.statement_page import SHOWN, Checked, kept
from hansa.statements.claim import Claim
from hansa.statements.consistency.finding import Finding
from hansa.statements.verdict import Reading
from hansa.wording.sentence import Amount, Sentence, mark
from hansa.wording.visible import visible
from hansa.wording.words import Words

CLAIMS = 40  # of a text, on the screen


@dataclass(frozen=True)
class ClaimLines:
    """What the screen shows of a claim.

    heading : its key, who said it, the words and the figure. about : of what it is. summary : which readings hold.
    alike : what was chosen in all readings. beside : what the last known year gives, where no reading decides.
    titles : of the columns of readings; empty where no reading has a figure. readings : outcome, figure, by how much
    the words are off, and what was chosen. rest : how many more the page has; empty where none.
    """

    heading: str
    about: str
    summary: str
    alike: str
    beside: list[str]
    titles: tuple[str, ...]
    readings: list[tuple[str, str, str, str]]
    rest: str


def claim_lines(text: Checked, words: Words) -> Iterator[ClaimLines]:
    """The first claims of a text, in order, but those that a person dropped."""
    titles = (words(mark("outcome")), words(mark("the data give")), words(mark("off by")), words(mark("read as")))
    for claim in islice(filter(kept, text.claims), CLAIMS):
        verdict = text.by_key.get(claim.key)
        readings = worded.in_order(verdict.readings if verdict else ())
        alike = worded.in_all(readings)
        rows = [
            (
                f"{worded.sign(reading.outcome)} {worded.outcome(reading.outcome, words)}",
                worded.figure(claim, reading.figure, words),
                worded.difference(claim, reading.difference, words),
                visible(_told(reading, alike, words)),
            )
            for reading in readings[:SHOWN]
        ]
        shared = worded.chosen(alike, words)
        more = len(readings) - len(rows)
        rest = words(mark("and further readings, which the page shows: {count}")).format(count=more) if more else ""
        yield ClaimLines(
            _heading(claim, text, words),
            visible(worded.about(claim, words)),
            visible(words.say(verdict.summary)) if verdict else "",
            visible(f"{words(mark('In all readings:'))} {shared}.") if shared else "",
            [visible(words.say(sentence)) for sentence in verdict.beside] if verdict else [],
            titles if any(reading.figure is not None for reading in readings) else (),
            rows,
            rest,
        )


def finding_lines(findings: Sequence[Finding], words: Words) -> list[tuple[str, str]]:
    """What claims imply together, the weightiest first: the sign and kind, and the sentence."""
    told = []
    for found in findings[:CLAIMS]:
        sign, name, _ = worded.FINDINGS[found.outcome]
        told.append((f"{sign} {words(name)}", visible(words.say(found.sentence))))
    return told


def further_claims(text: Checked, words: Words) -> str:
    """How many claims the screen does not show; empty where it shows all."""
    more = sum(map(kept, text.claims)) - CLAIMS
    return words(mark("and further figures, which the page shows: {count}")).format(count=more) if more > 0 else ""


def findings_title(words: Words) -> str:
    """What stands above the lines on what claims say of each other."""
    return words(mark("What the figures say of each other"))


def heading(name: str, text: Checked) -> str:
    """What stands above the claims of one of several texts."""
    title = text.claims.document.title
    return visible(f"{name}: {title}" if title else name)


def note(text: str, words: Words) -> str:
    """A note of a text, in the language of the screen where the catalogue has it."""
    return visible(words.note(text)[0])


def tally(texts: Sequence[Checked], words: Words) -> str:
    """How many claims have each standing, in a line."""
    standings = [text.standing(claim) for text in texts for claim in text.claims if kept(claim)]
    if not standings:
        return words(mark("No figure was found that could be tested."))
    found = words.say(Sentence(mark("Figures found: {claims}."), {"claims": Amount(len(standings), "count")}))
    if set(standings) == {worded.UNCOMPARED}:
        return found
    counts = worded.standing_counts(standings, words)
    return f"{found} {'; '.join(f'{worded.sign(key)} {name}: {count}' for key, name, count in counts)}."


def told_apart(texts: Sequence[Checked], words: Words) -> str:
    """What was told apart from claims, by kind, in a line; empty where nothing was."""
    counts = worded.apart_counts((one.why for text in texts for one in text.claims.apart), words)
    return f"{words(mark('Told apart:'))} {visible(counts)}." if counts else ""


def legend(words: Words) -> str:
    """What the third column of the readings counts."""
    return worded.legend(words)


def nothing_compared(words: Words) -> str:
    """That there was no store to compare with."""
    return words(
        mark(
            "Nothing was compared with data, because no store was given: figures are marked, and held against each "
            "other only."
        )
    )


def _told(reading: Reading, alike: Mapping[str, str], words: Words) -> str:
    chosen = worded.chosen(reading.under, words, alike, brief=True)
    told = chosen or (words.say(reading.missing) if reading.missing else "")
    return told if reading.as_said else f"{told} [{words(mark('not as worded'))}]"


def _heading(claim: Claim, text: Checked, words: Words) -> str:
    standing = text.standing(claim)
    parts = [
        claim.key,
        f"{worded.speaker(claim, words)}:",
        words(mark("“{text}”")).format(text=" ".join(claim.text.split())),
        f"= {worded.said(claim, words)}",
    ]
    if standing != worded.UNCOMPARED:
        parts.append(f"[{worded.sign(standing)} {worded.standing_said(text.by_key.get(claim.key), words)}]")
    return visible(" ".join(parts))
