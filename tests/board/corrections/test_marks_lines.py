"""Marks as a file: what a line has, that it comes back whole, and what is said of a line that is none."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pipeline.board.corrections import Example, Labels, MarkKind, line_of, mark_of
from pipeline.model import Aspect, Stage
from pipeline.model.errors import UsageError
from tests.board.corrections.world import DECIDED, LED, VISIT, World, article

BOTH = article("both", LED, DECIDED)


@pytest.fixture
def line(world: World) -> dict[str, Any]:
    """The line of a relabelled sentence."""
    world.reads(BOTH)
    mark = world.says(
        MarkKind.RELABELLED, world.change(Aspect.STRENGTH).change_id, "a proposal", Labels(stage=Stage.PROPOSED)
    ).mark
    return line_of(Example(mark, {BOTH.url: BOTH}))


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
    marks = [
        world.says(MarkKind.RELABELLED, world.change(Aspect.STRENGTH).change_id, labels=Labels(stage=Stage.PROPOSED)),
        world.says(MarkKind.PINNED, "lead/the mission's lead", "so", Labels(value="nobody")),
        world.says(MarkKind.NOT_THIS_MISSION, BOTH.url),
    ]

    for number, marked in enumerate(marks, start=1):
        text = json.dumps(line_of(Example(marked.mark, {})))
        assert mark_of(text, f"marks.jsonl:{number}") == marked.mark


def test_a_text_that_is_no_longer_kept_leaves_the_sentence_without_its_neighbours(world: World) -> None:
    world.reads(BOTH)
    mark = world.says(MarkKind.CONFIRMED, world.change(Aspect.STRENGTH).change_id).mark

    (sentence,) = line_of(Example(mark, {}))["sentences"]

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
        mark_of(json.dumps({**line, **changed}), "marks.jsonl:3")

    assert told.value.message.startswith("marks.jsonl:3: ")
    assert said in told.value.message


@pytest.mark.parametrize("text", ["{", "[" * 100_000, '"a"', "x" * 400_001])
def test_a_line_that_is_no_json_is_told_with_its_place(text: str) -> None:
    with pytest.raises(UsageError, match=r"^marks\.jsonl:1: "):
        mark_of(text, "marks.jsonl:1")
