"""Articles of a file, as a backtest takes them: a JSON line each."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

from pipeline.model import Article, Precision
from pipeline.model.errors import UsageError
from pipeline.model.text import content_id, text_hash

MAX_LINE = 2_000_000  # characters of one article's line


def load_articles(path: Path) -> list[Article]:
    """The articles of a JSONL file, in the file's order: a line each, as the contract has it.

    A line is an object with ``id, published, outlet, title, text`` and optionally ``url``; ``given_id``
    gives the id back. A time without a zone is UTC.

    Raises:
        UsageError: the file can't be read, or a line is not what it should be; names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: can't be read as UTF-8 text: {error}", remedy="Give a JSONL file.") from error
    articles: list[Article] = []
    given: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        article = _article(path, number, line)
        name = given_id(article)
        if name in given:
            raise UsageError(
                f"{path}:{number}: id {name!r} stands in line {given[name]} too", remedy="Give each its own."
            )
        given[name] = number
        articles.append(article)
    return articles


def given_id(article: Article) -> str:
    """The id that the backtest's file gave to ``article``."""
    return article.published_source.removeprefix("backtest:")


def _article(path: Path, number: int, line: str) -> Article:
    where = f"{path}:{number}"
    remedy = "A line is a JSON object with id, published, outlet, title and text."
    if len(line) > MAX_LINE:
        raise UsageError(f"{where}: the line has over {MAX_LINE:,} characters", remedy=remedy)
    try:
        row = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{where}: is not JSON: {error}", remedy=remedy) from error
    if not isinstance(row, dict):
        raise UsageError(f"{where}: is no JSON object", remedy=remedy)
    fields: dict[str, str] = {}
    for name in ("id", "published", "outlet", "title", "text"):
        found = cast("object", row.get(name))
        if not isinstance(found, str) or (not found.strip() and name in {"id", "published"}):
            raise UsageError(f"{where}: '{name}' is missing or no text", remedy=remedy)
        fields[name] = found
    try:
        published = datetime.fromisoformat(fields["published"])
    except ValueError as error:
        raise UsageError(
            f"{where}: 'published' is no ISO 8601 time: {fields['published']!r}",
            remedy="Write 2025-09-30T14:00:00+00:00.",
        ) from error
    if published.tzinfo is None:
        published = published.replace(tzinfo=UTC)
    url = row.get("url") if isinstance(row.get("url"), str) else ""
    return Article(
        article_id=content_id("article", fields["id"], fields["text"]),
        entry_id=content_id("entry", fields["id"]),
        url=cast("str", url),
        outlet=fields["outlet"],
        title=fields["title"],
        text=fields["text"],
        published=published,
        precision=Precision.TIME,
        published_source=f"backtest:{fields['id']}",
        fetched_at=published,
        text_hash=text_hash(fields["text"]),
    )
