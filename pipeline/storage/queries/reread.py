"""The stored past, to be read again, and what came of that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pipeline.model import Article, Claim, Reading
from pipeline.model.errors import UsageError
from pipeline.model.text import content_id
from pipeline.storage.queries.base import WATCH_ARTICLES, Queries, article_of, claim_of, claim_row
from pipeline.storage.queries.changes import change_rows, reading_row, silence_row, verdict_row
from pipeline.storage.queries.support import rebuild_support

if TYPE_CHECKING:  # the steps bring half of the package with them, and reading a board needs none of it
    from pipeline.steps import RereadResult

# A claim that made a change goes on being its maker, unless it makes another one now.
JUDGED_AGAIN = """(verdict_id) DO UPDATE SET run_id = excluded.run_id, verdict = excluded.verdict,
    reason = excluded.reason, against = excluded.against, similarity = excluded.similarity,
    change_id = excluded.change_id WHERE change_id IS NULL OR excluded.change_id IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class RemovedTexts:
    """What removing old texts came to: the articles, and the bytes of their texts."""

    articles: int = 0
    size: int = 0


class RereadQueries(Queries):
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

    def articles_as_they_came(self, watch: str) -> list[tuple[Article, datetime]]:
        """Each text that was collected, with the time from which on it could be known, in that order.

        A page's first text counts from its publication, a later one from when it was seen. A text that is no longer
        kept is empty.
        """
        rows = self._db.rows(
            f"""
            SELECT a.*, coalesce(b.text, '') AS text, o.origin,
                   greatest(a.published, coalesce(v.seen_at, a.published)) AS came
            FROM article a
            LEFT JOIN article_body b USING (article_id) LEFT JOIN article_origin o USING (article_id)
            LEFT JOIN (SELECT article_id, min(seen_at) AS seen_at FROM article_revision GROUP BY article_id) v
                USING (article_id)
            WHERE a.article_id IN ({WATCH_ARTICLES})
            ORDER BY came, a.fetched_at, a.article_id""",  # noqa: S608 -- a constant
            [watch],
        )
        return [(article_of(row), row["came"]) for row in rows]

    def engines_on_record(self, watch: str) -> list[str]:
        """The engines that have read for ``watch``, with their versions, by name."""
        rows = self._db.rows("SELECT DISTINCT engine FROM reading WHERE watch = ? ORDER BY engine", [watch])
        return [row["engine"] for row in rows]

    def readings_on_record(self, watch: str, engine: str) -> dict[UUID, Reading]:
        """What ``engine`` has read for ``watch``, by article.

        Raises:
            UsageError: several engines have read an article, and whose claims are whose can't be told.
        """
        rows = self._db.rows(
            "SELECT article_id, engine, relevant, reason, claims FROM reading WHERE watch = ?", [watch]
        )
        others: dict[UUID, list[str]] = {}
        for row in rows:
            others.setdefault(row["article_id"], []).append(row["engine"])
        ours = [row for row in rows if row["engine"] == engine]
        claims: dict[UUID, list[Claim]] = {}
        for claim in self._db.rows(
            """SELECT * FROM claim WHERE article_id IN (SELECT article_id FROM reading WHERE watch = ? AND engine = ?)
            AND claim_id IN (SELECT claim_id FROM verdict WHERE watch = ?)
            ORDER BY article_id, quote_start, aspect, claim_id""",
            [watch, engine, watch],
        ):
            claims.setdefault(claim["article_id"], []).append(claim_of(claim))
        found: dict[UUID, Reading] = {}
        for row in ours:
            article_id = row["article_id"]
            strangers = [other for other in others[article_id] if other != engine]
            held = tuple(c for c in claims.get(article_id, ()) if not any(_is_of(c, other) for other in strangers))
            if len(held) != row["claims"]:
                raise UsageError(
                    f"Of article {article_id} it can't be told what {engine} read and what {', '.join(strangers)}.",
                    remedy="Compare with an engine that is installed: --engine both, or --engine rules.",
                )
            found[article_id] = Reading(article_id, engine, row["relevant"], row["reason"], held)
        return found

    def add_reread(self, run_id: UUID, watch: str, made: RereadResult) -> None:
        """Store what reading the past again came to, in one transaction; no alert is planned."""
        changes = (*made.withdrawals, *made.added)
        key = self._key(watch)
        with self._db.transaction():
            self._db.insert(
                "article_origin",
                [{"article_id": article_id, "origin": origin} for article_id, origin in (made.origins or {}).items()],
                on_conflict="(article_id) DO UPDATE SET origin = excluded.origin",
            )
            last = self._db.value("SELECT coalesce(max(seq), 0) FROM change WHERE seq > 0")
            self._db.insert("reading", [reading_row(run_id, watch, reading, key) for reading in made.readings])
            self._db.insert("claim", [claim_row(claim) for reading in made.readings for claim in reading.claims])
            self._db.insert(
                "verdict", [verdict_row(run_id, watch, j, key) for j in made.judgements], on_conflict=JUDGED_AGAIN
            )
            self._db.insert("change", change_rows(changes, run_id, last + 1))
            self._db.insert("silence", [silence_row(run_id, watch, silence, key) for silence in made.silences])
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


def _is_of(claim: Claim, engine: str) -> bool:
    """Whether ``claim`` is one of the embedded engine ``engine``: its id names it."""
    said = claim.aspect.value, claim.stage.value, claim.start, claim.subject, claim.value
    return claim.claim_id == content_id("claim", claim.article_id, engine, *said)


_OLD = """FROM article_body b JOIN article a USING (article_id)
    WHERE a.fetched_at < CAST(? AS TIMESTAMPTZ)
    AND EXISTS (SELECT 1 FROM reading r WHERE r.article_id = a.article_id)"""
