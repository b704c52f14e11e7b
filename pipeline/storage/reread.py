"""The stored past, to be read again, and what came of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pipeline.model import Article
from pipeline.storage.changes import change_rows, reading_row, silence_row, verdict_row
from pipeline.storage.part import WATCH_ARTICLES, Part, article_of, claim_row
from pipeline.storage.support import rebuild_support

if TYPE_CHECKING:  # the steps bring half of the package with them, and reading a board needs none of it
    from pipeline.steps import Reread

# A claim that made a change goes on being its maker, unless it makes another one now.
_JUDGED_AGAIN = """(verdict_id) DO UPDATE SET run_id = excluded.run_id, verdict = excluded.verdict,
    reason = excluded.reason, against = excluded.against, similarity = excluded.similarity,
    change_id = excluded.change_id WHERE change_id IS NULL OR excluded.change_id IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class RemovedTexts:
    """What removing old texts came to: the articles, and the bytes of their texts."""

    articles: int = 0
    size: int = 0


class Past(Part):
    """What was read, as a whole."""

    def articles_standing(self, watch: str) -> list[Article]:
        """The newest text of each page that was read and is not gone, in order of publication.

        Where a text is no longer kept, it is empty.
        """
        rows = self._db.rows(
            f"""
            SELECT a.*, coalesce(b.text, '') AS text, o.origin FROM article a
            LEFT JOIN article_body b USING (article_id) LEFT JOIN article_origin o USING (article_id)
            WHERE a.article_id IN ({WATCH_ARTICLES})
            AND EXISTS (SELECT 1 FROM reading r WHERE r.article_id = a.article_id AND r.watch = ?)
            AND NOT EXISTS (SELECT 1 FROM article_revision r WHERE r.revises = a.article_id)
            AND NOT EXISTS (SELECT 1 FROM evidence_check e WHERE e.article_id = a.article_id AND e.revision_id IS NULL)
            ORDER BY a.published, a.fetched_at, a.article_id""",  # noqa: S608 -- a constant
            [watch, watch],
        )
        return [article_of(row) for row in rows]

    def add_reread(self, run_id: UUID, watch: str, made: Reread) -> None:
        """Store what reading the past again came to, in one transaction; no alert is planned."""
        changes = (*made.withdrawals, *made.added)
        with self._db.transaction():
            self._db.insert(
                "article_origin",
                [{"article_id": article_id, "origin": origin} for article_id, origin in (made.origins or {}).items()],
                on_conflict="(article_id) DO UPDATE SET origin = excluded.origin",
            )
            last = self._db.value("SELECT coalesce(max(seq), 0) FROM change WHERE seq > 0")
            self._db.insert("reading", [reading_row(run_id, watch, reading) for reading in made.readings])
            self._db.insert("claim", [claim_row(claim) for reading in made.readings for claim in reading.claims])
            self._db.insert(
                "verdict", [verdict_row(run_id, watch, j) for j in made.judgements], on_conflict=_JUDGED_AGAIN
            )
            self._db.insert("change", change_rows(changes, run_id, last + 1))
            self._db.insert("silence", [silence_row(run_id, watch, silence) for silence in made.silences])
            rebuild_support(self._db)

    def old_texts(self, before: datetime) -> RemovedTexts:
        """What :meth:`remove_texts` would remove."""
        row = self._db.rows(f"SELECT count(*) AS n, coalesce(sum(strlen(text)), 0) AS size {_OLD}", [before])[0]
        return RemovedTexts(int(row["n"]), int(row["size"]))

    def remove_texts(self, now: datetime, before: datetime) -> RemovedTexts:
        """Remove the texts of articles that were fetched before ``before`` and have been read.

        What was read from them stays: claims with their quotes and offsets, hashes, verdicts and changes.
        """
        with self._db.transaction():
            removed = self.old_texts(before)
            self._db.run(
                f"INSERT INTO text_removed SELECT article_id, CAST(? AS TIMESTAMPTZ), strlen(text) {_OLD} "
                "ON CONFLICT DO NOTHING",
                [now, before],
            )
            for kept_with_it in ("article_body", "article_sketch"):
                self._db.run(f"DELETE FROM {kept_with_it} WHERE article_id IN (SELECT article_id FROM text_removed)")  # noqa: S608
        return removed


_OLD = """FROM article_body b JOIN article a USING (article_id)
    WHERE a.fetched_at < CAST(? AS TIMESTAMPTZ)
    AND EXISTS (SELECT 1 FROM reading r WHERE r.article_id = a.article_id)"""
