"""Read JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from pipeline.feeds.draft import cap_entries, draft_entry
from pipeline.feeds.plain import as_html, one_line
from pipeline.feeds.problems import Problems, display_url
from pipeline.model import ParsedFeed
from pipeline.model.errors import ContentError

# The specification wants the address; some generators write the number alone.
_VERSION = re.compile(r"jsonfeed\.org/version/|^\s*1(?:\.[01])?\s*$")


def read(text: str, *, url: str, base: str, now: datetime, problems: Problems) -> ParsedFeed:
    """Read the entries of a JSON Feed.

    Raises:
        ContentError: ``not-a-feed``, where it is no JSON or names no version.
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _not_a_feed(url, "starts like JSON but can't be read as such") from error
    if not isinstance(data, dict) or not _VERSION.search(_text(data, "version")):
        raise _not_a_feed(url, "is JSON, but no JSON Feed")
    items = data.get("items")
    if not isinstance(items, list):
        problems.note("The feed's list of entries is missing.")
        items = []
    language = _text(data, "language")
    entries = []
    for item in items[: cap_entries(len(items), problems)]:
        if not isinstance(item, dict):
            problems.note("An entry is not an object and was skipped.")
            continue
        body = as_html(_text(item, "summary") or _text(item, "content_text")) or _text(item, "content_html")
        entry = draft_entry(
            guid=_text(item, "id"),
            links=(_text(item, "url"), _text(item, "external_url"), _text(item, "id")),
            base=base,
            title=as_html(_text(item, "title")),
            summary=body,
            date=_text(item, "date_published") or _text(item, "date_modified"),
            language=_text(item, "language") or language,
            now=now,
            problems=problems,
        )
        if entry:
            entries.append(entry)
    return ParsedFeed("json", one_line(as_html(_text(data, "title"))), tuple(entries), None, problems.lines())


def _text(item: dict[str, Any], key: str) -> str:
    """Return a field as text; numbers are taken, since some feeds have them as ids."""
    value = item.get(key)
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else ""


def _not_a_feed(url: str, why: str) -> ContentError:
    return ContentError("not-a-feed", f"{display_url(url)} {why}.", remedy="Open it in a browser; look for its feed.")
