"""Accounts as administrators keep them: made, given roles, locked out, let in again, erased."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from hansa.office.models import Account, Role, Token
from hansa.office.viewer import viewer_of

from .conftest import PASSWORD


def enter(name: str, password: str) -> Client:
    """A browser in which somebody signs in by password."""
    client = Client()
    assert client.post("/account/sign-in", {"username": name, "password": password}).status_code == 302
    return client


def of(name: str) -> Account:
    """An account by its name."""
    return Account.objects.get(name=name)


@pytest.mark.parametrize("path", ["/people", "/people/new", "/people/1"])
@pytest.mark.parametrize("name", ["", "visitor", "reporter-brinmark", "editor", "chair"])
def test_only_administrators_see_accounts(client_of, path, name):
    client = client_of(name)
    wanted = 403 if name else 401
    assert client.get(path).status_code == wanted
    if path != "/people":
        assert client.post(path, {"do": "erase", "sure": "1", "name": "x"}).status_code == wanted
    assert not Account.objects.filter(name="x").exists()


def test_the_list_says_who_may_what(client_of):
    page = client_of("admin").get("/people").text
    for part in ("editor-kastovia", "Rena Brinley", "never yet", "of the demonstration", "Full name"):
        assert part in page
    assert client_of("admin").get("/people/999").status_code == 404


def test_a_new_account_has_a_password_that_is_shown_once(register, client_of):
    client = client_of("admin")
    data = {
        "name": "Ольга <b>",
        "full_name": 'Olga "x"',
        "email": "o@example.org",
        "role": "reporter",
        "party": "brinmark",
    }
    response = client.post("/people/new", data)
    assert response.status_code == 200
    password = re.search(r'class="secret">([\w-]{16})<', response.text)[1]
    made = of("Ольга <b>")
    assert "<b>" not in response.text.replace("<b>Ольга", "")
    assert password not in client.get(f"/people/{made.pk}").text
    assert password not in made.password
    assert viewer_of(made).roles == (("reporter", "brinmark"),)
    assert made.must_change_password
    signed_in = enter("ОЛЬГА <b>", password)
    assert signed_in.get("/account").status_code == 200


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": ""}, "This field cannot be blank."),
        ({"name": "EDITOR"}, "Somebody has this name already"),
        ({"name": "former-3"}, "as the pseudonyms of erased accounts do"),
        ({"name": "a\u202eb"}, "signs that are seen"),
        ({"name": "x" * 90}, "at most 80 characters"),
        ({"name": "new", "email": "nowhere"}, "valid email"),
        ({"name": "new", "role": "administrator", "party": "brinmark"}, "An administrator is one everywhere"),
        ({"name": "new", "role": "editor", "party": "nobody"}, "There is no such party"),
        ({"name": "new", "role": "king"}, "is no known role"),
    ],
)
def test_an_account_that_cannot_be_is_refused(register, client_of, data, said):
    before = Account.objects.count()
    response = client_of("admin").post("/people/new", data)
    assert response.status_code in (400, 404)
    assert said in response.text.replace("&#39;", "'")
    assert Account.objects.count() == before


def test_roles_are_given_and_taken(register, client_of):
    client, one = client_of("admin"), of("visitor")
    where = f"/people/{one.pk}"
    assert client.post(where, {"do": "give", "role": "editor", "party": "kastovia"}).status_code == 302
    assert client.post(where, {"do": "give", "role": "editor", "party": "kastovia"}).status_code == 302
    assert viewer_of(one).roles == (("editor", "kastovia"),)
    assert "Kastovia" in client.get(where).text
    assert client.post(where, {"do": "give", "role": "editor", "party": "nobody"}).status_code == 409
    assert client.post(where, {"do": "take", "role": "editor", "party": "kastovia"}).status_code == 302
    assert viewer_of(one).roles == ()


def test_administrators_do_not_lock_themselves_out(client_of):
    client, own = client_of("admin"), of("admin")
    where = f"/people/{own.pk}"
    for data in (
        {"do": "take", "role": "administrator"},
        {"do": "deactivate"},
        {"do": "erase", "sure": "1"},
        {"do": "password"},
    ):
        response = client.post(where, data)
        assert response.status_code == 409
        assert "This is your own" in response.text
    Role.objects.create(account=of("chair"), role="administrator")
    assert client.post(where, {"do": "take", "role": "administrator"}).status_code == 409
    assert client_of("chair").post(where, {"do": "take", "role": "administrator"}).status_code == 302
    assert client.get("/people").status_code == 403


def test_the_last_administrator_is_not_taken_away_by_another(client_of):
    """Whoever administers for one party only is no reason to lose the one who does so everywhere."""
    Role.objects.create(account=of("chair"), role="administrator", party="brinmark")
    where = f"/people/{of('admin').pk}"
    for data in ({"do": "take", "role": "administrator"}, {"do": "deactivate"}, {"do": "erase", "sure": "1"}):
        response = client_of("chair").post(where, data)
        assert response.status_code == 409
        assert "last administrator" in response.text
    assert of("admin").is_active


def test_a_new_password_ends_sessions_and_is_to_be_changed(client_of):
    there = enter("editor", PASSWORD)
    response = client_of("admin").post(f"/people/{of('editor').pk}", {"do": "password"})
    password = re.search(r'class="secret">([\w-]{16})<', response.text)[1]
    assert there.get("/account").status_code == 401
    assert of("editor").must_change_password
    assert Client().post("/account/sign-in", {"username": "editor", "password": PASSWORD}).status_code == 400
    enter("editor", password)


def test_who_is_deactivated_is_out_at_once(client_of):
    there, one = enter("editor", PASSWORD), of("editor")
    Token.objects.create(account=one, name="x", digest="1" * 64)
    where = f"/people/{one.pk}"
    assert client_of("admin").post(where, {"do": "deactivate"}).status_code == 302
    assert there.get("/account").status_code == 401
    assert Client().post("/account/sign-in", {"username": "editor", "password": PASSWORD}).status_code == 400
    assert "deactivated" in client_of("admin").get("/people").text
    assert client_of("admin").post(where, {"do": "activate"}).status_code == 302
    enter("editor", PASSWORD)
    assert client_of("admin").post(where, {"do": "tokens"}).status_code == 302
    assert not Token.objects.exists()


def test_an_account_is_erased_when_that_is_sure(client_of):
    client, one = client_of("admin"), of("editor")
    where = f"/people/{one.pk}"
    assert "Tick that you are sure" in client.post(where, {"do": "erase"}).text
    assert client.post(where, {"do": "erase", "sure": "1"}).status_code == 302
    page = client.get(where).text
    assert "Edda" not in page
    assert f"former-{one.pk}" in page
    for do in ("password", "activate", "give", "erase"):
        response = client.post(where, {"do": do, "role": "editor", "sure": "1"})
        assert response.status_code == 409
        assert "is erased" in response.text
    assert "former-" not in client.get("/people").text
    assert "pseudonyms only: 1" in client.get("/people").text


def test_what_is_nothing_is_not_done(client_of):
    assert client_of("admin").post(f"/people/{of('editor').pk}", {"do": "promote"}).status_code == 400
