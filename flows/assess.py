"""Assess: articles that this engine has not read -> claims, verdicts, changes, planned alerts."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Self

from prefect import flow

from flows.alert import ALERT
from flows.publish import publish_news
from flows.run.context import RunContext, open_run
from flows.run.endings import end_flow_run, flow_run_name
from flows.run.events import emit, event_source
from flows.run.model_calls import language_model
from flows.run.record import Run
from flows.run.request import WatchRequest
from flows.run.steps import Step, take_steps
from flows.run.tasks import batch_task, batches
from pipeline import steps
from pipeline.board.compare import UNCERTAIN_FOR
from pipeline.board.corrections import Corrections
from pipeline.board.fold import fold
from pipeline.fetch.chat import Chat
from pipeline.model import Article, RecheckResult, Verdict
from pipeline.model.phrasing import headline, waiting_for_model
from pipeline.reading.embedded import Reader
from pipeline.steps.events import alerts_planned, alerts_recalled, status_changed
from pipeline.storage import Store

BATCH = 200  # articles a task run and a transaction
READ_AHEAD = 2  # batches that are read while one is compared
AHEAD = 10 * BATCH  # what is left to do is looked up for so many: among a million it is dear


@flow(name="assess", flow_run_name=flow_run_name, persist_result=False)
async def assess(request: WatchRequest) -> dict[str, int]:
    """Read what has not been read, in order of publication, and move the board."""
    return await end_flow_run("assess", _assess(request))


async def _assess(request: WatchRequest) -> dict[str, int]:
    async with open_run("assess", request) as context:
        if request.go_on:
            await take_steps(context, ASSESS, (ALERT,))
        else:
            await assess_articles(context)
    if request.go_on:
        await publish_news(context)
    return context.run.counts


async def assess_articles(context: RunContext) -> None:
    """Read the articles that this engine has not read, a batch at a time, and store what each moves."""
    async with language_model(context) as chat, _ReadAhead() as ahead:
        run, slug = context.run, context.slug
        of_articles = ("articles_read", "articles_waiting", "articles_stood_in", "articles_relevant")
        counted = (*of_articles, "claims", "changes", "alerts_planned", "recalls")
        totals = dict.fromkeys(counted, 0)
        verdicts = dict.fromkeys((f"claims_{v}" for v in Verdict if v is not Verdict.BASELINE), 0)
        waiting: list[Article] = []
        is_more = True
        is_heard = chat is not None
        here = context
        while True:
            with context.open_store() as store:
                if is_more and not waiting:
                    waiting = store.articles_to_read(slug, AHEAD)
                    is_more = len(waiting) == AHEAD
                if not waiting and is_heard:
                    is_heard = False
                    here = without_stand_in(context)  # nobody stands in a second time
                    waiting = read_by_stand_in(store, slug, context.reader, BATCH)
                articles, waiting = waiting[:BATCH], waiting[BATCH:]
                if not articles:
                    break
                changes = store.load_changes(slug)
                told = store.load_told(slug, [article.url for article in articles], changes)
                # Where something may be taken back, what it took the place of may stand again: then all are wanted.
                standing = None if told.evidence else {row.change.change_id for row in fold(changes).values()}
                oldest = min(a.published for a in articles)
                lately = oldest - UNCERTAIN_FOR
                behind = {c.article_id for c in changes if c.article_id is not None and c.known_at >= lately}
                known = steps.AssessmentInput(
                    changes=changes,
                    confirmations=store.load_confirmations(slug, standing),
                    uncertain=store.load_uncertain(slug, lately),
                    texts=store.texts_like(
                        slug, oldest - steps.NEAR_DUPLICATES_FOR, (article.article_id for article in articles)
                    ),
                    articles=tuple(store.articles_of(behind).values()),
                    corrections=Corrections.of(store.load_corrections(slug)),
                    mutes=store.load_mutes(slug),
                )
            # What a page no longer says is off the board before the page's new text meets it.
            revised = await asyncio.to_thread(_revise, articles, told, context)
            known = replace(known, changes=(*known.changes, *revised.withdrawals))
            reads = ahead.then([*articles, *waiting], partial(context.reader_ahead, changes=known.changes))
            made = await assess_batch(f"{len(articles)} articles", articles, known, here, chat, reads)
            stood_in = _stood_in(made, context)
            if made.waiting or stood_in:  # the model is away: what waits for it is not looked up again
                is_more, is_heard = is_more and not made.waiting, False
            made = steps.drop_recalled(made, revised, context.watch)
            with context.open_store() as store:
                store.add_assessment(
                    run.run_id, slug, made.readings, made.judgements, made.alerts, made.silences, made.origins, revised
                )
            tells = event_source(context)
            urls = {article.article_id: article.url for article in articles}
            emit(context, status_changed(tells, (*made.changes, *revised.withdrawals), urls))
            emit(context, alerts_recalled(tells, revised.recalls))
            planned = (*made.alerts, *revised.alerts)
            emit(context, alerts_planned(tells, planned, key=f"assess {totals['articles_read']}"))
            totals["articles_read"] += len(made.readings)
            totals["articles_waiting"] += len(made.waiting) if here is context else 0
            totals["articles_stood_in"] += stood_in
            totals["articles_relevant"] += sum(r.relevant for r in made.readings)
            totals["claims"] += len(made.judgements)
            totals["changes"] += len(made.changes) + len(revised.withdrawals)
            totals["alerts_planned"] += len(made.alerts) + len(revised.alerts)
            totals["recalls"] += len(revised.recalls)
            for change in (*made.changes, *revised.withdrawals):
                run.say(f"{change.verdict}: {headline(change)}")
            for judgement in made.judgements:
                verdicts[f"claims_{judgement.verdict}"] += 1
            context.progress("reading", totals["articles_read"], totals["articles_read"])
        if waits := waiting_for_model(totals):
            run.note(f"{waits}, which is away.")
        run.count(**totals, **{name: number for name, number in verdicts.items() if number})


@batch_task("assess")
async def assess_batch(
    label: str,
    articles: Sequence[Article],
    known: steps.AssessmentInput,
    context: RunContext,
    chat: Chat | None,
    ahead: asyncio.Task[Reader] | None = None,
) -> steps.Assessment:
    """Read a batch of articles, unless ``ahead`` has read them, and compare what they say with the board."""
    if ahead is None or (ahead.done() and ahead.exception()):
        reader = await context.reader_ahead(articles, known.changes)
    else:
        reader = await ahead
    watch, now = context.watch, context.now
    if chat is not None:
        return await steps.assess_asking(articles, known=known, reader=reader, watch=watch, now=now, ask=chat.ask)
    return await asyncio.to_thread(steps.assess, articles, known=known, reader=reader, watch=watch, now=now)


class _ReadAhead:
    """Reads the next batches while this one is compared; what is under way at the end is not wanted any more."""

    def __init__(self) -> None:
        self._tasks: deque[asyncio.Task[Reader]] = deque()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def then(
        self, articles: Sequence[Article], read: Callable[[Sequence[Article]], Coroutine[None, None, Reader]]
    ) -> asyncio.Task[Reader]:
        """Return what reads the first batch of ``articles``; begin it and those after it, where they are not begun."""
        for batch in [*batches(articles[: (READ_AHEAD + 1) * BATCH], BATCH)][len(self._tasks) :]:
            self._tasks.append(asyncio.create_task(read(batch)))
        return self._tasks.popleft()


def _stood_in(made: steps.Assessment, context: RunContext) -> int:
    """Count the articles that the embedded engine has read in the place of a model that is away."""
    reader = context.reader
    if not isinstance(reader, steps.ModelReadings):
        return 0
    return sum(one.engine == reader.stand_in for one in made.readings)


def _revise(articles: Sequence[Article], told: steps.RecheckInput, context: RunContext) -> RecheckResult:
    pages = steps.read_revisions(articles, told, context.reader, context.watch)
    return steps.plan_revisions(pages, told=told, watch=context.watch, now=context.now)


def without_stand_in(context: RunContext) -> RunContext:
    """Return ``context`` with a watch that waits for its language model for ever, so that nobody stands in for it."""
    watch = context.watch
    return replace(context, watch=replace(watch, reader=replace(watch.reader, patience_h=math.inf)))


def has_articles_to_read(store: Store, watch: str, reader: Reader) -> bool:
    """Return whether an article is to be read, or to be read by the model in whose place the engine has read it."""
    return bool(store.articles_to_read(watch, 1) or read_by_stand_in(store, watch, reader, 1))


def read_by_stand_in(store: Store, watch: str, reader: Reader, limit: int) -> list[Article]:
    """Return articles that the embedded engine has read in the place of a language model that was away."""
    if not isinstance(reader, steps.ModelReadings):
        return []
    return store.articles_stood_in(watch, reader.engine, reader.stand_in, limit)


def _has_missed_model(run: Run) -> bool:
    """Return whether the language model was away in ``run``: it is asked again by the next one."""
    return any(run.counts.get(name, 0) for name in ("articles_waiting", "articles_stood_in"))


def _has_work(context: RunContext, store: Store) -> bool:
    return not _has_missed_model(context.run) and has_articles_to_read(store, context.slug, context.reader)


ASSESS = Step("assess", assess_articles, _has_work)
