"""The gold folder of the trial, which is part of the package."""

from __future__ import annotations

from pathlib import Path

from pipeline.lab.bench.gold import Gold, load_gold


def trial_gold() -> Gold:
    """Return the articles about the invented mission in Meridosa, with the events that they report."""
    return load_gold(Path(__file__).parent)
