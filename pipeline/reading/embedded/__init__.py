"""Read an article into claims: relevance, sentences, slot, stage, typed parts, event date, news or background."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.reading.embedded.engine import EncodedReader
from pipeline.reading.reader import Reader

# The engines by the name that a person gives them. docs/quality.md has the figures.
DEFAULT = "encoder"
ENGINES: dict[str, Callable[[], Reader]] = {"encoder": EncodedReader}

__all__ = ["DEFAULT", "ENGINES", "EncodedReader", "Reader"]
