"""The pages that are read: home, register, lists, records, histories; to whom they show what, and that nothing acts."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from hansa.commitments import coverage
from hansa.commitments.records import (
    Agreement,
    Alignment,
    AssertedCount,
    Barrier,
    Decision,
    Edition,
    Event,
    Idea,
    Link,
    Milestone,
    Money,
    Party,
    Programme,
    Project,
    Session,
    Target,
)
from hansa.office.labels import OF_PLURAL, PLURAL
from hansa.office.ledger import Edit, commit
from hansa.office.models import Account
from hansa.office.permission import VISITOR
from hansa.office.snapshot import current
from hansa.office.statistics import statistics, today

OPEN_PAGES = (
    "/",
    "/register",
    *(f"/register/{plural}" for plural in OF_PLURAL),
    "/register/targets/tgt-textiles",
    "/register/barriers/bar-certificates",
    "/register/projects/prj-coast-ferry",
    "/register/alignments/aln-dairy",
    "/register/programmes/prg-food",
    "/register/parties/brinmark",
    "/register/editions/forum-2023",
    "/search?q=kast",
)
STAFF_PAGES = (
    "/register/barriers/bar-queue/history",
    "/register/barriers/bar-queue/history/1",
    "/register/changes",
    "/register/changes/1",
    "/register?on=2023-07-01",
    "/register/barriers?on=2023-07-01",
)
VOID = {"input", "meta", "link", "br"}


class Page(HTMLParser):
    """What a page holds: tags with their attributes, headings in order, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[int] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag):
        assert self.open[-1:] == [tag], f"</{tag}> ends {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def _page(client, address: str, status: int = 200, language: str = "en") -> Page:
    answer = client.get(address, headers={"accept-language": language})
    assert answer.status_code == status, (address, answer.status_code)
    return Page(answer.content.decode())


def _links(page: Page) -> list[str]:
    return [str(attributes.get("href")) for tag, attributes in page.tags if tag == "a"]


# ---- every page, for everybody, in both languages -------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("name", ["", "visitor", "reporter-kastovia", "editor"])
def test_every_page_is_shown_and_well_made(register, client_of, name, language):
    client = client_of(name)
    staff = register[name].staff
    for address in (*OPEN_PAGES, *STAFF_PAGES):
        refused = address in STAFF_PAGES and not staff
        page = _page(client, address, (403 if name else 401) if refused else 200, language)
        _well_made(page, address)
        assert ("html", {"lang": language}) in page.tags


def _well_made(page: Page, address: str) -> None:
    assert page.headings.count(1) == 1, address
    assert page.headings[0] == 1
    assert all(after - before <= 1 for before, after in zip(page.headings, page.headings[1:], strict=False)), address
    labelled = {attributes.get("for") for tag, attributes in page.tags if tag == "label"}
    for tag, attributes in page.tags:
        if tag in ("input", "select", "textarea") and attributes.get("type") not in ("hidden", "submit"):
            assert attributes.get("id") in labelled, (address, attributes)
        assert tag not in ("script", "style", "iframe", "object"), address
        assert not [name for name in attributes if name.startswith("on")], (address, attributes)
        assert "style" not in attributes, (address, tag)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids)), (address, sorted(ids))


@pytest.mark.parametrize("name", ["", "editor"])
def test_every_record_has_a_page(register, client_of, name):
    client = client_of(name)
    for record in current().register(register[name]):
        kind = current().held[record.id].kind
        _well_made(_page(client, f"/register/{PLURAL[kind]}/{record.id}"), record.id)


def test_pages_in_russian_say_it_in_russian(register, client_of):
    text = _page(client_of(""), "/register/barriers/bar-certificates", language="ru").text
    assert "Что говорит статистика" in text
    assert "Кастовия (XKA)" in text
    assert "снят" in text
    english = ("What the statistics say", "History", "removed", "Kastovia")
    assert not [word for word in english if word in text.replace("Standards Office of Brinmark", "")]


def test_an_office_without_statistics_shows_all_pages_and_says_what_lacks(blind, client_of):
    for address in OPEN_PAGES:
        _page(client_of(""), address)
    for address in ("/register/targets/tgt-textiles", "/register/barriers/bar-certificates", "/"):
        assert "this office has no statistics yet" in _page(client_of("editor"), address).text
    assert "Name a store of statistics in office.toml" in _page(client_of("admin"), "/").text


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("", {"/account/sign-in"}),
        ("visitor", set()),
        ("reporter-kastovia", {"/register/parties/new"}),
        ("editor", {"/register/import", "/register/parties/new"}),
    ],
)
def test_an_empty_office_says_what_to_do_first(people, client_of, name, steps):
    page = _page(client_of(name), "/")
    offered = {"/account/sign-in", "/register/import", "/register/parties/new"}
    inside = page.text.split("What to do first")[1]
    assert inside
    body = client_of(name).get("/").content.decode().split('class="empty"')[1].split("</div>")[0]
    assert {address for address in offered if f'"{address}"' in body} == steps


# ---- home -----------------------------------------------------------------------------------------------------------
def _day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


def test_home_tells_what_is_due_what_is_late_and_whether_word_was_given(register, client_of):
    steps = (
        Milestone("mil-soon", "prg-food", "Step that is near", _day(60)),
        Milestone("mil-far", "prg-food", "Step that is far", _day(120)),
        Milestone("mil-late", "prg-food", "Step that is late", _day(-10)),
        Milestone("mil-done", "prg-food", "Step that is done", _day(-10), (Event(_day(-11), "met"),)),
        Milestone("mil-told", "prg-food", "Step that was told", _day(-10), (Event(_day(-5), "scheduled"),)),
    )
    commit(register["chair"], [Edit("create", one.id, one, draft=False) for one in steps])
    text = client_of("").get("/").content.decode()
    late = text.split('id="late"')[1].split("</section>")[0]
    due = text.split('id="due"')[1].split("</section>")[0]
    moved = text.split('id="moved"')[1]
    assert "Step that is near" in due
    assert "Step that is far" not in text
    assert re.search(r"Step that is late</a>\s*<span class=\"badge bad\">no word since</span>", late)
    assert f"due {_day(-10)}, 10 days ago" in late
    assert re.search(r"Step that was told</a>.*word was given", late)
    assert "Step that is done" not in late + due
    assert "Step that is done" in moved  # its history has a line since the forum


def test_home_counts_targets_by_the_verdicts_that_the_generator_plants(register, client_of):
    text = _page(client_of(""), "/").text
    assert "Of 12 statistics that these promises were meant to move, 5 are where they were to be, 4 are not, " in text
    assert "of 3 it cannot be said" in text
    assert " 0 are " not in text


def test_home_leads_to_the_pairs_with_most_in_the_register(register, client_of):
    pairs = client_of("").get("/").content.decode().split('id="pairs"')[1].split("</section>")[0]
    found = re.findall(r'href="/pairs/([^/"]+)/([^/"]+)"', pairs)
    assert found[0] == ("XBR", "XKA")
    rows = coverage(current().register(VISITOR), statistics().figures, on=today()).rows()
    bound = [(row["one"], row["other"]) for row in rows if row["agreements"] or row["open_barriers"]]
    assert len(found) == min(6, len(bound))
    assert set(found) <= set(bound)


def test_home_shows_a_barrier_that_was_removed_since_the_forum(register, client_of):
    held = current().held["bar-queue"]
    gone = replace(held.record, history=(*held.record.history, Event("2023-09-01", "removed", by="brin-customs")))
    commit(register["editor"], [Edit("edit", gone.id, gone, held.tag)])
    moved = client_of("").get("/").content.decode().split("Barriers removed")[1]
    assert "bar-queue" in moved.split("What parties have reported since")[0]
    assert "bar-veterinary" not in moved  # removed long before


def test_drafts_wait_on_the_page_of_who_may_publish(register, client_of):
    shows = {name: "Drafts that wait for a chair" in _page(client_of(name), "/").text for name in register}
    assert [name for name, shown in shows.items() if shown] == ["admin", "chair"]


def test_a_reporter_sees_what_their_party_owes(register, client_of):
    text = client_of("reporter-kastovia").get("/").content.decode()
    own = text.split('id="own"')[1].split("</section>")[0]
    keys = re.findall(r'href="/register/[a-z]+/([^"]+)"', own)
    # late: the mill, the fee (decision and barrier), the report on the lane, all of Kastovia or bodies of it
    assert {"mil-textiles-mill", "dec-recycling", "bar-recycling", "dec-lane"} <= set(keys)
    assert "dec-ferry" not in keys  # of the Marrow Coast
    assert 'id="own"' not in client_of("editor").get("/").content.decode()


# ---- register and lists ---------------------------------------------------------------------------------------------
def test_stated_counts_stand_beside_own_ones_and_are_never_mixed(register, client_of):
    text = client_of("").get("/register").content.decode()
    own, stated = text.split('id="counts"')[1].split('id="stated"')
    # in force between the two on 2023-06-28: free trade, science, culture, coast, haven
    assert re.search(r"26</td>\s*<td class=\"figure\">5</td>\s*<td class=\"figure\">21</td>", stated)
    assert "26" not in own.split("</section>")[0].replace("2026", "")


def test_a_list_is_filtered_sorted_and_paged(register, client_of):
    many = [Party(f"firm-{number:03}", f"Firm {number:03}", kind="company") for number in range(120)]
    commit(register["chair"], [Edit("create", one.id, one, draft=False) for one in many])
    client = client_of("")

    def rows(query: str) -> list[str]:
        text = client.get(f"/register/{query}").content.decode()
        return re.findall(r'<th scope="row"><a href="/register/[a-z-]+/([^"]+)"', text)

    pages = [rows(f"parties?q=FIRM&page={number}") for number in (1, 2, 3, 9)]
    assert [len(page) for page in pages] == [50, 50, 20, 20]
    assert pages[0] + pages[1] + pages[2] == [one.id for one in many]
    assert rows("projects?state=suspended") == ["prj-coast-ferry", "prj-spinning-mill", "prj-service-centres"]
    assert rows("barriers?party=centria") == ["bar-labels", "bar-carriers"]
    assert rows("decisions?when=late") == ["dec-ferry", "dec-recycling", "dec-lane"]
    assert rows("editions?sort=date") == ["forum-2021", "forum-2022", "forum-2023"]
    assert rows("editions?sort=-date") == ["forum-2023", "forum-2022", "forum-2021"]
    assert rows("editions?sort=nonsense&page=-3&state=%00") == []


def test_an_unknown_kind_names_those_there_are(register, client_of):
    text = _page(client_of(""), "/register/agrements", 404).text
    assert "Nearest known: 'agreements'" in text
    assert all(plural in text for plural in OF_PLURAL)


def test_an_unknown_record_names_the_nearest(register, client_of):
    assert "'prg-food'" in _page(client_of(""), "/register/programmes/prg-fod", 404).text
    assert _page(client_of(""), "/register/barriers/prg-food", 404)  # there, and of another kind


def test_the_register_is_shown_as_it_stood(register, client_of):
    commit(register["chair"], [Edit("create", "later", Party("later", "Laterland", region="XIR"), draft=False)],
           at=datetime(2025, 3, 2, 12, tzinfo=UTC))  # fmt: skip
    other = Edit("create", "other", Party("other", "Otherland", region="XMO"), draft=False)
    commit(register["chair"], [Edit("delete", "later"), other], at=datetime(2025, 3, 4, 12, tzinfo=UTC))
    client = client_of("editor")
    there = {day: "Laterland" in _page(client, f"/register/parties?on={day}").text for day in
             ("2025-03-01", "2025-03-02", "2025-03-03", "2025-03-04")}  # fmt: skip
    assert there == {"2025-03-01": False, "2025-03-02": True, "2025-03-03": True, "2025-03-04": False}
    before = _page(client, "/register?on=2020-01-01").text
    assert "There was nothing in it on that day." in before
    assert "By kind" not in before
    assert "is no day" in _page(client, "/register?on=yesterday", 400).text


# ---- one record -----------------------------------------------------------------------------------------------------
def test_a_target_is_told_in_full(register, client_of):
    page = _page(client_of(""), "/register/targets/tgt-textiles")
    assert page.text.count("missed") >= 4  # beside the title, as the verdict, by each report
    assert "Wanted USD 600 mn (2022)" in page.text
    assert "hansa register progress" in page.text
    assert [tag for tag, _ in page.tags].count("svg") == 1
    assert "/indicators/exports" in _links(page)


def test_a_target_that_cannot_be_computed_says_which_table_is_missing(register, client_of):
    text = _page(client_of(""), "/register/targets/tgt-measures").text
    assert "not computable" in text
    assert "ntm" in text


@pytest.mark.parametrize("key", ["bar-veterinary", "bar-certificates", "bar-timber"])
def test_the_effect_of_a_removal_stands_with_an_interval_that_holds_the_truth(register, client_of, sample_store, key):
    with (Path(sample_store) / "truth" / "commitment.csv").open(encoding="utf-8") as file:
        truth = next(float(row["effect"]) for row in csv.DictReader(file) if row["id"] == key)
    text = _page(client_of(""), f"/register/barriers/{key}").text
    low, high = map(float, re.search(r"90% interval: ([\d.]+) to ([\d.]+) ;", text).groups())
    assert low <= round(truth, 2) <= high


def test_a_barrier_that_stands_has_trade_at_stake_and_no_effect(register, client_of):
    page = _page(client_of(""), "/register/barriers/bar-queue")
    assert "of the trade from Kastovia to Brinmark is of these products" in page.text
    assert "interval" not in page.text
    assert [tag for tag, _ in page.tags].count("svg") == 1


def test_a_decision_on_a_barrier_stands_on_its_page_and_on_that_of_its_pair(register, client_of):
    """It names no project, no idea and no target: the barrier alone leads there."""
    decision, client = current().held["dec-lane"].record, client_of("")
    assert (decision.project, decision.idea, decision.barrier) == (None, None, "bar-queue")
    barrier = _page(client, "/register/barriers/bar-queue").text
    assert "Decisions on it" in barrier
    assert barrier.count(decision.title) == 1  # not again under "Who names it"
    assert (
        "Решения о нём"
        in client.get("/register/barriers/bar-queue", headers={"Accept-Language": "ru"}).content.decode()
    )
    assert "/register/barriers/bar-queue" in _links(_page(client, "/register/decisions/dec-lane"))
    for pair, there in (("XKA/XBR", True), ("XBR/XKA", True), ("XBR/XOR", False)):
        assert ("/register/decisions/dec-lane" in _links(_page(client, f"/pairs/{pair}"))) is there, pair


def test_money_is_not_counted_twice(register, client_of):
    text = _page(client_of(""), "/register/projects/prj-dairy-line").text
    # the second payment of one bank replaces its first: 41 + 18, not 20 + 41 + 18
    assert "USD 60.0 mn USD 60.0 mn USD 59.0 mn" in text


def test_the_way_from_idea_to_project_is_shown(register, client_of):
    for address in ("ideas/ide-ferry", "decisions/dec-ferry", "projects/prj-coast-ferry"):
        text = client_of("").get(f"/register/{address}").content.decode()
        chain = text.split('id="chain"')[1].split("</section>")[0]
        titles = ("A ferry between the coasts", "Open the ferry", "Ferry from the Marrow Coast")
        assert [title in chain for title in titles] == [True] * 3


def test_acts_stand_beside_each_other_with_their_party(register, client_of):
    text = client_of("").get("/register/alignments/aln-dairy").content.decode()
    acts = text.split('id="acts"')[1].split("</section>")[0]
    assert re.findall(r">([^<>]+)</a></p><p>([^<]+)</p>", acts) == [
        ("Brinmark", "Milk Act of Brinmark 2014"),
        ("Kastovia", "Kastovian Order on Milk 2011"),
    ]


@pytest.mark.parametrize(
    ("name", "deeds"),
    [
        ("", []),
        ("visitor", []),
        ("reporter-kastovia", ["edit", "report", "delete"]),
        ("editor", ["edit", "report", "delete"]),
        ("chair", ["publish", "edit", "report", "delete"]),
    ],
)
def test_deeds_on_a_draft_are_those_of_the_role(register, client_of, name, deeds):
    answer = client_of(name).get("/register/barriers/bar-weighing")
    if not register[name].staff:
        assert answer.status_code == 404
        return
    assert re.findall(r'<a class="button [a-z]*" href="/register/barriers/bar-weighing/(\w+)"',
                      answer.content.decode()) == deeds  # fmt: skip


@pytest.mark.parametrize(
    ("name", "deeds"),
    [
        ("visitor", []),
        ("reporter-brinmark", []),  # it is Kastovia's
        ("reporter-kastovia", ["report"]),
        ("editor", ["edit", "report"]),
        ("chair", ["edit", "report", "withdraw", "delete"]),
    ],
)
def test_deeds_on_a_published_record_are_those_of_the_role(register, client_of, name, deeds):
    text = client_of(name).get("/register/decisions/dec-recycling").content.decode()
    found = re.findall(r'<a class="button [a-z]*" href="/register/decisions/dec-recycling/(\w+)"', text)
    assert found == deeds


# ---- histories ------------------------------------------------------------------------------------------------------
def test_a_history_says_who_when_and_what_became_what(register, client_of):
    held = current().held["mil-machines-service"]
    new = replace(
        held.record, title="Twelve service centres", history=(*held.record.history, Event("2023-08-01", "met"))
    )
    commit(
        register["editor"],
        [Edit("edit", new.id, new, held.tag)],
        "counted anew",
        at=datetime(2024, 5, 6, 7, 8, tzinfo=UTC),
    )
    text = _page(client_of("reporter-brinmark"), "/register/milestones/mil-machines-service/history").text
    assert "Edda Lind (secretariat) · 2024-05-06 07:08 UTC" in text
    assert "counted anew" in text
    assert "Title Ten service centres in Brinmark Twelve service centres" in text
    assert "History nothing 2023-08-01 · met" in text  # only the line that came
    assert "the office · 2023-06-15 09:00 UTC" in text
    before = _page(client_of("editor"), "/register/milestones/mil-machines-service/history/1").text
    assert "Ten service centres in Brinmark" in before
    assert "2023-08-01" not in before
    assert _page(client_of("editor"), "/register/milestones/mil-machines-service/history/7", 404)


def test_an_erased_account_is_told_by_its_pseudonym(register, client_of):
    held = current().held["mil-food-lab"]
    commit(register["editor"], [Edit("edit", held.record.id, replace(held.record, title="Laboratory"), held.tag)])
    Account.objects.filter(name="editor").update(name="erased-1", full_name="", email="")
    text = _page(client_of("chair"), "/register/milestones/mil-food-lab/history").text
    assert "erased-1 ·" in text
    assert "Edda Lind" not in text


def test_what_was_deleted_keeps_its_history(register, client_of):
    commit(register["chair"], [Edit("delete", "dec-lane")], "told twice")
    client = client_of("reporter-kastovia")
    assert _page(client, "/register/decisions/dec-lane", 404)
    text = _page(client, "/register/decisions/dec-lane/history").text
    assert "It is deleted; its history is kept." in text
    assert "told twice" in text
    assert "Report on the second lane for lorries" in _page(client, "/register/changes").text


def test_changes_are_shown_the_latest_first_and_page_by_page(register, client_of):
    for number in range(30):
        held = current().held["mil-food-lab"]
        new = replace(held.record, title=f"Laboratory {number}")
        commit(register["editor"], [Edit("edit", held.record.id, new, held.tag)], f"step {number}")
    client = client_of("editor")
    first = _page(client, "/register/changes")
    assert first.text.index("step 29") < first.text.index("step 5")
    assert "step 4 " not in first.text
    more = next(link for link in _links(first) if "before=" in link)
    assert "step 4 " in _page(client, more).text


def test_a_visitor_is_asked_to_sign_in_before_a_history(register, client_of):
    page = _page(client_of(""), "/register/barriers/bar-queue/history", 401)
    assert any(link.startswith("/account/sign-in") for link in _links(page))


def test_a_draft_is_marked_among_published_barriers(register, client_of):
    draft = Barrier("bar-waiting", "A queue that waits", "XBR", "XKA")
    public = Barrier("bar-told", "A queue that is told", "XBR", "XKA")
    commit(register["chair"], [Edit("create", draft.id, draft), Edit("create", public.id, public, draft=False)])
    page = client_of("chair").get("/pairs/XBR/XKA").content.decode()
    assert f'{draft.title}</a> <span class="badge draft">' in page
    assert f"{public.title}</a> <span" not in page


# ---- nothing of a draft ---------------------------------------------------------------------------------------------
def test_a_visitor_sees_nothing_of_a_draft(register, client_of):
    """Lists, counts, home, search, who names it, what belongs to it."""
    shown = {address: client_of("").get(address).content.decode() for address in (
        *OPEN_PAGES, "/register/parties/kast-trade", "/register/barriers?party=kastovia",
        "/register/barriers?q=weighing",
        "/register/barriers?names=kast-trade", "/search?q=weighing", "/register/barriers?state=reported",
    )}  # fmt: skip
    leaks = [address for address, text in shown.items() if "bar-weighing" in text or "Second weighing" in text]
    assert leaks == []
    assert ">9</td>" in shown["/register"].split('href="/register/barriers"')[1][:60]
    for address in ("/register/barriers/bar-weighing", "/register/barriers/bar-weighing/history"):
        answer = client_of("").get(address)
        assert "Second weighing" not in answer.content.decode()
    known, unknown = (client_of("").get(f"/register/barriers/{key}") for key in ("bar-weighing", "bar-weighinh"))
    assert known.status_code == unknown.status_code == 404
    assert "'bar-weighing'" not in unknown.content.decode().replace("&#39;", "'")


def test_a_reporter_sees_nothing_of_a_draft_of_others(register, client_of):
    draft = Barrier(
        "bar-secret", "Secret levy", "XHO", "XFE", owner="fennoria", history=(Event("2023-07-01", "reported"),)
    )
    after = commit(register["editor"], [Edit("create", draft.id, draft)], "whispered")
    client = client_of("reporter-kastovia")
    for address in (
        *OPEN_PAGES,
        *STAFF_PAGES,
        "/register/barriers",
        "/search?q=levy",
        f"/register/barriers?on={_day(0)}",
    ):
        text = client.get(address).content.decode()
        assert "bar-secret" not in text, address
        assert "Secret levy" not in text, address
        assert "whispered" not in text, address
    assert client.get(f"/register/changes/{after.number}").status_code == 404
    assert client.get("/register/barriers/bar-secret/history").status_code == 404
    assert "whispered" in client_of("editor").get("/register/changes").content.decode()


def test_what_was_a_draft_of_others_is_told_from_its_publication_on(register, client_of):
    draft = Barrier("bar-secret", "Rude first title", "XHO", "XFE", owner="fennoria")
    commit(register["editor"], [Edit("create", draft.id, draft)], "rude words")
    commit(register["editor"], [Edit("edit", draft.id, replace(draft, title="Levy"))])
    commit(register["chair"], [Edit("publish", draft.id)])
    text = _page(client_of("reporter-kastovia"), "/register/barriers/bar-secret/history").text
    assert "Levy" in text
    assert "Rude" not in text
    assert "rude" not in _page(client_of("reporter-kastovia"), "/register/changes").text
    assert "Rude first title" in _page(client_of("editor"), "/register/barriers/bar-secret/history").text


def test_what_was_withdrawn_is_hidden_with_its_past(register, client_of):
    public = Barrier("bar-open", "Levy of old", "XHO", "XFE", owner="fennoria")
    commit(register["chair"], [Edit("create", public.id, public, draft=False)], at=datetime(2024, 1, 1, tzinfo=UTC))
    assert "Levy of old" in _page(client_of("reporter-kastovia"), "/register/barriers").text
    commit(register["chair"], [Edit("withdraw", public.id)], at=datetime(2024, 6, 1, tzinfo=UTC))
    client = client_of("reporter-kastovia")
    for address in ("/register/barriers", "/register/barriers?on=2024-02-01", "/register/changes", "/search?q=levy"):
        assert "Levy of old" not in _page(client, address).text, address
    assert client.get("/register/barriers/bar-open/history/1").status_code == 404


# ---- hostile text ---------------------------------------------------------------------------------------------------
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>{{7*7}}\u202eevil'


def _hostile() -> Iterator[object]:
    """A record of every kind with text that would act in every field that takes free text."""
    told = (Event("2023-01-01", "signed", by="h-party", evidence=HOSTILE, note=HOSTILE),)

    def history(state: str) -> tuple[Event, ...]:
        return (replace(told[0], state=state),)

    yield Party("h-party", HOSTILE, kind="company", url="javascript:alert(3)//" + HOSTILE)
    yield Agreement("h-agr", HOSTILE, ("brinmark", "h-party"), history=history("signed"))
    yield Programme("h-prg", HOSTILE, ("brinmark",), sector=HOSTILE, history=history("approved"))
    yield Milestone("h-mil", "h-prg", HOSTILE, "2024-01-01", history("scheduled"))
    yield Target("h-tgt", "h-prg", "exports", 1.0, "2025", "2020", "USD", {"origin": "XBR", "destination": "XKA"})
    money = (Money(1e6, "USD", "planned", "2023-01-01", "h-party"),)
    begun = history("preparation")
    yield Project("h-prj", HOSTILE, ("h-party",), HOSTILE, programme="h-prg", amounts=money, history=begun)
    yield Barrier("h-bar", HOSTILE, "XBR", "XKA", owner="h-party", deadline="2024-01-01", history=history("reported"))
    yield Alignment("h-aln", HOSTILE, ("brinmark", "h-party"), (HOSTILE, HOSTILE), history("compared"))
    yield Edition("h-edi", HOSTILE, 5, "h-party", "2024-06-01", "2024-06-02")
    yield Session("h-ses", "h-edi", HOSTILE, "2024-06-01")
    yield Idea("h-ide", HOSTILE, "h-edi", "h-party", HOSTILE, "h-prj", history("proposed"))
    yield Decision("h-dec", HOSTILE, "h-ses", "h-party", "2024-07-01", "h-ide", "h-prj", "h-bar", history("taken"))
    yield Link("h-lnk", "h-prg", "document", HOSTILE, "javascript:alert(4)//" + HOSTILE, "2024-01-01")
    yield AssertedCount("h-say", HOSTILE, 3.0, HOSTILE, ("h-party",), HOSTILE, "2024-01-01", HOSTILE)


@pytest.mark.parametrize("name", ["", "chair"])
def test_text_that_would_act_is_shown_and_does_nothing(register, client_of, name):
    records = list(_hostile())
    commit(register["chair"], [Edit("create", one.id, one, draft=False) for one in records], HOSTILE)
    client = client_of(name)
    addresses = ["/", "/register", "/search?q=script", f"/search?q={HOSTILE}", f"/register/barriers?q={HOSTILE}",
                 f"/register/barriers?party={HOSTILE}&names=h-party&sort=%22%3E"]  # fmt: skip
    for record in records:
        kind = PLURAL[current().held[record.id].kind]
        addresses += [f"/register/{kind}", f"/register/{kind}/{record.id}"]
        addresses += (
            [f"/register/{kind}/{record.id}/history", f"/register/{kind}/{record.id}/history/1"] if name else []
        )
    addresses += ["/register/changes", f"/register/changes/{current().number}"] if name else []
    shown = 0
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        text = answer.content.decode()
        page = Page(text)
        assert "\u202e" not in text, address
        _harmless(page, address)
        shown += "<script>alert(1)</script>" in page.text
        assert "49evil" not in text
    assert shown > len(records)


def _harmless(page: Page, address: str) -> None:
    for tag, attributes in page.tags:
        assert tag not in ("script", "img"), address
        assert not [name for name in attributes if name.startswith("on")], address
        assert not str(attributes.get("href", "")).lower().startswith("javascript:"), address


def test_the_policy_of_contents_is_on_every_page(register, client_of):
    for address in OPEN_PAGES:
        assert "default-src 'none'" in client_of("").get(address)["Content-Security-Policy"]


# ---- words that agree -----------------------------------------------------------------------------------------------
GENDER = {  # of the Russian name of a kind: the ending of a short or full form that agrees with it
    "barrier": ("торговый", ("сообщён", "подтверждён", "частично снят", "снят", "отклонён")),
    "programme": ("", ("предложена", "утверждена", "завершена", "отменена")),
    "milestone": ("", ("намечен", "выполнен", "выполнен частично", "не выполнен")),
    "project": ("", ("завершён", "приостановлен", "отменён")),
    "idea": ("", ("предложена", "поддержана", "стала проектом", "отклонена")),
    "agreement": ("торговое", ("согласовано", "подписано", "изменено", "прекращено")),
    "decision": ("", ("принято", "исполнено", "просрочено", "отменено")),
}


@pytest.mark.parametrize("kind", GENDER)
def test_russian_words_of_a_form_agree_with_the_kind_of_record(register, client_of, kind):
    plain, states = GENDER[kind]
    headers = {"Accept-Language": "ru"}
    form = client_of("chair").get(f"/register/{PLURAL[kind]}/new", headers=headers).content.decode()
    offered = re.findall(r"<option value=\"[^\"]*\"[^>]*>([^<]+)</option>", form)
    offered += re.findall(r"<input type=\"checkbox\"[^>]*>\s*([^<]+)<", form)
    assert {*states, *filter(None, [plain])} <= {word.strip() for word in offered}, sorted(offered)
    if kind not in ("agreement", "decision", "alignment"):
        neuter = ("торговое", "предложено", "завершено", "отменено", "выполнено", "намечено", "приостановлено")
        assert not {*neuter} & {word.strip() for word in offered}


def test_russian_words_agree_on_pages_lists_and_feeds(register, client_of):
    def seen(address):
        return client_of("").get(address, headers={"Accept-Language": "ru"}).content.decode()

    assert "торговый" in seen("/register/barriers/bar-quota")
    assert "завершена" in seen("/register/programmes") or "завершено" not in seen("/register/programmes")
    assert "выполнен" in seen("/register/milestones")
    assert "выполнено<" not in seen("/register/milestones")
    assert "приостановлен" in seen("/register/projects/prj-coast-ferry")
    assert "приостановлено" not in seen("/register/projects/prj-coast-ferry")
