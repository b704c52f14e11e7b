"""A watch of two feeds: one of an outlet with news, one of a neighbour with thousands of old entries on a slow host."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from pipeline.model import Feed
from pipeline.watches import write_watch
from pipeline.watches.drafting import draft_watch
from pipeline.watches.drafting.feeds import feed_for
from tests.outlet import Outlet

SLOW_HOST = "slow-harbour.test"
WAITING = 5_000  # entries of the neighbour
DELAY = 20  # seconds that it wants between two requests
TARSK = """Union sends observer mission to Tarsk

The African Union on Tuesday authorised the Tarsk Truce Observer Mission (TATOM) until 31 March 2026.

The mission, led by Senegal, may have up to 900 uniformed personnel.
"""


def flood(slow: Outlet, newest: datetime) -> None:
    """Give ``slow`` its entries, a minute apart, and its robots.txt; the pages themselves are not there."""
    items = "".join(
        f"<item><guid>{number}</guid><link>{slow.at(f'/{number}')}</link><title>Harbour notice {number}</title>"
        f"<pubDate>{format_datetime(newest - timedelta(minutes=number))}</pubDate></item>"
        for number in range(WAITING)
    )
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>Slow Harbour</title>{items}</channel></rss>'
    slow.puts("/feed.xml", feed, "application/rss+xml")
    slow.puts("/robots.txt", f"User-agent: *\nCrawl-delay: {DELAY}\n", "text/plain")


def make_watch(folder: Path, good: Outlet, slow: Outlet) -> Path:
    """Make a watch of the Tarsk mission in ``folder`` that reads both, and return it."""
    feeds = [feed_for(good.at("/feed.xml"), "Melo Tideline"), feed_for(slow.at("/feed.xml"), "Slow Harbour")]
    return write_draft(folder, TARSK, feeds)


def write_draft(folder: Path, article: str, feeds: Sequence[Feed]) -> Path:
    """Write the watch that ``article`` makes, unreviewed, with ``feeds``; return its folder."""
    draft = draft_watch(article, published=datetime(2025, 4, 2, tzinfo=UTC), url="", slug=folder.name)
    base = draft.baseline
    write_watch(
        folder,
        title=draft.title,
        names=draft.names,
        sister_missions=(),
        places=draft.places,
        languages=("en",),
        source_title=base.title,
        outlet="Seed",
        published=base.published,
        url="",
        text=base.text,
        facts=base.facts,
        feeds=feeds,
    )
    return folder


def send(good: Outlet, country: str, number: int, published: datetime) -> None:
    """Let ``good`` tell that ``country`` has sent ``number`` observers, which makes one change and one alert."""
    good.tells(
        f"{country} sends observers to Tarsk",
        f"{country} has sent {number} observers to the Tarsk Truce Observer Mission (TATOM), its defence ministry said "
        "on Thursday.",
        "They landed in Melo in the morning, a spokesman said.",
        published=published,
    )
