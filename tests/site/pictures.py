"""The pictures of docs/page.md: the page of a watch that was replayed, in the light, in the dark and on a phone.

    python -m tests.site.pictures [DATA] [FOLDER]

Needs Chromium and Playwright. DATA is a data folder with a published file of the first watch; by default the one that
``make run`` leaves. Nothing leaves the machine.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from pipeline.site.build import build
from pipeline.watches import load_watch
from tests.conftest import ROOT

DATA = ROOT / "missionwatch-data" / "archive" / "haiti"
FOLDER = ROOT / "docs" / "pictures"
MAX_BYTES = 250_000
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def main(data: Path = DATA, folder: Path = FOLDER) -> None:
    """Take all pictures anew."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium")
    watch = load_watch(ROOT / "seeds" / "haiti")
    with tempfile.TemporaryDirectory(prefix="missionwatch-") as temporary, sync_playwright() as playwright:
        page = build(data, watch.slug, watch.title, folder=Path(temporary)).page
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        wide = browser.new_page(viewport={"width": 1200, "height": 820})
        wide.goto(page.as_uri())
        take(wide, folder / "page-board.png")
        at(wide, "#timeline")
        wide.locator(".span-all a").nth(8).hover()
        take(wide, folder / "page-timeline.png")
        wide.mouse.move(2, 2)
        wide.locator("#filters [name=aspect]").select_option("strength")
        at(wide, "#changes")
        take(wide, folder / "page-changes.png")
        wide.emulate_media(color_scheme="dark")
        wide.locator("#asof input[type=date]").fill("2025-09-25")
        wide.evaluate("scrollTo(0, 0)")
        take(wide, folder / "page-asof-dark.png")
        wide.emulate_media(color_scheme="light")
        wide.goto(page.with_name("why.html").as_uri())
        why(wide, folder / "page-why.png")
        phone = browser.new_page(viewport={"width": 390, "height": 820}, device_scale_factor=2)
        phone.goto(page.as_uri())
        take(phone, folder / "page-phone.png")
        browser.close()


def why(page: Any, picture: Path) -> None:
    """A claim that was held back because the board has what it says: its score, and what it was compared with."""
    alike = "details[data-outcome='held back'] .branch:has(.cmp):has(li:nth-child(2) .score:not(.under))"
    page.evaluate(f"document.querySelector({alike!r}).closest('details').open = true")
    at(page, alike)
    take(page, picture)


def at(page: Any, selector: str) -> None:
    """Scroll to the element, and wait until it is painted."""
    page.evaluate(f"document.querySelector({selector!r}).scrollIntoView()")
    page.evaluate(SETTLED)


def take(page: Any, picture: Path) -> None:
    """Save what the window shows."""
    page.evaluate(SETTLED)
    page.screenshot(path=picture)
    size = picture.stat().st_size
    print(f"{picture.name}: {size // 1024} KB{' - too large' if size > MAX_BYTES else ''}")


if __name__ == "__main__":
    main(*(Path(name).resolve() for name in sys.argv[1:3]))
