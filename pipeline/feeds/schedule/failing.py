"""Decide how long a failing feed is left alone; never for good. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from pipeline.model.text import content_id

FIRST_WAIT: Final = timedelta(minutes=15)  # FreshRSS's floor for one feed
LONGEST_WAIT: Final = timedelta(hours=24)  # rss-fetcher's cap
JITTER: Final = 0.2  # the most by which a wait is shortened, so that feeds that failed together come back apart

# What goes away by itself: the server is busy or the line is down. The rest is hard: a wrong address, a refusal,
# a page in place of a feed. The weights are those of rss-fetcher.
_SOFT: Final = frozenset({"dns", "connect", "timeout", "broken", "http-429", "http-5xx"})
SOFT_WEIGHT: Final = 0.5
HARD_WEIGHT: Final = 1.0


def is_soft(trouble: str) -> bool:
    """Decide whether the failure with the code ``trouble`` is likely to go away by itself."""
    return trouble in _SOFT


def weight(trouble: str) -> float:
    """Return the weight of the failure with the code ``trouble``."""
    return SOFT_WEIGHT if is_soft(trouble) else HARD_WEIGHT


def back_off(feed_id: UUID, failure_weight: float, failures: int) -> timedelta:
    """Return 15 minutes x 2^``failure_weight``, at most a day, less up to a fifth.

    The part that is taken off depends on feed and count alone: the same poll always gives the same wait.

    Args:
        feed_id: the feed.
        failure_weight: the weighted failures in a row, with the last one.
        failures: their number.
    """
    wait: timedelta = min(FIRST_WAIT * 2.0 ** min(failure_weight, 10.0), LONGEST_WAIT)
    share = content_id("back-off", feed_id, failures).int % 1_000 / 1_000
    return wait * (1 - JITTER * share)
