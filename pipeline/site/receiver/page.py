"""The page that a reader's link opens, as HTML: no script, nothing from the network, good on a phone. Pure.

What it quotes comes from feeds, and what somebody typed from whoever has the link: both are escaped.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Sequence
from datetime import datetime

from pipeline.alerts.message import Section
from pipeline.model import escape
from pipeline.model.text import shorten
from pipeline.site.receiver.desk import Seen

MOST_SECTIONS = 8
MAX_NAME, MAX_NOTE = 200, 2_000  # characters
_STYLE = """
:root{color-scheme:light dark;--ink:#1b1b1b;--soft:#585858;--paper:#fff;--line:#d9d9d9;--blue:#0b5cad;--on:#fff;
--good:#17643a;--bad:#9a3412}
@media (prefers-color-scheme:dark){:root{--ink:#ededed;--soft:#b0b0b0;--paper:#161616;--line:#3d3d3d;--blue:#7db8ff;
--on:#0c1a2b;--good:#7fd6a4;--bad:#f3a37c}}
*{box-sizing:border-box}
body{margin:0;padding:20px 16px 40px;background:var(--paper);color:var(--ink);
font:17px/1.5 Georgia,"Times New Roman",serif}
main{max-width:600px;margin:0 auto}
.watch,.when,.small,label,.what{color:var(--soft);font:15px/1.4 system-ui,"Noto Sans",Helvetica,Arial,sans-serif}
.watch{margin:0 0 4px}.when{margin:4px 0 16px}
h1{font-size:22px;line-height:1.3;margin:0;overflow-wrap:anywhere}
ul{list-style:none;margin:0;padding:0}
li{border-top:1px solid var(--line);padding:12px 0}
.what{margin:0;font-size:12px;letter-spacing:.08em;text-transform:uppercase}
.became{margin:0;font-weight:bold;overflow-wrap:anywhere}
blockquote{margin:8px 0 0;padding:2px 0 2px 12px;border-left:3px solid var(--blue);overflow-wrap:anywhere}
.state{border:2px solid;border-radius:8px;padding:12px 14px;margin:16px 0;overflow-wrap:anywhere}
.state p{margin:0}.state p+p{margin-top:6px}.state b{font-size:19px}
.good{border-color:var(--good)}.good b{color:var(--good)}.bad{border-color:var(--bad)}.bad b{color:var(--bad)}
form{border-top:1px solid var(--line);padding-top:16px}
label{display:block;margin:0 0 14px;color:var(--ink)}
input,textarea{display:block;width:100%;margin-top:4px;padding:11px 12px;font:inherit;font-size:17px;color:inherit;
background:transparent;border:1px solid var(--soft);border-radius:8px}
textarea{min-height:76px;resize:vertical}
button{display:block;width:100%;min-height:54px;padding:12px;border:0;border-radius:8px;background:var(--blue);
color:var(--on);font:600 18px system-ui,"Noto Sans",Helvetica,Arial,sans-serif;cursor:pointer}
:focus-visible{outline:3px solid var(--blue);outline-offset:2px}
.small{margin:12px 0 0}
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
# Besides the style above, nothing is loaded, run, framed, or sent anywhere but to where the page came from.
CONTENT_SECURITY = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def asks(title: str, alert: Seen, *, by: str = "", note: str = "", trouble: str = "") -> str:
    """The page that says what is acknowledged, with the button.

    Args:
        title: the watch's name.
        alert: what it is about.
        by, note: what is in the fields already.
        trouble: why the button has just not done what it says; empty at first.
    """
    state = _state("Not recorded", trouble, good=False) if trouble else ""
    return _page("Acknowledge", _head(title, alert) + state + _sections(alert.sections) + _form(by, note))


def done(title: str, alert: Seen, *, new: bool) -> str:
    """The page that says who has acknowledged the alert, and that nothing is left to do.

    Args:
        title: the watch's name.
        alert: acknowledged.
        new: whether by this very press of the button.
    """
    when = f" on {_time(alert.acked_at)}" if alert.acked_at else ""
    rows = [f"By {_line(alert.acked_by)}{when}."]
    rows += [f"“{_line(alert.note)}”"] if alert.note.strip() else []
    rows += ["You can close this page." if new else "It was acknowledged before: nothing has changed."]
    state = _state("Acknowledged", *rows, good=True)
    return _page("Acknowledged", _head(title, alert) + state + _sections(alert.sections))


def unknown() -> str:
    """The page for a link that is none."""
    told = (
        "It may have been cut where the message was wrapped: copy the whole of it. "
        "Or acknowledge the alert by the command that stands in the message."
    )
    return _page("Not a valid link", f"<h1>This link opens nothing</h1>{_state('Not a valid link', told, good=False)}")


def trouble(head: str, told: str) -> str:
    """A page that says what went wrong, and what to do."""
    return _page(head, _state(head, told, good=False))


def _page(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{title} - Missionwatch</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>\n"
    )


def _head(title: str, alert: Seen) -> str:
    told = f"Told on {_time(alert.told_at)} through {_line(alert.channel)}" if alert.told_at else ""
    told = told or (f"For {_line(alert.channel)}" if alert.channel else "")
    when = f'<p class="when">{told}</p>' if told else ""
    subject = _line(alert.subject) or f"Alert {alert.alert_id}"
    return f'<p class="watch">{_line(title)}</p><h1>{subject}</h1>{when}'


def _sections(sections: Sequence[Section]) -> str:
    if not sections:
        return ""
    rows = [_section(section) for section in sections[:MOST_SECTIONS]]
    more = len(sections) - len(rows)
    rows += [f'<li class="small">and {more} more, in the message</li>'] if more > 0 else []
    return f"<ul>{''.join(rows)}</ul>"


def _section(section: Section) -> str:
    quote = f"<blockquote>“{_line(section.after_quote)}”</blockquote>" if section.after_quote else ""
    return f'<li><p class="what">{_line(section.heading)}</p><p class="became">{_line(section.became)}</p>{quote}</li>'


def _state(head: str, *rows: str, good: bool) -> str:
    """A framed word on how it stands; ``rows`` are HTML."""
    kind, role = ("good", "status") if good else ("bad", "alert")
    told = "".join(f"<p>{row}</p>" for row in rows if row)
    return f'<div class="state {kind}" role="{role}"><p><b>{head}</b></p>{told}</div>'


def _form(by: str, note: str) -> str:
    # Without an action it goes to the address that it came from, whatever stands in front of the receiver.
    return (
        '<form method="post">'
        f'<label>Your name <input name="by" value="{_line(by)}" maxlength="{MAX_NAME}" autocomplete="name"></label>'
        f'<label>A note (can be left empty) <textarea name="note" maxlength="{MAX_NOTE}">{_lines(note)}</textarea>'
        "</label><button>Acknowledge</button>"
        '<p class="small">It says that the alert was seen, so that it is not told again to others. '
        "To open this page has recorded nothing.</p></form>"
    )


def _time(moment: datetime | None) -> str:
    return f"{moment:%d %b %Y, %H:%M} UTC" if moment else ""


def _line(text: str) -> str:
    return html.escape(shorten(escape.line(text), 1_000), quote=True)


def _lines(text: str) -> str:
    return html.escape(escape.lines(text), quote=True)
