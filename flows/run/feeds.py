"""The feeds of a run: asked side by side and handed over as they come, so that a slow one holds up no step.

The step ``poll`` ends while slow feeds still answer, and is called again for those: see :mod:`flows.run.pages`, whose
waves these are.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

from flows.run.pages import wave_seconds
from flows.run.request import WatchRequest
from pipeline import steps
from pipeline.fetch import Fetcher
from pipeline.model import FeedState, PollRecord
from pipeline.runtime.spread import Pool


class Feeds:
    """The feeds that a run polls; :meth:`flows.run.context.RunContext.open_feeds` opens and closes them.

    Args:
        request: what the run was asked to do.
        fetcher, pool: ask for them, and parse them.
        progress: is told how many have come.

    Attributes:
        asked: those that are due, in order; None until they are asked.
        waves: how often what had come was handed over.
    """

    def __init__(
        self, request: WatchRequest, fetcher: Fetcher, pool: Pool, progress: Callable[[str, int, int], None]
    ) -> None:
        self._fetcher, self._pool, self._progress = fetcher, pool, progress
        self._is_live = request.archive_port is None  # a replay reads in order, and its clock does not move meanwhile
        self._tasks: dict[asyncio.Task[PollRecord], int] = {}  # with the place in `asked`
        self.waves, self._wave_ended = 0, 0.0
        self.asked: Sequence[FeedState] | None = None
        self._late: frozenset[UUID] = frozenset()
        self._error: BaseException | None = None

    @property
    def are_pending(self) -> bool:
        """Whether a feed is under way, or has come and is not stored."""
        return bool(self._tasks)

    def ask(self, due: Sequence[FeedState], now: datetime) -> None:
        """Begin to ask for the feeds that are ``due`` at ``now``, as far as their hosts allow."""
        self.asked = due
        late = _stopwatch(is_live=self._is_live)
        fetch, work = self._fetcher.get, self._pool.run

        async def one(state: FeedState) -> PollRecord:
            return await steps.poll_feed(state, fetch=fetch, work=work, now=now, late=late)

        self._tasks = {asyncio.create_task(one(state)): place for place, state in enumerate(due)}

    def wave_is_due(self, *, others_wait: bool) -> bool:
        """Return whether what has come should be stored now, or is to be waited for.

        Args:
            others_wait: whether the run has other work meanwhile; else feeds are all that it waits for.
        """
        if not others_wait:
            return self.are_pending
        come = [task.done() for task in self._tasks]
        return any(come) and (all(come) or monotonic() - self._wave_ended >= wave_seconds(self.waves))

    async def wave(self, *, whole: bool, others_wait: bool = False) -> list[PollRecord]:
        """Wait for feeds and return what has come, in order.

        Args:
            whole: whether to wait for all of them; else for those that answer soon.
            others_wait: whether the run has other work meanwhile, so that nothing is waited for.

        A feed that failed by a fault of ours is left out: see :meth:`raise_error`.
        """
        if self._tasks:
            soon = 0.0 if others_wait else wave_seconds(self.waves)
            await asyncio.wait(self._tasks, timeout=None if whole or not self._is_live else soon)
        come = sorted((task for task in self._tasks if task.done()), key=self._tasks.__getitem__)
        records = []
        for task in come:
            del self._tasks[task]
            if (error := task.exception()) is None:
                records.append(task.result())
            else:
                self._error = self._error or error
        if self.waves:
            self._late |= {record.feed_id for record in records if record.entries}
        self.waves, self._wave_ended = self.waves + 1, monotonic()
        total = len(self.asked or ())
        self._progress("polling", total - len(self._tasks), total)
        return records

    def raise_error(self) -> None:
        """Raise what went wrong by a fault of ours, once what the others brought is stored.

        Raises:
            SpreadError: the cluster that was to read them is away.
        """
        error, self._error = self._error, None
        if error is not None:
            raise error

    def take_late(self) -> frozenset[UUID]:
        """Return the feeds of later waves with entries, since the last call: no page of theirs is chosen."""
        late, self._late = self._late, frozenset()
        return late

    async def close(self) -> None:
        """Let go of the feeds that are still under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _stopwatch(*, is_live: bool) -> Callable[[], timedelta]:
    """Return a function that tells the time since now; in a replay always zero."""
    if not is_live:
        return steps.no_delay
    started = monotonic()
    return lambda: timedelta(seconds=monotonic() - started)
