"""A watch's folder under ``seeds/``: the strict loader, and what writes its files."""

from __future__ import annotations

from pipeline.seeds.choice import reader_choice
from pipeline.seeds.load import load_watch
from pipeline.seeds.problems import WatchFileErrors
from pipeline.seeds.reader import choose_reader, with_reader
from pipeline.seeds.rename import renamed, write_renamed
from pipeline.seeds.write import write_watch

__all__ = [
    "WatchFileErrors",
    "choose_reader",
    "load_watch",
    "reader_choice",
    "renamed",
    "with_reader",
    "write_renamed",
    "write_watch",
]
