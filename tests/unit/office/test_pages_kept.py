"""Pages that are kept: made once for all who ask at the same time, packed for who takes it, the longest unasked go."""

from __future__ import annotations

import gzip
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from hansa.office.pages.kept import Page, Pages
from hansa.office.snapshot import Snapshot, current, forget, keep


def test_a_page_asked_by_many_at_once_is_made_once():
    pages, made, all_ask = Pages(size=5), [], threading.Barrier(8)
    begun, done = threading.Event(), threading.Event()

    def make() -> bytes:
        made.append(1)
        begun.set()
        assert done.wait(10)
        return b"page"

    def ask() -> bytes:
        all_ask.wait(10)
        return pages.find("key", make).plain

    with ThreadPoolExecutor(8) as crowd:
        asked = [crowd.submit(ask) for _ in range(8)]
        assert begun.wait(10)
        done.set()
        assert [one.result(10) for one in asked] == [b"page"] * 8
    assert len(made) == 1


def test_others_wait_for_nothing_where_the_first_one_fails():
    pages = Pages(size=5)

    def fail() -> bytes:
        raise LookupError("not there")

    with pytest.raises(LookupError):
        pages.find("key", fail)
    assert pages.find("key", lambda: b"made").plain == b"made"


def test_who_waited_for_what_is_not_kept_makes_their_own():
    pages, begun, done = Pages(size=5), threading.Event(), threading.Event()

    def first() -> str:
        begun.set()
        assert done.wait(10)
        return "for one alone"

    with ThreadPoolExecutor(2) as crowd:
        one = crowd.submit(pages.find, "key", first)
        assert begun.wait(10)
        other = crowd.submit(pages.find, "key", lambda: "for another")
        done.set()
        assert (one.result(10), other.result(10)) == ("for one alone", "for another")


def test_the_longest_unasked_go():
    pages = Pages(size=2)
    for key in "ab":
        pages.find(key, lambda key=key: key.encode())
    pages.find("a", lambda: b"new")
    pages.find("c", lambda: b"c")
    assert pages.find("a", lambda: b"new").plain == b"a"
    assert pages.find("b", lambda: b"new").plain == b"new"


def test_a_page_is_packed_alike_each_time():
    one, other = (Pages(size=1).find("key", lambda: b"page " * 1000) for _ in range(2))
    assert isinstance(one, Page)
    assert one.packed == other.packed
    assert len(one.packed) < 100


def test_visitors_get_a_packed_page_where_they_take_it(register, client_of):
    visitor = client_of("")
    plain = visitor.get("/")
    packed = visitor.get("/", headers={"accept-encoding": "br, gzip"})
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in plain["Vary"]
    assert packed["ETag"] != plain["ETag"]
    for answer in (plain, packed):
        assert visitor.get("/", headers={"if-none-match": answer["ETag"]}).status_code == 304


def test_who_refuses_packing_gets_the_plain_page(register, client_of):
    for said in ("gzip;q=0", "br, gzip; q=0.000", "identity"):
        answer = client_of("").get("/", headers={"accept-encoding": said})
        assert "Content-Encoding" not in answer
        assert b"<html" in answer.content


def test_a_page_is_known_by_its_tag_among_others_and_when_a_proxy_weakened_it(register, client_of):
    visitor = client_of("")
    tag = visitor.get("/")["ETag"]
    for said in (f"W/{tag}", f'"other", {tag}', f'{tag}, W/"other"'):
        answer = visitor.get("/", headers={"if-none-match": said})
        assert (answer.status_code, answer["ETag"]) == (304, tag)
    for said in ('"other"', tag.strip('"'), "", ",,"):
        assert visitor.get("/", headers={"if-none-match": said}).status_code == 200


def test_a_page_of_another_register_with_as_many_changes_has_another_tag(register, client_of):
    visitor, here = client_of(""), current()
    tag = visitor.get("/register")["ETag"]
    held = {key: replace(one, at=one.at + timedelta(days=1)) for key, one in here.held.items()}
    forget()
    keep(Snapshot(here.number, held))
    assert visitor.get("/register", headers={"if-none-match": tag}).status_code == 200
