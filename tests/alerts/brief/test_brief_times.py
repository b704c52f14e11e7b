"""When a brief is due: at its set times by the clock on the wall, each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from pipeline.alerts.brief import brief_alert, last_due, since_of
from pipeline.model import AlertKind, BriefTimes
from tests.alerts.brief.known import SEEN, UNTIL, brief
from tests.storage.builders import make_watch

MORNING = BriefTimes("morning", at=(time(7),), timezone="Europe/Paris")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2025-10-01T04:59", "2025-09-30T05:00"),  # 07:00 of summer time
        ("2025-10-01T05:00", "2025-10-01T05:00"),
        ("2025-10-26T07:00", "2025-10-26T06:00"),  # the hour went back in the night
    ],
)
def test_it_is_due_at_its_time_of_the_clock_on_the_wall(now: str, due: str) -> None:
    assert last_due(MORNING, utc(now)) == utc(due)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_of_several_times_and_days_the_latest_that_has_come_counts() -> None:
    twice = BriefTimes("desk", at=(time(7), time(16, 30)), days=(0, 3))  # Monday and Thursday

    assert last_due(twice, utc("2025-10-01T12:00")) == utc("2025-09-29T16:30")
    assert last_due(twice, utc("2025-10-02T08:00")) == utc("2025-10-02T07:00")


def test_it_tells_of_the_time_since_the_last_one_and_the_first_one_since_the_set_time_before() -> None:
    now = utc("2025-10-01T05:10")

    assert since_of(MORNING, now, utc("2025-09-28T05:03")) == utc("2025-09-28T05:03")
    assert since_of(MORNING, now, None) == utc("2025-09-30T05:00")


def test_a_weekly_one_has_a_set_time_before_in_each_week() -> None:
    weekly = BriefTimes("week", days=(0,))

    assert since_of(weekly, utc("2025-09-29T06:59"), None) == utc("2025-09-15T07:00")


def test_its_key_is_that_of_its_set_time_so_that_it_is_told_once() -> None:
    times = BriefTimes("noon", at=(time(12),))
    later = brief(quiet=replace(SEEN, until=UNTIL + timedelta(minutes=15)))

    one, two = (brief_alert(told, times, "file:desk", make_watch()) for told in (brief(), later))

    assert one.alert_id == two.alert_id
    assert (one.kind, one.rule, one.channel, one.planned_at) == (AlertKind.BRIEF, "noon", "file:desk", UNTIL)
