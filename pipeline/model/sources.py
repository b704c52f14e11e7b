"""Feeds, entries and articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from pipeline.model.polling import Habits
from pipeline.model.watch import Feed
from pipeline.model.words import PollOutcome, Precision, Role


@dataclass(frozen=True, slots=True)
class FeedState:
    """What we know of a feed before we poll it."""

    feed: Feed
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    next_due: datetime | None = None
    failures: int = 0
    habits: Habits = field(default_factory=Habits)
    pieces: str = ""  # what we know of the items of its last body, see pipeline.steps.feed_content


@dataclass(frozen=True, slots=True)
class Response:
    """What a request brought: headers with lower-case names, body decompressed and bounded.

    ``moved_to`` is where an unbroken row of permanent redirects (301, 308) led; empty where there was none.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed: float  # seconds
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class ParsedEntry:
    """One item of a feed as the feed gives it; ``link`` is absolute, ``summary`` plain text."""

    guid: str
    link: str
    title: str
    summary: str
    published: datetime | None
    precision: Precision = Precision.TIME
    language: str = ""


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a feed's bytes say; ``problems`` are its flaws in plain English.

    ``pieces`` are the digests of all its items in the feed's order, or none where they can't be told apart;
    ``entries`` are those of the items whose digests are not in ``left_out``: these were not read again.
    """

    kind: str  # rss, atom, rdf, json, sitemap
    title: str
    entries: tuple[ParsedEntry, ...]
    ttl: timedelta | None = None
    problems: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()
    left_out: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """One revision of one item of a feed, keyed by feed, id and content hash."""

    entry_id: UUID
    feed_id: UUID
    guid: str
    url: str  # canonical
    title: str
    summary: str
    published: datetime | None
    precision: Precision
    content_hash: str
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class PollRecord:
    """One poll of one feed and what it came to: the intent that poll writes."""

    poll_id: UUID
    feed_id: UUID
    polled_at: datetime
    outcome: PollOutcome
    reason: str
    next_due: datetime
    failures: int
    status: int | None = None
    final_url: str = ""
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    size: int = 0  # bytes
    elapsed: float = 0.0  # seconds
    entries: tuple[Entry, ...] = ()
    read_before: int = 0  # entries of the body beside these: in it the last time too, and not read again
    pieces: str | None = None  # what to know of its items at the next poll; None where that has not changed
    habits: Habits = field(default_factory=Habits)
    is_gap: bool = False  # entries may have been missed since the poll before
    moved_from: str = ""  # the address that this poll's ``habits.address`` takes the place of


@dataclass(frozen=True, slots=True)
class PublishedAt:
    """A publication time and where it was read.

    ``source`` is ``json-ld``, ``open-graph``, ``printed``, ``htmldate``, ``feed`` or ``seen``.
    ``time`` is aware, and may have the outlet's offset.
    """

    time: datetime
    precision: Precision
    source: str


@dataclass(frozen=True, slots=True)
class Article:
    """An entry's page: extracted text and metadata. ``article_id`` hashes address and text."""

    article_id: UUID
    entry_id: UUID
    url: str
    outlet: str
    title: str
    text: str
    published: datetime
    precision: Precision
    published_source: str
    fetched_at: datetime
    author: str = ""
    language: str = ""
    role: Role = Role.OUTLET
    family: str = ""
    origin: str = ""  # who first wrote it; empty until it has been worked out
    text_hash: str = ""


@dataclass(frozen=True, slots=True)
class FetchRecord:
    """One attempt to turn an entry into an article, and what it came to.

    ``outcome`` is ``stored``, ``same`` (the text that we hold), ``refused`` or ``failed``;
    ``retry_at`` is None where there will be no further attempt.
    """

    fetch_id: UUID
    entry_id: UUID
    url: str
    fetched_at: datetime
    outcome: str
    reason: str
    attempt: int
    retry_at: datetime | None
    status: int | None = None
    final_url: str = ""
    content_type: str = ""
    size: int = 0  # bytes
    elapsed: float = 0.0  # seconds for the request
    extract_elapsed: float = 0.0  # seconds for the extraction
    article: Article | None = None
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class PendingEntry:
    """An entry that has no article yet, its feed, and how often it was tried."""

    entry: Entry
    feed: Feed
    attempts: int = 0
