"""Pages as the register stood on a day before."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hansa import tables
from hansa.commitments.records import Barrier, Party
from hansa.office.ledger import Edit, commit
from hansa.office.pages.past import register_on
from hansa.office.permission import OFFICE
from hansa.office.snapshot import current

BEFORE, DAY = datetime(2023, 6, 20, 12, tzinfo=UTC), "2023-06-21"
PAGES = ("/", "/pairs/XBR/XKA", "/scorecard", "/register/barriers/bar-veterinary", "/register", "/register/barriers")


@pytest.fixture
def renamed(register):
    """The sample register, in which a barrier was called otherwise on the day, and one was not there any more later."""
    old = current().held["bar-veterinary"]
    gone = Barrier("bar-gone", "Stamps nobody wants", "XBR", "XKA", "trade", owner="kast-trade")
    as_was = replace(old.record, title="Vets as they were")
    commit(
        OFFICE,
        [Edit("edit", "bar-veterinary", as_was, old.tag), Edit("create", "bar-gone", gone, draft=False)],
        at=BEFORE,
    )
    commit(OFFICE, [Edit("edit", "bar-veterinary", old.record), Edit("delete", "bar-gone")])
    return register


def read(client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_a_page_says_as_of_which_day_it_is_and_the_way_back(renamed, client_of, address):
    text = read(client_of("chair"), f"{address}?on={DAY}")
    assert f"As it stood on {DAY}." in text
    assert f'<a href="{address}">As it stands now</a>' in text
    assert re.search(rf'name="on" type="date" required max="[\d-]+" value="{DAY}"', text)
    now = read(client_of("chair"), address)
    assert "As it stood on" not in now
    assert 'name="on" type="date"' in now


def test_what_was_changed_or_deleted_later_is_as_it_was(renamed, client_of):
    chair = client_of("chair")
    for address in ("/pairs/XBR/XKA", "/register/barriers"):
        then, now = read(chair, f"{address}?on={DAY}"), read(chair, address)
        for title in ("Vets as they were", "Stamps nobody wants"):
            assert title in then
            assert title not in now
    assert "Vets as they were" in read(chair, f"/register/barriers/bar-veterinary?on={DAY}")
    assert "Stamps nobody wants" in read(chair, f"/register/barriers/bar-gone?on={DAY}")
    assert chair.get("/register/barriers/bar-gone").status_code == 404
    files = [b"".join(chair.get(f"/register/export.json{asked}").streaming_content) for asked in (f"?on={DAY}", "")]
    assert [b"Vets as they were" in file for file in files] == [True, False]


@pytest.mark.parametrize("address", PAGES)
def test_links_keep_the_day_and_nothing_can_be_written(renamed, client_of, address):
    text = read(client_of("chair"), f"{address}?on={DAY}")
    main = text.split('<main id="content">')[1].split("</main>")[0].split("</p>", 1)[1]  # after what leads back to now
    kinds = r'href="((?:/|/scorecard|/register(?:/[a-z-]+(?:/[\w-]+)?)?|/pairs/\w+/\w+)(?:\?[^"#]*)?)(?:#[^"]*)?"'
    kept = [one for one in re.findall(kinds, main) if not re.search(r"/(new|import|changes)\b", one)]
    assert kept or address == "/scorecard"
    assert [one for one in kept if f"on={DAY}" not in one] == []
    for deed in ("/edit", "/publish", "/withdraw", "/delete", "/report", "/new", "/word"):
        assert f'{deed}"' not in main
    header = text.split("</header>")[0]
    for place in ("/", "/register", "/scorecard"):
        assert f'href="{place}?on={DAY}"' in header


def test_a_pair_by_another_name_leads_on_with_the_day(renamed, client_of):
    response = client_of("chair").get("/pairs/Brinmark/Kastovia", {"on": DAY, "language": "ru"})
    assert response["Location"] == f"/pairs/XBR/XKA?on={DAY}&language=ru"


@pytest.mark.parametrize("address", ["/", "/register", "/register/barriers", "/scorecard"])
def test_where_little_was_there_nothing_can_be_added_either(people, client_of, address):
    only = Party("early", "Early bird", kind="institution")
    commit(OFFICE, [Edit("create", "early", only, draft=False)], at=datetime(2001, 1, 1, tzinfo=UTC))
    for day in ("2000-01-01", "2001-01-02"):
        main = read(client_of("chair"), f"{address}?on={day}").split('<main id="content">')[1].split("</main>")[0]
        assert not re.search(r'href="[^"]*/(?:new|import)[?"]', main)


@pytest.mark.parametrize("address", ["/", "/pairs/XBR/XKA", "/register/barriers/bar-veterinary"])
def test_what_is_told_by_the_statistics_of_today_says_so(renamed, client_of, address):
    said = f"By the statistics of today, not by those of {DAY}."
    assert said in read(client_of("chair"), f"{address}?on={DAY}")
    assert said not in read(client_of("chair"), address)


@pytest.mark.parametrize("address", PAGES)
def test_who_holds_no_role_sees_no_day_before_and_no_way_to_it(renamed, client_of, address):
    assert client_of("").get(f"{address}?on={DAY}").status_code == 401
    assert client_of("visitor").get(f"{address}?on={DAY}").status_code == 403
    assert 'name="on" type="date"' not in read(client_of(""), address)


@pytest.mark.parametrize("address", PAGES)
def test_what_is_no_day_is_refused(renamed, client_of, address):
    for day in ("soon", "2023-02-30", "10000-01-01"):
        response = client_of("chair").get(address, {"on": day})
        assert response.status_code == 400
        assert "is no day" in response.text


def test_the_first_and_the_last_of_days(register, client_of):
    assert "There was nothing in it on that day." in read(client_of("chair"), "/register?on=0001-01-01")
    assert "nothing in it" not in read(client_of("chair"), "/register?on=9999-12-31")
    for address in ("/", "/pairs/XBR/XKA", "/scorecard"):
        for day in ("0001-01-01", "9999-12-31"):
            read(client_of("chair"), f"{address}?on={day}")


def test_what_somebody_may_not_see_now_they_do_not_see_as_it_stood(renamed):
    tag = current().held["bar-veterinary"].tag
    commit(OFFICE, [Edit("withdraw", "bar-veterinary", tag=tag)])  # a draft now, of Brinmark and Kastovia
    viewer = renamed["chair"]
    assert "bar-veterinary" in register_on(DAY, current(), viewer).held
    stranger = replace(viewer, roles=(("editor", "galdia"),))
    assert "bar-veterinary" not in register_on(DAY, current(), stranger).held


def test_what_was_deleted_as_a_draft_is_not_read_as_it_stood_published_by_who_could_not_see_it_last(renamed):
    chair = renamed["chair"]
    stranger = replace(chair, roles=(("editor", "galdia"),))
    assert "bar-gone" in register_on(DAY, current(), stranger).held  # it was deleted while everybody could see it
    again = Barrier("bar-quiet", "Taken back", "XBR", "XKA", "trade", owner="kast-trade")
    commit(OFFICE, [Edit("create", "bar-quiet", again, draft=False)], at=BEFORE)
    commit(OFFICE, [Edit("withdraw", "bar-quiet")])
    commit(OFFICE, [Edit("delete", "bar-quiet")])
    assert "bar-quiet" in register_on(DAY, current(), chair).held
    assert "bar-quiet" not in register_on(DAY, current(), stranger).held


def test_another_day_is_another_answer_of_the_statistics(renamed, client_of):
    from hansa.office.verdicts import register_key

    chair = renamed["chair"]
    now, then = current(), register_on(DAY, current(), chair)
    assert register_key(now, chair) != register_key(then, chair)
    assert register_on("2100-01-01", now, chair) is now


# ---- after a start --------------------------------------------------------------------------------------------------
def test_the_first_page_does_not_wait_for_the_statistics(register, client_of):
    """While another thread asks, as the warming after a start does, the register is shown and the rest is to come."""
    asking, enough = threading.Event(), threading.Event()

    def ask() -> None:
        with tables.ENGINE:
            asking.set()
            enough.wait(60)

    other = threading.Thread(target=ask)
    other.start()
    asking.wait(60)
    try:
        response = client_of("").get("/")
    finally:
        enough.set()
        other.join()
    text = response.content.decode()
    assert response.status_code == 200
    assert "is being worked out" in text
    assert '<meta http-equiv="refresh" content="5">' in text
    assert response["Cache-Control"] == "no-store"
    assert "Late" in text
    after = client_of("").get("/")
    assert "is being worked out" not in after.content.decode()
    assert "http-equiv" not in after.content.decode()
    assert "ETag" in after


def test_a_party_made_later_is_not_there_before(register, client_of):
    commit(OFFICE, [Edit("create", "late-comer", Party("late-comer", "A late comer", region="XIR"), draft=False)])
    chair = client_of("chair")
    assert "A late comer" in read(chair, "/register/parties")
    assert "A late comer" not in read(chair, f"/register/parties?on={DAY}")
    assert chair.get(f"/register/parties/late-comer?on={DAY}").status_code == 404
