"""The form of a record: what it shows comes back as it was, and what is typed becomes codes or is refused by name."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hansa.commitments.concern import NAMING
from hansa.commitments.fields import NESTED, fields_of
from hansa.commitments.lifecycle import first_day
from hansa.commitments.records import KINDS, Agreement, Barrier, Event, Milestone, Party, Programme, Project, Target
from hansa.commitments.register import Register, kind_of
from hansa.office.form import blank, filled, in_order, read, rows_of
from hansa.office.identifier import PREFIX, propose_id, slug
from hansa.office.meaning import Meaning
from hansa.office.merge import merged
from hansa.office.statistics import Statistics
from hansa.sample.register import sample_register
from hansa.wording import Words
from hansa.wording.visible import visible
from tests.unit.commitments.registers import record_of

ANY = st.sampled_from(list(KINDS)).flatmap(record_of)
NOTHING = Meaning(Register(()), Statistics(None))


SAMPLE = sample_register()
KNOWING = Meaning(SAMPLE, Statistics(None))


def in_a_browser(typed):
    """Texts as a page shows them and a browser sends them back."""
    return {name: [visible(text).replace("\n", "\r\n") for text in texts] for name, texts in typed.items()}


@given(ANY)
@settings(max_examples=300, deadline=None)
def test_a_record_that_is_not_touched_comes_back_to_the_letter(record):
    reading = read(kind_of(record), in_a_browser(filled(record)), NOTHING, old=record)
    assert reading.record == record, reading.faults


def tidy(record):
    """A record as somebody could have typed it: no blanks around texts, codes and ids that are there."""
    known = {"region": "BLR", "origin": "BLR", "destination": "KAZ"}
    ids = {Party: "brinmark", Agreement: "agr-free-trade", Programme: "prg-food", Project: "prj-vet-lab"}

    def text(field, value):
        if isinstance(value, str):
            value = " ".join(value.split()) or ("a title" if field.required else None)
        if field.type == "list" and not field.words:
            value = tuple(dict.fromkeys(one for one in map(" ".join, map(str.split, value)) if one))
            return value or (("brinmark",) if field.required else ())
        if field.type == "arguments":
            return {
                name: " ".join(one.split())
                for name, one in value.items()
                if "\n" not in name and name.split() == [name]
            }
        return value

    changes = {}
    for field in fields_of(kind_of(record)):
        value = getattr(record, field.name)
        if field.nested:
            inner = [
                replace(one, **{f.name: text(f, getattr(one, f.name)) for f in fields_of(field.type)}) for one in value
            ]
            inner = [replace(one, **{name: None for name in ("by", "party") if hasattr(one, name)}) for one in inner]
            key = (lambda one: first_day(one.date)) if field.type == "event" else (lambda one: 0)
            if field.type == "amount":
                inner = [replace(one, currency=one.currency.upper()) for one in inner]
            changes[field.name] = tuple(sorted(inner, key=key))
            continue
        changes[field.name] = text(field, value)
        kinds = NAMING.get((KINDS[kind_of(record)], field.name))
        if kinds is not None:
            key = next((ids[kind] for kind in kinds if kind in ids), None) or ("forum-2023" if kinds else "prg-food")
            one = next(iter(SAMPLE.of(kinds[0]))).id if kinds and kinds[0] not in ids else key
            changes[field.name] = (one,) if field.type == "list" else one
        elif field.name in known:
            changes[field.name] = known[field.name]
        elif field.name == "products":
            changes[field.name] = ("02",)
    return replace(record, **changes)


@given(ANY)
@settings(max_examples=300, deadline=None)
def test_what_is_typed_anew_makes_the_same_record(record):
    typed = tidy(record)
    if kind_of(typed) == "target":  # arguments and indicators are looked up
        typed = replace(typed, arguments={"origin": "BLR", "product": "02"}, indicator="exports")
    reading = read(kind_of(typed), filled(typed), KNOWING)
    assert reading.record == typed, reading.faults


def test_every_kind_has_a_form_and_a_prefix():
    assert set(PREFIX) == set(KINDS)
    for kind, made in KINDS.items():
        assert set(blank(kind)) == {field.name for field in fields(made)} - set(NESTED)


def test_names_become_codes():
    words = Words("ru")
    register = Register((Party("brin", "Brinmark"), Party("kast", "Kastovia")))
    meaning = Meaning(register, Statistics(None), words)
    typed = {
        "title": ["Queue"],
        "origin": ["Беларусь"],
        "destination": ["eaeu"],
        "products": ["02", "Мясо и пищевые субпродукты"],
    }
    typed |= {"owner": ["KASTOVIA"], "products-more": ["04\r\n\r\n10"], "id": [" "], "deadline": [" 2031-06 "]}
    record = read("barrier", typed, meaning).record
    assert isinstance(record, Barrier)
    assert (record.id, record.origin, record.destination) == ("bar-queue", "BLR", "EAEU")
    assert (record.products, record.owner, record.deadline) == (("02", "04", "10"), "kast", "2031-06")


def faults(kind, typed, meaning=NOTHING, **more):
    reading = read(kind, typed, meaning, **more)
    assert reading.record is None
    return {fault.control: fault.message for fault in reading.faults}


def test_what_cannot_be_taken_is_refused_beside_its_field():
    register = Register((Party("brin", "Brinmark"), Party("brim", "Brimland")))
    told = faults(
        "barrier",
        {"title": [""], "origin": ["Belarsu"], "destination": ["KAZ"], "owner": ["Brinmrk"],
         "deadline": ["31.06.2031"], "equivalent": ["1,234"], "history-1-date": ["1799"],
         "history-1-state": ["reported"], "history-1-by": ["nobody"]},
        Meaning(register, Statistics(None), Words("en", {("region", "BLR"): "Belarus"})),
    )  # fmt: skip
    assert set(told) == {"title", "origin", "owner", "deadline", "equivalent", "history-1-date", "history-1-by"}
    assert told["title"] == "This is needed."
    assert "Nearest: Belarus (BLR)" in told["origin"]
    assert "Nearest: Brinmark (brin)" in told["owner"]
    assert "«31.06.2031» is no date" in told["deadline"]
    assert "two ways" in told["equivalent"]
    assert "«1799» is no date" in told["history-1-date"]
    assert "no record that you may see" in told["history-1-by"]


def test_a_day_may_be_written_as_in_russian_and_the_kind_of_a_barrier_is_to_be_chosen():
    meaning = Meaning(Register(()), Statistics(None))
    typed = {"title": ["x"], "origin": ["BLR"], "destination": ["KAZ"], "deadline": ["31.12.2027"], "kind": [""]}
    assert blank("barrier")["kind"] == [""]
    assert faults("barrier", typed, meaning) == {"kind": "This is needed."}
    made = read("barrier", {**typed, "kind": ["trade"]}, meaning).record
    assert isinstance(made, Barrier)
    assert made.deadline == "2027-12-31"
    typed["deadline"] = ["1.2.2027"]
    assert "is no date" in faults("barrier", typed, meaning)["deadline"]


def test_an_unknown_product_names_the_nearest():
    words = Words("en", {("product", "02"): "Meat", ("product", "04"): "Dairy produce"})
    meaning = Meaning(Register(()), Statistics(None), words)
    meaning.__dict__["_products"] = ["02", "04"]  # as a store has them
    told = faults(
        "barrier",
        {"title": ["x"], "origin": ["BLR"], "destination": ["KAZ"], "products": ["02", "05", "Diary produce"]},
        meaning,
    )
    assert told == {"products": told["products"]}
    assert "«05» is no known product" in told["products"]
    assert (
        "Nearest: Dairy produce (04)"
        in faults(
            "barrier",
            {"title": ["x"], "origin": ["BLR"], "destination": ["KAZ"], "products": ["Diary produce"]},
            meaning,
        )["products"]
    )


def test_what_the_library_refuses_stands_beside_its_field():
    told = faults("programme", {"title": ["x"], "parties": ["brin"], "start": ["2022"], "end": ["2021"]},
                  Meaning(Register((Party("brin", "Brinmark"),)), Statistics(None)))  # fmt: skip
    assert set(told) == {"end"}
    assert "lies before the start" in told["end"]


def test_the_arguments_of_a_target_are_read_line_by_line():
    arguments = "origin = Беларусь\r\ndestination=KAZ\r\n product = 02, 04 "
    typed = {"of": ["prg-food"], "indicator": ["Exports"], "value": ["2"], "period": ["2024"]}
    typed |= {"baseline_period": ["2020"], "unit": ["USD"], "arguments": [arguments]}
    record = read("target", typed, KNOWING).record
    assert isinstance(record, Target)
    assert record.indicator == "exports"
    assert dict(record.arguments) == {"origin": "BLR", "destination": "KAZ", "product": "02, 04"}
    told = faults("target", {**typed, "arguments": ["origin"], "period": ["24"]}, KNOWING)
    assert "«origin» is no argument" in told["arguments"]
    assert "«24» is no period" in told["period"]
    assert "«Belarsu»" in faults("target", {**typed, "arguments": ["origin = Belarsu"]}, KNOWING)["arguments"]


def test_rows_are_removed_left_out_when_empty_and_new_events_stand_by_their_date():
    old = Milestone(
        "m", "prg-food", "Step", "2030", (Event("2020", "scheduled"), Event("2022-05", "not met", note=" n "))
    )
    typed = filled(old)
    typed |= {
        "history-7-date": ["2021-03"],
        "history-7-state": ["partly met"],
        "history-8-date": [""],
        "history-8-note": [" "],
    }
    reading = read("milestone", typed, KNOWING, old=old)
    assert [event.date for event in reading.record.history] == ["2020", "2021-03", "2022-05"]
    assert reading.record.history[2] == old.history[1]
    assert reading.rows == {"history": (1, 7, 2)}
    assert reading.control_of("history 2 date") == "history-7-date"
    assert [reading.control_of(name) for name in ("due", "history", "history 9", "nowhere")] == [
        "due",
        "history",
        "history",
        "",
    ]
    assert (
        read("milestone", {**typed, "history-1-remove": ["yes"]}, KNOWING, old=old).record.history[0].date == "2021-03"
    )


def test_rows_are_found_by_their_numbers():
    assert rows_of("history", {"history-3-date": [], "history-1-by": [], "history": [], "historyx-2-date": []}) == [
        1,
        3,
    ]


def test_a_date_that_is_none_stands_last():
    assert in_order(["2020", "2021"], "soon") == 2


@pytest.mark.parametrize(("title", "made"), [
    ("Очередь на мосту", "bar-ochered-na-mostu"),
    ("Žlutý kůň", "bar-zluty-kun"),
    ("未来", "bar"),
    ("new", "bar-new"),
    ("", "bar"),
    ("x" * 300, "bar-" + "x" * 48),
])  # fmt: skip
def test_ids_are_proposed_in_latin_letters(title, made):
    assert propose_id("barrier", {"title": title}, lambda key: False) == made


def test_a_proposed_id_may_stand_in_an_address_and_is_not_taken():
    assert propose_id("party", {"name": "Export"}, lambda key: False) == "party-export"  # "export" is a page
    assert propose_id("party", {"name": "未来"}, lambda key: False) == "party"
    assert propose_id("barrier", {"title": "x"}, {"bar-x", "bar-x-2"}.__contains__) == "bar-x-3"
    assert (
        propose_id("target", {"of": "prg-food", "indicator": "exports", "period": "2024-Q1"}, lambda key: False)
        == "tgt-prg-food-exports-2024-q1"
    )


@given(st.text(max_size=80))
def test_a_slug_is_plain(text):
    assert set(slug(text)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert slug(slug(text)) == slug(text)


def test_two_who_wrote_at_once_are_put_together_field_by_field():
    base = {"title": ["T"], "due": ["2030"], "history-1-date": ["2020"], "history-1-note": [""]}
    mine = {
        "title": ["Mine"],
        "due": ["2030"],
        "history-1-date": ["2020"],
        "history-1-note": ["seen"],
        "history-2-date": ["2021"],
    }
    newer = {
        "title": ["T"],
        "due": ["2031"],
        "history-1-date": ["2020"],
        "history-1-note": [""],
        "history-2-date": ["2022"],
    }
    found = merged("milestone", base, mine, newer)
    assert (found["title"], found["due"]) == (["Mine"], ["2031"])
    assert found["history-1-note"] == ["seen"]
    assert (found["history-2-date"], found["history-3-date"]) == (["2022"], ["2021"])


def test_a_row_that_both_changed_is_kept_twice():
    base = {"history-1-date": ["2020"], "history-1-note": ["a"]}
    found = merged("milestone", base, {**base, "history-1-note": ["mine"]}, {**base, "history-1-note": ["theirs"]})
    assert (found["history-1-note"], found["history-2-note"]) == (["theirs"], ["mine"])
