"""What a watch would have alerted on over a past, as the contract has it: a line a change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from pipeline.alerts import line_key, worth_alerting
from pipeline.board.fold import baseline_changes
from pipeline.lab.backtest.articles import given_id
from pipeline.lab.backtest.living import lived
from pipeline.model import Article, Change, Watch, phrasing
from pipeline.reading.embedded import Reader
from pipeline.steps import AskModel, AssessmentInput, assess_asking, choose_reader


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
    return _lines(replayed(watch, articles, reader), watch)


async def backtest_asking(
    watch: Watch, articles: Iterable[Article], reader: Reader, ask: AskModel
) -> list[BacktestLine]:
    """As :func:`backtest`, with a language model as ``watch.reader`` says.

    Args:
        watch: the mission, and how the model is used.
        articles: in any order.
        reader: the embedded engine, which finds the articles.
        ask: puts questions to the model.
    """
    batch = _in_order(articles)
    by_id = {article.article_id: article for article in batch}
    now = batch[-1].published if batch else watch.baseline.published
    known = AssessmentInput(changes=baseline_changes(watch))
    made = await assess_asking(batch, known=known, reader=choose_reader(watch, reader), watch=watch, now=now, ask=ask)
    return _lines(((by_id[c.article_id], c) for c in made.changes if c.article_id is not None), watch)


def replayed(watch: Watch, articles: Iterable[Article], reader: Reader) -> list[tuple[Article, Change]]:
    """Every change that ``articles`` make, alerted or not, each with its article, in order."""
    return [(step.article, change) for step in lived(watch, _in_order(articles), reader) for change in step.changes]


def _in_order(articles: Iterable[Article]) -> list[Article]:
    return sorted(articles, key=lambda a: (a.published, given_id(a)))


def _lines(made: Iterable[tuple[Article, Change]], watch: Watch) -> list[BacktestLine]:
    lines: dict[tuple[object, ...], BacktestLine] = {}
    for article, change in made:
        if not worth_alerting(change, watch)[0]:
            continue
        line = lines.setdefault(line_key(change), _line(article, change))
        if change.fact is not None:
            parts = change.fact.parts.flat()
            if change.fact.slot.value != line["slot"]:
                parts["slot"] = change.fact.slot.value
            if change.fact.key != line["key"]:
                parts["key"] = change.fact.key
            line["facts"].append(parts)
    return list(lines.values())


def _line(article: Article, change: Change) -> BacktestLine:
    before = None if change.before_stage is None else f"{change.before_stage.value}: {change.before_value}"
    return {
        "article": given_id(article),
        "aspect": change.aspect.value,
        "stage": change.stage.value,
        "slot": change.fact.slot.value if change.fact is not None else None,
        "key": change.fact.key if change.fact is not None else None,
        "facts": [],
        "subject": change.subject,
        "value": change.disputed_value or change.value,
        "before": before,
        "headline": phrasing.headline(change),
        "verdict": change.verdict.value,
        "quote": change.quote,
        "event_date": change.event_date.isoformat() if change.event_date else None,
        "confidence": round(change.confidence, 4),
    }
