"""The board is a fold over the changes; values compare by meaning."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading.worlds import DAY, LEAD, a_watch

from pipeline.board.fold import Board, apply, baseline_changes, confirm, confirm_all, corroborated, fold, subject_key
from pipeline.board.successors import successor_names
from pipeline.model import Aspect, Change, Slot, Stage, TypedFact, Verdict
from pipeline.model.quantities import length_of, quantities, same_number
from pipeline.model.text import content_id


def a_change(name: str, subject: str = "ceiling", *, stage: Stage = Stage.DECIDED, supersedes: str = "") -> Change:
    return Change(
        change_id=content_id("change", name),
        watch="ruritania",
        aspect=Aspect.STRENGTH,
        subject=subject,
        subject_key=subject_key(Aspect.STRENGTH, subject),
        verdict=Verdict.NEW,
        stage=stage,
        value=name,
        held_from=date(2025, 9, 30),
        known_at=DAY,
        quote=name,
        reason="",
        confidence=0.9,
        supersedes=content_id("change", supersedes) if supersedes else None,
    )


@pytest.mark.parametrize(("origins", "sure"), [(0, 0.5), (1, 0.5), (2, 2 / 3), (9, 0.9)])
def test_each_independent_origin_adds_to_the_odds_of_a_row(origins: int, sure: float) -> None:
    assert corroborated(0.5, origins) == pytest.approx(sure)


def test_what_is_certain_stays_so_and_what_is_impossible_too() -> None:
    assert [corroborated(sure, 3) for sure in (0.0, 1.0)] == [0.0, 1.0]


def test_the_last_change_of_a_subject_wins() -> None:
    board = fold([a_change("2,500"), a_change("5,550")])
    assert [row.change.value for row in board.values()] == ["5,550"]


def test_other_subjects_keep_their_rows() -> None:
    board = fold([a_change("2,500"), a_change("970", "personnel")])
    assert {row.change.value for row in board.values()} == {"2,500", "970"}


def test_a_superseded_row_leaves_the_board() -> None:
    board = fold([a_change("old", "Old Mission"), a_change("new", supersedes="old")])
    assert [row.change.value for row in board.values()] == ["new"]


def test_a_change_that_is_no_longer_the_row_cannot_be_superseded() -> None:
    board = fold([a_change("first", "A"), a_change("second", "A"), a_change("other", "B", supersedes="first")])
    assert {row.change.value for row in board.values()} == {"second", "other"}


def a_fact(slot: Slot, day: int, stage: Stage = Stage.IN_EFFECT, *, subject: str = "", value: str = "") -> Change:
    """A change of ``slot`` that holds from a day of September 2025."""
    return replace(
        a_change(value or f"{slot} {day}", subject or slot, stage=stage),
        held_from=date(2025, 9, day),
        fact=TypedFact(slot),
    )


def closed_by(board: Board) -> dict[str, str]:
    """The values of the rows that are closed, each with the sentence that closed it."""
    return {row.change.value: row.closed.quote for row in board.values() if row.closed is not None}


@pytest.mark.parametrize("slot", [Slot.LEAD, Slot.COMMAND, Slot.CEILING, Slot.REQUIRED, Slot.SHORTFALL])
def test_what_the_mission_had_is_closed_on_the_day_on_which_its_mandate_ended(slot: Slot) -> None:
    board = fold([a_fact(slot, 1, value="held"), a_fact(Slot.TERM, 20, Stage.ENDED, value="over")])
    (row,) = (row for row in board.values() if row.change.value == "held")
    assert (row.stage, row.since, closed_by(board)) == (Stage.ENDED, date(2025, 9, 20), {"held": "over"})


def test_a_successor_that_has_begun_closes_the_mandate_too() -> None:
    board = fold([a_fact(Slot.TERM, 1, value="until 2 Oct"), a_fact(Slot.SUCCESSOR, 20, value="New Force")])
    assert closed_by(board) == {"until 2 Oct": "New Force"}


@pytest.mark.parametrize("stage", [Stage.PROPOSED, Stage.PLANNED, Stage.DECIDED, Stage.REJECTED])
def test_a_successor_that_has_not_begun_closes_nothing(stage: Stage) -> None:
    assert closed_by(fold([a_fact(Slot.LEAD, 1), a_fact(Slot.SUCCESSOR, 20, stage)])) == {}


def test_what_is_no_part_of_the_mission_outlives_it() -> None:
    board = fold([a_fact(Slot.SUPPORT, 1), a_fact(Slot.PLEDGE, 2), a_fact(Slot.TERM, 20, Stage.ENDED)])
    assert closed_by(board) == {}


def test_what_was_only_asked_for_is_not_closed() -> None:
    assert closed_by(fold([a_fact(Slot.LEAD, 1, Stage.PROPOSED), a_fact(Slot.TERM, 20, Stage.ENDED)])) == {}


def test_what_came_once_the_successor_was_decided_is_the_successors() -> None:
    board = fold(
        [
            a_fact(Slot.LEAD, 9, subject="old lead", value="Kenya"),
            a_fact(Slot.SUCCESSOR, 10, Stage.DECIDED),
            a_fact(Slot.CEILING, 10, value="5,550"),
            a_fact(Slot.COMMAND, 15, value="new commander"),
            a_fact(Slot.SUCCESSOR, 20, value="New Force"),
        ]
    )
    assert closed_by(board) == {"Kenya": "New Force"}


def test_an_end_that_is_taken_back_closes_nothing() -> None:
    over = a_fact(Slot.TERM, 20, Stage.ENDED, value="over")
    back = replace(a_change("back"), verdict=Verdict.WITHDRAWN, supersedes=over.change_id)
    assert closed_by(fold([a_fact(Slot.LEAD, 1), over, back])) == {}


def test_the_first_of_two_ends_closes() -> None:
    ends = [a_fact(Slot.SUCCESSOR, 21, value="New Force"), a_fact(Slot.TERM, 20, Stage.ENDED, value="over")]
    assert closed_by(fold([a_fact(Slot.LEAD, 1, value="Kenya"), *ends])) == {"Kenya": "over"}


def test_confirming_a_row_leaves_it_closed() -> None:
    changes = [a_fact(Slot.LEAD, 1, value="Kenya"), a_fact(Slot.TERM, 20, Stage.ENDED, value="over")]
    board = confirm(fold(changes), changes[0].change_id, "ane", DAY)
    assert closed_by(board) == closed_by(confirm_all(board, [])) == {"Kenya": "over"}


CHANGES = st.lists(
    st.builds(
        a_change,
        st.sampled_from("abcdef"),
        st.sampled_from(["ceiling", "personnel", "police"]),
        supersedes=st.sampled_from(["", "a", "b", "c"]),
    ),
    max_size=12,
)


@given(CHANGES)
def test_folding_all_is_applying_one_by_one(changes: list[Change]) -> None:
    board = Board()
    for change in changes:
        board = apply(board, change)
    assert dict(board) == dict(fold(changes))


@given(CHANGES, st.sampled_from("abcdef"))
def test_applying_leaves_the_board_before_as_it_was(changes: list[Change], name: str) -> None:
    board = fold(changes)
    before = dict(board)
    apply(board, a_change(name))
    assert dict(board) == before


def test_confirming_counts_origins_once_and_keeps_the_latest_time() -> None:
    board = fold([a_change("5,550")])
    made = content_id("change", "5,550")
    board = confirm(board, made, "ane", DAY)
    board = confirm(board, made, "cna", DAY + timedelta(days=1))
    board = confirm(board, made, "ane", DAY - timedelta(days=1))
    (row,) = board.values()
    assert row.origins == {"ane", "cna"}
    assert row.last_confirmed == DAY + timedelta(days=1)


def test_confirming_what_is_not_on_the_board_changes_nothing() -> None:
    board = fold([a_change("5,550")])
    assert confirm(board, content_id("change", "other"), "ane", DAY) is board


@pytest.mark.parametrize(
    ("held", "since"),
    [(date(2025, 10, 2), DAY.date()), (date(2025, 9, 28), date(2025, 9, 28))],
    ids=["later", "before"],
)
def test_a_successors_name_counts_from_the_report_or_an_earlier_day_of_its_change(held: date, since: date) -> None:
    change = replace(
        a_change("x"),
        aspect=Aspect.MANDATE,
        value="Old Mission -> Harbour Protection Force",
        held_from=held,
        quote="It becomes the Harbour Protection Force (HPF).",
    )

    assert [(name.text, name.valid_from) for name in successor_names([change])] == [
        ("Harbour Protection Force", since),
        ("HPF", since),
    ]


def test_the_baseline_makes_the_first_rows() -> None:
    (change,) = baseline_changes(a_watch())
    assert (change.verdict, change.value, change.quote) == (Verdict.BASELINE, "Norway", LEAD)
    assert change.known_at == datetime(2025, 6, 1, tzinfo=UTC)
    assert change.held_from == date(2025, 6, 1)
    assert change.change_id == content_id("baseline", "ruritania", "lead", "RAM", "Norway")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("UN Support Office for Ruritania", "the support office"),
        ("a new support office", "Support Office (draft)"),
    ],
)
def test_one_thing_has_one_key_under_any_wording(one: str, other: str) -> None:
    assert subject_key(Aspect.SUPPORT, one) == subject_key(Aspect.SUPPORT, other)


@pytest.mark.parametrize("other", ["support vehicles", "the election office"])
def test_what_is_no_support_office_has_a_key_of_its_own(other: str) -> None:
    assert subject_key(Aspect.SUPPORT, other) != subject_key(Aspect.SUPPORT, "support office")


def number(text: str) -> float:
    (quantity,) = quantities(text)
    return quantity.number


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5,550 personnel", 5550),
        ("nearly two thousand", 2000),
        ("forty-three dead", 43),
        ("$60 million", 60_000_000),
        ("£16.5m", 16_500_000),
        ("1.2 billion dollars", 1_200_000_000),
        ("one hundred and fifty soldiers", 150),
    ],
)
def test_a_number_is_read(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("$60 million", "money"),
        ("60 million euros", "money"),
        ("25 per cent", "percent"),
        ("six months", "time"),
        ("12 votes", "votes"),
        ("5,550 personnel", "count"),
    ],
)
def test_a_number_counts_in_something(text: str, kind: str) -> None:
    (quantity,) = quantities(text)
    assert quantity.kind == kind


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("ninety days", 90),
        ("two weeks", 14),
        ("an initial 12-month term", 365.25),
        ("a year", 365.25),
        ("half a year", 365.25 / 2),
        ("a year and a half", 365.25 * 1.5),
        ("one and a half years", 365.25 * 1.5),
        ("until 31 March", None),
        ("a yearly report", None),
    ],
)
def test_a_length_of_time_is_read_in_days(text: str, days: float | None) -> None:
    assert length_of(text) == (None if days is None else pytest.approx(days))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("about 1,000 officers", "991 officers", True),
        ("nearly 1,000", "989", True),
        ("991 officers", "989 officers", False),
        ("5,500 personnel", "5,550 personnel", True),
        ("550 personnel", "555 personnel", True),
        ("5,512 personnel", "5,555 personnel", False),  # neither is round
        ("5,500 personnel", "5,570 personnel", False),
        ("up to 5,500 personnel", "5,550 personnel", True),
        ("up to 12,262 personnel", "12,626 personnel", False),
        ("2,500 personnel", "5,550 personnel", False),
        ("$40 million", "40 per cent", False),
        ("two dead", "three dead", False),
        ("about 18 dead", "19 dead", False),  # of so few nobody speaks roughly
        ("about 20 dead", "19 dead", True),
        ("about 900", "1,000", True),
        ("about 899", "1,000", False),
        ("about 1,230 people", "1,231 people", True),
        ("about 1,234 people", "1,233 people", False),  # nobody rounds to four digits
    ],
)
def test_numbers_compare_by_meaning(one: str, other: str, same: bool) -> None:
    assert same_number(quantities(one)[0], quantities(other)[0]) is same
