"""From an article to claims: relevance, sentences, aspect, stage, subject, value, event date, news or background."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.reading.both import EncodedReader
from pipeline.reading.reader import Reader
from pipeline.reading.rules import RuleReader

# The engines by the name that a person gives them. docs/quality.md has the figures.
DEFAULT = "both"
ENGINES: dict[str, Callable[[], Reader]] = {"both": EncodedReader, "rules": RuleReader}

__all__ = ["DEFAULT", "ENGINES", "EncodedReader", "Reader", "RuleReader"]
