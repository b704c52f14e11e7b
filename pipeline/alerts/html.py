"""Format a message as one page of HTML, for mail. Pure.

What a message says comes from feeds: there is no tag in it. The page asks nothing of the network: no style sheet, no
script, no image but one that comes with the mail, and links to http and https addresses only.
"""

from __future__ import annotations

import html
from collections.abc import Sequence

from pipeline.alerts.message import LIST_FROM, LIST_HEAD, Message, Section, in_brackets, safe_url
from pipeline.model import Picture, escape

_FONT = "font-family:Georgia,'Times New Roman',serif;font-size:16px;line-height:1.5;color:#1b1b1b"
_BODY = f"margin:0;padding:16px;background:#ffffff;{_FONT}"
_COLUMN = "max-width:640px;margin:0 auto"
_H1 = "font-size:20px;line-height:1.3;margin:0 0 12px"
_H2 = "font-size:12px;letter-spacing:.08em;text-transform:uppercase;color:#5a5a5a;margin:0 0 4px"
_BECAME = "font-size:18px;font-weight:bold;margin:0 0 10px"
_BEFORE = "margin:0 0 8px;padding:4px 12px;border-left:3px solid #c8c8c8;color:#5a5a5a"
_AFTER = "margin:0 0 8px;padding:4px 12px;border-left:3px solid #0b5cad"
_NOTES = "font-size:14px;color:#444444;margin:0 0 6px"
_CODE = "font-family:Consolas,Menlo,monospace;font-size:13px;background:#f3f3f3;padding:1px 4px;overflow-wrap:anywhere"
_LABEL = "font-size:12px;color:#5a5a5a"
_INTRO = "margin:0 0 12px"
_LIST = "margin:4px 0 16px;padding-left:24px"
_ITEM = "margin:0 0 4px"
_SECTION = "border-top:1px solid #dddddd;padding:14px 0 8px"
_CLOSING = "border-top:1px solid #dddddd;padding-top:12px;font-size:13px;color:#5a5a5a"
_WIDE = 600  # pixels of a picture, for programs that know no max-width
_PICTURE = "border-top:1px solid #dddddd;margin:0 0 12px;padding-top:14px"
_LINK = "color:#0b5cad;overflow-wrap:anywhere"
_BUTTON = "display:inline-block;padding:12px 22px;border-radius:6px;background:#0b5cad;color:#ffffff;"
_BUTTON += "font-weight:bold;text-decoration:none"


def as_html(message: Message, picture: Picture | None = None) -> str:
    """Format the message as one HTML page with inline styles, for mail; the subject is its heading.

    Apprise makes the text beside it of this page: a line break between two blocks is a blank line there.

    Args:
        message: what it says.
        picture: comes with the mail, and is shown after the changes; None for none.
    """
    subject = html_text(message.subject)
    parts = [
        f'<h1 style="{_H1}">{subject}</h1>',
        _html_lines(message.intro, _INTRO),
        _html_list(message.sections),
        *map(_html_section, message.sections),
        _html_picture(picture) if picture is not None else "",
        _html_button("Acknowledge", message.ack_url),
        _html_lines(message.closing, _CLOSING),
    ]
    body = "\n".join(part for part in parts if part)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<title>{subject}</title></head><body style="{_BODY}"><div style="{_COLUMN}">{body}</div></body></html>'
    )


def html_text(text: str) -> str:
    """Escape untrusted ``text`` for one line of HTML, in an element or a quoted attribute."""
    return html.escape(escape.line(text), quote=True)


def _html_lines(text: str, style: str) -> str:
    rows = [html.escape(row, quote=True) for row in escape.lines(text).strip().split("\n")]
    return f'<p style="{style}">{"<br>".join(rows)}</p>' if any(rows) else ""


def _html_list(sections: Sequence[Section]) -> str:
    if len(sections) < LIST_FROM:
        return ""
    rows = "".join(
        f'<li style="{_ITEM}"><b>{html_text(section.heading)}</b>: {html_text(section.became)}</li>'
        for section in sections
    )
    return f'<p style="margin:0">{LIST_HEAD}</p><ol style="{_LIST}">{rows}</ol>'


def _html_section(section: Section) -> str:
    parts = [
        f'<h2 style="{_H2}">{html_text(section.heading)}</h2>',
        f'<p style="{_BECAME}">{html_text(section.became)}</p>',
    ]
    if section.before_quote:
        said = in_brackets(section.before_source)
        parts.append(_html_quote("Before: ", section.before_quote, _BEFORE, said))
    if section.after_quote:
        parts.append(_html_quote("Now: " if section.before_quote else "", section.after_quote, _AFTER))
    rows = [html_text(note) for note in section.notes]
    if section.source:
        rows.append(f"Source: {html_text(section.source)}")
    if section.title:
        rows.append(f"“{html_text(section.title)}”")
    if section.url:
        rows.append(_html_link(section.url))
    ways = [f'<span style="{_CODE}">{html_text(section.trail)}</span>'] if section.trail else []
    ways += [_html_link(section.trail_url)] if section.trail_url else []
    rows += [f"Why: {' or '.join(ways)}"] if ways else []
    if rows:
        parts.append(f'<p style="{_NOTES}">{"<br>".join(rows)}</p>')
    return f'<div style="{_SECTION}">{"".join(parts)}</div>'


def _html_quote(label: str, quote: str, style: str, said: str = "") -> str:
    mark = f'<span style="{_LABEL}">{label}</span>' if label else ""
    end = f'<span style="{_LABEL}">{html_text(said)}</span>' if said else ""
    return f'<div><blockquote style="{style}">{mark}“{html_text(quote)}”{" " if end else ""}{end}</blockquote></div>'


def _html_link(url: str) -> str:
    """Return a link that shows where it leads; the bare words where ``url`` is no web address."""
    target = safe_url(url)
    if not target:
        return html_text(url)
    link = html.escape(target, quote=True)
    return f'<a href="{link}" rel="noopener noreferrer" style="{_LINK}">{link}</a>'


def _html_picture(picture: Picture) -> str:
    """Return the picture by the name under which it comes with the mail (RFC 2392)."""
    name, alt = html.escape(picture.name, quote=True), html_text(picture.alt)
    image = f'<img src="cid:{name}" alt="{alt}" width="{_WIDE}" style="max-width:100%;height:auto">'
    return f'<p style="{_PICTURE}">{image}</p>'


def _html_button(label: str, url: str) -> str:
    """Return a link that looks like a button; nothing where ``url`` is no web address."""
    target = html.escape(safe_url(url), quote=True)
    if not target:
        return ""
    link = f'<a href="{target}" rel="noopener noreferrer" style="{_BUTTON}">{label}</a>'
    return f'<p style="margin:4px 0 16px">{link}</p>'
