"""The language model of one run, for a watch that chooses one: its calls, its key, its cache in the store."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date
from uuid import UUID

from flows.run.clock import wall_clock
from flows.run.context import RunContext
from flows.run.record import Run
from flows.run.secrets import secret_of
from pipeline.fetch.chat import Chat
from pipeline.fetch.post import Poster
from pipeline.reading.llm import Ask, Completion, Spending


class _StoredAnswers:
    """The cache and the spending, in the live store; it is opened for each look and never held during a call."""

    def __init__(self, context: RunContext) -> None:
        self._context = context

    def known_answers(self, keys: Sequence[UUID]) -> Mapping[UUID, str]:
        with self._context.open_store() as store:
            return store.known_answers(keys)

    def spent_on(self, day: date) -> Spending:
        with self._context.open_store() as store:
            return store.model_spending(self._context.slug, day)

    def keep_answers(self, answers: Sequence[tuple[Ask, Completion]]) -> None:
        with self._context.open_store() as store:
            store.keep_answers(self._context.run.run_id, self._context.now, answers)


@asynccontextmanager
async def language_model(context: RunContext) -> AsyncIterator[Chat | None]:
    """Open the model that the watch chooses, None where it chooses none; at the end the run's record has its numbers.

    A key that is not where the watch says stops no run: each question is then answered with that trouble.
    """
    choice, run = context.watch.reader, context.run
    if not choice.asks:
        yield None
        return
    key, unusable = await secret_of(choice.key, os.environ)
    async with Poster(
        f"{choice.endpoint}/chat/completions",
        user_agent=context.settings.user_agent,
        key=key,
        total=choice.timeout_s,
        at_once=choice.calls_at_once,
    ) as poster:
        cache = _StoredAnswers(context)
        if run.counts.get("llm_not_asked"):
            unusable = unusable or "it is not asked again in this run"
        spent = cache.spent_on(wall_clock().date()) if choice.is_bounded_by_day else Spending()
        chat = Chat(
            choice, poster.post, cache, unusable=unusable, spent=spent, begun=_spent_by(run), pause=asyncio.sleep
        )
        try:
            yield chat
        finally:
            run.count(**{name: number for name, number in chat.counts.items() if number})
            for note in chat.notes:
                run.note(note)


def _spent_by(run: Run) -> Spending:
    """Return what the steps of ``run`` have spent so far: pages that come late are read in a step of their own."""
    names = ("llm_calls", "llm_tokens_in", "llm_tokens_out", "llm_micros")
    return Spending(*(run.counts.get(name, 0) for name in names))
