"""The language model of one run, for a watch that chooses one: its calls, its key, its cache in the store."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from uuid import UUID

from flows.run.context import Resources, wall_clock
from flows.run.record import Run
from flows.run.request import WatchRequest
from flows.run.secrets import secret_of
from pipeline.fetch.chat import Chat
from pipeline.fetch.post import Poster
from pipeline.reading.llm import Ask, Completion, Spending
from pipeline.storage import open_store


class _StoredAnswers:
    """The cache and the spending, in the live store; it is opened for each look and never held during a call."""

    def __init__(self, request: WatchRequest, found: Resources, run: Run, now: datetime) -> None:
        self._folder, self._wait = request.data_dir, found.settings.store_wait
        self._watch, self._run_id, self._now = found.watch.slug, run.run_id, now

    def known_answers(self, keys: Sequence[UUID]) -> Mapping[UUID, str]:
        with open_store(self._folder, wait=self._wait) as store:
            return store.known_answers(keys)

    def spent_on(self, day: date) -> Spending:
        with open_store(self._folder, wait=self._wait) as store:
            return store.model_spending(self._watch, day)

    def keep_answers(self, answers: Sequence[tuple[Ask, Completion]]) -> None:
        with open_store(self._folder, wait=self._wait) as store:
            store.keep_answers(self._run_id, self._now, answers)


@asynccontextmanager
async def language_model(
    request: WatchRequest, found: Resources, run: Run, now: datetime
) -> AsyncIterator[Chat | None]:
    """The model that the watch chooses, or None where it chooses none. At the end the run's record has its numbers.

    A key that is not where the watch says stops no run: each question is then answered with that trouble.
    """
    choice = found.watch.reader
    if not choice.asks:
        yield None
        return
    key, unusable = await secret_of(choice.key, os.environ)
    async with Poster(
        f"{choice.endpoint}/chat/completions",
        user_agent=found.settings.user_agent,
        key=key,
        total=choice.timeout_s,
        at_once=choice.calls_at_once,
    ) as poster:
        cache = _StoredAnswers(request, found, run, now)
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
