"""Registers made by hypothesis from the fields of the records, whatever these are."""

from __future__ import annotations

import datetime

from hypothesis import strategies as st

from hansa.commitments.fields import NESTED, STATES, fields_of
from hansa.commitments.records import KINDS
from hansa.commitments.register import Register

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0\r")
ODD = st.sampled_from(
    ['=1+1"', "+7", "-", "@x", "'", "''=", "a|b", "\\|", "\\", "\n", 'say "so", or;so', "\ttab", " b "]
)
TEXT = st.one_of(ODD, st.text(LETTERS, max_size=12))
NAME = st.text(LETTERS, min_size=1, max_size=8).filter(str.strip)
DATE = st.one_of(
    st.dates(min_value=datetime.date(1800, 1, 1), max_value=datetime.date(2200, 12, 31)).map(str),
    st.integers(1800, 2200).map(str),
    st.tuples(st.integers(1800, 2200), st.integers(1, 12)).map(lambda pair: f"{pair[0]}-{pair[1]:02}"),
)
PERIOD = st.one_of(
    st.integers(1800, 2200).map(str),
    st.tuples(st.integers(1800, 2200), st.integers(1, 4)).map(lambda pair: f"{pair[0]}-Q{pair[1]}"),
)
KEY = st.text(LETTERS, min_size=1, max_size=5).filter(lambda key: key == key.strip() and "=" not in key)
PLAIN = {
    "text": TEXT,
    "date": DATE,
    "period": PERIOD,
    "number": st.floats(allow_nan=False, allow_infinity=False),
    "whole": st.integers(-(10**12), 10**12),
    "yes/no": st.booleans(),
    "arguments": st.dictionaries(KEY, TEXT, max_size=3),
}


def value_of(field):
    if field.type == "list":
        item = st.sampled_from(field.words) if field.words else TEXT
        return st.lists(item, min_size=int(field.required or bool(field.words)), max_size=3).map(tuple)
    plain = st.sampled_from(field.words) if field.words else PLAIN[field.type]
    if field.required and field.type == "text" and not field.words:
        plain = plain.filter(str.strip)
    return plain if field.required or field.default is not None else st.none() | plain


def entry_of(table, states):
    given = {field.name: value_of(field) for field in fields_of(table)}
    if table == "event":
        given["state"] = st.sampled_from(states)
    return st.builds(dict(NESTED.values())[table], **given)


def record_of(kind):
    given = {
        field.name: st.lists(entry_of(field.type, STATES.get(kind, ())), max_size=2).map(tuple)
        if field.nested
        else value_of(field)
        for field in fields_of(kind)
    }
    if {"start", "end"} <= set(given):
        given["start"] = st.sampled_from(["1800", "2001-02-28"])
        given["end"] = st.sampled_from(["2001-02", "2200"])
    return st.builds(KINDS[kind], **given)


@st.composite
def registers(draw):
    """A register of up to six records of any kinds, in the order of kinds."""
    kinds = draw(st.lists(st.sampled_from(list(KINDS)), max_size=6))
    records = [draw(record_of(kind)) for kind in sorted(kinds, key=list(KINDS).index)]
    first: dict = {}
    for record in records:
        first.setdefault(record.id, record)
    return Register(tuple(first.values()))
