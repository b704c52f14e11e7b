"""The calls to a language model: from the cache where they can be, within budgets, each with its end on record."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol
from uuid import UUID

from pipeline.model import ReaderChoice, Response
from pipeline.model.errors import ContentError, FetchError, MissionwatchError, RefusedError
from pipeline.model.text import safe, shorten
from pipeline.reading.llm import (
    DIALECTS_TRIED,
    WAITED_IN_RUN,
    Ask,
    Completion,
    Dialect,
    Reply,
    Spending,
    exhausted_budget,
    fallback_dialect,
    is_usable,
    parse_completion,
    pause_before_retry,
    price_in_micros,
    request_body,
)

GIVE_UP = 3  # questions in a row that brought no answer at all, after which a run asks no more
NOTES_KEPT = 3  # different troubles that a run names
OF_THE_QUESTION = frozenset({200, 400, 413, 422})  # statuses of a refusal that another question may not meet


class Post(Protocol):
    """Sends a question's body and brings the response; raises FetchError or RefusedError."""

    async def __call__(self, payload: bytes) -> Response:
        """Post ``payload``; a response of status 400 or 422 has the beginning of why it was refused."""
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
        spent: what earlier runs have spent on this day.
        begun: what earlier steps of this run have spent.
        pause: waits so many seconds before a question is put again; without it none is.
        jitter: gives a random number from 0 to 1.
        clock: gives seconds that only grow.
    """

    def __init__(
        self,
        choice: ReaderChoice,
        post: Post,
        cache: Cache,
        *,
        unusable: str = "",
        spent: Spending = Spending(),  # noqa: B008 -- frozen
        begun: Spending = Spending(),  # noqa: B008 -- frozen
        pause: Callable[[float], Awaitable[object]] | None = None,
        jitter: Callable[[], float] = random.random,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._choice = choice
        self._post = post
        self._cache = cache
        self._unusable = unusable
        self._spent, self._begun = spent, begun
        self._pause, self._jitter, self._clock = pause, jitter, clock
        self._left_to_wait = WAITED_IN_RUN
        self._not_before = 0.0  # by the clock: the server has asked not to be called sooner
        self._dialect = Dialect()  # the last that was understood
        self._silent = 0  # questions in a row without any answer
        self._at_once = asyncio.Semaphore(choice.calls_at_once)
        self._troubles: dict[str, int] = {}
        self._numbers = dict.fromkeys(
            ("llm_calls", "llm_cached", "llm_failed", "llm_not_asked", "llm_tokens_in", "llm_tokens_out"), 0
        )

    @property
    def counts(self) -> dict[str, int]:
        """What the run did: requests sent, answers from the cache, questions that failed or were not asked, cost."""
        return {**self._numbers, "llm_micros": self._spent_here().micros}

    @property
    def notes(self) -> list[str]:
        """The troubles, for the run's record: the most frequent first."""
        ranked = sorted(self._troubles.items(), key=lambda item: (-item[1], item[0]))
        return [f"language model: {trouble} ({times} x)" for trouble, times in ranked[:NOTES_KEPT]]

    async def ask(self, asks: Sequence[Ask]) -> list[Reply]:
        """A reply to each question, in their order. Nothing is raised: a failure is a reply with its trouble."""
        distinct = {ask.key: ask for ask in asks}
        held = self._cache.known_answers(list(distinct))
        replies = {key: Reply(held[key]) for key, ask in distinct.items() if key in held and is_usable(ask, held[key])}
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
                return ask.key, self._trouble(why, why, away=True)
            try:
                response = await self._respond(ask)
            except MissionwatchError as error:
                self._silent += 1
                return ask.key, self._failed(error)
            self._silent = 0
            try:
                completion = parse_completion(response.body, ask)
                self._numbers["llm_tokens_in"] += completion.tokens_in
                self._numbers["llm_tokens_out"] += completion.tokens_out
                _check_content(completion)
            except ContentError as error:
                return ask.key, self._failed(error)
            if not is_usable(ask, completion.content):
                self._numbers["llm_failed"] += 1
                why = "its answer does not fit the form"
                return ask.key, self._trouble(
                    why, f"{why}, and was cut off: raise answer_tokens" if completion.cut else why
                )
            if not completion.cut:  # the whole answer may yet be had
                fresh.append((ask, completion))
            return ask.key, Reply(completion.content, cut=completion.cut)

    async def _respond(self, ask: Ask) -> Response:
        """Put a question until it is answered: in a plainer dialect where that is refused, later where nothing comes.

        Raises:
            FetchError: no answer came, however often it was asked.
            RefusedError: the server takes no such question.
        """
        dialect, refusals, failures = self._dialect, 0, 0
        # While the server is silent, one try for each question is enough to find out whether it is back.
        pause = self._pause if not self._silent else None
        while True:
            self._numbers["llm_calls"] += 1
            try:
                response = await self._post(request_body(ask, dialect))
            except FetchError as error:
                failures += 1
                seconds = self._seconds_to_wait(error, failures)
                if pause is None or seconds is None:
                    raise
                self._left_to_wait -= seconds
                await pause(seconds)
                if self._no_more():
                    raise
                continue
            if response.status < 400:
                self._dialect = dialect
                return response
            refusals += 1
            simpler = fallback_dialect(dialect, response.body) if refusals < DIALECTS_TRIED else None
            if simpler is None or self._no_more():
                raise _refused(response)
            dialect = simpler

    def _seconds_to_wait(self, error: FetchError, failures: int) -> float | None:
        asked = error.retry_after
        if asked is not None and asked > self._left_to_wait:
            self._not_before = self._clock() + asked
        return pause_before_retry(failures, asked, left=self._left_to_wait, jitter=self._jitter())

    def _failed(self, error: MissionwatchError) -> Reply:
        self._numbers["llm_failed"] += 1
        # The reason is published and may be sent on; the address of the server is for the run's record only.
        return self._trouble(f"the call failed: {error.code}", f"{error.code}: {error}", away=_is_away(error))

    def _no_more(self) -> str:
        """Return why no further call is made now; empty where one may be."""
        if self._unusable:
            return self._unusable
        if self._silent >= GIVE_UP:
            return f"it gave no answer {GIVE_UP} times in a row and is not asked again in this run"
        if self._clock() < self._not_before:
            return "its server asks to be called later than this run waits"
        return exhausted_budget(self._choice, self._begun + self._spent_here(), self._spent)

    def _spent_here(self) -> Spending:
        tokens = self._numbers["llm_tokens_in"], self._numbers["llm_tokens_out"]
        return Spending(self._numbers["llm_calls"], *tokens, price_in_micros(*tokens, self._choice))

    def _trouble(self, why: str, in_full: str, *, away: bool = False) -> Reply:
        self._troubles[in_full] = self._troubles.get(in_full, 0) + 1
        return Reply(trouble=why, away=away)


def _check_content(completion: Completion) -> None:
    """Raise a ContentError for an answer without a word."""
    if completion.content:
        return
    if completion.cut:
        raise ContentError(
            "cut-off",
            "The answer was cut off before it began.",
            remedy="Raise answer_tokens, or the server's context length.",
        )
    raise ContentError("not-an-answer", "The model refused, or said nothing.")


def _refused(response: Response) -> RefusedError:
    """Return the error for a question that was refused in every dialect; the body says why and may repeat the key."""
    error = RefusedError(
        "http-4xx",
        f"{shorten(safe(response.url), 200)} answers {response.status}.",
        remedy="Does the server know the model, and is its context long enough?",
    )
    error.status = response.status
    return error


def _is_away(error: MissionwatchError) -> bool:
    """Whether an error tells that the model can't be reached, or won't answer us now, whatever it is asked."""
    if isinstance(error, RefusedError):
        return error.status not in OF_THE_QUESTION
    return isinstance(error, FetchError)
