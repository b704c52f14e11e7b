"""The page docs/performance.md, a part for each measurement, and the machine that it was measured on."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from pipeline.lab.bench import Table, as_markdown, as_text
from tests.doc_pages import rewritten

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
PICTURES = PAGE.parent / "pictures"


def machine() -> str:
    """Processor, cores, memory and load of this machine, and what runs on it, in one line."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory:.0f} GB of memory, load {os.getloadavg()[0]:.1f} at the "
        f"start; {platform.system()}, Python {platform.python_version()}, DuckDB {version('duckdb')}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())


def show(tables: Sequence[Table]) -> None:
    """Print ``tables`` for a terminal."""
    print("\n\n".join(map(as_text, tables)), flush=True)


def updated(text: str, part: str, content: str) -> str:
    """The page's ``text`` with ``content`` as the figures of ``part``.

    Raises:
        ValueError: the page has no such part.
    """
    begin = f"<!-- figures of {part}: written by `python -m tests.bench_speed {part} --update-docs` -->"
    return rewritten(text, content, begin=begin, end=f"<!-- end of {part} -->", page=PAGE)


def update_page(part: str, tables: Sequence[Table], *, told: str, picture: str = "", alt: str = "") -> None:
    """Write the figures of ``part`` into the page.

    Args:
        part: as the page's marks name it: ``growth``, ``queries``, ``pages``, ``polling`` or ``latency``.
        tables: the figures.
        told: the machine and the command, and whatever else a reader must know first.
        picture: name of a file in docs/pictures that shows them.
        alt: what the picture shows.
    """
    shown = [f"![{alt}](pictures/{picture})"] if picture else []
    content = "\n\n".join([told, *shown, *map(as_markdown, tables)])
    PAGE.write_text(updated(PAGE.read_text("utf-8"), part, content), "utf-8")
    print(f"written: docs/{PAGE.name}, {part}")
