"""When a message may go: quiet hours, digests, retries; also where clocks are put forward and back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import alerts
from pipeline.model import AlertRule, Every
from pipeline.model.text import content_id

PARIS = AlertRule("p", timezone="Europe/Paris", quiet=(time(22), time(7)))
RULE = AlertRule("r")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# -- digests ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("hour", "day"), [(5, 1), (6, 2), (23, 2)])
def test_the_daily_digest_goes_out_at_six(hour: int, day: int) -> None:
    assert alerts.next_digest(utc(f"2025-10-01T{hour:02}:00"), RULE) == utc(f"2025-10-0{day}T06:00")


def test_a_digest_keeps_its_local_hour_when_summer_time_ends() -> None:
    rule = replace(PARIS, digest_at=time(6, 30))

    assert alerts.next_digest(utc("2025-10-25T00:00"), rule) == utc("2025-10-25T04:30")
    assert alerts.next_digest(utc("2025-10-26T00:00"), rule) == utc("2025-10-26T05:30")


def test_a_digest_in_the_hour_that_is_left_out_goes_out_all_the_same() -> None:
    rule = replace(RULE, timezone="Europe/Paris", digest_at=time(2, 30))

    assert alerts.next_digest(utc("2026-03-29T00:00"), rule) == utc("2026-03-29T01:30")


@pytest.mark.parametrize(("now", "due"), [
    ("2025-10-01T12:00", "2025-10-03T06:00"),  # a Wednesday
    ("2025-10-03T05:59", "2025-10-03T06:00"),
    ("2025-10-03T06:00", "2025-10-10T06:00"),
])  # fmt: skip
def test_a_weekly_digest_goes_out_on_its_day(now: str, due: str) -> None:
    assert alerts.next_digest(utc(now), replace(RULE, digest=Every.WEEKLY, digest_day=4)) == utc(due)


def test_a_digest_within_quiet_hours_waits_for_their_end() -> None:
    rule = replace(PARIS, digest_at=time(6))

    assert alerts.release(utc("2025-10-01T12:00"), rule, digest=True) == utc("2025-10-02T05:00")


# -- quiet hours -----------------------------------------------------------------------------


@pytest.mark.parametrize(("now", "goes"), [
    ("2025-10-01T19:59", "2025-10-01T19:59"),
    ("2025-10-01T20:00", "2025-10-02T05:00"),  # 22:00 in Paris
    ("2025-10-02T04:59", "2025-10-02T05:00"),
    ("2025-10-02T05:00", "2025-10-02T05:00"),
])  # fmt: skip
def test_a_message_waits_for_the_end_of_the_quiet_hours(now: str, goes: str) -> None:
    assert alerts.release(utc(now), PARIS) == utc(goes)


def test_what_is_urgent_does_not_wait() -> None:
    assert alerts.release(utc("2025-10-02T01:00"), PARIS, urgent=True) == utc("2025-10-02T01:00")


def test_quiet_hours_of_one_day_end_on_it() -> None:
    rule = replace(RULE, quiet=(time(12), time(14)))

    assert alerts.release(utc("2025-10-01T13:00"), rule) == utc("2025-10-01T14:00")
    assert alerts.release(utc("2025-10-01T23:00"), rule) == utc("2025-10-01T23:00")


def test_quiet_hours_that_end_in_an_hour_that_comes_twice_are_kept_twice() -> None:
    rule = replace(PARIS, quiet=(time(22), time(2, 30)))

    # On 26 October 2025 02:30 is at 00:30 and at 01:30 UTC; between them the clock stands at 02:00 once more.
    assert alerts.release(utc("2025-10-26T00:15"), rule) == utc("2025-10-26T00:30")
    assert alerts.release(utc("2025-10-26T01:10"), rule) == utc("2025-10-26T01:30")


ZONES = st.sampled_from(
    ["UTC", "Europe/Paris", "America/Port-au-Prince", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
MOMENTS = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: utc("2025-01-01") + timedelta(minutes=minutes))
CLOCKS = st.times().map(lambda found: found.replace(second=0, microsecond=0))


@given(MOMENTS, ZONES, CLOCKS, CLOCKS)
def test_what_is_released_is_never_early_nor_within_quiet_hours_nor_more_than_a_day_late(
    now: datetime, zone: str, begin: time, end: time
) -> None:
    rule = replace(RULE, timezone=zone, quiet=(begin, end if end != begin else time((begin.hour + 1) % 24)))

    goes = alerts.release(now, rule)

    assert now <= goes <= now + timedelta(hours=26)
    assert not alerts.is_quiet(goes, rule)
    assert alerts.release(goes, rule) == goes


@given(MOMENTS, ZONES, CLOCKS, st.sampled_from(Every), st.integers(0, 6))
def test_a_digest_comes_after_now_within_its_period_and_at_its_hour(
    now: datetime, zone: str, at: time, every: Every, day: int
) -> None:
    rule = replace(RULE, timezone=zone, digest=every, digest_at=at, digest_day=day)

    due = alerts.next_digest(now, rule)

    assert now < due <= now + timedelta(days=7 if every is Every.WEEKLY else 1, hours=2)
    wall = due.astimezone(ZoneInfo(zone))
    if every is Every.WEEKLY:
        assert wall.weekday() == day
    skipped = wall.replace(tzinfo=None) != datetime.combine(wall.date(), at)
    assert not skipped or wall.utcoffset() != (wall - timedelta(hours=4)).utcoffset()


# -- retries ---------------------------------------------------------------------------------


def test_retries_double_up_to_eight_hours_so_that_twelve_take_about_two_days() -> None:
    now = utc("2025-10-01T00:00")
    waits = [alerts.retry_at(attempt, now) - now for attempt in range(1, 12)]

    assert [wait.total_seconds() / 60 for wait in waits] == [5, 10, 20, 40, 80, 160, 320, 480, 480, 480, 480]
    assert sum(waits, timedelta()) == timedelta(hours=42, minutes=35)
    assert alerts.retry_at(5_000, now) == now + timedelta(hours=8)


def test_the_wait_is_spread_by_the_alerts_key_and_is_the_same_each_time() -> None:
    now = utc("2025-10-01T00:00")
    waits = {alerts.retry_at(1, now, content_id("alert", number)) - now for number in range(20)}

    assert len(waits) > 10
    assert timedelta(minutes=5) <= min(waits) < max(waits) <= timedelta(minutes=5.75)
    assert alerts.retry_at(1, now, content_id("alert", 1)) == alerts.retry_at(1, now, content_id("alert", 1))
