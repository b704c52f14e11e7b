"""Small, pure operations on text: ids, hashes, normal forms, safe display."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import UTC, date, datetime, time
from uuid import UUID

# C0 and C1 controls but tab and newline, and the marks that reorder or hide text (the last: a whole alphabet of tags
# that no screen shows and a language model reads).
_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)


def content_id(kind: str, *parts: object) -> UUID:
    """Return a UUID that depends on the parts alone, so that the same input gives the same row.

    Args:
        kind: what the id is of, e.g. ``"entry"``; ids of different kinds never meet.
        parts: values whose ``str`` identifies the thing, in order.
    """
    digest = hashlib.sha256("\x1f".join((kind, *map(str, parts))).encode("utf-8", "surrogatepass")).digest()
    return UUID(bytes=digest[:16], version=5)


def text_hash(text: str) -> str:
    """Hash ``text``, ignoring case, spacing and Unicode form (32 hex digits)."""
    return hashlib.sha256(normalise(text).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def bytes_hash(data: bytes) -> str:
    """SHA-256 of ``data``, 32 hex digits."""
    return hashlib.sha256(data).hexdigest()[:32]


def squeeze(text: str) -> str:
    """Collapse each run of white space in ``text`` to one space, and strip the ends."""
    return " ".join(text.split())


def normalise(text: str) -> str:
    """Normalise ``text`` for comparing: NFKC, lower case, straight quotes, single spaces."""
    if text.isascii():
        return squeeze(text.lower())
    folded = unicodedata.normalize("NFKC", text).casefold()
    return squeeze(folded.replace("\u2019", "'").replace("\u2018", "'").replace("\u201c", '"').replace("\u201d", '"'))


def safe(text: str) -> str:
    """Remove from ``text`` the control and direction marks that could forge what a person sees."""
    return _UNSAFE.sub("", text)


def shorten(text: str, limit: int) -> str:
    """Cut ``text`` to at most ``limit`` characters, at a word, with an ellipsis."""
    text = squeeze(text)
    if len(text) <= limit:
        return text
    cut = text[: limit - 1].rsplit(" ", 1)[0]
    return f"{cut or text[: limit - 1]}…"


def format_day(when: date | None) -> str:
    """Format a day: ``30 Sep 2025``; of a time, its day in UTC."""
    return f"{when:%d %b %Y}".lstrip("0") if when else ""


def format_moment(when: datetime | None) -> str:
    """Format a time: ``30 Sep 2025, 18:15 UTC``."""
    return f"{format_day(when)}, {when:%H:%M} UTC" if when else ""


def parse_moment(text: str, *, begins: bool = False) -> datetime:
    """Parse a day (2025-09-30) or a time (2025-09-30T14:00Z); without a zone it is UTC.

    Args:
        text: as a person types it.
        begins: a day means its beginning, else its end.

    Raises:
        ValueError: it is neither.
    """
    if len(text) == len("2025-09-30"):
        return datetime.combine(date.fromisoformat(text), time.min if begins else time.max, UTC)
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def pluralise(number: int, one: str, many: str = "") -> str:
    """Format a number with its noun: ``1 change``, ``2 changes``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
