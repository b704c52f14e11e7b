"""Queue requests: limit how many run at once, per host and overall, and space out their starts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from pipeline.fetch.patience import Attempt
from pipeline.model import HostState
from pipeline.model.errors import FetchError

LONGEST_WAIT: Final = 60.0  # seconds that a request waits for its turn on a host before it is put off
NEVER: Final = -float("inf")  # the start of a request that was not made
_LANES_KEPT: Final = 4_096


class HostLanes:
    """A queue for each host.

    Args:
        per_host: requests at once on one host.
        concurrency: requests at once over all hosts.
    """

    def __init__(self, *, per_host: int, concurrency: int) -> None:
        self._per_host = per_host
        self._slots = asyncio.Semaphore(concurrency)
        self._lanes: dict[str, _Lane] = {}

    def turn(
        self, host: str, spacing: float, attempt: Attempt | None = None, *, crawl_delay: float | None = None
    ) -> _Turn:
        """Wait until ``host`` may be asked, and until there is a free place among all requests.

        Args:
            host: the host's name.
            spacing: seconds since the last start on it.
            attempt: at a page, for a run whose time may be up before its turn comes.
            crawl_delay: seconds since the last page of it, or its robots.txt; None for a feed, which keeps and sets no
                such delay: else a feed that is polled more often would keep back its pages for ever.

        Returns:
            A context manager: to enter it is to wait, and to leave it is to let the next one begin.

        Raises:
            FetchError: on entering, ``crawl-delay``: the host asks for a distance that is longer than the run waits.
        """
        return _Turn(self._lane(host), self._slots, host, spacing, attempt, crawl_delay)

    def remember(self, host: str, ago: float, distance: float) -> None:
        """Take it that ``host`` was asked for a page ``ago`` seconds ago, after a wait of ``distance``."""
        lane = self._lane(host)
        start = _Start(asyncio.get_running_loop().time() - max(0.0, ago), distance)
        lane.last, lane.last_crawl = max(lane.last, start), max(lane.last_crawl, start)

    def last_crawl(self, host: str) -> tuple[float, float] | None:
        """Return how many seconds ago ``host`` was asked for a page or robots.txt, and the distance that was kept.

        None where it was not.
        """
        lane = self._lanes.get(host)
        if lane is None or lane.last_crawl.at == NEVER:
            return None
        return asyncio.get_running_loop().time() - lane.last_crawl.at, lane.last_crawl.distance

    def _lane(self, name: str) -> _Lane:
        if len(self._lanes) > _LANES_KEPT:  # a hostile feed may name any number of hosts
            clock = asyncio.get_running_loop().time()
            self._lanes = {key: lane for key, lane in self._lanes.items() if lane.users or lane.keeps_until > clock}
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = _Lane(asyncio.Semaphore(self._per_host))
        return lane


class _Turn:
    """One request's turn. A class, for a generator costs each request as much again as the waiting."""

    __slots__ = ("_attempt", "_crawl_delay", "_host", "_lane", "_slots", "_spacing")

    def __init__(
        self,
        lane: _Lane,
        slots: asyncio.Semaphore,
        host: str,
        spacing: float,
        attempt: Attempt | None,
        crawl_delay: float | None,
    ) -> None:
        self._lane, self._slots, self._host, self._spacing = lane, slots, host, spacing
        self._attempt, self._crawl_delay = attempt, crawl_delay
        lane.users += 1

    async def __aenter__(self) -> None:
        lane = self._lane
        try:
            await lane.at_once.acquire()
            try:
                async with lane.gate:  # held until the request may start, so that starts keep their distance
                    await self._begin()
            except BaseException:
                lane.at_once.release()
                raise
        except BaseException:
            lane.users -= 1
            raise

    async def _begin(self) -> None:
        lane, loop = self._lane, asyncio.get_running_loop()
        attempt, is_crawl, delay = self._attempt, self._crawl_delay is not None, self._crawl_delay or 0.0
        distance = max(self._spacing, delay)
        wait = max(lane.last.at + self._spacing, lane.last_crawl.at + delay) - loop.time()
        if wait > LONGEST_WAIT or (wait > 0 and attempt is not None and not attempt.may_wait(wait)):
            raise FetchError(
                "crawl-delay",
                f"{self._host} is asked once in {distance:g} s; this request is put off.",
                retry_after=wait,
            )
        if wait > 0:
            await asyncio.sleep(wait)
        await self._slots.acquire()
        if attempt is not None:
            attempt.begun = True
        lane.last = _Start(loop.time(), distance)
        if is_crawl:
            lane.last_crawl = lane.last

    async def __aexit__(self, *_: object) -> None:
        self._slots.release()
        self._lane.at_once.release()
        self._lane.users -= 1


class _Start(NamedTuple):
    """When a request began, by the loop's clock, and how many seconds it had to keep from the one before."""

    at: float
    distance: float


_NONE: Final = _Start(NEVER, 0.0)


@dataclass(slots=True)
class _Lane:
    """The queue of one host."""

    at_once: asyncio.Semaphore
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)
    last: _Start = _NONE
    last_crawl: _Start = _NONE  # for a page, or for robots.txt
    users: int = 0

    @property
    def keeps_until(self) -> float:
        """Until when another request may have to wait."""
        return max(sum(self.last), sum(self.last_crawl))


def host_state(
    origin: str, robots: tuple[str | None, float] | None, last: tuple[float, float], now: datetime
) -> HostState:
    """Return what is known of ``origin`` with the times of the wall clock, which stands at ``now``."""
    text, seconds = robots if robots is not None else (None, None)
    until = None if seconds is None else now + timedelta(seconds=seconds)
    return HostState(origin, text, until, now - timedelta(seconds=last[0]), last[1])
