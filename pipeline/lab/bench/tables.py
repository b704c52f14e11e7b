"""The figures as tables: one set of rows, for a terminal, a Markdown page and the error browser. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import fmean
from typing import NamedTuple

from pipeline.lab.bench.figures import BINS, Bin, Mission, calibration_gap, cause, corroboration, reliability
from pipeline.lab.bench.scoring import GRADES, Kind
from pipeline.model import Aspect
from pipeline.model.text import safe


class Table(NamedTuple):
    """A title, the names of the columns, and rows of cells; the first cell of a row names it."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class _Column(NamedTuple):
    name: str
    value: Callable[[Mission], float]
    digits: int = 3


def summary_tables(missions: Sequence[Mission], *, at_once: float, speed: bool = True) -> list[Table]:
    """All figures of ``missions``, with their averages.

    Args:
        missions: what was measured.
        at_once: the confidence from which a change is told at once; it stands in the titles.
        speed: whether to give the time an article takes, which differs from run to run.
    """
    timing = [_Column("ms/article", lambda m: m.seconds * 1000, 1)] if speed else []
    tables = [
        _table(
            "All alerts",
            missions,
            [
                _Column("articles", lambda m: len(m.gold.articles), 0),
                _Column("events", lambda m: len(m.scored.reported), 0),
                _Column("alerts", lambda m: m.everything.alerts, 0),
                _Column("loose F1", lambda m: m.everything.loose.f1),
                _Column("aspect F1", lambda m: m.everything.aspect.f1),
                _Column("exact F1", lambda m: m.everything.exact.f1),
                *timing,
            ],
        ),
        _table(
            "All alerts: precision and recall",
            missions,
            [
                _Column(f"{grade} {short}", lambda m, g=grade, n=name: getattr(getattr(m.everything, g), n))  # type: ignore[misc]
                for grade in GRADES
                for short, name in (("P", "precision"), ("R", "recall"))
            ],
        ),
        _table(
            f"At once: the alerts with confidence {at_once:g} and above, scored alone",
            missions,
            [
                _Column("alerts", lambda m: m.at_once.alerts, 0),
                _Column("share", lambda m: m.share_at_once),
                _Column("loose P", lambda m: m.at_once.loose.precision),
                _Column("aspect P", lambda m: m.at_once.aspect.precision),
                _Column("exact P", lambda m: m.at_once.exact.precision),
                _Column("duplicates", lambda m: m.at_once.duplicates, 0),
                _Column("false", lambda m: m.at_once.false, 0),
            ],
        ),
        _table(
            "What annoys, and what comes late",
            missions,
            [
                _Column("duplicates", lambda m: m.everything.duplicates, 0),
                _Column("of alerts", lambda m: _share(m.everything.duplicates, m.everything.alerts)),
                _Column("false", lambda m: m.everything.false, 0),
                _Column("from irrelevant", lambda m: m.everything.from_irrelevant, 0),
                _Column("core recall", lambda m: m.core_recall),
                _Column("at first report", lambda m: m.first_report),
                _Column("reports late", lambda m: m.late),
            ],
        ),
    ]
    if any(m.mixed for m in missions):
        tables.append(
            _table(
                "With the other missions' articles mixed in",
                missions,
                [
                    _Column("articles", lambda m: m.mixed.articles if m.mixed else 0, 0),
                    _Column("new false alarms", lambda m: m.mixed.new_false if m.mixed else 0, 0),
                    _Column("from others' articles", lambda m: len(m.mixed.from_others) if m.mixed else 0, 0),
                    _Column("aspect F1 on its own", lambda m: m.mixed.aspect_f1 if m.mixed else 0.0),
                ],
            )
        )
    return tables


def error_tables(missions: Sequence[Mission]) -> list[Table]:
    """How many errors of which kind: by aspect, and the misses by what became of their sentence."""
    kinds = [
        (kind, kind.value) for kind in (Kind.RIGHT, Kind.WRONG_STAGE, Kind.WRONG_ASPECT, Kind.DUPLICATE, Kind.FALSE)
    ]
    told: Counter[tuple[Kind, str]] = Counter()
    missed: Counter[str] = Counter()
    causes: dict[str, Counter[str]] = {}
    for mission in missions:
        told.update((o.kind, o.told.aspect) for o in mission.scored.outcomes)
        missed.update(mission.gold.events[event].aspects[0].value for event in mission.scored.missed)
        for event in mission.scored.missed:
            causes.setdefault(cause(mission, event), Counter())[mission.gold.name] += 1
    names = [m.gold.name for m in missions]
    ordered = sorted(causes, key=lambda c: (-causes[c].total(), c))
    return [
        Table(
            "By aspect: alerts by the aspect told, misses by the event's",
            ("aspect", *(name for _, name in kinds), Kind.MISS.value),
            tuple(
                (aspect.value, *(str(told[kind, aspect.value]) for kind, _ in kinds), str(missed[aspect.value]))
                for aspect in Aspect
            ),
        ),
        Table(
            "Misses, by what became of the event's sentence where it was first reported",
            ("an event was missed because", *names, "together"),
            tuple((c, *(str(causes[c][n]) for n in names), str(causes[c].total())) for c in ordered),
        ),
    ]


def reliability_tables(missions: Sequence[Mission]) -> list[Table]:
    """Confidence against the share that was right (aspect grade), a mission a table and together."""
    parts = [(m.gold.name, [m]) for m in missions] if len(missions) > 1 else []
    found = [_reliability(name, reliability(held)) for name, held in [*parts, ("together", list(missions))]]
    return [*found, corroboration_table(missions)]


def corroboration_table(missions: Sequence[Mission]) -> Table:
    """How sure an alert is in the end, by how many independent origins told it, beside the share that was right."""
    rows = (
        (
            c.origins,
            str(c.alerts),
            *((f"{c.alone:.2f}", f"{c.sure:.2f}", f"{c.right / c.alerts:.2f}") if c.alerts else "---"),
        )
        for c in corroboration(missions)
    )
    return Table(
        "What further origins add: the odds of one claim times the number of origins that tell it in the end",
        ("origins", "alerts", "one claim", "how sure", "right"),
        tuple(rows),
    )


def _reliability(name: str, bins: Sequence[Bin]) -> Table:
    rows = tuple(
        (
            f"{b.low:.1f} to {b.low + 1 / BINS:.1f}",
            str(b.alerts),
            f"{b.sure:.2f}" if b.alerts else "-",
            f"{b.right / b.alerts:.2f}" if b.alerts else "-",
            str(b.untold),
            f"{b.would_be / b.untold:.2f}" if b.untold else "-",
        )
        for b in bins
    )
    return Table(
        f"Reliability, {name}: mean distance of confidence from the share right {calibration_gap(bins):.3f}",
        ("confidence", "alerts", "mean", "right", "left out", "would be right"),
        rows,
    )


def as_text(table: Table) -> str:
    """The table in fixed width, for a terminal."""
    rows = [tuple(map(safe, row)) for row in (table.head, *table.rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(table.head))]
    lines = [
        "  ".join(
            cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join([safe(table.title), *(f"  {line.rstrip()}" for line in lines)])


def as_markdown(table: Table) -> str:
    """The table in Markdown, its title in bold above it."""
    rows = [[cell.replace("|", "\\|") for cell in row] for row in (table.head, *table.rows)]
    rule = ["---", *("---:" for _ in table.head[1:])]
    lines = [f"| {' | '.join(row)} |" for row in (rows[0], rule, *rows[1:])]
    return "\n".join([f"**{table.title}**", "", *lines])


def _table(title: str, missions: Sequence[Mission], columns: Sequence[_Column]) -> Table:
    rows = [(m.gold.name, *(f"{c.value(m):.{c.digits}f}" for c in columns)) for m in missions]
    if len(missions) > 1:
        means = (f"{fmean(c.value(m) for m in missions):.{c.digits or 1}f}" for c in columns)
        rows.append(("average", *means))
    return Table(title, ("mission", *(c.name for c in columns)), tuple(rows))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
