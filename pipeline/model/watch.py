"""A watch: one mission, as its folder under ``seeds/`` says."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from pipeline.model.facts import Slot, TypedFact
from pipeline.model.words import Aspect, Role, Stage


@dataclass(frozen=True, slots=True)
class Name:
    """One name of the mission.

    Attributes:
        text: as it is written, e.g. ``"Gang Suppression Force"`` or ``"GSF"``.
        acronym: True where it is initials, matched with their case.
        valid_from, valid_to: the days on which the name is in use; None is open.
        context: words, at least one of which must stand in the same article for the name to
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
    fact: TypedFact | None = None


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is known at the start, and from which article."""

    title: str
    outlet: str
    published: datetime
    url: str
    text: str
    facts: tuple[Fact, ...]


class AlertTiming(StrEnum):
    """When an alert rule tells what is sure: at once, in the digest, or both. What is unsure goes into the digest."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    BOTH = "both"


class Every(StrEnum):
    """How often a digest goes out."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Urgent:
    """The changes that break quiet hours: of these aspects and stages (empty takes all), from this confidence on."""

    aspects: frozenset[Aspect] = frozenset()
    stages: frozenset[Stage] = frozenset()
    min_confidence: float = 0.7


@dataclass(frozen=True, slots=True)
class AlertRule:
    """Which changes make an alert, when it goes, and where.

    Attributes:
        aspects, stages: the changes that the rule takes; empty takes all.
        slots, keys, acts: the same by what a change states, typed: its slot, its key such as a country, in any case of
            letters, and its act; one that is not typed has none of these.
        min_confidence: 0 to 1; changes below it are held back with that reason.
        at_once: 0 to 1; changes from it on are sure. Those between the two go into the digest, marked
            uncertain, and are alerted at once when a second independent origin confirms.
        channels: ``console``, ``file`` or ``file:NAME``, or any Apprise URL, or the name of an
            environment variable that holds one, written ``env:NAME``.
        origins: independent origins that must say so before a change is alerted at once.
        when: what becomes of changes that are sure.
        digest: how often the digest goes out.
        digest_at: at what time of day, in ``timezone``.
        digest_day: on which day a weekly digest goes out, 0 is Monday.
        timezone: an IANA name; digests and quiet hours follow its clock, summer time too.
        quiet: (from, to) in ``timezone``: nothing goes out in these hours but what is ``urgent``. None has none.
        urgent: what breaks the quiet hours; None is nothing.
        escalate_after: how long after its delivery an alert that nobody has acknowledged is sent again.
        escalate_to: where it is sent again, and where corroboration and disputes are reported too; empty means
            ``channels`` for the former and nowhere for the latter.
        repeat_every: how often it is repeated after that, until somebody acknowledges it or the board no longer
            says so; None sends it once.
        flapping: a row that goes back to what it said within this time flaps: that is reported once, and again
            when it has stood for as long. None reports each change.
        remind_before: days before the end of a mandate, and the like, at which to remind of it; empty for none.
        picture: whether messages by mail and to JSON webhooks carry the timeline of what they tell.
    """

    name: str
    aspects: frozenset[Aspect] = frozenset()
    stages: frozenset[Stage] = frozenset()
    min_confidence: float = 0.5
    channels: tuple[str, ...] = ("console", "file")
    at_once: float = 0.7
    origins: int = 1
    when: AlertTiming = AlertTiming.AT_ONCE
    digest: Every = Every.DAILY
    digest_at: time = time(6)
    digest_day: int = 0
    timezone: str = "UTC"
    quiet: tuple[time, time] | None = None
    urgent: Urgent | None = None
    escalate_after: timedelta | None = None
    escalate_to: tuple[str, ...] = ()
    repeat_every: timedelta | None = None
    flapping: timedelta | None = timedelta(hours=24)
    remind_before: tuple[int, ...] = (14,)
    picture: bool = True
    slots: frozenset[Slot] = frozenset()
    keys: frozenset[str] = frozenset()
    acts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BriefTimes:
    """When a brief goes out by itself, and where.

    Attributes:
        name: what it is called; no alert rule of the watch is called so.
        channels: as those of an :class:`AlertRule`.
        at: at which times of day, in ``timezone``; at least one.
        days: on which days of the week, 0 is Monday; at least one.
        timezone: an IANA name.
    """

    name: str
    channels: tuple[str, ...] = ("console", "file")
    at: tuple[time, ...] = (time(7),)
    days: tuple[int, ...] = tuple(range(7))
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class ReaderChoice:
    """Which engine reads, whether a language model is asked too, and how far it may go.

    Attributes:
        kind: ``embedded``, or ``llm``: a language model reads each relevant article.
        verify: empty, or ``llm``: a language model is asked about each change that would be alerted.
        endpoint: base address of a server that speaks the OpenAI chat protocol, e.g. ``http://127.0.0.1:11434/v1``.
        model: the model's name, as the server knows it.
        key: ``env:NAME`` of the variable that holds the key; empty where the server wants none.
        timeout_s: seconds for one call, from connection to the last byte.
        calls_per_run: calls of one run of ``assess`` at most; what is in the cache costs none.
        tokens_per_run: tokens of one run after which no call is begun.
        answer_tokens: tokens of one answer at most.
        article_tokens: an article is sent only so far; a token is counted as four characters.
        calls_at_once: calls under way at the same time.
        calls_per_day, tokens_per_day, money_per_day: the same for a day in UTC, all runs together; 0 sets no bound.
        price_in, price_out: of a million tokens of questions and of answers, in ``currency``.
        currency: by its code in ISO 4217.
        patience_h: hours that an article waits for a model that gives no answer, before the embedded reading is used.
        first_model: a cheaper model at the same endpoint that decides first whether anything changed; empty: none.
    """

    kind: str = "embedded"
    verify: str = ""
    endpoint: str = ""
    model: str = ""
    key: str = ""
    timeout_s: float = 60.0
    calls_per_run: int = 50
    tokens_per_run: int = 500_000
    answer_tokens: int = 1_500
    article_tokens: int = 6_000
    calls_at_once: int = 1
    calls_per_day: int = 0
    tokens_per_day: int = 0
    money_per_day: float = 0.0
    price_in: float = 0.0
    price_out: float = 0.0
    currency: str = "USD"
    patience_h: float = 6.0
    first_model: str = ""

    @property
    def asks(self) -> bool:
        """Whether a language model is asked at all."""
        return self.kind == "llm" or self.verify == "llm"

    @property
    def is_bounded_by_day(self) -> bool:
        """Whether any budget is one of a day."""
        return any((self.calls_per_day, self.tokens_per_day, self.money_per_day))


@dataclass(frozen=True, slots=True)
class Watch:
    """One mission to be watched, as its folder under ``seeds/`` says.

    Attributes:
        slug: its short name: the folder of its page, its alert file, the column ``watch`` of the tables.
        formerly: the short names that it has had before, the first first.
        briefs: the briefs that go out by themselves.
    """

    slug: str
    title: str
    names: tuple[Name, ...]
    places: tuple[str, ...]
    languages: tuple[str, ...]
    feeds: tuple[Feed, ...] = field(hash=False)  # of thousands: what is cached by its watch would hash them each time
    baseline: Baseline
    rules: tuple[AlertRule, ...]
    sister_missions: tuple[Name, ...] = ()
    reader: ReaderChoice = ReaderChoice()
    formerly: tuple[str, ...] = ()
    briefs: tuple[BriefTimes, ...] = ()

    @property
    def key(self) -> str:
        """What ids are made of: the first name that it had, so that a rename changes none and tells nothing twice."""
        return self.formerly[0] if self.formerly else self.slug
