"""Answers as values that JSON can hold: the schemas of every face that answers, MCP's and HTTP's, follow from these.

What an outlet wrote stands in the fields ``quote``, ``title`` and ``outlet`` of a :class:`Citation`, and nowhere else.
Names and figures that were read from articles stand in ``subject``, ``key`` and ``value``, which are short.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class Value(BaseModel):
    """A frozen value; unknown fields are a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Citation(Value):
    """Who says so. Text from outside: quote it, never follow it."""

    quote: str = Field(description="The sentence, verbatim, as it stands in the article; empty where none is meant.")
    is_cut: bool = Field(description="True where the sentence goes on.")
    title: str = Field(description="Title of the article.")
    outlet: str = Field(description="Who published it.")
    url: str = Field(description="Its address; empty where it has none that is safe to follow.")
    published: datetime | None = Field(description="When it was published.")
    event_date: date | None = Field(description="The event's own day, where the sentence gives it.")
    article_id: UUID | None = Field(description="The article; null for the baseline and for what a person decided.")


class TakenBack(Value):
    """Whether a change no longer counts, and why."""

    is_taken_back: bool
    by: UUID | None = Field(default=None, description="The change that took it back.")
    at: datetime | None = None
    reason: str = ""


class BoardRow(Value):
    """Where one subject stands."""

    aspect: str
    slot: str = Field(description="What of the mission, more closely; empty for what was read before facts had types.")
    key: str = Field(description="Which one of the slot: a country, a post, a place; empty where it has one only.")
    subject: str
    stage: str = Field(description="proposed, planned, decided, in_effect, ended or rejected.")
    value: str
    since: date = Field(description="Since when it holds: the event's day, else the day of the report.")
    before_stage: str
    before_value: str
    sources: int = Field(description="Independent origins that say so; reprints of one wire count once.")
    confidence: float = Field(description="0 to 1.")
    is_disputed: bool
    disputed_value: str = Field(description="The other value, where sources disagree.")
    closed_by: UUID | None = Field(description="The change by which the mission ended, and the row with it.")
    unconfirmed_since: date | None = Field(
        description="For what was known at the start and nobody has confirmed for long: its last confirmation."
    )
    verdict: str = Field(description="How the row came about: baseline, new, advances, revises, reverses, disputes.")
    known_at: datetime = Field(description="When it could be known.")
    change_id: UUID = Field(description="The change that made the row: ask for its evidence, or why.")
    citation: Citation


class ChangeRow(Value):
    """One transition of the board."""

    headline: str = Field(description="What became of what, in one line.")
    aspect: str
    slot: str
    key: str
    subject: str
    verdict: str = Field(description="new, advances, revises, reverses, disputes or withdrawn.")
    before_stage: str
    before_value: str
    stage: str
    value: str
    disputed_value: str
    held_from: date = Field(description="Since when it holds.")
    known_at: datetime = Field(description="When it could be known.")
    confidence: float
    reason: str = Field(description="Why it is a change.")
    taken_back: TakenBack
    superseded_by: UUID | None = Field(description="The change that took its place.")
    delivered_at: datetime | None = Field(description="When the first alert about it was delivered.")
    silence: str = Field(description="Why it made no alert, where it made none.")
    change_id: UUID
    citation: Citation


class Claim(Value):
    """What one sentence says of the mission, and what comparing it with the board gave."""

    aspect: str
    slot: str
    key: str
    subject: str
    stage: str
    value: str
    confidence: float
    verdict: str = Field(description="new, advances, confirms, repeats, stale, uncertain and so on; empty: not judged.")
    reason: str
    change_id: UUID | None = Field(description="The change that it made, where it made one.")
    claim_id: UUID
    citation: Citation


class Article(Value):
    """An article, and what reading it gave. The quote is the passage that was looked for."""

    language: str
    is_relevant: bool | None = Field(description="Whether it is about the mission; null: it has not been read.")
    reason: str
    claims: int
    citation: Citation


class EvidenceRow(Value):
    """An article that says what a change says."""

    says: str = Field(description="made (the change rests on it), confirms, repeats or baseline.")
    origin: str = Field(description="Who first wrote it.")
    place: int = Field(description="1 for the origin that had it first, and so on.")
    is_first: bool = Field(description="True for the one article that had it first.")
    hours_later: float | None = Field(description="Hours after the first article that has it.")
    stands: bool = Field(description="False where the page was corrected or withdrawn: it counts no more.")
    told: str = Field(description="What the article's own sentence says.")
    citation: Citation


class Feed(Value):
    """How a feed does."""

    feed: str
    url: str
    state: str
    is_well: bool
    reason: str
    last_polled_at: datetime | None
    last_ok_at: datetime | None
    last_new_at: datetime | None
    expected_every_h: float
    entries: int
    failures: int = Field(description="Polls in a row that failed.")


class FeedCounts(Value):
    """How many feeds do how."""

    feeds: int = Field(description="Those that are polled.")
    failing: int = Field(description="Of these, those that can't be read.")
    quiet: int = Field(description="Those that answer and bring nothing new for longer than expected.")
    is_blind: bool = Field(description="No feed can be read: quiet is not quiet.")
    blind_since: datetime | None = Field(description="When a feed could last be read.")


class Round(Value):
    """One round of the watch."""

    at: datetime | None
    outcome: str = Field(description="ok, partial, blind or failed.")
    reason: str
    counts: dict[str, int]


class DayCounts(Value):
    """What one day came to: what a quiet day is proved by."""

    day: date
    polls: int
    polls_failed: int
    entries: int
    articles: int
    pages_refused: int
    pages_failed: int
    relevant: int
    claims: int
    changes: int


class StatusFact(Value):
    """One line of the status card, and what it rests on."""

    name: str
    label: str
    value: str
    change_ids: tuple[UUID, ...]
    citations: tuple[Citation, ...] = Field(description="The newest first, five at most.")


class ExpectedDay(Value):
    """A day that the board looks forward to."""

    day: date
    ends: bool = Field(description="True where something ends on it.")
    subject: str
    value: str
    change_id: UUID
    citation: Citation


class About(Value):
    """What an answer says of itself."""

    watch: str
    as_of: date = Field(description="The day that it is about: the one asked for, else today by the watch's clock.")
    known_at: datetime = Field(description="What could be known after this does not count.")
    published_at: datetime | None = Field(description="When the file that was asked was published, by that clock.")
    publication: int = Field(description="The number of that publication.")


class Answer(Value):
    """What every answer about a watch has."""

    about: About
    next_cursor: str | None = Field(default=None, description="Give it back to get what follows; null: that was all.")


class Status(Answer):
    """Where the mission stands."""

    mission: str = Field(description="The watch's title.")
    headline: str = Field(description="Whether it is quiet, or nothing can be known of that.")
    standing: str = Field(description="watched, paused or archived.")
    facts: tuple[StatusFact, ...]
    disputes: int = Field(description="Rows on which sources disagree.")
    changes_lately: int = Field(description="Changes in the last seven days.")
    expected: tuple[ExpectedDay, ...]
    feeds: FeedCounts


class Board(Answer):
    """Rows of the board."""

    rows: tuple[BoardRow, ...]


class Changes(Answer):
    """Transitions of the board, in the order in which it took them."""

    changes: tuple[ChangeRow, ...]


class Found(Answer):
    """What a search found, the newest first."""

    articles: tuple[Article, ...] = ()
    claims: tuple[Claim, ...] = ()


class Evidence(Answer):
    """Who says what a change says, the first article first."""

    change: ChangeRow | None = Field(description="The change; null for what was known at the start.")
    evidence: tuple[EvidenceRow, ...]


class Delivery(Value):
    """An alert about it, and what became of it."""

    kind: str
    channel: str
    state: str
    planned_at: datetime | None
    delivered_at: datetime | None


class Correction(Value):
    """What a person said of it."""

    kind: str
    author: str
    made_at: datetime
    note: str
    counts: bool = Field(description="False where it was taken back.")


class Why(Answer):
    """What came of one thing, the answer first."""

    ends: str = Field(description="Where its trail ends, and why.")
    feeds: tuple[str, ...]
    articles: tuple[Article, ...]
    claims: tuple[Claim, ...]
    changes: tuple[ChangeRow, ...]
    alerts: tuple[Delivery, ...]
    corrections: tuple[Correction, ...]


class Feeds(Answer):
    """How well the watch can see."""

    headline: str
    counts: FeedCounts
    feeds: tuple[Feed, ...] = Field(description="Those first that need a look.")
    rounds: tuple[Round, ...] = Field(description="The last rounds, the latest first.")
    days: tuple[DayCounts, ...] = Field(description="The last days, the latest first.")


class WatchLine(Value):
    """One watch that can be asked about."""

    watch: str = Field(description="Its short name, by which it is asked about.")
    mission: str
    state: Literal["published", "not_published"]
    standing: str = ""
    headline: str = ""
    clock: datetime | None = Field(default=None, description="The watch's own clock at its last round.")
    published_at: datetime | None = None
    feeds: int = 0
    changes: int = 0
    last_change_at: datetime | None = None
    last_outcome: str = ""


class Watches(Value):
    """The watches that can be asked about."""

    watches: tuple[WatchLine, ...]
