"""From an article to claims: relevance, sentences, aspect, stage, subject, value, event date, news or background."""

from __future__ import annotations

from pipeline.reading.reader import Reader
from pipeline.reading.rules import RuleReader

__all__ = ["Reader", "RuleReader"]
