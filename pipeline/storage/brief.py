"""Gather what a brief is composed of, as the store knew it by the end of its time: no row that came later counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from pipeline.alerts.brief import BriefInput
from pipeline.board.fold import fold
from pipeline.health.feeds import health_of
from pipeline.model import Change, Watch
from pipeline.storage.store import Store


def known_for_brief(store: Store, watch: Watch, since: datetime, until: datetime) -> BriefInput:
    """Return what ``store`` knew of ``watch`` by ``until``, for a brief of the time after ``since``."""
    slug = watch.slug
    changes = tuple(change for change in store.load_changes(slug) if change.known_at <= until)
    taken = store.taken(slug)
    feeds = tuple(health_of(feed, until) for feed in store.feed_records(slug, until))
    failing, silent = (sum(getattr(one, name) for one in feeds) for name in ("is_failing", "is_silent"))
    rounds = store.rounds_in(slug, since, until)
    return BriefInput(
        changes=changes,
        taken=taken,
        articles=store.articles_of(_articles(changes, taken, since)),
        origins=store.origins_by(slug, until),
        status=store.status(slug, known_at=until),
        feeds=feeds,
        quiet=store.quiet(slug, since, until, failing=failing, silent=silent),
        rounds=rounds["rounds"],
        last_round=rounds["last_round"],
        counts=dict(rounds["counts"] or {}),
    )


def _articles(changes: Iterable[Change], taken: Mapping[UUID, datetime], since: datetime) -> set[UUID]:
    """The articles behind what is new, the board's rows, and both sides of its disputes."""
    known = tuple(changes)
    board = [row.change for row in fold(known).values()]
    disputed = {(one.aspect, one.subject_key) for one in board if one.disputed_value is not None}
    wanted = [
        *board,
        *(one for one in known if max(one.known_at, taken.get(one.change_id, one.known_at)) > since),
        *(one for one in known if (one.aspect, one.subject_key) in disputed),
    ]
    return {one.article_id for one in wanted if one.article_id is not None}
