"""When a feed is polled next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Feed, FeedState, PollOutcome, Role
from pipeline.schedule import cache_max_age, next_due, retry_after
from pipeline.text import content_id

NOW = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FAILED = [PollOutcome.FAILED, PollOutcome.REFUSED, PollOutcome.HTML, PollOutcome.NOT_A_FEED]
WORKED = [PollOutcome.OK, PollOutcome.UNCHANGED, PollOutcome.EMPTY]


def state(failures: int = 0, name: str = "courier") -> FeedState:
    feed = Feed(
        feed_id=content_id("feed", name),
        url=f"https://{name}.example/feed",
        title=name,
        role=Role.OUTLET,
        family=name,
        language="en",
        region="",
        expected_every=DAY,
    )
    return FeedState(feed, failures=failures, next_due=NOW)


def due(known: FeedState, outcome: PollOutcome = PollOutcome.OK, **given: Any) -> tuple[timedelta, int]:
    """The wait and the count of failures, with nothing asked for but what is given."""
    plain: dict[str, Any] = {
        "expected_every": 4 * HOUR, "ttl": None, "max_age": None, "retry_after": None, "new_entries": 0,
    }  # fmt: skip
    at, failures = next_due(known, outcome, NOW, **(plain | given))
    return at - NOW, failures


@pytest.mark.parametrize(
    ("expected_every", "wait"),
    [(4 * HOUR, HOUR), (2 * HOUR, 30 * MINUTE), (10 * MINUTE, 15 * MINUTE), (7 * DAY, 6 * HOUR)],
)
def test_a_feed_is_polled_four_times_in_its_period_within_bounds(expected_every: timedelta, wait: timedelta) -> None:
    assert due(state(), expected_every=expected_every) == (wait, 0)


@pytest.mark.parametrize("outcome", WORKED)
def test_a_poll_that_worked_forgets_the_failures(outcome: PollOutcome) -> None:
    assert due(state(failures=5), outcome) == (HOUR, 0)


@pytest.mark.parametrize("outcome", FAILED)
def test_failures_are_counted(outcome: PollOutcome) -> None:
    assert due(state(failures=5), outcome)[1] == 6


@pytest.mark.parametrize(
    ("failures", "longest"), [(0, 15 * MINUTE), (1, 30 * MINUTE), (3, 2 * HOUR), (6, 16 * HOUR), (7, DAY), (500, DAY)]
)
def test_the_wait_doubles_with_each_failure_up_to_a_day(failures: int, longest: timedelta) -> None:
    wait, _ = due(state(failures), PollOutcome.FAILED)

    assert longest * 0.8 < wait <= longest


def test_feeds_that_failed_together_come_back_apart_but_each_always_at_the_same_time() -> None:
    waits = [due(state(3, f"outlet-{n}"), PollOutcome.FAILED)[0] for n in range(20)]

    assert len(set(waits)) > 15
    assert waits == [due(state(3, f"outlet-{n}"), PollOutcome.FAILED)[0] for n in range(20)]


@pytest.mark.parametrize("hint", ["ttl", "max_age", "retry_after"])
@pytest.mark.parametrize("outcome", [PollOutcome.OK, PollOutcome.FAILED])
def test_a_publisher_that_asks_for_a_longer_wait_gets_it_up_to_a_day(hint: str, outcome: PollOutcome) -> None:
    assert due(state(), outcome, **{hint: 8 * HOUR})[0] == 8 * HOUR
    assert due(state(), outcome, **{hint: 300 * DAY})[0] == DAY
    assert due(state(), PollOutcome.OK, **{hint: MINUTE})[0] == HOUR


@given(
    failures=st.integers(0, 10**6),
    outcome=st.sampled_from(PollOutcome),
    expected_every=st.timedeltas(timedelta(0), timedelta(days=10_000)),
    hints=st.fixed_dictionaries(
        dict.fromkeys(("ttl", "max_age", "retry_after"), st.none() | st.timedeltas(timedelta(0), 999 * DAY))
    ),
    new_entries=st.integers(0, 2_000),
)
def test_the_next_poll_is_always_within_a_day_and_never_sooner_than_asked(
    failures: int,
    outcome: PollOutcome,
    expected_every: timedelta,
    hints: dict[str, timedelta | None],
    new_entries: int,
) -> None:
    wait, count = due(state(failures), outcome, expected_every=expected_every, new_entries=new_entries, **hints)

    assert 5 * MINUTE <= wait <= DAY
    for asked in hints.values():
        assert asked is None or wait >= min(asked, DAY)
    assert count == (failures + 1 if outcome in FAILED else 0)


@given(st.integers(0, 5))
def test_one_more_failure_never_shortens_the_wait_before_the_cap(failures: int) -> None:
    assert due(state(failures), PollOutcome.FAILED)[0] < due(state(failures + 1), PollOutcome.FAILED)[0]


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
