"""An office in memory with the register of the sample world, and people with roles who ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from hansa.office import demo, snapshot, statistics
from hansa.office.models import Account, Change, Entry, Ledger, Reference, Revision, written_by_the_ledger
from hansa.office.pages import frame
from hansa.office.permission import VISITOR, Viewer
from hansa.office.snapshot import Snapshot
from hansa.office.viewer import viewer_of
from hansa.trade.store import Store

PASSWORD = "not-a-secret-of-anybody"
ClientOf = Callable[[str], Client]


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory, sample_in: Callable[[Path], Store]) -> Path:
    """The store of the sample world."""
    return sample_in(tmp_path_factory.mktemp("office") / "world").archive.folder


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


@dataclass
class Seeded:
    """What `demo.seed` wrote the first time: rows by table, the snapshot of them, and whose the last change is."""

    rows: dict[Any, list[Any]] = field(default_factory=dict)
    known: Snapshot = snapshot.EMPTY
    author: str = ""

    def keep(self) -> None:
        """Remember what stands in the tables."""
        self.rows = {table: list(table.objects.all()) for table in (Ledger, Change, Entry, Revision, Reference)}
        self.known = snapshot.current()
        self.author = Change.objects.get(number=self.known.number).account.name

    def write(self) -> None:
        """Write it into empty tables, row by row the same."""
        self.rows[Change][-1].account = Account.objects.get(name=self.author)
        with written_by_the_ledger():
            for table, rows in self.rows.items():
                table.objects.bulk_create(rows)
        snapshot._LAST[:] = [Snapshot(self.known.number, self.known.held, self.known.source)]


@pytest.fixture(scope="session")
def seeded() -> Seeded:
    """Nothing yet; the first test that wants the register of the sample world fills it."""
    return Seeded()


@pytest.fixture
def register(people: dict[str, Viewer], seeded: Seeded) -> dict[str, Viewer]:
    """The same with the register of the sample world, and one draft (`bar-weighing`)."""
    if seeded.rows:
        seeded.write()
    else:
        demo.seed()
        seeded.keep()
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
