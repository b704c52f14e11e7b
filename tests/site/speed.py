"""How soon the page of a watch with many changes can be read and used.

    python -m tests.site.speed [CHANGES]

Needs Chromium and Playwright. Builds a site with 2,000 changes by default, opens it a few times from its file, and
tells when its first words are seen, when all of it is loaded, and how long a search and a board of a day take; and the
same of the page that tells why.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from pipeline.site.build import build
from pipeline.site.why import WHY
from tests.site.world import write_many

ROUNDS = 5
WHY_NAMES = ("why: first words seen", "why: all loaded", "why: a search")
LOADED = """() => {
  const timing = performance.getEntriesByType("navigation")[0];
  return [performance.getEntriesByName("first-contentful-paint")[0].startTime, timing.loadEventEnd];
}"""
USED = """([form, name, value]) => {
  const start = performance.now();
  const control = document.getElementById(form).elements[name];
  control.value = value;
  control.dispatchEvent(new Event("input", { bubbles: true }));
  document.body.offsetHeight;
  return performance.now() - start;
}"""


SEARCH, BOARD = ("filters", "text", "1500 people"), ("asof", "day", "2024-09-01")


def measure(browser: Any, address: str, *asks: tuple[str, str, str]) -> list[float]:
    """Milliseconds to the first words, to the end of loading, and of each of ``asks``: a form, a control, a value."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    times = [*page.evaluate(LOADED), *(page.evaluate(USED, list(ask)) for ask in asks)]
    page.close()
    return [float(one) for one in times]


def main(changes: int = 2_000) -> None:
    """Measure, and print a line for each figure."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory(prefix="missionwatch-") as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        write_many(folder, changes)
        started = time.perf_counter()
        page = build(folder, "haiti", "Haiti").page
        print(f"{changes:,} changes: made in {time.perf_counter() - started:.1f} s, {size(page)}")
        started = time.perf_counter()
        build(folder, "haiti", "Haiti")
        why = page.with_name(WHY)
        print(f"made again, with nothing new: {time.perf_counter() - started:.1f} s; {WHY}: {size(why)}")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        measure(browser, page.as_uri())  # the browser's own start is not the page's
        rounds = [
            measure(browser, page.as_uri(), SEARCH, BOARD) + measure(browser, why.as_uri(), SEARCH)
            for _ in range(ROUNDS)
        ]
        browser.close()
    names = ("first words seen", "all loaded", "a search", "a board of a day", *WHY_NAMES)
    for name, times in zip(names, zip(*rounds, strict=True), strict=True):
        print(f"{name}: {sorted(times)[ROUNDS // 2]:.0f} ms (median of {ROUNDS}; {min(times):.0f} to {max(times):.0f})")


def size(page: Path) -> str:
    """How large a page is, as it is and packed."""
    data = page.read_bytes()
    return f"{len(data) / 1e6:.1f} MB ({len(gzip.compress(data)) / 1e6:.1f} MB packed)"


if __name__ == "__main__":
    main(*(int(number) for number in sys.argv[1:2]))
