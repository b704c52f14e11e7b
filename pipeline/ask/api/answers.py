"""Answers from the published file: asked in a few threads, and kept for as long as the file is the same.

The published file is replaced as a whole, so an answer holds until the next publication, and so does its ETag.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import pipeline
from pipeline.model.errors import BusyError

THREADS: Final = 2  # questions that are asked at the same time: each takes a core and some memory
MOST_WAITING: Final = 64  # questions, each another one, that wait for a thread
LONGEST: Final = 25.0  # seconds for an answer; a question to DuckDB is ended sooner
KEPT: Final = 32 * 2**20  # bytes of answers
MAX_FILE: Final = 64 * 2**20  # bytes of a file of the site
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Edition:
    """A file as it is between two replacements: what names it, and when it was written."""

    tag: str
    modified: datetime


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent: the body, its media type, the address of the next page if any, and the edition it is of."""

    body: bytes
    media_type: str
    edition: Edition
    next_cursor: str = ""


Made = tuple[bytes, str, str]  # body, media type, cursor of the next page or an empty string


def edition_of(*version: str | int, modified: datetime) -> Edition:
    """Return the edition of a file that ``version`` tells from those before."""
    known = repr((*version, pipeline.__version__))
    return Edition(hashlib.sha256(known.encode()).hexdigest()[:20], modified)


@dataclass(slots=True)
class AnswerCache:
    """The answers given last, up to ``most`` bytes."""

    most: int = KEPT
    _size: int = 0
    _answers: OrderedDict[str, Answer] = field(default_factory=OrderedDict)

    def get(self, key: str, edition: Edition) -> Answer | None:
        """Return the answer under ``key``, where it is of ``edition``."""
        found = self._answers.get(key)
        if found is None or found.edition != edition:
            return None
        self._answers.move_to_end(key)
        return found

    def put(self, key: str, answer: Answer) -> None:
        """Keep ``answer``; those that were not asked for longest go."""
        before = self._answers.pop(key, None)
        self._size += len(answer.body) - (len(before.body) if before else 0)
        self._answers[key] = answer
        while self._size > self.most:
            _, gone = self._answers.popitem(last=False)
            self._size -= len(gone.body)


class Answerer:
    """Makes answers in ``threads`` threads, one for all who ask the same at the same time. Use it in one event loop.

    Args:
        threads: how many at once.
        longest: seconds after which no answer is waited for.
    """

    def __init__(self, *, threads: int = THREADS, longest: float = LONGEST) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="answer")
        self._longest = longest
        self._kept = AnswerCache()
        self._asked: dict[tuple[str, Edition], asyncio.Future[Answer]] = {}

    async def answer(self, look: Callable[[], Edition], key: str, make: Callable[[], Made]) -> Answer:
        """Return what ``make`` makes of a file, from before where the file is the same.

        Args:
            look: tells which edition of the file is there.
            key: names the question.
            make: asks it; called in another thread.

        Raises:
            BusyError: too much is asked already, or it takes too long.
            OSError: there is no such file.
            MissionwatchError: what ``make`` raises.
        """
        edition = look()
        if (found := self._kept.get(key, edition)) is not None:
            return found
        asked = self._asked.get((key, edition))
        if asked is None:
            if len(self._asked) >= MOST_WAITING:
                raise BusyError("Too many questions are being answered.", remedy="Ask again in a few seconds.")
            asked = asyncio.get_running_loop().run_in_executor(self._pool, _made, look, make)
            self._asked[key, edition] = asked
            asked.add_done_callback(lambda done: self._finish(key, edition, done))
        try:
            return await asyncio.wait_for(asyncio.shield(asked), self._longest)
        except TimeoutError:
            raise BusyError(
                "The answer takes too long.", remedy="Ask for less, or again in a minute.", retry_after=60
            ) from None

    def close(self) -> None:
        """Let the threads end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _finish(self, key: str, edition: Edition, done: asyncio.Future[Answer]) -> None:
        del self._asked[key, edition]
        if not done.cancelled() and done.exception() is None:
            self._kept.put(key, done.result())


def _made(look: Callable[[], Edition], make: Callable[[], Made]) -> Answer:
    """What ``make`` makes, with the edition that it was made of: one that was there before and after."""
    for _ in range(_TRIES):
        edition = look()
        body, media_type, cursor = make()
        if look() == edition:
            break
    return Answer(body, media_type, edition, cursor)
