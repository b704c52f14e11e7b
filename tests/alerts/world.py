"""The simulated month: the archive's articles, two channels, one of them down for three days, and sudden ends."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from flows import outbox
from pipeline import alerts as alerting
from pipeline import steps
from pipeline.compare import WAITS
from pipeline.errors import DeliveryError
from pipeline.model import (
    Alert,
    AlertRule,
    Article,
    Aspect,
    Change,
    Delivery,
    Every,
    PendingAlert,
    Precision,
    RunRecord,
    Stage,
    Urgent,
    Watch,
    When,
)
from pipeline.reading import DEFAULT, ENGINES
from pipeline.replay import Archive, load_archive
from pipeline.seeds import load_watch
from pipeline.storage import Store, open_store
from pipeline.text import content_id, text_hash
from tests.storage.builders import make_entry, make_fetch, make_poll

HAITI = Path(__file__).parents[2] / "seeds" / "haiti"
START = datetime(2025, 9, 8, tzinfo=UTC)
DAYS = 30
ROUND = timedelta(hours=1)
SETTLING = timedelta(days=8)  # after the month: the last weekly digest, and what was put back
DOWN = (datetime(2025, 9, 22, 12, tzinfo=UTC), datetime(2025, 9, 25, 12, tzinfo=UTC))  # the desk's channel
CRASHES = 30
POINTS = ("before a message", "after a message", "before a commit", "after a commit")

DESK = AlertRule(
    "desk",
    channels=("file:desk",),
    when=When.BOTH,
    digest=Every.WEEKLY,
    digest_at=time(8),
    digest_day=0,
    timezone="Africa/Nairobi",
    quiet=(time(22), time(7)),
    urgent=Urgent(frozenset({Aspect.LEAD, Aspect.MANDATE}), frozenset({Stage.DECIDED, Stage.IN_EFFECT})),
)
OFFICE = AlertRule(
    "office",
    channels=("file:office",),
    when=When.DIGEST,
    digest_at=time(6, 30),
    timezone="Europe/Paris",
    quiet=(time(20), time(6)),
)
RULES = (DESK, OFFICE)


class CrashError(Exception):
    """The process is gone: nothing after this happens."""


@dataclass(frozen=True)
class Arrival:
    """A message as a channel got it; ``again`` where it had come before, with the same key."""

    at: datetime
    alert: Alert
    again: bool


@dataclass
class Sinks:
    """The two channels: what they took stays taken, whatever becomes of the process."""

    now: datetime = START
    arrivals: list[Arrival] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    def take(self, alert: Alert) -> None:
        """Take ``alert``, or refuse it.

        Raises:
            DeliveryError: the channel is down.
        """
        if alert.channel == "file:desk" and DOWN[0] <= self.now < DOWN[1]:
            self.refused[alert.channel] += 1
            raise DeliveryError("The channel answered 503.")
        seen = any(one.alert.alert_id == alert.alert_id for one in self.arrivals)
        self.arrivals.append(Arrival(self.now, alert, seen))

    def of(self, channel: str) -> list[Arrival]:
        """What came to one channel, each key once."""
        return [one for one in self.arrivals if one.alert.channel == channel and not one.again]


class Fate:
    """Where the process ends, each end once: at random points before or after a message or a commit.

    An end between two messages can come only when there are some, so these are not too rare: each kind has its share.
    """

    def __init__(self, seed: int, crashes: int = CRASHES) -> None:
        self._random = random.Random(seed)
        kinds = [POINTS[number % len(POINTS)] for number in range(crashes)]
        # How many points of its kind are passed between two ends: some dozens of messages, thousands of commits.
        self._gaps = {kind: [] for kind in POINTS}
        for kind in kinds:
            self._gaps[kind].append(self._random.randint(2, 6 if "message" in kind else 600))
        self.struck: Counter[str] = Counter()

    def point(self, kind: str) -> None:
        """Pass a point; the process may end at it.

        Raises:
            CrashError: it does.
        """
        gaps = self._gaps[kind]
        if not gaps:
            return
        gaps[0] -= 1
        if gaps[0] == 0:
            gaps.pop(0)
            self.struck[kind] += 1
            raise CrashError(kind)


@dataclass
class Month:
    """What came of a simulated month."""

    watch: Watch
    changes: list[Change]
    sinks: Sinks
    struck: Counter[str]
    states: Counter[str]
    rounds: int
    put_back: int


def watch_of_the_month() -> Watch:
    """The first watch, with the month's rules."""
    archive = load_archive(HAITI / "archive")
    return replace(load_watch(HAITI), rules=RULES, feeds=archive.feeds())


def articles_of(archive: Archive, watch: Watch) -> list[Article]:
    """The archive's articles as if they had been collected, in order of publication."""
    feeds = {feed.title: feed for feed in watch.feeds}
    found = []
    for one in archive.articles:
        outlet = archive.outlets[one.outlet]
        feed = feeds.get(one.outlet) or next(f for f in watch.feeds if f.family == outlet.family)
        url = f"http://{outlet.host}/{one.number}"
        published = one.published.astimezone(UTC)
        entry = make_entry(one.article_id, feed, url=url, title=one.title, published=published, seen_at=published)
        found.append(
            Article(
                article_id=content_id("article", url, text_hash(one.text)),
                entry_id=entry.entry_id,
                url=url,
                outlet=one.outlet,
                title=one.title,
                text=one.text,
                published=published,
                precision=Precision.TIME,
                published_source="feed",
                fetched_at=published,
                language=one.language or outlet.language,
                role=outlet.role,
                family=outlet.family,
                text_hash=text_hash(one.text),
            )
        )
    return found


class Desk:
    """The process: it has a store open, reads what is published, and empties the outbox, until it ends suddenly."""

    def __init__(self, folder: Path, watch: Watch, articles: Iterable[Article], sinks: Sinks, fate: Fate) -> None:
        self.folder, self.watch, self.sinks, self.fate = folder, watch, sinks, fate
        self.articles = sorted(articles, key=lambda one: (one.published, str(one.article_id)))
        self.reader = steps.reader_of(watch, ENGINES[DEFAULT]())
        self.put_back = 0
        self._store: Store | None = None
        self._closing: contextmanager | None = None
        with open_store(folder) as store:
            store.sync_watch(watch, START - timedelta(days=60))

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store; it stays open between two uses, and is opened anew after a crash."""
        if self._store is None:
            self._closing = open_store(self.folder)
            self._store = self._closing.__enter__()
        self.fate.point("before a commit")
        yield self._store
        self.fate.point("after a commit")

    def end(self) -> None:
        """The process is gone."""
        if self._closing is not None:
            self._closing.__exit__(None, None, None)
        self._store = self._closing = None

    async def read_until(self, now: datetime, watch: Watch) -> None:
        """Read what has been published and is not read yet."""
        with self.store() as store:
            known = store.articles_by_url([one.url for one in self.articles])
            fresh = [one for one in self.articles if one.published <= now and one.url not in known]
            run = content_id("run", now.isoformat())
            for one in fresh:
                feed = next(f for f in watch.feeds if f.family == one.family)
                entry = make_entry(one.url, feed, url=one.url, title=one.title, published=one.published, seen_at=now)
                stored = replace(one, entry_id=entry.entry_id)
                store.add_polls(run, [make_poll(entry, feed=feed, polled_at=now)])
                store.add_fetches(run, [make_fetch(entry, stored, fetched_at=now)])
        with self.store() as store:
            articles = store.articles_to_read(watch.slug, 200)
            if not articles:
                return
            since = min(a.published for a in articles)
            known_now = steps.Known(
                changes=store.load_changes(watch.slug),
                confirmations=store.load_confirmations(watch.slug),
                uncertain=store.load_uncertain(watch.slug, since - WAITS),
                texts=store.recent_texts(watch.slug, since - steps.NEAR_DUPLICATES_FOR),
            )
        made = steps.assess(articles, known=known_now, reader=self.reader, watch=watch, now=now)
        with self.store() as store:
            store.start_run(RunRecord(run, "monitor", watch.slug, now, now))
            store.add_assessment(
                run, watch.slug, made.readings, made.judgements, made.alerts, made.silences, made.origins
            )

    async def empty_outbox(self, now: datetime) -> None:
        """A run of the outbox."""

        async def deliver(alert: Alert) -> None:
            self.fate.point("before a message")
            self.sinks.take(alert)
            self.fate.point("after a message")

        async def hand_over(waiting: list[PendingAlert], _: int) -> list[Delivery]:
            return await steps.deliver_all(
                waiting,
                deliver=deliver,
                now=now,
                rules=lambda pending: alerting.rule_of(self.watch, pending.alert.rule, pending.alert.channel),
            )

        done = await outbox.empty(self.store, self.watch, content_id("run", now.isoformat()), now, hand_over)
        self.put_back += done.put_back
