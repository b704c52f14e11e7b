"""The changes for feed readers: Atom 1.0 (RFC 4287) and JSON Feed 1.1. Pure.

An entry is a change, with the change's own id for good. One that was taken back stays, is updated and says so; what
takes it back is an entry of its own, for readers that don't look at an old one again.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from lxml import etree

from pipeline.alerts.compose import change_page_url
from pipeline.alerts.message import safe_url
from pipeline.model import Slot, escape
from pipeline.model.text import content_id, format_moment, pluralise, shorten
from pipeline.site import words
from pipeline.site.view import Card, View
from pipeline.site.words import Piece

SLOTS = "slots"  # the folder of the feeds of one slot each
ENTRIES = 200  # the latest; a reader that comes seldom finds the rest on the page
_TITLE = 160
_ATOM = "http://www.w3.org/2005/Atom"
_NAMES: Any = {None: _ATOM}
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def slot_feeds(view: View, page_url: str = "") -> dict[str, bytes]:
    """Return an Atom feed for each slot, by the name of its file: who follows one has its address before it changes."""
    return {slot_file(slot): atom(view, page_url, slot) for slot in Slot}


def slot_file(slot: Slot) -> str:
    """Return the name of the file with the feed of ``slot``, from where the page is."""
    return f"{SLOTS}/{slot}.atom"


def atom(view: View, page_url: str = "", slot: Slot | None = None) -> bytes:
    """The changes of ``view`` as an Atom feed.

    Args:
        view: what the page says.
        page_url: address of a page about a change, as the setting has it; empty leads to the page beside the feed.
        slot: leave out the changes of all others; None has all changes, those without a typed fact too.
    """
    cards = _latest(view, slot)
    about = f"{view.title}: changes of the mission's status" if slot is None else f"{view.title}: changes of {slot}"
    page = "index.html" if slot is None else "../index.html"
    feed = etree.Element(f"{{{_ATOM}}}feed", nsmap=_NAMES)
    feed.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
    _add(feed, "id", f"urn:uuid:{content_id('feed', view.slug, *((slot,) if slot else ()))}")
    _add(feed, "title", about)
    _add(feed, "updated", _time(_updated(view, cards)))
    _add(feed, "generator", "Missionwatch")
    _add(_add(feed, "author"), "name", "Missionwatch")
    _add(feed, "link", rel="self", type="application/atom+xml", href=f"{slot}.atom" if slot else "changes.atom")
    _add(feed, "link", rel="alternate", type="text/html", href=page)
    for card in cards:
        _entry(feed, card, view, page_url, page)
    return bytes(etree.tostring(feed, encoding="utf-8", xml_declaration=True, pretty_print=True))


def json_feed(view: View, page_url: str = "") -> bytes:
    """The changes of ``view`` as a JSON Feed; ``page_url`` as for :func:`atom`."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{view.title}: changes of the mission's status",
        "language": "en",
        "authors": [{"name": "Missionwatch"}],
        "items": [_item(card, view, page_url) for card in _latest(view)],
    }
    return (json.dumps(feed, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _latest(view: View, slot: Slot | None = None) -> Sequence[Card]:
    wanted = [card for card in view.cards if slot in (None, card.slot)]
    return sorted(wanted, key=lambda card: (_changed(card), card.seq), reverse=True)[:ENTRIES]


def _changed(card: Card) -> datetime:
    """When what the entry says last changed."""
    return max(card.known, card.taken_back_at or card.known)


def _updated(view: View, cards: Sequence[Card]) -> datetime:
    return max(map(_changed, cards or view.start), default=view.now)


def _title(card: Card, view: View) -> str:
    mark = "Taken back: " if card.taken_back else "Uncertain: " if card.uncertain and not card.takes_back else ""
    return shorten(escape.line(f"{mark}{view.title}, {card.aspect}: {card.became}"), _TITLE)


def _entry(feed: Any, card: Card, view: View, page_url: str, page: str) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", f"urn:uuid:{card.id}")
    _add(entry, "title", _title(card, view))
    _add(entry, "published", _time(card.known))
    _add(entry, "updated", _time(_changed(card)))
    _add(
        entry,
        "link",
        rel="alternate",
        type="text/html",
        href=_page(card, view, page_url) or f"{page}#{card.anchor}",
    )
    if card.url:
        _add(entry, "link", rel="via", href=card.url)
    terms = [("aspect", card.aspect), ("stage", card.stage), ("verdict", card.verdict)]
    for scheme, term in terms + ([("slot", card.slot.value)] if card.slot else []):
        _add(entry, "category", term=term, scheme=f"urn:missionwatch:{scheme}", label=words.stage_words(term))
    _add(entry, "content", _html(card), type="html")


def _item(card: Card, view: View, page_url: str) -> dict[str, Any]:
    links = {"url": _page(card, view, page_url), "external_url": card.url}
    return {
        "id": f"urn:uuid:{card.id}",
        **{name: link for name, link in links.items() if link},
        "title": _title(card, view),
        "content_html": _html(card),
        "date_published": _time(card.known),
        "date_modified": _time(_changed(card)),
        "tags": [card.aspect, words.stage_words(card.stage)],
        "_missionwatch": {
            "aspect": card.aspect,
            "subject": escape.line(card.subject),
            "stage": card.stage,
            "value": escape.line(card.value),
            "before_stage": card.before_stage or None,
            "before_value": escape.line(card.before_value) or None,
            "disputed_value": escape.line(card.disputed) or None,
            "verdict": card.verdict,
            "held_from": card.held.isoformat(),
            "confidence": round(card.confidence, 4),
            "sure": round(card.surer, 4),
            "origins": len(card.origins),
            "taken_back": bool(card.taken_back),
            "takes_back": f"urn:uuid:{card.takes_back}" if card.takes_back else None,
        },
    }


def _page(card: Card, view: View, page_url: str) -> str:
    return safe_url(change_page_url(page_url, card.id, view.slug))


def _html(card: Card) -> str:
    """What the entry says, as HTML that asks nothing of the network."""
    parts = []
    if card.taken_back:
        parts.append(
            f"<p><b>Taken back on {_text(format_moment(card.taken_back_at))}</b>: {_text(card.taken_back)}.</p>"
        )
    if card.takes_back:
        parts.append(f"<p><b>This takes back what was told before</b>: {_text(card.reason)}.</p>")
    parts.append(f"<p><b>{_text(card.became)}</b></p>")
    if card.before_quote:
        parts.append(
            f"<p>Before ({_text(card.before_source)}):</p><blockquote>{_quote(card.before_quote)}</blockquote>"
        )
        parts.append("<p>Now:</p>")
    parts.append(f"<blockquote>{_quote(card.quote)}</blockquote>")
    source = _text(f"{card.outlet}, {format_moment(card.known)}")
    if card.url:
        link = html.escape(card.url, quote=True)
        source += f': <a href="{link}" rel="noopener noreferrer">{_text(card.title or card.url)}</a>'
    parts.append(f"<p>{source}</p>")
    sure = f"{card.sure} ({card.surer:.2f}), {pluralise(len(card.origins), 'independent origin')}"
    parts.append(f"<p>How sure: {sure}. Verdict: {_text(card.verdict_words)}.</p>")
    return "".join(parts)


def _quote(pieces: Sequence[Piece]) -> str:
    return _text("".join(piece.text for piece in pieces))


def _text(text: str) -> str:
    return html.escape(escape.line(text), quote=True)


def _add(parent: Any, name: str, text: str = "", **attributes: str) -> Any:
    child = etree.SubElement(parent, f"{{{_ATOM}}}{name}")
    for key, value in attributes.items():
        child.set(key, _NOT_XML.sub("", value))
    if text:
        child.text = _NOT_XML.sub("", escape.line(text))
    return child


def _time(when: datetime) -> str:
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")
