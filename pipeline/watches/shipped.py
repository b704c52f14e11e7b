"""What comes with Missionwatch beside its code: watches with their archives, lists of feeds by region, documents.

In a wheel they stand in the package, in ``shipped``, where ``hatch_build.py`` packs them; in a checkout in their own
folders.
"""

from __future__ import annotations

import difflib
import shutil
from collections import Counter
from functools import lru_cache
from pathlib import Path

from pipeline.model import Feed
from pipeline.model.errors import UsageError
from pipeline.model.text import shorten
from pipeline.watches.load import load_watch
from pipeline.watches.tables import same_address
from pipeline.watches.write import refuse_a_watch

REGION = "region:"
_PACKAGE = Path(__file__).resolve().parents[1]
_PACKED = _PACKAGE / "shipped"
_ROOT = _PACKED if _PACKED.is_dir() else _PACKAGE.parent
_WATCHES = ("haiti", "somalia", "lebanon")  # where two list one feed, the first one's words for it count


def shipped_watches() -> dict[str, str]:
    """Return the titles of the watches that come with it, by name."""
    return {name: load_watch(folder).title for name, folder in _folders().items()}


def copy_watch(name: str, folder: Path) -> None:
    """Copy the shipped watch called ``name`` into ``folder``, with its archive.

    Raises:
        UsageError: there is none, there is a watch in the folder already, or it can't be written.
    """
    known = _folders()
    if name not in known:
        raise UsageError(
            f"No watch called '{shorten(name, 40)}' comes with Missionwatch.", remedy=_there_are(name, known)
        )
    refuse_a_watch(folder)
    try:
        shutil.copytree(known[name], folder, dirs_exist_ok=True, copy_function=shutil.copyfile)
    except OSError as error:
        raise UsageError(
            f"{folder} can't be written: {error.strerror or 'not all files could be copied'}.",
            remedy="Name a folder that is yours.",
        ) from error


def shipped_pages() -> dict[str, Path]:
    """Return the documents, by name: ``alerts``, ``how-to/more-or-fewer``; empty where none was installed."""
    docs = _ROOT / "docs"
    return {path.relative_to(docs).with_suffix("").as_posix(): path for path in sorted(docs.rglob("*.md"))}


def shipped_page(name: str) -> str:
    """Return the text of the document called ``name``.

    Raises:
        UsageError: there is none.
    """
    known = shipped_pages()
    asked = name.removeprefix("docs/").removesuffix(".md")
    if asked not in known:
        raise UsageError(f"There is no document '{shorten(name, 40)}'.", remedy=_there_are(asked, known))
    return known[asked].read_text("utf-8")


def shipped_regions() -> dict[str, int]:
    """How many feeds are listed of each region, the largest lists first; empty where no list was installed."""
    return dict(sorted(Counter(feed.region for feed in _feeds()).items(), key=lambda at: (-at[1], at[0])))


def shipped_feeds(region: str) -> tuple[Feed, ...]:
    """The feeds that are listed of ``region``.

    Raises:
        UsageError: there is no list of it.
    """
    wanted = region.strip().casefold().replace(" ", "-")
    found = tuple(feed for feed in _feeds() if feed.region == wanted)
    if not found:
        known = ", ".join(shipped_regions())
        raise UsageError(
            f"There is no list of feeds for the region '{shorten(region, 40)}'.",
            remedy=f"There are: {known}." if known else "No list was installed: name an OPML file.",
        )
    return found


def _folders() -> dict[str, Path]:
    found = {name: _ROOT / "seeds" / name for name in _WATCHES}
    return {name: folder for name, folder in found.items() if folder.is_dir()}


@lru_cache(maxsize=1)
def _feeds() -> tuple[Feed, ...]:
    found: dict[str, Feed] = {}
    for folder in _folders().values():
        for feed in load_watch(folder).feeds:
            found.setdefault(same_address(feed.url), feed)
    return tuple(found.values())


def _there_are(asked: str, known: dict[str, Path]) -> str:
    near = difflib.get_close_matches(asked, list(known), n=1)
    return f"{f'Did you mean {near[0]}? ' if near else ''}There are: {', '.join(known) or 'none'}."
