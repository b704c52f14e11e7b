"""The SQL that the documents show: each statement of each ``sql`` block, with the heading above it.

One reader for all who try them, so that what a page shows is what is tested, with every client::

    for question in questions():              # docs/sql.md
        print(question.heading, question.sql)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SQL_PAGE = ROOT / "docs" / "sql.md"
README = ROOT / "README.md"

FENCE = re.compile(r"^(?P<fence>```+)(?P<language>[\w-]*)[^\n]*\n(?P<text>.*?)^(?P=fence)[ \t]*$", re.M | re.S)
HEADING = re.compile(r"^#+ +(.+?)\s*$", re.M)
# What a semicolon may stand in without ending a statement: strings, quoted names, comments.
PIECE = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|;|[^'\";/-]+|.", re.S)
READS = re.compile(r"(?:SELECT|WITH|FROM|VALUES|DESCRIBE|SUMMARIZE|SHOW|EXPLAIN)\b", re.I)


@dataclass(frozen=True, slots=True)
class Question:
    """One statement of a page.

    Attributes:
        heading: the nearest heading above it, as it is read: without ``#`` and marks.
        sql: the statement, without the semicolon that ends it.
        page: the name of the page's file.
        line: the line of the page at which its block's text begins, counted from 1.
    """

    heading: str
    sql: str
    page: str
    line: int

    @property
    def slug(self) -> str:
        """A short name for a test's id."""
        words = re.findall(r"[a-z0-9]+", self.heading.lower())
        return f"{self.page}:{self.line}-{'-'.join(words)[:40]}"


def blocks(markdown: str, language: str) -> Iterator[tuple[int, str]]:
    """The line at which each fenced block of ``language`` begins, and its text."""
    for found in FENCE.finditer(markdown):
        if found["language"] == language:
            yield markdown.count("\n", 0, found.start("text")) + 1, found["text"]


def statements(sql: str) -> list[str]:
    """``sql`` cut at the semicolons that end statements; comments and blank space alone are none."""
    parts, held = [""], [False]
    for found in PIECE.finditer(sql):
        piece = found[0]
        if piece == ";":
            parts.append("")
            held.append(False)
            continue
        parts[-1] += piece
        held[-1] = held[-1] or (bool(piece.strip()) and not piece.startswith(("--", "/*")))
    return [part.strip() for part, any_word in zip(parts, held, strict=True) if any_word]


def questions(page: Path = SQL_PAGE) -> tuple[Question, ...]:
    """Each statement of each ``sql`` block of a page, in its order; of the SQL page unless another is named.

    Raises:
        FileNotFoundError: there is no such page.
        ValueError: a statement is none that only reads. A client can't run it on the published file.
    """
    markdown = page.read_text("utf-8")
    fences = [found.span() for found in FENCE.finditer(markdown)]
    headings = [
        (found.start(), re.sub(r"[`*_]", "", found[1]))
        for found in HEADING.finditer(markdown)
        if not any(start <= found.start() < end for start, end in fences)  # a comment in shell is no heading
    ]
    found_all = []
    for line, text in blocks(markdown, "sql"):
        at = len("".join(markdown.splitlines(keepends=True)[: line - 1]))
        heading = next((words for start, words in reversed(headings) if start < at), "")
        for sql in statements(text):
            if not READS.match(re.sub(r"\A(?:\s|--[^\n]*\n|/\*.*?\*/)*", "", sql, flags=re.S)):
                raise ValueError(f"{page.name}:{line}: not a statement that only reads: {sql.splitlines()[0]}")
            found_all.append(Question(heading, sql, page.name, line))
    return tuple(found_all)
