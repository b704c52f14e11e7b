"""The missions of this bench, and the figures of each."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pipeline import language
from pipeline.lab.bench import Gold, Mission, baseline_watch, load_gold
from pipeline.lab.bench.figures import measure_one
from pipeline.reading.embedded import DEFAULT, ENGINES

HERE = Path(__file__).resolve().parent
LANGUAGES = language.GLOSSED


@cache
def gold(code: str) -> Gold:
    """The gold of the mission whose articles are in the language ``code``."""
    return load_gold(HERE / code)


@cache
def measured(code: str) -> Mission:
    """The figures of that mission: the watch as its baseline article makes it, unreviewed."""
    return measure_one(gold(code), baseline_watch(gold(code)), ENGINES[DEFAULT]())
