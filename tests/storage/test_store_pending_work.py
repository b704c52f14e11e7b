"""What is done is not looked at again each time, and nothing that waits is ever passed over for it."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from pipeline.model import Entry
from pipeline.storage import Store
from pipeline.storage.queries import pending_work as waiting
from tests.storage.builders import (
    NOW,
    RUN,
    WATCH,
    make_article,
    make_entry,
    make_feed,
    make_fetch,
    make_poll,
    make_reading,
    make_watch,
)

OTHER = "other"
SHARED, THEIRS = make_feed("times"), make_feed("gazette")


@pytest.fixture(autouse=True)
def _each_row_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a store of a million rows: marks are set and moved at once."""
    monkeypatch.setattr(waiting, "SMALL", 1)
    monkeypatch.setattr(waiting, "SLACK", 1)


def marks(store: Store) -> dict[str, int]:
    """Up to where all is done, by table."""
    rows = store._db.rows("SELECT what, place FROM settled WHERE watch = ?", [WATCH])
    return {row["what"]: row["place"] for row in rows}


def collect(store: Store, entry: Entry) -> None:
    """Fetch the page of ``entry``."""
    store.add_fetches(RUN, [make_fetch(entry, make_article(entry, f"Text of {entry.guid}. It is long enough."))])


def read(store: Store, watch: str = WATCH) -> list[str]:
    """Read what waits; the ids of its entries, in order."""
    articles = store.articles_to_read(watch, 99)
    store.add_assessment(RUN, watch, [make_reading(article) for article in articles], [], [], [], {})
    return [str(article.entry_id) for article in articles]


def live(store: Store, *entries: Entry) -> None:
    """Poll ``entries``, collect their pages and read them."""
    store.add_polls(RUN, [make_poll(*entries)])
    for entry in entries:
        collect(store, entry)
    read(store)


def look(store: Store) -> tuple[list[str], list[str]]:
    """What waits to be collected and to be read, by guid."""
    collected = [pending.entry.guid for pending in store.entries_to_collect(WATCH, NOW, 99)]
    return collected, [article.title for article in store.articles_to_read(WATCH, 99)]


def test_the_mark_stands_behind_all_that_is_done(store: Store) -> None:
    live(store, *(make_entry(str(number)) for number in range(3)))
    assert look(store) == ([], [])
    assert marks(store) == {"entry": 3, "article": 3}


def test_the_mark_stands_before_the_first_that_waits(store: Store) -> None:
    entries = [make_entry(str(number)) for number in range(4)]
    store.add_polls(RUN, [make_poll(*entries)])
    for entry in (entries[0], entries[1], entries[3]):
        collect(store, entry)
    assert look(store)[0] == ["2"]
    # One batch is one batch: DuckDB may write its rows in any order.
    assert marks(store).get("entry", 0) == store._db.value("SELECT rowid FROM entry WHERE guid = '2'")


def test_an_entry_that_waits_for_another_try_is_not_done_and_one_that_is_given_up_is(store: Store) -> None:
    first, second = make_entry("first"), make_entry("second")
    store.add_polls(RUN, [make_poll(first, second)])
    collect(store, second)
    store.add_fetches(RUN, [make_fetch(first, outcome="failed", attempt=1, retry_at=NOW + timedelta(hours=1))])
    assert look(store)[0] == []
    assert marks(store).get("entry", 0) == store._db.value("SELECT rowid FROM entry WHERE guid = 'first'")
    store.add_fetches(RUN, [make_fetch(first, outcome="refused", attempt=2, retry_at=None)])
    assert look(store)[0] == []
    assert marks(store)["entry"] == 2


def test_a_later_row_is_found_behind_the_mark(store: Store) -> None:
    live(store, make_entry("one"))
    look(store)
    store.add_polls(RUN, [make_poll(make_entry("two"), polled_at=NOW + timedelta(hours=1))])
    assert look(store)[0] == ["two"]
    collect(store, make_entry("two"))
    assert len(read(store)) == 1


def test_a_feed_that_comes_to_a_watch_brings_what_it_had_brought_another(store: Store) -> None:
    store.sync_watch(make_watch(THEIRS, slug=OTHER), NOW)
    theirs = make_entry("theirs", THEIRS)
    store.add_polls(RUN, [make_poll(theirs, feed=THEIRS), make_poll(make_entry("ours"))])
    for entry in (theirs, make_entry("ours")):
        collect(store, entry)
    read(store)
    assert look(store) == ([], [])
    assert marks(store)["article"] == 2
    store.sync_watch(make_watch(SHARED, THEIRS), NOW)
    assert read(store) == [str(theirs.entry_id)]


def test_a_page_that_another_watch_holds_is_read_once_a_feed_of_this_one_names_it(store: Store) -> None:
    store.sync_watch(make_watch(THEIRS, slug=OTHER), NOW)
    theirs, ours = make_entry("theirs", THEIRS), make_entry("ours")
    store.add_polls(RUN, [make_poll(theirs, feed=THEIRS), make_poll(ours)])
    for entry in (theirs, ours):
        collect(store, entry)
    read(store)
    assert look(store) == ([], [])
    assert marks(store)["article"] == 2
    again = make_entry("again", url=theirs.url)
    store.add_polls(RUN, [make_poll(again, polled_at=NOW + timedelta(hours=1))])
    store.add_fetches(RUN, [make_fetch(again, outcome="same", article=None)])
    assert [article.url for article in store.articles_to_read(WATCH, 9)] == [theirs.url]


def test_a_mark_is_not_believed_where_the_rows_are_not_where_they_were(store: Store) -> None:
    store.add_polls(RUN, [make_poll(make_entry("one"), make_entry("two"))])
    collect(store, make_entry("one"))
    look(store)
    store._db.run("UPDATE settled SET place = 2, row_before = uuid()")
    assert look(store)[0] == ["two"]


def test_all_is_looked_through_again_when_a_twentieth_has_come_to_it(store: Store) -> None:
    live(store, *(make_entry(str(number)) for number in range(3)))
    look(store)
    # A mark that is wrong, for whatever reason: the row before it is as it was.
    first = store._db.value("SELECT article_id FROM article WHERE rowid = 0")
    store._db.run("DELETE FROM reading WHERE article_id = ?", [first])
    assert store.articles_to_read(WATCH, 9) == []
    more = [make_entry(f"more {number}") for number in range(3)]
    store.add_polls(RUN, [make_poll(*more, polled_at=NOW + timedelta(hours=1))])
    for entry in more:
        collect(store, entry)
    assert first in {article.article_id for article in store.articles_to_read(WATCH, 9)}


def test_a_small_store_needs_no_marks(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "SMALL", 20_000)
    store.add_polls(RUN, [make_poll(make_entry("one"))])
    collect(store, make_entry("one"))
    look(store)
    assert marks(store) == {}


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 10))])
def test_with_marks_the_same_waits_as_without_whatever_happens(
    store: Store, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    feeds = [make_feed(f"feed {number}") for number in range(4)]
    watches = {WATCH: feeds[:2], OTHER: feeds[1:3]}
    for slug, mine in watches.items():
        store.sync_watch(make_watch(*mine, slug=slug), NOW)
    held: list[Entry] = []
    for step in range(20):
        now = NOW + timedelta(minutes=step)
        what = chance.choice(["poll", "poll", "collect", "collect", "fail", "read", "read", "feeds", "revise"])
        if what in {"poll", "revise"}:
            feed = chance.choice(feeds)
            known = [entry for entry in held if entry.feed_id == feed.feed_id]
            if what == "revise" and known:
                old = chance.choice(known)
                new = [make_entry(old.guid, feed, content_hash=f"{step}", seen_at=now)]
            else:
                url = chance.choice([entry.url for entry in held] or [""])
                new = [make_entry(f"{step}-{number}", feed, seen_at=now) for number in range(2)]
                if url and chance.random() < 0.5:
                    new.append(make_entry(f"{step}-shared", feed, url=url, seen_at=now))
            held += new
            store.add_polls(RUN, [make_poll(*new, feed=feed, polled_at=now)])
        elif what in {"collect", "fail"}:
            slug = chance.choice([WATCH, OTHER])
            for pending in store.entries_to_collect(slug, now, chance.randrange(1, 4)):
                entry, attempt = pending.entry, pending.attempts + 1
                if what == "collect":
                    article = make_article(entry, f"Text of {entry.url}. It is long enough.")
                    same = entry.url in store.articles_by_url([entry.url])
                    fetch = make_fetch(entry, article, attempt=attempt, outcome="same" if same else "stored")
                else:
                    again = chance.choice([None, now + timedelta(minutes=3)])
                    fetch = make_fetch(entry, outcome="failed", attempt=attempt, retry_at=again)
                store.add_fetches(RUN, [fetch])
        elif what == "read":
            read(store, chance.choice([WATCH, OTHER]))
        else:
            slug = chance.choice([WATCH, OTHER])
            store.sync_watch(make_watch(*chance.sample(feeds, chance.randrange(1, 4)), slug=slug), now)
        for slug in (WATCH, OTHER):
            quick = store.entries_to_collect(slug, now, 99), store.articles_to_read(slug, 99)
            with monkeypatch.context() as slow:
                slow.setattr(waiting, "SMALL", 10**9)
                assert quick == (store.entries_to_collect(slug, now, 99), store.articles_to_read(slug, 99))
