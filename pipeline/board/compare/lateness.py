"""Whether a change would take the board back to what an older article says. Pure."""

from __future__ import annotations

from pipeline.board.board import Board
from pipeline.model import Change, Verdict


def overtaken_by(change: Change, board: Board) -> Change | None:
    """Return the board's change from an article of a later day that ``change`` would revise or reverse, or None.

    Pages are not always read in the order of their publication: one may be fetched days after the next. Within a day
    the order of reports says little, and what a baseline or a person put on the board is no later report.
    """
    row = board.get((change.aspect, change.subject_key))
    if row is None or change.verdict not in (Verdict.REVISES, Verdict.REVERSES) or row.change.article_id is None:
        return None
    is_later = row.change.verdict is not Verdict.BASELINE and row.change.known_at.date() > change.known_at.date()
    return row.change if is_later else None
