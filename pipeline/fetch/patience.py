"""How long a run's requests for pages may wait and last: until its time is up, or until it ends them early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from pipeline.errors import FetchError
from pipeline.fetch.failures import shown

ENDLESS: Final = float("inf")


class Patience:
    """The time that a run has for its pages. To be made where the event loop runs.

    Args:
        seconds: after which no request begins. What would have to wait for longer is put off at once, so that nobody
            waits for nothing.
    """

    def __init__(self, seconds: float = ENDLESS) -> None:
        self._until = asyncio.get_running_loop().time() + seconds
        self._open: set[Attempt] = set()

    def allows(self, seconds: float) -> bool:
        """Return whether a request may begin in ``seconds``."""
        return asyncio.get_running_loop().time() + seconds <= self._until

    def end(self, grace: float) -> None:
        """Let no request begin any more, and give those that are under way ``grace`` seconds."""
        now = asyncio.get_running_loop().time()
        self._until = min(self._until, now)
        for attempt in self._open:
            attempt.end(now + grace if attempt.begun else now)

    @asynccontextmanager
    async def attempt(self, url: str) -> AsyncIterator[Attempt]:
        """Make one attempt to get ``url``, which :meth:`end` may cut short.

        Raises:
            FetchError: ``crawl-delay``: the turn of the request did not come; ``timeout``: its answer did not.
        """
        made = Attempt(self.allows)
        try:
            async with made.limit:
                self._open.add(made)
                if not self.allows(0):
                    made.end(asyncio.get_running_loop().time())
                yield made
        except TimeoutError as error:
            if made.begun:
                message = f"{shown(url)} had not answered in full when the run had to go on without it."
                raise FetchError("timeout", message) from error
            message = f"The turn of {shown(url)} did not come in this run; the page is put off."
            raise FetchError("crawl-delay", message) from error
        finally:
            self._open.discard(made)


class Attempt:
    """One attempt to get a page. ``begun`` turns True once the request for the page itself is made.

    Args:
        may_wait: whether there is time to wait for so many seconds.
    """

    __slots__ = ("begun", "limit", "may_wait")

    def __init__(self, may_wait: Callable[[float], bool]) -> None:
        self.may_wait = may_wait
        self.begun = False
        self.limit = asyncio.timeout(None)

    def end(self, when: float) -> None:
        """Cut the attempt short at ``when``, of the loop's clock."""
        if not self.limit.expired():
            self.limit.reschedule(when)
