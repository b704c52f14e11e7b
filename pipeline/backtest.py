"""A watch over a past: articles in order of publication, with no look-ahead, as it would have alerted."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict, cast

from pipeline.alerts import worth_alerting
from pipeline.board import baseline_changes, fold, with_successors
from pipeline.compare import Doubt, Memory, judge
from pipeline.dedupe import OriginIndex
from pipeline.errors import UsageError
from pipeline.model import Article, Change, Precision, Verdict, Watch
from pipeline.reading import Reader
from pipeline.text import content_id, text_hash

MAX_LINE = 2_000_000  # characters of one article's line


class BacktestLine(TypedDict):
    """One change that would have been alerted, as the contract says."""

    article: str
    aspect: str
    stage: str
    subject: str
    value: str
    before: str | None
    verdict: str
    quote: str
    event_date: str | None


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


def backtest(watch: Watch, articles: Iterable[Article], reader: Reader) -> list[BacktestLine]:
    """Each change that would have been alerted, in order, reading ``articles`` by (published, id).

    The alert gate is the live one. Only what was published before an article is known to it.
    """
    lines: list[BacktestLine] = []
    for article, change in replayed(watch, articles, reader):
        if worth_alerting(change, watch)[0]:
            lines.append(_line(article, change))
    return lines


def replayed(watch: Watch, articles: Iterable[Article], reader: Reader) -> list[tuple[Article, Change]]:
    """Every change that ``articles`` make, alerted or not, each with its article, in order."""
    changes = list(baseline_changes(watch))
    board, memory = fold(changes), Memory.of(changes)
    out: list[tuple[Article, Change]] = []
    index = OriginIndex()
    named = with_successors(watch, changes)
    for untraced in sorted(articles, key=lambda a: (a.published, given_id(a))):
        origin, reprinted = index.trace(untraced)
        article = replace(untraced, origin=origin)
        reading = reader.read(article, named)
        judgements, board = judge(reading, article, board, watch, memory=memory, reprinted=reprinted)
        made = [j.change for j in judgements if j.change is not None]
        memory = memory.remember(
            made,
            (Doubt(j.claim, article.origin, article.published) for j in judgements if j.verdict is Verdict.UNCERTAIN),
        )
        if made:
            named = with_successors(watch, memory.changes)
        out += [(article, change) for change in made]
    return out


def _line(article: Article, change: Change) -> BacktestLine:
    before = None if change.before_stage is None else f"{change.before_stage.value}: {change.before_value}"
    return {
        "article": given_id(article),
        "aspect": change.aspect.value,
        "stage": change.stage.value,
        "subject": change.subject,
        "value": change.disputed_value or change.value,
        "before": before,
        "verdict": change.verdict.value,
        "quote": change.quote,
        "event_date": change.event_date.isoformat() if change.event_date else None,
    }
