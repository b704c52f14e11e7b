"""Two thousand feeds and their servers, each with its own way to misbehave. The same seed gives the same world."""

from __future__ import annotations

import random
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pipeline.model import Feed, Role
from pipeline.model.text import content_id

START = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0  # seconds

# How many of a hundred feeds behave so.
MANNERS = {
    "honest ETag": 36,
    "Last-Modified only": 10,
    "no validators": 8,
    "says 304 whatever came": 4,
    "same ETag, other entries": 3,
    "another ETag each time": 3,
    "429, Retry-After in seconds": 4,
    "429, Retry-After as a date": 3,
    "503, Retry-After in seconds": 2,
    "503, Retry-After as a date": 2,
    "5xx at times": 3,
    "times out at times": 4,
    "moved for good (301)": 3,
    "moved for now (302)": 2,
    "gone (410)": 1,
    "a page of HTML for two days": 2,
    "floods": 3,
    "no such host for four days": 3,
    "404 for hours each day": 2,
    "empty for a day": 1,
    "max-age of an hour": 1,
}


@dataclass
class Source:
    """One feed as its server knows it. Times are seconds since :data:`START`.

    Attributes:
        feed: as a watch names it.
        manner: how the server behaves, a key of :data:`MANNERS`.
        host: where it lives; several feeds may share one.
        window: how many entries the feed shows.
        published: when each entry was published, in order; its place is its id.
        trouble: when the server misbehaves, (from, to) in order.
    """

    feed: Feed
    manner: str
    host: str
    window: int
    published: list[float]
    trouble: list[tuple[float, float]] = field(default_factory=list)

    def shown(self, at: float) -> range:
        """The ids of the entries that the feed shows at a time."""
        last = bisect_right(self.published, at)
        return range(max(0, last - self.window), last)

    def dropped(self, number: int) -> float:
        """When the entry ``number`` leaves the feed."""
        after = number + self.window
        return self.published[after] if after < len(self.published) else float("inf")

    def in_trouble(self, at: float) -> float | None:
        """When the trouble that goes on at a time will end; None where there is none."""
        place = bisect_right(self.trouble, (at, float("inf"))) - 1
        if place >= 0 and self.trouble[place][0] <= at < self.trouble[place][1]:
            return self.trouble[place][1]
        return None

    def first_since(self, at: float) -> int:
        """The id of the first entry that is published at a time or later."""
        return bisect_left(self.published, at)


def make_world(count: int, days: int, seed: int = 2026) -> list[Source]:
    """``count`` feeds on about two thirds as many hosts, with ``days`` of news and troubles."""
    chance = random.Random(seed)
    manners = [name for name, share in MANNERS.items() for _ in range(share)]
    return [_source(number, manners[number % 100], count, days * DAY, chance) for number in range(count)]


def _source(number: int, manner: str, count: int, until: float, chance: random.Random) -> Source:
    # Every fifth feed lives on one of a few large hosts, with dozens of others.
    host = f"big{chance.randrange(max(1, count // 250))}.example" if number % 5 == 0 else f"n{number}.example"
    a_day = min(60.0, max(0.2, chance.lognormvariate(1.6, 1.2)))  # median 5, as of the feeds measured for a watch
    usual = min(max(4 * DAY / a_day, 4 * HOUR), 14 * DAY)
    window = chance.choice((10, 15, 20, 20, 30, 50))
    published = sorted(_news(a_day, until, chance))
    url = f"https://{host}/feed/{number}"
    feed = Feed(
        content_id("feed", url), url, f"Feed {number}", Role.OUTLET, host, "en", "", timedelta(seconds=round(usual))
    )
    source = Source(feed, manner, host, window, published, list(_troubles(manner, until, chance)))
    if manner == "floods":
        for begin, end in source.trouble:
            source.published += [chance.uniform(begin, end) for _ in range(3 * window)]
        source.published.sort()
        source.trouble = []
    return source


def _news(a_day: float, until: float, chance: random.Random) -> Iterator[float]:
    at = -DAY * 20 / a_day  # so that the feed is full when the month begins
    while at < until:
        at += chance.expovariate(a_day / DAY)
        yield at


def _troubles(manner: str, until: float, chance: random.Random) -> Iterator[tuple[float, float]]:
    """When a server that behaves so is in trouble: how often, and for how long."""
    often, shortest, longest = {
        "429, Retry-After in seconds": (2 * DAY, 10 * MINUTE, 6 * HOUR),
        "429, Retry-After as a date": (2 * DAY, 10 * MINUTE, 6 * HOUR),
        "503, Retry-After in seconds": (4 * DAY, 30 * MINUTE, 8 * HOUR),
        "503, Retry-After as a date": (4 * DAY, 30 * MINUTE, 8 * HOUR),
        "5xx at times": (DAY, 5 * MINUTE, 3 * HOUR),
        "times out at times": (DAY, 5 * MINUTE, 2 * HOUR),
        "a page of HTML for two days": (12 * DAY, 2 * DAY, 2 * DAY),
        "floods": (7 * DAY, 2 * HOUR, 4 * HOUR),
        "no such host for four days": (15 * DAY, 4 * DAY, 4 * DAY),
        "404 for hours each day": (DAY, 2 * HOUR, 6 * HOUR),
        "empty for a day": (10 * DAY, DAY, DAY),
        "gone (410)": (until, until, until),
        "moved for good (301)": (until, until, until),
        "moved for now (302)": (until, until, until),
    }.get(manner, (float("inf"), 0.0, 0.0))
    at = chance.uniform(0, min(often, until))
    while at < until and often < float("inf"):
        length = chance.uniform(shortest, longest)
        yield at, at + length
        at += length + chance.uniform(0.5, 1.5) * often


def hosts(sources: list[Source]) -> Counter[str]:
    """How many feeds each host has."""
    return Counter(source.host for source in sources)
