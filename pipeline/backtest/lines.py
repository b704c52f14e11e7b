"""What a watch would have alerted on over a past, as the contract has it: a line a change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from pipeline import phrasing
from pipeline.alerts import worth_alerting
from pipeline.backtest.articles import given_id
from pipeline.backtest.living import lived
from pipeline.model import Article, Change, Watch
from pipeline.reading import Reader


class BacktestLine(TypedDict):
    """One change that would have been alerted, as the contract says."""

    article: str
    aspect: str
    stage: str
    slot: str | None
    key: str | None
    facts: list[dict[str, str | int | float | bool]]
    subject: str
    value: str
    before: str | None
    headline: str
    verdict: str
    quote: str
    event_date: str | None
    confidence: float


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
    in_order = sorted(articles, key=lambda a: (a.published, given_id(a)))
    return [(step.article, change) for step in lived(watch, in_order, reader) for change in step.changes]


def _line(article: Article, change: Change) -> BacktestLine:
    before = None if change.before_stage is None else f"{change.before_stage.value}: {change.before_value}"
    return {
        "article": given_id(article),
        "aspect": change.aspect.value,
        "stage": change.stage.value,
        "slot": change.fact.slot.value if change.fact is not None else None,
        "key": change.fact.key if change.fact is not None else None,
        "facts": [change.fact.parts.flat()] if change.fact is not None else [],
        "subject": change.subject,
        "value": change.disputed_value or change.value,
        "before": before,
        "headline": phrasing.headline(change),
        "verdict": change.verdict.value,
        "quote": change.quote,
        "event_date": change.event_date.isoformat() if change.event_date else None,
        "confidence": round(change.confidence, 4),
    }
