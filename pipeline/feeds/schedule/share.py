"""Choose the pages that a run fetches, and their order: each feed and each host has its share. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Candidate(NamedTuple):
    """An entry that waits for its page.

    Attributes:
        entry_id: the entry.
        feed_id: its feed.
        host: the host that its page is on.
        told_at: when it was published, or first seen where its feed does not say.
    """

    entry_id: UUID
    feed_id: UUID
    host: str
    told_at: datetime


def share_pages(candidates: Iterable[Candidate], limit: int) -> list[Candidate]:
    """Choose at most ``limit`` of ``candidates``, in the order in which they are to be asked for.

    Every feed and every host has one page in the first turn, one in the second, and so on, the newest first. So a feed
    with thousands of entries, on one host or on thousands, takes no more of a run than any other that has as many
    waiting; what a feed leaves of its share, the others get.
    """
    newest = sorted(candidates, key=lambda one: (one.told_at, one.entry_id), reverse=True)
    # Within a feed its hosts take turns, so that one slow host does not keep back what the feed has from others.
    in_both = _places(newest, lambda one: (one.feed_id, one.host))
    in_feed = _places(sorted(newest, key=lambda one: in_both[one.entry_id]), lambda one: one.feed_id)
    in_host = _places(sorted(newest, key=lambda one: in_feed[one.entry_id]), lambda one: one.host)
    return sorted(newest, key=lambda one: max(in_feed[one.entry_id], in_host[one.entry_id]))[:limit]


def _places(candidates: Iterable[Candidate], group: Callable[[Candidate], Hashable]) -> dict[UUID, int]:
    """Return the place of each candidate in its group, by its entry."""
    sizes: Counter[Hashable] = Counter()
    places: dict[UUID, int] = {}
    for one in candidates:
        places[one.entry_id] = sizes[group(one)]
        sizes[group(one)] += 1
    return places
