"""What the tests of the zoo share: names of the cases, the step that meets each, and what holds for all of them."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta

from pipeline import steps
from pipeline.fetch import Fetcher, FetchLimits
from pipeline.model import Entry, Feed, FeedState, FetchRecord, PendingEntry, PollRecord, Precision, Role
from pipeline.model.text import content_id
from pipeline.runtime.workers import WorkerPool
from tests.zoo.feed_cases import FEEDS, titled
from tests.zoo.page_cases import PAGES, page
from tests.zoo.site import Answer, sends
from tests.zoo.wire import WIRES

NOW = datetime(2025, 9, 30, 12, tzinfo=UTC)
SECONDS = 15.0  # within which each case must be over
LIMITS = FetchLimits(total=3.0)  # so that what never ends is over sooner than in service
FORGING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def all_answers() -> dict[str, Answer]:
    """Each case's answer by its name as a host: what is wrong as HTTP is met once by polling, once by collecting."""
    answers = {f"feed-{case.name}": sends(case.body, case.content_type) for case in FEEDS}
    answers |= {f"page-{case.name}": sends(case.body, case.content_type) for case in PAGES}
    good_feed, good_page = titled("Vote").encode(), page().encode()
    answers |= {f"feed-wire-{wire.name}": wire.make(good_feed, "application/xml") for wire in WIRES}
    answers |= {f"page-wire-{wire.name}": wire.make(good_page, "text/html") for wire in WIRES}
    return answers | {"xxe": sends("what nobody may ask for")}


def feed_at(url: str) -> Feed:
    """A feed at this address."""
    return Feed(content_id("feed", url), url, "Isle Post", Role.OUTLET, "isle", "en", "isle", timedelta(hours=6))


def entry_at(url: str) -> PendingEntry:
    """An entry whose page is at this address."""
    feed = feed_at(url)
    title = "Vote"
    return PendingEntry(
        Entry(content_id("entry", url), feed.feed_id, "1", url, title, "", NOW, Precision.TIME, "h", NOW), feed
    )


async def poll(url: str, fetcher: Fetcher, pool: WorkerPool) -> PollRecord:
    """The real poll step, over real HTTP and real workers."""
    return await steps.poll_feed(FeedState(feed_at(url)), fetch=fetcher.get, work=pool.run, now=NOW)


async def collect(url: str, fetcher: Fetcher, pool: WorkerPool) -> FetchRecord:
    """The real collect step, over real HTTP and real workers."""
    return await steps.collect_entry(entry_at(url), fetch=fetcher.get_page, work=pool.run, held={}, now=NOW)


def code_of(reason: str) -> str:
    """The class of failure that a recorded reason begins with."""
    return reason.partition(":")[0]


def check_harmless(record: PollRecord | FetchRecord) -> None:
    """Nothing in ``record`` can forge what a person sees, runs as a script, or can't be stored."""
    for text in _texts(record):
        text.encode()
        assert not FORGING.search(text), repr(text[:200])
    assert len(record.reason) <= 500
    assert code_of(record.reason) not in {"crashed", "memory"}
    for entry in record.entries if isinstance(record, PollRecord) else ():
        assert entry.url.startswith(("http://", "https://"))
        assert entry.published is None or datetime(1990, 1, 1, tzinfo=UTC) <= entry.published <= NOW + timedelta(days=1)
        assert len(entry.guid) <= 2_048
        assert len(entry.title) <= 500
        assert len(entry.summary) <= 20_000


def _texts(value: object) -> list[str]:
    """Each text in a record and in the values that it holds."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, tuple):
        return [text for part in value for text in _texts(part)]
    if is_dataclass(value):
        return [text for field in fields(value) for text in _texts(getattr(value, field.name))]
    return []
