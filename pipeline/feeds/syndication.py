"""Read RSS, Atom and RDF, by feedparser over bytes in memory.

Its sanitising and its rewriting of links inside texts are off: both are quadratic on hostile input (100 kB of one
style attribute take 50 s), and we make plain text ourselves.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final
from xml.sax import SAXException

import feedparser

from pipeline.feeds.draft import cap_entries, draft_entry
from pipeline.feeds.plain import as_html, one_line
from pipeline.feeds.problems import Problems, display_url, scrub
from pipeline.model import ParsedFeed
from pipeline.model.errors import ContentError

# Always expat: feedparser would look through the disk for libxml2's driver at each feed, and read otherwise with it.
feedparser.api.PREFERRED_XML_PARSERS.clear()

# Hours of one period of the syndication module (http://web.resource.org/rss/1.0/modules/syndication/).
_PERIODS: Final = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8_760}


def read(text: str, *, url: str, base: str, now: datetime, problems: Problems) -> ParsedFeed:
    """Read the entries of a feed, those of a broken one too, as far as it goes.

    Raises:
        ContentError: ``not-a-feed``, where there is neither a known format nor an entry.
    """
    # Our own declaration and line end keep feedparser's search for an encoding on the first line.
    body = b"<?xml version='1.0' encoding='utf-8'?>\n" + text.encode("utf-8", "replace")
    # No address goes along: feedparser would turn an id such as "1" into one. We resolve the links ourselves.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = feedparser.parse(
                io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
            )
    except Exception as error:  # a foreign parser on hostile input: whatever it raises, it is no feed for us
        raise _not_a_feed(url) from error
    version = found.get("version") or ""
    items = found.get("entries") or []
    if not version and not items:
        raise _not_a_feed(url)
    if not version:
        problems.note("The feed names no format that we know; it was read as RSS.")
    if found.get("bozo"):
        problems.note(_flaw(found.get("bozo_exception")))
    head = found.get("feed") or {}
    language = _field(head, "language")
    entries = []
    for item in items[: cap_entries(len(items), problems)]:
        entry = draft_entry(
            guid=_field(item, "id"),
            links=_links(item),
            base=base,
            title=_markup(item, "title"),
            summary=_summary(item),
            date=_field(item, "published") or _field(item, "updated") or _field(item, "created"),
            language=_field(item, "language") or language,
            now=now,
            problems=problems,
        )
        if entry:
            entries.append(entry)
    return ParsedFeed(_kind(version), one_line(_markup(head, "title")), tuple(entries), _ttl(head), problems.lines())


def _kind(version: str) -> str:
    if version in {"rss090", "rss10"}:
        return "rdf"
    return "atom" if version.startswith("atom") else "rss"


def _field(item: Any, key: str) -> str:
    """Return a field as it stands; plain ``dict`` access, since feedparser's own takes one date for another."""
    value = dict.get(item, key)
    return value if isinstance(value, str) else ""


def _links(item: Any) -> Iterator[str]:
    """Candidates for the page's address, best first: the one behind a counting redirect, then the plain link."""
    yield _field(item, "feedburner_origlink")
    yield _field(item, "link")
    links = dict.get(item, "links") or []
    yield from (_field(link, "href") for link in links if dict.get(link, "rel") == "alternate")
    guid = _field(item, "id")
    if guid.startswith(("http://", "https://")):
        yield guid
    # An entry's own address, where nothing else is given: some sites write the page's address so.
    yield from (_field(link, "href") for link in links if dict.get(link, "rel") == "self")


def _markup(item: Any, key: str) -> str:
    """Return a text as HTML, whatever type the feed gives it."""
    value = _field(item, key)
    detail = dict.get(item, f"{key}_detail") or {}
    plain = dict.get(detail, "type") == "text/plain"
    # Plain text with a character reference in it was escaped twice, as many feeds do.
    return as_html(value) if plain and "&" not in value else value


def _summary(item: Any) -> str:
    if summary := _markup(item, "summary"):
        return summary
    for content in dict.get(item, "content") or []:
        if value := _field(content, "value"):
            return value
    return ""


def _ttl(head: Any) -> timedelta | None:
    """Return how long the feed says it need not be asked again: RSS ``ttl``, else the syndication module."""
    ttl = _field(head, "ttl").strip()
    if ttl.isascii() and ttl.isdigit() and 0 < len(ttl) <= 6 and int(ttl):
        return timedelta(minutes=int(ttl))
    hours = _PERIODS.get(_field(head, "sy_updateperiod").strip().lower())
    if hours is None:
        return None
    often = _field(head, "sy_updatefrequency").strip()
    times = int(often) if often.isascii() and often.isdigit() and len(often) <= 4 else 1
    return timedelta(hours=hours) / max(times, 1)


def _flaw(error: object) -> str:
    if isinstance(error, SAXException):
        line = getattr(error, "getLineNumber", lambda: None)()
        where = f" at line {line - 1}" if isinstance(line, int) and line > 1 else ""
        return scrub(f"The XML is not well-formed{where} ({error.getMessage()}); it was read as far as it goes.")[:300]
    return scrub(f"The feed has a flaw ({error}); it was read as far as it goes.")[:300]


def _not_a_feed(url: str) -> ContentError:
    said = f"{display_url(url)} is XML, but no feed that we know."
    return ContentError("not-a-feed", said, remedy="Open it in a browser; look for its feed.")
