"""Fetches and articles: stored once, linked to each entry that gave them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.storage import Store
from tests.storage.builders import (
    NOW,
    RUN,
    WATCH,
    at,
    make_article,
    make_entry,
    make_feed,
    make_fetch,
    make_poll,
    make_reading,
    make_watch,
)

ONE, TWO = make_entry("one", published=at("2025-09-28")), make_entry("two", published=at("2025-09-27"))
TABLES = ("article", "article_body", "page_fetch", "entry_article", "article_origin", "reading", "claim", "verdict")


@pytest.fixture
def store(store: Store) -> Store:
    """A store with two entries that wait to be collected."""
    store.add_polls(RUN, [make_poll(ONE, TWO)])
    return store


def test_an_article_comes_back_as_it_went_in(store: Store) -> None:
    article = make_article(ONE, "Line one.\n\nLine « two » \U0001f1ed\U0001f1f9.", author="A. Writer")
    assert store.add_fetches(RUN, [make_fetch(ONE, article)]) == 1
    assert store.articles_to_read(WATCH, 10) == [article]


def test_fetches_that_are_added_twice_are_there_once(store: Store) -> None:
    fetches = [make_fetch(ONE, make_article(ONE)), make_fetch(TWO)]
    assert store.add_fetches(RUN, fetches) == 1
    before = [store._db.rows(f"SELECT * FROM {table}") for table in TABLES]
    assert store.add_fetches(RUN, fetches) == 0
    assert [store._db.rows(f"SELECT * FROM {table}") for table in TABLES] == before


def test_two_entries_that_give_one_article_in_one_batch_store_it_once(store: Store) -> None:
    article = make_article(ONE)
    again = make_fetch(replace(TWO, url=ONE.url), replace(article, entry_id=TWO.entry_id))
    assert store.add_fetches(RUN, [make_fetch(ONE, article), again]) == 1
    assert store._db.value("SELECT count(*) FROM article_body") == 1
    assert store._db.value("SELECT count(*) FROM entry_article") == 2
    assert store.entries_to_collect(WATCH, NOW, 10) == []


@pytest.mark.parametrize("with_article", [True, False])
def test_the_same_text_again_links_the_entry_to_the_article_held(store: Store, with_article: bool) -> None:
    article = make_article(ONE)
    store.add_fetches(RUN, [make_fetch(ONE, article)])
    same = make_fetch(TWO, article if with_article else None, outcome="same", url=ONE.url)
    assert store.add_fetches(RUN, [same]) == 0
    assert store._db.rows("SELECT article_id FROM entry_article WHERE entry_id = ?", [TWO.entry_id]) == [
        {"article_id": article.article_id}
    ]
    assert len(store.articles_to_read(WATCH, 10)) == 1


def test_the_newest_article_of_an_address_is_the_one_we_hold(store: Store) -> None:
    old = make_article(ONE, "Old text.", fetched_at=NOW)
    new = make_article(ONE, "New text.", fetched_at=NOW + timedelta(hours=1))
    store.add_fetches(RUN, [make_fetch(ONE, new), make_fetch(replace(TWO, url=ONE.url), old)])
    assert store.articles_by_url([ONE.url, "https://unknown.example/"]) == {ONE.url: (new.article_id, new.text_hash)}


def test_no_address_gives_no_article(store: Store) -> None:
    assert store.articles_by_url([]) == {}


def test_articles_to_read_come_in_order_of_publication_and_once(store: Store) -> None:
    first, second = make_article(TWO, "First."), make_article(ONE, "Second.")
    store.add_fetches(RUN, [make_fetch(ONE, second), make_fetch(TWO, first)])
    assert store.articles_to_read(WATCH, 1) == [first]
    store.add_assessment(RUN, WATCH, [make_reading(first, reason="not about it")], [], [], [], {})
    assert store.articles_to_read(WATCH, 10) == [second]


def test_what_an_older_engine_has_read_is_not_read_again_by_itself(store: Store) -> None:
    article = make_article(ONE)
    store.add_fetches(RUN, [make_fetch(ONE, article)])
    store.add_assessment(RUN, WATCH, [make_reading(article, engine="rules-0", reason="not about it")], [], [], [], {})
    assert store.articles_to_read(WATCH, 10) == []


def test_an_article_of_another_watch_is_not_read(store: Store) -> None:
    store.sync_watch(make_watch(make_feed("other"), slug="aussom"), NOW)
    store.add_fetches(RUN, [make_fetch(ONE, make_article(ONE))])
    assert store.articles_to_read("aussom", 10) == []


def test_recent_texts_are_those_whose_origin_is_known(store: Store) -> None:
    old, new = make_article(TWO, "First."), make_article(ONE, "Second.")
    store.add_fetches(RUN, [make_fetch(ONE, new), make_fetch(TWO, old)])
    assert store.recent_texts(WATCH, at("2025-09-01")) == []
    store.add_assessment(RUN, WATCH, [], [], [], [], {old.article_id: "afp", new.article_id: "times"})
    assert store.recent_texts(WATCH, at("2025-09-01")) == [
        (old.article_id, "afp", "First."),
        (new.article_id, "times", "Second."),
    ]
    assert store.recent_texts(WATCH, at("2025-09-28", hour=0)) == [(new.article_id, "times", "Second.")]


def test_an_origin_that_is_found_later_stands_for_the_article(store: Store) -> None:
    article = make_article(ONE)
    store.add_fetches(RUN, [make_fetch(ONE, article)])
    store.add_assessment(RUN, WATCH, [], [], [], [], {article.article_id: "times"})
    store.add_assessment(RUN, WATCH, [], [], [], [], {article.article_id: "afp"})
    assert store.articles_to_read(WATCH, 1)[0].origin == "afp"


def test_the_view_tells_an_article_with_its_feed_its_entry_and_its_fetch(store: Store) -> None:
    store.add_fetches(RUN, [make_fetch(ONE, make_article(ONE, "Four words of text."), size=1_000)])
    row = store._db.rows("SELECT * FROM articles")[0]
    told = {name: row[name] for name in ("feed", "entry_title", "words", "fetch_s", "extract_s", "size", "status")}
    assert told == {
        "feed": "Times",
        "entry_title": "Title of one",
        "words": 4,
        "fetch_s": 0.25,
        "extract_s": 0.125,
        "size": 1_000,
        "status": 200,
    }
    assert row["text"] == "Four words of text."
