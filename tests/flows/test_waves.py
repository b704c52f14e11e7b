"""How long a run asks for pages, and when it reads what has come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows.run.pages import seconds_for_pages, seconds_since, seconds_to_wait, wave_seconds


@pytest.mark.parametrize(
    ("interval", "seconds"), [(60.0, 30.0), (300.0, 150.0), (900.0, 300.0), (86_400.0, 300.0), (None, 300.0)]
)
def test_a_run_asks_for_half_of_its_interval_and_for_five_minutes_at_most(
    interval: float | None, seconds: float
) -> None:
    assert seconds_for_pages(interval, spacing=5.0) == seconds


@pytest.mark.parametrize(("interval", "spacing", "seconds"), [(10.0, 5.0, 6.5), (10.0, 0.0, 5.0), (10.0, 3_600, 300.0)])
def test_however_soon_the_next_run_comes_each_host_can_be_asked_once_after_its_feed(
    interval: float, spacing: float, seconds: float
) -> None:
    assert seconds_for_pages(interval, spacing) == seconds


@pytest.mark.parametrize(
    ("seconds", "interval", "gone", "waits"),
    [(6.5, 10.0, 3.0, 3.5), (6.5, 10.0, 9.0, 1.5), (30.0, 60.0, 3.0, 30.0), (150.0, 300.0, 250.0, 46.5)],
)
def test_no_page_waits_for_its_turn_so_long_that_the_next_run_would_meet_this_one_and_be_cancelled(
    seconds: float, interval: float, gone: float, waits: float
) -> None:
    assert seconds_to_wait(seconds, interval, gone) == waits


def test_without_a_next_run_pages_wait_for_as_long_as_they_are_asked_for() -> None:
    assert seconds_to_wait(300.0, None, 250.0) == 300.0


def test_a_run_that_comes_an_hour_late_has_what_is_left_until_its_schedule_next_comes_round() -> None:
    now = datetime(2025, 7, 10, 12, tzinfo=UTC)

    assert seconds_since(now - timedelta(seconds=3), now, 900.0) == 3.0
    assert seconds_since(now - timedelta(hours=1, seconds=3), now, 900.0) == 3.0
    assert seconds_since(None, now, 900.0) == seconds_since(now, now, None) == 0.0


def test_the_first_wave_is_short_and_the_later_ones_are_ever_longer() -> None:
    assert [wave_seconds(number) for number in range(7)] == [1.5, 3.0, 6.0, 12.0, 24.0, 30.0, 30.0]
