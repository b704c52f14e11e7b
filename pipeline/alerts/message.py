"""The message of an alert as a value, and its forms as plain text, markdown and JSON. Pure.

What a message says comes from feeds, so each form escapes it: no control or direction marks in any of them, no marks
that a chat acts on in markdown, no tags in HTML, see :func:`pipeline.alerts.html.as_html`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from pipeline.model import escape
from pipeline.model.text import shorten

SUBJECT_LIMIT = 90  # characters: what mail clients show of a subject on a narrow screen
LIST_FROM = 2  # sections from which on a short list stands before the details
JSON_VERSION = 1  # of the form that :func:`to_json` writes
Fact = str | int | float | bool | None

# What CommonMark and the chats' own dialects act on inside a line. A line of ours never begins with a feed's words.
_MARKS = re.compile(r"([\\`*_\[\](){}<>|~&#])")
_URL_UNSAFE = re.compile(r"[\s<>\"'`\\^{|}()\[\]*~]")
LIST_HEAD = "In short:"


@dataclass(frozen=True, slots=True)
class Section:
    """One thing that a message tells. Only ``heading`` and ``became`` must be there.

    Attributes:
        heading: one or two words, e.g. ``Mandate``.
        became: "A became B", one sentence.
        before_quote, after_quote: the sentence that said A, and the one that says B.
        notes: short lines: the verdict, how sure, how many independent origins.
        source: the outlet, who first wrote it, and when.
        title: of the article.
        url: of the article.
        trail: the command that tells why.
        asked: what that command is asked about: an address or an id. It names the watch's folder anew where it is sent.
        trail_url: a page that tells why; empty where there is none.
        before_source: who said A, and when.
        facts: the same for programs, by name: see docs/channels.md.
    """

    heading: str
    became: str
    before_quote: str = ""
    after_quote: str = ""
    notes: tuple[str, ...] = ()
    source: str = ""
    title: str = ""
    url: str = ""
    trail: str = ""
    trail_url: str = ""
    before_source: str = ""
    asked: str = ""
    facts: tuple[tuple[str, Fact], ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """What one alert says: ``intro``, ``sections``, ``ack_url`` to acknowledge it, ``closing``; each may be empty."""

    subject: str
    intro: str = ""
    sections: tuple[Section, ...] = ()
    closing: str = ""
    ack_url: str = ""


def subject_of(head: str, *, more: int = 0) -> str:
    """Shorten ``head`` to a subject of at most :data:`SUBJECT_LIMIT` characters.

    Args:
        head: what the message says first.
        more: how many further things it tells.
    """
    tail = f" (+{more})" if more else ""
    return shorten(escape.line(head), SUBJECT_LIMIT - len(tail)) + tail


# -- plain text ----------------------------------------------------------------------------------


def as_text(message: Message) -> str:
    """Format the message as plain text, without its subject; each quote stays on one line."""
    return "\n\n".join(
        part
        for part in (
            escape.lines(message.intro).strip(),
            _text_list(message.sections),
            *map(_text_section, message.sections),
            f"Acknowledge: {escape.line(message.ack_url)}" if message.ack_url else "",
            escape.lines(message.closing).strip(),
        )
        if part
    )


def _text_list(sections: Sequence[Section]) -> str:
    if len(sections) < LIST_FROM:
        return ""
    return "\n".join((LIST_HEAD, *(f"  {n}. {_head(section)}" for n, section in enumerate(sections, 1))))


def _text_section(section: Section) -> str:
    rows = [_head(section)]
    if section.before_quote:
        rows.append(f'  Before: "{escape.line(section.before_quote)}"{in_brackets(section.before_source)}')
    if section.after_quote:
        label = "  Now:    " if section.before_quote else "  "
        rows.append(f'{label}"{escape.line(section.after_quote)}"')
    rows += [f"  {escape.line(note)}" for note in section.notes]
    if section.source:
        rows.append(f"  Source: {escape.line(section.source)}")
    if section.title:
        rows.append(f'  "{escape.line(section.title)}"')
    rows += [f"  {escape.line(link)}" for link in (section.url,) if link]
    if section.trail or section.trail_url:
        rows.append(f"  Why: {' or '.join(escape.line(way) for way in (section.trail, section.trail_url) if way)}")
    return "\n".join(rows)


def in_brackets(text: str) -> str:
    """Put untrusted ``text`` on one line in brackets, after a blank; empty where it is."""
    return f" ({escape.line(text)})" if text else ""


def _head(section: Section) -> str:
    return f"{escape.line(section.heading).upper()}: {escape.line(section.became)}"


# -- markdown ------------------------------------------------------------------------------------


def as_markdown(message: Message) -> str:
    """Format the message as CommonMark, without its subject; a feed's words can't be marks, calls or links in it."""
    return "\n\n".join(
        part
        for part in (
            _md_lines(message.intro),
            _md_list(message.sections),
            *map(_md_section, message.sections),
            _md_link("Acknowledge", message.ack_url) if message.ack_url else "",
            _md_lines(message.closing),
        )
        if part
    )


def markdown_text(text: str) -> str:
    """Escape untrusted ``text`` for one line of markdown, so that it is shown as it is written."""
    return _MARKS.sub(r"\\\1", escape.chat(escape.line(text)))


def _md_lines(text: str) -> str:
    # Two blanks at the end keep a line break. A line of ours may begin with a dash or a number, which is harmless.
    return "  \n".join(markdown_text(line) for line in escape.lines(text).strip().split("\n"))


def _md_list(sections: Sequence[Section]) -> str:
    if len(sections) < LIST_FROM:
        return ""
    rows = (
        f"{n}. **{_md_heading(section)}**: {markdown_text(section.became)}" for n, section in enumerate(sections, 1)
    )
    return "\n".join((LIST_HEAD, "", *rows))


def _md_section(section: Section) -> str:
    blocks = [f"**{_md_heading(section)}**: {markdown_text(section.became)}"]
    quotes = []
    if section.before_quote:
        said = markdown_text(in_brackets(section.before_source).strip())
        quotes.append(f"> Before: “{markdown_text(section.before_quote)}” {said}".rstrip())
    if section.after_quote:
        quotes.append(f"> {'Now: ' if quotes else ''}“{markdown_text(section.after_quote)}”")
    blocks.append("\n>\n".join(quotes))
    rows = [markdown_text(note) for note in section.notes]
    if section.source:
        rows.append(f"Source: {markdown_text(section.source)}")
    if section.url:
        rows.append(_md_link(section.title or section.url, section.url))
    elif section.title:
        rows.append(f"“{markdown_text(section.title)}”")
    ways = [_md_code(section.trail)] if section.trail else []
    ways += [_md_link("the trail", section.trail_url)] if section.trail_url else []
    rows += [f"Why: {' or '.join(ways)}"] if ways else []
    blocks.append("\n".join(f"- {row}" for row in rows))
    return "\n\n".join(block for block in blocks if block)


def _md_heading(section: Section) -> str:
    return markdown_text(section.heading).upper()


def _md_code(text: str) -> str:
    """Return ``text`` as code: in a fence of backticks longer than any in it."""
    text = escape.line(text)
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _md_link(label: str, url: str) -> str:
    """Return a link that names the host it leads to, so that no title hides where it goes."""
    target = safe_url(url)
    if not target:
        return markdown_text(label)
    host = urlsplit(target).hostname or ""
    name = host if label == url else f"{escape.line(label)} ({host})"
    return f"[{markdown_text(name)}]({target})"


# -- links -----------------------------------------------------------------------------------------


def safe_url(url: str) -> str:
    """Return ``url`` as a link's target where it is a web address, its marks percent-encoded; else an empty string."""
    target = escape.line(url)
    try:
        parts = urlsplit(target)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
            return ""
    except ValueError:
        return ""
    return _URL_UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), target)


# -- JSON ----------------------------------------------------------------------------------------


def as_data(message: Message) -> dict[str, Any]:
    """Convert the message to JSON values: the form that a webhook gets, and that the store keeps."""
    sections = [asdict(section) | {"facts": dict(section.facts)} for section in message.sections]
    return {
        "version": JSON_VERSION,
        "subject": message.subject,
        "intro": message.intro,
        "sections": sections,
        "closing": message.closing,
        "ack_url": message.ack_url,
    }


def to_json(message: Message) -> str:
    """Serialise the message as JSON on one line, for :func:`from_json`."""
    return escape.json_line(as_data(message))


def from_json(text: str) -> Message:
    """Parse the message that :func:`to_json` wrote; keys of a newer version are ignored.

    Raises:
        ValueError: ``text`` is no such JSON.
    """
    data = json.loads(text)
    if not isinstance(data, dict) or not isinstance(data.get("sections"), list) or "subject" not in data:
        raise ValueError("no message: it has no subject or no list of sections")
    return Message(
        subject=str(data["subject"]),
        intro=str(data.get("intro", "")),
        sections=tuple(map(_section, data["sections"])),
        closing=str(data.get("closing", "")),
        ack_url=str(data.get("ack_url", "")),
    )


_TEXTS = tuple(field.name for field in fields(Section) if field.name not in ("notes", "facts"))


def _section(data: Any) -> Section:
    if not isinstance(data, Mapping) or "heading" not in data or "became" not in data:
        raise ValueError("no message: a section has no heading or does not say what became of it")
    return Section(
        **{name: str(data[name]) for name in _TEXTS if name in data},
        notes=tuple(map(str, data.get("notes", ()))),
        facts=tuple((str(name), value) for name, value in dict(data.get("facts", {})).items()),
    )
