"""What artifacts say, as values: rows of the store and numbers of a run in, tables and markdown out. Pure.

Prefect has two UIs. The older reads the cells of a table as markdown too, and would load the pictures that they name;
the newer shows them as they are. So what comes from feeds is escaped in markdown, and kept from acting in cells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from pipeline.alerts.message import Message, as_markdown, markdown_text, safe_url
from pipeline.health.feeds import blindness, describe_blindness
from pipeline.model import AlarmKind, escape
from pipeline.model.text import shorten

Row = Mapping[str, Any]

VALUE_LENGTH, SENTENCE_LENGTH = 240, 600  # characters of a board's cell
CHANGES_SHOWN = 50  # of one artifact; a first read of a long past may bring hundreds
NOTES_SHOWN = 20
NOTE_LENGTH = 400  # characters
_KEY_LEFT_OUT = re.compile(r"[^a-z0-9]+")
_JOINER = "\u2060"  # word joiner: seen by a program that would act on a mark, and not by the reader
_BEGINS_LIKE_MARKDOWN = re.compile(r"[-+*=>#|`~]|\d{1,9}[.)]")

# Where each stage's part of the bar begins and ends, in percent. Polling and pages wait for the network.
_SPANS: Final[Mapping[str, tuple[float, float]]] = {
    "polling": (0.0, 35.0),
    "collecting": (35.0, 75.0),
    "looking again": (75.0, 80.0),
    "reading": (80.0, 95.0),
    "alerting": (95.0, 99.0),
}


def key(kind: str, watch: str) -> str:
    """The artifact's key: the same in each run of ``watch``, so that Prefect shows its history."""
    return f"{kind}-{_KEY_LEFT_OUT.sub('-', watch.lower()).strip('-')}"


def percent(stage: str, done: int, total: int) -> float | None:
    """How far the whole round is, 0 to 99, when ``done`` of ``total`` of ``stage`` are over; None if not known."""
    span = _SPANS.get(stage)
    if span is None or total <= 0:
        return None
    first, last = span
    return round(first + (last - first) * min(done / total, 1.0), 1)


def cell(value: object, limit: int = VALUE_LENGTH) -> str:
    """``value`` as a table's cell: no tag, picture or disguised link in it, whether it is read as markdown or not."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    text = escape.chat(escape.line(shorten(str(value), limit)))
    return f"{_JOINER}{text}" if _BEGINS_LIKE_MARKDOWN.match(text) else text


def board_rows(rows: Sequence[Row]) -> list[dict[str, str | int]]:
    """The board as a table: what, since when, how many sources say so, and the sentence with its address."""
    return [
        {
            "aspect": cell(row["aspect"]),
            "subject": cell(row["subject"]),
            "value": _value(row),
            "stage": cell(str(row["stage"]).replace("_", " ")),
            "since": cell(row["since"]),
            "sources": int(row["sources"] or 0),
            "sentence": cell(row["quote"], SENTENCE_LENGTH),
            "outlet": cell(row.get("outlet") or "baseline", 80),
            "address": safe_url(str(row.get("url") or "")),
        }
        for row in rows
    ]


def changes_markdown(message: Message, title: str, number: int) -> str:
    """Changes as markdown, told as an alert tells them: "A became B", both sentences, the source and the trail.

    Args:
        message: about the first :data:`CHANGES_SHOWN` of them, at least one.
        title: the watch's title.
        number: how many there are.
    """
    more = f"\n\nAnd {number - CHANGES_SHOWN} more: ask `missionwatch changes`." if number > CHANGES_SHOWN else ""
    return f"# {markdown_text(title)}: {_number(number, 'change')}\n\n{as_markdown(message)}{more}\n"


def round_markdown(title: str, counts: Mapping[str, int], notes: Sequence[str], published: str) -> str:
    """A round as markdown, so that quiet can be proved: what was polled, failed, read and found, and each trouble.

    Args:
        title: the watch's title and the round's time.
        counts: the round's numbers, as the record of a run has them.
        notes: its troubles.
        published: the path of the published file.
    """
    n = counts.get
    feeds, failing, changes = n("feeds", 0), n("feeds_failing", 0), n("changes", 0)
    blind = describe_blindness(counts)
    if blindness(counts) is AlarmKind.BLIND:
        head = f"**{blind}**"
    elif changes:
        head = f"**{_number(changes, 'change')}** of the board: see the artifact of the changes."
    else:
        head = "**Nothing changed**, as far as these could tell:"
    if blindness(counts) is AlarmKind.HALF_BLIND:
        head = f"**{blind}**\n\n{head}"
    rows = {
        "feeds due": f"{n('feeds_due', 0)} of {feeds}",
        "feeds that failed now": n("feeds_failed", 0),
        "feeds failing in all": failing,
        "new entries": n("entries_new", 0),
        "articles stored": n("articles_new", 0),
        "pages refused or failed": n("pages_refused", 0) + n("pages_failed", 0),
        "articles read": n("articles_read", 0),
        "of them of this mission": n("articles_relevant", 0),
        "claims": n("claims", 0),
        "changes": changes,
        "alerts delivered": n("alerts_delivered", 0),
        "alerts to be tried again": n("alerts_failed", 0),
    }
    lines = [f"# {markdown_text(title)}", "", head, "", "| what | number |", "|---|---:|"]
    lines += [f"| {name} | {value} |" for name, value in rows.items()]
    if notes:
        lines += ["", "## Troubles", ""]
        lines += [f"- {markdown_text(shorten(note, NOTE_LENGTH))}" for note in notes[:NOTES_SHOWN]]
        if len(notes) > NOTES_SHOWN:
            lines.append(f"- and {len(notes) - NOTES_SHOWN} more")
    lines += ["", f"Published for SQL: {markdown_text(published)}"]
    return "\n".join(lines) + "\n"


def _number(number: int, of: str) -> str:
    return f"{number} {of}" if number == 1 else f"{number} {of}s"


def _value(row: Row) -> str:
    value = cell(row["value"])
    if row.get("is_disputed"):
        value += f" (disputed: {cell(row.get('disputed_value') or 'sources disagree')})"
    if row.get("unconfirmed_since"):
        value += f" (not confirmed since {cell(row['unconfirmed_since'])})"
    return value
