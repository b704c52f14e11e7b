"""Corrections: what a person says of a claim, a change or a row, and how it wins over the engine. Pure.

::

    Correction, Corrections   who said what of which sentence, and which of it counts
    make_correction           what a person points at and says       -> a correction
    apply_corrections         a reading, its article's corrections   -> claims held back, claims that count for sure
    judge_corrected           that and the board                     -> verdicts; no pinned row changes
    pin_row                   a pin and the board                    -> the change by which a person sets a row
    correction_as_line        a correction                           -> a line of a file: a labelled example

What a new correction does to the changes that stand already is decided by :func:`pipeline.steps.plan_correction`.
The command ``mark`` makes corrections; the store keeps them in the table ``mark``.
"""

from pipeline.board.corrections.applying import (
    CorrectedReading,
    apply_corrections,
    claim_of_person,
    judge_corrected,
    pin_row,
)
from pipeline.board.corrections.correction import (
    AGAINST,
    FOR,
    KIND_WORDS,
    MAX_AUTHOR,
    MAX_NOTE,
    MAX_WORDS,
    NO_CORRECTIONS,
    PINS,
    Anchor,
    Correction,
    CorrectionKind,
    Corrections,
    anchor_of,
    correction_id_of,
    is_pin_of,
)
from pipeline.board.corrections.drafting import Labels, Target, make_correction, make_undo
from pipeline.board.corrections.lines import MAX_LINES, Example, correction_as_line, correction_from_line

__all__ = [
    "AGAINST",
    "FOR",
    "KIND_WORDS",
    "MAX_AUTHOR",
    "MAX_LINES",
    "MAX_NOTE",
    "MAX_WORDS",
    "NO_CORRECTIONS",
    "PINS",
    "Anchor",
    "CorrectedReading",
    "Correction",
    "CorrectionKind",
    "Corrections",
    "Example",
    "Labels",
    "Target",
    "anchor_of",
    "apply_corrections",
    "claim_of_person",
    "correction_as_line",
    "correction_from_line",
    "correction_id_of",
    "is_pin_of",
    "judge_corrected",
    "make_correction",
    "make_undo",
    "pin_row",
]
