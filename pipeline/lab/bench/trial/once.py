"""One article put to a model, before a watch is given to it."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.board.fold import baseline_changes, fold
from pipeline.lab.bench.trial.texts import trial_gold
from pipeline.model import Article, Reading, Watch
from pipeline.reading.embedded import Reader
from pipeline.reading.embedded.foreign import sentences_of
from pipeline.reading.llm import ReadingRequest, ask_about, ask_to_read, parse_opinion, parse_reading, select_rows
from pipeline.steps import AskModel, AssessmentInput, assess, candidates


async def first_answer(watch: Watch, reader: Reader, ask: AskModel) -> str:
    """Have a model read the trial's first article, which tells one plain change, or check one sentence.

    Args:
        watch: of the trial's mission; its ``reader`` says how the model is used.
        reader: the embedded engine.
        ask: puts the question.

    Returns:
        Why its answer can't be used; empty where it can.
    """
    articles = [held.article for held in trial_gold().articles]
    if watch.reader.kind == "llm":
        return await _read(articles[0], watch, ask)
    return await _verified(articles, watch, reader, ask)


async def _read(article: Article, watch: Watch, ask: AskModel) -> str:
    rows = select_rows(article, fold(baseline_changes(watch)).values())
    spans = [(sentence.start, sentence.end) for sentence in sentences_of(article)]
    (reply,) = await ask([ask_to_read(article, watch, rows, watch.reader, spans)])
    if reply.trouble:
        return reply.trouble
    nothing = Reading(article.article_id, "", True, "")
    reading = parse_reading(reply.content, "", ReadingRequest(article, spans, rows), nothing, "", watch.reader)
    return "" if reading.claims else f"of a plain article {reading.reason.removeprefix('; ')}"


async def _verified(articles: Sequence[Article], watch: Watch, reader: Reader, ask: AskModel) -> str:
    known = AssessmentInput(changes=baseline_changes(watch))
    made = assess(articles, known=known, reader=reader, watch=watch, now=articles[-1].published)
    candidate = candidates(made, articles, known, watch, {})[0]
    (reply,) = await ask([ask_about(candidate, watch, watch.reader)])
    if reply.trouble:
        return reply.trouble
    return parse_opinion(
        reply.content, candidate.claim, candidate.article.published.date(), watch.reader.model, candidate.rows
    ).trouble
