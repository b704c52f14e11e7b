"""A watch's folder under ``seeds/``: the strict loader, and what writes its files."""

from __future__ import annotations

from pipeline.watches.choice import reader_choice
from pipeline.watches.load import load_watch
from pipeline.watches.problems import WatchFileErrors
from pipeline.watches.reader import choose_reader, with_reader
from pipeline.watches.rename import renamed, write_renamed
from pipeline.watches.write import write_watch

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
