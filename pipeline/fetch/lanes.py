"""Whose turn it is: so many requests at once on one host and over all, and starts that keep their distance."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

from pipeline.errors import FetchError

LONGEST_WAIT: Final = 60.0  # seconds that a request waits for its turn on a host before it is put off
_LANES_KEPT: Final = 4_096


class Lanes:
    """A queue for each host.

    Args:
        per_host: requests at once on one host.
        concurrency: requests at once over all hosts.
    """

    def __init__(self, *, per_host: int, concurrency: int) -> None:
        self._per_host = per_host
        self._slots = asyncio.Semaphore(concurrency)
        self._lanes: dict[str, _Lane] = {}

    @contextlib.asynccontextmanager
    async def turn(self, host: str, distance: float) -> AsyncIterator[None]:
        """Wait until ``host`` may be asked, and until there is a free place among all requests.

        Args:
            host: the host's name.
            distance: seconds since the last start on it.

        Raises:
            FetchError: ``crawl-delay``: the host asks for a distance that is longer than a run waits.
        """
        loop = asyncio.get_running_loop()
        lane = self._lane(host)
        lane.users += 1
        try:
            async with lane.at_once:
                async with lane.gate:  # held until the request may start, so that starts keep their distance
                    wait = lane.last_start + distance - loop.time()
                    if wait > LONGEST_WAIT:
                        raise FetchError(
                            "crawl-delay",
                            f"{host} asks for {distance:g} s between two requests; this one is put off.",
                            retry_after=wait,
                        )
                    if wait > 0:
                        await asyncio.sleep(wait)
                    await self._slots.acquire()
                    lane.last_start = loop.time()
                    lane.distance = distance
                try:
                    yield
                finally:
                    self._slots.release()
        finally:
            lane.users -= 1

    def _lane(self, name: str) -> _Lane:
        if len(self._lanes) > _LANES_KEPT:  # a hostile feed may name any number of hosts
            clock = asyncio.get_running_loop().time()
            self._lanes = {
                key: lane for key, lane in self._lanes.items() if lane.users or lane.last_start + lane.distance > clock
            }
        lane = self._lanes.get(name)
        if lane is None:
            lane = self._lanes[name] = _Lane(asyncio.Semaphore(self._per_host))
        return lane


@dataclass(slots=True)
class _Lane:
    """The queue of one host."""

    at_once: asyncio.Semaphore
    gate: asyncio.Lock = field(default_factory=asyncio.Lock)
    last_start: float = -float("inf")  # of the loop's clock
    distance: float = 0.0  # seconds, as the last request had to keep it
    users: int = 0
