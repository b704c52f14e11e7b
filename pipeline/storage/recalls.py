"""Later looks at pages in the store: what to look at, what rests on it, and what was taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from pipeline.model import (
    Evidence,
    EvidenceCheck,
    PageToCheck,
    PendingEntry,
    Recall,
    Revised,
    SentAlert,
)
from pipeline.storage.connection import Row
from pipeline.storage.part import FEED_COLUMNS, Part, alert_of, claim_of, entry_of, feed_of
from pipeline.storage.views_recalls import STANDS

# The claims that a change rests on, and that their pages have not taken back.
_RESTS = f"""
    SELECT c.change_id, a.url, a.article_id, k.claim_id,
           coalesce(nullif(o.origin, ''), nullif(a.family, ''), a.outlet) AS origin,
           CASE WHEN v.change_id IS NOT NULL THEN 0 WHEN v.verdict = 'confirms' THEN 1 ELSE 2 END AS rank
    FROM verdict v JOIN claim k USING (claim_id) JOIN article a USING (article_id)
    JOIN change c ON c.change_id = coalesce(v.change_id, v.against) AND c.watch = v.watch
    LEFT JOIN article_origin o USING (article_id)
    WHERE v.watch = ? AND (v.change_id IS NOT NULL OR v.verdict IN ('confirms', 'repeats'))
    AND c.verdict NOT IN ('baseline', 'withdrawn')
    AND NOT EXISTS (SELECT 1 FROM change w WHERE w.verdict = 'withdrawn' AND w.supersedes = c.change_id)
    AND {STANDS}"""  # noqa: S608 -- a constant


class Recalls(Part):
    """What is looked at again, and what came of it."""

    def pages_to_check(self, watch: str, since: datetime) -> list[PageToCheck]:
        """The pages behind the alerts that were planned since ``since``, those that were seen last at the end.

        A page is behind an alert where a claim of it made or confirmed a change that the alert tells.
        """
        rows = self._db.rows(
            f"""
            WITH rests AS ({_RESTS}),
            told AS (
                SELECT rests.url, max(coalesce(r.watch_time, l.planned_at)) AS told_at
                FROM alert l JOIN alert_change x USING (alert_id) JOIN rests USING (change_id)
                LEFT JOIN run r ON r.run_id = l.run_id
                WHERE l.watch = ? AND rests.rank < 2 AND coalesce(r.watch_time, l.planned_at) >= CAST(? AS TIMESTAMPTZ)
                GROUP BY rests.url
            ),
            newest AS (
                SELECT a.*, coalesce(b.text, '') AS text FROM article a LEFT JOIN article_body b USING (article_id)
                WHERE a.url IN (SELECT url FROM told)
                QUALIFY row_number() OVER (PARTITION BY a.url ORDER BY a.fetched_at DESC, a.article_id) = 1
            ),
            fetched AS (
                SELECT url, max(fetched_at) AS seen_at, arg_max(coalesce(status, 0), fetched_at) AS status,
                       arg_max_null(etag, fetched_at) FILTER (outcome IN ('stored', 'same')) AS etag,
                       arg_max_null(last_modified, fetched_at) FILTER (outcome IN ('stored', 'same')) AS last_modified
                FROM page_fetch WHERE url IN (SELECT url FROM told) GROUP BY url
            )
            SELECT {FEED_COLUMNS}, e.*, s.summary, told.told_at, n.article_id, n.text_hash, n.text,
                   coalesce(t.seen_at, n.fetched_at) AS page_seen_at, t.status, t.etag, t.last_modified,
                   (SELECT count(*) FROM page_fetch p WHERE p.entry_id = e.entry_id) AS attempts
            FROM told JOIN newest n USING (url) JOIN entry e ON e.entry_id = n.entry_id JOIN feed f USING (feed_id)
            LEFT JOIN entry_summary s ON s.entry_id = e.entry_id LEFT JOIN fetched t USING (url)
            ORDER BY page_seen_at, n.url""",  # noqa: S608 -- constants
            [watch, watch, since],
        )
        return [
            PageToCheck(
                pending=PendingEntry(entry=entry_of(row), feed=feed_of(row), attempts=row["attempts"]),
                told_at=row["told_at"],
                seen_at=row["page_seen_at"],
                held=(row["article_id"], row["text_hash"]),
                text=row["text"],
                etag=row["etag"],
                last_modified=row["last_modified"],
                was_missing=row["status"] in {404, 410},
            )
            for row in rows
        ]

    def evidence_at(self, watch: str, urls: Iterable[str]) -> list[Evidence]:
        """All that still says what the pages ``urls`` say of changes that stand: there and elsewhere."""
        rows = self._db.rows(
            f"""
            WITH rests AS ({_RESTS})
            SELECT rests.change_id, rests.url, rests.origin, rests.rank, k.*, coalesce(b.text, '') AS text
            FROM rests JOIN claim k USING (claim_id)
            LEFT JOIN article_body b ON b.article_id = k.article_id
            WHERE rests.change_id IN (
                SELECT change_id FROM rests WHERE list_contains(CAST(? AS VARCHAR[]), url))
            ORDER BY rests.change_id, rests.rank, k.quote_start, k.claim_id""",  # noqa: S608 -- a constant
            [watch, sorted(set(urls))],
        )
        return [
            Evidence(row["change_id"], claim_of(row), row["url"], row["origin"], row["rank"], row["text"])
            for row in rows
        ]

    def alerts_about(self, watch: str, change_ids: Iterable[UUID]) -> list[SentAlert]:
        """The alerts that tell any of ``change_ids``, delivered or not.

        Left out is what was withdrawn, and what went out with a digest, which tells it.
        """
        rows = self._db.rows(
            """
            SELECT a.*, d.delivered_at, c.change_ids FROM alert a
            JOIN (
                SELECT alert_id, list(change_id ORDER BY place) AS change_ids FROM alert_change GROUP BY alert_id
            ) c USING (alert_id)
            LEFT JOIN (
                SELECT alert_id, min(attempted_at) AS delivered_at FROM delivery
                WHERE outcome = 'delivered' GROUP BY alert_id
            ) d USING (alert_id)
            WHERE a.watch = ? AND a.alert_id IN (
                SELECT alert_id FROM alert_change WHERE list_contains(CAST(? AS VARCHAR[]), CAST(change_id AS VARCHAR)))
            AND NOT EXISTS (SELECT 1 FROM recall r WHERE r.alert_id = a.alert_id AND r.message_id IS NULL)
            AND NOT EXISTS (SELECT 1 FROM digest_part g WHERE g.alert_id = a.alert_id)
            ORDER BY a.planned_at, a.alert_id""",
            [watch, sorted(map(str, change_ids))],
        )
        return [SentAlert(alert_of(row), row["delivered_at"]) for row in rows]

    def _add_revised(self, run_id: UUID, watch: str, revised: Revised) -> None:
        """Store checks and recalls, within the caller's transaction; changes and alerts are the caller's too."""
        self._db.insert("evidence_check", [_check_row(run_id, watch, check) for check in revised.checks])
        self._db.insert("recall", [_recall_row(run_id, watch, recall) for recall in revised.recalls])


def _check_row(run_id: UUID, watch: str, check: EvidenceCheck) -> Row:
    values = {name: getattr(check, name) for name in EvidenceCheck.__slots__}
    return {**values, "run_id": run_id, "watch": watch}


def _recall_row(run_id: UUID, watch: str, recall: Recall) -> Row:
    values = {name: getattr(recall, name) for name in Recall.__slots__}
    return {**values, "run_id": run_id, "watch": watch}
