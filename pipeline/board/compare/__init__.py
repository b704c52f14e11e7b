"""Claims against the board: is it new, does it move something, or do we have it already? Pure.

Each claim gets exactly one verdict with a reason in plain English. What was already told - the board's rows
and the changes before them - is the ``Memory``, so that old news does not come back as new. It also holds what was
too weak to tell, so that a second origin can make a change of it.
"""

from __future__ import annotations

from pipeline.board.compare.judge import judge
from pipeline.board.compare.memory import WAITS, Doubt, Memory

__all__ = ["WAITS", "Doubt", "Memory", "judge"]
