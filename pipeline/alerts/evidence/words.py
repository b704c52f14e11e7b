"""Format the steps of a trail as plain text: for a terminal, and for a file of the evidence pack. Pure."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from pipeline.alerts.evidence.steps import Step, TrailAccount
from pipeline.model import escape

WIDTH = 100


def as_lines(told: TrailAccount, ends: str = "") -> str:
    """Return ``told`` as text, a step a paragraph, with a line break at its end.

    Args:
        told: the trail.
        ends: where it ends and why, told last; may be empty.
    """
    out: list[str] = []
    for step in told.steps:
        out += _step(step, "")
    for branch in told.branches:
        out += ["", *_wrapped(f"== {branch.verdict}: {escape.line(branch.title)}", "")]
        for step in branch.steps:
            out += _step(step, "  ")
    if ends:
        out += ["", *_wrapped(f"In short: {escape.line(ends)}", "")]
    return "\n".join(out).lstrip("\n") + "\n"


def _step(step: Step, indent: str) -> Iterator[str]:
    at = f"{step.at:%Y-%m-%d %H:%M}  " if step.at is not None else ""
    mark = "[held back] " if step.ends else ""
    yield from _wrapped(f"{step.name}: {mark}{at}{escape.line(step.told)}", indent)
    inner = indent + "    "
    if step.quote:
        yield from _wrapped(f'"{escape.line(step.quote)}"', inner)
    for score in step.scores:
        reached = "reached" if score.is_reached else "not reached"
        yield from _wrapped(
            f"{score.what}: {score.value:.2f}, threshold {score.needed:.2f} ({reached}; {score.means})", inner
        )
    if step.compared is not None:
        yield from _wrapped(
            f"{step.compared.how}: {escape.line(step.compared.says)} ({escape.line(step.compared.source)})", inner
        )
        yield from _wrapped(f'"{escape.line(step.compared.quote)}"', inner + "  ")
        yield inner + f"  {step.compared.change_id}"
    yield from (inner + one for one in _marks(step))


def _marks(step: Step) -> Iterable[str]:
    return (one for one in (escape.line(step.url), step.id) if one)


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + "    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
