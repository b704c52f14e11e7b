"""Untrusted text as it is shown: nothing forges the screen, calls people or runs, and no word is lost."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import Environment
from markupsafe import Markup

from pipeline.model import escape

FORGING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff"
    "\U000e0000-\U000e007f]"
)
# Any text at all, and text made of what attackers use.
PIECES = st.sampled_from(
    ["@everyone", "@here", "<!channel>", "<@U1>", "<b>", "](", "[a](http://e.example)", "=1+1", "-1", "\t=", "＝1", "|",
     '"', ",", "\r\n", "\x1b[31m", "\x9b2J", "\x07", "\u202e", "\u2066", "\u2028", "\x85", "\x7f", "\ud800", "&lt;",
     "word", " ", "{{ 7 * 7 }}", "<script>alert(1)</script>", "\U000e0041", "é"]
)  # fmt: skip
HOSTILE = st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join))
WORDS = st.text(alphabet="abc éß漢@<>[]()=+-,;'\"", max_size=60)


@given(HOSTILE)
def test_no_form_lets_a_forging_mark_through(text: str) -> None:
    for form in (escape.lines(text), escape.line(text), escape.chat(text), escape.csv_row([text])[:-2]):
        assert not FORGING.search(form.replace("\r\n", "\n"))


@given(WORDS)
def test_words_without_forging_marks_are_shown_as_they_are(text: str) -> None:
    assert escape.lines(text) == text
    assert escape.chat(text).replace("\u2060", "") == text


@given(HOSTILE)
def test_a_line_is_one_line(text: str) -> None:
    assert len(escape.line(text).splitlines()) <= 1


@given(HOSTILE)
@example("@\u202eeveryone")
@example("<\u200b!channel>")
@example("]\u2060(")
def test_no_chat_is_called_and_no_link_goes_under_another_name(text: str) -> None:
    told = escape.chat(text)

    assert not re.search(r"@(everyone|here|channel|room|team)|<[@!#]|<[a-z/]|\]\(", told, re.IGNORECASE)
    assert escape.chat(told) == told


@given(st.lists(st.one_of(HOSTILE, st.none(), st.integers(), st.booleans()), min_size=1, max_size=5))
def test_a_row_of_csv_has_the_cells_that_went_in_and_no_formula(cells: list[object]) -> None:
    (row,) = list(csv.reader(io.StringIO(escape.csv_row([*cells, "end"]), newline="")))

    assert len(row) == len(cells) + 1
    for cell, told in zip(cells, row, strict=False):
        if isinstance(cell, str):
            assert told.removeprefix("'") == escape.lines(cell) or told == escape.lines(cell)
            assert not re.match(r"\s*[=+\-@\t\r＝＋－＠]", told)


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ('=HYPERLINK("http://e.example")', '"\'=HYPERLINK(""http://e.example"")"'),
        ("+1", "'+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        (-5, "-5"),
        (0.5, "0.5"),
        (None, ""),
        (datetime(2025, 9, 30, tzinfo=UTC), "2025-09-30T00:00:00+00:00"),
        ("991 police", "991 police"),
    ],
)
def test_a_text_that_a_spreadsheet_would_run_gets_a_quote_and_a_number_stays_one(cell: object, told: str) -> None:
    assert escape.csv_row(["a", cell]) == f"a,{told}\r\n"


@given(st.recursive(HOSTILE, lambda inner: st.lists(inner) | st.dictionaries(HOSTILE, inner), max_leaves=6))
def test_a_line_of_json_forges_nothing_and_says_the_same(value: object) -> None:
    told = escape.json_line(value)

    assert not FORGING.search(told)
    assert len(told.splitlines()) == 1
    assert json.loads(told) == value
    told.encode()


def test_a_line_of_json_keeps_foreign_letters_readable() -> None:
    assert escape.json_line({"a": "Haïti 海地"}) == '{"a": "Haïti 海地"}'


@given(HOSTILE)
def test_a_page_shows_text_and_never_markup(text: str) -> None:
    environment = Environment(autoescape=True, finalize=escape.for_template)

    told = environment.from_string("<p title='{{ text }}'>{{ text }}</p>").render(text=text)

    assert not FORGING.search(told)
    assert told.count("<") == 2
    assert told.count("'") == 2


def test_markup_of_our_own_is_left_as_it_is() -> None:
    assert escape.for_template(Markup("<b>\x1b</b>")) == Markup("<b>\x1b</b>")
    assert escape.for_template(7) == 7
