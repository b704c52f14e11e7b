"""Decide how often a feed is polled, from how much of it is new each time. Pure.

The aim is overlap: while each poll still shows entries of the one before, nothing was missed between them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from pipeline.model.text import bytes_hash

SHORTEST: Final = timedelta(minutes=5)  # Miniflux's shortest interval
LONGEST: Final = timedelta(hours=24)  # the longest of Miniflux and of rss-fetcher
FIRST_SHORTEST: Final = timedelta(minutes=15)  # FreshRSS's floor for one feed
FIRST_LONGEST: Final = timedelta(hours=6)  # rss-fetcher's default interval
# The share of new entries to aim at. rss-fetcher holds it between 1/3 and 2/3; a quarter leaves an entry in four
# polls in a row, so that two may fail.
AIM: Final = 0.25
SLOWER: Final = 1.5  # the most by which an interval grows at once,
FASTER: Final = 0.25  # and by which it shrinks: a burst of news is met sooner than it is forgotten
SKETCH: Final = 256  # hashes kept of a feed's entries


def first_interval(expected_every: timedelta) -> timedelta:
    """Return the wait before anything is known: a quarter of the expected period, from 15 minutes to 6 hours."""
    return clamp(expected_every / 4, FIRST_SHORTEST, FIRST_LONGEST)


def longest_interval(expected_every: timedelta) -> timedelta:
    """Return the longest wait for a feed that brings little: a quarter of its expected period, at most a day."""
    return clamp(expected_every / 4, FIRST_SHORTEST, LONGEST)


def next_interval(interval: timedelta, share: float | None, elapsed: timedelta, expected_every: timedelta) -> timedelta:
    """Return the wait after a poll that worked.

    Args:
        interval: the wait until now.
        share: how much of what came is new, 0 to 1; None where there is nothing to compare it with.
        elapsed: the time since the last poll that worked.
        expected_every: how often the feed is expected to bring something new.

    Returns:
        From 5 minutes to :func:`longest_interval`.
    """
    if share is None:
        wanted = interval
    elif share == 0:
        wanted = interval * SLOWER
    else:
        # All entries are replaced within elapsed / share: ask again when AIM of them will be.
        wanted = clamp(elapsed * (AIM / share), interval * FASTER, interval * SLOWER)
        if share == 1:
            wanted = min(wanted, interval / 2)
    return clamp(wanted, SHORTEST, longest_interval(expected_every))


def key_of(guid: str) -> str:
    """Return the hash by which an entry is recognised at the next poll, 10 hex digits of its id's."""
    return bytes_hash(guid.encode("utf-8", "surrogatepass"))[:10]


def sketch_of(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the :data:`SKETCH` smallest of ``keys``, in order: a fair sample, whatever their order."""
    return tuple(sorted(set(keys))[:SKETCH])


def new_share(keys: Iterable[str], sketch: tuple[str, ...]) -> float | None:
    """Return the share of ``keys`` that ``sketch`` does not have, 0 to 1; exact up to :data:`SKETCH` keys.

    Args:
        keys: hashes of ids, see :func:`key_of`.
        sketch: see :func:`sketch_of`.

    Returns:
        None where either is empty. 1 means no overlap at all: a possible gap.
    """
    hashes = set(keys)
    if not hashes or not sketch:
        return None
    if len(sketch) < SKETCH:
        return len(hashes - set(sketch)) / len(hashes)
    # Of a longer feed only the hashes up to the sketch's last can be told.
    told = {key for key in hashes if key <= sketch[-1]}
    return len(told - set(sketch)) / len(told) if told else 1.0


def clamp(value: timedelta, low: timedelta, high: timedelta) -> timedelta:
    """Limit ``value`` to the range from ``low`` to ``high``."""
    return max(low, min(value, high))
