"""Each client that docs/clients/ tells of, the real one: it sees what there is, and answers what the documents ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.clients.clients import ALL, Answer, Client, ClientError, Session
from tests.clients.conftest import ROUNDS
from tests.clients.questions import README, SQL_PAGE, Question, questions
from tests.clients.tables import PAGE
from tests.clients.world import ARTICLES, WHOLE

pytestmark = pytest.mark.slow

ASKED = [*questions(README), *questions(PAGE), *(questions() if SQL_PAGE.exists() else ())]
# Each cell as text, so that what clients make of types does not hide what they read.
AS_TEXT = "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (\n{}\n) AS asked"
# A statement that shows what there is, in place of rows of it, is no part of another.
NO_PART = ("DESCRIBE", "SUMMARIZE", "SHOW", "EXPLAIN")


@pytest.fixture(scope="module", params=ALL, ids=lambda client: client.name)
def client(request: pytest.FixtureRequest) -> Client:
    """Each client that is installed."""
    chosen: Client = request.param
    if chosen.missing:
        pytest.skip(chosen.missing)
    return chosen


@pytest.fixture(scope="module")
def opened(client: Client, published: Path, request: pytest.FixtureRequest) -> Iterator[Session]:
    """The client with the published file open."""
    with client.start() as session:
        session.open(request.getfixturevalue("address") if client.by_address else str(published))
        yield session
        session.close()


@pytest.fixture(scope="module")
def there(published: Path) -> Answer:
    """What the file holds, as its comments say."""
    with duckdb.connect(str(published), read_only=True) as db:
        return {
            kind: dict(db.sql(f"SELECT {name}, comment FROM duckdb_{kind}() WHERE NOT internal").fetchall())
            for kind, name in (("tables", "table_name"), ("views", "view_name"))
        } | {
            "columns": dict(
                db.sql(
                    "SELECT table_name || '.' || column_name, comment FROM duckdb_columns() "
                    "WHERE NOT internal AND comment IS NOT NULL"
                ).fetchall()
            )
        }


def rows_of(published: Path, sql: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """What the reference, the package of this environment, answers."""
    with duckdb.connect(str(published), read_only=True) as db:
        db.execute("SET TimeZone = 'UTC'")
        found = db.sql(sql)
        return found.columns, found.fetchall()


def test_it_sees_the_tables_and_views_and_columns_with_their_comments(opened: Session, there: Answer) -> None:
    seen = opened.look()
    assert seen["views"] == there["views"]
    assert seen["tables"] == there["tables"]
    assert seen["views"]["board"].startswith("Where the mission stands")
    assert seen["columns"] == there["columns"]
    assert len(seen["columns"]) > 100


def test_it_reads_the_whole_of_the_last_publication(opened: Session) -> None:
    columns, rows = opened.ask(WHOLE)
    assert columns == ["publications", "whole"]
    assert [(int(count), whole) for count, whole in rows] == [(ROUNDS + 1, True)]


def test_it_reads_texts_numbers_days_and_times_as_they_are(opened: Session, published: Path) -> None:
    sql = (
        "SELECT c.value, c.confidence, c.event_date, a.published, a.words, a.text_hash IS NULL AS none "
        "FROM claim c JOIN article a USING (article_id) ORDER BY claim_id"
    )
    columns, rows = opened.ask(AS_TEXT.format(sql))
    assert (columns, [tuple(row) for row in rows]) == rows_of(published, AS_TEXT.format(sql))
    assert len(rows) == 2 * ROUNDS
    native = opened.ask(sql)[1]
    assert [row[0] for row in native] == [row[0] for row in rows]
    assert all(str(row[2])[:10] == "2025-09-30" and str(row[3])[:10] == "2025-09-30" for row in native)
    assert all(float(row[1]) == 0.75 for row in native)


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.slug)
def test_it_answers_what_the_documents_ask(
    client: Client, opened: Session, published: Path, question: Question
) -> None:
    plain = question.sql.upper().startswith(NO_PART)
    sql = question.sql if plain else AS_TEXT.format(question.sql)
    expected_columns, expected = rows_of(published, sql)
    columns, rows = opened.ask(sql if client.on_screen else question.sql)
    assert len(rows) == len(expected)
    if rows:  # the command line names no columns where there are no rows
        assert columns == expected_columns
    if not plain and not client.on_screen:
        rows = opened.ask(sql)[1]
    if not plain:
        assert sorted(map(str, map(tuple, rows))) == sorted(map(str, expected))


def test_it_can_not_write(opened: Session) -> None:
    with pytest.raises(ClientError, match=r"(?i)read.only"):
        opened.ask("DELETE FROM article")
    assert opened.ask("SELECT CAST(count(*) AS VARCHAR) AS n FROM article")[1] == [[str(ARTICLES * ROUNDS)]]


def test_an_error_in_a_question_is_told_and_does_no_harm(opened: Session) -> None:
    with pytest.raises(ClientError, match="no_such_column"):
        opened.ask("SELECT no_such_column FROM board")
    assert opened.ask("SELECT 'still here' AS said")[1] == [["still here"]]
