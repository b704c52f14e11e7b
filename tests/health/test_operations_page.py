"""The table of silent failures in docs/operations.md names each kind of alarm, and tests that there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.health import FEED_KINDS, WATCH_KINDS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text("utf-8")
KINDS = sorted({one.name for one in (*FEED_KINDS, *WATCH_KINDS)})


def rows_of(heading: str) -> list[list[str]]:
    """The rows of the table under ``heading``, without the two lines of its head."""
    text = PAGE.split(f"{heading}\n", 1)[1].split("\n#", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


FAILURES = rows_of("## What fails in silence, and who is told")
THRESHOLDS = rows_of("### When an alarm begins and ends")


def alarms_in(row: list[str]) -> list[str]:
    """The kinds of alarm that the third cell of ``row`` names, the longest names first."""
    names = "|".join(sorted(KINDS, key=len, reverse=True))
    return re.findall(rf"\b(?:{names})\b", row[2])


def test_the_failures_are_numbered_and_there_are_more_than_thirty() -> None:
    assert [row[0] for row in FAILURES] == [str(number) for number in range(1, len(FAILURES) + 1)]
    assert len(FAILURES) > 30


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_alarm_stands_in_the_table_of_failures(kind: str) -> None:
    assert [row[0] for row in FAILURES if kind in alarms_in(row)]


def test_the_table_of_thresholds_has_each_kind_of_alarm_once() -> None:
    assert sorted(row[0] for row in THRESHOLDS) == KINDS


@pytest.mark.parametrize("row", FAILURES, ids=lambda row: row[0])
def test_each_failure_names_tests_that_there_are(row: list[str]) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", row[-1])

    assert named or "nothing here can tell" in row[2]
    assert [path for path in named if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("row", [row for row in FAILURES if alarms_in(row)], ids=lambda row: row[0])
def test_one_of_the_tests_that_a_failure_names_is_about_its_alarm(row: list[str]) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", row[-1])
    texts = [(ROOT / path).read_text("utf-8") for path in named]

    for kind in alarms_in(row):
        words = next(one for one in (*FEED_KINDS, *WATCH_KINDS) if one.name == kind)
        told = (words.kind.name, words.kind.value, words.head)
        assert any(f"{word}" in text for text in texts for word in told), kind
