"""The words of an alert in the form that a service takes. Pure.

Escaping is by form: what a chat would act on is escaped for chats, tags for HTML; a program or a mailbox takes the
words as they are, without what could forge the screen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from pipeline.alerts.html import as_html, html_text
from pipeline.alerts.message import Message, Section, as_data, as_markdown, as_text, from_json, markdown_text
from pipeline.model import Alert, Picture, escape
from pipeline.model.text import shorten

Form = Literal["text", "chat", "markdown", "html"]
SHORT = 500  # characters: services that take no more (text messages, pagers) get one line and an address
MOST_PIECES = 4  # a message that would make more is told in short: what became of what, and where it stands
_LONGEST = 10**9


@dataclass(frozen=True, slots=True)
class Words:
    """A title and a body in one form."""

    title: str
    body: str


def message_in(alert: Alert) -> Message:
    """The structured message of ``alert``; where it has none, or none that can be read, its text as one paragraph."""
    try:
        told = from_json(alert.message)
    except (ValueError, TypeError):  # planned by an earlier version, or by a newer one
        return Message(alert.subject, alert.body)
    return replace(told, subject=alert.subject)


def words(
    alert: Alert,
    form: Form,
    *,
    limit: int = _LONGEST,
    title_in_body: bool = False,
    picture: Picture | None = None,
) -> Words:
    """``alert`` in ``form``; the last line is its id, by which a receiver can drop a repeat.

    Args:
        alert: what is told.
        form: ``text`` for programs, mailboxes and files; ``chat`` is text for a service that may act on marks.
        limit: characters that the service takes at once; a longer body is told in short, or cut by Apprise into pieces.
        title_in_body: the service has no title, so Apprise puts it before the body, in the body's form.
        picture: goes with the message, and is shown within HTML.
    """
    message = message_in(alert)
    title = escape.line(message.subject)
    if form in ("chat", "markdown"):
        title = markdown_text(title) if form == "markdown" and title_in_body else escape.chat(title)
    elif form == "html" and title_in_body:
        title = html_text(title)
    if limit <= SHORT:
        return Words(title, _one_line(message, limit - (len(title) + 2 if title_in_body else 0)))
    last = f"Alert {alert.alert_id}"
    message = replace(message, closing="\n\n".join(part for part in (message.closing.strip(), last) if part))
    body = _written(message, form, picture)
    if form != "html" and len(body) > MOST_PIECES * limit:
        body = _written(in_short(message), form)
    return Words(title, body)


def in_short(message: Message) -> Message:
    """``message`` with what became of what, and where each stands; no quotes and no notes."""
    short = (Section(s.heading, s.became, source=s.source, url=s.url) for s in message.sections)
    return replace(message, sections=tuple(short))


def payload(alert: Alert, picture: Picture | None = None) -> Mapping[str, Any]:
    """The alert for a program: what a JSON webhook gets as ``alert``. docs/channels.md documents the keys."""
    return {
        "alert_id": str(alert.alert_id),
        "watch": alert.watch,
        "rule": alert.rule,
        "changes": [str(change) for change in alert.change_ids],
        "planned_at": alert.planned_at.isoformat(),
        "message": as_data(message_in(alert)),
        "picture": {"filename": picture.name, "alt": picture.alt} if picture is not None else None,
    }


def _written(message: Message, form: Form, picture: Picture | None = None) -> str:
    if form == "html":
        return as_html(message, picture)
    if form == "markdown":
        return as_markdown(message)
    return escape.chat(as_text(message)) if form == "chat" else as_text(message)


def _one_line(message: Message, limit: int) -> str:
    """The first thing that is told, and where it stands; at most ``limit`` characters, the address never cut."""
    if not message.sections:
        return shorten(escape.line(message.intro), max(limit, 1))
    first = message.sections[0]
    url = escape.line(first.url)
    room = limit - len(url) - 1
    if not url or room < 20:
        return shorten(escape.line(first.became), max(limit, 1))
    return f"{shorten(escape.line(first.became), room)} {url}"
