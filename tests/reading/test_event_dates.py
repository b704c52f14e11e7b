"""Date mentions, resolved against the day of publication: Tuesday 30 September 2025."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.model import Precision
from pipeline.reading.embedded.dates import days_from, find_dates

PUBLISHED = date(2025, 9, 30)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("agreed on Tuesday", date(2025, 9, 30)),
        ("agreed on Monday", date(2025, 9, 29)),
        ("agreed on Wednesday", date(2025, 9, 24)),
        ("agreed yesterday", date(2025, 9, 29)),
        ("agreed at the weekend", date(2025, 9, 27)),
        ("agreed last week", date(2025, 9, 23)),
        ("agreed on September 8", date(2025, 9, 8)),
        ("agreed on 8 September 2023", date(2023, 9, 8)),
        ("agreed on Sept. 8", date(2025, 9, 8)),
        ("ended on 31 December", date(2025, 12, 31)),
        ("agreed on 2 January", date(2026, 1, 2)),
        ("agreed on 2025-09-01", date(2025, 9, 1)),
    ],
)
def test_a_date_is_resolved_against_publication(text: str, day: date) -> None:
    assert [w.day for w in find_dates(text, PUBLISHED)] == [day]


def test_a_month_with_a_year_is_known_to_the_month() -> None:
    assert [(w.day, w.precision) for w in find_dates("in June 2024", PUBLISHED)] == [
        (date(2024, 6, 1), Precision.MONTH)
    ]


def test_a_deadline_is_told_from_an_event() -> None:
    assert [w.role for w in find_dates("agreed on Monday to stay until 31 December", PUBLISHED)] == ["at", "until"]


def test_since_marks_what_began_long_ago() -> None:
    assert [w.role for w in find_dates("there since June 2024", PUBLISHED)] == ["since"]


def test_a_day_on_which_something_is_due_lies_ahead() -> None:
    assert [w.day for w in find_dates("The mandate is due to run out on Thursday", PUBLISHED)] == [date(2025, 10, 2)]


def test_a_resolution_number_is_no_year() -> None:
    assert find_dates("resolution 2719 and 2,025 soldiers", PUBLISHED) == ()


def test_this_month_is_near_however_early_its_first_day() -> None:
    (when,) = find_dates("in September 2025", PUBLISHED)
    assert days_from(when, PUBLISHED) == 0
