"""Format a brief as plain text, markdown, JSON or a message for a channel. Pure.

What it quotes comes from feeds, and is escaped in each form. The page is made by :mod:`pipeline.site`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from pipeline.alerts.brief.compose import Brief, FeedTrouble
from pipeline.alerts.brief.parts import DISPUTED, SEEN, STANDS, TO_COME, Entry, Part, build_parts, headline, period
from pipeline.alerts.message import Message, Section, safe_url, subject_of
from pipeline.model import escape
from pipeline.model.text import shorten

JSON_VERSION = 1  # of the form that :func:`as_data` gives
_QUOTE = 1_000  # characters of a sentence that are shown
_WIDTH = 100  # characters of a line of plain text
# What CommonMark acts on within a line. Round brackets are let be: without a square one before it, none makes a link.
_MARKS = re.compile(r"([\\`*_\[\]<~&])")


# -- plain text ------------------------------------------------------------------------------------


def as_text(brief: Brief) -> str:
    """Return the brief as plain text for a terminal, with a line break at its end."""
    title = escape.line(brief.title)
    blocks = [f"{title}: brief\n{period(brief)}\n\n{escape.line(headline(brief))}"]
    blocks += ["\n".join((part.heading.upper(), *_text_part(part))) for part in build_parts(brief)]
    return "\n\n".join(blocks) + "\n"


def _text_part(part: Part) -> Iterator[str]:
    if part.note:
        yield _wrapped(part.note, 2)
    width = max((len(label) for label, _ in part.rows), default=0)
    for label, told in part.rows:
        yield _wrapped(f"{label:<{width}}  {escape.line(told)}", 2, width + 4)
    for group in part.groups:
        if group.name:
            yield f"  {escape.line(group.name)}"
        for entry in group.entries:
            yield _wrapped(f"- {escape.line(entry.line)}", 2, 4)
            yield from (_wrapped(line, 6) for line in _proof(entry))
            if entry.url:
                yield f"      {escape.line(entry.url)}"


def _proof(entry: Entry) -> Iterator[str]:
    """Yield the lines under a fact: the other side's sentence, its own, and its source."""
    if entry.before_quote:
        yield f"{_quoted(entry.before_quote)} ({escape.line(entry.before_source)})"
    if entry.quote:
        yield _quoted(entry.quote)
    if entry.source:
        yield escape.line(entry.source)


def _quoted(quote: str) -> str:
    return f"“{shorten(escape.line(quote), _QUOTE)}”"


def _wrapped(text: str, indent: int, further: int | None = None) -> str:
    hanging = " " * (indent if further is None else further)
    return textwrap.fill(
        text, _WIDTH, initial_indent=" " * indent, subsequent_indent=hanging, break_long_words=False,
        break_on_hyphens=False, replace_whitespace=False, drop_whitespace=True,
    )  # fmt: skip


# -- markdown --------------------------------------------------------------------------------------


def as_markdown(brief: Brief) -> str:
    """Return the brief as CommonMark that reads well as it is written, too; a feed's words can be no marks in it."""
    blocks = [f"# {_md(brief.title)}: brief", f"{period(brief)}", f"**{_md(headline(brief))}**"]
    for part in build_parts(brief):
        blocks.append(f"## {part.heading}")
        blocks += _md_part(part)
    return "\n\n".join(blocks) + "\n"


def _md_part(part: Part) -> Iterator[str]:
    if part.note:
        yield part.note
    if part.rows:
        yield "\n".join(f"- **{_md(label)}**: {_md(told)}" for label, told in part.rows)
    for group in part.groups:
        if group.name:
            yield f"### {_md(group.name)}"
        yield "\n".join(map(_md_entry, group.entries))


def _md_entry(entry: Entry) -> str:
    said = [f"  {_md(line)}" for line in _proof(entry)]
    link = _md_link(entry.url)
    if link and said:
        said[-1] += f": {link}"
    elif link:
        said = [f"  {link}"]
    return "  \n".join((f"- **{_md(entry.line)}**", *said))  # two blanks keep the line break


def _md(text: str) -> str:
    return _MARKS.sub(r"\\\1", escape.chat(escape.line(text)))


def _md_link(url: str) -> str:
    """Return a link that names the host it leads to."""
    target = safe_url(url)
    return f"[{_md(urlsplit(target).hostname or '')}]({target})" if target else ""


# -- JSON ------------------------------------------------------------------------------------------


def as_data(brief: Brief) -> dict[str, Any]:
    """Return the brief as what JSON can hold; docs/briefs.md documents the keys."""
    sight, quiet = brief.sight, brief.sight.quiet
    return {
        "version": JSON_VERSION,
        "watch": brief.watch,
        "title": brief.title,
        "since": brief.since.isoformat(),
        "known_at": brief.until.isoformat(),
        "headline": headline(brief),
        "status": dict(brief.status),
        "changes": [_fact(section) for section in brief.changes],
        "disputes": [_fact(section) for section in brief.disputes],
        "expected": [_fact(section) for section in brief.expected],
        "sight": {
            "blind": sight.is_blind,
            "rounds": sight.rounds,
            "last_round": _time(sight.last_round),
            "feeds": quiet.feeds,
            "polled": quiet.polled,
            "failing": [_feed(feed) for feed in sight.failing],
            "silent": [_feed(feed) for feed in sight.silent],
            "entries_seen": quiet.entries_seen,
            "entries_new": quiet.entries_new,
            "articles_read": quiet.articles_read,
            "articles_relevant": quiet.articles_relevant,
            "claims": dict(quiet.claims),
            "waiting": quiet.unread,
            "oldest_waiting": _time(quiet.oldest_unread),
            "waiting_for_model": sight.waits,
            "held_back": sight.held_back,
            "unwatched": [[start.isoformat(), end.isoformat()] for start, end in quiet.unwatched],
        },
    }


def _fact(section: Section) -> dict[str, Any]:
    return {
        "headline": section.became,
        "quote": section.after_quote,
        "before_quote": section.before_quote,
        "title": section.title,
        "url": section.url,
        "source": section.source,
        "uncertain": section.heading.endswith("(uncertain)"),
        **dict(section.facts),
    }


def _feed(feed: FeedTrouble) -> dict[str, Any]:
    return {"feed": feed.title, "since": _time(feed.since), "reason": feed.reason}


def _time(when: datetime | None) -> str | None:
    return when.isoformat() if when else None


# -- a message -------------------------------------------------------------------------------------


def as_message(brief: Brief) -> Message:
    """Return the brief as a message, so that each channel shows it in its own form."""
    parts = {part.heading: part for part in build_parts(brief)}
    card = [f"{label}: {told}" for label, told in parts[STANDS].rows]
    seen = [f"{label}: {told}" for label, told in parts[SEEN].rows]
    return Message(
        subject_of(f"brief: {brief.title}: {headline(brief)}"),
        "\n".join((headline(brief), period(brief), "", STANDS.upper(), *(card or [parts[STANDS].note]))),
        (
            *(_in_short(section) for section in brief.changes),
            *(replace(section, heading=DISPUTED, notes=(), trail="", asked="") for section in brief.disputes),
            *(replace(_in_short(section), heading=TO_COME) for section in brief.expected),
        ),
        "\n".join((SEEN.upper(), *seen)),
    )


def _in_short(section: Section) -> Section:
    """Return the fact, its sentence and where it stands: an alert tells more of it."""
    return replace(section, notes=(), trail="", asked="", before_quote="", before_source="")
