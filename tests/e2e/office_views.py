"""Every page of the office in every state that a reader can meet: who sees it, where it is, what they did on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

from hansa.commitments.records import KINDS
from hansa.office.labels import PLURAL
from hansa.office.pages.frame import record_url, url

SAID = (
    "Last year, trade in goods between Brinmark and Kastovia exceeded a record $18 billion, having risen by 12 percent."
)
EXAMPLES = {
    "party": "kast-veterinary",
    "agreement": "agr-association",
    "programme": "prg-food",
    "milestone": "mil-food-lab",
    "target": "tgt-food",
    "project": "prj-dairy-line",
    "barrier": "bar-veterinary",
    "alignment": "aln-dairy",
    "edition": "forum-2022",
    "session": "ses-2021-transport",
    "idea": "ide-ferry",
    "decision": "dec-ferry",
    "link": "lnk-president",
    "asserted_count": "say-agreements",
}
DRAFT = ("barrier", "bar-weighing")
# addresses that answer with a file, with data for programs, or to a sent form only
NO_PAGES = {
    *("export", "due.ics", "due.atom", "health", "export-account"),
    *("sign-out", "publish-speech", "delete-speech", "checked-speech"),
}


@dataclass(frozen=True)
class View:
    """A page as somebody sees it.

    name : of its address in urls.py. who : signed in; empty for a visitor. did : what they do on it to see what is
    meant. status : of the answer to the address itself.
    """

    name: str
    address: str
    who: str = ""
    did: Callable[[Page], None] | None = None
    status: int = 200

    def __str__(self) -> str:
        does = f" {self.did.__name__}" if self.did else ""
        return f"{self.who or 'visitor'} {self.address}{does}"

    def show(self, page: Page, language: str) -> None:
        """Go there in a language, and do it."""
        sign = "&" if "?" in self.address else "?"
        answer = page.goto(f"{self.address}{sign}language={language}")
        assert answer is not None
        assert answer.status == self.status, f"{self}: {answer.status}"
        if self.did:
            self.did(page)


# ---- what people do on a page ---------------------------------------------------------------------------------------
def save_nothing(page: Page) -> None:
    page.click("main form.large .actions button >> nth=0")
    page.wait_for_selector("#summary")


def save_mistakes(page: Page) -> None:
    page.fill("#f-title", "Licences")
    page.fill("#f-origin", "Brinnmark")
    page.fill("#f-deadline", "soon")
    page.fill("[name=products] >> nth=0", "99ZZ")
    save_nothing(page)


def show_the_trade(page: Page) -> None:
    page.fill("#f-origin", "Brinmark")
    page.fill("#f-destination", "XKA")
    page.fill("[name=products] >> nth=0", "04A")
    page.click("[name=preview]")
    page.wait_for_selector("section.shown")


def show_the_statistic(page: Page) -> None:
    page.click("[name=preview]")
    page.wait_for_selector("section.shown")


def come_too_late(page: Page) -> None:
    page.fill("#f-title", "Another title")
    page.eval_on_selector("[name=tag]", "field => { field.value = 'earlier' }")
    page.click("main form.large .actions button >> nth=0")
    page.wait_for_selector(".wrong.summary")


def give_no_word(page: Page) -> None:
    page.fill("[name=history-5-date]", "soon")
    page.click("main form.large .actions button")
    page.wait_for_selector("#summary, .wrong")


def sign_in_wrongly(page: Page) -> None:
    page.fill("#username", "nobody")
    page.fill("#password", "wrong")
    page.click("main form button")
    page.wait_for_selector("#fault")


def check(page: Page) -> None:
    page.fill("#text", SAID)
    page.fill("#date", "2023-06-28")
    page.click("[name=do][value=check]")
    page.wait_for_selector(".claims")


def keep_and_edit(page: Page) -> None:
    check(page)
    page.fill("#party-1", "brinmark")
    page.click("[name=do][value=keep]")
    page.click("a[href$='/edit']")
    page.fill("#title", "Another title")
    page.click("[name=do][value=check]")
    page.wait_for_selector(".claims")
    page.click("[name=do][value=save]")
    page.wait_for_selector("details.change")
    page.click("details.change summary")


def keep_and_edit_twice(page: Page) -> None:
    check(page)
    page.click("[name=do][value=keep]")
    page.click("a[href$='/edit']")
    page.fill("#title", "A title that comes too late")
    page.eval_on_selector("[name=version]", "field => { field.value = '0' }")
    page.click("[name=do][value=save]")
    page.wait_for_selector("table.beside")


def check_with_mistakes(page: Page) -> None:
    page.fill("#text", SAID)
    page.click("main details summary")
    page.fill("#region_a", "Nowhere")
    page.click("[name=do][value=check]")
    page.wait_for_selector(".fault")


def close_a_market(page: Page) -> None:
    page.fill("#text", 'change = [{kind = "closure", origin = "XBR", destination = "XKA"}]')
    page.click("#own button")
    page.wait_for_selector(".case")


def write_no_scenario(page: Page) -> None:
    page.fill("#text", 'change = [{kind = "clozure", origin = "XBR"}]')
    page.click("#own button")
    page.wait_for_selector(".wrong")


def bring_a_file(page: Page) -> None:
    rows = "id,name,kind,region\nkastovia,Kastovia the Great,region,XKA\nnew-one,A new one,company,\n"
    _bring(page, rows)
    page.wait_for_selector("dl.glance")


def bring_mistakes(page: Page) -> None:
    _bring(page, "id,title,origin,destination,kind,owner\nbar-x,Something,XBR,XKA,trade,nobody-here\n", "barrier")
    page.wait_for_selector("dl.glance")


def bring_nothing(page: Page) -> None:
    page.click("main form button >> nth=0")
    page.wait_for_selector(".wrong")


def _bring(page: Page, rows: str, kind: str = "party") -> None:
    file = {"name": f"{kind}.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    page.set_input_files("#file", files=[file])  # type: ignore[list-item]
    page.select_option("#kind", kind)
    page.click("main form button >> nth=0")


def change_the_password_wrongly(page: Page) -> None:
    for name in ("old", "new", "again"):
        page.fill(f"#{name}", "not it")
    page.click("main form button")
    page.wait_for_selector(".fault")


def make_a_key(page: Page) -> None:
    page.fill("#name", "A program")
    page.fill("#expires", "2020-01-01")
    page.click("#new-key ~ form button")
    page.wait_for_selector(".fault")
    page.fill("#expires", "")
    page.click("#new-key ~ form button")
    page.wait_for_selector(".secret")


def take_a_taken_name(page: Page) -> None:
    page.fill("#name", "Chair")
    page.click("main form button")
    page.wait_for_selector(".fault")


def give_a_wrong_role(page: Page) -> None:
    page.select_option("#role", "administrator")
    page.select_option("#party", "kastovia")
    page.click("[name=do][value=give]")
    page.wait_for_selector(".wrong")


# ---- the pages ------------------------------------------------------------------------------------------------------
def views(speech: int, people: tuple[int, int]) -> Iterator[View]:
    """All of them, in an office of the sample world that keeps a published speech; people : two accounts, of which the
    first is the administrator's own.
    """
    yield from _of_visitors(speech)
    yield from _of_records()
    yield from _of_writers()
    yield from _of_accounts(people)


def _of_visitors(speech: int) -> Iterator[View]:
    yield from (View(name, url(name)) for name in ("home", "regions", "register", "forum", "scorecard", "indicators"))
    yield View("pair", url("pair", "XBR", "XKA"))
    yield View("pair", url("pair", "AMBER", "XGA"))
    yield View("pair", url("pair", "XPA", "XNE"), who="editor")  # nothing is registered of these two
    yield View("pair", url("pair", "XBR", "NOWHERE"), status=404)
    yield View("report", url("report", "XBR", "XKA", "html"))
    yield View("edition", url("edition", "forum-2023"))
    yield View("edition", url("edition", "forum-2021"))
    yield View("indicator", url("indicator", "rca"))
    yield View("indicator", url("indicator", "turnover", region="XBR", partner="XKA", asked=1))
    yield View("indicator", url("indicator", "rca", origin="nowhere", asked=1), status=422)
    yield View("scenarios", url("scenarios"))
    yield View("scenarios", url("scenarios", s1="half:bar-quota", s2="all:bar-quota", elasticity="6"))
    yield View("scenarios", url("scenarios", s1=["all:bar-queue", "half:bar-labels"]))
    yield View("scenarios", url("scenarios", s1="all:bar-weighing"), status=404)
    yield View("scenarios", url("scenarios"), did=close_a_market)
    yield View("scenarios", url("scenarios"), did=write_no_scenario)
    yield View("speech", url("speech"))
    yield View("speech", url("speech"), did=check)
    yield View("speech", url("speech"), did=check_with_mistakes)
    yield View("speeches", url("speeches"))
    yield View("kept-speech", url("kept-speech", speech))
    yield View("kept-speech", url("kept-speech", speech), who="chair")
    yield View("edit-speech", url("edit-speech", speech), who="chair", status=409)  # it is published
    yield from (View("search", url("search", q=words)) for words in ("", "food", "qwertyuiop"))
    yield View("about", url("about"))
    yield View("sign-in", url("sign-in"))
    yield View("sign-in", url("sign-in"), did=sign_in_wrongly)
    yield View("record", record_url(*DRAFT), status=404)
    yield View("account", url("account"), status=401)


def _of_records() -> Iterator[View]:
    for kind in KINDS:
        yield View("listing", url("listing", PLURAL[kind]))
        yield View("record", record_url(kind, EXAMPLES[kind]), who="" if kind in ("party", "barrier") else "chair")
        yield View("new", url("new", PLURAL[kind]), who="chair")
    for kind in ("agreement", "target", "project", "barrier", "party", "decision"):
        yield View("edit", record_url(kind, EXAMPLES[kind], "edit"), who="editor")
    yield View("record", record_url("party", "kastovia"))
    yield View("record", record_url("barrier", "bar-veterinary"), who="chair")
    yield View("listing", url("listing", "barriers", q="qwertyuiop"))
    yield View("listing", url("listing", "barriers", state="removed"), who="editor")


def _of_writers() -> Iterator[View]:
    barriers = url("new", "barriers")
    yield View("home", url("home"), who="editor")
    yield View("record", record_url(*DRAFT), who="editor")
    yield View("scenarios", url("scenarios", s1="all:bar-weighing"), who="editor", status=400)  # what it costs is asked
    yield View("scenarios", url("scenarios", s1="all:bar-weighing", **{"e-bar-weighing": "4"}), who="editor")
    yield View("new", barriers, who="editor", did=save_nothing)
    yield View("new", barriers, who="editor", did=save_mistakes)
    yield View("new", barriers, who="editor", did=show_the_trade)
    yield View("edit", record_url("target", "tgt-food", "edit"), who="editor", did=show_the_statistic)
    yield View("edit", record_url("barrier", "bar-labels", "edit"), who="editor", did=come_too_late)
    yield View("word", record_url("barrier", "bar-veterinary", "word"), who="reporter-kastovia")
    yield View("word", record_url("barrier", "bar-veterinary", "word"), who="reporter-kastovia", did=give_no_word)
    yield View("publish", record_url(*DRAFT, "publish"), who="chair")
    yield View("withdraw", record_url("barrier", "bar-labels", "withdraw"), who="chair")
    yield View("delete", record_url("party", "kastovia", "delete"), who="chair")
    yield View("history", record_url("barrier", "bar-labels", "history"), who="chair")
    yield View("revision", url("revision", "barriers", "bar-labels", 1), who="chair")
    yield View("changes", url("changes"), who="chair")
    yield View("change", url("change", 1), who="chair")
    yield View("change", url("change", 2), who="chair")
    yield View("import", url("import"), who="editor")
    yield View("import", url("import"), who="editor", did=bring_nothing)
    yield View("confirm-import", url("import"), who="chair", did=bring_a_file)
    yield View("confirm-import", url("import"), who="editor-kastovia", did=bring_mistakes)
    yield View("import", url("import"), who="reporter-brinmark", status=403)
    yield View("speech", url("speech"), who="editor", did=check)
    yield View("speech", url("speech"), who="editor", did=keep_and_edit)
    yield View("speech", url("speech"), who="editor", did=keep_and_edit_twice)
    for address in ("/", url("pair", "XBR", "XKA"), url("scorecard"), url("register"), url("listing", "barriers")):
        yield View("home", f"{address}?on=2023-06-20", who="chair")
    yield View("record", f"{record_url('barrier', 'bar-veterinary')}?on=2023-06-20", who="chair")


def _of_accounts(people: tuple[int, int]) -> Iterator[View]:
    own, other = people
    yield View("account", url("account"), who="reporter-kastovia")
    yield View("account", url("account"), who="visitor")
    yield View("password", url("password"), who="visitor", did=change_the_password_wrongly)
    yield View("tokens", url("tokens"), who="visitor")
    yield View("tokens", url("tokens"), who="editor", did=make_a_key)
    yield View("erase-account", url("erase-account"), who="visitor")
    yield View("people", url("people"), who="admin")
    yield View("new-person", url("new-person"), who="admin", did=take_a_taken_name)
    yield View("person", url("person", own), who="admin")
    yield View("person", url("person", other), who="admin", did=give_a_wrong_role)


def of_an_empty_office(who: str) -> Iterator[View]:
    """Pages of an office without records and without statistics."""
    names = (
        "home",
        "regions",
        "register",
        "forum",
        "scorecard",
        "indicators",
        "scenarios",
        "speech",
        "speeches",
        "changes",
        "import",
    )
    yield from (View(name, url(name), who=who) for name in names)
    yield View("home", url("home"))
    yield View("regions", url("regions"))
    yield View("pair", url("pair", "DEU", "FRA"), who=who)
    yield View("listing", url("listing", "barriers"), who=who)
    yield View("indicator", url("indicator", "rca"))
    yield View("new", url("new", "parties"), who=who)
    yield View("speech", url("speech"), did=check)
