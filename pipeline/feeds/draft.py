"""Build entries, for the readers of all formats: canonical links, ids that are never empty, the cap on entries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from pipeline.feeds.plain import one_line, paragraphs
from pipeline.feeds.problems import Problems, scrub
from pipeline.model import ParsedEntry
from pipeline.model.dates import read_date
from pipeline.model.errors import RefusedError
from pipeline.model.text import bytes_hash
from pipeline.model.urls import canonical

MAX_ENTRIES: Final = 2_000  # rss-fetcher's bound
_MAX_GUID: Final = 2_048
_MAX_LANGUAGE: Final = 35  # RFC 5646, 4.4.1


def pick_link(candidates: Iterable[str], base: str) -> str:
    """Return the first candidate that is an http or https address, canonical; empty where none is."""
    for candidate in candidates:
        if candidate:
            try:
                return canonical(candidate, base or None)
            except RefusedError:
                continue
    return ""


def draft_entry(
    *,
    guid: str,
    links: Iterable[str],
    base: str,
    title: str,
    summary: str,
    date: str,
    language: str,
    now: datetime,
    problems: Problems,
) -> ParsedEntry | None:
    """Build an entry from the strings of a feed; None, with a problem recorded, where no link of it can be used.

    Args:
        guid: the feed's own id; empty falls back to the link.
        links: candidates, best first, perhaps relative.
        base: what relative links are relative to.
        title, summary: text or HTML.
        date: the string as it stands.
        language: a code such as ``en-GB``.
        now: UTC.
        problems: takes the flaws.
    """
    told = one_line(title)
    link = pick_link(links, base)
    if not link:
        problems.note("An entry has no link that can be used and was skipped.", told or guid or "(no title)")
        return None
    dated = read_date(date, now)
    for flaw in dated.flaws:
        problems.note(flaw, date)
    published = dated.time and dated.time.astimezone(UTC)
    own = scrub(guid).strip()
    if len(own) > _MAX_GUID:
        own = bytes_hash(own.encode())
    return ParsedEntry(
        guid=own or link or bytes_hash(f"{told}\x1f{published}".encode()),
        link=link,
        title=told,
        summary=paragraphs(summary),
        published=published,
        precision=dated.precision,
        language=scrub(language).strip()[:_MAX_LANGUAGE],
    )


def cap_entries(count: int, problems: Problems) -> int:
    """Return how many of ``count`` entries are read, recording a problem where it is not all."""
    if count > MAX_ENTRIES:
        problems.note(f"The feed has {count:,} entries; {MAX_ENTRIES:,} were read.")
    return min(count, MAX_ENTRIES)
