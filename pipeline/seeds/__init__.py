"""A watch's folder under ``seeds/``: the strict loader, and the writers for ``init`` and ``watches rename``."""

from __future__ import annotations

from pipeline.seeds.choice import reader_choice
from pipeline.seeds.load import load_watch
from pipeline.seeds.problems import WatchFileErrors
from pipeline.seeds.rename import renamed, write_renamed
from pipeline.seeds.write import write_watch

__all__ = ["WatchFileErrors", "load_watch", "reader_choice", "renamed", "write_renamed", "write_watch"]
