"""What a store may have known, for briefs: one article, a day, and changes as they are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.alerts.brief import Brief, BriefInput, compose
from pipeline.model import AlertRule, Change, FeedHealth, FeedRecord, HealthState, PollOutcome, QuietPeriod, Watch
from tests.alerts.builders import ARTICLE, change
from tests.storage.builders import make_feed, make_watch

UNTIL = datetime(2025, 10, 1, 12, tzinfo=UTC)
SINCE = UNTIL - timedelta(days=1)
BEFORE = SINCE - timedelta(days=3)  # of what is no news
SEEN = QuietPeriod(
    SINCE, UNTIL, feeds=2, polled=2, entries_seen=30, entries_new=3, articles_read=3, articles_relevant=1,
    claims={"repeats": 4, "stale": 1},
)  # fmt: skip


def known(*changes: Change, **more: Any) -> BriefInput:
    values: dict[str, Any] = {
        "changes": changes,
        "taken": {},
        "articles": {ARTICLE.article_id: ARTICLE},
        "origins": {},
        "status": {"phase": "active", "lead": "Kenya"},
        "feeds": (health("times"), health("wire")),
        "quiet": SEEN,
        "rounds": 96,
        "last_round": UNTIL,
    }
    return BriefInput(**{**values, **more})


def brief(*changes: Change, watch: Watch | None = None, **more: Any) -> Brief:
    return compose(watch or make_watch(), known(*changes, **more))


def health(name: str, *, failing: str = "", silent_since: datetime | None = None) -> FeedHealth:
    """How a feed does: well, ``failing`` for a reason, or silent since a time."""
    feed = make_feed(name)
    record = FeedRecord(
        feed_id=feed.feed_id,
        title=feed.title,
        url=feed.url,
        expected_every=feed.expected_every,
        added_at=BEFORE,
        outcome=PollOutcome.FAILED if failing else PollOutcome.OK,
        reason=failing,
        read_at=SINCE if failing else UNTIL,
        new_at=silent_since or UNTIL,
    )
    state = HealthState.FAILING if failing else HealthState.STALE if silent_since else HealthState.OK
    return FeedHealth(record, state, silent_since is not None, silent_since or UNTIL)


def moved(first: Change, **values: Any) -> Change:
    """What became of the row that ``first`` made."""
    base: Mapping[str, Any] = {
        "before_stage": first.stage,
        "before_value": first.value,
        "before_subject": first.subject,
        "before_since": first.held_from,
        "supersedes": first.change_id,
        "subject": first.subject,
        "subject_key": first.subject_key,
        "aspect": first.aspect,
    }
    return change(**{**base, **values})


def with_rule(**values: Any) -> Watch:
    return replace(make_watch(), rules=(AlertRule("desk", **values),))
