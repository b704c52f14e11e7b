"""The watches of Somalia and Lebanon end with their boards: both replayed in one process, each twice."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.replayed import fortnights_once

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

NAMES = ("somalia", "lebanon")
LOOK_ALIKES = (
    "A UN office in Mogadishu has changed its name: UNTMIS is not ATMIS",
    "Security Council extends ship inspections off Somalia until February",
    "The Somali model for Haiti?",
    "American aircraft bomb Islamic State caves in Puntland",
    "Three years ago today: when AMISOM became ATMIS",
    "Turkish commandos arrive in Mogadishu",
    "Council renews Golan observers until the end of December",
    "Army shows ministers its plan",
    "Draft for a Gaza force goes round in New York",
    "Lebanon and Israel talk with civilians at the table",
)
COUNTS = """SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM claims), (SELECT count(*) FROM changes),
    (SELECT count(*) FROM alerts), (SELECT count(*) FROM runs)"""


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with what both watches stored and published."""
    return fortnights_once(tmp_path_factory)


def ask(database: Path, sql: str) -> list[tuple[str, ...]]:
    """The rows of a question, as text."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return [tuple(str(value) for value in row) for row in connection.execute(sql).fetchall()]


def board(replayed: Path, name: str, aspect: str, when: str = "2027-01-01") -> list[tuple[str, ...]]:
    """Stage and value of an aspect's rows on the day ``when``."""
    where = f"aspect = '{aspect}' ORDER BY stage, value"
    return ask(replayed / name / "missionwatch.duckdb", f"SELECT stage, value FROM board_as_of('{when}') WHERE {where}")


def told(rows: list[tuple[str, ...]], stage: str, words: str) -> bool:
    return any(found == stage and words in value for found, value in rows)


def test_somalia_ends_under_the_african_union_with_a_mandate_of_a_year(replayed: Path) -> None:
    assert board(replayed, "somalia", "lead") == [("in_effect", "African Union")]
    assert told(board(replayed, "somalia", "mandate", "2024-11-01"), "decided", "31 December 2024")
    assert told(board(replayed, "somalia", "mandate"), "decided", "31 Dec 2025")


def test_somalias_ceiling_stays_and_the_summits_surge_is_only_proposed(replayed: Path) -> None:
    strength = board(replayed, "somalia", "strength")

    assert told(strength, "decided", "12,626")
    assert told(strength, "proposed", "8,000")
    assert not told(strength, "decided", "8,000")


def test_burundi_is_to_leave_and_egypt_to_come(replayed: Path) -> None:
    question = "SELECT stage, subject, value FROM board_as_of('2027-01-01') WHERE aspect = 'contributors'"
    rows = ask(replayed / "somalia" / "missionwatch.duckdb", question)

    assert ("planned", "Burundi", "withdraws") in rows
    assert any(stage == "planned" and who == "Egypt" and what.startswith("sends") for stage, who, what in rows)


def test_lebanon_ends_with_the_last_mandate_and_its_commander(replayed: Path) -> None:
    assert board(replayed, "lebanon", "lead") == [("in_effect", "United Nations")]
    assert told(board(replayed, "lebanon", "mandate", "2025-06-01"), "decided", "until 31 August 2025")
    assert told(board(replayed, "lebanon", "mandate"), "decided", "until 31 Dec 2026")
    assert told(board(replayed, "lebanon", "command"), "in_effect", "Diodato Abagnara")


@pytest.mark.parametrize("name", NAMES)
def test_no_look_alike_changes_the_board(replayed: Path, name: str) -> None:
    database = replayed / name / "missionwatch.duckdb"
    read = {title for (title,) in ask(database, "SELECT title FROM articles")}
    told_by = {title for (title,) in ask(database, "SELECT title FROM changes WHERE verdict <> 'baseline'")}

    assert len(read & set(LOOK_ALIKES)) >= 4
    assert told_by & set(LOOK_ALIKES) == set()


def test_a_slip_that_was_corrected_within_hours_does_not_stay_on_the_board(replayed: Path) -> None:
    for name, wrong in (("somalia", "12,262"), ("lebanon", "2027-12-31")):
        database = replayed / name / "missionwatch.duckdb"
        assert ask(database, "SELECT title FROM articles WHERE title LIKE '%(corrected)'") != []
        assert ask(database, f"SELECT value FROM board WHERE value LIKE '%{wrong}%'") == []


@pytest.mark.parametrize("name", NAMES)
def test_a_second_replay_adds_nothing(replayed: Path, name: str) -> None:
    once = ask(replayed / f"{name}-once.duckdb", COUNTS)[0]
    twice = ask(replayed / name / "missionwatch.duckdb", COUNTS)[0]

    assert int(once[0]) >= 75
    assert twice[:4] == once[:4]
    assert int(twice[4]) > int(once[4])
