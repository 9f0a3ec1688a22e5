"""An office in memory with the register of the sample world, and people with roles who ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from hansa import sample
from hansa.office import demo, snapshot, statistics
from hansa.office.models import Account
from hansa.office.pages import frame
from hansa.office.permission import VISITOR, Viewer
from hansa.office.viewer import viewer_of

PASSWORD = "not-a-secret-of-anybody"
ClientOf = Callable[[str], Client]


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of the sample world."""
    return sample.build(tmp_path_factory.mktemp("office") / "world").archive.folder


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """No snapshot of the register outlives the transaction of a test, nor what was said of it by its number."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    snapshot.forget()
    frame._PAGES.clear()
    for one in statistics._OPEN:
        one._answers.clear()


@pytest.fixture
def bare(db: None, settings, sample_store: Path) -> None:
    """A demo with the statistics of the sample world, without records or people."""
    settings.OFFICE = replace(settings.OFFICE, demo=True, store=sample_store)
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher"
    ]  # quick; the real one is slow on purpose


@pytest.fixture
def people(bare: None) -> dict[str, Viewer]:
    """The people of the demo by name, with one password, and a visitor without account as ``""``."""
    demo.sample_accounts()
    for account in Account.objects.all():
        account.set_password(PASSWORD)
        account.save()
    return {"": VISITOR, **{account.name: viewer_of(account) for account in Account.objects.all()}}


@pytest.fixture
def register(people: dict[str, Viewer]) -> dict[str, Viewer]:
    """The same with the register of the sample world, and one draft (`bar-weighing`)."""
    demo.seed()
    return people


@pytest.fixture
def blind(register: dict[str, Viewer], settings) -> dict[str, Viewer]:
    """The same office after its statistics were taken away."""
    settings.OFFICE = replace(settings.OFFICE, store=None)
    return register


@pytest.fixture
def client_of(people: dict[str, Viewer]) -> ClientOf:
    """A browser in which somebody of the demo is signed in; of a visitor where the name is empty."""

    def signed_in(name: str) -> Client:
        client = Client()
        if name:
            client.force_login(Account.objects.get(name=name), backend="hansa.office.viewer.ByPassword")
        return client

    return signed_in
