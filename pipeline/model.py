"""The nouns, as frozen values. Standard library only; every time is UTC-aware.

The words are those of ``docs/design.md``: a *feed* has *entries*, an entry's page is an
*article*, an article makes *claims*, a claim gets a *verdict* against the *board*, and a verdict
that moves the board is a *change*, about which an *alert* is due.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID


class Aspect(StrEnum):
    """What of a mission a claim is about."""

    LEAD = "lead"
    COMMAND = "command"
    MANDATE = "mandate"
    STRENGTH = "strength"
    CONTRIBUTORS = "contributors"
    FUNDING = "funding"
    SUPPORT = "support"
    DEPLOYMENT = "deployment"
    CASUALTIES = "casualties"


class Stage(StrEnum):
    """How real a claim says that its content is."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    DECIDED = "decided"
    IN_EFFECT = "in_effect"
    ENDED = "ended"
    REJECTED = "rejected"


class Verdict(StrEnum):
    """What comparing a claim with the board gave. ``BASELINE`` marks the board's first rows."""

    NEW = "new"
    ADVANCES = "advances"
    REVISES = "revises"
    REVERSES = "reverses"
    DISPUTES = "disputes"
    CONFIRMS = "confirms"
    REPEATS = "repeats"
    STALE = "stale"
    UNCERTAIN = "uncertain"
    IRRELEVANT = "irrelevant"
    BASELINE = "baseline"


MOVES_BOARD = frozenset({Verdict.NEW, Verdict.ADVANCES, Verdict.REVISES, Verdict.REVERSES, Verdict.DISPUTES})


class Role(StrEnum):
    """What a feed's publisher is to the mission."""

    ISSUING_BODY = "issuing_body"
    WIRE = "wire"
    OUTLET = "outlet"
    AGGREGATOR = "aggregator"


class PollOutcome(StrEnum):
    """What one poll of a feed came to."""

    OK = "ok"
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    HTML = "html"
    NOT_A_FEED = "not_a_feed"
    FAILED = "failed"
    REFUSED = "refused"


class Precision(StrEnum):
    """How exactly a time is known."""

    TIME = "time"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"


# -- the watch -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """One name of the mission.

    Attributes:
        text: as it is written, e.g. ``"Gang Suppression Force"`` or ``"GSF"``.
        acronym: True where it is initials, matched with their case.
        valid_from, valid_to: the days on which the name is in use; None is open.
        context: words of which at least one must stand in the same article for the name to
            count; empty where the name is unmistakable.
        not_context: words that show another use of the same name.
    """

    text: str
    acronym: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    context: tuple[str, ...] = ()
    not_context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A source that is polled. ``feed_id`` is a hash of ``url``."""

    feed_id: UUID
    url: str
    title: str
    role: Role
    family: str
    language: str
    region: str
    expected_every: timedelta
    confirmed_in: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One baseline fact; ``quote`` stands verbatim in the baseline's text at ``start``."""

    aspect: Aspect
    subject: str
    stage: Stage
    value: str
    quote: str
    start: int
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is known at the start, and from which article."""

    title: str
    outlet: str
    published: datetime
    url: str
    text: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class AlertRule:
    """Which changes make an alert, and where it goes.

    Attributes:
        aspects, stages: the changes that the rule takes; empty takes all.
        min_confidence: 0 to 1; changes below it are held back with that reason.
        channels: ``console``, ``file`` or ``file:NAME``, or any Apprise URL, or the name of an
            environment variable that holds one, written ``env:NAME``.
    """

    name: str
    aspects: frozenset[Aspect] = frozenset()
    stages: frozenset[Stage] = frozenset()
    min_confidence: float = 0.5
    channels: tuple[str, ...] = ("console", "file")


@dataclass(frozen=True, slots=True)
class Watch:
    """One mission to be watched, as its folder under ``seeds/`` says."""

    slug: str
    title: str
    names: tuple[Name, ...]
    places: tuple[str, ...]
    languages: tuple[str, ...]
    feeds: tuple[Feed, ...]
    baseline: Baseline
    rules: tuple[AlertRule, ...]
    sister_missions: tuple[Name, ...] = ()


# -- feeds and entries -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FeedState:
    """What we know of a feed before we poll it."""

    feed: Feed
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    next_due: datetime | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True)
class Response:
    """What a request brought: headers with lower-case names, body decompressed and bounded."""

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed: float  # seconds


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
    """What a feed's bytes say; ``problems`` are its flaws in plain English."""

    kind: str  # rss, atom, rdf, json, sitemap
    title: str
    entries: tuple[ParsedEntry, ...]
    ttl: timedelta | None = None
    problems: tuple[str, ...] = ()


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


# -- articles --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PublishedAt:
    """A publication time and where it was read: ``json-ld``, ``open-graph``, ``htmldate``, ``feed``, ``seen``."""

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


# -- claims and the board --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Claim:
    """What one sentence of an article says of the mission.

    ``quote == article.text[start:end]``, always (``start`` is -1 where it stands in the title).
    """

    claim_id: UUID
    article_id: UUID
    aspect: Aspect
    stage: Stage
    subject: str
    value: str
    quote: str
    start: int
    end: int
    event_date: date | None = None
    event_precision: Precision = Precision.DAY
    background: bool = False
    confidence: float = 0.5
    why: str = ""  # what in the sentence led to it


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one article: its claims, or why there are none."""

    article_id: UUID
    engine: str
    relevant: bool
    reason: str
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One transition of the board, before and after. Append-only.

    Attributes:
        held_from: since when the new state holds (the event's day, else the publication's).
        known_at: when we could know it (the article's publication).
        before_*: what the board said, None where it said nothing.
        supersedes: the change whose row this one replaces.
    """

    change_id: UUID
    watch: str
    aspect: Aspect
    subject: str
    subject_key: str
    verdict: Verdict
    stage: Stage
    value: str
    held_from: date
    known_at: datetime
    quote: str
    reason: str
    confidence: float
    before_stage: Stage | None = None
    before_value: str | None = None
    before_subject: str | None = None
    before_since: date | None = None
    supersedes: UUID | None = None
    claim_id: UUID | None = None
    article_id: UUID | None = None
    event_date: date | None = None
    disputed_value: str | None = None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """Where one subject stands: the last change of it, and who has said so since."""

    change: Change
    origins: frozenset[str] = frozenset()
    last_confirmed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """A claim's verdict, why, the board row that it was compared with, and the change if any."""

    claim: Claim
    verdict: Verdict
    reason: str
    against: UUID | None = None  # the change that made the row
    similarity: float = 0.0
    change: Change | None = None


# -- alerts ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Alert:
    """A message due about changes. ``alert_id`` is the idempotency key, the same over retries."""

    alert_id: UUID
    watch: str
    rule: str
    channel: str
    change_ids: tuple[UUID, ...]
    subject: str
    body: str
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class Silence:
    """A change or claim that makes no alert, with the reason."""

    change_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to hand an alert over: ``outcome`` is ``delivered`` or ``failed``."""

    delivery_id: UUID
    alert_id: UUID
    channel: str
    attempt: int
    attempted_at: datetime
    outcome: str
    reason: str = ""
    retry_at: datetime | None = None


# -- runs ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run of a flow; ``counts`` are its numbers by name."""

    run_id: UUID
    flow: str
    watch: str
    now: datetime  # the watch's own clock
    started_at: datetime  # the wall clock
    finished_at: datetime | None = None
    outcome: str = "running"  # running, ok, partial, failed
    reason: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
