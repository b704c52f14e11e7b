"""Old texts go; the evidence stays, the file gets smaller, and the rest is as it was."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.storage import LIVE, Store, open_store, prune
from tests.storage.builders import (
    NOW,
    RUN,
    WATCH,
    make_article,
    make_change,
    make_claim,
    make_entry,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
)

LONG_AGO = NOW - timedelta(days=200)
LIMIT = NOW - timedelta(days=180)
OLD_ENTRY, NEW_ENTRY = make_entry("old"), make_entry("new")
OLD = make_article(OLD_ENTRY, "The Council decided. So it is.", fetched_at=LONG_AGO)
NEW = make_article(NEW_ENTRY, "Ministers met.", fetched_at=NOW)
CLAIM = make_claim(OLD)


@pytest.fixture
def filled(folder: Path) -> Path:
    """A store with an old article that made a change, and a new one."""
    with open_store(folder) as store:
        store.add_polls(RUN, [make_poll(OLD_ENTRY, NEW_ENTRY)])
        store.add_fetches(RUN, [make_fetch(OLD_ENTRY, OLD), make_fetch(NEW_ENTRY, NEW)])
        readings = [make_reading(OLD, CLAIM), make_reading(NEW)]
        store.add_assessment(RUN, WATCH, readings, [make_judgement(CLAIM, make_change(CLAIM))], [], [], {})
    return folder


def ask(folder: Path, sql: str) -> list[dict[str, Any]]:
    with open_store(folder) as store:
        return store._db.rows(sql)


def test_only_texts_that_are_old_enough_go_and_how_much_is_told(filled: Path) -> None:
    done = prune(filled, NOW, LIMIT)

    assert (done.removed.articles, done.removed.size) == (1, len(OLD.text))
    assert [row["article_id"] for row in ask(filled, "SELECT article_id FROM article_body")] == [NEW.article_id]


def test_quotes_offsets_and_hashes_stay_and_why_still_works(filled: Path) -> None:
    tables = ("claims", "board", "article")
    before = [ask(filled, f"SELECT * FROM {table}") for table in tables]

    prune(filled, NOW, LIMIT)

    assert [ask(filled, f"SELECT * FROM {table}") for table in tables] == before
    with open_store(filled) as store:
        trail = store.why(WATCH, OLD.url)
    assert [row["quote"] for row in trail.claims] == [CLAIM.quote]
    assert [row["text_removed_at"] for row in trail.articles] == [NOW]


def test_a_text_that_was_not_read_yet_is_kept_however_old_it_is(folder: Path) -> None:
    with open_store(folder) as store:
        store.add_polls(RUN, [make_poll(OLD_ENTRY)])
        store.add_fetches(RUN, [make_fetch(OLD_ENTRY, OLD)])

    assert prune(folder, NOW, LIMIT).removed.articles == 0
    with open_store(folder) as store:
        assert store.articles_to_read(WATCH, 10) == [OLD]


def test_a_pruned_article_is_not_read_again_and_its_change_stands(filled: Path) -> None:
    prune(filled, NOW, LIMIT)

    with open_store(filled) as store:
        assert store.articles_to_read(WATCH, 10) == []
        assert [a.text for a in store.articles_standing(WATCH)] == ["", NEW.text]


def test_the_store_that_is_written_anew_has_its_keys_views_and_comments(filled: Path) -> None:
    schema = (
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() "
        "WHERE database_name = 'store' AND NOT internal ORDER BY ALL"
    )
    keys = (
        "SELECT table_name, constraint_column_names FROM duckdb_constraints() "
        "WHERE database_name = 'store' AND constraint_type = 'PRIMARY KEY' ORDER BY ALL"
    )
    views = "SELECT view_name, sql, comment FROM duckdb_views() WHERE database_name = 'store' ORDER BY ALL"
    before = [ask(filled, sql) for sql in (schema, keys, views)]

    prune(filled, NOW, LIMIT)

    assert [ask(filled, sql) for sql in (schema, keys, views)] == before
    assert ask(filled, "SELECT count(*) AS n FROM board_as_of('2025-09-01')")[0]["n"] >= 1


def test_pruning_again_removes_nothing(filled: Path) -> None:
    prune(filled, NOW, LIMIT)

    assert prune(filled, NOW, LIMIT).removed.articles == 0


def test_nothing_of_a_copy_is_left_beside_the_store(filled: Path) -> None:
    prune(filled, NOW, LIMIT)

    assert sorted(path.name for path in filled.iterdir() if path.name.startswith(LIVE)) == [LIVE, f"{LIVE}.lock"]


@pytest.mark.slow
def test_the_file_gets_smaller(folder: Path) -> None:
    chance = random.Random(1)
    words = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=7)) for _ in range(5_000)]
    entries = [make_entry(f"e{n}") for n in range(2_000)]
    articles = [make_article(e, " ".join(chance.choices(words, k=500)), fetched_at=LONG_AGO) for e in entries]
    with open_store(folder) as store:
        store.add_polls(RUN, [make_poll(*entries)])
        store.add_fetches(RUN, [make_fetch(e, a) for e, a in zip(entries, articles, strict=True)])
        store.add_assessment(RUN, WATCH, [make_reading(a) for a in articles], [], [], [], {})

    done = prune(folder, NOW, LIMIT)

    assert done.removed.articles == 2_000
    assert done.size_before - done.size_after > 0.5 * done.removed.size


def test_a_store_is_as_usable_as_before(filled: Path) -> None:
    prune(filled, NOW, LIMIT)
    third = make_entry("third")

    with open_store(filled) as store:
        assert isinstance(store, Store)
        assert store.add_polls(RUN, [make_poll(third, OLD_ENTRY)]) == 1
