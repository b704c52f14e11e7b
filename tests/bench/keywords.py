"""The yardstick: keyword rules per sentence, no context, no memory. What a weekend's script would do."""

from __future__ import annotations

import re

from pipeline.model import Article, Watch

from .score import ASPECTS, STAGES

_ASPECT_WORDS = {
    "lead": r"\blead|leadership",
    "command": r"commander|appointed|special representative",
    "mandate": r"mandate|resolution|authori[sz]",
    "strength": r"personnel|troops|ceiling|strength",
    "contributors": r"contingent|contribut|soldiers from|pledged? troops",
    "funding": r"fund|million|financ|budget",
    "support": r"logistic|equipment|vehicles|support office",
    "deployment": r"deploy|arriv|withdr|handed over",
    "casualties": r"killed|died|injured|wounded",
}
_STAGE_WORDS = {
    "proposed": r"propos|draft|urge|call(?:ed|s) (?:on|for)|ask",
    "planned": r"will|plan|expected|pledg|to be",
    "decided": r"approv|adopt|authori[sz]|extend|voted|decid",
    "in_effect": r"arriv|killed|deliver|took over|began",
    "ended": r"expired|ended|withdrew",
    "rejected": r"reject|denied|refus|veto",
}
_END = re.compile(r"(?<=[.!?])\s+")


def keyword_lines(articles: list[Article], watch: Watch) -> list[dict[str, str]]:
    """A line for each sentence with a word of an aspect and of a stage, in articles that name mission or place."""
    names = [n.text for n in watch.names] + list(watch.places)
    out = []
    for article in sorted(articles, key=lambda a: (a.published, a.published_source)):
        if not any(name in f"{article.title} {article.text}" for name in names):
            continue
        for sentence in _END.split(article.text):
            aspect = next((a for a in ASPECTS if re.search(_ASPECT_WORDS[a], sentence, re.IGNORECASE)), None)
            stage = next((s for s in STAGES if re.search(_STAGE_WORDS[s], sentence, re.IGNORECASE)), None)
            if aspect and stage:
                given = article.published_source.removeprefix("backtest:")
                out.append({"article": given, "aspect": aspect, "stage": stage, "quote": sentence.strip()})
    return out
