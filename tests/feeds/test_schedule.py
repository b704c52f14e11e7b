"""When a feed is polled next, and what each poll teaches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.feeds.schedule import (
    ScheduleUpdate,
    adapt,
    address_of,
    asks_conditionally,
    cache_max_age,
    key_of,
    new_share,
    next_interval,
    retry_after,
    same_validators,
    sketch_of,
)
from pipeline.model import WORKED, Feed, FeedState, Habits, PollObservation, PollOutcome, Role
from pipeline.model.text import content_id

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOFT = ["dns", "connect", "timeout", "broken", "http-429", "http-5xx"]
HARD = ["http-4xx", "tls", "html-instead-of-feed", "not-a-feed", "private-address", "redirects", "deadline"]
SAME = PollObservation(PollOutcome.UNCHANGED)


def state(failures: int = 0, name: str = "courier", every: timedelta = 4 * HOUR, **known: object) -> FeedState:
    url = f"https://{name}.example/feed"
    feed = Feed(content_id("feed", name), url, name, Role.OUTLET, name, "en", "", every)
    return FeedState(feed, failures=failures, next_due=NOW, habits=Habits(**known))


def failed(trouble: str, **seen: object) -> PollObservation:
    return PollObservation(PollOutcome.FAILED, trouble=trouble, **seen)


def brought(*keys: str, **seen: object) -> PollObservation:
    return PollObservation(PollOutcome.OK, whole=True, keys=tuple(map(key_of, keys)), content="-".join(keys), **seen)


def wait(known: FeedState, observed: PollObservation = SAME) -> timedelta:
    return adapt(known, observed, NOW).due - NOW


def after(known: FeedState, sights: Sequence[PollObservation], step: timedelta = HOUR) -> ScheduleUpdate:
    """What the last of ``sights`` teaches, one ``step`` apart."""
    for number, observed in enumerate(sights):
        update = adapt(known, observed, NOW + number * step)
        known = replace(known, failures=update.failures, habits=update.habits)
    return update


# -- the feed's own rhythm -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "expected"),
    [(4 * HOUR, HOUR), (2 * HOUR, 30 * MINUTE), (10 * MINUTE, 15 * MINUTE), (30 * DAY, 6 * HOUR)],
)
def test_a_feed_starts_with_four_polls_in_its_period_within_bounds(every: timedelta, expected: timedelta) -> None:
    assert wait(state(every=every), brought("a")) == expected


def test_a_slow_feed_that_brings_nothing_is_asked_less_and_less_but_once_a_day() -> None:
    waits = [after(state(every=30 * DAY), [SAME] * count).habits.interval for count in (1, 2, 3, 4, 9)]

    assert waits == [9 * HOUR, 13.5 * HOUR, 20.25 * HOUR, DAY, DAY]


def test_a_feed_that_brings_nothing_is_not_asked_less_than_four_times_in_its_period() -> None:
    assert after(state(every=4 * HOUR), [SAME] * 9).habits.interval == HOUR


def test_a_feed_that_is_half_new_each_time_is_asked_twice_as_often() -> None:
    assert after(state(), [brought("a", "b"), brought("b", "c")]).habits.interval == 30 * MINUTE


def test_an_interval_shrinks_to_a_quarter_at_most_at_once_and_to_five_minutes_at_all() -> None:
    assert next_interval(HOUR, 1.0, MINUTE, DAY) == 15 * MINUTE
    assert next_interval(6 * MINUTE, 1.0, MINUTE, DAY) == 5 * MINUTE


def test_no_overlap_is_a_possible_gap_that_is_recorded_and_met_with_more_polls() -> None:
    update = after(state(), [brought("a", "b"), brought("c", "d")])

    assert update.is_gap
    assert update.habits.gap_at == NOW + HOUR
    assert update.notes[0].startswith("possible gap: ")
    assert update.habits.interval == 15 * MINUTE


def test_an_empty_answer_between_does_not_hide_a_gap() -> None:
    empty = PollObservation(PollOutcome.EMPTY, whole=True)

    assert after(state(), [brought("a"), empty, SAME, brought("b")]).is_gap
    assert not after(state(), [brought("a"), empty, SAME, brought("a", "b")]).is_gap


def test_the_first_entries_of_a_feed_are_no_gap() -> None:
    assert not after(state(), [PollObservation(PollOutcome.EMPTY, whole=True), brought("a")]).is_gap


def test_the_overlap_of_long_feeds_is_told_from_a_sample() -> None:
    old, new = [key_of(f"n{i}") for i in range(4_000)], [key_of(f"n{i}") for i in range(1_000, 5_000)]

    assert new_share(new, sketch_of(old)) == pytest.approx(0.25, abs=0.08)
    assert new_share([key_of(f"m{i}") for i in range(4_000)], sketch_of(old)) == 1.0
    assert new_share(old, sketch_of(old)) == 0.0


@given(st.sets(st.text(max_size=4), max_size=40), st.sets(st.text(max_size=4), max_size=40))
def test_the_overlap_of_short_feeds_is_exact(old: set[str], new: set[str]) -> None:
    expected = len(new - old) / len(new) if new and old else None

    assert new_share(new, sketch_of(old)) == expected


# -- what publishers ask for -----------------------------------------------------------------


@pytest.mark.parametrize("hint", ["ttl", "max_age", "retry_after"])
def test_a_publisher_that_asks_for_a_longer_wait_gets_it_up_to_a_day(hint: str) -> None:
    assert wait(state(), brought("a", **{hint: 8 * HOUR})) == 8 * HOUR
    assert wait(state(), brought("a", **{hint: 300 * DAY})) == DAY
    assert wait(state(), brought("a", **{hint: MINUTE})) == HOUR


def test_what_a_body_asked_for_holds_until_the_next_body() -> None:
    known = [brought("a", ttl=8 * HOUR, max_age=2 * HOUR)]

    assert after(state(), [*known, SAME]).due == NOW + HOUR + 8 * HOUR
    assert after(state(), [*known, brought("a")]).due == NOW + HOUR + HOUR


def test_an_answer_without_a_body_keeps_the_life_of_the_last_one_unless_it_names_another() -> None:
    known = [brought("a", max_age=8 * HOUR)]

    assert after(state(), [*known, SAME]).due == NOW + HOUR + 8 * HOUR
    assert after(state(), [*known, replace(SAME, max_age=2 * HOUR)]).due == NOW + HOUR + 2 * HOUR


@pytest.mark.parametrize("trouble", ["http-429", "http-5xx"])
def test_retry_after_is_never_cut_short_up_to_a_day(trouble: str) -> None:
    assert wait(state(), failed(trouble, retry_after=9 * HOUR)) == 9 * HOUR
    assert wait(state(), failed(trouble, retry_after=300 * DAY)) == DAY


def test_waits_are_counted_from_the_answer_not_from_the_start_of_the_run() -> None:
    assert wait(state(), failed("http-429", retry_after=9 * HOUR, late=4 * MINUTE)) == 9 * HOUR + 4 * MINUTE


# -- failures --------------------------------------------------------------------------------


@pytest.mark.parametrize(("troubles", "failure_weight"), [(SOFT, 0.5), (HARD, 1.0)])
def test_soft_failures_count_half_of_hard_ones(troubles: list[str], failure_weight: float) -> None:
    assert {adapt(state(), failed(trouble), NOW).habits.failure_weight for trouble in troubles} == {failure_weight}


@pytest.mark.parametrize(
    ("failure_weight", "longest"), [(0, 30 * MINUTE), (1, HOUR), (3, 4 * HOUR), (6, DAY), (500, DAY)]
)
def test_the_wait_doubles_with_each_hard_failure_up_to_a_day(failure_weight: float, longest: timedelta) -> None:
    known = state(int(failure_weight), every=HOUR, failure_weight=failure_weight)

    assert longest * 0.8 <= wait(known, failed("http-4xx")) <= longest


def test_a_hard_failure_is_not_asked_again_sooner_than_a_feed_that_works() -> None:
    assert wait(state(every=DAY), failed("http-4xx")) == 6 * HOUR
    assert wait(state(every=DAY), failed("timeout")) < 22 * MINUTE


@pytest.mark.parametrize("outcome", sorted(WORKED))
def test_a_poll_that_worked_forgets_the_failures(outcome: PollOutcome) -> None:
    update = adapt(state(5, failure_weight=4.5, trouble="dns"), PollObservation(outcome), NOW)

    assert (update.failures, update.habits.failure_weight, update.habits.trouble) == (0, 0.0, "")


def test_feeds_that_failed_together_come_back_apart_but_each_always_at_the_same_time() -> None:
    waits = [wait(state(3, f"outlet-{n}", failure_weight=3), failed("http-5xx")) for n in range(20)]

    assert len(set(waits)) > 15
    assert waits == [wait(state(3, f"outlet-{n}", failure_weight=3), failed("http-5xx")) for n in range(20)]


def test_a_feed_that_says_it_is_gone_is_retired_with_a_notice() -> None:
    update = adapt(state(), PollObservation(PollOutcome.GONE, trouble="http-4xx"), NOW)

    assert update.habits.retired_at == NOW
    assert "gone for good" in update.notes[0]


# -- validators ------------------------------------------------------------------------------


def test_validators_are_sent_where_we_hold_some() -> None:
    assert asks_conditionally(replace(state(), etag="v1"), NOW)
    assert asks_conditionally(replace(state(), last_modified="yesterday"), NOW)
    assert not asks_conditionally(state(), NOW)


@pytest.mark.parametrize(
    ("known", "conditional"),
    [
        ({"unmodified": 19, "body_at": NOW - HOUR}, True),
        ({"unmodified": 20, "body_at": NOW - HOUR}, False),
        ({"unmodified": 1, "body_at": NOW - DAY}, False),
        ({"unmodified": 0, "body_at": NOW - DAY}, True),
        ({"distrusted_at": NOW - 99 * DAY}, False),
    ],
)
def test_now_and_then_the_whole_feed_is_asked_for_and_always_after_a_lie(
    known: dict[str, object], conditional: bool
) -> None:
    assert asks_conditionally(replace(state(**known), etag="v1"), NOW) is conditional


@pytest.mark.parametrize(
    ("etag", "modified", "headers", "same"),
    [
        ("v1", "mon", {"etag": "v1", "last-modified": "tue"}, True),
        ("v1", "mon", {"etag": "v2", "last-modified": "mon"}, False),
        ("v1", "mon", {"last-modified": "mon"}, False),
        (None, "mon", {"last-modified": "mon"}, True),
        (None, "mon", {"last-modified": "tue"}, False),
        (None, None, {}, False),
    ],
)
def test_the_etag_is_believed_before_last_modified(
    etag: str | None, modified: str | None, headers: dict[str, str], same: bool
) -> None:
    assert same_validators(replace(state(), etag=etag, last_modified=modified), headers) is same


def test_a_lie_is_recorded_with_its_time() -> None:
    update = adapt(state(), brought("a", validators_lied=True), NOW)

    assert update.habits.distrusted_at == NOW
    assert update.notes[0].startswith("its validators lie: ")


# -- moves -----------------------------------------------------------------------------------

THERE = "https://new.example/feed"


def moved(to: str = THERE) -> PollObservation:
    return replace(brought("a"), moved_to=to)


def test_a_new_address_is_believed_when_it_was_named_three_times_in_a_row() -> None:
    assert after(state(), [moved()] * 2).habits.address == ""
    update = after(state(), [moved()] * 3)
    assert (update.habits.address, update.moved_from) == (THERE, "https://courier.example/feed")
    assert "moved for good" in update.notes[0]


@pytest.mark.parametrize("between", [SAME, moved("https://elsewhere.example/feed")])
def test_another_answer_between_starts_the_count_anew(between: PollObservation) -> None:
    assert after(state(), [moved(), moved(), between, moved(), moved()]).habits.address == ""


def test_a_failure_between_does_not_start_the_count_anew() -> None:
    assert after(state(), [moved(), moved(), failed("timeout"), moved()]).habits.address == THERE


def test_a_move_from_https_to_http_is_not_believed() -> None:
    assert after(state(), [moved("http://new.example/feed")] * 9).habits.address == ""


def test_an_address_with_a_key_in_it_is_never_remembered() -> None:
    update = after(state(), [moved(f"{THERE}?token=k1")] * 9)
    assert (update.habits.address, update.habits.moved_to, update.moved_from) == ("", "", "")


def test_a_feed_that_is_lost_where_it_moved_to_is_asked_for_at_its_old_address_again() -> None:
    update = after(state(address=THERE), [failed("http-4xx")] * 3)

    assert update.habits.address == ""
    assert update.moved_from == THERE
    assert address_of(state(address=THERE)) == THERE


# -- what always holds -----------------------------------------------------------------------

WAITS = st.none() | st.timedeltas(timedelta(0), 999 * DAY)
KEYS = st.lists(st.sampled_from("abcdefgh"), max_size=6, unique=True).map(tuple)
GOOD = st.builds(
    PollObservation, st.sampled_from(sorted(WORKED)), whole=st.booleans(), keys=KEYS, ttl=WAITS, max_age=WAITS,
    moved_to=st.sampled_from(["", THERE]), validators_lied=st.booleans(),
)  # fmt: skip
BAD = st.builds(
    PollObservation, st.sampled_from(sorted(set(PollOutcome) - WORKED - {PollOutcome.GONE})),
    trouble=st.sampled_from([*SOFT, *HARD]), retry_after=WAITS,
)  # fmt: skip


@given(
    every=st.timedeltas(timedelta(0), timedelta(days=10_000)),
    sights=st.lists(GOOD | BAD, min_size=1, max_size=12),
    pauses=st.timedeltas(timedelta(0), 40 * DAY),
)
def test_whatever_happens_the_next_poll_is_within_a_day_and_never_sooner_than_asked(
    every: timedelta, sights: list[PollObservation], pauses: timedelta
) -> None:
    known, now = state(every=every), NOW
    for observed in sights:
        update = adapt(known, observed, now)
        pause = update.due - now

        assert 5 * MINUTE <= pause <= DAY
        for asked in (observed.ttl, observed.max_age, observed.retry_after):
            assert asked is None or pause >= min(asked, DAY) or observed.outcome is PollOutcome.UNCHANGED
        assert observed.retry_after is None or pause >= min(observed.retry_after, DAY)
        assert update.failures == (0 if observed.outcome in WORKED else known.failures + 1)
        assert update.habits.retired_at is None
        known, now = replace(known, failures=update.failures, habits=update.habits), update.due + pauses


@given(st.lists(st.sampled_from([*SOFT, *HARD]), min_size=1, max_size=40), st.timedeltas(MINUTE, 90 * DAY))
def test_one_more_failure_of_the_same_kind_never_shortens_the_wait_before_the_cap(
    troubles: list[str], every: timedelta
) -> None:
    known, longest = state(every=every), timedelta(0)
    for trouble in troubles:
        update = adapt(known, failed(trouble), NOW)
        bare = adapt(replace(known, habits=replace(known.habits, interval=15 * MINUTE)), failed(trouble), NOW)
        assert bare.due - NOW >= min(longest, 0.8 * DAY)
        longest = bare.due - NOW
        known = replace(known, failures=update.failures, habits=update.habits)


# -- headers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"cache-control": "max-age=600"}, 10 * MINUTE),
        ({"cache-control": "public, Max-Age = 600, must-revalidate"}, 10 * MINUTE),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": "max-age=600", "age": "540"}, MINUTE),
        ({"cache-control": "max-age=600", "age": "900"}, timedelta(0)),
        ({"cache-control": "max-age=-1"}, None),
        ({"cache-control": "max-age=" + "9" * 40}, None),
        ({"expires": "Thu, 05 Mar 2026 13:00:00 GMT"}, HOUR),
        ({"expires": "Thu, 05 Mar 2026 13:00:00 GMT", "date": "Thu, 05 Mar 2026 12:30:00 GMT"}, 30 * MINUTE),
        ({"expires": "Thu, 01 Jan 1970 00:00:00 GMT"}, timedelta(0)),
        ({"expires": "0"}, None),
        ({"expires": "soon, perhaps"}, None),
        ({"cache-control": "max-age=60", "expires": "Thu, 05 Mar 2026 13:00:00 GMT"}, MINUTE),
    ],
)
def test_the_life_of_a_response_is_read_from_its_headers(headers: dict[str, str], expected: timedelta | None) -> None:
    assert cache_max_age(headers, NOW) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", 2 * MINUTE),
        (" 1.5 ", timedelta(seconds=1)),
        ("0", timedelta(0)),
        ("Thu, 05 Mar 2026 12:10:00 GMT", 10 * MINUTE),
        ("Thu, 05 Mar 2026 11:00:00 GMT", timedelta(0)),
        ("Thu, 05 Mar 2026 13:10:00 +0100", 10 * MINUTE),
        ("-5", None),
        ("later", None),
        ("", None),
        ("9" * 50, None),
        ("Thu, 99 Mar 2026 99:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, expected: timedelta | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == expected


@given(st.text(max_size=60))
def test_no_header_text_breaks_the_reading(text: str) -> None:
    headers = {"retry-after": text, "cache-control": text, "expires": text, "date": text, "age": text}

    for read in (retry_after, cache_max_age):
        wait = read(headers, NOW)
        assert wait is None or wait >= timedelta(0)
