"""A decision that is to come is told from one that was taken."""

from __future__ import annotations

import pytest

from pipeline.model import Stage
from pipeline.reading.embedded import tense

PROPOSED, PLANNED = Stage.PROPOSED, Stage.PLANNED


@pytest.mark.parametrize(
    ("taken", "to_come", "stage"),
    [
        ("The resolution was adopted on Tuesday.", "The resolution is expected to be adopted on Tuesday.", PLANNED),
        ("The Council voted on Tuesday.", "The Council is to vote on Tuesday.", PLANNED),
        ("The Council renewed the mandate.", "The Council must renew the mandate.", PROPOSED),
        ("The Council adopted the text, so 550 will go.", "If the Council adopts the text, 550 will go.", PROPOSED),
        ("The parliament approved the mission.", "The parliament could approve the mission.", PROPOSED),
        ("Until the Council decided, nobody moved.", "Until the Council decides, nobody moves.", PROPOSED),
    ],
)
def test_a_decision_that_is_to_come_is_none_yet(taken: str, to_come: str, stage: Stage) -> None:
    assert (tense.pending_stage(taken), tense.pending_stage(to_come)) == (None, stage)


def test_a_decision_beside_one_that_is_to_come_is_one() -> None:
    assert tense.pending_stage("The Council voted on Tuesday for a force that the parliament must approve.") is None
