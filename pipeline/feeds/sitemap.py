"""Read sitemaps, with Google's news extension or without (https://www.sitemaps.org/protocol.html)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from lxml import etree

from pipeline.feeds.draft import cap_entries, draft_entry
from pipeline.feeds.problems import Problems, display_url
from pipeline.model import ParsedFeed
from pipeline.model.errors import ContentError

_EXTENSION: Final = "/schemas/sitemap-"
_GOOGLE: Final = "http://www.google.com/schemas/sitemap-"
_NEWS: Final = f"{_GOOGLE}news"


def read(text: str, *, url: str, base: str, now: datetime, problems: Problems) -> ParsedFeed:
    """Read the pages that a sitemap lists; of more than 2,000 the newest.

    Raises:
        ContentError: ``not-a-feed``, where nothing of it can be read as XML.
    """
    parser = etree.XMLParser(
        encoding="utf-8", recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        root = None
    if root is None:
        raise ContentError("not-a-feed", f"{display_url(url)} starts like a sitemap but can't be read.")
    if parser.error_log:
        problems.note("The XML is not well-formed; it was read as far as it goes.", f"line {parser.error_log[0].line}")
    if _name(root)[1] == "sitemapindex":
        listed = [found["loc"] for found in map(_fields, root) if found.get("loc")]
        problems.note("This is an index of sitemaps, not a sitemap: watch one of those that it lists.", *listed[:1])
        return ParsedFeed("sitemap", "", (), None, problems.lines())
    entries = []
    rows = [found for found in map(_fields, root) if found]
    count = cap_entries(len(rows), problems)
    if count < len(rows):
        # A plain sitemap has no order to rely on. ISO dates sort as text.
        rows = sorted(rows, key=lambda row: row.get("publication_date") or row.get("lastmod") or "", reverse=True)
    for row in rows[:count]:
        entry = draft_entry(
            guid="",
            links=(row.get("loc", ""),),
            base=base,
            title=row.get("title", ""),
            summary="",
            date=row.get("publication_date") or row.get("lastmod") or "",
            language=row.get("language", ""),
            now=now,
            problems=problems,
        )
        if entry:
            entries.append(entry)
    return ParsedFeed("sitemap", "", tuple(entries), None, problems.lines())


def _fields(element: etree._Element) -> dict[str, str]:
    """Return the texts of a ``url`` or ``sitemap`` element by local name; the first of each name counts."""
    found: dict[str, str] = {}
    for child in element.iter(etree.Element):  # elements only: no comments, no entities
        space, name = _name(child)
        if _EXTENSION in space and not space.startswith(_NEWS):
            continue  # image:loc and video:title say nothing of the page
        if child.text and child.text.strip():
            found.setdefault(name, child.text.strip())
    return found


def _name(element: etree._Element) -> tuple[str, str]:
    """Return namespace and local name; an undeclared prefix counts as Google's extension of that name."""
    tag = str(element.tag)
    if tag.startswith("{"):
        space, _, local = tag[1:].partition("}")
        return space, local
    prefix, _, local = tag.rpartition(":")
    return (f"{_GOOGLE}{prefix}" if prefix else ""), local
