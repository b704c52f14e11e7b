"""The figures as tables, and the part of docs/languages.md that a command writes."""

from __future__ import annotations

from collections import Counter

from pipeline import language
from pipeline.lab.bench import Kind, Mission, Table, as_markdown
from tests.doc_pages import rewritten

from .missions import HERE, LANGUAGES, gold, measured

PAGE = HERE.parents[1] / "docs" / "languages.md"
COMMAND = "python -m tests.bench_languages --update-docs"
BEGIN = f"<!-- figures: written by `{COMMAND}`; do not edit by hand -->"
END = "<!-- end of figures -->"


def tables() -> list[Table]:
    """How well each language is read, and of what kinds the errors are."""
    return [_figures(), _errors()]


def _figures() -> Table:
    head = (
        "language",
        "articles",
        "events",
        "aspect F1",
        "exact F1",
        "aspect P",
        "aspect R",
        "from irrelevant articles",
    )
    return Table("How well each language is read", head, tuple(_row(code, measured(code)) for code in LANGUAGES))


def _row(code: str, mission: Mission) -> tuple[str, ...]:
    found = mission.everything
    figures = (found.aspect.f1, found.exact.f1, found.aspect.precision, found.aspect.recall)
    sizes = len(gold(code).articles), sum(not event.borderline for event in gold(code).events.values())
    return (language.language_name(code), *map(str, sizes), *(f"{f:.3f}" for f in figures), str(found.from_irrelevant))


def _errors() -> Table:
    kinds = [kind for kind in Kind if kind not in (Kind.RIGHT, Kind.MISS)]
    rows = []
    for code in LANGUAGES:
        scored = measured(code).scored
        counted = Counter(outcome.kind for outcome in scored.outcomes)
        rows.append((language.language_name(code), *(str(counted[kind]) for kind in kinds), str(len(scored.missed))))
    return Table(
        "What was told wrongly, and what was missed", ("language", *(k.value for k in kinds), "missed"), tuple(rows)
    )


def updated(text: str) -> str:
    """``text``, that of the page, with the figures of now.

    Raises:
        ValueError: the marks of the generated part are missing.
    """
    return rewritten(text, "\n\n".join(map(as_markdown, tables())), begin=BEGIN, end=END, page=PAGE)
