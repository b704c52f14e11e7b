"""Compare claims with the board: is one news, does it move a row, or is it known already? Pure.

Each claim gets exactly one verdict with a reason in plain English. The ``ChangeHistory`` holds every change so far, so
that old news does not come back as new, and the claims that were too weak to tell, so that a second origin can confirm
one.
"""

from pipeline.board.compare.history import UNCERTAIN_FOR, ChangeHistory, UncertainClaim
from pipeline.board.compare.judge import judge

__all__ = ["UNCERTAIN_FOR", "ChangeHistory", "UncertainClaim", "judge"]
