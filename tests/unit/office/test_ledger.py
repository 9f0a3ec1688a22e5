"""The ledger: rights, conflicts and checks before anything is written, and all of a change or none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction

from hansa.commitments.entry import Refused
from hansa.commitments.records import KINDS, Event, Milestone, Party
from hansa.errors import Conflict, HansaError, NotAllowed
from hansa.office.ledger import Edit, commit, note
from hansa.office.models import Change, Entry, Reference, Revision
from hansa.office.snapshot import Snapshot, as_of, current, forget, up_to


def test_a_change_is_one_row_each_of_change_and_revision(register):
    before = current()
    party = Party("new-one", "Newland", region="XIR")
    after = commit(register["editor"], [Edit("create", "new-one", party)], "a newcomer")
    assert after.number == before.number + 1
    change = Change.objects.get(number=after.number)
    assert (change.account_id, change.what) == (register["editor"].account, "a newcomer")
    assert [(r.record, r.version, r.action, r.draft) for r in change.revisions.all()] == [
        ("new-one", 1, "created", True)
    ]
    assert after.held["new-one"].record == party


def test_a_draft_is_seen_by_those_who_work_on_it(register):
    now = current()
    seen = {name for name, viewer in register.items() if "bar-weighing" in now.register(viewer)}
    everybody = {"admin", "chair", "editor", "editor-kastovia", "reporter-brinmark", "reporter-kastovia"}
    assert seen == everybody  # it concerns Brinmark and Kastovia
    with pytest.raises(HansaError, match="'bar-weighing' is no known barrier"):
        now.find("bar-weighing", register["visitor"], "barrier")


def test_who_wrote_second_on_one_version_is_told(register):
    held = current().held["mil-food-lab"]
    one = replace(held.record, title="One")
    commit(register["editor"], [Edit("edit", "mil-food-lab", one, held.tag)])
    with pytest.raises(Conflict, match="changed meanwhile"):
        commit(register["chair"], [Edit("edit", "mil-food-lab", replace(held.record, title="Two"), held.tag)])
    assert current().held["mil-food-lab"].record.title == "One"


def test_nothing_is_written_of_a_change_of_which_one_part_is_refused(register):
    number, rows = current().number, Revision.objects.count()
    good = Edit("create", "ok", Party("ok", "Fine", region="XIR"))
    bad = Edit("create", "bad", Milestone("bad", "prg-fod", "Nothing", "2030"))
    with pytest.raises(Refused) as refused:
        commit(register["editor"], [good, bad])
    assert refused.value.by_field[0][0] == "bad of"
    assert "prg-food" in str(refused.value)
    assert (current().number, Revision.objects.count()) == (number, rows)
    assert not Entry.objects.filter(id="ok").exists()


def test_what_is_named_is_not_deleted(register):
    with pytest.raises(Refused, match="'prg-food' is named by"):
        commit(register["chair"], [Edit("delete", "prg-food")])


def test_what_is_published_names_no_draft(register):
    draft = Edit("create", "p", Party("p", "Newland", region="XIR"))
    commit(register["editor"], [draft])
    held = current().held["prg-food"]
    wider = replace(held.record, parties=(*held.record.parties, "p"))
    with pytest.raises(Refused, match="'p', which it names, is a draft"):
        commit(register["editor"], [Edit("edit", "prg-food", wider, held.tag)])


def test_a_published_decision_names_no_barrier_that_is_a_draft_or_not_there(register):
    held = current().held["dec-mark"]
    for barrier, why in (("bar-weighing", "'bar-weighing', which it names, is a draft"), ("bar-wieghing", "no record")):
        named = replace(held.record, barrier=barrier)
        with pytest.raises(Refused, match=why):
            commit(register["chair"], [Edit("edit", "dec-mark", named, held.tag)])


def test_a_reporter_gives_word_and_alters_nothing_else(register):
    held = current().held["mil-food-lab"]
    word = Event("2023-07-01", "met", by="brin-standards")
    told = replace(held.record, history=(*held.record.history, word))
    with pytest.raises(NotAllowed):
        commit(register["reporter-brinmark"], [Edit("edit", held.record.id, told, held.tag)])
    after = commit(register["reporter-brinmark"], [Edit("report", held.record.id, told, held.tag)])
    assert after.held["mil-food-lab"].record.history[-1] == word
    again = replace(told, title="Another", history=(*told.history, Event("2023-08-01", "met")))
    with pytest.raises(HansaError, match="adds an event"):
        commit(register["reporter-brinmark"], [Edit("report", held.record.id, again, after.held["mil-food-lab"].tag)])


def test_an_id_lives_on_in_its_history(register):
    commit(register["editor"], [Edit("create", "p", Party("p", "One", region="XIR"))])
    commit(register["chair"], [Edit("delete", "p")])
    assert "p" not in current().held
    after = commit(register["editor"], [Edit("create", "p", Party("p", "Two", region="XIR"))])
    assert [
        (r.version, r.action, r.content["name"]) for r in Revision.objects.filter(record="p").order_by("version")
    ] == [
        (1, "created", "One"),
        (2, "deleted", "One"),
        (3, "created", "Two"),
    ]
    assert as_of(after.number - 2).held["p"].record.name == "One"
    assert "p" not in as_of(after.number - 1).held


def test_a_snapshot_made_step_by_step_is_that_made_at_once(register):
    held = current().held["prg-food"]
    commit(register["editor"], [Edit("edit", "prg-food", replace(held.record, title="Other"), held.tag)])
    stepwise = current()
    forget()
    assert dict(current().held) == dict(stepwise.held)
    assert {entry.id for entry in Entry.objects.all()} == set(stepwise.held)


def test_the_register_that_a_change_gives_is_the_one_that_is_read_again(register):
    """Record, kind, version, draft, number and moment of each, whatever was done."""
    admin, old = register["admin"], current().held["prg-food"]
    for edits in (
        [Edit("create", "p", Party("p", "One", region="XIR"), draft=False)],
        [Edit("edit", "prg-food", replace(old.record, title="Other", parties=[*old.record.parties]), old.tag)],
        [Edit("delete", "p"), Edit("withdraw", "dec-lane")],
        [Edit("create", "p", Party("p", "Two", region="XIR")), Edit("publish", "dec-lane")],
        [Edit("publish", "p")],
    ):
        given = commit(admin, edits)
        forget()
        read = current()
        assert read is not given
        assert (read.number, dict(read.held)) == (given.number, dict(given.held))
    assert given.held["p"].version == 4  # made, deleted, made again, published


def test_a_note_that_was_taken_back_hides_no_later_change(register):
    with transaction.atomic():
        note(register["admin"], "speech published: A talk")
        transaction.set_rollback(True)
    commit(register["admin"], [Edit("create", "p", Party("p", "One", region="XIR"))])
    assert "p" in current().held


def test_who_is_overtaken_gets_the_register_of_their_own_change(register):
    editor, held = register["editor"], current().held["mil-food-lab"]
    one = commit(editor, [Edit("edit", "mil-food-lab", replace(held.record, title="One"), held.tag)])
    tag = one.held["mil-food-lab"].tag
    two = commit(editor, [Edit("edit", "mil-food-lab", replace(held.record, title="Two"), tag)])
    assert up_to(one.number) is one  # and is not read anew from the beginning
    assert up_to(two.number) is two
    assert current() is two


def test_what_is_known_of_a_snapshot_is_taken_over_rightly(register):
    """After every kind of edit, what was carried on is what is found anew."""
    admin, before = register["admin"], current()

    def known(snapshot):
        everything = snapshot.everything
        return (
            {record.id: record for record in everything},
            {kind: [held.record.id for held in snapshot.of(kind, admin)] for kind in KINDS},
            {key: [(held.record.id, name) for held, name in snapshot.naming(key, admin)] for key in snapshot.held},
            {kind: {record.id for record in everything.of(kind)} for kind in KINDS.values()},
        )

    known(before)
    milestone = before.held["mil-food-lab"]
    elsewhere = replace(milestone.record, of="prg-machines")
    leaf = sorted(key for key in before.held if not before.naming(key, admin) and key != "mil-food-lab")[0]
    for edits in (
        [Edit("create", "p", Party("p", "Newland", region="XIR"), draft=False)],
        [Edit("edit", "mil-food-lab", elsewhere, milestone.tag)],
        [Edit("delete", leaf), Edit("create", "q", Party("q", "Farland", "institution", parent="p"))],
        [Edit("publish", "q")],
    ):
        after = commit(admin, edits)
        stepwise = known(after)
        assert stepwise == known(Snapshot(after.number, dict(after.held)))


def test_the_database_knows_who_names_whom(register):
    assert Reference.objects.filter(source_id="mil-food-lab", target_id="prg-food").exists()


@pytest.mark.parametrize("write", [
    lambda: Entry.objects.update(draft=False),
    lambda: Entry.objects.all().delete(),
    lambda: Revision.objects.bulk_create([]),
    lambda: Entry.objects.first().save(),
    lambda: Revision.objects.first().delete(),
    lambda: Change.objects.first().save(),
])  # fmt: skip
def test_history_cannot_be_passed_by(register, write):
    with pytest.raises(HansaError, match="without history"):
        write()
