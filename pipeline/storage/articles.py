"""Fetches and articles in the store."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from pipeline.model import Article, FetchRecord
from pipeline.storage.connection import Row
from pipeline.storage.part import WATCH_ARTICLES, Part, article_of


class Articles(Part):
    """What was fetched, and the texts that it gave."""

    def articles_by_url(self, urls: Iterable[str]) -> dict[str, tuple[UUID, str]]:
        """By canonical address: id and text hash of the newest article that we hold."""
        rows = self._db.rows(
            "SELECT url, arg_max(article_id, fetched_at) AS article_id, arg_max(text_hash, fetched_at) AS text_hash "
            "FROM article WHERE url IN (SELECT unnest(CAST(? AS VARCHAR[]))) GROUP BY url",
            [sorted(set(urls))],
        )
        return {row["url"]: (row["article_id"], row["text_hash"]) for row in rows}

    def add_fetches(self, run_id: UUID, fetches: Sequence[FetchRecord]) -> int:
        """Store attempts with the articles that they gave.

        An attempt with the outcome ``same`` links its entry to the article that we hold.

        Returns:
            The number of articles that were new.
        """
        stored = [fetch.article for fetch in fetches if fetch.article is not None and fetch.outcome == "stored"]
        with self._db.transaction():
            self._db.insert(
                "article_body",
                [
                    {"article_id": article.article_id, "text": article.text}
                    for article in {article.article_id: article for article in reversed(stored)}.values()
                ],
                where="NOT EXISTS (SELECT 1 FROM article a WHERE a.article_id = CAST(batch.article_id AS UUID))",
            )
            self._db.insert("article_revision", self._revisions(stored))
            added = self._db.insert("article", [_article_row(article) for article in stored])
            self._db.insert("page_fetch", [_fetch_row(run_id, fetch) for fetch in fetches])
            self._db.insert("entry_article", self._links(fetches))
        return added

    def _revisions(self, stored: Sequence[Article]) -> list[Row]:
        """Which of ``stored`` are later texts of a page of which we hold another."""
        held = self.articles_by_url(article.url for article in stored)
        known = self.articles_of(article.article_id for article in stored)  # a page may go back to an earlier text
        return [
            {
                "article_id": article.article_id,
                "revises": held[article.url][0],
                "entry_id": article.entry_id,
                "seen_at": article.fetched_at,
            }
            for article in stored
            if article.url in held and article.article_id not in known
        ]

    def revisions_by_url(self, urls: Iterable[str]) -> dict[str, int]:
        """By canonical address: how many later texts of the page we hold."""
        rows = self._db.rows(
            "SELECT a.url, count(*) AS n FROM article_revision JOIN article a USING (article_id) "
            "WHERE a.url IN (SELECT unnest(CAST(? AS VARCHAR[]))) GROUP BY a.url",
            [sorted(set(urls))],
        )
        return {row["url"]: int(row["n"]) for row in rows}

    def articles_of(self, article_ids: Iterable[UUID]) -> dict[UUID, Article]:
        """Articles by id; one whose text is no longer kept has an empty one."""
        rows = self._db.rows(
            """
            SELECT a.*, coalesce(b.text, '') AS text, o.origin FROM article a
            LEFT JOIN article_body b USING (article_id) LEFT JOIN article_origin o USING (article_id)
            WHERE list_contains(CAST(? AS VARCHAR[]), CAST(a.article_id AS VARCHAR))""",
            [sorted(set(map(str, article_ids)))],
        )
        return {row["article_id"]: article_of(row) for row in rows}

    def _links(self, fetches: Sequence[FetchRecord]) -> list[Row]:
        """Which entry gave which article, for those attempts that ended with a text."""
        done = [fetch for fetch in fetches if fetch.outcome in {"stored", "same"}]
        named = [str(fetch.article.article_id) for fetch in done if fetch.article is not None]
        held = {
            row["article_id"]
            for row in self._db.rows(
                "SELECT article_id FROM article "
                "WHERE article_id IN (SELECT CAST(unnest(CAST(? AS VARCHAR[])) AS UUID))",
                [named],
            )
        }
        by_url = self.articles_by_url(fetch.url for fetch in done)
        links: list[Row] = []
        for fetch in done:
            article_id = fetch.article.article_id if fetch.article is not None else None
            if article_id not in held:
                article_id = by_url[fetch.url][0] if fetch.url in by_url else None
            if article_id is not None:
                links.append({"entry_id": fetch.entry_id, "article_id": article_id})
        return links

    def articles_to_read(self, watch: str, limit: int) -> list[Article]:
        """Articles that no engine has read for ``watch``, in order of publication, a page's later texts last.

        What an older engine has read is read again by ``missionwatch reread`` only.
        """
        rows = self._db.rows(
            f"""
            WITH todo AS (
                SELECT a.* FROM article a
                WHERE a.article_id IN ({WATCH_ARTICLES})
                AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.article_id = a.article_id AND r.watch = ?)
                AND EXISTS (SELECT 1 FROM article_body b WHERE b.article_id = a.article_id)
                ORDER BY a.published, a.fetched_at, a.article_id LIMIT ?
            )
            SELECT todo.*, b.text, o.origin FROM todo
            JOIN article_body b USING (article_id)
            LEFT JOIN article_origin o USING (article_id)
            ORDER BY todo.published, todo.fetched_at, todo.article_id""",  # noqa: S608 -- a constant
            [watch, watch, limit],
        )
        return [article_of(row) for row in rows]

    def recent_texts(self, watch: str, since: datetime) -> list[tuple[UUID, str, str]]:
        """(article id, origin, text) of the articles since ``since`` whose origin is known, oldest first."""
        rows = self._db.rows(
            f"""
            SELECT a.article_id, o.origin, b.text
            FROM article a JOIN article_origin o USING (article_id) JOIN article_body b USING (article_id)
            WHERE a.published >= CAST(? AS TIMESTAMPTZ) AND a.article_id IN ({WATCH_ARTICLES})
            ORDER BY a.published, a.article_id""",  # noqa: S608 -- a constant
            [since, watch],
        )
        return [(row["article_id"], row["origin"], row["text"]) for row in rows]


def _article_row(article: Article) -> Row:
    return {
        "article_id": article.article_id,
        "entry_id": article.entry_id,
        "url": article.url,
        "outlet": article.outlet,
        "title": article.title,
        "published": article.published,
        "precision": article.precision,
        "published_source": article.published_source,
        "fetched_at": article.fetched_at,
        "author": article.author,
        "language": article.language,
        "role": article.role,
        "family": article.family,
        "text_hash": article.text_hash,
        "words": len(article.text.split()),
    }


def _fetch_row(run_id: UUID, fetch: FetchRecord) -> Row:
    return {
        "fetch_id": fetch.fetch_id,
        "run_id": run_id,
        "entry_id": fetch.entry_id,
        "url": fetch.url,
        "fetched_at": fetch.fetched_at,
        "outcome": fetch.outcome,
        "reason": fetch.reason,
        "attempt": fetch.attempt,
        "retry_at": fetch.retry_at,
        "status": fetch.status,
        "final_url": fetch.final_url,
        "content_type": fetch.content_type,
        "size": fetch.size,
        "elapsed_s": fetch.elapsed,
        "extract_s": fetch.extract_elapsed,
        "etag": fetch.etag,
        "last_modified": fetch.last_modified,
    }
