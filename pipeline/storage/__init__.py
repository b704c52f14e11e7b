"""The store: DuckDB under a lock, written by runs, and published as a file for SQL clients."""

from __future__ import annotations

from pipeline.storage.changes import AssessmentCounts, Moment
from pipeline.storage.connection import Row
from pipeline.storage.publish import PublishedFile, publish
from pipeline.storage.store import LIVE, LOCK, PUBLISHED, Store, open_published, open_store
from pipeline.storage.why import Trail

__all__ = [
    "LIVE",
    "LOCK",
    "PUBLISHED",
    "AssessmentCounts",
    "Moment",
    "PublishedFile",
    "Row",
    "Store",
    "Trail",
    "open_published",
    "open_store",
    "publish",
]
