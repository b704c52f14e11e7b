"""Ids in SQL: none, few and many of them find the same rows."""

from __future__ import annotations

import pytest

from pipeline.model.text import content_id
from pipeline.storage import Store
from pipeline.storage.queries.base import id_list

IDS = [content_id("row", number) for number in range(2_000)]


@pytest.mark.parametrize("number", [0, 1, 800, 801, 2_000])
def test_those_that_are_asked_for_are_found_and_no_others(store: Store, number: int) -> None:
    store._db.insert("feed_piece", [{"feed_id": one, "pieces": ""} for one in IDS])

    rows = store._db.rows(f"SELECT feed_id FROM feed_piece WHERE feed_id IN {id_list(IDS[:number])}")

    assert {row["feed_id"] for row in rows} == set(IDS[:number])


@pytest.mark.parametrize("number", [0, 1, 801])
def test_all_others_are_found_where_they_are_left_out(store: Store, number: int) -> None:
    store._db.insert("feed_piece", [{"feed_id": one, "pieces": ""} for one in IDS])

    rows = store._db.rows(f"SELECT feed_id FROM feed_piece WHERE feed_id NOT IN {id_list(IDS[:number])}")

    assert {row["feed_id"] for row in rows} == set(IDS[number:])
