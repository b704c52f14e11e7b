"""How and when a change would have been told, and the sentence that says so, as lines for a person."""

from __future__ import annotations

from pipeline.lab.backtest import ReportedChange
from pipeline.model import AlertKind, escape
from pipeline.model.text import shorten

HOW = {
    AlertKind.ALERT: "at once",
    AlertKind.DIGEST_PART: "in the digest",
    AlertKind.CONFIRMED: "when a second origin confirmed it",
    AlertKind.FLAPPING: "at once, as flapping",
    AlertKind.CORROBORATED: "escalated: a second origin",
    AlertKind.DISPUTED: "escalated: a dispute",
    AlertKind.SETTLED: "escalated: the dispute's end",
}


def sentences(*sides: ReportedChange | None) -> list[str]:
    """The sentence and source of each side, once where they are the same."""
    lines: list[str] = []
    for told in sides:
        if told is None:
            continue
        article = told.article
        source = f"{escape.line(article.outlet)}, {article.published:%Y-%m-%d %H:%M} UTC"
        proof = [
            f"      “{shorten(escape.line(told.change.quote), 320)}”",
            f"      {source}  {escape.line(article.url)}".rstrip(),
        ]
        if proof != lines[-2:]:
            lines += proof
    return lines


def tellings(told: ReportedChange) -> list[str]:
    """How and when a change is told, a line for each moment."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for one in told.tellings:
        how = HOW.get(one.kind, str(one.kind))
        grouped.setdefault((how, f"{one.due:%Y-%m-%d %H:%M} UTC"), []).append(one.channel)
    return [f"told {how}, {when}, to {escape.line(', '.join(channels))}" for (how, when), channels in grouped.items()]
