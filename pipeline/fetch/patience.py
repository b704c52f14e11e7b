"""How long a run's requests for pages may wait and last: until its time is up, or until it ends them early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

ENDLESS: Final = float("inf")
GRACE: Final = 1.0  # seconds


class Patience:
    """The time that a run has for its pages. To be made where the event loop runs.

    Args:
        seconds: after which it ends. What would have to wait for longer is put off at once, so that nobody waits for
            nothing.
        grace: seconds that are given then to what is under way.
    """

    def __init__(self, seconds: float = ENDLESS, grace: float = GRACE) -> None:
        loop = asyncio.get_running_loop()
        self._until = loop.time() + seconds
        self._grace = grace
        self._open: set[Attempt] = set()
        self._cut: float | None = None  # when what is under way is cut short, once that is known
        if seconds < ENDLESS:
            loop.call_later(seconds, self.end)

    def allows(self, seconds: float) -> bool:
        """Return whether a request may begin in ``seconds``."""
        return asyncio.get_running_loop().time() + seconds <= self._until

    def end(self) -> None:
        """Let nothing begin any more, and give what is under way a moment. The second call does nothing."""
        if self._cut is not None:
            return
        now = asyncio.get_running_loop().time()
        self._until = min(self._until, now)
        self._cut = now + self._grace
        for attempt in self._open:
            attempt.end(self._cut if attempt.begun else now)

    @asynccontextmanager
    async def attempt(self, *, begun: bool = False) -> AsyncIterator[Attempt]:
        """Do what the block does for as long as there is time.

        Args:
            begun: whether it is under way from the first, so that it gets the grace of :meth:`end`.

        Raises:
            TimeoutError: it was cut short; where it never had ``begun``, its turn did not come.
        """
        made = Attempt(self.allows, begun=begun)
        try:
            async with made.limit:
                self._open.add(made)
                if self._cut is not None and begun:
                    made.end(self._cut)
                elif not self.allows(0):
                    made.end(asyncio.get_running_loop().time())
                yield made
        finally:
            self._open.discard(made)


class Attempt:
    """One attempt at something, such as to get a page.

    Args:
        may_wait: whether there is time to wait for so many seconds.
        begun: whether it is under way; of a page, whether the request for it is made.
    """

    __slots__ = ("begun", "limit", "may_wait")

    def __init__(self, may_wait: Callable[[float], bool], *, begun: bool) -> None:
        self.may_wait = may_wait
        self.begun = begun
        self.limit = asyncio.timeout(None)

    def end(self, when: float) -> None:
        """Cut the attempt short at ``when``, of the loop's clock."""
        if not self.limit.expired():
            self.limit.reschedule(when)
