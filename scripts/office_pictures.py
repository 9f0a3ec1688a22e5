"""Take the pictures of the office that the documentation shows, of the running demo: docs/images/office-*.png.

    hansa serve --port 8000                                     # says the password of `editor`
    python scripts/office_pictures.py http://127.0.0.1:8000 PASSWORD

Needs playwright with a Chromium, and Pillow, which packs them with a palette of 128 colours.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
# name, address, width, height
PICTURES = (
    ("office-home", "/", 1280, 1200),
    ("office-barrier", "/register/barriers/bar-recycling", 390, 1250),
    ("office-pair", "/pairs/XBR/XKA", 1280, 1150),
)
CHROMIUM = "/usr/bin/chromium"
COLOURS = 128
PATIENCE = 180_000  # milliseconds for a page


def main(site: str, password: str) -> None:
    """All pictures, in place of those that are there."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM if Path(CHROMIUM).exists() else None, args=["--no-sandbox"]
        )
        context = browser.new_context(base_url=site, locale="en")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto("/account/sign-in")
        page.fill("#username", "editor")
        page.fill("#password", password)
        page.click("main button")
        page.wait_for_url(lambda address: "sign-in" not in address)
        for name, address, width, height in PICTURES:
            page.set_viewport_size({"width": width, "height": height})
            page.goto(address)
            page.wait_for_function("!document.querySelector('meta[http-equiv=refresh]')")  # not while it is worked out
            taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            packed = taken.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
            packed.save(IMAGES / f"{name}.png", optimize=True)
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
