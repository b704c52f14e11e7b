"""How a feed does, and which silences are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.health import due_alarms, health_of
from pipeline.model import FeedHealth, FeedRecord, HealthState, PollOutcome
from pipeline.text import content_id

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def feed(name: str = "courier", **known: object) -> FeedRecord:
    plain = FeedRecord(
        content_id("feed", name), name.title(), f"https://{name}.example/feed", 6 * HOUR, NOW - 9 * DAY,
        outcome=PollOutcome.OK, polled_at=NOW, new_at=NOW - HOUR,
    )  # fmt: skip
    return replace(plain, **known)


@pytest.mark.parametrize(
    ("known", "state"),
    [
        ({}, HealthState.OK),
        ({"outcome": PollOutcome.UNCHANGED}, HealthState.UNCHANGED),
        ({"outcome": PollOutcome.EMPTY, "undated": True}, HealthState.EMPTY),
        ({"undated": True}, HealthState.UNDATED),
        ({"gap_at": NOW, "undated": True}, HealthState.POSSIBLE_GAP),
        ({"gap_at": NOW - HOUR}, HealthState.OK),
        ({"new_at": NOW - 7 * HOUR, "gap_at": NOW}, HealthState.STALE),
        ({"new_at": NOW - 6 * HOUR}, HealthState.OK),
        ({"new_at": None}, HealthState.STALE),
        ({"outcome": PollOutcome.FAILED, "new_at": None}, HealthState.FAILING),
        ({"outcome": PollOutcome.HTML}, HealthState.HTML),
        ({"outcome": PollOutcome.NOT_A_FEED}, HealthState.NOT_A_FEED),
        ({"outcome": PollOutcome.REFUSED}, HealthState.REFUSED),
        ({"outcome": PollOutcome.GONE, "retired_at": NOW}, HealthState.RETIRED),
        ({"outcome": None, "new_at": None}, HealthState.NEVER_POLLED),
        ({"removed_at": NOW, "retired_at": NOW}, HealthState.REMOVED),
    ],
)
def test_a_feed_has_one_state(known: dict[str, object], state: HealthState) -> None:
    assert health_of(feed(**known), NOW).state is state


def test_a_failing_feed_is_silent_too_when_nothing_new_came_for_long() -> None:
    assert health_of(feed(outcome=PollOutcome.FAILED, new_at=NOW - DAY), NOW).is_silent
    assert not health_of(feed(outcome=PollOutcome.FAILED), NOW).is_silent


@pytest.mark.parametrize("known", [{"retired_at": NOW}, {"removed_at": NOW}])
def test_a_feed_that_is_not_polled_any_more_is_not_silent(known: dict[str, object]) -> None:
    assert not health_of(feed(new_at=NOW - 9 * DAY, **known), NOW).is_silent


# -- alarms ----------------------------------------------------------------------------------

TALKS = health_of(feed("gazette"), NOW)
QUIET = health_of(feed(new_at=NOW - 7 * HOUR), NOW)


def later(health: FeedHealth, hours: int = 1) -> FeedHealth:
    return health_of(health.feed, NOW + hours * HOUR)


def test_a_silence_is_told_once() -> None:
    raised, _ = due_alarms([TALKS, QUIET], (), "isle", NOW)
    again, over = due_alarms([later(TALKS), later(QUIET)], raised, "isle", NOW + HOUR)

    assert [(a.feed_id, a.kind, a.since, a.raised_at) for a in raised] == [
        (QUIET.feed.feed_id, "silent", NOW - 7 * HOUR, NOW)
    ]
    assert (again, over) == ((), ())


def test_a_silence_that_ends_gets_its_all_clear_once() -> None:
    raised, _ = due_alarms([TALKS, QUIET], (), "isle", NOW)
    back = health_of(replace(QUIET.feed, new_at=NOW), NOW)

    again, over = due_alarms([TALKS, back], raised, "isle", NOW)

    assert again == ()
    assert [(a.alarm_id, a.cleared_at) for a in over] == [(raised[0].alarm_id, NOW)]


def test_the_next_silence_of_a_feed_has_another_key() -> None:
    first, _ = due_alarms([TALKS, QUIET], (), "isle", NOW)
    quiet_again = replace(QUIET.feed, new_at=NOW, polled_at=NOW + 7 * HOUR)
    fell_quiet_again = health_of(quiet_again, NOW + 7 * HOUR)
    talks = health_of(replace(TALKS.feed, new_at=NOW + 7 * HOUR), NOW + 7 * HOUR)

    second, _ = due_alarms([talks, fell_quiet_again], (), "isle", NOW + 7 * HOUR)

    assert second[0].alarm_id != first[0].alarm_id


def test_where_every_feed_is_silent_the_watch_is_and_says_so_once() -> None:
    other = health_of(feed("gazette", new_at=NOW - 9 * HOUR), NOW)

    raised, _ = due_alarms([QUIET, other], (), "isle", NOW)

    assert [(a.feed_id, a.since) for a in raised] == [(None, NOW - 7 * HOUR)]


def test_when_the_watch_speaks_again_the_feeds_that_stay_silent_are_told() -> None:
    other = health_of(feed("gazette", new_at=NOW - 9 * HOUR), NOW)
    raised, _ = due_alarms([QUIET, other], (), "isle", NOW)

    again, over = due_alarms([TALKS, QUIET], raised, "isle", NOW)

    assert [a.feed_id for a in over] == [None]
    assert [a.feed_id for a in again] == [QUIET.feed.feed_id]


def test_a_retired_feed_gets_one_notice_and_no_all_clear() -> None:
    gone = health_of(feed(retired_at=NOW, outcome=PollOutcome.GONE), NOW)

    raised, _ = due_alarms([TALKS, gone], (), "isle", NOW)
    again, over = due_alarms([TALKS, later(gone, 99)], raised, "isle", NOW + 99 * HOUR)

    assert [a.kind for a in raised] == ["retired"]
    assert (again, over) == ((), ())


def test_a_feed_that_the_watch_dropped_ends_its_alarm() -> None:
    raised, _ = due_alarms([TALKS, QUIET], (), "isle", NOW)

    _, over = due_alarms([TALKS, health_of(replace(QUIET.feed, removed_at=NOW), NOW)], raised, "isle", NOW)

    assert len(over) == 1


def test_after_a_pause_of_our_own_nothing_is_told_before_the_feed_was_asked() -> None:
    known = feed(new_at=NOW - 9 * DAY, polled_at=NOW - 9 * DAY)

    assert health_of(known, NOW).is_silent
    assert due_alarms([TALKS, health_of(known, NOW)], (), "isle", NOW) == ((), ())
