"""The command line, as it is called; and a store to call it on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from hansa.cli import main
from hansa.trade.store import Store
from tests.e2e.office_process import Office
from tests.e2e.office_site import Site, served

TRADE = """period,origin,destination,product,value
2021,BLR,RUS,010101,5
2021,RUS,BLR,270900,7
2021,KAZ,BLR,270900,2
2022,BLR,RUS,010101,6
2022,RUS,BLR,270900,8
2022,KAZ,RUS,270900,4
2022,BLR,KAZ,040221,3
"""


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str


Hansa = Callable[..., Said]


@pytest.fixture
def hansa(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path) -> Hansa:
    """Calls the command line in an empty folder: ``hansa("show", "rca", "--store", folder)``."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*words: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["hansa", *map(str, words)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        said = capfd.readouterr()
        return Said(int(end.value.code or 0), said.out, said.err)

    return call


@pytest.fixture
def filled(hansa: Hansa, tmp_path: Path) -> Hansa:
    """The same, where the store hansa-store holds a small table as dataset trade, known from 2023-01-31."""
    (tmp_path / "trade.csv").write_text(TRADE)
    assert hansa("import", "trade.csv", "--yes", "--vintage", "2023-01-31").code == 0
    return hansa


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory, sample_in: Callable[[Path], Store]) -> Path:
    """The store of the sample world."""
    return sample_in(tmp_path_factory.mktemp("sample") / "world").archive.folder


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Office:
    """An office on each kind of database, without tables."""
    url = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    return Office(tmp_path / "office", url)


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """A browser without a window."""
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=str(chromium), args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, written: Path) -> Iterator[tuple[Page, list[str]]]:
    """The page that a module has as its fixture `written`, and everything it asked for or complained of."""
    page, heard = browser.new_page(), []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: heard.append(request.url) if request.url != written.as_uri() else None)
    page.goto(written.as_uri())
    yield page, heard
    page.close()


@pytest.fixture(scope="module")
def site(world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The office of the sample world, served."""
    with served(tmp_path_factory.mktemp("office") / "home", world) as running:
        yield running
