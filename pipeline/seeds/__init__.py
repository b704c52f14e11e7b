"""A watch's folder under ``seeds/``: the strict loader, and the writer for ``missionwatch init``."""

from __future__ import annotations

from pipeline.seeds.load import load_watch
from pipeline.seeds.problems import WatchFileErrors
from pipeline.seeds.write import write_watch

__all__ = ["WatchFileErrors", "load_watch", "write_watch"]
