"""The calls to a language model: from the cache where they can be, within a budget, each with its end on record."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from pipeline.errors import ContentError, MissionwatchError
from pipeline.llm import Ask, Completion, Reply, completion_of, fits, wire
from pipeline.model import ReaderChoice, Response

GIVE_UP = 3  # calls in a row that brought no answer at all, after which a run asks no more
NOTES_KEPT = 3  # different troubles that a run names


class Post(Protocol):
    """Sends a question's body and brings the response; raises FetchError or RefusedError."""

    async def __call__(self, payload: bytes) -> Response:
        """Post ``payload``."""
        ...


class Cache(Protocol):
    """Answers of earlier calls, by the question's key."""

    def known_answers(self, keys: Sequence[UUID]) -> Mapping[UUID, str]:
        """The answers that are there."""
        ...

    def keep_answers(self, answers: Sequence[tuple[Ask, Completion]]) -> None:
        """Keep answers that fit their forms."""
        ...


class Chat:
    """Asks one language model during one run.

    Args:
        choice: the model, and how far a run may go.
        post: sends a question.
        cache: holds what was answered before.
        unusable: why nothing can be asked at all, e.g. because the key is missing; empty where it can.
    """

    def __init__(self, choice: ReaderChoice, post: Post, cache: Cache, *, unusable: str = "") -> None:
        self._choice = choice
        self._post = post
        self._cache = cache
        self._stopped = unusable
        self._silent = 0  # calls in a row without any answer
        self._at_once = asyncio.Semaphore(choice.calls_at_once)
        self._troubles: dict[str, int] = {}
        self._numbers = dict.fromkeys(
            ("llm_calls", "llm_cached", "llm_failed", "llm_not_asked", "llm_tokens_in", "llm_tokens_out"), 0
        )

    @property
    def counts(self) -> dict[str, int]:
        """What the run did: calls made, answers from the cache, calls that failed, questions not asked, tokens."""
        return dict(self._numbers)

    @property
    def notes(self) -> list[str]:
        """The troubles, for the run's record: the most frequent first."""
        ranked = sorted(self._troubles.items(), key=lambda item: (-item[1], item[0]))
        return [f"language model: {trouble} ({times} x)" for trouble, times in ranked[:NOTES_KEPT]]

    async def ask(self, asks: Sequence[Ask]) -> list[Reply]:
        """A reply to each question, in their order. Nothing is raised: a failure is a reply with its trouble."""
        distinct = {ask.key: ask for ask in asks}
        held = self._cache.known_answers(list(distinct))
        replies = {key: Reply(held[key]) for key, ask in distinct.items() if key in held and fits(ask, held[key])}
        self._numbers["llm_cached"] += len(replies)
        fresh: list[tuple[Ask, Completion]] = []
        try:
            calls = (self._one(ask, fresh) for key, ask in distinct.items() if key not in replies)
            replies |= dict(await asyncio.gather(*calls))
        finally:
            if fresh:  # also where the run is stopped: what was paid for is kept
                self._cache.keep_answers(fresh)
        return [replies[ask.key] for ask in asks]

    async def _one(self, ask: Ask, fresh: list[tuple[Ask, Completion]]) -> tuple[UUID, Reply]:
        async with self._at_once:
            if why := self._no_more():
                self._numbers["llm_not_asked"] += 1
                return ask.key, self._trouble(why, why)
            self._numbers["llm_calls"] += 1
            try:
                response = await self._post(wire(ask))
            except MissionwatchError as error:
                self._silent += 1
                return ask.key, self._failed(error)
            self._silent = 0
            try:
                completion = completion_of(response.body, ask)
            except ContentError as error:
                return ask.key, self._failed(error)
            self._numbers["llm_tokens_in"] += completion.tokens_in
            self._numbers["llm_tokens_out"] += completion.tokens_out
            if not fits(ask, completion.content):
                self._numbers["llm_failed"] += 1
                why = "its answer does not fit the form"
                return ask.key, self._trouble(why, why)
            fresh.append((ask, completion))
            return ask.key, Reply(completion.content)

    def _failed(self, error: MissionwatchError) -> Reply:
        self._numbers["llm_failed"] += 1
        # The reason is published and may be sent on; the address of the server is for the run's record only.
        return self._trouble(f"the call failed: {error.code}", f"{error.code}: {error}")

    def _no_more(self) -> str:
        """Why no further call is made in this run; empty where one may be."""
        if self._stopped:
            return self._stopped
        if self._silent >= GIVE_UP:
            return f"it gave no answer {GIVE_UP} times in a row and is not asked again in this run"
        if self._numbers["llm_calls"] >= self._choice.calls_per_run:
            return f"the run's {self._choice.calls_per_run} calls are spent"
        if self._numbers["llm_tokens_in"] + self._numbers["llm_tokens_out"] >= self._choice.tokens_per_run:
            return f"the run's {self._choice.tokens_per_run} tokens are spent"
        return ""

    def _trouble(self, why: str, in_full: str) -> Reply:
        self._troubles[in_full] = self._troubles.get(in_full, 0) + 1
        return Reply(trouble=why)
