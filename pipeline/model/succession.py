"""What ends a mission and what ends with it, as data: the fold, the SQL views and the page are all made of it.

A board is of one mission and what becomes of it. Nothing in a fact says whether it is the mission's or its
successor's, so days do: what held before the succession was decided was the mission's, what came after is the
successor's.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.model.facts import Slot
from pipeline.model.words import Aspect, Stage

ENDINGS: Mapping[Slot, Stage] = {Slot.TERM: Stage.ENDED, Slot.SUCCESSOR: Stage.IN_EFFECT}
ENDS_WITH_MISSION = frozenset({Slot.LEAD, Slot.COMMAND, Slot.TERM, Slot.CEILING, Slot.REQUIRED, Slot.SHORTFALL})
HOLDING = frozenset({Stage.DECIDED, Stage.IN_EFFECT})

# What is of a version without types is of the slot that its aspect has alone.
SLOTS_OF_UNTYPED: Mapping[Aspect, Slot] = {Aspect.LEAD: Slot.LEAD, Aspect.COMMAND: Slot.COMMAND}


def is_ending(slot: Slot | None, stage: Stage) -> bool:
    """Return whether a row of ``slot`` and ``stage`` says that the mission is over, or has been replaced."""
    return slot is not None and ENDINGS.get(slot) is stage


def is_succession(slot: Slot | None, stage: Stage) -> bool:
    """Return whether a change of ``slot`` and ``stage`` says that a successor is settled: from then on it has rows."""
    return slot is Slot.SUCCESSOR and stage in HOLDING


def ends_with_mission(slot: Slot | None, stage: Stage) -> bool:
    """Return whether a row of ``slot`` and ``stage`` holds for no longer than the mission."""
    return slot in ENDS_WITH_MISSION and stage in HOLDING
