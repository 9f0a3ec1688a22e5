"""Accounts: the way in and out, wrong passwords, what is held on somebody, being forgotten."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from rest_framework.settings import api_settings

from hansa.commitments.records import Party
from hansa.office.account import LastAdministrator, erase, locked, sessions_of
from hansa.office.api.tokens import digest
from hansa.office.ledger import Edit, commit
from hansa.office.models import Account, Change, Intake, Role, Speech, Token
from hansa.office.viewer import viewer_of
from tests.growth import assert_cheaper

from .conftest import PASSWORD

NEW = "four random words do well"
OWN = ("/account", "/account/password", "/account/tokens", "/account/erase", "/account/export")
POSTS = (
    *("/account/sign-in", "/account/sign-out", "/account", "/account/password", "/account/tokens", "/account/erase"),
    *("/people/new", "/people/1", "/speech", "/speeches/1/edit", "/speeches/1/publish", "/speeches/1/delete"),
)


def enter(client: Client, name: str, password: str = PASSWORD, **more: str):
    """What the form of signing in answers."""
    return client.post("/account/sign-in", {"username": name, "password": password, **more})


def test_signing_in_leads_to_the_first_page_and_out_again(people):
    client = Client()
    assert "Sign in" in client.get("/account/sign-in").text
    assert enter(client, "EDITOR")["Location"] == "/"
    assert "Edda Lind" in client.get("/account").text
    assert client.get("/account/sign-out").status_code == 405
    assert client.post("/account/sign-out")["Location"] == "/?notice=signed-out"
    assert client.get("/account").status_code == 401


def test_a_name_beyond_ascii_is_known_in_any_case(people):
    Account.objects.create_account("Анна", PASSWORD, must_change_password=False)
    assert enter(Client(), "аННА").status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:/x",
        "evil",
        "\t//evil",
    ],
)
def test_it_goes_on_to_own_addresses_only(people, address):
    client = Client()
    page = client.get("/account/sign-in", {"next": address})
    assert 'name="next"' not in page.text
    assert enter(client, "editor", next=address)["Location"] == "/"


def test_it_goes_on_to_where_one_came_from(people):
    assert enter(Client(), "editor", next="/register?x=1")["Location"] == "/register?x=1"
    client = Client()
    client.force_login(Account.objects.get(name="editor"), backend="hansa.office.viewer.ByPassword")
    assert client.get("/account/sign-in", {"next": "/forum"})["Location"] == "/forum"


def test_a_session_that_somebody_planted_is_not_the_one_that_is_signed_in(people):
    client = Client()
    planted = client.session
    planted["seen"] = "before"
    planted.save()
    client.cookies["office_session"] = planted.session_key
    enter(client, "editor")
    assert client.cookies["office_session"].value != planted.session_key
    assert not Session.objects.filter(session_key=planted.session_key).exists()


def test_five_wrong_passwords_lock_a_name_even_for_the_right_one(people):
    client = Client()
    said = [enter(client, name, "wrong").status_code for name in ("editor", "Editor", "EDITOR", "eDitor", "editor")]
    assert said == [400, 400, 400, 400, 429]
    for password in ("wrong", PASSWORD):
        response = enter(client, "editor", password)
        assert response.status_code == 429
        assert 0 < int(response["Retry-After"]) <= 900
        assert "locked for 15 minutes" in response.text
        assert "office_session" not in response.cookies
    assert enter(client, "chair").status_code == 302  # another name is not
    assert locked(["editor", "chair"]).keys() == {"editor"}


def test_behind_a_server_of_ones_own_a_name_is_locked_for_one_address_only(people, monkeypatch):
    monkeypatch.setattr(api_settings, "NUM_PROXIES", 1)  # as where the office is served by HTTPS
    guessing = {"x-forwarded-for": "203.0.113.9"}
    for _ in range(5):
        enter(Client(headers=guessing), "editor", "wrong")
    assert enter(Client(headers=guessing), "editor").status_code == 429
    assert enter(Client(headers={"x-forwarded-for": "203.0.113.10"}), "editor").status_code == 302


def test_a_lock_is_opened_by_an_administrator_or_by_time(people, client_of):
    for _ in range(5):
        enter(Client(), "editor", "wrong")
    own = Account.objects.get(name="editor")
    assert "locked until" in client_of("admin").get("/people").text
    assert client_of("admin").post(f"/people/{own.pk}", {"do": "unlock"}).status_code == 302
    assert enter(Client(), "editor").status_code == 302
    from axes.models import AccessAttempt

    for _ in range(5):
        enter(Client(), "chair", "wrong")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert enter(Client(), "chair").status_code == 302


def test_unknown_names_are_told_the_same_after_the_same_work(people, settings, monkeypatch):
    """The work is to hash a password: without it for unknown names these would be answered tens of times sooner."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    own = Account.objects.get(name="editor")
    own.set_password(PASSWORD)
    own.save()
    assert own.password.startswith(PBKDF2PasswordHasher.algorithm)
    hashed, work, said = hashlib.pbkdf2_hmac, {"editor": [], "nobody": []}, {}

    def counted(digest, password, salt, iterations, *size):
        work[name].append((digest, len(password), iterations, *size))
        return hashed(digest, password, salt, iterations, *size)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", counted)
    for name in work:
        said[name] = re.sub(r'value="[^"]*"', "", enter(Client(), name, "wrong").text)
    assert said["editor"] == said["nobody"]
    assert work["editor"] == work["nobody"]
    assert [iterations for _, _, iterations, *_ in work["nobody"]] == [PBKDF2PasswordHasher.iterations]


def test_unknown_names_are_told_in_the_same_time(people, settings):
    from axes.models import AccessAttempt

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    own = Account.objects.get(name="editor")
    own.set_password(PASSWORD)
    own.save()

    def refused(name):
        assert enter(Client(), name, "wrong").status_code == 400
        AccessAttempt.objects.all().delete()  # nobody is locked, however often it is tried

    assert_cheaper(lambda: refused("editor"), lambda: refused("nobody"), times=1 / 3)  # three times as much at most
    assert_cheaper(lambda: refused("nobody"), lambda: refused("editor"), times=1 / 3)


def test_a_password_is_noted_nowhere(people, caplog):
    from axes.models import AccessAttempt

    enter(Client(), "editor", "unique-wrong-password")
    noted = AccessAttempt.objects.get()
    assert "unique-wrong" not in f"{noted.post_data}{noted.get_data}{caplog.text}"


def test_sample_accounts_open_the_demo_only(people, settings):
    from dataclasses import replace

    signed_in = Client()
    enter(signed_in, "editor")
    settings.OFFICE = replace(settings.OFFICE, demo=False)
    assert enter(Client(), "editor").status_code == 400
    assert signed_in.get("/account").status_code == 401
    Account.objects.create_account("real", PASSWORD, must_change_password=False)
    assert enter(Client(), "real").status_code == 302


@pytest.mark.parametrize("path", POSTS)
def test_every_form_wants_its_key(people, path):
    client = Client(enforce_csrf_checks=True)
    client.force_login(Account.objects.get(name="admin"), backend="hansa.office.viewer.ByPassword")
    response = client.post(path, {"username": "editor", "password": PASSWORD, "text": "12 percent"})
    assert response.status_code == 403
    assert "no valid key" in response.text


@pytest.mark.parametrize("path", [*OWN, "/account/sign-in", "/people", "/people/new"])
def test_no_page_of_accounts_is_kept_by_browsers(client_of, path):
    assert "no-store" in client_of("admin").get(path)["Cache-Control"]


@pytest.mark.parametrize("path", OWN)
def test_pages_about_oneself_ask_who_that_is(people, path):
    assert Client().get(path).status_code == 401
    assert "Sign in first" in Client().get(path).text


def test_a_new_password_ends_what_is_open_elsewhere(people):
    here, there = Client(), Client()
    for client in (here, there):
        enter(client, "editor")
    response = here.post("/account/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert response["Location"] == "/account?notice=password"
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 401
    assert enter(Client(), "editor").status_code == 400
    assert enter(Client(), "editor", NEW).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("wrong", NEW, NEW, "Это не ваш пароль."),
        (PASSWORD, NEW, NEW + "x", "Два новых пароля не совпадают"),
        (PASSWORD, PASSWORD, PASSWORD, "Этот пароль у вас уже есть"),
        (PASSWORD, "short", "short", "минимум 12"),
        (PASSWORD, "1234567890123", "1234567890123", "состоит только из цифр"),
        (PASSWORD, "password1234", "password1234", "слишком широко распространён"),
        (PASSWORD, "secretariat1", "secretariat1", "Он слишком похож на ваше имя"),
    ],
)
def test_a_bad_password_is_refused_in_the_language_of_the_page(people, old, new, again, said):
    client = Client(headers={"accept-language": "ru"})
    enter(client, "editor")
    response = client.post("/account/password", {"old": old, "new": new, "again": again})
    assert response.status_code == 400
    assert said in response.text
    assert new not in response.text


def test_guessing_the_password_from_inside_is_locked_too(people):
    client = Client()
    enter(client, "editor")
    said = [client.post("/account/erase", {"password": f"guess {n}"}).status_code for n in range(5)]
    assert said == [400, 400, 400, 400, 429]
    assert Account.objects.get(name="editor").erased is None


def test_who_was_given_a_password_chooses_one_before_writing(people):
    account = Account.objects.create_account("novice", PASSWORD)
    Role.objects.create(account=account, role="chair")
    client = Client()
    assert enter(client, "novice", next="/account")["Location"] == "/account/password?next=%2Faccount"
    assert client.get("/speeches").status_code == 200
    for path, data in (
        ("/account", {"full_name": "N"}),
        ("/account/tokens", {"name": "x"}),
        ("/speech", {"text": "5 percent"}),
    ):
        response = client.post(path, data)
        assert (response.status_code, response["Location"]) == (303, "/account/password")
    refused = client.post("/api/v1/parties", "{}", content_type="application/json")
    assert (refused.status_code, refused["Content-Type"]) == (403, "application/problem+json")
    assert not Token.objects.exists()
    done = client.post("/account/password", {"old": PASSWORD, "new": NEW, "again": NEW, "next": "/account"})
    assert done["Location"] == "/account"
    assert client.post("/account", {"full_name": "N"}).status_code == 302


def test_full_name_address_and_language_can_be_changed(client_of):
    client = client_of("editor")
    response = client.post("/account", {"full_name": " <b>Э</b> ", "email": "e@example.org", "language": "ru"})
    assert response["Location"] == "/account?notice=saved"
    assert response.cookies["office_language"].value == "ru"
    page = client.get("/account").text
    assert "&lt;b&gt;Э&lt;/b&gt;" in page
    assert "<b>Э" not in page
    assert "Ваша учётная запись" in page
    wrong = client.post("/account", {"full_name": "x" * 300, "email": "no address", "language": "xx"})
    assert wrong.status_code == 400
    own = Account.objects.get(name="editor")
    assert (own.full_name, own.email, own.language) == ("<b>Э</b>", "e@example.org", "ru")


def test_a_key_is_shown_once_and_kept_as_a_digest(client_of):
    client = client_of("editor")
    day = (timezone.now() + timedelta(days=30)).date().isoformat()
    page = client.post("/account/tokens", {"name": "nightly <i>", "expires": day}).text
    text = re.search(r"hansa_[\w-]{43}", page)[0]
    token = Token.objects.get()
    assert token.digest == digest(text)
    assert token.expires.date().isoformat() == day
    again = client.get("/account/tokens").text
    assert text not in again
    assert "nightly &lt;i&gt;" in again
    assert client_of("chair").post("/account/tokens", {"delete": token.pk}).status_code == 404
    assert client.post("/account/tokens", {"delete": token.pk}).status_code == 302
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    "data",
    [
        {"name": ""},
        *({"name": "x", "expires": day} for day in ("2020-01-01", "soon", "2199-01-01")),
        *({"delete": key} for key in ("²", "9" * 40, "")),
    ],
)
def test_a_key_without_name_or_with_a_day_that_is_none_is_not_made(client_of, data):
    assert client_of("editor").post("/account/tokens", data).status_code in (400, 404)
    assert not Token.objects.exists()


def _written_by(name: str) -> Account:
    """An account that has something of everything."""
    own = Account.objects.get(name=name)
    own.email = "e@example.org"
    own.save()
    commit(
        viewer_of(own),
        [Edit("create", "theirs", Party("theirs", "A party of theirs", region="XIR"))],
        "a word of theirs",
    )
    Token.objects.create(account=own, name="nightly", digest="0" * 64)
    Intake.objects.create(account=own, source="list.csv", content={"parties": []}, ledger=1)
    Speech.objects.create(title="A speech kept", language="en", text="12 percent", account=own)
    return own


def test_everything_that_is_held_can_be_taken_along(client_of):
    own = _written_by("editor")
    client = client_of("editor")
    enter(Client(), "editor", "wrong")
    response = client.get("/account/export")
    assert response["Content-Disposition"] == f'attachment; filename="account-{own.pk}.json"'
    told = json.loads(response.content)
    assert told["account"]["name"] == "editor"
    assert told["account"]["email"] == "e@example.org"
    assert told["roles"] == [{"role": "editor", "party": None}]
    assert [token["name"] for token in told["tokens"]] == ["nightly"]
    assert told["open_sessions"] == 1
    assert [change["what"] for change in told["changes"]] == ["a word of theirs"]
    assert told["changes"][0]["records"] == [{"id": "theirs", "kind": "party", "action": "created"}]
    assert [speech["text"] for speech in told["speeches"]] == ["12 percent"]
    assert [file["source"] for file in told["files_waiting"]] == ["list.csv"]
    assert told["failed_sign_ins"][0]["count"] == 1
    assert "0" * 64 not in response.text
    assert own.password not in response.text


def test_an_erased_account_is_a_pseudonym(client_of):
    own = _written_by("editor")
    client = client_of("editor")
    assert client.post("/account/erase", {"password": "wrong"}).status_code == 400
    assert client.post("/account/erase", {"password": PASSWORD})["Location"] == "/?notice=erased"
    own.refresh_from_db()
    assert (own.name, own.full_name, own.email, own.is_active) == (f"former-{own.pk}", "", "", False)
    assert own.erased is not None
    assert not own.has_usable_password()
    assert not any(held.objects.filter(account=own).exists() for held in (Token, Role, Intake))
    assert sessions_of(own) == []
    assert client.get("/account").status_code == 401
    assert enter(Client(), "editor").status_code == 400
    assert Change.objects.get(what="a word of theirs").account == own
    kept = json.dumps([list(model.objects.filter(pk=own.pk).values()) for model in (Account,)], default=str)
    assert "Edda" not in kept


def test_the_last_administrator_stays(client_of):
    client = client_of("admin")
    response = client.post("/account/erase", {"password": PASSWORD})
    assert response.status_code == 409
    assert "last administrator" in response.text
    own = Account.objects.get(name="admin")
    assert own.is_active
    Role.objects.create(account=Account.objects.get(name="chair"), role="administrator")
    erase(own)
    with pytest.raises(LastAdministrator):
        erase(Account.objects.get(name="chair"))


def test_odd_signs_in_names_and_passwords_do_no_harm(people):
    for name in ("\0", "a\0b", "x" * 5_000, "’; DROP TABLE", "\U0001f600", "<script>", ""):
        response = enter(Client(), name, "p\0" + "x" * 10_000)
        assert response.status_code in (400, 429)
        assert "<script>" not in response.text
