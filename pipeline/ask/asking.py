"""What may be asked, read from text: times, limits, words, cursors. What can't be is told with what can. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

from pipeline.model import escape
from pipeline.model.errors import UsageError
from pipeline.model.text import parse_moment, shorten

DEFAULT_LIMIT, MAX_LIMIT = 50, 200  # items of an answer: what an assistant can take in
MAX_WORDS, MAX_WORDS_LENGTH = 10, 200
MAX_TEXT = 200  # characters of any other argument
MAX_CURSOR = 400
_YEARS = range(1900, 2200)

BY = {"known": "known_at", "held": "held_from"}


def moment(name: str, text: str | None, *, begins: bool = False) -> datetime | None:
    """Read a day (2025-09-30) or a time (2025-09-30T14:00Z); without a zone it is UTC.

    Args:
        name: of the argument, for the error.
        text: what was given; None and empty are no time.
        begins: a day means its beginning, else its end.

    Raises:
        UsageError: it is neither.
    """
    if text is None or not text.strip():
        return None
    given = text.strip()
    try:
        found = parse_moment(given, begins=begins).astimezone(UTC)
        if found.year not in _YEARS:
            raise ValueError("a year far away")
    except (ValueError, OverflowError):
        raise UsageError(
            f"{name} is no day or time: '{shorten(escape.line(given), 60)}'.",
            remedy="Write 2025-09-30 or 2025-09-30T14:00Z.",
        ) from None
    return found


def limit_of(limit: int | None, most: int = MAX_LIMIT) -> int:
    """Return how many items are wanted.

    Raises:
        UsageError: fewer than one, or more than ``most``.
    """
    wanted = DEFAULT_LIMIT if limit is None else limit
    if not 1 <= wanted <= most:
        raise UsageError(f"limit is {wanted}.", remedy=f"It is from 1 to {most}; a cursor brings what follows.")
    return wanted


def word_of(name: str, text: str | None, allowed: Collection[str] = ()) -> str:
    """Return ``text`` without white space around it; empty where none was given.

    Raises:
        UsageError: it is too long, or none of ``allowed``, where there are such.
    """
    given = (text or "").strip()
    if len(given) > MAX_TEXT:
        raise UsageError(f"{name} is longer than {MAX_TEXT} characters.", remedy="Give a shorter one.")
    if given and allowed and given not in allowed:
        raise UsageError(
            f"{name} is unknown: '{shorten(escape.line(given), 60)}'.", remedy=f"One of: {', '.join(allowed)}."
        )
    return given


def words_of(text: str) -> tuple[str, ...]:
    """Return the words to look for.

    Raises:
        UsageError: there are none, or too many.
    """
    words = tuple(dict.fromkeys(text.split()))
    if not words:
        raise UsageError("words is empty.", remedy="Give one or more words, or parts of words.")
    if len(text) > MAX_WORDS_LENGTH or len(words) > MAX_WORDS:
        raise UsageError(
            f"words has more than {MAX_WORDS} words or {MAX_WORDS_LENGTH} characters.",
            remedy="Give those that matter: all of them must be there.",
        )
    return words


def make_cursor(question: str, place: Sequence[object]) -> str:
    """Return the text that names ``place`` in the answer to ``question``."""
    text = json.dumps([question, *map(str, place)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(question: str, cursor: str | None, parts: int) -> tuple[str, ...] | None:
    """Return the place that ``cursor`` names; None for the beginning.

    Raises:
        UsageError: it is none of this question's.
    """
    if cursor is None or not cursor:
        return None
    try:
        if len(cursor) > MAX_CURSOR:
            raise ValueError("too long")
        found = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        if not (isinstance(found, list) and all(isinstance(one, str) for one in found)):
            raise ValueError("not of ours")
        if found[0] != question or len(found) != parts + 1:
            raise ValueError("of another question")
    except (ValueError, IndexError, RecursionError, binascii.Error):
        raise _no_cursor() from None
    return tuple(found[1:])


def number_at(place: Sequence[str] | None) -> int | None:
    """Return the number that a cursor names; None for the beginning.

    Raises:
        UsageError: it is no number.
    """
    if place is None:
        return None
    try:
        found = int(place[0])
        if abs(found) >= 2**62:
            raise ValueError("too large")
    except ValueError:
        raise _no_cursor() from None
    return found


def row_at(place: Sequence[str] | None) -> tuple[datetime, UUID] | None:
    """Return the time and the id that a cursor names; None for the beginning.

    Raises:
        UsageError: it is none.
    """
    if place is None:
        return None
    try:
        found = datetime.fromisoformat(place[0]), UUID(place[1])
        if found[0].tzinfo is None or found[0].year not in _YEARS:
            raise ValueError("not of ours")
    except ValueError:
        raise _no_cursor() from None
    return found


def _no_cursor() -> UsageError:
    return UsageError(
        "The cursor is none of this question's.", remedy="Give back next_cursor as it came, with the same arguments."
    )
