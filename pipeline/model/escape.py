"""Escape untrusted text for the place where it is shown: a terminal, a chat, a page, a spreadsheet, JSON. Pure.

All text of feeds, pages and models goes through these functions before it is shown. None changes what is stored.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Final

from markupsafe import Markup

from pipeline.model.text import safe, squeeze

_BREAKS = re.compile("\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NOT_ASCII = re.compile("[^ -~]")
# Word joiner: seen by the program that would act on a mark, and not by the reader.
_JOINER: Final = "\u2060"
# What makes a chat call people (Slack, Discord, Matrix, Teams) or follow a link under another name.
_CALLS = re.compile(
    r"@(?=everyone|here|channel|all\b|room|team|group)|<(?=[@!#&:/A-Za-z])|(?<=\])(?=\()", re.IGNORECASE
)
# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection"); blanks before it do not help.
_FORMULA = re.compile(r"\s*[=+\-@\t\r＝＋－＠]")


def lines(text: str) -> str:
    """Return ``text`` safe for a terminal or a plain message: line breaks kept, control and direction marks removed."""
    return safe(_BREAKS.sub("\n", text))


def line(text: str) -> str:
    """Return ``text`` as :func:`lines` does, on one line with single blanks."""
    return squeeze(lines(text))


def chat(text: str) -> str:
    """Return ``text`` safe for a chat service: it notifies nobody, and no link hides behind another name.

    The reader sees the same words; marks that a chat would act on are kept apart by a word joiner (U+2060).
    """
    return _CALLS.sub(lambda found: f"{found[0]}{_JOINER}", lines(text))


def for_template(value: object) -> object:
    """Return ``value`` ready for an autoescaping template: text goes through :func:`lines`, our own markup is left."""
    return lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def csv_row(values: Iterable[object]) -> str:
    """Format a row of CSV (RFC 4180) with its line end; a text that a spreadsheet would run gets a quote in front."""
    row = io.StringIO()
    csv.writer(row, lineterminator="\r\n").writerow([_cell(value) for value in values])
    return row.getvalue()


def json_line(value: object, plain: Callable[[object], object] | None = None) -> str:
    """Format ``value`` as one line of JSON, with characters that could forge a terminal's screen escaped, not lost.

    Args:
        value: what JSON can hold.
        plain: converts a value that JSON cannot hold.
    """
    return _NOT_ASCII.sub(_escaped, json.dumps(value, default=plain, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    """Return a character of JSON, escaped where it forges, breaks the line or is half a character."""
    char = found[0]
    if safe(char) and not _BREAKS.match(char) and not "\ud800" <= char <= "\udfff":
        return char
    return json.dumps(char)[1:-1] if char != "\x7f" else "\\u007f"


def _cell(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    text = lines(str(value))
    return f"'{text}" if _FORMULA.match(text) else text
