"""The site of the documentation: ``docs/`` and what it links to, built by Zensical into ``build/docs/site``.

Pages link to files of the repository that lie outside ``docs/``, as one reads them there too: what they link to comes
along, under ``repository/``. The site asks nothing of the network, and opens from the file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
CONFIG = DOCS / "zensical.toml"
BUILD = ROOT / "build" / "docs"
HOME = BUILD / "site" / "index.html"
BESIDE = PurePosixPath("repository")  # where what lies outside docs/ goes in the site
LIMIT = 120  # seconds
# A link or picture whose target is a file: no address, no anchor of the same page.
_LINK = re.compile(r"(\]\()(?!https?:|mailto:|#)([^)#\s]+)")
_FENCE = re.compile(r"(^```.*?^```[^\n]*$)", re.MULTILINE | re.DOTALL)


def build(folder: Path = BUILD, docs: Path = DOCS) -> None:
    """Build the site into ``folder``/site.

    Raises:
        SystemExit: a page, link or anchor is not there; Zensical's words say where.
    """
    shutil.rmtree(folder, ignore_errors=True)
    stage(docs, folder / "docs")
    shutil.copyfile(docs / CONFIG.name, folder / CONFIG.name)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(folder / CONFIG.name)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LIMIT, check=False)
    if done.returncode:
        said = re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr)
        if "issue" in said:  # it says what is wrong with which page; the trace that follows says nothing
            said = said.partition("Traceback")[0]
        raise SystemExit(
            f"{said.strip()}\nThe documentation was not built. {docs} holds the pages that are named here."
        )


def stage(docs: Path, folder: Path) -> None:
    """Copy ``docs`` into ``folder``, and what its pages link to outside of it, with the links as they are there."""
    todo, done = [path for path in sorted(docs.rglob("*")) if path.is_file() and path.name != CONFIG.name], set()
    root = docs.parent
    while todo:
        source = todo.pop()
        if source in done:
            continue
        done.add(source)
        target = folder / place(source, docs)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix != ".md":
            shutil.copyfile(source, target)
            continue
        text = source.read_text("utf-8")
        target.write_text(relinked(text, source, docs), "utf-8")
        todo += [path for path in linked(text, source) if path.is_file() and path.is_relative_to(root)]


def place(source: Path, docs: Path) -> PurePosixPath:
    """Where a file of the repository stands among the pages."""
    if source.is_relative_to(docs):
        return PurePosixPath(source.relative_to(docs).as_posix())
    return BESIDE / source.relative_to(docs.parent).as_posix()


def linked(text: str, source: Path) -> Iterator[Path]:
    """The files that the page ``source`` links to, whether they are there or not."""
    for part in _FENCE.split(text)[::2]:
        for _, target in _LINK.findall(part):
            yield Path(os.path.normpath(source.parent / target))


def relinked(text: str, source: Path, docs: Path) -> str:
    """``text``, of the page ``source``, with each link as it is among the pages of the site."""
    here = place(source, docs).parent

    def moved(found: re.Match[str]) -> str:
        path = Path(os.path.normpath(source.parent / found[2]))
        if not path.is_file() or not path.is_relative_to(docs.parent):
            return found[0]  # for the strict build to tell
        return f"{found[1]}{PurePosixPath(os.path.relpath(place(path, docs), here))}"

    parts = _FENCE.split(text)
    parts[::2] = [_LINK.sub(moved, part) for part in parts[::2]]
    return "".join(parts)


def navigation(config: Path = CONFIG) -> list[str]:
    """The pages that the site's menu has, in its order."""

    def walk(item: Any) -> Iterator[str]:
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            for inner in item.values():
                yield from walk(inner)
        else:
            for inner in item:
                yield from walk(inner)

    return list(walk(tomllib.loads(config.read_text("utf-8"))["project"]["nav"]))
