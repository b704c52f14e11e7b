"""Answers about a watch, from its published file: for assistants, programs and reports alike."""

from __future__ import annotations

from pipeline.ask import model
from pipeline.ask.answers import Ask
from pipeline.ask.asking import DEFAULT_LIMIT, MAX_LIMIT
from pipeline.ask.frame import WatchFile

__all__ = ["DEFAULT_LIMIT", "MAX_LIMIT", "Ask", "WatchFile", "model"]
