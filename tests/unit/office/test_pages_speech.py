"""A speech that is pasted, checked, kept, published and deleted."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from threading import BoundedSemaphore

import pytest
from django.db import connection

from hansa.commitments import counts
from hansa.commitments.records import Agreement, Event
from hansa.errors import DataError
from hansa.office import speech as checking
from hansa.office.ledger import Edit, commit
from hansa.office.models import Account, Change, Role, Speech
from hansa.office.pages.speech import settled, verdict_counts
from hansa.office.rate import alone
from hansa.office.snapshot import current
from hansa.office.speech import Spoken, Unchecked, examine
from hansa.office.statistics import statistics
from hansa.regions.lists import lists_beside
from hansa.report import checked_texts
from hansa.statements import claims, read_text
from hansa.trade.store import open_store
from hansa.wording import Words

SAID = (
    "Last year, trade in goods between Brinmark and Kastovia exceeded a record $18 billion, having risen by 12 percent."
)
IN_FORCE = (Event("2019-01-01", "signed"), Event("2020-01-01", "in force"))
FORM = {"text": SAID, "date": "2023-06-28", "speaker": "Ilsa Varo"}


def kept(people, **fields) -> Speech:
    """A speech in the office."""
    given = {
        "title": "A talk",
        "text": SAID,
        "date": "2023-06-28",
        "language": "en",
        "parties": ["brinmark", "kastovia"],
    }
    return Speech.objects.create(account_id=people["reporter-brinmark"].account, **{**given, **fields})


def test_the_form_says_how_long_it_takes_before_the_button(register, client_of):
    page = client_of("").get("/speech", {"region_a": "XBR"})
    text = page.text
    assert text.index("takes some seconds, at most 60") < text.index("Check the figures")
    assert 'value="XBR"' in text
    assert "Keep the speech" not in text


def test_the_answer_is_what_the_library_finds(register, sample_store):
    store = open_store(sample_store)
    lists = lists_beside(sample_store)
    document = read_text(SAID, spoken="2023-06-28", speaker="Ilsa Varo")
    wanted = checked_texts([claims(document, lists=lists)], store, lists=lists, names=["speech"])
    found = examine(Spoken(SAID, speaker="Ilsa Varo", date="2023-06-28"), sample_store)
    assert found.json == wanted.table().to_json()
    assert found.csv == wanted.table().to_csv()
    (text,) = wanted.texts
    standings = [text.standing(claim) for claim in text.claims]
    assert found.counts == {standing: standings.count(standing) for standing in standings}
    assert [claim.standing for claim in found.shown["ru"].claims] == standings
    cards = re.findall(r'id="t1-v\d+"', found.shown["en"].page)
    assert len(cards) == len(standings)


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("supported", "Brinmark")), ("ru", ("подтверждается", "Бринмарк"))]
)
def test_a_visitor_sees_verdicts_in_their_language(register, client_of, language, words):
    response = client_of("").post(f"/speech?language={language}", FORM)
    assert response.status_code == 200
    for word in (*words, "exceeded a record $18 billion", "speech.txt"):
        assert word in response.text
    assert 'value="keep"' not in response.text


@pytest.mark.parametrize(("do", "kind"), [("html", "text/html"), ("csv", "text/csv"), ("json", "application/json")])
def test_the_whole_of_it_is_a_file(register, client_of, do, kind):
    response = client_of("").post("/speech", {**FORM, "do": do})
    assert response["Content-Type"].startswith(kind)
    assert response["Content-Disposition"].startswith(f'attachment; filename="speech-checked.{do}"')
    if do == "csv":
        lines = [line for line in response.text.splitlines() if not line.startswith("#")]
        assert {row["claim"] for row in csv.DictReader(io.StringIO("\n".join(lines)))} == {"c1", "c2"}
    if do == "json":
        assert json.loads(response.content)
    assert not Speech.objects.exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"text": "  "}, "Paste the text"),
        ({"text": "x " * 60_000}, "longer than 100,000 characters"),
        ({"date": "28.06.2023"}, "This is no day"),
        ({"date": "1500-01-01"}, "This is no day"),
        ({"date": "2023-02-30"}, "This is no day"),
        ({"region_a": "XBR"}, "name both, or neither"),
        ({"region_a": "XBR", "region_b": "Brinmark"}, "one and the same"),
        ({"region_a": "XBR", "region_b": "Nowhereland"}, "no such region or bloc"),
        ({"party": "nobody"}, "no such party"),
        ({"text": "12345 67890"}, "Choose the language in the form"),
    ],
)
def test_what_cannot_be_checked_is_refused_with_the_text_kept(register, client_of, data, said):
    response = client_of("").post("/speech", {**FORM, **data})
    assert response.status_code == 400
    assert said in response.text
    assert (data.get("text") or SAID)[:20].strip() in response.text


def test_a_second_check_at_once_is_put_off(register, client_of):
    with alone("address 127.0.0.1"):
        response = client_of("").post("/speech", FORM)
        assert response.status_code == 429
        assert response["Retry-After"] == "60"
        assert "is being checked already" in response.text
        assert SAID in response.text.replace("&#39;", "'")
        assert client_of("editor").post("/speech", FORM).status_code == 200
    assert client_of("").post("/speech", FORM).status_code == 200


def test_no_more_are_checked_at_once_than_the_machine_bears(monkeypatch):
    monkeypatch.setattr(checking, "PATIENCE", 0.05)
    for _ in range(checking.AT_ONCE):
        assert checking._PLACES.acquire(timeout=1)
    try:
        with pytest.raises(Unchecked, match="Other texts are being checked") as busy:
            examine(Spoken(SAID), None)
        assert busy.value.status == 429
    finally:
        for _ in range(checking.AT_ONCE):
            checking._PLACES.release()


def test_a_check_that_takes_too_long_is_stopped(sample_store):
    with pytest.raises(Unchecked, match=r"took more than .* seconds and was stopped"):
        examine(Spoken(SAID), sample_store, seconds=0.05)


def test_a_check_that_breaks_off_says_so(tmp_path, caplog):
    with pytest.raises(Unchecked, match="broke off"):
        examine(Spoken(None), None)
    assert "TypeError" in caplog.text
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="manifest of the store is damaged") as wrong:
        examine(Spoken(SAID), tmp_path)
    assert str(tmp_path) not in str(wrong.value)


def test_without_statistics_figures_are_found_and_not_compared(blind, client_of):
    response = client_of("").post("/speech", FORM)
    assert response.status_code == 200
    assert "nothing was compared with data" in response.text
    assert "more than USD 18 bn" in response.text.replace("\xa0", " ")


def test_hostile_text_stays_text(register, client_of):
    evil = '<script>alert(1)</script> & "x" \u202e Trade between Brinmark and Kastovia rose by 12 percent in 2022.'
    fields = ("title", "speaker", "source", "region_a")
    response = client_of("editor").post("/speech", {"text": evil, **dict.fromkeys(fields, '"><img src=x onerror=1>')})
    assert response.status_code == 400
    page = client_of("editor").post("/speech", {"text": evil, "title": "<img src=x>", "source": "javascript:alert(1)"})
    assert page.status_code == 200
    for text in (response.text, page.text):
        assert "<script" not in text
        assert "<img" not in text
        assert "\u202e" not in text.partition("<textarea")[0]
    assert 'href="javascript' not in page.text
    again = {"text": evil, "title": "<img src=x>", "source": "javascript:alert(1)", "do": "html"}
    whole = client_of("editor").post("/speech", again).text
    assert "<script" not in whole
    assert "<img" not in whole


def test_staff_keep_a_speech_and_a_chair_publishes_it(register, client_of):
    client = client_of("reporter-brinmark")
    about = {"title": "A talk", "source": "https://example.org/talk", "region_a": "XBR", "region_b": "XKA"}
    data = {**FORM, **about, "do": "keep", "party": ["brinmark", "Kastovia"]}
    assert 'value="brinmark"' in client.post("/speech", {**FORM, **about}).text
    where = client.post("/speech", data)["Location"]
    one = Speech.objects.get()
    assert where == f"/speeches/{one.pk}?notice=saved"
    assert (one.parties, one.regions, one.draft, one.language) == (["brinmark", "kastovia"], ["XBR", "XKA"], True, "en")
    plain = f"/speeches/{one.pk}"
    seen = {name: client_of(name).get(plain).status_code for name in ("", "visitor", "reporter-brinmark", "chair")}
    assert seen == {"": 404, "visitor": 404, "reporter-brinmark": 200, "chair": 200}
    assert "A talk" not in client_of("").get("/speeches").text
    assert client.post(f"{plain}/publish").status_code == 403
    assert client_of("chair").post(f"{plain}/publish")["Location"] == f"{plain}?notice=published"
    assert client_of("chair").post(f"{plain}/publish").status_code == 409
    assert "A talk" in client_of("").get("/speeches").text
    page = client_of("").get(plain).text
    assert "https://example.org/talk" in page
    assert 'href="https://example.org' not in page
    assert "Rena" not in page
    assert client.post(f"{plain}/delete").status_code == 403
    assert client_of("chair").post(f"{plain}/delete")["Location"] == "/speeches?notice=gone"
    assert not Speech.objects.exists()
    told = Change.objects.filter(what__startswith="speech ").order_by("number").values_list("what", "account_id")
    chair = register["chair"].account
    assert list(told) == [("speech published: A talk", chair), ("speech deleted: A talk", chair)]


def test_what_a_text_tells_of_itself_is_kept_with_it(register, client_of):
    text = f"A talk\n\nSpoken: 28.06.2023\n\nThe President of Brinmark Ilsa Varo:\n\n— {SAID}\n"
    client_of("editor").post("/speech", {"text": text, "do": "keep"})
    one = Speech.objects.get()
    assert (one.title, one.date, one.speaker, one.regions) == ("A talk", "2023-06-28", "Ilsa Varo", [])


def test_the_parties_whose_regions_a_text_names_are_suggested_for_keeping(register, client_of):
    text = client_of("reporter-brinmark").post("/speech", FORM).text
    suggested = re.findall(r'name="party" list="parties" value="([^"]*)"', text)
    assert suggested == ["brinmark", "kastovia", ""]
    alone = "Exports of the region grew by 12 percent last year."
    text = client_of("reporter-brinmark").post("/speech", {**FORM, "text": alone}).text
    assert re.findall(r'name="party" list="parties" value="([^"]*)"', text) == ["", "", ""]


def test_a_visitor_keeps_nothing(register, client_of):
    assert client_of("").post("/speech", {**FORM, "do": "keep"}).status_code == 401
    assert client_of("visitor").post("/speech", {**FORM, "do": "keep"}).status_code == 403
    assert not Speech.objects.exists()


def test_a_draft_is_deleted_by_whoever_kept_it_without_a_word(register, client_of):
    one = kept(register)
    assert client_of("reporter-kastovia").post(f"/speeches/{one.pk}/delete").status_code == 403
    before = Change.objects.count()
    assert client_of("reporter-brinmark").post(f"/speeches/{one.pk}/delete").status_code == 302
    assert Change.objects.count() == before


@pytest.mark.parametrize(
    ("parties", "who"),
    [
        (["brinmark"], {"admin", "chair", "editor", "reporter-brinmark"}),
        (["kastovia"], {"admin", "chair", "editor", "editor-kastovia", "reporter-kastovia", "reporter-brinmark"}),
        ([], {"admin", "chair", "editor", "reporter-brinmark"}),
        (["no-more"], {"admin", "chair", "editor", "reporter-brinmark"}),
    ],
)
def test_a_draft_is_seen_by_those_whom_it_concerns_and_by_who_kept_it(register, client_of, parties, who):
    one = kept(register, parties=parties)
    assert {name for name in register if client_of(name).get(f"/speeches/{one.pk}").status_code == 200} == who
    listed = {name for name in register if f"/speeches/{one.pk}" in client_of(name).get("/speeches").text}
    assert listed == who


def test_the_whole_page_of_a_kept_speech_holds_its_own_policy(register, client_of):
    one = kept(register, draft=False)
    response = client_of("").get(f"/speeches/{one.pk}/page?language=ru")
    assert 'lang="ru"' in response.text
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src" not in policy
    assert client_of("").get(f"/speeches/{one.pk}/page?form=csv")["Content-Type"].startswith("text/csv")
    assert client_of("").get(f"/speeches/{one.pk}/page?form=exe").status_code == 404


def test_counts_of_a_kept_speech_are_asked_once(register, monkeypatch):
    one = kept(register)
    found = verdict_counts(one, Words("en"))
    assert sum(count for _, _, count in found) == 2
    assert statistics().knows(("speech", one.pk, one.version))
    with monkeypatch.context() as nobody:
        nobody.setattr(checking, "_PLACES", BoundedSemaphore(1))
        nobody.setattr(checking, "PATIENCE", 0.05)
        with checking._PLACES:  # nothing can be checked now
            assert verdict_counts(kept(register, text=f"{SAID} Thank you."), Words("ru")) is None
            russian = verdict_counts(one, Words("ru"))
    assert [count for _, _, count in russian] == [count for _, _, count in found]
    assert russian != found
    assert verdict_counts(kept(register, text="123", language=""), Words("en")) is None


def test_pages_of_a_pair_are_made_anew_when_a_speech_is_published(register, client_of):
    """A page that is kept for visitors would still show what is deleted."""
    visitor = client_of("")
    before = visitor.get("/pairs/XBR/XKA")
    one = kept(register)
    client_of("chair").post(f"/speeches/{one.pk}/publish")
    after = visitor.get("/pairs/XBR/XKA", headers={"if-none-match": before.get("ETag", "")})
    assert after.status_code == 200
    assert "A talk" in after.text
    client_of("chair").post(f"/speeches/{one.pk}/delete")
    assert "A talk" not in visitor.get("/pairs/XBR/XKA").text


def test_long_lists_have_pages(register, client_of):
    author = register["editor"].account
    Speech.objects.bulk_create(Speech(title=f"Talk {n:02}", text="x", language="en", draft=False, account_id=author)
                               for n in range(60))  # fmt: skip
    first, second = (client_of("").get(f"/speeches?page={n}").text for n in (1, 2))
    assert (first.count("Talk "), second.count("Talk ")) == (50, 10)
    assert "Next page" in first
    assert client_of("").get("/speeches?page=²").status_code == 200


def test_the_child_is_told_no_secret():
    assert not {"DATABASE_URL", "HANSA_OFFICE", "DJANGO_SETTINGS_MODULE"} & {*checking.SURROUNDINGS}


# ---- a draft is edited ----------------------------------------------------------------------------------------------
MENDED = {**FORM, "title": "The talk at the fair", "speaker": "Ilsa Varo", "party": ["brinmark", "kastovia"]}


def sent(one: Speech, **fields) -> dict:
    return {**MENDED, "version": str(one.version), "do": "save", **fields}


def test_who_kept_a_draft_edits_it_and_its_history_says_what_became_what(register, client_of):
    one, author = kept(register), client_of("reporter-brinmark")
    page = author.get(f"/speeches/{one.pk}").text
    assert f'href="/speeches/{one.pk}/edit"' in page
    form = author.get(f"/speeches/{one.pk}/edit").text
    for held in ('value="A talk"', 'value="2023-06-28"', 'value="brinmark"', "exceeded a record $18 billion"):
        assert held in form
    text = SAID.replace("18 billion", "19 billion")
    response = author.post(f"/speeches/{one.pk}/edit", sent(one, text=text, date="2023-06-29"))
    assert response["Location"] == f"/speeches/{one.pk}?notice=saved"
    one.refresh_from_db()
    assert (one.title, one.speaker, one.date, one.text) == (MENDED["title"], "Ilsa Varo", "2023-06-29", text)
    assert (one.version, one.draft, one.language, one.parties) == (2, True, "en", ["brinmark", "kastovia"])
    (told,) = one.edits.all()
    assert told.became == {
        "title": ["A talk", MENDED["title"]],
        "speaker": ["", "Ilsa Varo"],
        "date": ["2023-06-28", "2023-06-29"],
        "text": [SAID, text],
    }
    assert told.account.name == "reporter-brinmark"
    shown = client_of("chair").get(f"/speeches/{one.pk}").text
    assert "Changes of this speech" in shown
    assert "<del>A talk</del>" in shown
    assert "19 billion" in shown
    assert author.post(f"/speeches/{one.pk}/edit", sent(one, text=text, date="2023-06-29"))["Location"].endswith(
        "unchanged"
    )


def test_a_draft_is_checked_anew_before_it_is_saved(register, client_of):
    one, author = kept(register), client_of("reporter-brinmark")
    response = author.post(
        f"/speeches/{one.pk}/edit", sent(one, do="check", text=SAID.replace("18 billion", "1 billion"))
    )
    assert response.status_code == 200
    assert "Nothing is saved yet." in response.text
    assert "$1 billion" in response.text
    refused = author.post(f"/speeches/{one.pk}/edit", sent(one, text="12345 67890", language=""))
    assert refused.status_code == 400
    assert author.post(f"/speeches/{one.pk}/edit", sent(one, date="28.06.2023")).status_code == 400
    one.refresh_from_db()
    assert (one.text, one.version) == (SAID, 1)


def test_the_second_of_two_who_edit_a_draft_sees_both_and_nothing_is_lost(register, client_of):
    one = kept(register)
    first, second = client_of("reporter-brinmark"), client_of("chair")
    assert first.post(f"/speeches/{one.pk}/edit", sent(one, title="By the first")).status_code == 302
    late = second.post(f"/speeches/{one.pk}/edit", sent(one, title="By the second"))
    assert late.status_code == 409
    assert "somebody else changed this speech" in late.text
    for words in ("By the first", "By the second", "Rena Brinley", 'name="version" value="2"'):
        assert words in late.text
    assert second.post(f"/speeches/{one.pk}/publish", {"version": "1"}).status_code == 409
    again = second.post(f"/speeches/{one.pk}/edit", sent(one, title="By the second", version="2"))
    assert again.status_code == 302
    one.refresh_from_db()
    assert (one.title, one.version) == ("By the second", 3)
    assert [edit.became["title"] for edit in one.edits.order_by("version")] == [
        ["A talk", "By the first"],
        ["By the first", "By the second"],
    ]
    assert second.post(f"/speeches/{one.pk}/publish", {"version": "3"}).status_code == 302


def test_what_is_published_stays_as_it_was_said_and_visitors_see_no_history(register, client_of):
    one = kept(register)
    client_of("chair").post(f"/speeches/{one.pk}/edit", sent(one, title="Out soon"))
    assert client_of("chair").post(f"/speeches/{one.pk}/publish").status_code == 302
    late = client_of("chair").post(f"/speeches/{one.pk}/edit", sent(one, version="2", title="Other words"))
    assert late.status_code == 409
    visitor = client_of("").get(f"/speeches/{one.pk}").text
    assert "Out soon" in visitor
    assert "Changes of this speech" not in visitor
    assert "A talk" not in visitor


def test_what_a_draft_was_is_read_by_those_who_could_see_it_then(register, client_of):
    one, author = kept(register, parties=["brinmark"]), client_of("reporter-brinmark")
    author.post(f"/speeches/{one.pk}/edit", sent(one, title="Of one alone", party=["brinmark"]))
    author.post(f"/speeches/{one.pk}/edit", sent(one, title="Of both", party=["brinmark", "kastovia"], version="2"))
    author.post(f"/speeches/{one.pk}/edit", sent(one, title="Out", party=["brinmark", "kastovia"], version="3"))

    def read(name: str) -> list[str]:
        page = client_of(name).get(f"/speeches/{one.pk}").text
        return [title for title in ("A talk", "Of one alone", "Of both") if f"<del>{title}</del>" in page]

    before = ["A talk", "Of one alone", "Of both"]
    assert [read(name) for name in ("reporter-brinmark", "chair", "editor-kastovia")] == [before, before, ["Of both"]]
    assert client_of("chair").post(f"/speeches/{one.pk}/publish").status_code == 302
    assert [read(name) for name in ("reporter-brinmark", "chair", "editor-kastovia")] == [before, before, ["Of both"]]
    assert [read(name) for name in ("", "visitor")] == [[], []]


def test_a_speech_published_meanwhile_is_not_deleted_as_a_draft(register, client_of):
    """Between the question who may delete it and the deletion a chair publishes it."""
    one, said, published = kept(register), [], []

    def publish(execute, sql, params, many, context):
        found = any('"office_speech"' in one for one in said)
        said.append(sql)
        if found and sql.startswith("SAVEPOINT") and not published:  # with which the deletion begins
            published.append(Speech.objects.filter(pk=one.pk).update(draft=False))
        return execute(sql, params, many, context)

    author = client_of("reporter-brinmark")
    with connection.execute_wrapper(publish):
        assert author.post(f"/speeches/{one.pk}/delete").status_code == 409
    assert Speech.objects.filter(pk=one.pk, draft=False).exists()
    assert author.post(f"/speeches/{one.pk}/delete").status_code == 403


def test_a_draft_of_another_is_not_given_to_parties_of_which_the_editor_has_no_word(register, client_of):
    one = kept(register, parties=["kastovia"])
    Role.objects.create(account=Account.objects.get(name="editor-kastovia"), role="chair", party="kastovia")
    chair_of_one = client_of("editor-kastovia")
    given = sent(one, title="Of others", party=["brinmark"])
    assert chair_of_one.post(f"/speeches/{one.pk}/edit", given).status_code == 403
    assert chair_of_one.post(f"/speeches/{one.pk}/edit", {**given, "party": ["kastovia"]}).status_code == 302
    assert Speech.objects.get(pk=one.pk).parties == ["kastovia"]


def test_no_party_of_a_draft_is_lost_while_it_is_edited(register, client_of):
    many = [key for key, held in current().held.items() if held.kind == "party"][:5]
    one, chair = kept(register, parties=many), client_of("chair")
    form = chair.get(f"/speeches/{one.pk}/edit").text
    assert re.findall(r'name="party" list="parties" value="([^"]+)"', form) == many


# --- counts, held against the register --------------------------------------------------------------------------------
COUNTS = {
    "text": "Brinmark and Kastovia have signed 26 agreements. Brinmark and Kastovia removed 5 barriers.",
    "date": "2023-06-28",
    "speaker": "Ilsa Varo",
}


def test_a_count_is_held_against_the_register_of_the_office_and_never_contradicted_by_its_smallness(
    register, client_of
):
    page = client_of("").post("/speech", COUNTS).text
    own = next(
        row["own"] for row in counts(current().register()).rows() if row["speaker"] and row["what"] == "agreements"
    )
    assert _whole(page) == own < 26  # what the scorecard counts of the two on the day of the statement
    assert "Needs a register" not in page
    assert "The register may hold less than there is" in page
    assert "Stated elsewhere: agreements – 26 (Ilsa Varo, President of Brinmark, 2023-06-28" in page
    assert "contradicted" not in page.split("<main")[1].split("Off by")[0]
    russian = client_of("").post("/speech", COUNTS, headers={"accept-language": "ru"}).text
    assert "В реестре может быть не всё" in russian
    assert "those in force" not in russian


def test_a_count_is_of_what_the_asker_may_see(register, client_of):
    """An agreement that is a draft counts for those who see it, and is not told to a visitor by a number."""
    texts = [one for one in current().register() if isinstance(one, Agreement)]
    more = replace(texts[0], id="agr-unseen", title="Unseen", parties=("brinmark", "kastovia"), history=IN_FORCE)
    before = _whole(client_of("").post("/speech", COUNTS).text)
    commit(register["chair"], [Edit("create", "agr-unseen", more)])
    assert _whole(client_of("").post("/speech", COUNTS).text) == before
    assert _whole(client_of("chair").post("/speech", COUNTS).text) == before + 1
    held = current().held["agr-unseen"]
    commit(register["chair"], [Edit("publish", "agr-unseen", None, held.tag)])
    assert _whole(client_of("").post("/speech", COUNTS).text) == before + 1  # at once, though the text is the same


def _whole(page: str) -> int:
    """How many agreements of both sides are said to be in force."""
    return int(re.search(r"Counted in the register of this office on 2023-06-28: agreements – (\d+)", page)[1])


def test_a_kept_speech_that_counts_is_asked_anew_of_another_register_and_others_are_not(register):
    counting = kept(register, text=COUNTS["text"])
    plain = kept(register)
    assert not settled(counting)
    assert verdict_counts(counting, Words("en")) == [("not checkable", "", 2)]
    assert verdict_counts(plain, Words("en"))
    assert settled(counting)
    held = current().held["agr-free-trade"]
    commit(register["chair"], [Edit("edit", held.record.id, replace(held.record, title="Renamed"), held.tag)])
    assert settled(plain)
    assert not settled(counting)


def test_a_program_is_told_the_counts_too(register, client_of):
    sent = {"text": COUNTS["text"], "spoken": COUNTS["date"], "speaker": "Ilsa Varo"}
    told = client_of("").post("/api/v1/check", json.dumps(sent), content_type="application/json").json()
    assert "Counted in the register of this office" in told["claims"][0]["verdict"]
    rows = [row for row in told["readings"]["data"] if row["claim"] == "c1"]
    assert {row["outcome"] for row in rows} == {"not checkable"}
    assert all(row["figure"] < 26 for row in rows)


def test_hostile_words_stay_words_while_a_draft_is_edited(register, client_of):
    evil = "<script>alert(1)</script>\u202e"
    one, chair = kept(register, title=evil, speaker=evil, text=f"{SAID} {evil}"), client_of("chair")
    form = chair.get(f"/speeches/{one.pk}/edit").text
    late = chair.post(f"/speeches/{one.pk}/edit", sent(one, title="Mild", version="0")).text
    chair.post(f"/speeches/{one.pk}/edit", sent(one, title="Mild"))
    for page in (form, late, chair.get(f"/speeches/{one.pk}").text):
        assert "alert(1)" in page
        assert "<script" not in page
        assert "\u202e" not in page
