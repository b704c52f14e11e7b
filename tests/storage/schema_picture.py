"""The tables as a picture: those of the flow of data in a row, each with the tables about it below. SVG, no library."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, GAP, TOP = 212, 40, 100  # of a column, between two, and of the first boxes; pixels
IN_A_ROW = 4
HUB_HEIGHT, LINE, PAD = 58, 15, 9
# Said above the arrow that leads to a table of the flow: what makes it of the one before.
STEPS = {
    "entry": "brings",
    "article": "its page gives",
    "claim": "its sentences give",
    "change": "",
    "alert": "some are told",
}
COLOURS = ("#2f5d8c", "#2b7a78", "#3b6e3b", "#8a6d1d", "#a0522d", "#7a3b69", "#555555", "#5b4a8a")  # for white words
MEANING = {
    "feed": "a source that is polled",
    "entry": "one item of a feed",
    "article": "an entry's page, as text",
    "claim": "what a sentence says",
    "change": "the board moved",
    "alert": "a message about it",
    "run": "which run did it",
    "mark": "a person says so",
    "mute": "not to be told",
}


def picture(columns: Mapping[str, Sequence[str]], joins: Mapping[str, Sequence[str]]) -> str:
    """The picture as SVG.

    Args:
        columns: for each table of the flow the tables about it.
        joins: for each table the columns by which it is joined; of those that lead elsewhere with their arrow.
    """
    drawn: list[str] = []
    top, lowest, width = TOP, 0.0, 20 + IN_A_ROW * (WIDTH + GAP)
    for at, (hub, others) in enumerate(columns.items()):
        if at and at % IN_A_ROW == 0:
            top = lowest + 40
            drawn.append(f'<text x="20" y="{top - 9}" font-size="12" fill="#444444">claims that move it:</text>')
        left, colour = 20 + at % IN_A_ROW * (WIDTH + GAP), COLOURS[at % len(COLOURS)]
        drawn.append(_hub(hub, left, top, colour, joins.get(hub, ())))
        if STEPS.get(hub):
            drawn.append(_arrow(left - GAP, left, top, STEPS[hub]))
        below, ends = top + HUB_HEIGHT + 16, []
        for name in others:
            said = joins.get(name, ())
            height = 2 * PAD + LINE * (1 + len(said))
            drawn.append(_box(name, left + 26, below, WIDTH - 26, height, colour, said))
            if any("→" not in join and join != "watch" for join in said):
                ends.append(below + height / 2)
            below += height + 10
        spine = left + 12
        drawn += [f'<path d="M{spine} {end} H{left + 26}" stroke="{colour}" fill="none"/>' for end in ends]
        if ends:
            drawn.append(f'<path d="M{spine} {top + HUB_HEIGHT} V{ends[-1]}" stroke="{colour}" fill="none"/>')
        lowest = max(lowest, below)
    height = lowest + 12
    title = "The tables of Missionwatch, and the columns that join them"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="system-ui, sans-serif" role="img" aria-label="{title}">\n'
        f'<rect width="100%" height="100%" fill="#ffffff"/>\n'
        f'<text x="20" y="34" font-size="20" font-weight="600" fill="#222222">{title}</text>\n'
        f'<text x="20" y="58" font-size="13" fill="#555555">A box that hangs on a line is about the table above it; '
        f"→ leads to a table elsewhere. run_id, which most tables have, is shown where nothing else joins.</text>\n"
        + "\n".join(drawn)
        + "\n</svg>\n"
    )


def _hub(name: str, left: float, top: float, colour: str, joins: Sequence[str]) -> str:
    key = "".join(f", {join.split(' ')[0]}" for join in joins if "→" in join)
    return (
        f'<rect x="{left}" y="{top}" width="{WIDTH}" height="{HUB_HEIGHT}" rx="6" fill="{colour}"/>'
        f'<text x="{left + 12}" y="{top + 20}" font-size="15" font-weight="600" fill="#ffffff">{escape(name)}</text>'
        f'<text x="{left + 12}" y="{top + 36}" font-size="12" fill="#ffffff">{escape(MEANING[name])}</text>'
        f'<text x="{left + 12}" y="{top + 51}" font-size="10.5" font-family="ui-monospace, monospace" fill="#ffffff">'
        f"{escape(name)}_id{escape(key)}</text>"
    )


def _arrow(start: float, end: float, top: float, said: str) -> str:
    middle = top + HUB_HEIGHT / 2
    return (
        f'<path d="M{start} {middle} H{end - 7}" stroke="#444444" stroke-width="1.6" fill="none"/>'
        f'<path d="M{end} {middle} l-8 -4.5 v9 z" fill="#444444"/>'
        f'<text x="{(start + end) / 2}" y="{top - 8}" font-size="11" text-anchor="middle" fill="#444444">'
        f"{escape(said)}</text>"
    )


def _box(name: str, left: float, top: float, width: float, height: float, colour: str, joins: Sequence[str]) -> str:
    lines = "".join(
        f'<text x="{left + 10}" y="{top + PAD + 11 + LINE * at}" font-size="10.5" '
        f'font-family="ui-monospace, monospace" fill="#444444">{escape(join)}</text>'
        for at, join in enumerate(joins, 1)
    )
    return (
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" rx="5" fill="#fafafa" stroke="{colour}"/>'
        f'<text x="{left + 10}" y="{top + PAD + 10}" font-size="13" font-weight="600" fill="#222222">'
        f"{escape(name)}</text>" + lines
    )
