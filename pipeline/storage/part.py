"""What the parts of the store share: the connection, and rows made into the nouns of the model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pipeline.model import Article, Feed, Precision, Role
from pipeline.storage.connection import Connection, Row

FEED_COLUMNS = (
    "f.feed_id, f.url AS feed_url, f.title AS feed_title, f.role, f.family, f.language, f.region, "
    "f.expected_every_s, f.confirmed_in"
)

# The articles that a watch's feeds gave, removed feeds too: what was read stays read.
WATCH_ARTICLES = """
    SELECT DISTINCT l.article_id FROM entry_article l
    JOIN entry e USING (entry_id) JOIN watch_feed w USING (feed_id) WHERE w.watch = ?"""


class Part:
    """Base of the store's parts, one for each noun."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    def _counted(self, questions: Mapping[str, str], watch: str) -> dict[str, int]:
        return {name: int(self._db.value(sql, [watch])) for name, sql in questions.items()}


def feed_of(row: Row) -> Feed:
    """The feed in a row of :data:`FEED_COLUMNS`."""
    return Feed(
        feed_id=row["feed_id"],
        url=row["feed_url"],
        title=row["feed_title"],
        role=Role(row["role"]),
        family=row["family"],
        language=row["language"],
        region=row["region"],
        expected_every=timedelta(seconds=row["expected_every_s"]),
        confirmed_in=row["confirmed_in"],
    )


def article_of(row: Row) -> Article:
    """The article in a row of ``article`` with its ``text`` and ``origin``."""
    values: dict[str, Any] = {name: row[name] for name in Article.__slots__}
    values["precision"] = Precision(row["precision"])
    values["role"] = Role(row["role"])
    values["origin"] = row["origin"] or ""
    return Article(**values)
