"""What keeps questions quick follows from the other tables, and gives the same answers as these would."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.board.fold import apply, confirm, confirm_all, fold
from pipeline.model import Article, Verdict
from pipeline.pages.dedupe import OriginIndex, sketch
from pipeline.storage import Store, open_store
from pipeline.storage.queries.base import URL_KEY, url_key
from pipeline.storage.queries.support import DERIVED_SUPPORT, rebuild_support
from tests.bench_speed.archive import Archive
from tests.storage.builders import (
    RUN,
    WATCH,
    at,
    make_article,
    make_change,
    make_claim,
    make_entry,
    make_fetch,
    make_judgement,
    make_poll,
    make_watch,
)

SMALL = Archive(feeds=5, size=900, pool=3_000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as opened:
        opened.sync_watch(make_watch(), at("2025-08-25"))
        yield opened


def stored(store: Store, *texts: str) -> list[Article]:
    """Articles of one feed, an hour apart, in the store."""
    entries = [
        make_entry(str(number), published=at("2025-09-01") + timedelta(hours=number)) for number in range(len(texts))
    ]
    articles = [make_article(entry, text) for entry, text in zip(entries, texts, strict=True)]
    store.add_polls(RUN, [make_poll(*entries)])
    store.add_fetches(RUN, [make_fetch(*pair) for pair in zip(entries, articles, strict=True)])
    return articles


def supported(store: Store) -> list[Article]:
    """One article each that makes, confirms and repeats a change, and one whose claim is stale."""
    articles = stored(store, *(f"The Council decided, says {name}." for name in ("one", "two", "three", "four")))
    claims = [make_claim(article) for article in articles]
    change = make_change(claims[0])
    judgements = [
        make_judgement(claims[0], change),
        make_judgement(claims[1], verdict=Verdict.CONFIRMS, against=change.change_id),
        make_judgement(claims[2], verdict=Verdict.REPEATS, against=change.change_id),
        make_judgement(claims[3], verdict=Verdict.STALE, against=change.change_id),
    ]
    origins = {article.article_id: f"origin {number}" for number, article in enumerate(articles)}
    store.add_assessment(RUN, WATCH, [], judgements, [], [], origins)
    return articles


def support_of(store: Store) -> list[tuple[object, ...]]:
    rows = store._db.rows("SELECT * FROM change_support ORDER BY ALL")
    return [tuple(row.values()) for row in rows]


def test_the_texts_that_are_compared_tell_the_same_origins_as_all_texts_would(store: Store) -> None:
    items = list(SMALL.items(0, 400))
    articles = stored(store, *(item.text for item in items))
    held, read = articles[:300], articles[300:]
    store.add_assessment(RUN, WATCH, [], [], [], [], {article.article_id: article.title for article in held})
    since = at("2025-08-31")
    everything = store.recent_texts(WATCH, since)
    few = store.texts_like(WATCH, since, [article.article_id for article in read])
    assert len(everything) == 300
    assert 3 < len(few) < 100
    traced = []
    for texts in (everything, few):
        index = OriginIndex()
        for article_id, origin, text in texts:
            index.add(article_id, origin, text)
        traced.append([index.trace(article) for article in read])
    assert traced[0] == traced[1]
    assert sum(bool(repeated) for _, repeated in traced[0]) > 5  # of texts of the batch itself, too


def test_a_text_before_the_day_asked_for_is_not_compared(store: Store) -> None:
    text = next(SMALL.items(0, 1)).text
    old, new = stored(store, text, f"{text} And more.")
    store.add_assessment(RUN, WATCH, [], [], [], [], {old.article_id: "times"})
    assert store.texts_like(WATCH, old.published, [new.article_id]) == [(old.article_id, "times", text)]
    assert store.texts_like(WATCH, new.published, [new.article_id]) == []


def test_a_text_that_is_too_short_to_be_compared_has_an_empty_sketch() -> None:
    assert sketch("A caption of five words.") == []
    assert len(sketch(next(SMALL.items(0, 1)).text)) == 32


def test_support_is_what_follows_from_the_verdicts(store: Store) -> None:
    supported(store)
    derived = [tuple(row.values()) for row in store._db.rows(f"{DERIVED_SUPPORT} ORDER BY ALL")]
    assert support_of(store) == derived
    assert sorted(str(row[-1]) for row in derived) == ["confirms", "made", "repeats"]


def test_support_made_anew_is_the_same(store: Store) -> None:
    supported(store)
    before = support_of(store), store._db.rows("SELECT * FROM change_article ORDER BY ALL")
    rebuild_support(store._db)
    assert (support_of(store), store._db.rows("SELECT * FROM change_article ORDER BY ALL")) == before
    assert [row["source"] for row in before[1]] == ["origin 0", "origin 1", "origin 2"] or len(before[1]) == 3


def test_an_assessment_that_is_stored_twice_supports_once(store: Store) -> None:
    supported(store)
    supported(store)
    assert len(support_of(store)) == 3
    assert store._db.value("SELECT count(*) FROM change_article") == 3


def test_an_address_has_one_number_in_python_and_in_sql(store: Store) -> None:
    url = "https://a.example/straße?q=1"
    told = store._db.value(f"SELECT {URL_KEY} FROM (SELECT CAST(? AS VARCHAR) AS url)", [url])
    assert told == url_key(url)


def test_confirming_all_at_once_gives_the_board_of_one_by_one() -> None:
    first, second = make_change(subject="one"), make_change(subject="two", held_from=at("2025-09-02").date())
    board = apply(fold([first]), second)
    heard = [(first.change_id, name, at(day)) for name, day in (("a", "2025-09-05"), ("b", "2025-09-03"))]
    heard += [
        (second.change_id, "a", at("2025-09-04")),
        (make_change(value="unknown").change_id, "a", at("2025-09-04")),
    ]
    one_by_one = board
    for confirmation in heard:
        one_by_one = confirm(one_by_one, *confirmation)
    assert dict(confirm_all(board, heard)) == dict(one_by_one)
    assert {row.origins for row in one_by_one.values()} == {frozenset("ab"), frozenset("a")}
