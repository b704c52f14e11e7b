"""The lists of feeds that come with Missionwatch, by region: those of the watches in the folder ``seeds/``."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path

from pipeline.errors import UsageError
from pipeline.model import Feed
from pipeline.seeds.load import load_watch
from pipeline.seeds.tables import same_address
from pipeline.text import shorten

REGION = "region:"
SEEDS = Path(__file__).resolve().parents[2] / "seeds"
_SHIPPED = ("haiti", "somalia", "lebanon")  # where two list one feed, the first one's words for it count


@lru_cache(maxsize=1)
def _all() -> tuple[Feed, ...]:
    found: dict[str, Feed] = {}
    for name in _SHIPPED:
        if (SEEDS / name).is_dir():
            for feed in load_watch(SEEDS / name).feeds:
                found.setdefault(same_address(feed.url), feed)
    return tuple(found.values())


def shipped_regions() -> dict[str, int]:
    """How many feeds are listed of each region, the largest lists first; empty where no list was installed."""
    return dict(sorted(Counter(feed.region for feed in _all()).items(), key=lambda at: (-at[1], at[0])))


def shipped_feeds(region: str) -> tuple[Feed, ...]:
    """The feeds that are listed of ``region``.

    Raises:
        UsageError: there is no list of it.
    """
    wanted = region.strip().casefold().replace(" ", "-")
    found = tuple(feed for feed in _all() if feed.region == wanted)
    if not found:
        known = ", ".join(shipped_regions())
        raise UsageError(
            f"There is no list of feeds for the region '{shorten(region, 40)}'.",
            remedy=f"There are: {known}." if known else "The lists stand in seeds/ of the source: name an OPML file.",
        )
    return found
