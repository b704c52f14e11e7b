"""From an article to claims: relevance, sentences, aspect, stage, subject, value, event date, news or background."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.reading.embedded import EmbeddedReader
from pipeline.reading.reader import Reader
from pipeline.reading.rules import RuleReader

# The engines by the name that a person gives them. `rules` is the default: it is better on the bench's plain
# agency articles; `linear`, trained on the corpus alone, is better on the corpus. docs/quality.md has the figures.
ENGINES: dict[str, Callable[[], Reader]] = {"rules": RuleReader, "linear": EmbeddedReader}

__all__ = ["ENGINES", "EmbeddedReader", "Reader", "RuleReader"]
