"""A text that was said, held against the statistics: the claims in it, and what every reading of them gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from hansa import tables
from hansa.commitments.entry import Refused
from hansa.errors import DataError, UnknownCode
from hansa.office.api.content import answer
from hansa.office.api.operation import Call, Operation, Schema
from hansa.office.api.serializer import ref
from hansa.office.statistics import Statistics, today
from hansa.report.register_counts import OURS, count_source
from hansa.statements import Check, Claims, check, claims, languages, read_text
from hansa.statements.verdict import CountSource
from hansa.wording import Words

LONGEST = 20_000  # signs of a text
MOST = 100  # claims in it
SAID = {
    "speaker": 200,
    "title": 300,
    "spoken": 40,
    "published": 40,
}  # what may be known of it, and how long that may be
_CLAIM = (
    *("key", "text", "start", "end", "sentence", "value", "unit", "low", "high", "form", "comparator"),
    *("measure", "scope", "product", "region", "partner", "period", "base", "speaker", "spoken"),
)


def operation() -> Operation:
    """What may be asked of a text."""
    return Operation(
        "POST",
        "check_text",
        "Find the claims in a text, and hold each against the statistics.",
        _checked,
        {200: ref("CheckedText")},
        takes=ref("Text"),
        throttle="check",
    )


def _checked(call: Call) -> HttpResponse:
    said = read_said(call.request.data)
    try:
        found = claims(read_text(**said), lists=call.statistics.lists)
    except UnknownCode as unknown:
        raise Refused((("language", str(unknown)),)) from None
    except DataError as refusal:
        raise Refused((("text", str(refusal)),)) from None
    if len(found) > MOST:
        raise Refused(
            (("text", f"holds {len(found)} claims, more than the {MOST} that are checked at once. Part it."),)
        )
    counts = count_source(call.register, call.statistics.lists, name=OURS, today=today())
    return answer(call.request, _told(found, _held(call.statistics, found, counts)))


def read_said(sent: Any) -> dict[str, Any]:
    """The text and what is known of it, as they were sent.

    Raises
    ------
    Refused : there is no text, it is too long, or something in it is no text; by field.
    """
    if not isinstance(sent, Mapping):
        raise Refused((("", 'Send an object such as {"text": "..."}.'),))
    most = {"text": LONGEST, "language": 2, **SAID}
    wrong = [(str(name)[:80], f"is no known field. Known: {', '.join(most)}.") for name in sent if name not in most]
    said = {name: value for name, value in sent.items() if value is not None and name in most}
    for name, value in said.items():
        if not isinstance(value, str) or not value.strip() or len(value) > most[name]:
            wrong.append((name, f"Write a text of 1 to {most[name]:,} signs."))
    if "text" not in said:
        wrong.append(("text", "is missing."))
    if isinstance(said.get("language"), str) and said["language"] not in languages():
        wrong.append(("language", f"is none that is read. Known: {', '.join(languages())}."))
    if wrong:
        raise Refused(tuple(wrong))
    return said


def _held(known: Statistics, found: Claims, counts: CountSource) -> Check | None:
    """The claims held against the store, where there is one; not kept, since texts are long and hardly come twice."""
    if known.store is None:
        return None
    with tables.ENGINE:
        return check(found, known.store, lists=known.lists, counts=counts)


def _told(found: Claims, held: Check | None) -> dict[str, Any]:
    english = Words("en")
    told = []
    for number, claim in enumerate(found):
        verdict = held.verdicts[number] if held else None
        told.append(
            {
                **{name: getattr(claim, name) for name in _CLAIM},
                "verdict": english.say(verdict.summary) if verdict else None,
                "beside": [english.say(one) for one in verdict.beside] if verdict else [],
            }
        )
    readings = json.loads(held.result().to_json()) if held else {"meta": _UNHELD, "data": []}
    findings = (
        [{"outcome": one.outcome, "sentence": english.say(one.sentence)} for one in held.findings] if held else []
    )
    notes = [*found.document.notes, *found.notes]
    return {
        "language": found.document.language,
        "notes": notes,
        "claims": told,
        "findings": findings,
        "readings": readings,
    }


_UNHELD = {
    **{"title": "Claims found; nothing was compared with data", "unit": "", "method": "statements.claims"},
    **{"reference": "", "provenance": {"sources": [], "steps": []}, "notes": ["This office has no statistics yet."]},
}


def components() -> Mapping[str, Schema]:
    """Schemas of a text and of what was found in it."""
    text = {"type": "string"}
    shaped = {"type": "string", "minLength": 1, "pattern": r"\S"}
    optional = {name: {"anyOf": [{**shaped, "maxLength": most}, {"type": "null"}]} for name, most in SAID.items()}
    number: Schema = {"type": ["number", "null"]}
    maybe: Schema = {"type": ["string", "null"]}
    whole: Schema = {"type": "integer"}
    shapes: dict[str, Schema] = dict.fromkeys(_CLAIM, maybe)
    shapes |= {"value": {"type": "number"}, "low": number, "high": number}
    shapes |= {"start": whole, "end": whole, **dict.fromkeys(("key", "text", "sentence"), text)}
    shapes |= {"verdict": maybe, "beside": {"type": "array", "items": text}}
    claim = {"type": "object", "properties": shapes, "required": list(shapes), "additionalProperties": False}
    finding = {"type": "object", "properties": {"outcome": text, "sentence": text}, "required": ["outcome", "sentence"]}
    checked = {
        **{"language": text, "notes": {"type": "array", "items": text}, "claims": {"type": "array", "items": claim}},
        **{"findings": {"type": "array", "items": finding}, "readings": ref("Result")},
    }
    language = {"anyOf": [{"type": "string", "enum": list(languages())}, {"type": "null"}]}
    return {
        "Text": {
            "type": "object",
            "properties": {"text": {**shaped, "maxLength": LONGEST}, "language": language, **optional},
            "required": ["text"],
            "additionalProperties": False,
        },
        "CheckedText": {
            "type": "object",
            "properties": checked,
            "required": list(checked),
            "additionalProperties": False,
        },
    }
