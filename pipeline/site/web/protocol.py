"""HTTP with a deadline on what a client sends: uvicorn has none for the head of a request."""

from __future__ import annotations

import asyncio
import math

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_TIME = 10.0  # seconds in which the head of a request must arrive whole
_UNFINISHED = (h11.IDLE, h11.SEND_BODY)


class DeadlineProtocol(H11Protocol):
    """A connection that ends where a request does not arrive in time, and makes room where there is none.

    The body of a request that is being answered has its own deadline, in the application.
    """

    head_time = HEAD_TIME
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin the deadline; where the server is full, end the unfinished connection whose deadline is nearest."""
        super().connection_made(transport)
        self._begin()
        if self.limit_concurrency is not None and len(self.connections) >= self.limit_concurrency:
            waiting = [one for one in self.connections if isinstance(one, DeadlineProtocol) and one is not self]
            oldest = min(waiting, key=lambda one: one.expires, default=self)
            if oldest.expires < math.inf:
                oldest.end()

    def data_received(self, data: bytes) -> None:
        """Take what came; the deadline is over once the whole request is there, and begins with a next one's start."""
        super().data_received(data)
        if self.conn.their_state not in _UNFINISHED:
            self._cancel()
        elif self._deadline is None:
            self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the deadline."""
        self._cancel()
        super().connection_lost(exc)

    @property
    def expires(self) -> float:
        """When the deadline of the unfinished request is, by the loop's clock; infinity where none is unfinished."""
        return self._deadline.when() if self._deadline else math.inf

    def end(self) -> None:
        """Close the connection at once, whatever was sent."""
        self._cancel()
        self.transport.abort()

    def _begin(self) -> None:
        self._deadline = self.loop.call_later(self.head_time, self._expire)

    def _cancel(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _expire(self) -> None:
        self._deadline = None
        if self.conn.their_state is h11.SEND_BODY and not self.cycle.response_complete:
            self._begin()  # the application waits for the body, and answers
        else:
            self.transport.close()
