"""How a feed does, and which silences are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.health.feeds import blindness, describe_blindness, due_alarms, health_of
from pipeline.model import AlarmKind, FeedHealth, FeedRecord, HealthState, LostPages, PollOutcome
from pipeline.model.text import content_id

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


# -- failures and blindness ------------------------------------------------------------------


def fails(name: str, times: int = 1, *, read: timedelta = HOUR, **known: object) -> FeedHealth:
    """A feed that was last read so long ago, and has failed so many times in a row."""
    return health_of(
        feed(name, outcome=PollOutcome.FAILED, failures=times, read_at=NOW - read, new_at=NOW - read, **known), NOW
    )


def told(feeds: list[FeedHealth], standing: tuple[object, ...] = ()) -> list[tuple[str, bool]]:
    """The kinds of the alarms that are raised, and whether each is about the whole watch."""
    raised, _ = due_alarms(feeds, standing, "isle", NOW)  # type: ignore[arg-type]
    return [(alarm.kind, alarm.feed_id is None) for alarm in raised]


def test_a_watch_of_which_no_feed_answers_is_told_as_blind_at_once_since_it_was_last_read() -> None:
    raised, _ = due_alarms([fails("a"), fails("b", read=3 * HOUR), fails("c", 9)], (), "isle", NOW)

    assert [(alarm.kind, alarm.feed_id, alarm.since) for alarm in raised] == [("blind", None, NOW - HOUR)]


def test_a_watch_that_stays_blind_is_not_told_again_and_one_read_feed_ends_it() -> None:
    feeds = [fails("a", 3), fails("b", 3), fails("c", 3)]
    blind, _ = due_alarms(feeds, (), "isle", NOW)

    _, over = due_alarms([TALKS, *feeds[:2]], blind, "isle", NOW)

    assert told(feeds, blind) == []
    assert [(alarm.kind, alarm.cleared_at) for alarm in over] == [("blind", NOW)]


@pytest.mark.parametrize(("times", "kinds"), [(1, []), (2, [("blind", True)])])
def test_a_watch_of_one_feed_is_blind_when_that_fails_twice_in_a_row(times: int, kinds: list[object]) -> None:
    assert told([fails("a", times)]) == kinds


def test_half_of_the_feeds_that_fail_twice_in_a_row_are_one_alarm_in_place_of_theirs() -> None:
    assert told([TALKS, TALKS, fails("a", 1), fails("b", 5)]) == [("failing", False)]
    assert told([TALKS, TALKS, fails("a", 2), fails("b", 5)]) == [("half_blind", True)]


def test_a_watch_that_is_half_blind_is_so_since_half_of_its_feeds_were_last_read() -> None:
    feeds = [TALKS, health_of(feed("herald"), NOW), fails("a", 2, read=HOUR), fails("b", 5, read=5 * HOUR)]

    raised, _ = due_alarms(feeds, (), "isle", NOW)

    assert [alarm.since for alarm in raised] == [NOW - HOUR]


@pytest.mark.parametrize(("times", "kinds"), [(2, []), (3, [("failing", False)])])
def test_a_feed_is_told_as_failing_when_it_has_failed_three_times_in_a_row(times: int, kinds: list[object]) -> None:
    assert told([TALKS, TALKS, TALKS, fails("a", times)]) == kinds


def test_a_feed_that_was_told_as_failing_is_not_told_as_silent_too() -> None:
    failing = fails("a", 3)
    standing, _ = due_alarms([TALKS, TALKS, TALKS, failing], (), "isle", NOW)

    assert told([TALKS, TALKS, TALKS, health_of(failing.feed, NOW + 9 * HOUR)], standing) == []


def test_a_feed_that_can_be_read_again_gets_its_all_clear() -> None:
    standing, _ = due_alarms([TALKS, TALKS, TALKS, fails("a", 3)], (), "isle", NOW)

    _, over = due_alarms([TALKS, TALKS, TALKS, health_of(feed("a"), NOW)], standing, "isle", NOW)

    assert [(alarm.kind, alarm.cleared_at) for alarm in over] == [("failing", NOW)]


@pytest.mark.parametrize(
    ("counts", "kind"),
    [
        ({"feeds": 4, "feeds_active": 4, "feeds_failing": 1}, None),
        ({"feeds": 4, "feeds_active": 4, "feeds_failing": 2}, AlarmKind.HALF_BLIND),
        ({"feeds": 4, "feeds_active": 4, "feeds_failing": 4}, AlarmKind.BLIND),
        ({"feeds": 4, "feeds_active": 3, "feeds_failing": 3}, AlarmKind.BLIND),  # the fourth is retired
        ({"feeds": 4, "feeds_active": 0, "feeds_failing": 0}, AlarmKind.BLIND),  # all are
        ({"feeds": 0}, None),
        ({}, None),
    ],
)
def test_a_run_is_blind_where_no_feed_that_is_polled_could_be_read(
    counts: dict[str, int], kind: AlarmKind | None
) -> None:
    assert blindness(counts) is kind


def test_a_run_that_could_read_half_says_how_many_feeds_it_could_not() -> None:
    assert describe_blindness({"feeds": 54, "feeds_active": 53, "feeds_failing": 30}) == (
        "30 of the 53 feeds could not be read: what these bring is not seen."
    )


@pytest.mark.parametrize(("pages", "kinds"), [(4, []), (5, ["unreadable"])])
def test_a_feed_whose_last_five_pages_gave_no_text_is_told(pages: int, kinds: list[str]) -> None:
    lost = {TALKS.feed.feed_id: LostPages(pages, NOW - DAY, "robots: forbidden")}

    raised, _ = due_alarms([TALKS], (), "isle", NOW, lost)

    assert [alarm.kind for alarm in raised] == kinds


def test_pages_that_give_no_text_are_told_once_until_one_does() -> None:
    raised, _ = due_alarms([TALKS], (), "isle", NOW, {TALKS.feed.feed_id: LostPages(5, NOW - DAY)})

    assert due_alarms([TALKS], raised, "isle", NOW, {TALKS.feed.feed_id: LostPages(6, NOW - HOUR)}) == ((), ())
    _, over = due_alarms([TALKS], raised, "isle", NOW)
    assert [alarm.kind for alarm in over] == ["unreadable"]
