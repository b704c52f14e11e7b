"""Assess: articles that this engine has not read -> claims, verdicts, changes, planned alerts."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from types import TracebackType
from typing import Self
from uuid import UUID

from prefect import flow

from flows.alert import alert
from flows.publish import publish
from flows.run.batching import batch_task, batches
from flows.run.context import Resources, progress, resources
from flows.run.endings import name_of_run, tells_its_end
from flows.run.events import emit, teller
from flows.run.model_calls import language_model
from flows.run.onward import goes_on, owed_to_model, take_steps
from flows.run.record import recorded
from flows.run.request import WatchRequest
from flows.run.turns import leaves_to_holder
from pipeline import steps
from pipeline.board.board import fold
from pipeline.board.compare import WAITS
from pipeline.board.corrections import Marks
from pipeline.fetch.chat import Chat
from pipeline.model import Article, Revised, Verdict
from pipeline.model.phrasing import headline, waiting_for_model
from pipeline.reading.embedded import Reader
from pipeline.steps.events import alerts_planned, alerts_recalled, status_of
from pipeline.storage import open_store

BATCH = 200  # articles a task run and a transaction
READ_AHEAD = 2  # batches that are read while one is compared
AHEAD = 10 * BATCH  # what is left to do is looked up for so many: among a million it is dear


@batch_task("assess")
async def assess_batch(
    label: str,
    articles: Sequence[Article],
    known: steps.Known,
    found: Resources,
    now: datetime,
    chat: Chat | None,
    ahead: asyncio.Task[Reader] | None = None,
) -> steps.Assessment:
    """Read a batch of articles, unless ``ahead`` has read them, and compare what they say with the board."""
    if ahead is None or (ahead.done() and ahead.exception()):
        reader = await found.reader_ahead(articles, known.changes)
    else:
        reader = await ahead
    if chat is not None:
        return await steps.assess_asking(articles, known=known, reader=reader, watch=found.watch, now=now, ask=chat.ask)
    return await asyncio.to_thread(steps.assess, articles, known=known, reader=reader, watch=found.watch, now=now)


class _Ahead:
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
        """What reads the first batch of ``articles``; begins it and those after it, where they are not begun."""
        for batch in [*batches(articles[: (READ_AHEAD + 1) * BATCH], BATCH)][len(self._tasks) :]:
            self._tasks.append(asyncio.create_task(read(batch)))
        return self._tasks.popleft()


@flow(name="assess", flow_run_name=name_of_run, persist_result=False)
@tells_its_end
@leaves_to_holder
async def assess(request: WatchRequest, run_id: UUID | None = None) -> dict[str, int]:
    """Read what has not been read, in order of publication, and move the board."""
    if goes_on(request, run_id):
        return await take_steps(request, assess, (alert,), publish)
    async with (
        resources(request) as found,
        recorded("assess", request, found, run_id) as run,
        language_model(request, found, run, run.now) as chat,
        _Ahead() as ahead,
    ):
        now, slug, wait = run.now, found.watch.slug, found.settings.store_wait
        of_articles = ("articles_read", "articles_waiting", "articles_stood_in", "articles_relevant")
        counted = (*of_articles, "claims", "changes", "alerts_planned", "recalls")
        totals = dict.fromkeys(counted, 0)
        verdicts = dict.fromkeys((f"claims_{v}" for v in Verdict if v is not Verdict.BASELINE), 0)
        waiting: list[Article] = []
        is_more = True
        is_heard = chat is not None
        watch = found.watch
        while True:
            with open_store(request.data_dir, wait=wait) as store:
                if is_more and not waiting:
                    waiting = store.articles_to_read(slug, AHEAD)
                    is_more = len(waiting) == AHEAD
                if not waiting and is_heard:
                    is_heard = False
                    # Nobody stands in a second time.
                    watch = replace(found.watch, reader=replace(found.watch.reader, patience_h=math.inf))
                    waiting = owed_to_model(store, found, BATCH)
                articles, waiting = waiting[:BATCH], waiting[BATCH:]
                if not articles:
                    break
                changes = store.load_changes(slug)
                told = store.load_told(slug, [article.url for article in articles], changes)
                # Where something may be taken back, what it took the place of may stand again: then all are wanted.
                standing = None if told.evidence else {row.change.change_id for row in fold(changes).values()}
                oldest = min(a.published for a in articles)
                lately = oldest - WAITS
                behind = {c.article_id for c in changes if c.article_id is not None and c.known_at >= lately}
                known = steps.Known(
                    changes=changes,
                    confirmations=store.load_confirmations(slug, standing),
                    uncertain=store.load_uncertain(slug, lately),
                    texts=store.texts_like(
                        slug, oldest - steps.NEAR_DUPLICATES_FOR, (article.article_id for article in articles)
                    ),
                    articles=tuple(store.articles_of(behind).values()),
                    marks=Marks.of(store.load_marks(slug)),
                    mutes=store.load_mutes(slug),
                )
            # What a page no longer says is off the board before the page's new text meets it.
            revised = await asyncio.to_thread(_revise, articles, told, found, now)
            known = replace(known, changes=(*known.changes, *revised.withdrawals))
            reads = ahead.then([*articles, *waiting], partial(found.reader_ahead, changes=known.changes))
            here = found if watch is found.watch else replace(found, watch=watch)
            made = await assess_batch(f"{len(articles)} articles", articles, known, here, now, chat, reads)
            stood_in = _stood_in(made, found)
            if made.waiting or stood_in:  # the model is away: what waits for it is not looked up again
                is_more, is_heard = is_more and not made.waiting, False
            made = steps.told_by_recall(made, revised, found.watch)
            with open_store(request.data_dir, wait=wait) as store:
                store.add_assessment(
                    run.run_id, slug, made.readings, made.judgements, made.alerts, made.silences, made.origins, revised
                )
            tells = teller(found, run.run_id, run_id)
            urls = {article.article_id: article.url for article in articles}
            emit(found, status_of(tells, (*made.changes, *revised.withdrawals), urls))
            emit(found, alerts_recalled(tells, revised.recalls))
            planned = (*made.alerts, *revised.alerts)
            emit(found, alerts_planned(tells, planned, key=f"assess {totals['articles_read']}"))
            totals["articles_read"] += len(made.readings)
            totals["articles_waiting"] += len(made.waiting) if watch is found.watch else 0
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
            progress.get()("reading", totals["articles_read"], totals["articles_read"])
        if waits := waiting_for_model(totals):
            run.note(f"{waits}, which is away.")
        run.count(**totals, **{name: number for name, number in verdicts.items() if number})
        return run.counts


def _stood_in(made: steps.Assessment, found: Resources) -> int:
    """Count the articles that the embedded engine has read in the place of a model that is away."""
    reader = found.reader
    if not isinstance(reader, steps.ModelReadings):
        return 0
    return sum(one.engine == reader.stand_in for one in made.readings)


def _revise(articles: Sequence[Article], told: steps.Told, found: Resources, now: datetime) -> Revised:
    pages = steps.pages_of(articles, told, found.reader, found.watch)
    return steps.revise(pages, told=told, watch=found.watch, now=now)
