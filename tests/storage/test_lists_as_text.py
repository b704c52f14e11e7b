"""A list that is bound to a query arrives as it was, whatever stands in its items."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.storage.connection import Connection, open_connection

ODD = ["it's", "c:\\temp", "e, f", "[g]", '"h"', "", " blank ", "NULL", "{x}", "(p)", "\\'", "new\nline", "é\u2028"]


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    connection = open_connection(tmp_path_factory.mktemp("lists") / "any.duckdb")
    yield connection
    connection.close()


def back(db: Connection, items: list[object]) -> list[str]:
    found: list[str] = db.value("SELECT CAST(? AS VARCHAR[])", [items])
    return found


@pytest.mark.parametrize("items", [[], ODD, [UUID(int=7)]], ids=["empty", "odd", "ids"])
def test_items_come_back_as_they_were(db: Connection, items: list[object]) -> None:
    assert back(db, items) == [str(item) for item in items]


@given(items=st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
@settings(max_examples=60)
def test_any_text_comes_back_as_it_was(db: Connection, items: list[str]) -> None:
    assert back(db, list(items)) == items
