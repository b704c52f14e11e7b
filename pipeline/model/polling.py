"""What polling teaches about a feed, and how well the feed does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from pipeline.model.words import FAILS, HealthState, PollOutcome


@dataclass(frozen=True, slots=True)
class Habits:
    """What the polls of a feed have taught us, beside its validators. All times are UTC.

    Attributes:
        interval: the wait between two polls that work; None before the first.
        failure_weight: failures in a row, weighted: 1 for a hard one, 0.5 for a soft one.
        trouble: the code of the error of the last poll; empty where it worked.
        read_at: the last poll that worked, i.e. was ok, unchanged or empty.
        body_at: the last poll that brought a body, and not only the word that nothing changed.
        unmodified: answers 304 in a row since then.
        sketch: the smallest hashes of the ids of the last entries, in order: enough to tell the overlap.
        content: hash of all the entries of the last body.
        ttl: the life that the last body names.
        max_age: the life that the last answer's headers name.
        undated: True where no entry of the last entries has a date.
        gap_at: the last poll before which entries may have been missed.
        distrusted_at: when the feed's validators were found to lie; from then on it is polled without them.
        address: where the feed has moved for good; empty while it is where the watch says.
        moved_to: where the last answer said that it has moved for good; empty where it said nothing.
        moved: how many polls in a row have said so.
        retired_at: when the feed said that it is gone for good (410); it is polled no more.
    """

    interval: timedelta | None = None
    failure_weight: float = 0.0
    trouble: str = ""
    read_at: datetime | None = None
    body_at: datetime | None = None
    unmodified: int = 0
    sketch: tuple[str, ...] = ()
    content: str = ""
    ttl: timedelta | None = None
    max_age: timedelta | None = None
    undated: bool = False
    gap_at: datetime | None = None
    distrusted_at: datetime | None = None
    address: str = ""
    moved_to: str = ""
    moved: int = 0
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PollObservation:
    """What one poll saw, as the schedule must know it.

    Attributes:
        outcome: what the poll came to.
        trouble: the code of the error, where there was one.
        whole: True where a body came, False for a 304 and for errors.
        keys: hashes of the ids of the entries that came, see :func:`pipeline.feeds.schedule.key_of`.
        content: hash of all of the entries.
        undated: how many of them have no date.
        ttl, max_age: the lives that the body and the headers name.
        retry_after: the wait that the server asks for.
        moved_to: where an unbroken row of permanent redirects led; empty where there was none.
        validators_lied: True where the poll has shown that the feed's validators lie.
        late: how long after the run's own time the answer came.
    """

    outcome: PollOutcome
    trouble: str = ""
    whole: bool = False
    keys: tuple[str, ...] = ()
    content: str = ""
    undated: int = 0
    ttl: timedelta | None = None
    max_age: timedelta | None = None
    retry_after: timedelta | None = None
    moved_to: str = ""
    validators_lied: bool = False
    late: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """What the store knows of one feed of a watch: all that its health depends on.

    Attributes:
        expected_every: the longest usual gap between two new entries.
        added_at: when the watch first named it.
        removed_at: when the watch stopped naming it; None while it does.
        outcome, trouble, reason: of the last poll; None and empty before the first.
        polled_at: the last poll.
        read_at: the last poll that worked, i.e. was ok, unchanged or empty.
        new_at: the last poll that brought an entry that we did not have.
        failures: failed polls in a row.
    """

    feed_id: UUID
    title: str
    url: str
    expected_every: timedelta
    added_at: datetime
    removed_at: datetime | None = None
    outcome: PollOutcome | None = None
    trouble: str = ""
    reason: str = ""
    polled_at: datetime | None = None
    read_at: datetime | None = None
    new_at: datetime | None = None
    failures: int = 0
    undated: bool = False
    gap_at: datetime | None = None
    retired_at: datetime | None = None

    @property
    def is_polled(self) -> bool:
        """Whether the watch still names the feed, and it is not gone for good."""
        return self.removed_at is None and self.retired_at is None


@dataclass(frozen=True, slots=True)
class FeedHealth:
    """How a feed does: its state, since when, and whether it has been quiet for longer than it should."""

    feed: FeedRecord
    state: HealthState
    is_silent: bool
    since: datetime  # the last new entry, else the day on which the watch named it

    @property
    def is_failing(self) -> bool:
        """Whether the last poll of the feed failed."""
        return self.state in FAILS


@dataclass(frozen=True, slots=True)
class Alarm:
    """A silence or a failure, from its start to its end; ``feed_id`` is None where it is the whole watch's.

    Attributes:
        alarm_id: hash of watch, feed, kind and ``since``: one for each silence.
        kind: one of :class:`AlarmKind`.
        since: when the silence began, or the last time that it was read.
        raised_at: when it was told.
        cleared_at: when the all-clear was told; None while it lasts.
        detail: what was seen, in numbers; empty where the kind says all.
    """

    alarm_id: UUID
    watch: str
    feed_id: UUID | None
    kind: str
    since: datetime
    raised_at: datetime
    cleared_at: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FeedYield:
    """What a feed has brought in a period: entries, and articles about the mission among what these led to."""

    entries: int = 0
    relevant: int = 0


@dataclass(frozen=True, slots=True)
class LostPages:
    """Pages of a feed's entries that gave no text, one after another: how many, since when, and why the last."""

    pages: int
    since: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class QuietPeriod:
    """What was done in a period, so that "nothing changed" can be believed.

    Attributes:
        since, until: the period.
        feeds: feeds of the watch that are not retired.
        polled: of these, those polled in the period.
        failing: of these, those whose last poll failed.
        silent: of these, those that have brought nothing new for longer than they should.
        entries_seen, entries_new: entries in the polls of the period, and those that we did not have.
        articles_read, articles_relevant: articles read in the period, and those about the mission.
        claims: claims of the period by verdict.
        unread: entries and articles that wait to be read.
        oldest_unread: publication time of the oldest of them; None where nothing waits.
        muted: changes of the period that alerted nobody because somebody had muted them.
        unwatched: (from, to) of the times in which the watch was paused or archived.
    """

    since: datetime
    until: datetime
    feeds: int = 0
    polled: int = 0
    failing: int = 0
    silent: int = 0
    entries_seen: int = 0
    entries_new: int = 0
    articles_read: int = 0
    articles_relevant: int = 0
    claims: Mapping[str, int] = field(default_factory=dict)
    unread: int = 0
    oldest_unread: datetime | None = None
    muted: int = 0
    unwatched: tuple[tuple[datetime, datetime], ...] = ()


@dataclass(frozen=True, slots=True)
class HostState:
    """What the host of pages wants, and when it was asked last; times are the wall clock's.

    Attributes:
        origin: scheme, host and port.
        robots: the text of its robots.txt; None where it has none.
        robots_until: until when that is believed; None where it is not known.
        asked_at: the start of the last request.
        distance: seconds that were kept before it.
    """

    origin: str
    robots: str | None
    robots_until: datetime | None
    asked_at: datetime
    distance: float
