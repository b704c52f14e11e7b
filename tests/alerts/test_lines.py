"""What is one line of an alert, and what is two."""

from __future__ import annotations

import pytest

from pipeline.alerts import line_key
from pipeline.model import Change, Slot, Stage
from pipeline.model.facts import Figure, Parts, TypedFact
from tests.alerts.builders import change

ONE, OTHER = "The council lets the mission have 1,600 police.", "It may have 350 soldiers as well."


def told(slot: Slot, key: str, quote: str = ONE, *, act: str = "", stage: Stage = Stage.DECIDED) -> Change:
    fact = TypedFact(slot, key, Parts(act=act, figure=Figure.of(350)))
    return change(subject=key, fact=fact, quote=quote, stage=stage)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (told(Slot.CONTRIBUTION, "Isle", act="sends"), told(Slot.CONTRIBUTION, "Arda", act="sends")),
        (told(Slot.CEILING, "police"), told(Slot.CEILING, "military", OTHER)),
        (told(Slot.TASK, "escorts", act="adds"), told(Slot.TASK, "training", OTHER, act="adds")),
        (told(Slot.AUTHORISATION, "council", act="grants"), told(Slot.TASK, "training", OTHER, act="adds")),
    ],
    ids=["countries of a sentence", "kinds of a strength", "tasks", "what an authorisation allows"],
)
def test_what_is_told_as_one_thing_is_one_line(one: Change, other: Change) -> None:
    assert line_key(one) == line_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (told(Slot.CONTRIBUTION, "Isle", act="sends"), told(Slot.CONTRIBUTION, "Arda", OTHER, act="sends")),
        (told(Slot.CONTRIBUTION, "Isle", act="sends"), told(Slot.CONTRIBUTION, "Arda", act="withdraws")),
        (told(Slot.CEILING, "police"), told(Slot.DEPLOYED, "police")),
        (told(Slot.CEILING, "police"), told(Slot.CEILING, "military", stage=Stage.PROPOSED)),
        (told(Slot.TASK, "escorts", act="adds"), told(Slot.TASK, "training", act="drops")),
    ],
    ids=["two sentences", "two acts", "two slots", "two stages", "a task less"],
)
def test_what_is_told_as_two_things_is_two_lines(one: Change, other: Change) -> None:
    assert line_key(one) != line_key(other)
