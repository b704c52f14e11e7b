"""Make entries of a parsed feed's items: revisions with ids that hash their content."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Final

from pipeline.model import Entry, Feed, ParsedEntry
from pipeline.model.text import content_id

HASH_VERSION: Final = 1  # raise it when the fields of the hash change: every entry is then a new revision


def entry_from(item: ParsedEntry, feed: Feed, now: datetime) -> Entry:
    """Make an entry of one item of a feed.

    Args:
        item: what the feed's bytes say of it.
        feed: the feed that they came from.
        now: when they were seen, UTC.
    """
    digest = content_hash(item)
    return Entry(
        entry_id=content_id("entry", feed.feed_id, item.guid, digest),
        feed_id=feed.feed_id,
        guid=item.guid,
        url=item.link,
        title=item.title,
        summary=item.summary,
        published=item.published,
        precision=item.precision,
        content_hash=digest,
        seen_at=now,
    )


def content_hash(item: ParsedEntry) -> str:
    """Hash title, summary, time and link: a byte for the version, then 16 of SHA-256 (34 hex digits).

    Empty fields do not count, so that a new field is no new revision of the entries that lack it. (The method is
    that of lemon24/reader.)
    """
    fields = {
        "title": item.title,
        "summary": item.summary,
        "published": item.published.isoformat() if item.published else "",
        "link": item.link,
    }
    told = "\x1e".join(f"{name}\x1f{value}" for name, value in sorted(fields.items()) if value)
    return f"{HASH_VERSION:02x}{hashlib.sha256(told.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
