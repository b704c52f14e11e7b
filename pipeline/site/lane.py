"""The picture that goes with an alert: the lanes of the timeline that its changes are on. Pure, but for the drawing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from pipeline.model import escape
from pipeline.model.text import shorten
from pipeline.site import chart, words
from pipeline.site.draw import draw_svg, png_of
from pipeline.site.view import Card, view_of
from pipeline.storage import SiteRows

LANES = 2  # at most, those of the first changes: it is a small picture
MOST_BYTES = 200_000
_SCALES = (2.0, 1.0)  # for sharp screens, and where that is too large; a mail shows it as wide as its column
_ALT = 300  # characters
_KEY = 78  # pixels from one stage to the next


@dataclass(frozen=True, slots=True)
class Lane:
    """What is to be drawn: the specification, and in words what it shows."""

    spec: dict[str, Any]
    alt: str


def lane_of(rows: SiteRows, title: str, change_ids: Iterable[UUID]) -> Lane | None:
    """The lanes of the timeline on which ``change_ids`` are; None where there is nothing to draw.

    Args:
        rows: of :meth:`pipeline.storage.Store.site_changes`.
        title: the watch's title.
        change_ids: the changes that are told, in that order.
    """
    view = view_of(rows, title, ())
    cards = {card.id: card for card in view.known}
    told = [cards[one] for one in map(str, change_ids) if one in cards]
    aspects = list(dict.fromkeys(card.aspect for card in told))[:LANES]
    known = tuple(card for card in view.known if card.aspect in aspects)
    spec = chart.spec(replace(view, known=known), chart.NARROW)
    if spec is None:
        return None
    alt = f"Timeline of {title}, {' and '.join(aspects)}. Told now: {told[0].became}"
    return Lane(_with_legend(spec, known), shorten(escape.line(alt), _ALT))


def draw_lane(spec: dict[str, Any]) -> bytes:
    """The specification as PNG; empty where that is larger than a message should carry."""
    svg = draw_svg(spec)
    return next((png for scale in _SCALES if len(png := png_of(svg, scale)) <= MOST_BYTES), b"")


def _with_legend(spec: dict[str, Any], known: tuple[Card, ...]) -> dict[str, Any]:
    """``spec`` with what each mark means below it: a mail has no page around the picture that says so."""
    used = [stage for stage in words.STAGES if any(card.stage == stage for card in known)]
    place = {
        "x": {
            "field": "x",
            "type": "quantitative",
            "axis": None,
            "scale": {"domain": [0, chart.NARROW.plot], "nice": False},
        }
    }
    marks = {"type": "point", "filled": True, "size": 90, "opacity": 1, "stroke": chart.INK, "strokeWidth": 0.7}
    key = {
        "width": chart.NARROW.plot,
        "height": 12,
        "view": {"stroke": None},
        "data": {
            "values": [
                {"stage": stage, "says": words.stage_words(stage), "x": 8 + number * _KEY}
                for number, stage in enumerate(used)
            ]
        },
        "layer": [
            {"mark": marks, "encoding": {**place, **chart.stage_marks()}},
            {
                "mark": {"type": "text", "align": "left", "dx": 10, "color": chart.INK},
                "encoding": {**place, "text": {"field": "says"}},
            },
        ],
    }
    return {**spec, "vconcat": [*spec["vconcat"], key]}
