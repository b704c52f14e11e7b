"""What a brief is composed of, as the store knew it by the end of its time: no row that came later counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pipeline.alerts.brief import BriefInput
from pipeline.board.board import fold
from pipeline.health.feeds import health_of
from pipeline.model import Change, Watch
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import Queries

if TYPE_CHECKING:
    from pipeline.storage.store import Store

# When a change came to the board. What reading the past again brought is no news: it counts from its publication.
_TAKEN = """
    SELECT c.change_id, r.watch_time FROM change c JOIN run r USING (run_id)
    WHERE c.watch = ? AND r.flow <> 'reread'"""
_ORIGINS = """
    SELECT p.change_id, count(DISTINCT s.source) AS origins
    FROM change_support p JOIN change_article s USING (article_id)
    WHERE p.watch = ? AND s.published <= CAST(? AS TIMESTAMPTZ) AND NOT EXISTS (
        SELECT 1 FROM evidence_check e WHERE e.change_id = p.change_id AND e.article_id = p.article_id
        AND e.finding IN ('corrected', 'withdrawn') AND e.checked_at <= CAST(? AS TIMESTAMPTZ))
    GROUP BY p.change_id"""
_ROUNDS = """
    SELECT count(*) FILTER (watch_time > CAST(? AS TIMESTAMPTZ)) AS rounds, max(watch_time) AS last_round,
           arg_max(counts, watch_time) FILTER (outcome <> 'running') AS counts
    FROM runs WHERE watch = ? AND flow = 'monitor' AND watch_time <= CAST(? AS TIMESTAMPTZ) AND outcome <> 'failed'"""
_LAST = "SELECT max(planned_at) FROM alert WHERE watch = ? AND kind = 'brief' AND rule = ? AND channel = ?"


class BriefQueries(Queries):
    """What only briefs ask."""

    def last_brief(self, watch: str, name: str, channel: str) -> datetime | None:
        """Return when the last brief called ``name`` was made for ``channel``; None where there was none."""
        found: datetime | None = self._db.value(_LAST, [watch, name, channel])
        return found

    def taken(self, watch: str) -> dict[UUID, datetime]:
        """Return when each change came to the board, by the watch's clock; the baseline's are not there."""
        return {row["change_id"]: row["watch_time"] for row in self._db.rows(_TAKEN, [watch])}

    def origins_by(self, watch: str, by: datetime) -> dict[UUID, int]:
        """Return how many independent origins told each change by then."""
        return {row["change_id"]: row["origins"] for row in self._db.rows(_ORIGINS, [watch, by, by])}

    def rounds_in(self, watch: str, since: datetime, until: datetime) -> Row:
        """Return the number of ``rounds`` in a time, when the ``last_round`` until its end was, and its ``counts``."""
        return self._db.rows(_ROUNDS, [since, watch, until])[0]


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
