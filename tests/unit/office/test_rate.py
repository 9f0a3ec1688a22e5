"""How often somebody may ask, counted by several worker processes together."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import RequestFactory
from rest_framework.settings import api_settings

from hansa.office.configuration import DATABASE, HOME
from hansa.office.founding import SETTINGS
from hansa.office.rate import Taken, address_of, alone

ASKING = """
import sys
import django
django.setup()
from rest_framework.test import APIRequestFactory
from hansa.office.rate import SharedRate
class View:
    throttle_scope = "check"
request = APIRequestFactory().get("/")
request.user = None
sys.stdin.readline()  # until the other is ready too
print(sum(SharedRate().allow_request(request, View()) for _ in range(30)))
"""
HOLDING = """
import sys
import django
django.setup()
from hansa.office.rate import alone
with alone("somebody"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "office.toml").write_text("", encoding="utf-8")
    (tmp_path / "secret.key").write_text("k" * 60, encoding="utf-8")
    return tmp_path


def started(code: str, home: Path) -> subprocess.Popen[str]:
    """A worker process of an office."""
    clean = {name: value for name, value in os.environ.items() if name != DATABASE}
    environment = {**clean, HOME: str(home), "DJANGO_SETTINGS_MODULE": SETTINGS}
    root = Path(__file__).parents[3]
    words = [sys.executable, "-c", code]
    return subprocess.Popen(words, cwd=root, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@pytest.fixture
def in_home(home: Path, settings) -> Iterator[Path]:
    from dataclasses import replace

    settings.OFFICE = replace(settings.OFFICE, home=home)
    return home


def test_two_processes_together_let_as_many_through_as_one_may_ask(home):
    workers = [started(ASKING, home) for _ in range(2)]
    said = [worker.communicate("go\n", timeout=60)[0] for worker in workers]
    assert sum(map(int, said)) == 20  # of 60 questions within a minute: "check": "20/min"


def test_who_asks_in_one_process_waits_in_another(in_home):
    other = started(HOLDING, in_home)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    with pytest.raises(Taken, match="is being answered"), alone("somebody"):
        pass
    with alone("somebody else"):
        pass
    other.communicate("enough\n", timeout=60)
    with alone("somebody"):
        assert len(list((in_home / "cache" / "asking").iterdir())) == 1
    assert not list((in_home / "cache" / "asking").iterdir())


def test_the_end_of_a_process_lets_the_next_one_in(in_home):
    other = started(HOLDING, in_home)
    assert other.stdout is not None
    other.stdout.readline()
    other.kill()
    other.communicate(timeout=60)
    with alone("somebody"):
        pass


@pytest.mark.parametrize("place", ["in a folder", "in memory"])
def test_one_asks_once_at_a_time(place, request):
    if place == "in a folder":
        request.getfixturevalue("in_home")
    with alone("somebody"), pytest.raises(Taken), alone("somebody"):
        pass
    with alone("somebody"):
        pass


@pytest.mark.parametrize(("proxies", "address"), [(0, "127.0.0.1"), (1, "203.0.113.9")])
def test_behind_a_server_of_ones_own_its_word_tells_callers_apart(monkeypatch, proxies, address):
    monkeypatch.setattr(api_settings, "NUM_PROXIES", proxies)  # 1 where the office is served by HTTPS
    asked = RequestFactory().get("/speech", headers={"x-forwarded-for": "198.51.100.1, 203.0.113.9"})
    assert address_of(asked) == address
    assert address_of(RequestFactory().get("/speech", headers={"x-forwarded-for": "unknown"})) == "127.0.0.1"
