"""How long a run asks for pages, and when it reads what has come."""

from __future__ import annotations

import pytest

from flows.pages import seconds_for_pages, wave_seconds


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


def test_the_first_wave_is_short_and_the_later_ones_are_ever_longer() -> None:
    assert [wave_seconds(number) for number in range(7)] == [1.5, 3.0, 6.0, 12.0, 24.0, 30.0, 30.0]
