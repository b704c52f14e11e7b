"""The timeline as a Vega-Lite specification: aspects as lanes, a bar for as long as a state held. Pure.

A stage is told three times: by colour (of Okabe and Ito's set, which colour-blind readers tell apart), by the mark's
shape, and by how thick its bar is: the more real, the thicker.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pipeline.model.text import format_day, safe, shorten
from pipeline.site import words
from pipeline.site.view import Card, View

COLOURS = {
    "proposed": "#e69f00",
    "planned": "#56b4e9",
    "decided": "#0072b2",
    "in_effect": "#009e73",
    "ended": "#8a8f98",
    "rejected": "#d55e00",
}
SHAPES = {
    "proposed": "triangle-up",
    "planned": "diamond",
    "decided": "square",
    "in_effect": "circle",
    "ended": "cross",
    "rejected": "M-1,-0.6L-0.6,-1L0,-0.4L0.6,-1L1,-0.6L0.4,0L1,0.6L0.6,1L0,0.4L-0.6,1L-1,0.6L-0.4,0Z",
}
THICK = {"proposed": 3, "planned": 5, "decided": 8, "in_effect": 11, "ended": 2, "rejected": 2}
DISPUTE = "#cc2f7b"
INK, QUIET, GRID, PAPER = "#1c2128", "#5a6270", "#e3e6eb", "#ffffff"  # the page gives these its own, in the dark
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"

SUBJECTS = 9  # of an aspect, each with a line of its own; what changed least lately shares one
MARKS = 600  # changes drawn at most, the latest: more would hide each other
ROW = 30  # pixels
SPANS = (30, 90, 365)  # days back of which there are pictures of their own
_EVE = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Frame:
    """How wide a picture is, in pixels: the names at its left, the times, and what is so at its right."""

    left: int = 190
    plot: int = 560
    right: int = 270


WIDE, NARROW = Frame(), Frame(150, 300, 170)  # of a page, and of a mail
PLOT = WIDE.plot


@dataclass(frozen=True, slots=True)
class Segment:
    """How long one change's state held: drawn as a bar from ``start`` to ``end``, with its mark at ``start``.

    ``began_before`` is the picture's first day: where it is one of the last days alone, such a bar has no mark.
    """

    card: Card
    lane: str
    row: str
    start: date
    end: date
    stands: bool
    open_dispute: bool | None
    began_before: bool = False


def segments(view: View, days: int | None = None) -> tuple[Segment, ...]:
    """The states that were told, with how long each held, in the board's order; of the last ``days`` alone, or all.

    A state ends where the next change of its subject begins, where another row takes its place, or with the mission;
    what was taken back held for no time.
    """
    ends = {line.card.id: line.since for _, lines in view.board for line in lines if line.closed_by}
    last: dict[tuple[str, str], Card] = {}
    for card in view.known:
        if card.takes_back or card.taken_back:
            continue
        before = last.get((card.aspect, card.key))
        for replaced in {card.supersedes, before.id if before else ""} - {""}:
            ends.setdefault(replaced, card.held)
        last[card.aspect, card.key] = card
    rows = _rows(view)
    first, today, edge = _domain(view, days)
    out = []
    for card in view.known[-MARKS:]:
        if card.takes_back:
            continue
        stands = card.id not in ends and not card.taken_back
        until = card.held if card.taken_back else min(ends.get(card.id, today), today)
        if days is not None and (max(card.held, until) < first or card.held > edge):
            continue
        start = max(card.held, first)
        opened = None if card.settled is None else not card.settled
        row = rows[card.aspect, card.key]
        out.append(Segment(card, card.aspect, row, start, max(start, until), stands, opened, card.held < first))
    return tuple(out)


def spans_of(view: View) -> tuple[int, ...]:
    """The :data:`SPANS` that are shorter than the whole timeline of ``view``."""
    first, today, _ = _domain(view)
    return tuple(days for days in SPANS if first < today - timedelta(days=days))


def spec(view: View, frame: Frame = WIDE, days: int | None = None) -> dict[str, Any] | None:
    """The timeline of ``view``, as wide as ``frame`` says; None where there is nothing to draw.

    Args:
        view: what is drawn.
        frame: how wide.
        days: the last days, which then have the whole width; None is all.
    """
    drawn = segments(view, days)
    if not drawn:
        return None
    today = view.now.date()
    domain = domain_of(view, days)
    lanes = [lane for lane in words.ASPECTS if any(one.lane == lane for one in drawn)]
    lanes += sorted({one.lane for one in drawn} - set(lanes))
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "description": f"{view.title}: what held, and when",
        "background": PAPER,
        "padding": 4,
        "spacing": 10,
        "config": _config(),
        "vconcat": [
            _lane(
                [one for one in drawn if one.lane == lane],
                lane,
                domain,
                today,
                frame,
                is_last=lane == lanes[-1],
                is_part=days is not None,
            )
            for lane in lanes
        ],
    }


def stage_marks() -> dict[str, Any]:
    """The colour and the shape of a stage's mark, as encodings of the field ``stage``."""
    stage = {"field": "stage", "type": "nominal", "legend": None}
    return {
        "color": {**stage, "scale": {"domain": list(COLOURS), "range": list(COLOURS.values())}},
        "shape": {**stage, "scale": {"domain": list(SHAPES), "range": list(SHAPES.values())}},
    }


def domain_of(view: View, days: int | None = None) -> list[str]:
    """The times at the picture's left and right edge, as ISO 8601: of the last ``days``, or of all."""
    first, _, last = _domain(view, days)
    return [_time(first), _time(last + max(_EVE, (last - first) * 0.02))]


def _domain(view: View, days: int | None = None) -> tuple[date, date, date]:
    """The first day drawn, today, and the last day on which a change begins to hold.

    What began long before the watch is cut off, or it would squeeze the rest; so is what lies far ahead of a few days.
    """
    today = view.now.date()
    last = max([today, *(card.held for card in view.known if not card.takes_back)])
    if days is not None:
        return today - timedelta(days=days), today, min(last, today + timedelta(days=days // 3))
    began = min((card.known.date() for card in view.known), default=today)
    lead = max(timedelta(days=10), (today - began) * 0.15)
    held = [card.held for card in view.known]
    return max(min(held, default=today), began - lead) - timedelta(days=1), today, last


def _rows(view: View) -> Mapping[tuple[str, str], str]:
    """The name of the line that each subject of an aspect stands on."""
    latest: dict[tuple[str, str], Card] = {}
    for card in view.known:
        latest.pop((card.aspect, card.key), None)  # so that the last one named is the last one changed
        latest[card.aspect, card.key] = card
    names: dict[tuple[str, str], str] = {}
    for aspect in {place[0] for place in latest}:
        ours = [place for place in reversed(latest) if place[0] == aspect]
        shown = ours if len(ours) <= SUBJECTS else ours[: SUBJECTS - 1]
        taken: set[str] = set()
        for place in shown:
            name = shorten(safe(latest[place].subject), 30) or aspect
            while name in taken:  # two subjects may be cut to one name
                name += " "
            taken.add(name)
            names[place] = name
        for place in ours[len(shown) :]:
            names[place] = f"{len(ours) - len(shown)} other subjects"
    return names


def _lane(
    drawn: Sequence[Segment], lane: str, domain: list[str], today: date, frame: Frame, *, is_last: bool, is_part: bool
) -> dict[str, Any]:
    first_seen: dict[str, date] = {}
    for one in drawn:
        first_seen.setdefault(one.row, one.start)
    order = sorted(first_seen, key=lambda row: (row.endswith("other subjects"), first_seen[row]))
    y = {
        "field": "row",
        "type": "nominal",
        "sort": order,
        "title": None,
        "scale": {"paddingInner": 0.2, "paddingOuter": 0.15},
        "axis": {
            "minExtent": frame.left,
            "maxExtent": frame.left,
            "labelLimit": frame.left - 20,
            "labelPadding": 12,
        },
    }
    x = {
        "field": "start",
        "type": "temporal",
        "title": None,
        "scale": {"domain": domain, "type": "utc"},
        "axis": {
            "labels": is_last,
            "ticks": is_last,
            "format": "%-d %b %Y",
            "labelOverlap": True,
            "tickCount": frame.plot // 90,
        },
    }
    place = {"x": x, "y": y}
    painted = stage_marks()
    colour = {"color": painted["color"]}
    link = {"href": {"field": "href", "type": "nominal"}, "description": {"field": "says", "type": "nominal"}}
    end = {"x2": {"field": "end"}}
    thick = {"field": "thick", "type": "quantitative", "scale": None, "legend": None}
    solid = {"field": "solid", "type": "quantitative", "scale": None}
    layers: list[dict[str, Any]] = [
        {"mark": {"type": "bar", "opacity": 0.55}, "encoding": {**place, **end, **colour, "size": thick}},
        {
            "transform": [{"filter": "datum.dispute != ''"}],
            "mark": {"type": "bar", "size": 17, "fill": None, "stroke": DISPUTE, "strokeDash": [4, 2]},
            "encoding": {**place, **end},
        },
        {
            **({"transform": [{"filter": "!datum.before"}]} if is_part else {}),
            "mark": {"type": "point", "filled": True, "size": 110, "opacity": 1, "stroke": INK, "strokeWidth": 0.7},
            "encoding": {**place, **painted, **link, "fillOpacity": solid},
        },
        {
            "transform": [{"filter": "datum.dispute != ''"}],
            "mark": {"type": "text", "dy": -13, "fontSize": 12, "fontWeight": "bold", "color": DISPUTE},
            "encoding": {**place, "text": {"field": "dispute"}},
        },
        {
            "transform": [{"filter": "datum.now != ''"}],
            "mark": {"type": "text", "align": "left", "dx": 8, "limit": frame.right, "color": INK},
            "encoding": {"y": y, "x": {"value": frame.plot}, "text": {"field": "now"}},
        },
    ]
    if domain[0] < _time(today) < domain[1]:
        layers.insert(0, _today(today))
    return {
        "title": {"text": lane.capitalize(), "anchor": "start", "frame": "bounds", "offset": 4},
        "width": frame.plot,
        "height": {"step": ROW},
        "data": {"values": [{**_datum(one), "before": one.began_before} if is_part else _datum(one) for one in drawn]},
        "layer": layers,
    }


def _today(today: date) -> dict[str, Any]:
    return {
        "data": {"values": [{"today": _time(today)}]},
        "mark": {"type": "rule", "color": QUIET, "strokeDash": [2, 3]},
        "encoding": {"x": {"field": "today", "type": "temporal"}},
    }


def _datum(one: Segment) -> dict[str, Any]:
    card = one.card
    dispute = "" if one.open_dispute is None else "≠" if one.open_dispute else "(≠)"
    now = shorten(safe(words.value(card.value)), 48) if one.stands else ""
    if one.row.endswith("other subjects"):
        now = ""  # several would stand on each other
    back = "Taken back. " if card.taken_back else ""
    return {
        "row": one.row,
        "start": _time(one.start),
        "end": _time(one.end),
        "stage": card.stage,
        "thick": THICK.get(card.stage, 2),
        "solid": 0.1 if card.taken_back else 0.4 if card.uncertain else 1,
        "dispute": dispute,
        "now": now,
        "href": f"#{card.anchor}",
        "says": f"{back}{format_day(card.held)}, {card.aspect}: {shorten(safe(card.became), 220)}",
    }


def _time(when: date) -> str:
    return f"{when.isoformat()}T00:00:00Z"


def _config() -> dict[str, Any]:
    return {
        "font": FONT,
        "view": {"stroke": GRID},
        "axis": {
            "gridColor": GRID,
            "domainColor": GRID,
            "tickColor": GRID,
            "labelColor": QUIET,
            "labelFontSize": 11,
            "titleColor": QUIET,
        },
        "axisY": {"grid": False, "ticks": False, "domain": False, "labelColor": INK, "labelFontSize": 11.5},
        "title": {"fontSize": 12.5, "fontWeight": "bold", "color": INK},
        "text": {"fontSize": 11},
    }
