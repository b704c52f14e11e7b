"""Watches as a whole in the store: how each stands, and what a rename leaves as it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from pipeline.board.fold import fold
from pipeline.model import Standing, Watch, WatchState
from pipeline.model.errors import UsageError
from pipeline.storage import Store
from pipeline.storage.schema import TABLES
from tests.storage.builders import (
    NOW,
    RUN,
    WATCH,
    make_alert,
    make_article,
    make_change,
    make_claim,
    make_delivery,
    make_entry,
    make_feed,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
    make_run,
    make_watch,
)

FEED = make_feed()
ENTRY = make_entry(feed=FEED)
ARTICLE = make_article(ENTRY)
CLAIM = make_claim(ARTICLE)
CHANGE = make_change(CLAIM)
ALERT = make_alert(CHANGE)
OLD = make_watch(FEED)
NEW = replace(OLD, slug="gsf", formerly=(WATCH,))
HOUR = timedelta(hours=1)


def lived(store: Store, watch: Watch = OLD) -> Store:
    """``store`` after a watch has polled, read, changed and told something."""
    store.start_run(make_run())
    store.sync_watch(watch, NOW)
    store.add_polls(RUN, [make_poll(ENTRY, feed=FEED)])
    store.add_fetches(RUN, [make_fetch(ENTRY, ARTICLE)])
    assess(store, watch.slug)
    store.add_deliveries(RUN, [make_delivery(ALERT)])
    return store


def assess(store: Store, slug: str) -> object:
    return store.add_assessment(
        RUN,
        slug,
        [make_reading(ARTICLE, CLAIM)],
        [make_judgement(CLAIM, CHANGE)],
        [ALERT],
        [],
        {ARTICLE.article_id: "times"},
    )


def pause(store: Store, hours: int = 0, standing: Standing = Standing.PAUSED) -> bool:
    return store.set_watch_state(WATCH, WatchState(standing, NOW + hours * HOUR, "ana", "no staff"))


# -- states ---------------------------------------------------------------------------------------


def test_a_watch_of_which_nobody_has_said_anything_is_watched(store: Store) -> None:
    assert store.watch_state("never-seen") == WatchState()


def test_the_last_word_counts_and_says_since_when_by_whom_and_why(store: Store) -> None:
    assert pause(store)
    assert pause(store, 1, Standing.ARCHIVED)

    assert store.watch_state(WATCH) == WatchState(Standing.ARCHIVED, NOW + HOUR, "ana", "no staff")
    assert store.watch_state(WATCH).told == "archived since 2025-10-01 13:00 UTC by ana: no staff"


def test_to_pause_what_is_paused_changes_nothing(store: Store) -> None:
    pause(store)

    assert not pause(store, 5)
    assert store.watch_state(WATCH).since == NOW


def test_to_resume_what_was_never_paused_changes_nothing(store: Store) -> None:
    assert not pause(store, 0, Standing.WATCHED)


def test_the_times_in_which_nobody_looked_are_cut_to_the_period(store: Store) -> None:
    pause(store)
    pause(store, 2, Standing.WATCHED)
    pause(store, 5)

    spans = store.unwatched(WATCH, NOW + HOUR, NOW + 6 * HOUR)

    assert [(start, end) for start, end, _ in spans] == [
        (NOW + HOUR, NOW + 2 * HOUR),
        (NOW + 5 * HOUR, NOW + 6 * HOUR),
    ]
    assert store.unwatched(WATCH, NOW + 3 * HOUR, NOW + 4 * HOUR) == []


def test_the_view_tells_how_each_watch_stands(store: Store) -> None:
    store.sync_watch(OLD, NOW)
    store.sync_watch(make_watch(FEED, slug="other"), NOW)
    pause(store)

    assert [tuple(row.values()) for row in store._db.rows("SELECT * FROM watch_states")] == [
        (WATCH, "paused", NOW, "ana", "no staff", None),
        ("other", "watched", None, None, None, None),
    ]


# -- rename ---------------------------------------------------------------------------------------


def ids(store: Store) -> dict[str, set[UUID]]:
    """Every id of every table with a key, but of what tells of the rename itself."""
    return {
        table.name: {next(iter(row.values())) for row in store._db.rows(f"SELECT * FROM {table.name}")}
        for table in TABLES.values()
        if table.keyed and table.name != "watch_event"
    }


def test_a_rename_takes_all_history_along_and_changes_no_id(store: Store) -> None:
    before = ids(lived(store))
    board = [(row["subject"], row["value"], row["since"]) for row in store.board(WATCH)]

    store.sync_watch(NEW, NOW + HOUR)

    assert ids(store) == before
    assert [(row["subject"], row["value"], row["since"]) for row in store.board("gsf")] == board != []
    assert store.board(WATCH) == []
    assert store.counts("gsf")["delivered"] == 1
    assert {change.watch for change in store.load_changes("gsf")} == {"gsf"}
    assert len(fold(store.load_changes("gsf"))) == len(board)


def test_no_table_keeps_the_old_name(store: Store) -> None:
    lived(store).sync_watch(NEW, NOW)

    for table in TABLES.values():
        if any(column.name == "watch" for column in table.columns):
            assert store._db.value(f"SELECT count(*) FROM {table.name} WHERE watch = ?", [WATCH]) == 0, table.name


def test_what_was_done_under_the_old_name_is_not_done_again_under_the_new_one(store: Store) -> None:
    lived(store).sync_watch(NEW, NOW)
    before = ids(store)

    again = assess(store, "gsf")
    store.sync_watch(NEW, NOW + HOUR)

    assert again == type(again)()
    assert ids(store) == before
    assert store.articles_to_read("gsf", 9) == []
    assert [state.feed.url for state in store.feeds_due("gsf", NOW, ignore_schedule=True)] == [FEED.url]
    assert store.alerts_due("gsf", NOW + HOUR, 9) == []


def test_a_second_rename_goes_on_from_the_first(store: Store) -> None:
    before = ids(lived(store))
    store.sync_watch(NEW, NOW)

    store.sync_watch(replace(OLD, slug="force", formerly=(WATCH, "gsf")), NOW + HOUR)

    assert ids(store) == before
    assert store.former_names("force") == (WATCH, "gsf")


def test_a_store_that_missed_a_rename_takes_the_first_and_the_last_name(store: Store) -> None:
    before = ids(lived(store))

    store.sync_watch(replace(OLD, slug="force", formerly=(WATCH, "gsf")), NOW)

    assert ids(store) == before
    assert store.former_names("force") == (WATCH, "gsf")


def test_a_paused_watch_stays_paused_under_its_new_name(store: Store) -> None:
    lived(store)
    pause(store)

    store.sync_watch(NEW, NOW)

    assert store.watch_state("gsf").standing is Standing.PAUSED


def test_two_watches_can_not_be_made_one_by_a_rename(store: Store) -> None:
    lived(store).sync_watch(make_watch(FEED, slug="gsf"), NOW)
    before = ids(store)

    with pytest.raises(UsageError, match="has a watch 'gsf' and a watch 'haiti'"):
        store.sync_watch(NEW, NOW)

    assert ids(store) == before
    assert len(store.board(WATCH)) == 2


def test_a_name_that_was_given_up_is_not_taken_by_another_watch(store: Store) -> None:
    lived(store).sync_watch(NEW, NOW)

    with pytest.raises(UsageError, match="was the name of the watch that is now 'gsf'"):
        store.sync_watch(OLD, NOW)


def test_two_watches_in_one_store_share_feeds_and_pages_and_nothing_else(store: Store) -> None:
    lived(store)
    other = make_watch(FEED, slug="other")

    store.sync_watch(other, NOW)

    # The feed has been polled and the page fetched: the other watch has only to read it for itself.
    assert store.feeds_due("other", NOW) == []
    assert store.entries_to_collect("other", NOW, 9) == []
    assert [article.article_id for article in store.articles_to_read("other", 9)] == [ARTICLE.article_id]
    assert store.articles_to_read(WATCH, 9) == []
    assert (len(store.board(WATCH)), len(store.board("other"))) == (2, 1)
    assert (store.counts(WATCH)["alerts"], store.counts("other")["alerts"]) == (1, 0)
    assert store.alerts_due("other", NOW, 9) == []
    assert [line.watch for line in store.watch_lines()] == [WATCH, "other"]
