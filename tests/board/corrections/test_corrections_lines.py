"""Marks as a file: what a line has, that it comes back whole, and what is said of a line that is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.board.corrections import CorrectionKind, Example, Labels, correction_as_line, correction_from_line
from pipeline.model import Aspect, Stage
from pipeline.model.errors import UsageError
from tests.board.corrections.world import DECIDED, LED, VISIT, World, article

BOTH = article("both", LED, DECIDED)


@pytest.fixture
def line(world: World) -> dict[str, Any]:
    """The line of a relabelled sentence."""
    world.reads(BOTH)
    correction = world.says(
        CorrectionKind.RELABELLED, world.change(Aspect.STRENGTH).change_id, "a proposal", Labels(stage=Stage.PROPOSED)
    ).correction
    return correction_as_line(Example(correction, {BOTH.url: BOTH}))


def test_a_line_is_a_labelled_example(line: dict[str, Any]) -> None:
    (sentence,) = line["sentences"]

    assert (sentence["before"], sentence["quote"], sentence["after"]) == (LED, DECIDED, VISIT)
    assert (sentence["engine"]["stage"], line["person"]["stage"]) == ("decided", "proposed")
    assert (line["kind"], line["author"], line["note"]) == ("relabelled", "ana", "a proposal")
    assert sentence["article"] == {
        "title": BOTH.title,
        "outlet": "Times",
        "published": "2025-09-28T12:00:00+00:00",
        "language": "en",
    }


def test_a_mark_comes_back_from_its_line_as_it_was(world: World) -> None:
    world.reads(BOTH)
    corrections = [
        world.says(
            CorrectionKind.RELABELLED, world.change(Aspect.STRENGTH).change_id, labels=Labels(stage=Stage.PROPOSED)
        ),
        world.says(CorrectionKind.PINNED, "lead/the mission's lead", "so", Labels(value="nobody")),
        world.says(CorrectionKind.NOT_THIS_MISSION, BOTH.url),
    ]

    for number, outcome in enumerate(corrections, start=1):
        text = json.dumps(correction_as_line(Example(outcome.correction, {})))
        assert correction_from_line(text, f"marks.jsonl:{number}") == outcome.correction


def test_a_text_that_is_no_longer_kept_leaves_the_sentence_without_its_neighbours(world: World) -> None:
    world.reads(BOTH)
    correction = world.says(CorrectionKind.CONFIRMED, world.change(Aspect.STRENGTH).change_id).correction

    (sentence,) = correction_as_line(Example(correction, {}))["sentences"]

    assert (sentence["before"], sentence["quote"], sentence["article"]) == ("", DECIDED, None)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "maybe"}, "kind: input should be 'wrong', "),
        ({"made_at": "2025-10-01T12:00:00"}, "made_at: input should have timezone info"),
        ({"author": ""}, "author: string should have at least 1 character"),
        ({"sentences": []}, "nothing tells what was marked"),
        ({"note": "x" * 2_001}, "note: string should have at most 2000 characters"),
        ({"kind": "pinned"}, "a pin must have person.aspect and person.subject_key"),
        ({"kind": "undone"}, "a mark of kind undone must say what it undoes"),
    ],
)
def test_a_line_that_is_no_mark_is_told_with_its_place_and_what_is_wrong(
    line: dict[str, Any], changed: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError) as told:
        correction_from_line(json.dumps({**line, **changed}), "marks.jsonl:3")

    assert told.value.message.startswith("marks.jsonl:3: ")
    assert said in told.value.message


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '"a"', "x" * 400_001])
def test_a_line_that_is_no_json_is_told_with_its_place(text: str) -> None:
    with pytest.raises(UsageError, match=r"^marks\.jsonl:1: "):
        correction_from_line(text, "marks.jsonl:1")
