"""Marks: what persons say of what was read, and how it wins over the engine. Pure.

::

    Mark, Marks    who said what of which sentence, and which of it counts
    make_mark      what a person points at and says  -> a mark
    heed           a reading and its article's marks  -> what is held back, what counts for sure
    judge_heeding  that and the board                 -> verdicts, and no change of a row that is pinned
    pinned         a pin and the board                -> the change by which a person sets a row
    line_of        a mark                             -> a line of a file: a labelled example, to be stored elsewhere

What a mark does to what stands already is worked out by :func:`pipeline.steps.act_on`.
"""

from pipeline.board.corrections.heed import Heeded, claim_by, heed, judge_heeding, pinned
from pipeline.board.corrections.lines import MAX_LINES, Example, line_of, mark_of
from pipeline.board.corrections.making import Labels, Target, make_mark, make_undone
from pipeline.board.corrections.mark import (
    AGAINST,
    FOR,
    KIND_WORDS,
    MAX_AUTHOR,
    MAX_NOTE,
    MAX_WORDS,
    NO_MARKS,
    PINS,
    Anchor,
    Mark,
    MarkKind,
    Marks,
    anchor_of,
    is_pin_of,
    mark_id_of,
)

__all__ = [
    "AGAINST",
    "FOR",
    "KIND_WORDS",
    "MAX_AUTHOR",
    "MAX_LINES",
    "MAX_NOTE",
    "MAX_WORDS",
    "NO_MARKS",
    "PINS",
    "Anchor",
    "Example",
    "Heeded",
    "Labels",
    "Mark",
    "MarkKind",
    "Marks",
    "Target",
    "anchor_of",
    "claim_by",
    "heed",
    "is_pin_of",
    "judge_heeding",
    "line_of",
    "make_mark",
    "make_undone",
    "mark_id_of",
    "mark_of",
    "pinned",
]
