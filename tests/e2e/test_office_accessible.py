"""Every page of the office for who cannot see it, cannot use a mouse, or holds it in a hand: axe-core finds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from hansa.office.urls import urlpatterns
from tests.e2e.office_site import DESK, TELEPHONE, Site, served
from tests.e2e.office_views import NO_PAGES, SAID, View, of_an_empty_office, views

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1200)]
LOOK = """async () => (await axe.run(document, {resultTypes: ["violations"], rules: {"target-size": {enabled: true}}}))
    .violations.map(
    one => [one.impact, one.id, one.nodes.map(node => node.target.join(" ") + " | " + node.html.slice(0, 160)
        + " | " + (node.any.concat(node.all, node.none)[0] || {}).message)])"""
WIDE = """() => { const wide = document.scrollingElement.scrollWidth - innerWidth; if (wide <= 0) return "";
    const out = [...document.querySelectorAll("body *")].filter(one => !one.closest(".scroll")
        && one.getBoundingClientRect().right > innerWidth + 1).slice(0, 5).map(one => one.outerHTML.slice(0, 120));
    return wide + " px too wide: " + out.join(" ; ") }"""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with served(tmp_path_factory.mktemp("empty") / "home") as running:
        yield running


def prepared(site: Site, browser: Browser) -> list[View]:
    """The views of an office in which a speech is kept and published."""
    page = site.opened(browser, "chair").new_page()
    page.goto("/speech")
    page.fill("#text", SAID)
    page.fill("#date", "2023-06-28")
    page.click("[name=do][value=check]")
    page.click("[name=do][value=keep]")
    page.click("main form button >> nth=0")
    speech = int(page.url.split("?")[0].rsplit("/", 1)[1])
    page.context.close()
    page = site.opened(browser, "admin").new_page()
    page.goto("/people")
    numbers = {
        link.inner_text(): int((link.get_attribute("href") or "").rsplit("/", 1)[1])
        for link in page.locator("tbody th a").all()
    }
    page.context.close()
    return list(views(speech, (numbers["admin"], numbers["reporter-kastovia"])))


def findings(page: Page, script: str) -> Iterator[str]:
    """What hinders somebody on the page that is shown, on a desk and in a hand."""
    page.evaluate(script)
    for size in (DESK, TELEPHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for impact, rule, places in page.evaluate(LOOK):
            yield from (f"{size['width']} px: {impact}: {rule}: {place}" for place in places)
    if wide := page.evaluate(WIDE):
        yield f"{TELEPHONE['width']} px: {wide}"


def looked_over(site: Site, browser: Browser, wanted: list[View], language: str, axe: Path) -> list[str]:
    """What is found on these pages."""
    script = axe.read_text(encoding="utf-8")
    found: list[str] = []
    contexts: dict[str, BrowserContext] = {}
    for view in wanted:
        if view.who not in contexts:
            contexts[view.who] = site.opened(browser, view.who)
            contexts[view.who].new_page()
        (page,) = contexts[view.who].pages
        page.set_viewport_size(DESK)  # type: ignore[arg-type]
        view.show(page, language)
        assert page.locator("html").get_attribute("lang") == language or view.name == "report"
        assert page.locator("script").count() == 0, view
        found += [f"{view}: {said}" for said in findings(page, script)]
    for context in contexts.values():
        context.close()
    return found


def test_every_page_is_looked_at():
    names = {str(pattern.name) for pattern in urlpatterns if hasattr(pattern, "name")}
    seen = {view.name for view in views(1, (1, 2))}
    assert names - seen == NO_PAGES


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nothing_hinders_anybody(site: Site, browser: Browser, axe: Path, language: str):
    assert looked_over(site, browser, prepared(site, browser), language, axe) == []


@pytest.mark.parametrize("language", ["en", "ru"])
def test_nor_in_an_office_without_records_and_statistics(empty: Site, browser: Browser, axe: Path, language: str):
    (who,) = empty.passwords
    assert looked_over(empty, browser, list(of_an_empty_office(who)), language, axe) == []
