"""Untrusted text as it may be shown: in a terminal, a chat, a page, a spreadsheet, as JSON. Pure.

What feeds, pages and models say is shown by way of these functions and no other. None changes what is stored.
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
    """``text`` for a terminal or a plain message: line breaks kept, no control sequences, no forged direction."""
    return safe(_BREAKS.sub("\n", text))


def line(text: str) -> str:
    """As :func:`lines`, on one line and with single blanks."""
    return squeeze(lines(text))


def chat(text: str) -> str:
    """``text`` for a chat service: it calls nobody, and no link goes under another name.

    The reader sees the same words; marks that a chat would act on are kept apart by a word joiner (U+2060).
    """
    return _CALLS.sub(lambda found: f"{found[0]}{_JOINER}", lines(text))


def in_page(value: object) -> object:
    """``value`` for a template that escapes: text without forging marks; markup of our own as it is."""
    return lines(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def csv_row(values: Iterable[object]) -> str:
    """A row of CSV (RFC 4180) with its line end; a text that a spreadsheet would run gets a quote in front."""
    row = io.StringIO()
    csv.writer(row, lineterminator="\r\n").writerow([_cell(value) for value in values])
    return row.getvalue()


def json_line(value: object, plain: Callable[[object], object] | None = None) -> str:
    """``value`` as one line of JSON that a terminal can show: what could forge the screen is escaped, not lost.

    Args:
        value: what JSON can hold.
        plain: makes other values such.
    """
    return _NOT_ASCII.sub(_escaped, json.dumps(value, default=plain, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    """A character of JSON as it is, or its escape where it forges, breaks the line or is half a character."""
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
