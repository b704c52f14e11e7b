"""The answers under the questions of docs/sql.md: ``python -m tests.storage.questions --update-docs``.

The questions are asked of a replayed archive of the first watch: a folder that is named with ``--data``, else one that
is made for it, which takes two minutes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from tests.clients.questions import FENCE, SQL_PAGE, questions, statements
from tests.replayed import replay

LONGEST = 72  # characters of a cell; a page is for looking, a client shows all
NOTHING = "*No rows.*"


def answers(database: Path, zone: str = "UTC") -> list[str]:
    """The answer to each question of the page, as a table in Markdown, in its order; ``zone`` is the client's own."""
    with duckdb.connect(str(database), read_only=True) as client:
        client.execute(f"SET TimeZone = '{zone}'")
        told = []
        for question in questions():
            result = client.sql(question.sql)
            told.append(table(result.columns, result.fetchall()))
        return told


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as a table in Markdown; figures to the right."""
    if not rows:
        return NOTHING
    right = [all(isinstance(row[at], int | float | None) for row in rows) for at in range(len(columns))]
    lines = ["| " + " | ".join(columns) + " |", "|" + "|".join(" ---: " if on else " --- " for on in right) + "|"]
    lines += ["| " + " | ".join(map(cell, row)) + " |" for row in rows]
    return "\n".join(lines)


def cell(value: object) -> str:
    """One value as the page shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,.4f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    text = " ".join(str(value).split())
    text = text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
    return text.replace("|", "\\|").replace("<", "&lt;")


def with_answers(markdown: str, found: Sequence[str]) -> str:
    """The page with ``found`` under its questions, one block after another.

    Raises:
        ValueError: a block holds more than one statement, so that an answer would stand under the wrong one.
    """
    parts, end, left = [], 0, iter(found)
    for block in FENCE.finditer(markdown):
        if block["language"] != "sql":
            continue
        if len(statements(block["text"])) != 1:
            raise ValueError(f"one question a block: {block['text']}")
        parts += [markdown[end : block.end()], "\n\n", next(left), "\n"]
        end = _after_answer(markdown, block.end())
    return "".join(parts) + markdown[end:]


def _after_answer(markdown: str, start: int) -> int:
    """Where the text goes on behind the answer, if any, that follows a block which ends at ``start``."""
    end = start
    for line in markdown[start:].splitlines(keepends=True):
        if line.strip() and not line.startswith(("| ", "|-", NOTHING)):
            break
        end += len(line)
        if line.startswith(NOTHING):
            break
    else:
        return end
    # The blank line before the next heading or paragraph is the page's own.
    return end - 1 if markdown[end - 1] == "\n" and markdown[end - 2] == "\n" else end


def main() -> None:
    """Ask, and show or write the answers."""
    parser = argparse.ArgumentParser(prog="python -m tests.storage.questions")
    parser.add_argument("--data", type=Path, help="the folder of a replay; made anew where none is given")
    parser.add_argument("--update-docs", action="store_true", help="write the answers into docs/sql.md")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="missionwatch-") as base:
        database = given.data / "missionwatch.duckdb" if given.data else replay(Path(base)).asked
        found = answers(database)
    if given.update_docs:
        SQL_PAGE.write_text(with_answers(SQL_PAGE.read_text("utf-8"), found), "utf-8")
        print(f"{SQL_PAGE}: {len(found)} questions answered.")
    else:
        print("\n\n".join(found))


if __name__ == "__main__":
    main()
