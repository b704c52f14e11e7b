"""Archives of any size, the same for each seed: what is measured as articles, what lies before it as rows.

The articles of a slice are values of the model, for the real steps. What was there before them goes into a store by
the bulk, as the steps would have left it, since a million articles by the steps would take a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np

from pipeline.model import Article, Entry, Feed, Precision, Role, Watch
from pipeline.model.text import content_id, text_hash
from pipeline.watches import load_watch
from tests.bench_speed.words import ROOT, Event, Mission, Sentences

START = datetime(2025, 9, 1, tzinfo=UTC)  # after the baseline of the watch
YEARS = 3
MILLION = 1_000_000  # articles in these years: 913 a day
CHUNK = 1_000  # articles that are drawn together: an article depends on the seed and its number, not on who asks
REPRINTS = 0.12  # articles that repeat one of the hundred before them: a wire's customers are about that many


class Item(NamedTuple):
    """An article before it has ids."""

    number: int
    feed: int
    published: datetime
    title: str
    text: str
    event: int  # the day whose news it tells; -1 for what is not about the mission
    origin: str


@dataclass(frozen=True)
class Archive:
    """Articles of ``feeds`` feeds, a million in three years, five in a hundred of them about the mission.

    A smaller archive is the beginning of a larger one: what lies before an article is longer, not denser.
    """

    feeds: int = 2_000
    relevant: float = 0.05
    size: int = 3_000  # characters of a text
    seed: int = 2026
    pool: int = 200_000  # sentences to draw from: so many that two texts share none by chance

    @cached_property
    def sentences(self) -> Sentences:
        """What texts are made of."""
        return Sentences(self.seed, self.pool)

    @cached_property
    def mission(self) -> Mission:
        """What happens, one event a day."""
        return Mission(self.seed, START.date(), 365 * YEARS + 2)

    @cached_property
    def watch(self) -> Watch:
        """The first watch, over the archive's feeds."""
        watch = load_watch(ROOT / "seeds" / "haiti")
        return replace(watch, feeds=tuple(map(self.feed, range(self.feeds))))

    def feed(self, number: int) -> Feed:
        """One of the feeds; three of a hundred are of the same publisher."""
        url = f"https://outlet{number}.example/feed.xml"
        return Feed(
            feed_id=content_id("feed", url),
            url=url,
            title=f"Outlet {number}",
            role=Role.OUTLET,
            family=f"outlet {number // 3 * 3 if number % 100 < 3 else number}",
            language="en",
            region="Americas",
            expected_every=timedelta(hours=24),
            confirmed_in="generated",
        )

    def published(self, number: int) -> datetime:
        """When an article came out: they are spread evenly."""
        return START + timedelta(seconds=number * 365 * YEARS * 86_400 // MILLION)

    def items(self, start: int, stop: int) -> Iterator[Item]:
        """The articles from number ``start`` to before ``stop``, in order of publication."""
        for first in range(start - start % CHUNK, stop, CHUNK):
            yield from (item for item in self._chunk(first) if start <= item.number < stop)

    def _chunk(self, first: int) -> list[Item]:
        chance = np.random.default_rng([self.seed, 3, first // CHUNK])
        out: list[Item] = []
        feeds = chance.integers(0, self.feeds, CHUNK)
        about = chance.random(CHUNK) < self.relevant
        repeats = chance.random(CHUNK) < REPRINTS
        for place in range(CHUNK):
            number, feed = first + place, int(feeds[place])
            published = self.published(number)
            if repeats[place] and place >= 100:
                before = out[place - 1 - int(chance.integers(0, 100))]
                text = f"{before.text}\n\n{self.sentences.text(chance, 200)}"
                title = self.sentences.title(chance)
                out.append(before._replace(number=number, feed=feed, published=published, title=title, text=text))
                continue
            told = self.mission.told(chance, (published - START).days) if about[place] else []
            text = self.sentences.text(chance, self.size - sum(map(len, told)))
            if told:
                text = f"{' '.join(told[:2])}\n\n{text}\n\n{' '.join(told[2:])}"
            title = self.sentences.title(chance)
            event = (published - START).days if about[place] else -1
            out.append(Item(number, feed, published, title, text, event, f"outlet {feed}"))
        return out

    def event(self, number: int) -> Event:
        """The news of a day."""
        return self.mission.events[number]

    def entry(self, item: Item) -> Entry:
        """The item of a feed that an article came by."""
        feed = self.feed(item.feed)
        guid = f"n{item.number}"
        return Entry(
            entry_id=content_id("entry", feed.feed_id, guid, guid),
            feed_id=feed.feed_id,
            guid=guid,
            url=url_of(item),
            title=item.title,
            summary=item.title,
            published=item.published,
            precision=Precision.TIME,
            content_hash=guid,
            seen_at=item.published + timedelta(minutes=10),
        )

    def article(self, item: Item) -> Article:
        """The article as extraction would give it."""
        entry, digest = self.entry(item), text_hash(item.text)
        return Article(
            article_id=content_id("article", entry.url, digest),
            entry_id=entry.entry_id,
            url=entry.url,
            outlet=f"Outlet {item.feed}",
            title=item.title,
            text=item.text,
            published=item.published,
            precision=Precision.TIME,
            published_source="json-ld",
            fetched_at=entry.seen_at,
            language="en",
            family=self.feed(item.feed).family,
            text_hash=digest,
        )


def url_of(item: Item) -> str:
    """The address of an article."""
    slug = "-".join(item.title.lower().split()[:4])
    return f"https://outlet{item.feed}.example/{item.published:%Y/%m/%d}/{slug}-{item.number}"
