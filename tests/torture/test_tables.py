"""The comparison that the torture rests on notices what it is there to notice."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

import pytest

from tests.torture.cases import draw
from tests.torture.points import Point
from tests.torture.tables import differences, sent

REFERENCE = {
    "tables": {"change": ['{"value": "a"}', '{"value": "b"}']},
    "sent": {"key 1": 1, "key 2": 1},
    "last": "2025-10-03",
    "whole": True,
    "left": [],
}


def seen(**changed: object) -> dict[str, object]:
    return {**copy.deepcopy(REFERENCE), **changed}


def test_the_same_tables_differ_in_nothing_and_a_repeat_is_no_difference() -> None:
    assert differences(seen(sent={"key 1": 2, "key 2": 1}), REFERENCE) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"tables": {"change": ['{"value": "a"}']}}, 'change: lost {"value": "b"}'),
        ({"tables": {"change": [*REFERENCE["tables"]["change"], '{"value": "a"}']}}, 'change: added {"value": "a"}'),
        ({"sent": {"key 1": 1}}, "alert key 2 was never sent"),
        ({"sent": {"key 1": 1, "key 2": 1, "key 3": 1}}, "alert key 3 is of no undisturbed run"),
        ({"whole": False}, "the published copy has another number of changes than the store"),
        ({"left": ["live.duckdb.wal"]}, "live.duckdb.wal was left in the folder"),
    ],
)
def test_each_difference_is_told(changed: dict[str, object], said: str) -> None:
    assert differences(seen(**changed), REFERENCE) == [said]


def test_a_repeat_with_the_same_key_is_counted_and_a_line_cut_short_is_none(tmp_path: Path) -> None:
    (tmp_path / "alerts").mkdir()
    line = json.dumps({"alert_id": "k", "subject": "s"})
    (tmp_path / "alerts" / "a.jsonl").write_text(f'{line}\n{{"alert_id": "k\n{line}\n', "utf-8")
    assert sent(tmp_path) == {"k": 2}


def test_two_messages_with_one_key_must_be_the_same(tmp_path: Path) -> None:
    (tmp_path / "alerts").mkdir()
    lines = [json.dumps({"alert_id": "k", "subject": subject}) for subject in ("one", "two")]
    (tmp_path / "alerts" / "a.jsonl").write_text("\n".join(lines), "utf-8")
    with pytest.raises(AssertionError, match="two messages with the key k"):
        sent(tmp_path)


def test_the_kills_are_spread_over_all_stages_and_drawn_again_by_the_same_seed() -> None:
    stages = ("start", "poll", "collect", "assess", "alert", "publish", "between")
    points = [Point(f"{stage}/{what}", turn) for stage in stages for what in ("a", "b", "c") for turn in (1, 2)]
    random.Random(1).shuffle(points)
    cases = draw(points, 100, 3.0, seed=5)
    deaths = [death for case in cases for death in case.deaths]
    hit = {death.point.name.partition("/")[0] for death in deaths if death.point}
    assert hit == set(stages)
    assert len(deaths) >= 100
    assert draw(points, 100, 3.0, seed=5) == cases
