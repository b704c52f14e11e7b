"""The recent history of a feed and of a watch, from which alarms are decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RecentPoll:
    """A poll that brought a body with entries.

    Attributes:
        polled_at: when.
        entries: how many it has.
        undated: how many of these have no date that is believed.
        is_gap: whether entries may have been missed since the one before.
        reason: the flaws of the body.
    """

    polled_at: datetime
    entries: int
    undated: int = 0
    is_gap: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RecentEntry:
    """An entry that we did not have.

    Attributes:
        seen_at: when it was first seen.
        published: when it says that it was published, where it names the time and not only the day.
        is_garbled: whether its title has characters that could not be decoded.
    """

    seen_at: datetime
    published: datetime | None = None
    is_garbled: bool = False


@dataclass(frozen=True, slots=True)
class RecentPage:
    """A page that gave a text.

    Attributes:
        fetched_at: when.
        words: of its text.
        language: the code of what its text is in.
        text_hash: hash of the text without case and spacing.
        final_url: where the answer came from, after redirects.
        broken: characters of it that could not be decoded.
    """

    fetched_at: datetime
    words: int
    language: str = ""
    text_hash: str = ""
    final_url: str = ""
    broken: int = 0


@dataclass(frozen=True, slots=True)
class FeedHistory:
    """The recent history of a feed, newest first.

    Attributes:
        polls, entries, pages: the last few of each.
        newest: the latest time at which any of its entries was published; None where none names one.
    """

    polls: tuple[RecentPoll, ...] = ()
    entries: tuple[RecentEntry, ...] = ()
    pages: tuple[RecentPage, ...] = ()
    newest: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecentRound:
    """A round that ended, or a step started by an event that read articles.

    Attributes:
        now: the watch's own time at its start.
        ended_at: wall clock at its end.
        is_whole: whether it was a round, which publishes at its end.
        waiting: articles that wait for the language model, or were read by the embedded engine in its place.
        failed: questions to the model that brought no answer.
        answered: whether it gave any.
        pages: pages that were asked for: work that a cluster does.
        cluster_away: whether this machine did what the cluster should have done.
        reason: what went wrong, in plain English.
    """

    now: datetime
    ended_at: datetime
    is_whole: bool = True
    waiting: int = 0
    failed: int = 0
    answered: bool = False
    pages: int = 0
    cluster_away: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class WatchHistory:
    """The recent history of a watch's runs and files.

    Attributes:
        rounds: the last few, the newest first.
        last_run: the latest time, by the watch's own clock, at which a run ended.
        backlog: entries with recent news that wait for their first look at their page, though there were rounds.
        backlog_since: when the oldest of them was first seen.
        published_at: when the file for SQL clients was written; None where it is not there.
        restored: when the store was brought back from a copy, and what was lost, the newest first.
        free: bytes that are free on its disk; None where that can't be told.
        stored: bytes of the store.
    """

    rounds: tuple[RecentRound, ...] = ()
    last_run: datetime | None = None
    backlog: int = 0
    backlog_since: datetime | None = None
    published_at: datetime | None = None
    restored: tuple[tuple[datetime, str], ...] = ()
    free: int | None = None
    stored: int = 0
