"""A page opened in a browser by a test that fails with anything that goes wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def opened(browser: Any, address: str, **options: Any) -> Iterator[Any]:
    """The page at ``address``; ``page.asked`` are the addresses that it asked for."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    page = context.new_page()
    wrong: list[str] = []
    page.asked = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: page.asked.append(asked.url))
    page.goto(address)
    yield page
    context.close()
    assert wrong == []
