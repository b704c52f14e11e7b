"""The store: DuckDB under a lock, written by runs, and published as a file for SQL clients."""

from __future__ import annotations

from pipeline.storage.brief import known_for_brief
from pipeline.storage.connection import Row
from pipeline.storage.files.names import LIVE, LOCK, PUBLISHED
from pipeline.storage.health import (
    StoreCondition,
    WatchMetrics,
    inspect_run_lock,
    inspect_store,
    inspect_store_lock,
    read_metrics,
    read_pulse,
)
from pipeline.storage.keep_open import keep_store
from pipeline.storage.live import hold_run, is_run_wanted
from pipeline.storage.prune import Pruned, prune
from pipeline.storage.publish import PublishedFile, publish
from pipeline.storage.queries.ask import Publication, Span
from pipeline.storage.queries.changes import AssessmentCounts, Moment
from pipeline.storage.queries.review import ReviewItem
from pipeline.storage.queries.site import SiteRows
from pipeline.storage.queries.watches import WatchLine
from pipeline.storage.queries.why import Trail
from pipeline.storage.readers import Readers
from pipeline.storage.restore import Restored, restore
from pipeline.storage.store import Store, is_ours, open_published, open_store

__all__ = [
    "LIVE",
    "LOCK",
    "PUBLISHED",
    "AssessmentCounts",
    "Moment",
    "Pruned",
    "Publication",
    "PublishedFile",
    "Readers",
    "Restored",
    "ReviewItem",
    "Row",
    "SiteRows",
    "Span",
    "Store",
    "StoreCondition",
    "Trail",
    "WatchLine",
    "WatchMetrics",
    "hold_run",
    "inspect_run_lock",
    "inspect_store",
    "inspect_store_lock",
    "is_ours",
    "is_run_wanted",
    "keep_store",
    "known_for_brief",
    "open_published",
    "open_store",
    "prune",
    "publish",
    "read_metrics",
    "read_pulse",
    "restore",
]
