"""A site that is built once, and a browser that looks at it: Debian's Chromium, without any download."""

from __future__ import annotations

import functools
import shutil
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipeline.site.build import build, load_view
from pipeline.site.view import View
from tests.site.world import write_held, write_world

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the published file of the small world."""
    folder = tmp_path_factory.mktemp("world")
    write_world(folder)
    return folder


@pytest.fixture(scope="session")
def held_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the small world and what was held back in it."""
    folder = tmp_path_factory.mktemp("held")
    write_held(folder)
    return folder


@pytest.fixture(scope="session")
def view(data_dir: Path) -> View:
    """What its page says."""
    return load_view(data_dir, "haiti", "Haiti")[0]


@pytest.fixture(scope="session")
def site(data_dir: Path) -> Path:
    """The folder of its site."""
    pytest.importorskip("vl_convert", reason="vl-convert-python, which draws the timeline, is not installed")
    return build(data_dir, "haiti", "Haiti").page.parent


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, driven by Playwright.

    A module's and no more: while it lives an event loop runs in this thread, and no other test can start its own.
    """
    sync = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    with sync.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The address of the same site on an ordinary web server."""
    handler = functools.partial(_Quiet, directory=str(site.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{site.name}/index.html"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""
