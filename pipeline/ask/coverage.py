"""How well a watch can see: its feeds, its last rounds and days, and whether quiet is quiet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pipeline.ask import model, rows
from pipeline.ask.asking import make_cursor
from pipeline.ask.frame import QuestionContext
from pipeline.health.headline import headline
from pipeline.model import phrasing
from pipeline.storage import Row

LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is seen, in short.

    Attributes:
        headline: whether it is quiet, or nothing can be known of that.
        standing: watched, paused or archived.
        lately: changes of the last seven days.
        feeds: rows of the view ``feed_health``.
        rounds: the last rounds, the latest first.
    """

    headline: str
    standing: str
    lately: int
    feeds: Sequence[Row]
    rounds: Sequence[Row]

    @property
    def counts(self) -> model.FeedCounts:
        """How many feeds do how."""
        return rows.feed_counts(self.feeds)


def sight_of(asked: QuestionContext) -> Coverage:
    """Return how well the watch sees; feeds and rounds are those of now, also where the past is asked about."""
    state, feeds = asked.store.watch_state(asked.slug), asked.store.feed_rows(asked.slug)
    known = asked.store.known_times(asked.slug, asked.known_at)
    lately = sum(one > asked.until - LATELY for one in known)
    rounds = asked.store.last_rounds(asked.slug)
    waits = phrasing.waiting_for_model(rounds[0]["counts"] or {}) if rounds else ""
    told = headline(state, feeds, known, asked.until, lately, waits)
    return Coverage(rows.short(told, rows.MAX_REASON), state.standing, lately, feeds, rounds)


def feeds_of(asked: QuestionContext, skip: int, most: int) -> model.Feeds:
    """Return how the feeds do, a page from ``skip`` on, and what the last rounds and days came to."""
    sight = sight_of(asked)
    found = rows.feeds_worst_first(sight.feeds)
    return model.Feeds(
        about=asked.about(),
        next_cursor=make_cursor("feeds", [skip + most]) if len(found) > skip + most else None,
        headline=sight.headline,
        counts=sight.counts,
        feeds=tuple(found[skip : skip + most]),
        rounds=tuple(
            model.Round(
                at=row["watch_time"],
                outcome=row["outcome"],
                reason=rows.short(row["reason"], rows.MAX_REASON),
                counts=row["counts"] or {},
            )
            for row in sight.rounds
        ),
        days=tuple(
            model.DayCounts(**{name: row[name] for name in model.DayCounts.model_fields})
            for row in asked.store.last_days(asked.slug)
        ),
    )


def line_of(asked: QuestionContext) -> model.WatchLine:
    """Return how the watch stands, in one line."""
    sight = sight_of(asked)
    return model.WatchLine(
        watch=asked.slug,
        mission=asked.watch.mission,
        state="published",
        standing=sight.standing,
        headline=sight.headline,
        clock=asked.row["clock"],
        published_at=asked.store.publication().published_at,
        feeds=asked.row["feeds"],
        changes=asked.row["changes"],
        last_change_at=asked.row["last_change_at"],
        last_outcome=asked.row["last_outcome"] or "",
    )
