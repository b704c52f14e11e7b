"""Combine the items that a poll read with what is remembered of those read before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from pipeline.feeds.entries import entry_from
from pipeline.feeds.schedule import key_of
from pipeline.model import Entry, Feed, ParsedFeed
from pipeline.model.text import bytes_hash

_DIGEST, _KEY, _CONTENT = 16, 10, 34  # hex digits
_LINE: Final = _DIGEST + _KEY + _CONTENT


class KnownItem(NamedTuple):
    """An item read before: the hash of its id, see :func:`pipeline.feeds.schedule.key_of`, and of its content."""

    key: str
    content: str


@dataclass(frozen=True, slots=True)
class FeedContent:
    """The content of a body.

    Attributes:
        entries: those that were read now, in the feed's order; one that says the same as an earlier one is dropped.
        read_before: how many others were read before; they are in the store.
        keys: a hash of the id of each of both.
        content: hash of all of both.
        memory: what to know of them at the next poll.
    """

    entries: tuple[Entry, ...]
    read_before: int
    keys: tuple[str, ...]
    content: str
    memory: str


def parse_memory(memory: str) -> dict[str, KnownItem]:
    """Return the items of a feed's last body that need not be read again, by digest; see :attr:`FeedContent.memory`."""
    return {
        line[:_DIGEST]: KnownItem(line[_DIGEST : _DIGEST + _KEY], line[_DIGEST + _KEY :])
        for line in memory.split()
        if len(line) == _LINE
    }


def merge_known(parsed: ParsedFeed, feed: Feed, now: datetime, known: Mapping[str, KnownItem]) -> FeedContent:
    """Return the content of a body, as if all of it had been read now.

    An item is remembered where it is sure to be read alike again: it has a date that was believed, and its entry is
    one of ``entries``, or was one before, so that the store has it.

    Args:
        parsed: the body, read; of the digests in ``known`` it may have left some out.
        feed: where it came from.
        now: when it was seen, UTC.
        known: what is remembered of the feed's last body.
    """
    items = iter(parsed.entries)
    entries: list[Entry] = []
    keys: dict[str, str] = {}  # by content: the first of those that say the same is the entry
    lines: dict[str, str] = {}
    for piece in parsed.pieces or [""] * len(parsed.entries):
        if piece in parsed.left_out:
            key, content = known[piece]
        else:
            entry = entry_from(next(items), feed, now)
            key, content = key_of(entry.guid), entry.content_hash
            if content in keys:
                continue
            entries.append(entry)
            if entry.published is None:
                keys[content] = key
                continue
        keys.setdefault(content, key)
        if piece:
            lines[piece] = f"{piece}{key}{content}"
    whole = bytes_hash("".join(sorted(keys)).encode())
    return FeedContent(tuple(entries), len(keys) - len(entries), tuple(keys.values()), whole, " ".join(lines.values()))
