"""What may be asked is read from text: whatever it is, it is understood or told what would be right."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.ask.asking import limit_of, make_cursor, moment, number_at, place_of, row_at, words_of
from pipeline.model.errors import UsageError

ROW = (datetime(2025, 9, 30, 18, 15, tzinfo=UTC), UUID("5f0c8a52-0000-5000-8000-000000000001"))


@pytest.mark.parametrize(
    ("text", "begins", "read"),
    [
        ("2025-09-30", True, datetime(2025, 9, 30, tzinfo=UTC)),
        ("2025-09-30", False, datetime(2025, 9, 30, 23, 59, 59, 999999, UTC)),
        ("2025-09-30T14:00", False, datetime(2025, 9, 30, 14, tzinfo=UTC)),
        ("2025-09-30T14:00+02:00", False, datetime(2025, 9, 30, 12, tzinfo=UTC)),
        (" 2025-09-30T14:00Z ", False, datetime(2025, 9, 30, 14, tzinfo=UTC)),
        ("", False, None),
        (None, True, None),
    ],
)
def test_a_day_or_a_time_is_read(text: str | None, begins: bool, read: datetime | None) -> None:
    assert moment("since", text, begins=begins) == read


@given(st.text())
@example("9999-12-31T23:59:59-23:59")
@example("0001-01-01")
@example("2025-09-31")
def test_any_other_text_is_told_what_to_write(text: str) -> None:
    try:
        moment("since", text)
    except UsageError as error:
        assert error.remedy == "Write 2025-09-30 or 2025-09-30T14:00Z."  # noqa: PT017 -- most texts raise, not all


def test_a_cursor_names_the_place_that_it_was_made_of() -> None:
    assert number_at(place_of("changes", make_cursor("changes", [-7]), 1)) == -7
    assert row_at(place_of("claims", make_cursor("claims", [ROW[0].isoformat(), ROW[1]]), 2)) == ROW
    assert number_at(place_of("changes", None, 1)) is None


@given(st.text() | st.lists(st.text(), max_size=3).map(lambda parts: make_cursor("claims", parts)))
@example(make_cursor("claims", ["2025-09-30", str(ROW[1])]))
@example(make_cursor("claims", ["1" * 90, "x"]))
def test_any_other_cursor_is_refused_in_words(cursor: str) -> None:
    for read in (lambda: number_at(place_of("claims", cursor, 1)), lambda: row_at(place_of("claims", cursor, 2))):
        try:
            read()
        except UsageError as error:
            assert "none of this question's" in error.message  # noqa: PT017


@pytest.mark.parametrize(("given_limit", "wanted"), [(None, 50), (1, 1), (200, 200)])
def test_a_limit_is_fifty_where_nothing_is_said(given_limit: int | None, wanted: int) -> None:
    assert limit_of(given_limit) == wanted


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_limit_out_of_bounds_is_refused(limit: int) -> None:
    with pytest.raises(UsageError, match="from 1 to 200"):
        limit_of(limit)


def test_a_word_that_is_given_twice_counts_once() -> None:
    assert words_of("Kenya  withdraws Kenya") == ("Kenya", "withdraws")
