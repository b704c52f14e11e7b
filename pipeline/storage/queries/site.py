"""What the page shows, read in one go: rows as the views have them, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from pipeline.model import WatchState
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import WATCH_ARTICLES, Queries
from pipeline.storage.queries.watches import WatchQueries
from pipeline.storage.views import query

ROUNDS_SHOWN = 14
ARTICLES_SHOWN = 60

_CHANGES = """
SELECT c.*, k.subject_key, m.why, a.family, b.outlet AS baseline_outlet, b.url AS baseline_url
FROM changes c
JOIN change k USING (change_id)
LEFT JOIN claim m ON m.claim_id = c.claim_id
LEFT JOIN article a ON a.article_id = c.article_id
LEFT JOIN baseline b ON b.watch = c.watch AND c.verdict = 'baseline'
WHERE c.watch = ? ORDER BY c.seq"""

# When each independent origin first said so: from it follows how many had, at any time.
_SUPPORT = """
SELECT s.change_id, min(s.published) AS first_said
FROM ({}) s JOIN change c USING (change_id)
WHERE c.watch = ? GROUP BY s.change_id, s.origin ORDER BY s.change_id, first_said"""

_ROUNDS = f"""
SELECT watch_time, outcome, reason, counts, seconds FROM runs
WHERE watch = ? AND flow = 'monitor' ORDER BY started_at DESC LIMIT {ROUNDS_SHOWN}"""  # noqa: S608 -- a constant

_ARTICLES = f"""
WITH ours AS ({WATCH_ARTICLES}),
latest AS (
    SELECT a.article_id, a.title, a.outlet, a.url, a.published, o.origin, a.family
    FROM article a JOIN ours USING (article_id) LEFT JOIN article_origin o USING (article_id)
    ORDER BY a.published DESC, a.article_id LIMIT {ARTICLES_SHOWN}
),
read_last AS (
    SELECT r.article_id, arg_max(r.relevant, r.engine) AS relevant, arg_max(r.reason, r.engine) AS reason
    FROM reading r WHERE r.watch = ? GROUP BY r.article_id
),
verdicts AS (
    SELECT k.article_id, v.verdict, count(*) AS claims, arg_min(v.reason, k.quote_start) AS reason
    FROM verdict v JOIN claim k USING (claim_id) WHERE v.watch = ? GROUP BY k.article_id, v.verdict
),
found AS (
    SELECT article_id, list({{'verdict': verdict, 'claims': claims, 'reason': reason}} ORDER BY claims DESC, verdict)
           AS verdicts
    FROM verdicts GROUP BY article_id
)
SELECT l.*, r.relevant, r.reason, f.verdicts
FROM latest l LEFT JOIN read_last r USING (article_id) LEFT JOIN found f USING (article_id)
ORDER BY l.published DESC, l.article_id"""  # noqa: S608 -- constants

_VERDICTS = """
SELECT verdict, count(*) AS claims FROM verdict WHERE watch = ? GROUP BY verdict ORDER BY claims DESC, verdict"""

# By what a mark is about, and not by ids: these are other ones when the past has been read again.
_MARKS = """
SELECT DISTINCT c.change_id, m.kind, m.author, m.made_at, m.note
FROM mark m
JOIN change c ON c.watch = m.watch
LEFT JOIN claim k ON k.claim_id = c.claim_id
LEFT JOIN change_article s ON s.article_id = c.article_id
LEFT JOIN mark_anchor x ON x.mark_id = m.mark_id AND x.url = s.url AND (x.quote = k.quote OR x.quote = '')
WHERE m.watch = ? AND m.kind <> 'undone' AND m.mark_id NOT IN (SELECT undoes FROM mark WHERE undoes IS NOT NULL)
AND (x.mark_id IS NOT NULL AND c.verdict <> 'withdrawn' AND m.kind NOT IN ('pinned', 'unpinned')
     OR m.kind = 'pinned' AND c.claim_id IS NULL AND c.aspect = m.aspect AND c.subject_key = m.subject_key
     AND c.known_at = m.watch_time AND c.verdict NOT IN ('baseline', 'withdrawn'))
ORDER BY m.made_at, c.change_id"""

_TOTALS = {
    "polls": "SELECT count(*) FROM poll JOIN watch_feed USING (feed_id) WHERE watch = ?",
    "polls failed": "SELECT count(*) FROM poll JOIN watch_feed USING (feed_id) WHERE outcome = 'failed' AND watch = ?",
    "entries": "SELECT count(*) FROM entry JOIN watch_feed USING (feed_id) WHERE watch = ?",
    "articles": f"SELECT count(*) FROM ({WATCH_ARTICLES})",  # noqa: S608 -- a constant
    "about the mission": "SELECT count(DISTINCT article_id) FROM reading WHERE relevant AND watch = ?",
    "claims": "SELECT count(*) FROM verdict WHERE watch = ?",
    "changes": "SELECT count(*) FROM change WHERE verdict NOT IN ('baseline', 'withdrawn') AND watch = ?",
    "alerts delivered": "SELECT count(*) FROM alerts WHERE state = 'delivered' AND kind <> 'digest_part' AND watch = ?",
}


@dataclass(frozen=True, slots=True)
class SiteRows:
    """All that the page of one watch shows.

    Attributes:
        watch: its short name.
        now: the watch's own clock at its last round; None where there was none.
        board: rows of the view ``board``, in its order.
        changes: rows of the view ``changes`` with their subjects' keys and what led to their claims, in order.
        support: when each independent origin first said so, the earliest first, by the change's id.
        feeds: rows of the view ``feed_health``.
        rounds: the last rounds, the latest first, with their counts.
        articles: the last articles and what came of each, the latest first.
        verdicts: how many claims got which verdict.
        totals: what was polled, read and told, by name.
        state: whether somebody has paused or archived it.
        marks: who marked the sentence or the row of a change, and why, the first first, by the change's id.
        status: the row of the view ``status``; None where the board is empty.
    """

    watch: str
    now: datetime | None
    board: tuple[Row, ...]
    changes: tuple[Row, ...]
    support: Mapping[UUID, tuple[datetime, ...]]
    feeds: tuple[Row, ...]
    rounds: tuple[Row, ...]
    articles: tuple[Row, ...]
    verdicts: Mapping[str, int]
    totals: Mapping[str, int]
    state: WatchState = field(default_factory=WatchState)
    marks: Mapping[UUID, tuple[Row, ...]] = field(default_factory=dict)
    status: Row | None = None


class SiteQueries(Queries):
    """What the page shows of the store."""

    def watches(self) -> tuple[str, ...]:
        """The short names of the watches that have a board, in order."""
        return tuple(row["watch"] for row in self._db.rows("SELECT DISTINCT watch FROM change ORDER BY watch"))

    def site(self, watch: str) -> SiteRows:
        """All that the page of ``watch`` shows."""
        return SiteRows(
            watch=watch,
            now=self._db.value("SELECT max(watch_time) FROM run WHERE watch = ?", [watch]),
            board=tuple(self._db.rows("SELECT * FROM board WHERE watch = ?", [watch])),
            changes=tuple(self._db.rows(_CHANGES, [watch])),
            support=self.first_said(watch),
            feeds=tuple(self._db.rows("SELECT * FROM feed_health WHERE watch = ?", [watch])),
            rounds=tuple(self._db.rows(_ROUNDS, [watch])),
            articles=tuple(self._db.rows(_ARTICLES, [watch, watch, watch])),
            verdicts={row["verdict"]: row["claims"] for row in self._db.rows(_VERDICTS, [watch])},
            totals=self._counted(_TOTALS, watch),
            state=WatchQueries(self._db).watch_state(watch),
            marks=self._marked(watch),
            status=next(iter(self._db.rows("SELECT * FROM status WHERE watch = ?", [watch])), None),
        )

    def site_changes(self, watch: str) -> SiteRows:
        """Of what the page of ``watch`` shows, the changes alone: for the picture of an alert."""
        return SiteRows(
            watch=watch,
            now=self._db.value("SELECT max(watch_time) FROM run WHERE watch = ?", [watch]),
            board=(),
            changes=tuple(self._db.rows(_CHANGES, [watch])),
            support={},
            feeds=(),
            rounds=(),
            articles=(),
            verdicts={},
            totals={},
        )

    def _marked(self, watch: str) -> dict[UUID, tuple[Row, ...]]:
        found: dict[UUID, list[Row]] = {}
        for row in self._db.rows(_MARKS, [watch]):
            found.setdefault(row["change_id"], []).append(row)
        return {change_id: tuple(marks) for change_id, marks in found.items()}

    def first_said(self, watch: str) -> dict[UUID, tuple[datetime, ...]]:
        """Return when each independent origin first said what a change says, the earliest first, by the change's id."""
        found: dict[UUID, list[datetime]] = {}
        for row in self._db.rows(_SUPPORT.format(query("support")), [watch]):
            found.setdefault(row["change_id"], []).append(row["first_said"])
        return {change_id: tuple(times) for change_id, times in found.items()}
