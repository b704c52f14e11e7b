"""Where the process of the month is killed: drawn from a seed, and counted over all of its lives."""

from __future__ import annotations

import mmap
import os
import random
import signal
from collections import Counter

SENDING = "before a message"
TAKEN = "a message taken and not answered"
ANSWERED = "a message answered and not marked"
WRITING = "inside a transaction"
COMMITTED = "after a commit"
BETWEEN = "between two rounds"
KINDS = (SENDING, TAKEN, ANSWERED, WRITING, COMMITTED, BETWEEN)
# How many points of its kind are passed from one end to the next. A month has some dozens of messages, a few hundred
# transactions that write, and three hundred rounds or more, so each kind gets all of its ends.
GAPS = {SENDING: (2, 7), TAKEN: (2, 7), ANSWERED: (2, 7), WRITING: (4, 40), COMMITTED: (2, 20), BETWEEN: (10, 50)}
_CELL = 4  # bytes of an "i"


class Fate:
    """Chosen points at which the process ends, each kind of end as often as the others.

    Make it before the first life is forked: what a life counts stands in memory that it shares with its parent, and so
    outlives it.

    Args:
        seed: the same seed draws the same ends.
        ends: how many, dealt out to ``KINDS`` in turn.
    """

    def __init__(self, seed: int, ends: int) -> None:
        draw = random.Random(seed)
        self._gaps: dict[str, list[int]] = {kind: [] for kind in KINDS}
        for number in range(ends):
            kind = KINDS[number % len(KINDS)]
            self._gaps[kind].append(draw.randint(*GAPS[kind]))
        # One cell a kind for what was passed since its last end, and one for the kind that has struck.
        self._cells = memoryview(mmap.mmap(-1, _CELL * (len(KINDS) + 1))).cast("i")
        self.struck: Counter[str] = Counter()

    @property
    def left(self) -> int:
        """How many ends are still to come."""
        return sum(map(len, self._gaps.values()))

    @property
    def is_due(self) -> bool:
        """Whether a kind has struck and is not crossed off yet."""
        return self._cells[len(KINDS)] != 0

    def strikes(self, kind: str) -> bool:
        """Count one more pass of a point; True where the process is to end here."""
        place = KINDS.index(kind)
        self._cells[place] += 1
        gaps = self._gaps[kind]
        if not gaps or self._cells[place] < gaps[0]:
            return False
        self._cells[len(KINDS)] = place + 1
        return True

    def point(self, kind: str) -> None:
        """A point in the process itself: it goes on from here, or never."""
        if self.strikes(kind):
            os.kill(os.getpid(), signal.SIGKILL)

    def note_end(self) -> str:
        """Cross off the end that has just come, in the parent; its kind, or "" where none was due."""
        place, self._cells[len(KINDS)] = self._cells[len(KINDS)] - 1, 0
        if place < 0:
            return ""
        kind = KINDS[place]
        self._gaps[kind].pop(0)
        self._cells[place] = 0
        self.struck[kind] += 1
        return kind
