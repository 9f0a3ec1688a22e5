"""A person decides on claims: confirms, corrects, drops, adds; later runs keep what was decided."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from os import PathLike
from pathlib import Path
from typing import Any

from hansa.errors import DataError, HansaError
from hansa.statements.claim import Apart, Claim, Claims
from hansa.statements.language import languages
from hansa.statements.recognition.quantity import Quantity, quantities
from hansa.statements.recognition.sentence import sentences
from hansa.statements.review_file import FIELDS, NUMBERS, Entry, Review, checksum, parse, read_review, toml

__all__ = ["Entry", "Review", "beside", "parse", "read_review", "review_text", "reviewed", "write_review"]

ALIKE = 0.6  # share of a changed sentence that must be as it was for its claim to be known again
SHOWN = 5
_GONE = "# Not found in the text any more; what was decided is kept here. Correct its text and sentence, or delete it."
_HEAD = """\
#: What a person decides on each claim. Write into decision:
#:   "confirmed"  the claim was read as it was said
#:   "corrected"  change any field below it: what you change counts
#:   "dropped"    it is no claim, or not to be checked
#: An empty decision leaves the claim as the rules read it. value takes 50e9 or "50 bn USD". Your name: by = "...".
#: A figure that was missed: [[added]] with text and sentence as they stand in the text, value, unit, form, measure ...
#: When this file is written again, note = "..." and comments on lines of their own are kept; leave as_read as it is."""


def beside(text: str | PathLike[str]) -> Path:
    """Where the reviewed file of a text lies.

    >>> beside("speeches/forum.txt").name
    'forum.review.toml'
    """
    path = Path(text)
    return path.with_name(f"{path.stem}.review.toml")


def reviewed(claims: Claims, review: Review) -> Claims:
    """Claims as a person decided on them.

    What a person changed is named in `Claim.by_hand`. Dropped claims are among `Claims.apart`, with who dropped them.
    Claims are known again by their words and sentence, then by their place, so that a text may change around them; what
    moved, changed or is no longer found is told in the notes.

    Raises
    ------
    DataError : a corrected value cannot be read, or lies outside the interval given for it.

    >>> from hansa.statements.document import Document
    >>> text = "Trade rose by 12 %."
    >>> claim = Claim("c1", "12 %", 14, 18, 12, "%", 11.5, 12.5, "growth", text)
    >>> found = Claims(Document(text, "en"), (claim,))
    >>> review = parse('[[claim]]\\ntext = "12 %"\\ndecision = "corrected"\\nmeasure = "turnover"\\nby = "A. Rook"')
    >>> reviewed(found, review)[0].measure, reviewed(found, review)[0].by_hand
    ('turnover', ('measure',))
    """
    matched = _match(review.entries, claims)
    kept, apart, notes = [], list(claims.apart), [*claims.notes, *matched.notes]
    for claim in claims:
        entry = matched.by_claim.get(claim.key)
        if entry is None:
            kept.append(claim)
        elif entry.decision == "dropped":
            apart.append(Apart(claim.text, claim.start, claim.end, f"dropped by {entry.by or review.by or 'hand'}"))
        else:
            decided, note = _decided(claim, entry, claims.document.language, review.path)
            kept.append(decided)
            notes += [note] if note else []
    taken = {claim.key for claim in claims}
    for number, entry in enumerate(review.added, 1):
        added = _added(entry, number, claims, review.path)
        if isinstance(added, str):
            notes.append(added)
            continue
        if added.key in taken:
            raise DataError(
                f"The key {added.key!r} is that of another claim.", file=review.path or None, line=entry.line
            )
        taken.add(added.key)
        kept.append(added)
        apart = [one for one in apart if one.end <= added.start or added.end <= one.start]
    kept.sort(key=lambda claim: (claim.start, claim.end))
    apart.sort(key=lambda one: (one.start, one.end))
    return replace(claims, entries=tuple(kept), apart=tuple(apart), notes=tuple(notes))


def write_review(claims: Claims, path: str | PathLike[str]) -> Path:
    """Write every claim for a person to decide on; what the file holds already is kept.

    Raises
    ------
    DataError : the file that is there cannot be read (it is left as it is), or the folder cannot be written to.
    """
    target = Path(path)
    _write(review_text(claims, target), target)
    return target


def review_text(claims: Claims, path: str | PathLike[str]) -> str:
    """What `write_review` writes.

    Raises
    ------
    DataError : the file that is there cannot be read.
    """
    target = Path(path)
    before = read_review(target) if target.exists() else Review()
    matched = _match(before.entries, claims)
    blocks = []
    for claim in claims:
        if "text" in claim.by_hand:
            continue  # it was added by a person, and stands among the added
        blocks.append((claim.start, _block(claim, matched.by_claim.get(claim.key))))
    for entry in matched.lost:
        if entry.decision or entry.note or entry.comments:
            still = claims.document.text.find(entry.text, entry.start or 0) >= 0 and entry.decision == "dropped"
            blocks.append((entry.start or 0, _kept(entry, "claim", () if still else (_GONE,))))
    blocks.sort(key=lambda block: block[0])
    own = [line for line in before.comments if not line.startswith("#:")]
    head = "\n".join([_HEAD, *own, f"by = {toml(before.by)}"])
    texts = [head, *(text for _, text in blocks), *(_kept(entry, "added") for entry in before.added)]
    return "\n\n".join(texts) + "\n"


# ---- finding the claims of the file again ---------------------------------------------------------------------------
@dataclass
class _Matched:
    by_claim: dict[str, Entry] = field(default_factory=dict)
    lost: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _match(entries: Iterable[Entry], claims: Claims) -> _Matched:
    """Entries by the key of their claim: by words and sentence, then by place, then by words alone."""
    found = _Matched()
    free = {claim.key: claim for claim in claims}
    moved: list[str] = []
    left = _by_sentence(list(entries), free, found, moved)
    left = _by_place(left, free, found)
    by_text: dict[str, list[Claim]] = defaultdict(list)
    for claim in free.values():
        by_text[claim.text].append(claim)
    for entry in left:
        likely = _likeliest(entry, [one for one in by_text[entry.text] if one.key in free])
        if likely is None:
            found.lost.append(entry)
            if entry.decision and not (entry.decision == "dropped" and _already_dropped(entry, claims)):
                found.notes.append(_lost(entry))
            continue
        del free[likely.key]
        found.by_claim[likely.key] = entry
        if entry.sentence and entry.sentence != likely.sentence:
            found.notes.append(
                f"The sentence of the claim {entry.text!r} changed since the review: {_short(entry.sentence)} is now "
                f"{_short(likely.sentence)}. Its decision is kept; look at it again."
            )
    if moved:
        more = f" and {len(moved) - SHOWN} more" if len(moved) > SHOWN else ""
        found.notes.append(
            f"The text changed since the review: {len(moved)} claims moved and were known again by their sentences "
            f"({', '.join(moved[:SHOWN])}{more})."
        )
    return found


def _by_sentence(entries: list[Entry], free: dict[str, Claim], found: _Matched, moved: list[str]) -> list[Entry]:
    """Of equal words in equal sentences the ones at the same place first, then in the order of the text."""
    rows: dict[tuple[str, str], list[Claim]] = defaultdict(list)
    for claim in free.values():
        rows[claim.text, claim.sentence].append(claim)
    left = []
    places = {(claim.text, claim.sentence, claim.start) for claim in free.values()}
    for entry in sorted(entries, key=lambda one: (one.text, one.sentence, one.start) not in places):
        those = rows.get((entry.text, entry.sentence), [])
        if not those:
            left.append(entry)
            continue
        claim = next((one for one in those if one.start == entry.start), those[0])
        those.remove(claim)
        del free[claim.key]
        found.by_claim[claim.key] = entry
        if entry.start is not None and entry.start != claim.start:
            moved.append(f"{claim.key} {claim.text!r} from {entry.start:,} to {claim.start:,}")
    return left


def _by_place(entries: list[Entry], free: dict[str, Claim], found: _Matched) -> list[Entry]:
    """The same sentence, other words of it: the rules read a little more or less than they did."""
    rows: dict[str, list[Claim]] = defaultdict(list)
    for claim in free.values():
        rows[claim.sentence].append(claim)
    left = []
    for entry in entries:
        alike = [
            c for c in rows.get(entry.sentence, ()) if c.key in free and (c.text in entry.text or entry.text in c.text)
        ]
        if entry.start is not None:
            alike.sort(key=lambda claim: abs(claim.start - (entry.start or 0)))
        if not alike or not entry.sentence:
            left.append(entry)
            continue
        del free[alike[0].key]
        found.by_claim[alike[0].key] = entry
    return left


def _likeliest(entry: Entry, claims: list[Claim]) -> Claim | None:
    """Of claims in the same words, that whose sentence is most like the one of the entry."""
    if not entry.sentence:
        if entry.start is not None:
            return min(claims, key=lambda claim: abs(claim.start - (entry.start or 0)), default=None)
        return claims[0] if len(claims) == 1 else None
    scored = [(SequenceMatcher(None, claim.sentence, entry.sentence).ratio(), claim) for claim in claims[:50]]
    best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= ALIKE else None


def _already_dropped(entry: Entry, claims: Claims) -> bool:
    return any(one.text == entry.text and one.why.startswith("dropped by") for one in claims.apart)


def _lost(entry: Entry) -> str:
    named = f" ({entry.key})" if entry.key else ""
    where = f", in {_short(entry.sentence)}" if entry.sentence else ""
    return (
        f"The claim {entry.text!r}{named}{where} is no longer found in the text. Its decision {entry.decision!r} stays "
        "in the reviewed file and counts for nothing until its text and sentence are those of the text again."
    )


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}...")


# ---- what was decided -----------------------------------------------------------------------------------------------
def _decided(claim: Claim, entry: Entry, language: str, path: str) -> tuple[Claim, str]:
    changed = _changes(claim, entry, language, path)
    names, named = ", ".join(changed), f"{claim.key} {claim.text!r}"
    if not entry.decision:
        note = f"{named}: the reviewed file has another {names} than the rules read, but no decision. "
        return claim, f'{note}Write decision = "corrected" to keep what it has.' if changed and entry.touched else ""
    by_hand = tuple(dict.fromkeys((*claim.by_hand, *changed)))
    decision = "corrected" if changed and entry.touched else entry.decision
    inferred = tuple(name for name in claim.inferred if name not in changed)
    decided = replace(claim, **changed, inferred=inferred, by_hand=by_hand, decision=decision)
    if entry.decision == "confirmed" and changed:
        if entry.touched:
            return decided, f"{named} is marked as confirmed, but its {names} was changed: it counts as corrected."
        return decided, f"{named}: the rules read another {names} now than when it was confirmed; that is kept."
    if entry.decision == "corrected" and not by_hand:
        return decided, f"{named} is marked as corrected, but nothing in it was changed."
    return decided, ""


def _changes(claim: Claim, entry: Entry, language: str, path: str) -> dict[str, Any]:
    """Fields that the file gives otherwise than the claim has them."""
    given = dict(entry.fields)
    if isinstance(given.get("value"), str):
        given |= _said(given["value"], entry, language, path)
    elif "value" in given and float(given["value"]) != claim.value:
        given |= _interval(claim, given, entry, path)
    changed = {}
    for name in FIELDS:
        if name in given:
            value = _own(name, given[name])
            if value != getattr(claim, name):
                changed[name] = value
    low, high = changed.get("low", claim.low), changed.get("high", claim.high)
    value = changed.get("value", claim.value)
    if changed.keys() & {"value", *NUMBERS} and not low <= value <= high:
        raise DataError(
            f"The value {value:g} of {claim.text!r} lies outside {low:g} to {high:g}, which low and high give for it.",
            file=path or None,
            line=entry.line,
        )
    return changed


def _interval(claim: Claim, given: Mapping[str, Any], entry: Entry, path: str) -> dict[str, float]:
    """Low and high of another value: as the file gives them for it, else as wide as they were."""
    value = float(given["value"])
    low, high = float(given.get("low", claim.low)), float(given.get("high", claim.high))
    if (low, high) != (claim.low, claim.high):
        return {"low": low, "high": high}
    return {"low": value - (claim.value - claim.low), "high": value + (claim.high - claim.value)}


def _said(text: str, entry: Entry, language: str, path: str) -> dict[str, Any]:
    """A value written as it is said, with its unit and the interval of its last digit."""
    found: tuple[Quantity, ...] = ()
    for tongue in dict.fromkeys((language, *languages())):
        if len(said_there := quantities(text, tongue)) == 1 and (said_there[0].unit or not found):
            found = said_there
            if found[0].unit:
                break
    if not found:
        raise DataError(
            f'{text!r} is no single figure. Write it as it is said, such as "50 bn USD", or in base units: 50e9.',
            file=path or None,
            line=entry.line,
        )
    quantity = found[0]
    low, high = quantity.interval
    said = {"value": quantity.value, "low": low, "high": high}
    return {**said, **({"unit": quantity.unit} if quantity.unit else {})}


def _own(name: str, value: Any) -> Any:
    """A value of the file as the claim holds it."""
    if name in ("value", *NUMBERS):
        return float(value)
    if name == "qualifiers":
        return tuple(value)
    if isinstance(value, str) and not value and name not in ("unit", "form", "comparator"):
        return None
    return value


# ---- figures that the rules missed ----------------------------------------------------------------------------------
def _added(entry: Entry, number: int, claims: Claims, path: str) -> Claim | str:
    """A claim that a person marked; what is wrong, in words, where its text is not found."""
    document = claims.document
    place = _place(entry, document.text)
    if isinstance(place, str):
        return place
    start, end = place, place + len(entry.text)
    turn = document.turn_at(start)
    span = next((one for one in sentences(document.text, document.language) if one[0] <= start < one[1]), (start, end))
    try:
        said = _said(entry.text, entry, document.language, path)
    except HansaError:
        said = {}
    value = entry.fields["value"]
    if isinstance(value, str):
        said = _said(value, entry, document.language, path)
    elif said.get("value") != float(value):
        said = {"value": float(value), "low": float(value), "high": float(value), "unit": said.get("unit", "")}
    given = {name: _own(name, value) for name, value in entry.fields.items() if name != "value"}
    fields = {
        "unit": "",
        "form": "level",
        "speaker": turn.speaker if turn else None,
        "role": turn.role if turn else None,
        "spoken": document.day,
        **said,
        **{name: value for name, value in given.items() if value is not None},
    }
    if not fields["unit"]:
        raise DataError(
            f'The added claim {entry.text!r} needs its unit, such as unit = "USD".', file=path or None, line=entry.line
        )
    return Claim(
        entry.key or f"h{number}",
        entry.text,
        start,
        end,
        sentence=document.text[slice(*span)],
        sentence_start=span[0],
        document=claims[0].document if claims else "",
        by_hand=("text", *(name for name in FIELDS if name in entry.fields)),
        decision=entry.decision or "confirmed",
        **fields,
    )


def _place(entry: Entry, text: str) -> int | str:
    """Where the words of an added claim stand: in its sentence, else at the place nearest to the one given."""
    within = text.find(entry.sentence) if entry.sentence else -1
    if within >= 0 and entry.text in entry.sentence:
        return within + entry.sentence.index(entry.text)
    places: list[int] = []
    at = text.find(entry.text)
    while at >= 0 and len(places) < 1000:
        places.append(at)
        at = text.find(entry.text, at + 1)
    if not places:
        return (
            f"The added claim {entry.text!r} is not found in the text. It stays in the reviewed file; write its text "
            "as it stands there."
        )
    if entry.start is not None:
        return min(places, key=lambda place: abs(place - (entry.start or 0)))
    if len(places) > 1:
        return (
            f"The added claim {entry.text!r} stands in the text {len(places)} times. Give its sentence as well, or the "
            "start of it."
        )
    return places[0]


# ---- writing --------------------------------------------------------------------------------------------------------
def _block(claim: Claim, entry: Entry | None) -> str:
    """The block of a claim, with what was decided before."""
    entry = entry or Entry(claim.text)
    lines = ["[[claim]]", *_own_comments(entry)]
    identity = {"key": claim.key, "text": claim.text, "sentence": claim.sentence, "start": claim.start}
    lines += [f"{name} = {toml(value)}" for name, value in identity.items()]
    decision = entry.decision or claim.decision
    lines += [f"decision = {toml(decision)}"]
    lines += [f"{name} = {toml(value)}" for name, value in (("by", entry.by), ("note", entry.note)) if value]
    read = {name: _plain(getattr(claim, name)) for name in FIELDS}
    stands = {**read, **entry.fields} if decision or entry.touched else read
    lines += [f"{name} = {toml(stands[name])}" for name in FIELDS]
    as_read = entry.as_read if entry.fields and (decision or entry.touched) else checksum(read)
    return "\n".join([*lines, f"as_read = {toml(as_read)}"])


def _kept(entry: Entry, kind: str, comments: tuple[str, ...] = ()) -> str:
    """A block as the person left it."""
    lines = [f"[[{kind}]]", *comments, *_own_comments(entry)]
    known: dict[str, Any] = {"key": entry.key, "text": entry.text, "sentence": entry.sentence, "start": entry.start}
    known |= {"decision": entry.decision, "by": entry.by, "note": entry.note, **entry.fields, "as_read": entry.as_read}
    needed = ("text", "decision", *entry.fields)
    lines += [f"{name} = {toml(v)}" for name, v in known.items() if name in needed or v not in ("", None)]
    return "\n".join(lines)


def _own_comments(entry: Entry) -> list[str]:
    return [line for line in entry.comments if line != _GONE]


def _plain(value: Any) -> Any:
    return "" if value is None else list(value) if isinstance(value, tuple) else value


def _write(text: str, path: Path) -> None:
    """The whole file or none of it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_text(text, encoding="utf-8", newline="\n")
        fresh.replace(path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise DataError(f"It cannot be written: {error.strerror or error}.", file=path) from None
