"""The part of docs/quality.md that a command writes: figures and kinds of error."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from statistics import fmean

from pipeline.lab.bench import AT_ONCE, Mission, as_markdown, summary_tables
from pipeline.lab.bench.figures import measure_one
from pipeline.lab.bench.tables import Table, error_tables
from pipeline.reading.embedded import EncodedReader
from tests.doc_pages import rewritten

from .missions import MISSIONS, ROOT, gold
from .reviewed import reviewed

QUALITY = ROOT / "docs" / "quality.md"
BEGIN = "<!-- figures: written by `python -m tests.bench --update-docs`; do not edit by hand -->"
END = "<!-- end of figures -->"


def updated(text: str, missions: Sequence[Mission]) -> str:
    """``text`` with the generated part written anew.

    Raises:
        ValueError: the marks of the generated part are missing.
    """
    return rewritten(text, figures(missions), begin=BEGIN, end=END, page=QUALITY)


def figures(missions: Sequence[Mission]) -> str:
    """The generated part: the same for the same engine and gold, on any machine."""
    whole, _, at_once, *_ = summary_tables(missions, at_once=AT_ONCE, speed=False)
    *_, missed = error_tables(missions)
    tables = [whole, at_once, *honest_tables(), missed]
    parts = ["Command: `make bench`, which prints more, or `missionwatch bench GOLD_DIR --json` for scripts."]
    parts += map(as_markdown, tables)
    return "\n\n".join(parts)


@cache
def honest_tables() -> list[Table]:
    """What a review adds."""
    return [_short("A reviewed watch", [measure_one(gold(m), reviewed(m), EncodedReader()) for m in MISSIONS])]


def _short(title: str, missions: Sequence[Mission]) -> Table:
    rows = [
        (
            m.everything.aspect.f1,
            m.everything.exact.f1,
            m.everything.aspect.precision,
            m.everything.aspect.recall,
            m.at_once.aspect.precision,
        )
        for m in missions
    ]
    rows.append(tuple(fmean(column) for column in zip(*rows, strict=True)))  # type: ignore[arg-type]
    names = [*(m.gold.name for m in missions), "average"]
    head = ("mission", "aspect F1", "exact F1", "aspect P", "aspect R", "at once P")
    return Table(title, head, tuple((n, *(f"{v:.3f}" for v in row)) for n, row in zip(names, rows, strict=True)))
