"""A served office, as `hansa serve` serves it, and browsers that come to it.

python -m tests.e2e.office_site HOME [STORE] founds one: with a store the demo of the sample world, without one an empty
office; it says names and passwords as JSON.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page

from hansa.office import service
from hansa.office.configuration import DATABASE, HOME
from hansa.office.founding import SETTINGS
from tests.e2e.office_process import ROOT

PATIENCE = 120  # seconds until a server answers on a busy machine
DESK, TELEPHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@dataclass(frozen=True)
class Site:
    """Where a served office is, and who may sign in with what password."""

    address: str
    passwords: Mapping[str, str]
    _kept: dict[str, object] = field(default_factory=dict, repr=False)

    def opened(self, browser: Browser, name: str = "", language: str = "en", **asked: object) -> BrowserContext:
        """A browser of its own in which somebody is signed in; a visitor's where the name is empty."""
        kept = self._signed_in(browser, name) if name else None
        options = {"base_url": self.address, "locale": language, "viewport": DESK, "storage_state": kept, **asked}
        return browser.new_context(**options)  # type: ignore[arg-type]

    def _signed_in(self, browser: Browser, name: str) -> object:
        if name not in self._kept:
            context = browser.new_context(base_url=self.address, locale="en")
            page = context.new_page()
            page.goto("/account/sign-in")
            self.sign_in(page, name)
            self._kept[name] = context.storage_state()
            context.close()
        return self._kept[name]

    def sign_in(self, page: Page, name: str) -> None:
        """Fill in and send the form of the page for signing in."""
        page.fill("#username", name)
        page.fill("#password", self.passwords[name])
        page.click("main button")
        page.wait_for_url(lambda address: "sign-in" not in address)


@contextmanager
def served(home: Path, store: Path | None = None) -> Iterator[Site]:
    """An office founded in a folder and served on a free port, for as long as it is asked for."""
    clean = {name: value for name, value in os.environ.items() if name not in (DATABASE, HOME)}
    words = [sys.executable, "-m", "tests.e2e.office_site", str(home), *([str(store)] if store else [])]
    said = subprocess.run(words, cwd=ROOT, env=clean, capture_output=True, text=True, check=True)
    port = _free_port()
    command = service.command("127.0.0.1", port, workers=1, threads=4, access_log=False)
    environment = {**clean, HOME: str(home), "DJANGO_SETTINGS_MODULE": SETTINGS}
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            _await(server, port)
            yield Site(f"http://127.0.0.1:{port}", json.loads(said.stdout))
        finally:
            server.terminate()
            server.wait(30)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


def _await(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        assert server.poll() is None, "the server ended"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
        finally:
            connection.close()
    raise AssertionError("the server did not answer")


def found(home: Path, store: Path | None) -> dict[str, str]:
    """Found an office; names and passwords."""
    if store is None:
        ready = service.make_ready(home)
        assert ready.first
        return dict([ready.first])
    from hansa.office import founding

    founding.found(home, store=store, title="Hansa: the sample world", demo=True)
    founding.enter(home)
    founding.migrate()
    from hansa.office import demo

    keys = demo.sample_accounts()
    demo.seed()
    return {key.name: key.password for key in keys}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(found(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)))
