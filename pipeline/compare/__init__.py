"""Claims against the board: is it new, does it move something, or do we have it already? Pure.

Each claim gets exactly one verdict with a reason in plain English. What was already told - the board's rows
and the changes before them - is the ``Memory``, so that old news does not come back as new.
"""

from __future__ import annotations

from pipeline.compare.likeness import Memory, similarity
from pipeline.compare.verdicts import judge

__all__ = ["Memory", "judge", "similarity"]
