"""The kinds of alarm, as one table: when each is due, its wording, and what is to be done. Pure.

Silences and failures of feeds depend on each other and on how many there are:
:mod:`pipeline.health.feeds` decides when these are due, and :mod:`pipeline.alerts.alarms` has their sentences. All
others stand alone and need no more than their row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from pipeline.health import signs
from pipeline.health.signs import Observation, Sign
from pipeline.model import AlarmKind, FeedHealth, FeedHistory, WatchHistory

Key = tuple[UUID | None, AlarmKind]  # whose, None for the whole watch's, and of which kind


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of alarm.

    Attributes:
        kind: its name.
        head: what a subject says of it; of a kind about feeds behind their number, as in "2 feeds silent"; with
            ``{failing}`` and ``{feeds}`` where it tells how many of them can't be read.
        again: the same at its end; empty where it has none.
        told: what is so, with ``{since}`` and ``{detail}`` where it is about the whole watch.
        remedy: what it may come from, and what to do.
        over: what is so at its end.
    """

    kind: AlarmKind
    head: str
    again: str
    told: str = ""
    remedy: str = ""
    over: str = ""

    @property
    def name(self) -> str:
        """Return the name as messages and the documents write it: HALF BLIND."""
        return self.kind.replace("_", " ").upper()


@dataclass(frozen=True, slots=True)
class FeedKind(Kind):
    """A kind that is about one feed; ``sign`` is None where the feeds are looked at together."""

    sign: Callable[[FeedHealth, FeedHistory, Observation], Sign | None] | None = None


@dataclass(frozen=True, slots=True)
class WatchKind(Kind):
    """A kind that is about the whole watch; ``sign`` is None where its feeds say so together."""

    sign: Callable[[WatchHistory, Observation], Sign | None] | None = None


FEED_KINDS: Final = (
    FeedKind(AlarmKind.FAILING, "failing", "read again"),
    FeedKind(AlarmKind.SILENT, "silent", "heard again"),
    FeedKind(AlarmKind.UNREADABLE, "with unreadable pages", "with readable pages again"),
    FeedKind(AlarmKind.RETIRED, "retired", ""),
    FeedKind(
        AlarmKind.OLD,
        "with old news only",
        "with fresh news again",
        "entries come that are new to us, and all of them are old",
        "The feed may show an archive, or its outlet has another by now: look for that. What is old changes nothing "
        "that is known.",
        "fresh entries come again",
        signs.old,
    ),
    FeedKind(
        AlarmKind.UNDATED,
        "without dates",
        "with dates again",
        "no entry has a date that can be believed",
        "Articles are dated by their pages, or by when they were first seen. Look for another feed of the outlet.",
        "entries have dates again",
        signs.undated,
    ),
    FeedKind(
        AlarmKind.MISDATED,
        "dated ahead of time",
        "dated rightly again",
        "entries are dated after the time at which they were seen",
        "A wrong time zone does that. Compare an entry with its page, and this machine's clock with another.",
        "dates are right again",
        signs.misdated,
    ),
    FeedKind(
        AlarmKind.GAPS,
        "with gaps",
        "without gaps again",
        "between two polls all entries were replaced, so that some may have been missed",
        "They are polled more often by now. Where that does not help, name a feed that lists more entries, or one of a "
        "section.",
        "polls overlap again",
        signs.gaps,
    ),
    FeedKind(
        AlarmKind.GARBLED,
        "with garbled text",
        "with whole text again",
        "characters can't be decoded, so that names are not recognised",
        "The charset is not the one that is named: missionwatch why DIR URL shows what was understood of a page.",
        "texts can be decoded again",
        signs.garbled,
    ),
    FeedKind(
        AlarmKind.OTHER_LANGUAGE,
        "in another language",
        "in a language that is read again",
        "pages are in a language that the watch's reader does not read, so that nothing is taken from them",
        "Name the outlet's feed in another language, or let a language model read (docs/llm.md).",
        "pages are in a language that is read",
        signs.other_language,
    ),
    FeedKind(
        AlarmKind.TEASERS,
        "with teasers only",
        "with whole articles again",
        "pages give a few words in place of the article",
        "A paywall, a question about cookies or a new layout does that: open one in a browser.",
        "pages give whole articles again",
        signs.teasers,
    ),
    FeedKind(
        AlarmKind.ONE_PAGE,
        "leading to one page",
        "leading to their own pages again",
        "all entries lead to one page, or to one text",
        "The outlet leads visitors to its home page, to a log-in or to a question: open an entry in a browser.",
        "entries lead to their own pages again",
        signs.one_page,
    ),
)

WATCH_KINDS: Final = (
    WatchKind(AlarmKind.BLIND, "no feed can be read", "feeds can be read again"),
    WatchKind(AlarmKind.HALF_BLIND, "{failing} of {feeds} feeds can't be read", "feeds can be read again"),
    WatchKind(AlarmKind.SILENT, "the whole watch is silent", "the watch is heard again"),
    WatchKind(
        AlarmKind.MODEL_AWAY,
        "the language model is away",
        "the language model answers again",
        "the language model has given no answer since {since}: {detail}.",
        "Is its server running? An article waits patience_h hours at most, then the embedded engine's reading is told.",
        "the language model answers again; it had been away since {since}.",
        signs.model_away,
    ),
    WatchKind(
        AlarmKind.CLUSTER_AWAY,
        "the cluster is away",
        "the cluster works again",
        "the cluster has not done its work since {since}; this machine did it, {detail}.",
        "See to the scheduler and its workers: missionwatch doctor DIR.",
        "the cluster does its work again; it had been away since {since}.",
        signs.cluster_away,
    ),
    WatchKind(
        AlarmKind.BACKLOG,
        "more comes than is read",
        "what waited has been read",
        "since {since} more comes than is read: {detail} wait for their pages.",
        "Raise pages_per_run, or run rounds more often. A host that asks for long waits (crawl-delay) does it too.",
        "no news waits for its page any more, as it had since {since}.",
        signs.backlog,
    ),
    WatchKind(
        AlarmKind.UNPUBLISHED,
        "nothing is published",
        "published again",
        "the file for SQL clients has not been written since {since}: {detail}. Who reads it sees an old board.",
        "Is the disk full, or the folder read-only? missionwatch doctor DIR tells.",
        "the file for SQL clients is written again, for the first time since {since}.",
        signs.unpublished,
    ),
    WatchKind(
        AlarmKind.DISK_LOW,
        "the disk is nearly full",
        "the disk has room again",
        "the disk has room for one more round and not for much more: {detail}.",
        "When it is full nothing is stored or told. Free some, or remove old texts: missionwatch prune DIR.",
        "the disk has room again; it had been nearly full since {since}.",
        signs.disk_low,
    ),
    WatchKind(
        AlarmKind.CLOCK_BACK,
        "the clock has gone back",
        "the clock is right again",
        "the clock stands before the last run, which was at {since}: {detail}.",
        "Set the machine's clock right (timedatectl). Nothing is lost; what is noted meanwhile has a wrong time.",
        "the clock is past the last run again, which was at {since}.",
        signs.clock_back,
    ),
    WatchKind(
        AlarmKind.RESTORED,
        "the store was brought back from a copy",
        "",
        "the store was damaged, and was brought back at {since}: {detail}",
        "See whether the disk is sound. What was lost is polled and read again as far as the feeds still list it.",
        sign=signs.restored,
    ),
)

NOTICES: Final = frozenset(one.kind for one in (*FEED_KINDS, *WATCH_KINDS) if not one.again)  # without an all-clear


def signs_of(
    feeds: Iterable[FeedHealth],
    histories: Mapping[UUID, FeedHistory],
    whole: WatchHistory,
    standing: Collection[Key],
    readable: frozenset[str] | None,
    now: datetime,
    *,
    asks_model: bool = True,
) -> dict[Key, Sign]:
    """Return the signs of trouble at ``now``, by feed and kind.

    Args:
        feeds: the feeds of the watch that are polled.
        histories: what has lately come of each; nothing is known of one that is left out.
        whole: what has lately become of the watch.
        standing: the alarms that were told and are not over.
        readable: the codes of the languages that the watch's reader reads; None where it reads any.
        now: the time of the decision, UTC.
        asks_model: whether the watch asks a language model.
    """

    def look(key: Key) -> Observation:
        return Observation(now, key in standing, readable, asks_model)

    found: dict[Key, Sign] = {}
    for kind in WATCH_KINDS:
        key: Key = (None, kind.kind)
        if kind.sign and (sign := kind.sign(whole, look(key))):
            found[key] = sign
    for health in feeds:
        history = histories.get(health.feed.feed_id, FeedHistory())
        for of_feed in FEED_KINDS:
            key = (health.feed.feed_id, of_feed.kind)
            if of_feed.sign and (sign := of_feed.sign(health, history, look(key))):
                found[key] = sign
    return found
