"""Later looks at pages in the store: what to look at, what rests on it, and what was taken back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from pipeline.model import Evidence, EvidenceCheck, PageToCheck, PendingEntry, Recall, RecheckResult, SentAlert
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import Queries, alert_of, claim_of, entry_of, feed_of, id_list
from pipeline.storage.queries.support import STANDING

# The claims that a change rests on, and that their pages have not taken back.
_RESTS = f"""
    SELECT c.change_id, s.url, s.article_id, p.claim_id, s.source AS origin,
           CASE p.says WHEN 'made' THEN 0 WHEN 'confirms' THEN 1 ELSE 2 END AS rank
    FROM {STANDING}
    JOIN change c ON c.change_id = p.change_id AND c.watch = p.watch
    WHERE p.watch = ? AND c.verdict NOT IN ('baseline', 'withdrawn')
    AND NOT EXISTS (SELECT 1 FROM change w WHERE w.verdict = 'withdrawn' AND w.supersedes = c.change_id)"""  # noqa: S608 -- a constant


class RecallQueries(Queries):
    """What is looked at again, and what came of it."""

    def pages_to_check(self, watch: str, since: datetime) -> list[PageToCheck]:
        """The pages behind the alerts that were planned since ``since``, those that were seen last at the end.

        A page is behind an alert where a claim of it made or confirmed a change that the alert tells.
        """
        told = self._db.rows(
            f"""
            WITH rests AS ({_RESTS})
            SELECT rests.url, max(coalesce(r.watch_time, l.planned_at)) AS told_at
            FROM alert l JOIN alert_change x USING (alert_id) JOIN rests USING (change_id)
            LEFT JOIN run r ON r.run_id = l.run_id
            WHERE l.watch = ? AND rests.rank < 2 AND coalesce(r.watch_time, l.planned_at) >= CAST(? AS TIMESTAMPTZ)
            GROUP BY rests.url""",  # noqa: S608 -- a constant
            [watch, watch, since],
        )
        if not told:
            return []
        told_at = {row["url"]: row["told_at"] for row in told}
        newest = self._newest(told_at)
        if not newest:
            return []
        looked = self._last_looks(newest)
        entries = self._entries_tried({row["entry_id"] for row in newest.values()})
        texts = self._texts([row["article_id"] for row in newest.values()])
        unseen = {"etag": None, "last_modified": None, "status": 0}
        pages = []
        for url, held in newest.items():
            look = looked.get(url, {**unseen, "seen_at": held["fetched_at"]})
            entry = entries.get(held["entry_id"])
            if entry is None:
                continue  # of a store that was brought back in part
            pages.append(
                PageToCheck(
                    pending=PendingEntry(entry_of(entry), feed_of(entry), entry["attempts"]),
                    told_at=told_at[url],
                    seen_at=look["seen_at"],
                    held=(held["article_id"], held["text_hash"]),
                    text=texts.get(held["article_id"], ""),
                    etag=look["etag"],
                    last_modified=look["last_modified"],
                    was_missing=look["status"] in {404, 410},
                )
            )
        return sorted(pages, key=lambda page: (page.seen_at, page.pending.entry.url))

    def _last_looks(self, newest: Mapping[str, Row]) -> dict[str, Row]:
        """By address: when a page was fetched last, with what status, and what came with it when its text came last.

        Args:
            newest: the newest text of each page. A page was not fetched last before that, so of the long past nothing
                is looked through.
        """
        rows = self._db.rows(
            """
            SELECT url, max(fetched_at) AS seen_at, arg_max(coalesce(status, 0), fetched_at) AS status,
                   arg_max_null(etag, fetched_at) FILTER (outcome IN ('stored', 'same')) AS etag,
                   arg_max_null(last_modified, fetched_at) FILTER (outcome IN ('stored', 'same')) AS last_modified
            FROM page_fetch
            WHERE fetched_at >= CAST(? AS TIMESTAMPTZ) AND url IN (SELECT unnest(CAST(? AS VARCHAR[])))
            GROUP BY url""",
            [min(row["fetched_at"] for row in newest.values()), sorted(newest)],
        )
        return {row["url"]: row for row in rows}

    def _entries_tried(self, entry_ids: Collection[UUID]) -> dict[UUID, Row]:
        """By id: entries with their feeds, and how often their pages were tried."""
        ids = id_list(entry_ids)
        tried = self._db.rows(
            f"SELECT entry_id, count(*) AS attempts FROM page_fetch WHERE entry_id IN {ids} GROUP BY entry_id"  # noqa: S608
        )
        attempts = {row["entry_id"]: row["attempts"] for row in tried}
        rows = self._entries(self._places("entry", "entry_id", entry_ids))
        return {row["entry_id"]: {**row, "attempts": attempts.get(row["entry_id"], 0)} for row in rows}

    def evidence_at(self, watch: str, urls: Iterable[str]) -> list[Evidence]:
        """All that still says what the pages ``urls`` say of changes that stand: there and elsewhere."""
        wanted = sorted(set(urls))
        # Most pages are new: to look whether any is behind a change at all costs a tenth of the question itself.
        if not self._db.value(
            "SELECT count(*) FROM change_article WHERE url IN (SELECT unnest(CAST(? AS VARCHAR[])))", [wanted]
        ):
            return []
        here = self._db.rows(
            f"""
            SELECT * FROM ({_RESTS}) rests WHERE change_id IN (
                SELECT change_id FROM ({_RESTS}) WHERE url IN (SELECT unnest(CAST(? AS VARCHAR[]))))""",  # noqa: S608
            [watch, watch, wanted],
        )
        if not here:
            return []
        told = self._db.rows(
            f"SELECT * FROM claim WHERE claim_id IN {id_list(row['claim_id'] for row in here)}"  # noqa: S608 -- ids
        )
        claims = {row["claim_id"]: claim_of(row) for row in told}
        texts = self._texts({row["article_id"] for row in here})
        rows = sorted(
            ({**row, "claim": claims[row["claim_id"]], "text": texts.get(row["article_id"], "")} for row in here),
            key=lambda row: (row["change_id"], row["rank"], row["claim"].start, row["claim_id"]),
        )
        return [
            Evidence(row["change_id"], row["claim"], row["url"], row["origin"], row["rank"], row["text"])
            for row in rows
        ]

    def alerts_about(self, watch: str, change_ids: Iterable[UUID]) -> list[SentAlert]:
        """The alerts that tell any of ``change_ids``, delivered or not.

        Left out is what was withdrawn, and what went out with a digest, which tells it.
        """
        wanted = sorted(map(str, change_ids))
        if not wanted:
            return []
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
            [watch, wanted],
        )
        return [SentAlert(alert_of(row), row["delivered_at"]) for row in rows]

    def _add_revised(self, run_id: UUID, watch: str, revised: RecheckResult) -> None:
        """Store checks and recalls, within the caller's transaction; changes and alerts are the caller's too."""
        self._db.insert("evidence_check", [_check_row(run_id, watch, check) for check in revised.checks])
        self._db.insert("recall", [_recall_row(run_id, watch, recall) for recall in revised.recalls])


def _check_row(run_id: UUID, watch: str, check: EvidenceCheck) -> Row:
    values = {name: getattr(check, name) for name in EvidenceCheck.__slots__}
    return {**values, "run_id": run_id, "watch": watch}


def _recall_row(run_id: UUID, watch: str, recall: Recall) -> Row:
    values = {name: getattr(recall, name) for name in Recall.__slots__}
    return {**values, "run_id": run_id, "watch": watch}
