"""Decide when a question that got no answer is asked again. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

BACK_OFF: Final[Sequence[float]] = (1.0, 4.0, 16.0)  # seconds before the second, third and fourth try
WAITED_IN_RUN: Final = 60.0  # seconds that one run waits for a server in all


def pause_before_retry(failures: int, asked: float | None, *, left: float, jitter: float) -> float | None:
    """Return the seconds to wait before a question is put again, or None where it is not put again now.

    Args:
        failures: how often it has failed.
        asked: the seconds that the server asks for (``Retry-After``); it is asked no sooner.
        left: the seconds that may still be waited in this run.
        jitter: a random number from 0 to 1, so that those who failed together don't come back together.
    """
    if failures > len(BACK_OFF):
        return None
    pause = max(BACK_OFF[failures - 1] * (0.5 + jitter), asked or 0.0)
    return pause if pause <= left else None
