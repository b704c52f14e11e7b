"""The questions of docs/sql.md: each is asked, and the answers on the page are those of the archive."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from pipeline.storage import LIVE, PUBLISHED, open_store, publish
from pipeline.storage.connection import open_connection
from pipeline.storage.migrations import migrate
from tests.clients.questions import SQL_PAGE, Question, questions
from tests.replayed import replayed_once
from tests.storage.builders import NOW, RUN
from tests.storage.questions import NOTHING, answers, table, with_answers

OLD = Path(__file__).parent / "old" / "alert_rules.duckdb.gz"
# What the issue asks for by name, as the page asks it.
WANTED = (
    "Who has pledged troops and not sent them?",
    "What did we believe on 30 September, and on what evidence?",
    "Which outlet is first, and by how long?",
    "Which feeds went quiet?",
    "What was suppressed yesterday, and why?",
)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """A small published file, opened by itself as a client opens it, in a time zone that is not ours."""
    folder = tmp_path_factory.mktemp("asked")
    (folder / LIVE).write_bytes(gzip.decompress(OLD.read_bytes()))
    with open_store(folder):
        pass
    publish(folder, RUN, NOW)
    with duckdb.connect(str(folder / PUBLISHED), read_only=True) as client:
        client.execute("SET TimeZone = 'Pacific/Kiritimati'")
        yield client


def test_there_are_the_questions_that_were_asked_for_and_many_more() -> None:
    headings = [question.heading for question in questions()]
    assert set(WANTED) <= set(headings)
    assert len(headings) >= 30
    assert len(set(headings)) == len(headings)


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.slug)
def test_each_question_can_be_asked_of_the_published_file_alone(
    question: Question, asked: duckdb.DuckDBPyConnection
) -> None:
    assert asked.sql(question.sql).columns


@pytest.mark.parametrize("question", questions(), ids=lambda question: question.slug)
def test_each_question_says_its_order_or_has_one_row(question: Question) -> None:
    # Else its answer could stand otherwise tomorrow. The board, outbox, recalls, timeline and searches have an order.
    ordered = re.search(r"ORDER BY|FROM (board|outbox|recalls|timeline\(.*\)|find_articles\(.*\))$", question.sql)
    assert ordered or "WITH cap" in question.sql


def test_no_query_names_a_mission_but_by_what_a_reader_may_replace() -> None:
    named = {word for question in questions() for word in re.findall(r"'([^']*)'", question.sql)}
    assert not any("Haiti" in word for word in named)


def test_every_view_is_shown_in_use(tmp_path: Path) -> None:
    db = open_connection(tmp_path / LIVE)
    migrate(db)
    views = {row["view_name"] for row in db.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal")}
    db.close()
    used = set(re.findall(r"\w+", " ".join(question.sql for question in questions())))
    assert views - used == set()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_answers_on_the_page_are_those_of_the_archive(tmp_path_factory: pytest.TempPathFactory) -> None:
    page, asked = SQL_PAGE.read_text("utf-8"), replayed_once(tmp_path_factory).asked
    found = answers(asked)
    assert with_answers(page, found) == page, "write them anew: python -m tests.storage.questions --update-docs"
    assert answers(asked, "Pacific/Kiritimati") == found  # wherever the client sits, 14 hours ahead of UTC too


# -- how answers are shown -------------------------------------------------------------------------


def test_an_answer_is_a_table_with_figures_to_the_right() -> None:
    rows = [("a|b", 1234, 0.5, None), ("c", 5, 12.0, date(2025, 9, 30))]
    assert table(("what", "n", "share", "day"), rows) == (
        "| what | n | share | day |\n| --- | ---: | ---: | --- |\n"
        "| a\\|b | 1,234 | 0.5 |  |\n| c | 5 | 12 | 2025-09-30 |"
    )


def test_no_rows_are_an_answer_too() -> None:
    assert table(("what",), []) == "*No rows.*"


def test_times_words_and_truths_are_short() -> None:
    row = (datetime(2025, 9, 30, 18, 15, 30, tzinfo=UTC), True, "x" * 80, "<b>  two\nlines")
    shown = table(("at", "so", "long", "text"), [row]).splitlines()[-1]
    assert shown == f"| 2025-09-30 18:15 | yes | {'x' * 71}… | &lt;b> two lines |"


PAGE = "# Page\n\n### One?\n\n```sql\nSELECT 1;\n```\n\n### Two?\n\nWords.\n\n```sql\nSELECT 2;\n```\n"


def test_answers_are_put_under_their_questions_and_replaced_the_next_time() -> None:
    first = with_answers(PAGE, ["| a |\n| --- |\n| 1 |", NOTHING])
    assert first == (
        "# Page\n\n### One?\n\n```sql\nSELECT 1;\n```\n\n| a |\n| --- |\n| 1 |\n\n### Two?\n\nWords.\n\n"
        "```sql\nSELECT 2;\n```\n\n*No rows.*\n"
    )
    assert with_answers(first, [NOTHING, "| b |\n| --- |\n| 2 |"]) == (
        "# Page\n\n### One?\n\n```sql\nSELECT 1;\n```\n\n*No rows.*\n\n### Two?\n\nWords.\n\n"
        "```sql\nSELECT 2;\n```\n\n| b |\n| --- |\n| 2 |\n"
    )
    assert with_answers(first, ["| a |\n| --- |\n| 1 |", NOTHING]) == first


def test_a_block_of_two_statements_is_refused() -> None:
    with pytest.raises(ValueError, match="one question a block"):
        with_answers("```sql\nSELECT 1; SELECT 2;\n```\n", ["x"])
