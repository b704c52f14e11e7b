"""The pages of a run: asked for side by side, handed over as they come, and left to the next run when time is up.

They outlast the step ``collect``, which stores what has come: reading and alerting need not wait for a slow host.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Final, TypeVar
from uuid import UUID

from flows.run.clock import wall_clock
from flows.run.request import WatchRequest
from pipeline import steps
from pipeline.fetch import Fetcher
from pipeline.fetch.patience import GRACE, Patience
from pipeline.fetch.robots import origin_of
from pipeline.model import Feed, FetchRecord, PendingEntry
from pipeline.model.errors import CUT_SHORT, FetchError
from pipeline.runtime.settings import Settings
from pipeline.runtime.spread import Pool
from pipeline.storage import is_run_wanted

R = TypeVar("R")

LONGEST: Final = 300.0  # seconds that a run asks for pages, where no next run is known to come before
LOOK_EVERY: Final = 0.5  # seconds between two looks whether another run waits for this one
TOGETHER: Final = 0.25  # seconds for which pages that come together are stored together
BATCH: Final = 100  # pages stored together at most: what three workers extract in about a second
FIRST_WAVE, LONGEST_WAVE = 1.5, 30.0  # seconds, see wave_seconds
# Seconds before the next run of its schedule in which a run reads, alerts, publishes and ends. Prefect cancels one that
# meets it, and the news of that interval would wait for the one after.
SPARE: Final = 3.5
FEWEST_AT_ONCE: Final = 4  # pages of one feed, however many feeds there are


def wave_seconds(number: int) -> float:
    """Return how long the wave ``number`` of a run, from 0, lasts before what has come is read.

    The first is short, for it holds the newest pages of every feed. Each of the others is twice as long as the one
    before: to read and alert has its price, and what comes late is a backlog.
    """
    return min(FIRST_WAVE * 2.0**number, LONGEST_WAVE)


def least_seconds(spacing: float) -> float:
    """Return how long a run asks for pages though another waits: each host can be asked once after its feed."""
    return min(LONGEST, spacing + FIRST_WAVE)


def seconds_for_pages(interval: float | None, spacing: float) -> float:
    """Return how long a run may ask for pages.

    Args:
        interval: seconds from its begin to that of the next run; None where that is not known.
        spacing: seconds between two requests to a host.
    """
    return LONGEST if interval is None else max(least_seconds(spacing), min(LONGEST, interval / 2))


def seconds_to_wait(seconds: float, interval: float | None, gone: float) -> float:
    """Return for how many of ``seconds`` pages may wait for their turn, so that the run ends before the next is due.

    What is under way by then has the rest of ``seconds``: a page is seldom slow, and one that is cut short has failed.

    Args:
        seconds: how long the run may ask for pages.
        interval: seconds from when the run was due until the next one is; None where that is not known.
        gone: seconds since it was due.
    """
    return seconds if interval is None else max(FIRST_WAVE, min(seconds, interval - gone - SPARE))


def seconds_since(due: datetime | None, now: datetime, interval: float | None) -> float:
    """Return the seconds of its interval that are gone of a run that was ``due``, be it an hour late; 0 if unknown."""
    return (now - due).total_seconds() % interval if due is not None and interval is not None else 0.0


class Pages:
    """The pages that a run has chosen; :meth:`flows.run.context.RunContext.open_pages` opens and closes them.

    Args:
        request: what the run was asked to do.
        settings: how Missionwatch runs here.
        fetcher, pool: ask for them, and extract their text.
        progress: is told how many have come.

    Attributes:
        chosen: how many they are.
        feeds: the feed of each, by its entry.
        origins: the sites that they are on.
        held: by canonical address, the id and text hash of the newest article that was held before.
        waves: how often what had come was given to be read while others were still to come.
    """

    def __init__(
        self,
        request: WatchRequest,
        settings: Settings,
        fetcher: Fetcher,
        pool: Pool,
        progress: Callable[[str, int, int], None],
    ) -> None:
        self._folder, self._settings = request.data_dir, settings
        self._fetcher, self._pool, self._progress = fetcher, pool, progress
        self._is_live = request.archive_port is None  # a replay reads in order, whatever the machine does meanwhile
        self._interval = request.interval
        self._due = _due_at()
        self._patience = Patience()
        self._asked_at = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._come: list[FetchRecord] = []
        self._turns: list[UUID] = []
        self._error: Exception | None = None
        self.chosen = self.waves = 0
        self.feeds: Mapping[UUID, Feed] = {}
        self.held: Mapping[str, tuple[UUID, str]] = {}
        self.origins: frozenset[str] = frozenset()

    @property
    def are_pending(self) -> bool:
        """Whether a page is under way, or has come and is not stored."""
        return bool(self._tasks or self._come)

    def ask(self, waiting: Sequence[PendingEntry], held: Mapping[str, tuple[UUID, str]], now: datetime) -> None:
        """Begin to ask for the pages of ``waiting``, in that order as far as their hosts allow.

        What is asked for later has no more time than what was asked for first.

        Args:
            waiting: the entries that the run has chosen.
            held: by canonical address, the id and text hash of the newest article that we hold.
            now: the time of the attempts.
        """
        settings = self._settings
        if not self.chosen:
            self._patience, self._asked_at = self._new_patience(), monotonic()
        feeds = {pending.feed.feed_id for pending in waiting}
        # No feed has all connections, nor all processes that read pages, where others wait for theirs.
        at_once = max(FEWEST_AT_ONCE, settings.concurrency // max(1, len(feeds)))
        processes = at_once if settings.cluster else settings.workers if len(feeds) == 1 else settings.workers - 1
        asking = {feed_id: asyncio.Semaphore(at_once) for feed_id in feeds}
        reading = {feed_id: asyncio.Semaphore(max(1, processes)) for feed_id in feeds}
        fetch = partial(self._fetcher.get_page, patience=self._patience)

        async def one(pending: PendingEntry) -> None:
            feed_id = pending.feed.feed_id
            work = partial(self._work, pending.entry.url, reading[feed_id])
            async with asking[feed_id]:
                record = await steps.collect_entry(pending, fetch=fetch, work=work, held=held, now=now)
            self._come.append(record)

        self.chosen, self.held = self.chosen + len(waiting), {**self.held, **held}
        self._turns += [pending.entry.entry_id for pending in waiting]
        self.feeds = {**self.feeds, **{pending.entry.entry_id: pending.feed for pending in waiting}}
        self.origins |= {origin_of(pending.entry.url) for pending in waiting}
        for pending in waiting:
            task = asyncio.create_task(one(pending))
            self._tasks.add(task)
            task.add_done_callback(self._over)

    def _new_patience(self) -> Patience:
        if not self._is_live:
            return Patience()
        seconds = seconds_for_pages(self._interval, self._settings.host_spacing)
        gone = seconds_since(self._due, wall_clock(), self._interval)
        waits = seconds_to_wait(seconds, self._interval, gone)
        return Patience(waits, grace=max(GRACE, seconds - waits))

    async def _work(self, url: str, reading: asyncio.Semaphore, function: Callable[..., R], *args: object) -> R:
        """Do what a page needs in a process, in its feed's turn and for as long as the run has time."""
        try:
            async with self._patience.attempt() as attempt, reading:
                attempt.begun = True
                return await self._pool.run(function, *args)
        except TimeoutError as error:
            if attempt.begun:
                raise FetchError(CUT_SHORT, f"{url} was not read when the run had to go on without it.") from error
            raise FetchError("crawl-delay", f"The turn of {url} to be read did not come in this run.") from error

    def _over(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._error = self._error or (error if isinstance(error, Exception) else RuntimeError(str(error)))

    @asynccontextmanager
    async def next_batch(self) -> AsyncIterator[Sequence[FetchRecord]]:
        """Wait a moment for pages and hand over those that have come; they are stored where the block ends well.

        Raises:
            SpreadError: the cluster that was to read them is away.
        """
        self._look()
        if self._tasks and not self._come:
            await asyncio.wait(self._tasks, timeout=LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED)
        if self._tasks and 0 < len(self._come) < BATCH:
            await asyncio.wait(self._tasks, timeout=TOGETHER)
        if self._error is not None:
            raise self._error
        batch = self._come[:BATCH] if self._is_live else self._in_turn()
        yield batch
        given = {id(record) for record in batch}
        self._come = [record for record in self._come if id(record) not in given]
        self._turns = self._turns[0 if self._is_live else len(batch) :]
        self._progress("collecting", self.chosen - len(self._tasks) - len(self._come), self.chosen)

    def _in_turn(self) -> list[FetchRecord]:
        """Return what has come of the next pages in the order chosen: a replay is the same whichever comes first."""
        come = {record.entry_id: record for record in self._come}
        return [come[turn] for turn in itertools.takewhile(come.__contains__, self._turns[:BATCH])]

    def _look(self) -> None:
        """Stop asking for pages once another run waits for this one to end and each host has had its chance."""
        least = least_seconds(self._settings.host_spacing)
        if self._is_live and monotonic() - self._asked_at >= least and is_run_wanted(self._folder):
            self._patience.end()

    def wave_ends(self, stored: int, seconds: float) -> bool:
        """Return whether what is stored should be read now, though pages are still to come.

        Args:
            stored: pages that were stored in this wave.
            seconds: since the first of them came, or since the wave began where none has.
        """
        if not self.are_pending:
            return True
        if not self._is_live or seconds < wave_seconds(self.waves):
            return False
        # Without a page, once: what was left unread or untold by an earlier run does not wait for a slow host either.
        ends = stored > 0 or self.waves == 0
        self.waves += ends
        return ends

    async def close(self) -> None:
        """Let go of the pages that are still under way: the next run asks for them."""
        tasks = [*self._tasks]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _due_at() -> datetime | None:
    """Return when the flow run that is open was scheduled."""
    from prefect import runtime  # `serve` sets what Prefect reads when it is imported, and takes this module before

    due: datetime | None = runtime.flow_run.scheduled_start_time
    return due
