"""An event loop whose clock jumps to the next thing to do, so that nothing is waited for."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

R = TypeVar("R")


class _Jump(selectors.DefaultSelector):
    """Moves the clock by as long as it is asked to wait."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready, without waiting.

        Raises:
            RuntimeError: nothing will ever happen.
        """
        if timeout is None:
            raise RuntimeError("every task waits for something that never comes")
        self.now += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on which an hour's sleep takes no time."""

    def __init__(self) -> None:
        self._jump = _Jump()
        super().__init__(self._jump)

    def time(self) -> float:
        """Seconds since the start, as the tasks know it."""
        return self._jump.now


def run(main: Coroutine[Any, Any, R]) -> R:
    """What ``main`` returns, run on a loop of its own with a virtual clock."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
