"""The page of the report in a real browser: on a desk, on a telephone, by keyboard, and on paper."""

from __future__ import annotations

import io
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page

from hansa.report import partnership
from hansa.trade.store import open_store

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module", params=["en", "ru"])
def written(request: pytest.FixtureRequest, world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = partnership(open_store(world), "XBR", "XKA", dataset="flows", language=request.param)
    (path,) = made.write(tmp_path_factory.mktemp("page"), ("html",))
    return path


def test_nothing_is_fetched_and_nothing_complains(opened: tuple[Page, list[str]]):
    assert opened[1] == []


@pytest.mark.parametrize("width", [360, 390, 768, 1280, 1920])
def test_the_page_never_scrolls_sideways(opened: tuple[Page, list[str]], width: int):
    page, _ = opened
    page.set_viewport_size({"width": width, "height": 900})
    for side in ("a", "b"):
        page.locator(f"label[for=side-{side}]").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_reader_swaps_the_two_views_by_keyboard(opened: tuple[Page, list[str]]):
    page, _ = opened
    first, second = page.locator(".view-a"), page.locator(".view-b")
    assert (first.is_visible(), second.is_visible()) == (True, False)
    page.locator("#side-a").focus()
    page.keyboard.press("ArrowRight")
    assert (first.is_visible(), second.is_visible()) == (False, True)
    page.keyboard.press("ArrowLeft")
    assert first.is_visible()


def test_a_number_in_the_text_leads_to_its_evidence(opened: tuple[Page, list[str]]):
    page, _ = opened
    page.locator(".view-a .headlines a.how").first.click()
    target = page.locator(":target")
    assert target.is_visible()
    assert "hansa show" in target.inner_text()


def test_charts_and_tables_have_names(opened: tuple[Page, list[str]]):
    page, _ = opened
    assert page.locator(".view-a svg[role=img]").count() >= 5
    for drawing in page.locator(".view-a svg").all():
        assert drawing.locator("title").first.text_content()
        assert len(drawing.locator("desc").first.text_content() or "") > 20
    shown = page.locator(".view-a .table")
    assert shown.count() == page.locator(".view-a table").count() >= 10
    for table in shown.all():
        # the caption stands outside the part that scrolls, so the table itself carries the name for screen readers
        name = table.locator("table").get_attribute("aria-label")
        assert name
        assert table.locator(".caption").inner_text().startswith(name)
    headings = page.locator("h1, .view-a h2").all()
    assert len(headings) >= 10


def test_letters_of_charts_are_readable_on_a_telephone(opened: tuple[Page, list[str]]):
    page, _ = opened
    page.set_viewport_size({"width": 360, "height": 800})
    height = page.evaluate("document.querySelector('.view-a svg text').getBoundingClientRect().height")
    assert height >= 9


@pytest.mark.parametrize("side", ["a", "b"])
def test_either_view_prints_on_at_most_eight_sheets(opened: tuple[Page, list[str]], side: str):
    page, _ = opened
    page.locator(f"label[for=side-{side}]").click()
    paper = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True, print_background=True)))
    assert len(paper.pages) <= 8
    assert {(round(float(sheet.mediabox.width)), round(float(sheet.mediabox.height))) for sheet in paper.pages} == {
        (595, 842)
    }
