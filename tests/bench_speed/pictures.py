"""The picture of docs/performance.md: what grows with the past, and what does not. Needs requirements.txt."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tests.bench_speed.growth import STEPS, Past
from tests.bench_speed.queries import Answer
from tests.bench_speed.whole import Whole

NAME = "performance-growth.svg"
_FONT = "DejaVu Sans, Arial, sans-serif"
_BLUES = ["#08306b", "#2171b5", "#6baed6", "#c6dbef"]
# The steps in four, as more colours could not be told apart.
_PARTS = {
    "look up": tuple(step for step in STEPS if step.startswith("look up")),
    "deduplicate": ("find near-duplicates",),
    "compare": ("compare",),
    "store": ("store entries", "store pages", "store judgements", "settle the file"),
}


def draw(pasts: Sequence[Past], wholes: Sequence[Whole], answers: Sequence[Sequence[Answer]], path: Path) -> None:
    """Draw what an article costs, and how long questions and publishing take, by the articles that are held.

    Args:
        pasts: what taking articles in cost, the smallest past first.
        wholes, answers: of the same stores but the first, in order.
        path: where to write the picture, as SVG.
    """
    import altair as alt

    costs = [
        {
            "held": _short(past.held),
            "part": part,
            "place": place,
            "ms": 1000 * sum(past.each(step) for step in steps),
        }
        for past in pasts
        for place, (part, steps) in enumerate(_PARTS.items())
    ]
    order = [_short(past.held) for past in pasts]
    bars = (
        alt.Chart(alt.Data(values=costs), title="An article, by what is held already")
        .mark_bar()
        .encode(
            x=alt.X("held:N", sort=order, title="articles held before", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("sum(ms):Q", title="milliseconds an article"),
            color=alt.Color("part:N", sort=list(_PARTS), title=None, scale=alt.Scale(range=_BLUES)),
            order=alt.Order("place:Q"),
        )
        .properties(width=320, height=280)
    )
    took = [
        {"articles": whole.articles, "what": answer.question.name, "ms": answer.took}
        for whole, told in zip(wholes, answers, strict=True)
        for answer in told
    ]
    took += [{"articles": whole.articles, "what": "publishing", "ms": 1000 * whole.publish} for whole in wholes]
    lines = (
        alt.Chart(alt.Data(values=took), title="Questions and publishing, by what is held")
        .mark_line(point=True)
        .encode(
            x=alt.X("articles:Q", title="articles held", scale=alt.Scale(type="log")),
            y=alt.Y("ms:Q", title="milliseconds", scale=alt.Scale(type="log")),
            color=alt.Color(
                "what:N", title=None, scale=alt.Scale(scheme="tableau10"), legend=alt.Legend(labelLimit=320)
            ),
        )
        .properties(width=360, height=280)
    )
    chart = alt.hconcat(bars, lines, spacing=30).resolve_scale(color="independent").configure(background="white")
    chart = chart.configure_axis(labelFont=_FONT, titleFont=_FONT).configure_legend(labelFont=_FONT)
    path.parent.mkdir(parents=True, exist_ok=True)
    chart.configure_title(font=_FONT).save(str(path))
    # The library numbers its parts anew in each process: what says nothing must not differ.
    path.write_text(re.sub(r'id="[^"]*gradient[^"]*"', 'id="gradient"', path.read_text("utf-8")), "utf-8")


def _short(number: int) -> str:
    return f"{number / 1_000_000:g} M" if number >= 1_000_000 else f"{number / 1000:g} k" if number else "none"
