"""The pages of docs/reference/ that are written from the code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from flows.cli import main
from tests.docs_site import commands, settings, watch_files
from tests.docs_site.markdown import generated

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "reference"


def pages() -> Iterator[tuple[Path, str]]:
    """(path, text) of each page."""
    yield FOLDER / "commands.md", generated(commands.TITLE, commands.page(main))
    yield FOLDER / "settings.md", generated(settings.TITLE, settings.page())
    yield FOLDER / "watch-files.md", generated(watch_files.TITLE, watch_files.page())


def update() -> list[Path]:
    """Write them; the paths of those that were other than before."""
    written = []
    FOLDER.mkdir(exist_ok=True)
    for path, text in pages():
        if not path.exists() or path.read_text("utf-8") != text:
            path.write_text(text, "utf-8")
            written.append(path)
    return written
