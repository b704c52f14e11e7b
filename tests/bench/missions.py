"""The bench's missions: where their gold lies, and the watch that one baseline article makes."""

from __future__ import annotations

import json
import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from pipeline.backtest import backtest, load_articles
from pipeline.initiate import draft_watch
from pipeline.model import Article, Watch
from pipeline.reading import RuleReader

from .keywords import keyword_lines
from .score import score

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SHARED = Path(os.environ.get("MISSIONWATCH_SHARED") or ROOT.parent / "shared")
MISSIONS = ("haiti", "aussom", "unifil")


def baseline_text(mission: str) -> str:
    """The baseline article of ``mission``.

    The Haiti seed is a real article that may not be copied: it is read from the shared inputs where they
    are, else its content in our own words is taken, from the watch.
    """
    own = HERE / mission / "baseline.txt"
    if own.is_file():
        return own.read_text(encoding="utf-8")
    seed = SHARED / "seeds" / "haiti-2025-08-24.txt"
    if seed.is_file():
        return seed.read_text(encoding="utf-8")
    return (ROOT / "seeds" / mission / "baseline.md").read_text(encoding="utf-8")


def drafted(mission: str) -> Watch:
    """The watch of ``mission`` as ``draft_watch`` makes it from the baseline article, unreviewed."""
    facts = json.loads((HERE / mission / "baseline.json").read_text(encoding="utf-8"))
    published = datetime.fromisoformat(facts["published"])
    return draft_watch(baseline_text(mission), published=published, url=facts.get("source_url", ""), slug=mission)


def articles(mission: str) -> list[Article]:
    """The articles of ``mission``."""
    return load_articles(HERE / mission / "articles.jsonl")


def measured(mission: str, watch: Watch | None = None) -> dict[str, Any]:
    """The scorer's figures for ``mission`` with the rules, with ``seconds`` an article and the ``keywords``' F1."""
    held = articles(mission)
    watch = watch or drafted(mission)
    begun = time.perf_counter()
    lines = backtest(watch, held, RuleReader())
    seconds = (time.perf_counter() - begun) / len(held)
    figures = score(HERE / mission, [dict(line) for line in lines])
    figures["seconds"] = seconds
    figures["keywords"] = score(HERE / mission, keyword_lines(held, watch))["aspect"]["f1"]
    return figures
