"""What polls teach of a feed, its health, its alarms and the proof of quiet: each comes back as it went in."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

from pipeline import steps
from pipeline.health.feeds import due_alarms, health_of
from pipeline.model import FeedYield, Habits, PollOutcome
from pipeline.storage import Store
from tests.fakes import FakeWeb, rss, work_here
from tests.storage.builders import (
    NOW,
    RUN,
    WATCH,
    at,
    make_alert,
    make_article,
    make_change,
    make_claim,
    make_entry,
    make_feed,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
    make_run,
    make_watch,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOW + 2 * HOUR
HABITS = Habits(
    interval=HOUR, failure_weight=1.5, trouble="dns", read_at=NOW - HOUR, body_at=NOW - DAY, unmodified=7,
    sketch=("0a", "0b"), content="c0ffee", ttl=timedelta(seconds=1.5), max_age=timedelta(0), undated=True,
    gap_at=NOW - HOUR, distrusted_at=NOW - DAY, address="https://new.example/feed", moved_to="https://third.example/",
    moved=2,
)  # fmt: skip


def test_habits_come_back_as_they_went_in(store: Store) -> None:
    store.add_polls(RUN, [make_poll(habits=HABITS)])

    assert [state.habits for state in store.feeds_due(WATCH, LATER)] == [HABITS]


async def test_of_a_feed_that_changed_the_store_gets_what_is_new_and_the_poll_counts_the_rest(store: Store) -> None:
    first, second, third = (("1", "/1", "One"), ("2", "/2", "Two"), ("3", "/3", "Three"))
    added = []
    for turn, items in enumerate([(first, second), (third, first, second), (third, second)]):
        now = NOW + turn * 8 * HOUR
        (state,) = store.with_pieces(store.feeds_due(WATCH, now))
        web = FakeWeb().serves(state.feed.url, rss(*items))
        added.append(store.add_polls(RUN, [await steps.poll_feed(state, fetch=web.get, work=work_here, now=now)]))

    assert added == [2, 1, 0]
    assert sorted(row["guid"] for row in store._db.rows("SELECT guid FROM entry")) == ["1", "2", "3"]
    polls = store._db.rows("SELECT entries, entries_new, outcome FROM poll ORDER BY polled_at")
    assert [tuple(row.values()) for row in polls] == [(2, 2, "ok"), (3, 1, "ok"), (2, 0, "ok")]


def test_a_retired_feed_is_never_due_but_among_all(store: Store) -> None:
    store.add_polls(RUN, [make_poll(habits=Habits(retired_at=NOW))])

    assert store.feeds_due(WATCH, NOW + 99 * DAY) == []
    assert len(store.feeds_due(WATCH, NOW, ignore_schedule=True)) == 1


def test_a_watch_that_names_another_address_polls_that(store: Store) -> None:
    store.add_polls(RUN, [make_poll(habits=Habits(retired_at=NOW))])
    store.sync_watch(make_watch(make_feed(url="https://times.example/new.xml")), LATER)

    assert [state.feed.url for state in store.feeds_due(WATCH, LATER)] == ["https://times.example/new.xml"]


def test_a_feed_that_is_taken_out_and_named_again_is_polled_again(store: Store) -> None:
    store.add_polls(RUN, [make_poll(habits=Habits(retired_at=NOW))])
    store.sync_watch(make_watch(make_feed("other")), NOW)
    store.sync_watch(make_watch(make_feed("other"), make_feed()), NOW)

    assert len(store.feeds_due(WATCH, LATER)) == 2


def test_a_move_is_kept_with_the_old_address(store: Store) -> None:
    moved = Habits(address="https://new.example/feed")
    store.add_polls(RUN, [make_poll(habits=moved, moved_from="https://times.example/feed.xml")])

    row = store._db.rows("SELECT from_url, to_url, moved_at FROM feed_move")[0]
    assert row == {"from_url": "https://times.example/feed.xml", "to_url": "https://new.example/feed", "moved_at": NOW}


def test_a_poll_knows_how_many_of_its_entries_are_new_and_undated(store: Store) -> None:
    store.add_polls(RUN, [make_poll(make_entry("one"))])
    store.add_polls(RUN, [make_poll(make_entry("one"), make_entry("two", published=None), polled_at=LATER)])

    rows = store._db.rows("SELECT entries, entries_new, undated FROM poll ORDER BY polled_at")
    assert [tuple(row.values()) for row in rows] == [(1, 1, 0), (2, 1, 1)]


def test_the_view_says_of_each_feed_what_the_rules_say(store: Store) -> None:
    kinds = list(product(PollOutcome, (False, True), (None, NOW), (False, True), (None, NOW)))
    feeds = [make_feed(f"f{number}") for number in range(len(kinds))]
    store.sync_watch(make_watch(*feeds), NOW - 9 * DAY)
    polls = []
    for feed, (outcome, undated, gap_at, fresh, retired_at) in zip(feeds, kinds, strict=True):
        old = make_poll(make_entry("one", feed), feed=feed, polled_at=NOW - (HOUR if fresh else 3 * DAY))
        habits = Habits(undated=undated, gap_at=gap_at, retired_at=retired_at)
        polls += [old, make_poll(feed=feed, outcome=outcome, habits=habits)]
    store.add_polls(RUN, polls)
    store.start_run(make_run())

    told = store._db.rows("SELECT feed_id, state, is_silent FROM feed_health WHERE state <> 'removed'")
    healths = [health_of(record, NOW) for record in store.feed_records(WATCH) if record.removed_at is None]

    assert len(told) == len(kinds)
    assert {row["feed_id"]: (row["state"], row["is_silent"]) for row in told} == {
        health.feed.feed_id: (health.state.value, health.is_silent) for health in healths
    }


def test_an_alarm_is_open_until_its_all_clear_and_brings_its_alert_once(store: Store) -> None:
    store.add_polls(RUN, [make_poll()])
    healths = [health_of(record, NOW + 9 * DAY) for record in store.feed_records(WATCH)]
    raised, _ = due_alarms([*healths], (), WATCH, NOW)
    assert raised == ()  # it was not asked since
    store.add_polls(RUN, [make_poll(polled_at=NOW + 9 * DAY, outcome=PollOutcome.UNCHANGED)])
    healths = [health_of(record, NOW + 9 * DAY) for record in store.feed_records(WATCH)]
    raised, _ = due_alarms(healths, (), WATCH, NOW + 9 * DAY)
    alert = make_alert()

    assert store.add_alarms(RUN, raised, (), [alert]) == 1
    assert store.add_alarms(RUN, raised, (), [alert]) == 0
    assert store.open_alarms(WATCH) == list(raised)
    assert [pending.alert for pending in store.alerts_due(WATCH, NOW, 9)] == [alert]
    _, over = due_alarms([], raised, WATCH, NOW + 10 * DAY)
    store.add_alarms(RUN, (), over, [])
    assert store.open_alarms(WATCH) == []


def test_quiet_is_proved_by_what_was_done_in_the_period(store: Store) -> None:
    entries = [make_entry("one"), make_entry("two", published=at("2025-09-28")), make_entry("three")]
    article = make_article(entries[0])
    claim = make_claim(article)
    store.start_run(make_run())
    store.add_polls(RUN, [make_poll(*entries)])
    store.add_fetches(RUN, [make_fetch(entries[0], article), make_fetch(entries[2], outcome="refused")])
    change = make_change(claim)
    store.add_assessment(RUN, WATCH, [make_reading(article, claim)], [make_judgement(claim, change)], [], [], {})

    quiet = store.quiet(WATCH, NOW - DAY, NOW, failing=0, silent=1)

    assert (quiet.feeds, quiet.polled, quiet.failing, quiet.silent) == (1, 1, 0, 1)
    assert (quiet.entries_seen, quiet.entries_new) == (3, 3)
    assert (quiet.articles_read, quiet.articles_relevant, quiet.claims) == (1, 1, {"new": 1})
    assert (quiet.unread, quiet.oldest_unread) == (1, at("2025-09-28"))
    assert store.quiet(WATCH, NOW, LATER, failing=0, silent=0).polled == 0


def test_what_a_feed_has_brought_lately_is_its_entries_and_the_articles_about_the_mission(store: Store) -> None:
    entries = [make_entry("one"), make_entry("two")]
    article = make_article(entries[0])
    claim = make_claim(article)
    store.start_run(make_run())
    store.add_polls(RUN, [make_poll(*entries)])
    store.add_fetches(RUN, [make_fetch(entries[0], article)])
    change = make_change(claim)
    store.add_assessment(RUN, WATCH, [make_reading(article, claim)], [make_judgement(claim, change)], [], [], {})

    assert store.brought_since(WATCH, NOW - DAY) == {entries[0].feed_id: FeedYield(entries=2, relevant=1)}
    assert store.brought_since(WATCH, LATER) == {}


def test_a_feed_that_fails_keeps_when_it_was_last_read(store: Store) -> None:
    store.add_polls(RUN, [make_poll(make_entry("one"))])
    failed = make_poll(polled_at=NOW + DAY, outcome=PollOutcome.FAILED, failures=1, habits=Habits(read_at=NOW))
    store.add_polls(RUN, [failed])

    (record,) = [one for one in store.feed_records(WATCH) if one.removed_at is None]

    assert (record.outcome, record.read_at) == (PollOutcome.FAILED, NOW)


def test_pages_are_lost_from_the_last_that_gave_a_text(store: Store) -> None:
    entries = [make_entry("one"), make_entry("two"), make_entry("three")]
    article = make_article(entries[0])
    store.add_polls(RUN, [make_poll(*entries)])
    feed = entries[0].feed_id

    store.add_fetches(RUN, [make_fetch(one, outcome="refused", fetched_at=NOW + HOUR) for one in entries[1:]])
    assert store.pages_lost(WATCH, NOW - DAY)[feed].pages == 2

    store.add_fetches(RUN, [make_fetch(entries[0], article, fetched_at=NOW + 2 * HOUR)])
    assert store.pages_lost(WATCH, NOW - DAY) == {}
