"""Whom of the mission a sentence counts as harmed."""

from __future__ import annotations

import pytest

from pipeline.reading.phrase import Harm, harm


@pytest.mark.parametrize(
    ("sentence", "counted"),
    [
        ("Two soldiers were killed and eight others injured when a bridge gave way.", Harm(killed=2, injured=8)),
        ("The blast killed three peacekeepers and wounded eleven.", Harm(killed=3, injured=11)),
        ("A police officer of the mission has died in a road accident.", Harm(killed=1)),
        ("An officer was killed on Sunday, the third since the mission began.", Harm(killed=1)),
        ("An observer is missing after the storm.", Harm(missing=1)),
        ("The mission stands at 420 people.", Harm()),
        ("At the 79th session he read out the names of officers killed there.", Harm()),
        # However many words part the number from the harm.
        ("Two soldiers of the regional force in the Tarsk valley were killed and one was injured.", Harm(2, 1)),
        ("One of the force's drivers was wounded and two of its guards were killed near Tarn.", Harm(2, 1)),
        ("Killed were four monitors of the mission that watches over the truce, and two were hurt.", Harm(4, 2)),
    ],
)
def test_each_harm_has_its_own_number(sentence: str, counted: Harm) -> None:
    assert harm(sentence) == counted


@pytest.mark.parametrize(
    "sentence",
    [
        "With Sunday's crash, three officers have been killed since the mission began in June.",
        "So far, three soldiers of the mission have died.",
    ],
)
def test_a_sum_since_the_mission_began_is_told_from_a_days_dead(sentence: str) -> None:
    assert harm(sentence) == Harm(killed=3, in_all=True)


def test_a_harm_without_its_number_voids_the_count() -> None:
    assert harm("A soldier was killed and others were wounded.") == Harm()


def test_an_age_is_no_number_of_dead() -> None:
    assert harm("Corporal Anna Tar, 41, was killed when her truck turned over.").killed == 0
    assert harm("A soldier, 41, was killed when her truck turned over.").killed == 1
