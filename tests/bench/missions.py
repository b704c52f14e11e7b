"""The bench's missions: where their gold lies, the watch that one baseline article makes, and the figures."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path

from pipeline.lab.backtest import load_articles
from pipeline.lab.bench import AT_ONCE, Gold, Mission, baseline_watch, load_gold, measure
from pipeline.model import Article, Watch
from pipeline.reading.embedded import DEFAULT, ENGINES
from pipeline.watches.drafting import draft_watch

from .keywords import keyword_lines
from .score import score

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
MISSIONS = ("haiti", "aussom", "unifil")


def drafted(mission: str) -> Watch:
    """The watch of ``mission`` as drafted from its baseline article, unreviewed.

    The Haiti seed is a real article that may not be copied: its content in our own words stands for it.
    """
    return baseline_watch(gold(mission))


def drafted_from(text: str, mission: str) -> Watch:
    """The watch of ``mission`` as drafted from ``text`` in place of its own baseline article."""
    facts = json.loads((HERE / mission / "baseline.json").read_text(encoding="utf-8"))
    published = datetime.fromisoformat(facts["published"])
    return draft_watch(text, published=published, url=facts.get("source_url", ""), slug=mission)


@cache
def gold(mission: str) -> Gold:
    """The gold of ``mission``."""
    return load_gold(HERE / mission)


def articles(mission: str) -> list[Article]:
    """The articles of ``mission``."""
    return load_articles(HERE / mission / "articles.jsonl")


@cache
def measured() -> tuple[Mission, ...]:
    """The figures of all missions, alone and mixed. They are computed once: nothing in them changes."""
    golds = [gold(mission) for mission in MISSIONS]
    return tuple(measure(golds, [baseline_watch(one) for one in golds], ENGINES[DEFAULT](), at_once=AT_ONCE))


def keywords_f1(mission: str) -> float:
    """Aspect-grade F1 of the keyword yardstick on ``mission``."""
    found: float = score(HERE / mission, keyword_lines(articles(mission), drafted(mission)))["aspect"]["f1"]
    return found
