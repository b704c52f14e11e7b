"""Feeds, polls and entries: each comes back as it went in, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.model import FeedState, PendingEntry, PollOutcome
from pipeline.model.errors import StorageError
from pipeline.storage import Store
from tests.storage.builders import (
    NOW,
    RUN,
    WATCH,
    at,
    make_article,
    make_change,
    make_claim,
    make_entry,
    make_fact,
    make_feed,
    make_fetch,
    make_judgement,
    make_poll,
    make_run,
    make_watch,
)

LATER = NOW + timedelta(hours=2)


def test_a_feed_comes_back_as_the_watch_has_it(store: Store) -> None:
    assert store.feeds_due(WATCH, NOW) == [FeedState(make_feed())]


def test_a_watch_that_is_synced_twice_is_the_same(store: Store) -> None:
    before = store._db.rows("SELECT * FROM watch_feed"), store.load_changes(WATCH)
    store.sync_watch(make_watch(), LATER)
    assert (store._db.rows("SELECT * FROM watch_feed"), store.load_changes(WATCH)) == before


def test_a_feed_that_the_watch_changes_is_changed(store: Store) -> None:
    changed = replace(make_feed(), title="The New Times", expected_every=timedelta(hours=6))
    store.sync_watch(make_watch(changed), NOW)
    assert [state.feed for state in store.feeds_due(WATCH, NOW)] == [changed]


def test_a_feed_that_the_watch_drops_is_not_polled_and_what_it_brought_stays(store: Store) -> None:
    store.add_polls(RUN, [make_poll(make_entry())])
    store.sync_watch(make_watch(make_feed("other")), NOW)
    assert [state.feed.title for state in store.feeds_due(WATCH, LATER)] == ["Other"]
    assert store.counts(WATCH)["entries"] == 1
    assert store.entries_to_collect(WATCH, NOW, 10) == []
    store.sync_watch(make_watch(make_feed("other"), make_feed()), NOW)
    assert store.counts(WATCH)["feeds"] == 2


def test_a_feed_is_due_when_its_time_has_come(store: Store) -> None:
    store.add_polls(RUN, [make_poll(next_due=NOW + timedelta(hours=1))])
    assert store.feeds_due(WATCH, NOW + timedelta(minutes=59)) == []
    assert len(store.feeds_due(WATCH, NOW + timedelta(hours=1))) == 1
    assert len(store.feeds_due(WATCH, NOW, ignore_schedule=True)) == 1


def test_no_feed_waits_for_a_clock_that_stood_wrong(store: Store) -> None:
    next_year = NOW + timedelta(days=365)
    store.add_polls(RUN, [make_poll(polled_at=next_year)])
    assert [state.next_due for state in store.feeds_due(WATCH, NOW)] == [None]
    store.add_polls(RUN, [make_poll(etag="after the clock was set right")])
    assert store.feeds_due(WATCH, NOW + timedelta(minutes=59)) == []
    assert [state.etag for state in store.feeds_due(WATCH, LATER)] == ["after the clock was set right"]


def test_the_next_poll_knows_what_the_last_one_found(store: Store) -> None:
    poll = make_poll(etag='"abc"', last_modified="Tue, 30 Sep 2025", body_hash="ff", failures=2)
    store.add_polls(RUN, [poll])
    assert store.feeds_due(WATCH, LATER) == [
        FeedState(make_feed(), '"abc"', "Tue, 30 Sep 2025", "ff", next_due=NOW + timedelta(hours=1), failures=2)
    ]


def test_a_late_poll_does_not_overwrite_a_newer_one(store: Store) -> None:
    newer = make_poll(polled_at=LATER, etag="new")
    store.add_polls(RUN, [newer, make_poll(etag="old")])
    store.add_polls(RUN, [make_poll(etag="old")])
    assert [state.etag for state in store.feeds_due(WATCH, LATER + timedelta(days=1))] == ["new"]


def test_polls_that_are_added_twice_are_there_once(store: Store) -> None:
    poll = make_poll(make_entry("one"), make_entry("two"))
    assert store.add_polls(RUN, [poll]) == 2
    tables = ("poll", "entry", "entry_summary", "feed_state")
    before = [store._db.rows(f"SELECT * FROM {table}") for table in tables]
    assert store.add_polls(RUN, [poll]) == 0
    assert [store._db.rows(f"SELECT * FROM {table}") for table in tables] == before


def known_of_items(store: Store) -> list[str]:
    return [state.pieces for state in store.with_pieces(store.feeds_due(WATCH, LATER))]


def test_what_is_known_of_a_feeds_items_is_kept_until_a_poll_knows_better(store: Store) -> None:
    assert known_of_items(store) == [""]
    store.add_polls(RUN, [make_poll(make_entry(), pieces="one")])
    assert known_of_items(store) == ["one"]
    store.add_polls(RUN, [make_poll(polled_at=NOW + timedelta(minutes=1), pieces=None)])
    assert known_of_items(store) == ["one"]
    store.add_polls(RUN, [make_poll(polled_at=NOW + timedelta(minutes=2), pieces="")])
    assert known_of_items(store) == [""]


def test_items_are_known_only_where_their_entries_are_held(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    insert = store._db.insert

    def fails_at_last(table: str, *rows: Any, **more: Any) -> int:
        if table == "feed_piece":
            raise StorageError("The disk is full.")
        return insert(table, *rows, **more)

    monkeypatch.setattr(store._db, "insert", fails_at_last)
    with pytest.raises(StorageError):
        store.add_polls(RUN, [make_poll(make_entry(), pieces="one")])
    monkeypatch.undo()
    assert known_of_items(store) == [""]
    assert store.entries_to_collect(WATCH, NOW, 10) == []


def test_entries_that_were_not_read_again_count_as_seen(store: Store) -> None:
    store.add_polls(RUN, [make_poll(make_entry("one"), read_before=19)])
    assert store._db.rows("SELECT entries, entries_new FROM poll") == [{"entries": 20, "entries_new": 1}]


def test_an_entry_comes_back_as_it_went_in(store: Store) -> None:
    entry = make_entry(title="C'est « fini » \U0001f1ed\U0001f1f9", summary="a\x00b \ud800c")
    store.add_polls(RUN, [make_poll(entry)])
    # The summary is a table of its own, and what UTF-8 can't hold is replaced one for one.
    assert store.entries_to_collect(WATCH, NOW, 10) == [PendingEntry(replace(entry, summary=""), make_feed(), 0)]
    assert store._db.rows("SELECT summary FROM entry_summary") == [{"summary": "a\ufffdb ?c"}]


def test_entries_of_a_feed_come_newest_first_and_no_more_than_asked_for(store: Store) -> None:
    days = {"c": at("2025-09-29"), "a": at("2025-09-27"), "b": None}
    entries = [make_entry(guid, published=day, seen_at=at("2025-09-28")) for guid, day in days.items()]
    store.add_polls(RUN, [make_poll(*entries)])
    assert [pending.entry.guid for pending in store.entries_to_collect(WATCH, NOW, 2)] == ["c", "b"]


def test_a_feed_with_a_thousand_entries_leaves_another_its_share(store: Store) -> None:
    flood, other = make_feed("flood"), make_feed("other")
    store.sync_watch(make_watch(flood, other), NOW)
    many = [make_entry(f"flood {n}", flood, url=f"https://flood-{n}.test/", seen_at=LATER) for n in range(1_000)]
    few = [make_entry(f"other {n}", other, seen_at=NOW) for n in range(3)]
    store.add_polls(RUN, [make_poll(*many, feed=flood), make_poll(*few, feed=other)])
    taken = [pending.feed.feed_id for pending in store.entries_to_collect(WATCH, LATER, 10)]
    assert taken.count(other.feed_id) == 3
    assert set(taken[:2]) == {flood.feed_id, other.feed_id}


def test_of_several_revisions_only_the_newest_is_collected(store: Store) -> None:
    old = make_entry("one", content_hash="old", seen_at=NOW)
    new = make_entry("one", content_hash="new", seen_at=LATER)
    store.add_polls(RUN, [make_poll(old), make_poll(new, polled_at=LATER)])
    waiting = store.entries_to_collect(WATCH, LATER, 10)
    assert [pending.entry for pending in waiting] == [replace(new, summary="")]
    store.add_fetches(RUN, [make_fetch(new, make_article(new))])
    assert store.entries_to_collect(WATCH, LATER, 10) == []


def test_a_failed_entry_waits_for_its_next_attempt(store: Store) -> None:
    store.add_polls(RUN, [make_poll(make_entry())])
    store.add_fetches(RUN, [make_fetch(attempt=1, retry_at=LATER)])
    assert store.entries_to_collect(WATCH, NOW, 10) == []
    assert [pending.attempts for pending in store.entries_to_collect(WATCH, LATER, 10)] == [1]


def test_an_entry_that_was_refused_for_good_is_not_tried_again(store: Store) -> None:
    store.add_polls(RUN, [make_poll(make_entry())])
    store.add_fetches(RUN, [make_fetch(attempt=1, retry_at=NOW)])
    store.add_fetches(RUN, [make_fetch(attempt=2, outcome="refused", retry_at=None)])
    assert store.entries_to_collect(WATCH, LATER + timedelta(days=365), 10) == []


def test_another_watch_sees_nothing_of_it(store: Store) -> None:
    store.add_polls(RUN, [make_poll(make_entry())])
    assert store.feeds_due("aussom", NOW) == []
    assert store.entries_to_collect("aussom", NOW, 10) == []


def test_times_come_back_in_utc_and_one_without_a_zone_is_refused(store: Store) -> None:
    east = datetime.fromisoformat("2025-09-30T23:00:00-04:00")
    store.add_polls(RUN, [make_poll(make_entry(published=east))])
    found = store.entries_to_collect(WATCH, NOW, 1)[0].entry.published
    assert found == datetime(2025, 10, 1, 3, tzinfo=UTC)
    assert found.tzinfo is UTC
    with pytest.raises(ValueError, match="without a zone"):
        store.add_polls(RUN, [make_poll(make_entry("two", published=datetime(2025, 1, 1)))])  # noqa: DTZ001


def test_facts_that_are_added_later_stay_before_all_changes(store: Store) -> None:
    claim = make_claim()
    change = make_change(claim)
    store.add_assessment(RUN, WATCH, [], [make_judgement(claim, change)], [], [], {})
    more = make_fact("2,500 officers", subject="the strength")
    store.sync_watch(make_watch(facts=(make_fact(), more)), LATER)
    assert [c.value for c in store.load_changes(WATCH)] == ["led by Kenya", "2,500 officers", "a new force"]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (PollOutcome.OK, "ok"),
        (PollOutcome.UNCHANGED, "unchanged"),
        (PollOutcome.EMPTY, "empty"),
        (PollOutcome.HTML, "html"),
        (PollOutcome.NOT_A_FEED, "not_a_feed"),
        (PollOutcome.FAILED, "failing"),
        (PollOutcome.REFUSED, "refused"),
    ],
)
def test_feed_health_names_the_state_and_the_reason(store: Store, outcome: PollOutcome, state: str) -> None:
    store.add_polls(RUN, [make_poll(outcome=outcome, reason="because", failures=3)])
    row = store._db.rows("SELECT * FROM feed_health")[0]
    assert (row["state"], row["last_reason"], row["failures"]) == (state, "because", 3)


def test_feed_health_knows_a_feed_that_was_never_polled(store: Store) -> None:
    assert store._db.rows("SELECT state, is_silent FROM feed_health") == [{"state": "never_polled", "is_silent": None}]


def test_a_feed_is_silent_when_nothing_new_came_for_longer_than_it_should(store: Store) -> None:
    store.add_polls(RUN, [make_poll(make_entry())])
    silent = "SELECT is_silent FROM feed_health"
    store.start_run(make_run(now=NOW + timedelta(hours=23)))
    assert store._db.value(silent) is False
    store.add_polls(RUN, [make_poll(outcome=PollOutcome.UNCHANGED, polled_at=NOW + timedelta(hours=25))])
    store.start_run(make_run(make_feed("x").feed_id, now=NOW + timedelta(hours=25)))
    assert store._db.value(silent) is True
