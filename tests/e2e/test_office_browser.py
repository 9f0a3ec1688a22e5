"""The office as its people use it, in a real browser: from a barrier that one of them heard of to the report."""

from __future__ import annotations

import csv
import io
import itertools
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from hansa.commitments import at_stake
from hansa.commitments.records import Barrier
from hansa.trade.store import open_store
from tests.e2e.office_site import TELEPHONE, Site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]
Opens = Callable[..., Page]
BARRIER, HISTORY = "/register/barriers/bar-labels", "/register/barriers/bar-labels/history"
SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
# where a visitor could meet a record: pages, feeds, interface, files
SEEN_BY_ALL = (
    *("/", "/register", "/register/barriers", "/register/decisions", "/search?q={words}", "/pairs/XBR/XKA", "/regions"),
    *("/forum", "/forum/forum-2023", "/scorecard", "/due.ics", "/due.atom", "/api/v1/barriers", "/api/v1/register"),
    *("/register/export.json", "/register/export.xml", "/register/export.csv", "/register/export.xlsx"),
)


@pytest.fixture
def opens(site: Site, browser: Browser) -> Iterator[Opens]:
    """Opens a page for somebody; at the end no page has complained or asked for anything elsewhere."""
    contexts: list[BrowserContext] = []
    heard: list[str] = []

    def opened(name: str = "", **asked: object) -> Page:
        context = site.opened(browser, name, **asked)  # type: ignore[arg-type]
        contexts.append(context)
        context.on("request", lambda request: heard.append(request.url) if _foreign(request.url, site) else None)
        page = context.new_page()
        page.on("console", lambda message: heard.append(message.text) if not _refused(message.text) else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert heard == []


def _foreign(address: str, site: Site) -> bool:
    return not address.startswith((f"{site.address}/", "data:,"))


def _refused(message: str) -> bool:
    """What the browser says of an answer such as 409, which is meant."""
    return re.match(r"Failed to load resource: the server responded with a status of (40\d|422)", message) is not None


def follow(page: Page, name: str) -> None:
    """Follow this link, and wait for the page."""
    with page.expect_navigation():
        page.get_by_role("link", name=name, exact=True).click()


def send(page: Page, name: str) -> None:
    """Send the form by this button, and wait for the answer."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


# ---- the story ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts allowed", "without"])
def test_a_barrier_from_hearsay_to_the_report(opens: Opens, site: Site, world: Path, scripts: bool):
    title = f"Stamps on crates {'with' if scripts else 'without'}"
    editor, visitor, chair = (opens(name, java_script_enabled=scripts) for name in ("", "", "chair"))

    address = drafted(editor, site, world, title)
    unseen(visitor, title, address)

    chair.goto(address)
    follow(chair, "Publish")
    send(chair, "Publish")
    assert "Published." in chair.locator(".notice").inner_text()
    decision = decided(chair, f"Drop the {title.lower()}")

    visitor.goto("/pairs/XBR/XKA")
    row = visitor.locator("section[aria-labelledby=barriers] tr", has_text=title)
    assert abs(figure(row.locator("td").nth(5).inner_text(), unit_of(row)) - stake(world)) < 0.06 * 1e6
    assert visitor.goto(address).status == 200  # type: ignore[union-attr]
    assert visitor.goto(f"{address}/history").status == 401  # type: ignore[union-attr]
    assert visitor.goto("/register/changes").status == 401  # type: ignore[union-attr]
    signed_in_without_role = opens("visitor", java_script_enabled=scripts)
    assert signed_in_without_role.goto(f"{address}/history").status == 403  # type: ignore[union-attr]

    visitor.goto("/forum/forum-2022")
    assert visitor.locator("section[aria-labelledby=decisions]").get_by_text(decision).count() == 1
    visitor.goto("/pairs/XBR/XKA")
    report = visitor.locator("a", has_text="Read it here").get_attribute("href")
    visitor.goto(str(report), timeout=120_000)
    assert visitor.locator("tr", has_text=title).count() >= 1
    assert visitor.get_by_text(decision).count() >= 1


def drafted(page: Page, site: Site, world: Path, title: str) -> str:
    """An editor signs in and enters a barrier; its address. What they see of the trade at stake is what the library
    gives.
    """
    page.goto("/register/barriers")
    follow(page, "Sign in")
    site.sign_in(page, "editor")
    page.goto("/register/barriers")
    follow(page, "Add one")
    page.fill("#f-title", title)
    page.fill("#f-origin", "Brinmark")
    page.fill("#f-destination", "XKA")
    page.select_option("#f-kind", "administrative")
    products = page.locator("[name=products]")
    products.nth(0).fill("Milk, butter and cheese")
    products.nth(1).fill("22A")
    page.fill("#f-owner", "kast-trade")
    page.fill("#f-deadline", "2031-12-31")
    send(page, "Show the trade at stake")

    shown = page.locator("section.shown")
    shown.locator("details.numbers > summary").click()
    last = shown.locator("tbody tr").first
    assert abs(figure(last.locator("td").nth(2).inner_text(), unit_of(last)) - stake(world)) < 0.06 * 1e6
    assert "Nothing is saved yet." in shown.inner_text()
    assert page.input_value("#f-title") == title

    send(page, "Save")
    assert "Saved." in page.locator(".notice").inner_text()
    assert page.locator(".badge.draft").inner_text() == "draft"
    assert page.get_by_text("Milk, butter and cheese").count() >= 1
    return urlsplit(page.url).path


def decided(page: Page, title: str) -> str:
    """A chair enters a decision of a session, seen by all; its title."""
    page.goto("/register/decisions/new")
    page.fill("#f-title", title)
    page.fill("#f-session", "ses-2022-plenary")
    page.fill("#f-owner", "Ministry of Trade of Kastovia")
    page.fill("#f-due", "2031-06-30")
    page.check("[name=as][value=published]")
    send(page, "Save")
    assert "Published." in page.locator(".notice").inner_text()
    return title


def unseen(page: Page, title: str, address: str) -> None:
    """A visitor meets neither the draft nor its history, wherever they look."""
    for place in SEEN_BY_ALL:
        answer = page.context.request.get(place.format(words=title.replace(" ", "+")), timeout=120_000)
        assert answer.status == 200, place
        for text in texts(answer.body()):
            found = text.replace(f'value="{title}"', "").replace(
                f"<title>{title}", ""
            )  # what they asked for themselves
            assert title not in found, place
            assert address.rsplit("/", 1)[1] not in found, place
    key = address.rsplit("/", 1)[1]
    for closed in (address, f"{address}/history", f"{address}/history/1", f"{address}/edit", f"/api/v1/barriers/{key}"):
        answer = page.context.request.get(closed)
        assert answer.status in (401, 404), closed
        assert title not in answer.text()
    assert page.context.request.get(address).status == 404


def texts(body: bytes) -> list[str]:
    """A page or a file as text; of an archive what is in it."""
    if not body.startswith(b"PK"):
        return [body.decode()]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]


def stake(world: Path) -> float:
    """The trade at stake of the barrier, in the last period, as the library gives it."""
    barrier = Barrier("typed", "typed", "XBR", "XKA", "administrative", products=("04A", "22A"))
    return float(at_stake(barrier, open_store(world)).rows()[-1]["affected"])


def unit_of(row: object) -> str:
    """The unit above a table, such as "million USD"."""
    unit: str = row.locator("xpath=ancestor::*[contains(@class, 'table')][1]").locator(".unit").inner_text()  # type: ignore[attr-defined]
    return unit


def figure(shown: str, unit: str) -> float:
    """A figure of a table as a number."""
    scale = next((factor for word, factor in SCALES.items() if word in unit), 1.0)
    return float(re.sub(r"[^\d.]", "", shown)) * scale


# ---- two at once ----------------------------------------------------------------------------------------------------
def test_the_second_of_two_editors_sees_both_texts_and_saves_on_top(opens: Opens):
    first, second = opens("editor"), opens("chair")
    for page in (first, second):
        page.goto(f"{BARRIER}/edit")
    first.fill("#f-title", "Labels in both languages")
    send(first, "Save")
    second.fill("#f-title", "Labels in the language of the buyer")
    second.fill("#f-deadline", "2032-01-31")
    send(second, "Save")

    assert "somebody else changed this record" in second.locator("[role=alert]").inner_text()
    beside = second.locator("table.beside tr", has_text="Title").inner_text()
    assert "Labels in both languages" in beside
    assert "Labels in the language of the buyer" in beside
    assert second.input_value("#f-deadline") == "2032-01-31"
    send(second, "Save")
    assert "Saved." in second.locator(".notice").inner_text()
    assert second.locator("h1").inner_text() == "Labels in the language of the buyer"
    second.goto(HISTORY)
    told = second.locator("main").inner_text()
    assert "Labels in both languages" in told  # both are in its history


# ---- without a mouse ------------------------------------------------------------------------------------------------
def test_by_keyboard_alone(opens: Opens, site: Site):
    page = opens()
    page.goto("/")
    page.keyboard.press("Tab")
    assert focused(page, ".skip")
    assert page.locator(".skip").bounding_box()["x"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")

    page.goto("/")
    tab_to(page, "a[href='/account/sign-in']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/sign-in")
    tab_to(page, "#username")
    page.keyboard.type("editor-kastovia")
    page.keyboard.press("Tab")
    page.keyboard.type(site.passwords["editor-kastovia"])
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "sign-in" not in address)

    page.goto("/register/barriers/bar-recycling/edit")
    tab_to(page, "#f-title")
    page.keyboard.press("Control+a")
    page.keyboard.type("Recycling fee on lorries")
    tab_to(page, "main form.large .actions button")
    page.keyboard.press("Enter")
    page.wait_for_selector(".notice")
    assert page.locator("h1").inner_text() == "Recycling fee on lorries"


@pytest.mark.parametrize("address", ["/", "/pairs/XBR/XKA", "/register/barriers/new"])
def test_whoever_goes_on_by_tab_sees_where_they_are(opens: Opens, address: str):
    page = opens("editor")
    page.goto(address)
    count = 0
    while True:
        page.keyboard.press("Tab")
        found = page.evaluate("""() => { const one = document.activeElement;
            if (!one || one === document.body) return null;
            const style = getComputedStyle(one), box = one.getBoundingClientRect();
            return [one.outerHTML.slice(0, 120), parseFloat(style.outlineWidth), style.outlineStyle, box.width,
                box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth] }""")
        if found is None or (count and "skip" in found[0]):
            break
        count += 1
        text, width, style, wide, in_sight = found
        assert width >= 2, text
        assert style == "solid", text
        assert wide > 0, text
        assert in_sight, text
    assert count > 20


def focused(page: Page, selector: str) -> bool:
    return bool(page.evaluate("selector => document.activeElement.matches(selector)", selector))


def tab_to(page: Page, selector: str, most: int = 300) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page, selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


# ---- languages ------------------------------------------------------------------------------------------------------
def test_the_other_language_is_the_same_page(opens: Opens):
    page = opens()
    page.goto("/register/barriers?q=timber&state=removed")
    title = page.locator("table a[href]").first.get_attribute("href")
    follow(page, "Русский")
    asked = urlsplit(page.url)
    assert asked.path == "/register/barriers"
    assert "q=timber" in asked.query
    assert "state=removed" in asked.query
    assert page.locator("html").get_attribute("lang") == "ru"
    assert page.locator("table a[href]").first.get_attribute("href") == title
    page.goto(f"{BARRIER}?language=ru")
    page.goto("/forum")
    assert page.locator("html").get_attribute("lang") == "ru"
    follow(page, "English")
    assert page.locator("html").get_attribute("lang") == "en"


def test_a_speech_is_checked_without_scripts(opens: Opens):
    page = opens(java_script_enabled=False)
    page.goto("/speech")
    page.fill("#text", "In 2022, trade in goods between Brinmark and Kastovia exceeded $1 million.")
    send(page, "Check the figures")
    assert page.locator(".claims li").count() == 1
    with page.expect_download() as coming:
        page.click("[name=do][value=csv]")
    rows = list(csv.DictReader(io.StringIO(coming.value.path().read_text(encoding="utf-8-sig"))))
    assert len(rows) >= 1


# ---- the head of every page -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["", "admin"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_head_is_one_row_on_a_desk_and_a_menu_in_a_hand(opens: Opens, language: str, who: str):
    page = opens(who)
    page.goto(f"/register?language={language}")
    middles = page.eval_on_selector_all(
        ".top a, .top input, .top button",
        "all => all.filter(one => one.offsetParent).map(one => { const box = one.getBoundingClientRect(); "
        "return [box.top + box.height / 2, box.left, box.right] })",
    )
    assert len(middles) > 10
    assert max(middle for middle, _, _ in middles) - min(middle for middle, _, _ in middles) < 6
    ordered = sorted((left, right) for _, left, right in middles)
    assert all(right <= left + 0.5 for (_, right), (left, _) in itertools.pairwise(ordered))
    assert ordered[-1][1] <= 1280

    page.set_viewport_size(TELEPHONE)  # type: ignore[arg-type]
    assert page.locator(".top").bounding_box()["height"] < 90  # type: ignore[index]
    assert not page.locator("nav.main").is_visible()
    tab_to(page, ".menu summary", 5)
    page.keyboard.press("Enter")
    assert page.locator("nav.main").is_visible()
    assert page.locator("#q").is_visible()
    page.keyboard.press("Tab")
    assert focused(page, "nav.main a")
    page.keyboard.press("Tab")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert urlsplit(page.url).path == "/regions"
    page.click(".menu summary")
    page.click(".menu summary")
    assert not page.locator("nav.main").is_visible()


# ---- as it stood ----------------------------------------------------------------------------------------------------
def test_a_day_is_chosen_on_a_page_and_goes_along(opens: Opens):
    page = opens("chair", java_script_enabled=False)
    page.goto("/pairs/XBR/XKA")
    page.click("details.known:has(#on) summary")
    page.fill("#on", "2023-06-20")
    send(page, "Show")
    assert "As it stood on 2023-06-20." in page.locator(".notice.past").inner_text()
    page.locator("section[aria-labelledby=agreements] a").first.click()
    assert "on=2023-06-20" in page.url
    page.locator("header").get_by_role("link", name="Scorecard").click()
    assert "on=2023-06-20" in page.url
    follow(page, "As it stands now")
    assert "on=" not in page.url
    assert page.locator(".notice.past").count() == 0
