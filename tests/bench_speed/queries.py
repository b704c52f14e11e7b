"""How quick an analyst's questions are, each beside a plain scan of the table of claims, in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipeline.storage.schema import literal

TURNS = 7


@dataclass(frozen=True)
class Question:
    """A question in SQL: what it is called, and the most milliseconds that it may take on a million articles."""

    name: str
    sql: str
    most: float | None = None


@dataclass(frozen=True)
class Answer:
    """How long a question took: milliseconds, the middle of several turns, and the rows that came."""

    question: Question
    took: float
    rows: int


# The yardstick: what it costs to look through all claims for one subject, by the same columns.
SCAN = Question(
    "scan of all claims (the yardstick)",
    "SELECT count(*), max(value) FROM claim WHERE aspect = 'contributors' AND subject = 'Benin' AND stage <> 'ended'",
)
TITLES = "title ILIKE '%council%' AND title ILIKE '%force%' ORDER BY published DESC LIMIT 20"


def questions(day: date) -> tuple[Question, ...]:
    """What an analyst asks of the published file; ``day`` lies in the middle of its past."""
    board = "SELECT aspect, subject, value, stage, since, sources, url FROM"
    return (
        SCAN,
        Question("the board now", f"{board} board", 150),
        Question("the board as of a date", f"{board} board_as_of('{day}')", 250),
        Question("the board as it was known at a date", f"{board} board_known_at('{day}')", 250),
        Question(
            "the timeline of a subject",
            "SELECT known_at, verdict, before_value, value, stage, quote, title, url FROM changes "
            "WHERE aspect = 'contributors' AND subject = 'Benin' ORDER BY seq",
            150,
        ),
        Question(
            "every claim about a subject in a month",
            "SELECT published, verdict, value, quote, outlet, url FROM claims WHERE aspect = 'contributors' "
            f"AND subject = 'Benin' AND published BETWEEN DATE '{day}' - 15 AND DATE '{day}' + 15 ORDER BY published",
        ),
        Question(
            "titles with two words, the newest 20",
            f"SELECT published, outlet, title, url FROM articles WHERE {TITLES}",
        ),
        Question(
            "the same of the table article",
            f"SELECT published, outlet, title, url FROM article WHERE {TITLES}",
        ),
        Question("articles a day", "SELECT CAST(published AS DATE) AS day, count(*) FROM article GROUP BY day"),
    )


def ask(path: Path, asked: Sequence[Question], *, turns: int = TURNS) -> list[Answer]:
    """Ask each question of the published file ``path`` in turns, as a client that has it open and has asked once."""
    took: dict[str, list[float]] = {question.name: [] for question in asked}
    rows: dict[str, int] = {}
    with client(path) as duck:
        for turn in range(turns + 1):
            for question in asked:
                started = time.perf_counter()
                found = duck.execute(question.sql).fetchall()
                if turn:
                    took[question.name].append(1000 * (time.perf_counter() - started))
                rows[question.name] = len(found)
    return [Answer(question, statistics.median(took[question.name]), rows[question.name]) for question in asked]


@contextmanager
def client(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A client as anyone has it: no settings, the file attached to read."""
    with duckdb.connect(":memory:") as duck:
        duck.execute("SET TimeZone = 'UTC'")
        duck.execute(f"ATTACH {literal(str(path))} AS watch (READ_ONLY)")
        duck.execute("USE watch")
        yield duck
