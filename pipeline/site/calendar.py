"""What the board expects, as a calendar (RFC 5545): a mandate's end, a planned step. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from pipeline.model import escape
from pipeline.model.text import content_id, shorten
from pipeline.site.view import Day, View

if TYPE_CHECKING:
    from icalendar import Event

_SUMMARY = 120


def calendar(view: View) -> bytes:
    """The days that the board of ``view`` looks forward to.

    An event is of its subject: where the day is put off, the calendar moves it, by the same id and a higher sequence.
    """
    from icalendar import Calendar  # here, since most commands that import this make no calendar

    out = Calendar()
    out.add("prodid", "-//Missionwatch//expected//EN")
    out.add("version", "2.0")
    out.add("method", "PUBLISH")
    out.add("x-wr-calname", escape.line(f"{view.title}: expected"))
    for one in view.expected:
        out.add_component(_event(one, view))
    return bytes(out.to_ical())


def _event(one: Day, view: View) -> Event:
    from icalendar import Event

    card = one.card
    what = "ends" if one.ends else "is due"
    event = Event()
    event.add("uid", str(content_id("event", view.slug, card.aspect, card.key, one.ends)))
    event.add("sequence", max(card.seq, 0))
    event.add("dtstamp", card.known)
    event.add("dtstart", one.day)
    event.add("dtend", one.day + timedelta(days=1))
    event.add("summary", shorten(escape.line(f"{view.title}: {card.aspect} {what}: {card.value}"), _SUMMARY))
    quote = "".join(piece.text for piece in card.quote)
    event.add("description", escape.line(f"{card.subject}: {card.value} {what}. “{quote}” {card.outlet}"))
    if card.url:
        event.add("url", card.url)
    event.add("categories", [card.aspect])
    event.add("transp", "TRANSPARENT")
    return event
