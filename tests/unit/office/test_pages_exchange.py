"""Registers out and in through the site: what somebody sees, dead formulas; a preview, then all of a file or none."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from hansa.commitments import counts, read_register
from hansa.commitments.records import Agreement, AssertedCount, Barrier, Event, Party
from hansa.office.comparison import compare
from hansa.office.intake import LARGEST, Incoming
from hansa.office.ledger import Edit, commit
from hansa.office.models import Account, Change, Intake, Revision
from hansa.office.pages.exchange import reporting_org
from hansa.office.permission import OFFICE
from hansa.office.snapshot import current
from hansa.office.statistics import statistics
from tests.unit.office.sent import form_of, words_of

FORUM = Path(__file__).parents[2] / "samples" / "register" / "forum_2023"
NEWLAND = "id,name,kind,region\nnewland,Newland,region,XIR\n"


def told(response) -> str:
    return words_of(response.content.decode())


def sent(name: str, content: str | bytes, **more: str) -> dict[str, object]:
    plain = content.encode() if isinstance(content, str) else content
    return {"file": SimpleUploadedFile(name, plain), **more}


def brought(client: Client, name: str, content: str | bytes, **more: str) -> str:
    response = client.post("/register/import", sent(name, content, **more))
    assert response.status_code == 302, told(response)
    return response["Location"]


def taken(client: Client, address: str, **more: str):
    page = client.get(address).content.decode()
    return client.post(address, {**form_of(page, "seen"), "act": "confirm", **more})


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def packed(folder: Path) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in sorted(folder.glob("*.csv")):
            archive.write(path, path.name)
    return stream.getvalue()


# ---- out ------------------------------------------------------------------------------------------------------------
FORMS = {
    "csv": ("application/zip", "register-csv.zip"),
    "json": ("application/json", "register.json"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "register.xlsx"),
    "xml": ("application/xml", "register.xml"),
}


def unpacked(content: bytes, form: str, folder: Path) -> Path:
    path = folder / f"register.{form}"
    if form != "csv":
        path.write_bytes(content)
        return path
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder / "register"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["", "editor"])
def test_a_file_holds_what_somebody_may_see_and_no_more(register, client_of, tmp_path, form, name):
    response = client_of(name).get(f"/register/export.{form}")
    kind, file = FORMS[form]
    assert response.status_code == 200
    assert response["Content-Type"].split(";")[0] == kind
    assert response["Content-Disposition"] == f'attachment; filename="{file}"'
    content = body(response)
    seen = current().register(register[name])
    found = read_register(unpacked(content, form, tmp_path))
    if form == "xml":
        assert {record.id for record in found.of(Agreement)} == {record.id for record in seen.of(Agreement)}
        text = content.decode()
        assert "IATI does not hold barriers: " in text.split("<iati-activities")[0]
        assert name == "editor" or "bar-weighing" not in text
    else:
        assert {record.id: record for record in found} == {record.id: record for record in seen}
        assert ("bar-weighing" in found) == (name == "editor")


def test_a_kind_can_be_chosen(register, client_of, tmp_path):
    for asked in ("barriers", "barrier"):
        found = json.loads(body(client_of("").get(f"/register/export.json?kind={asked}")))
        assert {kind for kind, listed in found.items() if listed} == {"barrier"}
    with zipfile.ZipFile(io.BytesIO(body(client_of("").get("/register/export.csv?kind=barrier")))) as archive:
        assert sorted(archive.namelist()) == ["register/barrier.csv", "register/event.csv"]
    assert client_of("").get("/register/export.json?kind=nothing").status_code == 404
    assert client_of("").get("/register/export.doc").status_code == 404
    assert client_of("").get("/register/export.xml?kind=barrier").status_code == 400
    assert client_of("").post("/register/export.json").status_code == 405


def test_who_reports_is_the_host_of_the_last_edition_or_whom_one_names(register, client_of):
    host = max(current().register().of(type(current().held["forum-2023"].record)), key=lambda one: one.start).host
    assert reporting_org(current().register()) == host
    assert f'<reporting-org ref="{host}"' in body(client_of("").get("/register/export.xml")).decode()
    named = body(client_of("").get("/register/export.xml?org=XM-EXAMPLE-1")).decode()
    assert '<reporting-org ref="XM-EXAMPLE-1"' in named


def test_an_empty_register_gives_empty_tables(bare, client_of):
    with zipfile.ZipFile(io.BytesIO(body(client_of("").get("/register/export.csv")))) as archive:
        assert archive.read("register/party.csv").decode("utf-8-sig") == "id,name,kind,region,parent,url\n"
    assert json.loads(body(client_of("").get("/register/export.json")))["party"] == []
    assert client_of("").get("/register/export.xml").status_code == 400


def test_formulas_are_dead(register, client_of):
    for number, text in enumerate(("=1+1", "+7", "-2", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x")')):
        record = Party(f"odd-{number}", text, kind="institution", url=text)
        commit(OFFICE, [Edit("create", record.id, record, draft=False)])
    with zipfile.ZipFile(io.BytesIO(body(client_of("").get("/register/export.csv")))) as archive:
        rows = list(csv.reader(io.StringIO(archive.read("register/party.csv").decode("utf-8-sig"))))
    odd = [row for row in rows if row[0].startswith("odd-")]
    assert len(odd) == 6
    assert all(cell.startswith("'") for row in odd for cell in (row[1], row[5]))
    book = openpyxl.load_workbook(io.BytesIO(body(client_of("").get("/register/export.xlsx"))))
    cells = [cell for row in book["party"].iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]


# ---- in: what it would change ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("form", FORMS)
def test_what_was_taken_out_changes_nothing_when_it_comes_back(register, client_of, form):
    client, number = client_of("editor"), current().number
    content = body(client.get(f"/register/export.{form}"))
    address = brought(client, FORMS[form][1], content)
    text = told(client.get(address))
    assert "New 0 Changed 0" in text
    assert "The register says all of this already" in text
    assert (current().number, Change.objects.count()) == (number, number)


def test_a_preview_shows_what_is_new_changed_and_unchanged_and_writes_nothing(register, client_of):
    content = NEWLAND + "brinmark,Brinmark II,region,XBR\nkastovia,Kastovia,region,XKA\n"
    client, number = client_of("editor"), current().number
    address = brought(client, "parties.csv", content)
    text = told(client.get(address))
    assert "New 1 Changed 1 Unchanged 1" in text
    assert "Name Brinmark Brinmark II" in text
    assert "parties.csv, line 2" in text
    assert "the file does not tell Part of, Address on the web" in text
    assert current().number == number
    assert "newland" not in current().held


def test_columns_and_tables_that_a_file_lacks_stay_as_they_are(register, client_of):
    old = current().held["prg-food"].record
    content = "id,title,parties\nprg-food,Renamed,brinmark|kastovia\n"
    response = taken(client_of("editor"), brought(client_of("editor"), "programmes.csv", content))
    assert response.status_code == 302
    assert current().held["prg-food"].record == replace(old, title="Renamed")
    assert old.history


def test_an_empty_cell_empties_a_field(register, client_of):
    commit(OFFICE, [Edit("create", "p", Party("p", "P", kind="institution", url="https://example.org"), draft=False)])
    client = client_of("editor")
    assert taken(client, brought(client, "parties.csv", "id,name,kind,url\np,P,institution,\n")).status_code == 302
    assert current().held["p"].record.url is None


def test_problems_are_told_with_row_and_field_and_nothing_can_be_taken(register, client_of):
    content = ("id,title,origin,destination,products,owner,deadline\n"
               "b1,One,XBX,XKA,04A,kast-trade,2030\n"
               "b2,Two,XBR,XKA,04Q,kast-trad,2030\n"
               "b3,Three,XBR,XBR,,,\n")  # fmt: skip
    client, number = client_of("chair"), current().number
    address = brought(client, "barriers.csv", content)
    text = told(client.get(address))
    assert "To be mended first 4" in text
    assert "barriers.csv, line 2 b1 Origin 'XBX' is no known region or bloc; nearest known:" in text
    assert "barriers.csv, line 3 b2 Products '04Q' is no known product; nearest known: '04A'" in text
    assert "'kast-trad'; nearest known: 'kast-trade'" in text
    assert "barriers.csv, line 4 b3 Destination" in text
    assert "Mend the file" in text
    response = client.post(address, {"act": "confirm", "seen": str(number)})
    assert response.status_code == 400
    assert current().number == number


def test_records_of_a_file_may_name_each_other_and_those_of_the_office(register, client_of, tmp_path):
    (tmp_path / "party.csv").write_text("id,name,kind,parent\nbureau,Bureau,institution,brinmark\n")
    (tmp_path / "barrier.csv").write_text("id,title,origin,destination,owner\nb1,One,XBR,XKA,bureau\n")
    (tmp_path / "event.csv").write_text("of,date,state,by\nb1,2023,reported,bureau\n")
    client = client_of("editor")
    response = taken(client, brought(client, "r.zip", packed(tmp_path)), what="from the bureau")
    assert response["Location"] == f"/register/changes/{current().number}?notice=imported"
    change = Change.objects.get(number=current().number)
    assert change.what == "from the bureau"
    assert {row.record for row in change.revisions.all()} == {"bureau", "b1"}
    assert current().held["b1"].draft  # editors bring drafts
    assert current().held["b1"].record.history == (Event("2023", "reported", by="bureau"),)
    assert not Intake.objects.exists()  # nothing of the file is kept


def test_cyclic_parents_are_refused(register, client_of):
    content = "id,name,kind,parent\na,A,institution,b\nb,B,institution,a\n"
    text = told(client_of("editor").get(brought(client_of("editor"), "parties.csv", content)))
    assert "its own parent: a > b > a" in text


def test_a_target_that_cannot_be_computed_needs_a_tick(register, client_of):
    content = ("id,of,indicator,value,period,baseline_period,unit,arguments\n"
               "t1,prg-food,ntm_coverage,0.1,2030,2020,share,region=XKA\n")  # fmt: skip
    client = client_of("editor")
    address = brought(client, "targets.csv", content)
    text = told(client.get(address))
    assert "Targets that cannot be computed yet (1)" in text
    assert "The side table 'ntm' is missing" in text
    assert taken(client, address).status_code == 400
    assert "t1" not in current().held
    assert taken(client, address, anyway="yes").status_code == 302
    assert current().held["t1"].record.indicator == "ntm_coverage"


def test_a_chair_may_take_in_what_is_published_at_once(register, client_of):
    chair = client_of("chair")
    assert taken(chair, brought(chair, "parties.csv", NEWLAND), **{"as": "published"}).status_code == 302
    assert not current().held["newland"].draft
    editor, other = client_of("editor"), NEWLAND.replace("newland", "other")
    assert taken(editor, brought(editor, "parties.csv", other), **{"as": "published"}).status_code == 302
    assert current().held["other"].draft


def test_an_id_of_another_kind_is_refused(register, client_of):
    text = told(client_of("editor").get(brought(client_of("editor"), "parties.csv", "id,name\nprg-food,Food\n")))
    assert "the register has it as a programme, and the file as a party" in text


# ---- in: two at once, cancelled, old, of others ---------------------------------------------------------------------
def test_a_record_that_was_changed_since_the_preview_is_a_conflict_and_shown_anew(register, client_of):
    client = client_of("editor")
    address = brought(client, "parties.csv", "id,name,kind,region\nirmavia,Mine,region,XIR\n")
    page = form_of(client.get(address).content.decode(), "seen")
    held = current().held["irmavia"]
    commit(OFFICE, [Edit("edit", "irmavia", replace(held.record, name="Theirs"), held.tag)])
    response = client.post(address, {**page, "act": "confirm"})
    assert response.status_code == 409
    assert "changed since this was shown (irmavia)" in told(response)
    assert "Name Theirs Mine" in told(response)
    assert current().held["irmavia"].record.name == "Theirs"
    again = form_of(response.content.decode(), "seen")
    assert client.post(address, {**again, "act": "confirm"}).status_code == 302
    assert current().held["irmavia"].record.name == "Mine"


def test_a_record_that_was_deleted_since_the_preview_is_a_conflict(register, client_of):
    commit(OFFICE, [Edit("create", "solo", Party("solo", "Solo", region="XIR"), draft=False)])
    client = client_of("editor")
    address = brought(client, "parties.csv", "id,name,kind,region\nsolo,Solo II,region,XIR\n")
    page = form_of(client.get(address).content.decode(), "seen")
    commit(OFFICE, [Edit("delete", "solo")])
    assert client.post(address, {**page, "act": "confirm"}).status_code == 409
    assert "solo" not in current().held
    for seen in ("", "x", "-1", "9" * 30):
        assert client.post(address, {**page, "act": "confirm", "seen": seen}).status_code == 409, seen


def test_what_is_changed_elsewhere_is_no_conflict(register, client_of):
    client = client_of("editor")
    address = brought(client, "parties.csv", NEWLAND)
    page = form_of(client.get(address).content.decode(), "seen")
    commit(OFFICE, [Edit("create", "solo", Party("solo", "Solo", region="XAL"), draft=False)])
    assert client.post(address, {**page, "act": "confirm"}).status_code == 302


def test_of_two_imports_of_one_record_one_wins_and_the_other_is_told(register, client_of):
    one, two = client_of("editor"), client_of("chair")
    addresses = [
        brought(client, "parties.csv", NEWLAND.replace("Newland", name)) for client, name in ((one, "A"), (two, "B"))
    ]
    pages = [
        form_of(client.get(address).content.decode(), "seen")
        for client, address in zip((one, two), addresses, strict=True)
    ]
    first = one.post(addresses[0], {**pages[0], "act": "confirm"})
    second = two.post(addresses[1], {**pages[1], "act": "confirm"})
    assert (first.status_code, second.status_code) == (302, 409)
    assert current().held["newland"].record.name == "A"
    assert Revision.objects.filter(record="newland").count() == 1
    assert Intake.objects.filter(account__name="chair").exists()  # still there, to be looked at


def test_confirming_twice_takes_it_in_once(register, client_of):
    client = client_of("editor")
    address = brought(client, "parties.csv", NEWLAND)
    page = {**form_of(client.get(address).content.decode(), "seen"), "act": "confirm"}
    assert client.post(address, page).status_code == 302
    assert client.post(address, page).status_code == 404
    assert Revision.objects.filter(record="newland").count() == 1


def test_a_cancelled_file_is_forgotten(register, client_of):
    client = client_of("editor")
    address = brought(client, "parties.csv", NEWLAND)
    assert client.post(address, {"act": "cancel"})["Location"] == "/register/import"
    assert client.get(address).status_code == 404
    assert not Intake.objects.exists()


def test_a_file_is_seen_by_who_brought_it_only_and_for_a_day(register, client_of):
    address = brought(client_of("editor"), "parties.csv", NEWLAND)
    assert client_of("chair").get(address).status_code == 404
    assert client_of("chair").post(address, {"act": "confirm", "seen": "9"}).status_code == 404
    assert "parties.csv" in told(client_of("editor").get("/register/import"))
    assert "parties.csv" not in told(client_of("chair").get("/register/import"))
    Intake.objects.update(at=timezone.now() - timedelta(days=1, minutes=1))
    assert client_of("editor").get(address).status_code == 404
    assert not Intake.objects.exists()


def test_few_files_of_one_account_wait_at_once(register, client_of):
    for _ in range(7):
        brought(client_of("editor"), "parties.csv", NEWLAND)
    assert Intake.objects.count() == 5


# ---- in: files that are refused, people who may not -----------------------------------------------------------------
HOSTILE = {
    "parties.csv": ("id,name\nbrin,A\nbrin,B\n", "line 3, column 'id'"),
    "projects.csv": ("id,title,partners,start,end\np,P,brinmark,2020,2019\n", "line 2, column 'end'"),
    "r.json": ('{"party": [{"id": "a", "name": "A"}], "nothing": []}', "no known kind of record"),
    "r.xml": ('<!DOCTYPE x [<!ENTITY a "b">]><iati-activities/>', "declares a document type"),
    "r.xlsx": (b"PK\x03\x04nothing", "directory is missing"),
    "virus.exe": (b"MZ", "none of .csv"),
    "odd.csv": (b"id,name\na,\0\n", "Choose the kind of record"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(register, client_of, name):
    content, message = HOSTILE[name]
    response = client_of("editor").post("/register/import", sent(name, content))
    assert response.status_code == 400
    assert message in told(response)
    assert "/tmp" not in told(response)
    assert not Intake.objects.exists()


ROUND = {
    "party.csv": ("id,name,kind,parent\nbureau,Bureau,{kind},brinmark\n", {"kind": ("institutoin", "institution")}),
    "barrier.csv": (
        "id,title,origin,destination,products,owner,deadline\n"
        "b1,One,XBR,{end},{product},bureau,2030\n"
        "b2,Two,XBR,XKA,04A,{owner},2030\n"
        "b3,Three,XBR,XKA,04A,kast-trade,{day}\n",
        {"end": ("XKB", "XKA"), "product": ("04Q", "04A"), "owner": ("kast-trad", "kast-trade"),
         "day": ("30.06.2030", "2030-06-30")},
    ),
    "event.csv": ("of,date,state,by\n{of},2023,reported,{by}\n", {"of": ("b9", "b1"), "by": ("kast-trade", "bureau")}),
}  # fmt: skip


def test_all_that_is_wrong_with_a_file_is_told_in_one_round(register, client_of, tmp_path):
    """Cells that cannot be read, and what other rows name in vain; what is told once mended, nothing else is."""

    def write(turn):
        for name, (text, faults) in ROUND.items():
            (tmp_path / name).write_text(text.format(**{key: both[turn] for key, both in faults.items()}))
        return packed(tmp_path)

    client = client_of("chair")
    page = told(client.post("/register/import", sent("r.zip", write(0))))
    assert "6 things are wrong, and nothing was read:" in page
    for place in ("party.csv, line 2, column 'kind'", "barrier.csv, line 2, column 'destination'",
                  "barrier.csv, line 2, column 'products'", "barrier.csv, line 3, column 'owner'",
                  "barrier.csv, line 4, column 'deadline'", "event.csv, line 2, column 'of'"):  # fmt: skip
        assert place in page, place
    assert "'kast-trad'; nearest known: 'kast-trade'" in page
    assert "'bureau'" not in page  # it is there, in a row that cannot be read
    russian = client.post("/register/import", sent("r.zip", write(0)), headers={"Accept-Language": "ru"})
    assert "no record has" not in russian.content.decode()
    address = brought(client, "r.zip", write(1))
    assert "To be mended first 0" in told(client.get(address))


def test_a_file_without_a_name_that_says_its_kind_is_told_by_the_form(register, client_of):
    address = brought(client_of("editor"), "../../etc/<b>my list.CSV", NEWLAND, kind="party")
    text = client_of("editor").get(address).content.decode()
    assert "<b>" not in text.split("<main")[1].split("New")[0]
    assert Intake.objects.get().source == "bmy list.CSV"


def test_no_file_is_no_import(register, client_of):
    assert "Choose a file" in told(client_of("editor").post("/register/import", {"kind": "party"}))


def test_more_than_is_taken_is_not_even_kept(register, client_of):
    response = client_of("editor").post("/register/import", sent("parties.csv", b"x" * (LARGEST + 1)))
    assert response.status_code == 413
    assert "larger than 20 MB" in told(response)


@pytest.mark.parametrize("name", ["", "visitor", "reporter-brinmark", "reporter-kastovia"])
def test_who_may_not_import_is_told_who_may(register, client_of, name):
    address = brought(client_of("editor"), "parties.csv", NEWLAND)
    client = client_of(name)
    for response in (client.get("/register/import"), client.post("/register/import", sent("parties.csv", NEWLAND)),
                     client.get(address), client.post(address, {"act": "confirm"})):  # fmt: skip
        assert response.status_code == (403 if name else 401)
        assert "editor, chair, administrator" in told(response)
    assert "newland" not in current().held


def test_an_editor_of_one_party_brings_records_of_that_party_only(register, client_of):
    client = client_of("editor-kastovia")
    own = "id,title,origin,destination\nb1,One,XKA,XCE\n"
    assert taken(client, brought(client, "barriers.csv", own)).status_code == 302
    other = brought(client, "barriers.csv", "id,title,origin,destination\nb2,Two,XIR,XCE\n")
    assert "this takes a role, of a party that is concerned or of all" in told(client.get(other))
    assert client.post(other, {"act": "confirm", "seen": str(current().number)}).status_code == 400
    hidden = Barrier("b3", "Hidden", "XIR", "XCE")
    commit(OFFICE, [Edit("create", "b3", hidden)])
    taken_id = told(client.get(brought(client, "barriers.csv", "id,title,origin,destination\nb3,Mine,XKA,XCE\n")))
    assert "another record has this id" in taken_id
    assert "Hidden" not in taken_id


def test_import_asks_for_its_key(register):
    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(name="editor"), backend="hansa.office.viewer.ByPassword")
    assert client.post("/register/import", sent("parties.csv", NEWLAND)).status_code == 403
    sent_ = form_of(client.get("/register/import").content.decode(), "kind")
    response = client.post("/register/import", {**sent_, **sent("parties.csv", NEWLAND)})
    assert response.status_code == 302
    assert client.post(response["Location"], {"act": "confirm"}).status_code == 403


def test_texts_of_a_file_stay_texts(register, client_of):
    content = (
        'id,name,kind\nx,"<script>alert(1)</script>",institution\nbrinmark,"<img src=x onerror=alert(1)>",region\n'
    )
    page = client_of("editor").get(brought(client_of("editor"), "parties.csv", content)).content.decode()
    assert "<script" not in page
    assert "<img" not in page


# ---- the article's register -----------------------------------------------------------------------------------------
def test_counts_that_speakers_stated_are_taken_in_beside_the_own_and_nothing_is_invented(people, client_of):
    """The counts of the forum of 2023, each with who said it, when and where; no agreement is made of them."""
    chair = client_of("chair")
    response = taken(chair, brought(chair, "forum_2023.zip", packed(FORUM)), **{"as": "published"})
    assert response.status_code == 302, told(response)
    register = current().register()
    assert {type(record) for record in register} == {Party, AssertedCount}
    rows = counts(register, on="2023-12-31").rows()
    assert [(row["stated"], row["unit"], row["own"]) for row in rows if row["speaker"]] == [
        (81, "agreements", 0),
        (73, "regions", 0),
        (28, "programmes", 0),
        (80e9, "RUB", None),
        (191, "agreements", 0),
        (77, "regions", 0),
    ]
    said = {(row["stated"], row["speaker"].split(",")[0], row["date"]) for row in rows if row["speaker"]}
    assert {(81, "A. Lukashenko", "2023-06"), (28, "V. Putin", "2023-06-28"), (191, "D. Volvach", "2023-06-27")} <= said
    assert all(row["source"] for row in rows if row["speaker"])


def test_what_is_compared_is_the_file_and_what_somebody_sees(register):
    now = current()
    incoming = Incoming((Party("newland", "Newland", region="XIR"),), {"newland": "line 2"}, (), {})
    found = compare(incoming, now, register["editor"], statistics())
    assert [(line.record.id, line.state, line.where) for line in found.lines] == [("newland", "new", "line 2")]
    assert found.edits(draft=True) == [Edit("create", "newland", incoming.records[0], draft=True)]
    assert not found.severe
