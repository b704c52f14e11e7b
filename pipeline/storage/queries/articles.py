"""Fetches and articles in the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from pipeline.model import Article, FetchRecord
from pipeline.pages.dedupe import sketch
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import WATCH_ARTICLES, Queries, article_of, at_places, id_list, url_key

_WITH_A_TEXT = frozenset({"stored", "same"})
_SKETCHED_AT_ONCE = 1_000  # texts that are in memory together, where many have no sketch yet


class ArticleQueries(Queries):
    """What was fetched, and the texts that it gave."""

    def articles_by_url(self, urls: Iterable[str]) -> dict[str, tuple[UUID, str]]:
        """By canonical address: id and text hash of the newest article that we hold."""
        return {url: (row["article_id"], row["text_hash"]) for url, row in self._newest(urls).items()}

    def add_fetches(self, run_id: UUID, fetches: Sequence[FetchRecord]) -> int:
        """Store attempts with the articles that they gave.

        An attempt with the outcome ``same`` links its entry to the article that we hold.

        Returns:
            The number of articles that were new.
        """
        stored = [fetch.article for fetch in fetches if fetch.article is not None and fetch.outcome == "stored"]
        named = {fetch.article.article_id for fetch in fetches if fetch.article is not None}
        with self._db.transaction():
            known = self._held("article", "article_id", named)
            by_url = self._newest(fetch.url for fetch in fetches if fetch.outcome in _WITH_A_TEXT)
            fresh = {article.article_id: article for article in reversed(stored) if article.article_id not in known}
            self._db.insert(
                "article_body", [{"article_id": one.article_id, "text": one.text} for one in reversed(fresh.values())]
            )
            self._db.insert(
                "article_sketch",
                [
                    {"article_id": one.article_id, "published": one.published, "bands": sketch(one.text)}
                    for one in reversed(fresh.values())
                ],
            )
            self._db.insert(
                "article_revision",
                [
                    {
                        "article_id": article.article_id,
                        "revises": by_url[article.url]["article_id"],
                        "entry_id": article.entry_id,
                        "seen_at": article.fetched_at,
                    }
                    for article in stored  # a page may go back to an earlier text
                    if article.url in by_url and article.article_id not in known
                ],
            )
            added = self._db.insert("article", [_article_row(article) for article in stored])
            self._db.insert("page_fetch", [_fetch_row(run_id, fetch) for fetch in fetches])
            links = _links(fetches, known | fresh.keys(), by_url, fresh.values())
            self._db.insert("entry_article", links)
            self._look_again_at({link["article_id"] for link in links} - fresh.keys())
        return added

    def _look_again_at(self, article_ids: Collection[UUID]) -> None:
        """Forget up to where a watch has read all, where it has not read one of ``article_ids`` that lies before."""
        if article_ids:
            self._db.run(
                f"""
                DELETE FROM settled WHERE what = 'article' AND EXISTS (
                    SELECT 1 FROM article a
                    WHERE a.article_id IN {id_list(article_ids)} AND a.rowid < settled.place AND NOT EXISTS (
                        SELECT 1 FROM reading r WHERE r.article_id = a.article_id AND r.watch = settled.watch))"""  # noqa: S608
            )

    def revisions_by_url(self, urls: Iterable[str]) -> dict[str, int]:
        """By canonical address: how many later texts of the page we hold."""
        texts = {article_id: url for url, row in self._newest(urls).items() for article_id in row["all_of_it"]}
        if not texts:
            return {}
        rows = self._db.rows(
            f"SELECT article_id FROM article_revision WHERE article_id IN {id_list(texts)}"  # noqa: S608 -- ids
        )
        return dict(Counter(texts[row["article_id"]] for row in rows))

    def articles_of(self, article_ids: Iterable[UUID]) -> dict[UUID, Article]:
        """Articles by id; one whose text is no longer kept has an empty one."""
        ids = set(article_ids)
        places = self._places("article", "article_id", ids)  # of so wide a table it is quicker in two steps
        if not places:
            return {}
        rows = self._db.rows(f"SELECT * FROM article WHERE {at_places(places)}")  # noqa: S608 -- numbers
        told = self._db.rows(f"SELECT * FROM article_origin WHERE article_id IN {id_list(ids)}")  # noqa: S608 -- ids
        origins = {row["article_id"]: row["origin"] for row in told}
        texts = self._texts(ids)
        return {
            row["article_id"]: article_of(
                {**row, "text": texts.get(row["article_id"], ""), "origin": origins.get(row["article_id"])}
            )
            for row in rows
        }

    def texts_like(self, watch: str, since: datetime, article_ids: Iterable[UUID]) -> list[tuple[UUID, str, str]]:
        """Those of :meth:`recent_texts` that may be nearly the same as one of ``article_ids``: few, found by sketch.

        A text that has no sketch yet, of an older release, gets one. Left out is only what
        :class:`pipeline.pages.dedupe.OriginIndex` would not compare in full either: who wrote first comes out the same.

        Args:
            watch: the watch's short name.
            since: from when on texts are compared; none of ``article_ids`` is older.
            article_ids: what is about to be read.
        """
        ids = set(article_ids)
        if not ids:
            return []
        self.sketch_texts(since)
        rows = self._db.rows(
            f"""
            WITH asked AS (
                SELECT DISTINCT unnest(bands) AS band FROM article_sketch
                WHERE published >= CAST(? AS TIMESTAMPTZ) AND article_id IN {id_list(ids)}
            ),
            near AS (
                SELECT DISTINCT article_id FROM (
                    SELECT article_id, unnest(bands) AS band FROM article_sketch
                    WHERE published >= CAST(? AS TIMESTAMPTZ)
                ) JOIN asked USING (band)
            )
            SELECT article_id FROM near""",  # noqa: S608 -- ids
            [since, since],
        )
        near = {row["article_id"] for row in rows}
        if not near:
            return []
        ours = id_list(self._given_to(watch, near))
        origins = self._db.rows(
            f"""
            SELECT a.article_id, o.origin FROM article a JOIN article_origin o USING (article_id)
            WHERE a.article_id IN {ours} AND o.article_id IN {ours} AND a.published >= CAST(? AS TIMESTAMPTZ)
            ORDER BY a.published, a.article_id""",  # noqa: S608 -- ids
            [since],
        )
        texts = self._texts([row["article_id"] for row in origins])
        return [
            (row["article_id"], row["origin"], texts[row["article_id"]])
            for row in origins
            if row["article_id"] in texts
        ]

    def _given_to(self, watch: str, article_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of ``article_ids`` that feeds of ``watch`` gave, removed feeds and later texts too."""
        if not article_ids or not self._db.value(
            "SELECT count(*) FROM feed WHERE feed_id NOT IN (SELECT feed_id FROM watch_feed WHERE watch = ?)", [watch]
        ):
            return article_ids  # all feeds are of this watch, as where there is but one
        rows = self._db.rows(f"{WATCH_ARTICLES} AND l.article_id IN {id_list(article_ids)}", [watch])
        return {row["article_id"] for row in rows}

    def sketch_texts(self, since: datetime) -> None:
        """Give a sketch to those texts since ``since`` that have none."""
        rows = self._db.rows(
            """
            SELECT a.article_id, a.published FROM article a
            WHERE a.published >= CAST(? AS TIMESTAMPTZ) AND NOT EXISTS (
                SELECT 1 FROM article_sketch s
                WHERE s.published >= CAST(? AS TIMESTAMPTZ) AND s.article_id = a.article_id)
            ORDER BY a.published, a.article_id""",
            [since, since],
        )
        for start in range(0, len(rows), _SKETCHED_AT_ONCE):
            batch = rows[start : start + _SKETCHED_AT_ONCE]
            texts = self._texts([row["article_id"] for row in batch])
            self._db.insert(
                "article_sketch",
                [{**row, "bands": sketch(texts[row["article_id"]])} for row in batch if row["article_id"] in texts],
            )

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


def _links(
    fetches: Iterable[FetchRecord], held: Collection[UUID], by_url: Mapping[str, Row], fresh: Iterable[Article]
) -> list[Row]:
    """Which entry gave which article, for those attempts that ended with a text.

    Args:
        fetches: the attempts.
        held: the articles that we have, those of these attempts too.
        by_url: what we had of each page before.
        fresh: the articles that are new.
    """
    newest = {url: (row["fetched_at"], row["article_id"]) for url, row in by_url.items()}
    for article in fresh:
        if article.url not in newest or article.fetched_at > newest[article.url][0]:
            newest[article.url] = (article.fetched_at, article.article_id)
    links: list[Row] = []
    for fetch in fetches:
        if fetch.outcome not in _WITH_A_TEXT:
            continue
        article_id = fetch.article.article_id if fetch.article is not None else None
        if article_id not in held:
            article_id = newest[fetch.url][1] if fetch.url in newest else None
        if article_id is not None:
            links.append({"entry_id": fetch.entry_id, "article_id": article_id})
    return links


def _article_row(article: Article) -> Row:
    return {
        "url_key": url_key(article.url),
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
