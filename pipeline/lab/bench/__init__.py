"""The bench: a watch over articles of which a person has said what is news, with figures and an error browser."""

from __future__ import annotations

from pipeline.lab.bench.browser import page
from pipeline.lab.bench.figures import AT_ONCE, Mission, calibration_gap, measure, reliability
from pipeline.lab.bench.gold import Gold, baseline_watch, load_gold
from pipeline.lab.bench.scoring import Kind, Score, ScoredChange, score
from pipeline.lab.bench.tables import Table, as_markdown, as_text, reliability_tables, summary_tables

__all__ = [
    "AT_ONCE",
    "Gold",
    "Kind",
    "Mission",
    "Score",
    "ScoredChange",
    "Table",
    "as_markdown",
    "as_text",
    "baseline_watch",
    "calibration_gap",
    "load_gold",
    "measure",
    "page",
    "reliability",
    "reliability_tables",
    "score",
    "summary_tables",
]
