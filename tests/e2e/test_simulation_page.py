"""The page of a simulation in a real browser: on a desk, on a telephone and on paper; the sample world."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page

from hansa.equilibrium import draws, simulate
from hansa.equilibrium.economy import Economy
from hansa.regions.lists import lists_beside
from hansa.report import simulated
from hansa.scenario import Closure, Scenario, Tariff, Where
from hansa.trade.store import open_store

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def economy(world: Path) -> Economy:
    return Economy.from_store(open_store(world), dataset="flows", sectors="total")


@pytest.fixture(scope="module", params=["en", "ru"])
def written(
    request: pytest.FixtureRequest, world: Path, economy: Economy, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    lists = lists_beside(world)
    asked = [
        Scenario("No tariffs", (Tariff(Where("XBR", "XKA", both=True), rate=0.0),)),
        Scenario("A market closes", (Closure(Where("XKA", "XCE")),)),
    ]
    told = [simulate(economy, one, lists=lists) for one in asked]
    ranges = [draws(economy, asked[0], draws=16, lists=lists), None]
    made = simulated(told, ranges, request.param, lists=lists, command="hansa simulate tariffs.toml closed.toml")
    (path,) = made.write(tmp_path_factory.mktemp("page"), ("html",))
    return path


def test_nothing_is_fetched_and_nothing_complains(opened: tuple[Page, list[str]]):
    assert opened[1] == []


@pytest.mark.parametrize("width", [360, 390, 768, 1280, 1920])
def test_the_page_never_scrolls_sideways(opened: tuple[Page, list[str]], width: int):
    page, _ = opened
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_charts_and_tables_have_names_and_tables_can_be_reached(opened: tuple[Page, list[str]]):
    page, _ = opened
    drawings = page.locator("svg[role=img]").all()
    assert len(drawings) == 2 * 3  # bars, map, trade
    for drawing in drawings:
        assert drawing.locator("title").first.text_content()
        assert len(drawing.locator("desc").first.text_content() or "") > 20
    for table in page.locator("table").all():
        assert table.get_attribute("aria-label")
        assert table.locator("tbody th[scope=row]").count() == table.locator("tbody tr").count()
    assert page.locator(".scroll[tabindex='0']").count() == page.locator("table").count()


def test_every_region_of_the_world_is_in_the_table(opened: tuple[Page, list[str]], economy: Economy):
    page, _ = opened
    for article in page.locator("article").all():
        rows = article.locator("section table").first.locator("tbody tr")
        assert rows.count() == len(economy.regions)


def test_scenarios_are_reached_by_their_names(opened: tuple[Page, list[str]]):
    page, _ = opened
    page.locator("nav a").nth(1).click()
    assert page.locator(":target").inner_text() == "A market closes"


def test_letters_of_charts_are_readable_on_a_telephone(opened: tuple[Page, list[str]]):
    page, _ = opened
    page.set_viewport_size({"width": 360, "height": 800})
    height = page.evaluate("document.querySelector('svg text').getBoundingClientRect().height")
    assert height >= 9


def test_it_prints_on_a4(opened: tuple[Page, list[str]]):
    page, _ = opened
    paper = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(paper.pages) <= 8
    assert {(round(float(sheet.mediabox.width)), round(float(sheet.mediabox.height))) for sheet in paper.pages} == {
        (595, 842)
    }
