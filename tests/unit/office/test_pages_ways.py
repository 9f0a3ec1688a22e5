"""The ways between pages: to a pair by name, from a record to what is added to it, from a list to a word."""

from __future__ import annotations

import pytest


def read(client, address: str) -> str:
    """The text of a page that is there."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_two_names_lead_to_the_page_of_the_pair(register, client_of):
    answer = client_of("").get("/regions", {"a": "Brinmark", "b": " kastovia"})
    assert (answer.status_code, answer["Location"]) == (302, "/pairs/XBR/XKA")
    wrong = client_of("").get("/regions", {"a": "Brimnark", "b": "XKA"})
    assert wrong.status_code == 404
    assert "Nearest known: &#39;Brinmark&#39;" in wrong.content.decode()
    assert client_of("").get("/regions", {"a": "Brinmark", "b": " "}).status_code == 200


def test_a_barrier_leads_to_its_pair_for_everybody(register, client_of):
    assert 'href="/pairs/XGA/XKA"' in read(client_of(""), "/register/barriers/bar-recycling")


def test_what_is_late_says_so_on_its_own_page(register, client_of):
    client = client_of("reporter-kastovia")
    address = "/register/milestones/mil-textiles-mill"
    assert "due, and no word since" in read(client, address)
    event = {"date": "2023-06-20", "state": "scheduled", "by": "kastovia"}
    sheet = read(client, f"{address}/report")
    tag = sheet.split('name="tag" value="')[1].split('"')[0]
    row = {f"history-1-{name}": value for name, value in event.items()}
    assert client.post(f"{address}/report", {"tag": tag, **row}).status_code == 302
    page = read(client, address)
    assert "due, and no word since" not in page
    assert '<span class="badge near">late</span>' in page


@pytest.mark.parametrize(
    ("address", "new"),
    [
        ("/register/programmes/prg-food", "/register/milestones/new?of=prg-food"),
        ("/register/sessions/ses-2023-plenary", "/register/decisions/new?session=ses-2023-plenary"),
        ("/forum/forum-2023", "/register/decisions/new?session=ses-2023-plenary"),
        ("/pairs/XBR/XKA", "/register/barriers/new?origin=XBR&amp;destination=XKA"),
    ],
)
def test_what_belongs_to_a_record_is_begun_there(register, client_of, address, new):
    assert f'href="{new}"' in read(client_of("editor"), address)
    assert "/new?" not in read(client_of(""), address)
    field = new.split("?")[1].split("=")[0]
    sheet = read(client_of("editor"), new.replace("&amp;", "&"))
    assert f'name="{field}" value="{new.split("=")[1].split("&")[0]}"' in sheet


def test_word_is_given_from_the_first_page_by_whom_it_concerns(register, client_of):
    way = 'href="/register/milestones/mil-textiles-mill/report"'
    assert way in read(client_of("reporter-kastovia"), "/")
    assert way not in read(client_of(""), "/")
    queue = 'href="/register/barriers/bar-carriers/report"'  # of Brinmark and Centria
    assert queue in read(client_of("reporter-brinmark"), "/")
    assert queue not in read(client_of("reporter-kastovia"), "/")


def test_a_notice_is_not_said_where_there_is_no_page(register, client_of):
    assert "Saved." in read(client_of(""), "/register/barriers/bar-recycling?notice=saved")
    lost = client_of("").get("/register/barriers/bar-weighing?notice=saved")
    assert lost.status_code == 404
    assert "Saved." not in lost.content.decode()


def test_the_usual_kind_is_told_too(register, client_of):
    page = read(client_of("editor"), "/register/barriers/bar-quota")
    assert "<dt>Kind</dt>" in page
