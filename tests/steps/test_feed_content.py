"""A poll of a feed that was polled before: what was in its last body is counted, and not read again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline import steps
from pipeline.model import Feed, FeedState, PollOutcome, PollRecord, Role
from pipeline.model.errors import FetchError
from pipeline.model.text import content_id
from tests.fakes import FakeWeb, page, rss, work_here

NOW = datetime(2025, 9, 30, 12, tzinfo=UTC)
URL = "http://isle.test/feed.xml"
PAGE = "http://isle.test/vote"
FEED = Feed(content_id("feed", URL), URL, "Isle Post", Role.OUTLET, "isle", "en", "isle", timedelta(hours=6))
STATE = FeedState(FEED)


async def polled(web: FakeWeb, state: FeedState = STATE) -> PollRecord:
    return await steps.poll_feed(state, fetch=web.get, work=work_here, now=NOW)


def next_state(record: PollRecord, state: FeedState = STATE) -> FeedState:
    pieces = state.pieces if record.pieces is None else record.pieces
    return replace(state, body_hash=record.body_hash, habits=record.habits, pieces=pieces)


async def test_items_of_the_last_body_are_counted_and_not_read_again() -> None:
    first = await polled(FakeWeb().serves(URL, rss(("1", PAGE, "Vote"), ("2", PAGE + "/2", "Second"))))

    body = rss(("3", PAGE + "/3", "Third"), ("1", PAGE, "Vote"), ("2", PAGE + "/2", "Second"))
    record = await polled(FakeWeb().serves(URL, body), next_state(first))

    assert (record.outcome, [e.guid for e in record.entries], record.read_before) == (PollOutcome.OK, ["3"], 2)


async def test_a_feed_teaches_the_same_whether_its_items_are_read_again_or_not() -> None:
    first = await polled(FakeWeb().serves(URL, rss(("1", PAGE, "Vote"), ("2", PAGE + "/2", "Second"))))
    web = FakeWeb().serves(URL, rss(("3", PAGE + "/3", "Third"), ("2", PAGE + "/2", "Second")))

    record, whole = await polled(web, next_state(first)), await polled(web, replace(next_state(first), pieces=""))

    assert record.read_before == 1
    assert record == replace(whole, entries=whole.entries[:1], read_before=1)


async def test_a_feed_of_held_items_alone_is_not_without_entries() -> None:
    first = await polled(FakeWeb().serves(URL, rss(("1", PAGE, "Vote"), ("2", PAGE + "/2", "Second"))))

    record = await polled(FakeWeb().serves(URL, rss(("1", PAGE, "Vote"))), next_state(first))

    assert (record.outcome, record.reason, record.entries, record.read_before) == (PollOutcome.OK, "", (), 1)


@pytest.mark.parametrize(
    "web",
    [
        FakeWeb().not_modified(URL),
        FakeWeb().fails(URL, FetchError("connect", "refused.")),
        FakeWeb().serves(URL, page("Isle Post", "The ferry sails at noon.")),
        FakeWeb().serves(URL, rss(("1", PAGE, "Vote"))),
    ],
    ids=["not modified", "failed", "web page", "the same bytes"],
)
async def test_a_poll_without_a_new_body_leaves_what_is_known_of_the_last(web: FakeWeb) -> None:
    first = await polled(FakeWeb().serves(URL, rss(("1", PAGE, "Vote"))))

    assert first.pieces
    assert (await polled(web, next_state(first))).pieces is None


async def test_of_a_body_with_a_flaw_nothing_is_known_at_the_next_poll() -> None:
    first = await polled(FakeWeb().serves(URL, rss(("1", PAGE, "Vote"))))

    record = await polled(FakeWeb().serves(URL, rss(("1", PAGE, "Vote"), ("2", "", "No link"))), next_state(first))

    assert (record.pieces, record.read_before, len(record.entries)) == ("", 0, 1)
