"""A store as a watch leaves it, small, and one round more of it: what the clients read while it is written.

A publication is whole, and no other, where :data:`WHOLE` says so: each round adds :data:`ARTICLES` articles with their
texts, one change and one row of the board, and counts them in ``published``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from pipeline.model import Aspect
from pipeline.model.text import content_id
from pipeline.storage import PublishedFile, open_store, publish
from tests.storage.builders import (
    NOW,
    WATCH,
    make_alert,
    make_article,
    make_change,
    make_claim,
    make_delivery,
    make_entry,
    make_feed,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
    make_run,
    make_watch,
)

ARTICLES = 3  # of each round
FEEDS = (make_feed("times"), make_feed("herald"))

WHOLE = f"""
SELECT count(*) AS publications,
       coalesce(max(p.articles) = {ARTICLES} * (count(*) - 1)
           AND max(p.articles) = (SELECT count(*) FROM article)
           AND max(p.articles) = (SELECT count(*) FROM article_body)
           AND max(p.changes) = (SELECT count(*) FROM change)
           AND max(p.changes) = (SELECT count(*) FROM board)
           AND max(p.changes) = count(*), false) AS whole
FROM published p
"""


def time_of(number: int) -> datetime:
    """The watch's clock in round ``number``."""
    return NOW + timedelta(minutes=number)


def make_world(folder: Path) -> PublishedFile:
    """A store of one watch and its baseline, published: round 0."""
    with open_store(folder) as store:
        store.sync_watch(make_watch(*FEEDS), NOW)
    return publish_round(folder, 0)


def write_round(folder: Path, number: int, *, wait: float = 0.0) -> None:
    """Add what one round of the watch would: polls, articles, a claim that changes the board and one that does not.

    Args:
        folder: the data folder.
        number: counted from 1; each is written once.
        wait: how long to wait for whoever else has the store open; by default not at all.
    """
    now = time_of(number)
    run = content_id("run", number)
    entries = [make_entry(f"{number}-{part}", FEEDS[part % 2], seen_at=now) for part in range(ARTICLES)]
    articles = [
        make_article(entry, f"In round {number} the council decided point {part}. So it is.", fetched_at=now)
        for part, entry in enumerate(entries)
    ]
    claim = make_claim(
        articles[0], aspect=Aspect.STRENGTH, subject=f"contingent {number}", value=f"{100 * number} soldiers"
    )
    old = make_claim(articles[1], value=f"what was known before round {number}")
    change = make_change(claim, known_at=now)
    alert = make_alert(change, planned_at=now)
    with open_store(folder, wait=wait) as store:
        store.start_run(make_run(run, now=now, started_at=now))
        store.add_polls(
            run,
            [make_poll(*(e for e in entries if e.feed_id == feed.feed_id), feed=feed, polled_at=now) for feed in FEEDS],
        )
        store.add_fetches(run, [make_fetch(*pair) for pair in zip(entries, articles, strict=True)])
        store.add_assessment(
            run,
            WATCH,
            [
                make_reading(articles[0], claim),
                make_reading(articles[1], old),
                make_reading(articles[2], reason="noise"),
            ],
            [make_judgement(claim, change), make_judgement(old)],
            [alert],
            [],
            {article.article_id: article.outlet for article in articles},
        )
        store.add_deliveries(run, [make_delivery(alert)])


def publish_round(folder: Path, number: int, *, wait: float = 0.0) -> PublishedFile:
    """Publish what is there after round ``number``."""
    return publish(folder, content_id("run", number), time_of(number), wait=wait)
