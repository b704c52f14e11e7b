"""What is read out of a page as SQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.questions import README, questions, statements

PAGE = """# All

## Who leads, `now`?

```sh
# not a heading
duckdb -readonly missionwatch.duckdb
```

```sql
SELECT value FROM board WHERE subject = 'a; b'  -- one; two
ORDER BY since;
SELECT 1;
```

```
value
```

## And then?

```sql
FROM changes
```
"""


def page(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "page.md"
    file.write_text(text)
    return file


def test_each_statement_comes_with_the_heading_above_it_and_its_line(tmp_path: Path) -> None:
    found = questions(page(tmp_path, PAGE))
    assert [(one.heading, one.sql, one.line) for one in found] == [
        ("Who leads, now?", "SELECT value FROM board WHERE subject = 'a; b'  -- one; two\nORDER BY since", 11),
        ("Who leads, now?", "SELECT 1", 11),
        ("And then?", "FROM changes", 23),
    ]
    assert found[2].slug == "page.md:23-and-then"


def test_a_semicolon_in_a_string_a_name_or_a_comment_ends_nothing() -> None:
    sql = "SELECT 'it''s; so' AS \"a;b\" /* c; d */; -- the end;\n;SELECT 2 - 1, 4 / 2"
    assert statements(sql) == ["SELECT 'it''s; so' AS \"a;b\" /* c; d */", "SELECT 2 - 1, 4 / 2"]


def test_a_statement_that_writes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"page\.md:2: not a statement that only reads: DELETE FROM board"):
        questions(page(tmp_path, "```sql\nDELETE FROM board\n```\n"))


def test_a_comment_may_stand_before_the_statement(tmp_path: Path) -> None:
    [found] = questions(page(tmp_path, "```sql\n-- now\nSELECT 1\n```\n"))
    assert found.sql == "-- now\nSELECT 1"


def test_the_readme_asks_something() -> None:
    assert len(questions(README)) >= 5
