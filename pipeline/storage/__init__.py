"""The store: DuckDB under a lock, written by runs, and published as a file for SQL clients."""

from __future__ import annotations

from pipeline.storage.asked import Publication, Span
from pipeline.storage.changes import AssessmentCounts, Moment
from pipeline.storage.connection import Row
from pipeline.storage.kept import keep_store
from pipeline.storage.known import known_for_brief
from pipeline.storage.live import hold_run, is_run_wanted
from pipeline.storage.names import LIVE, LOCK, PUBLISHED
from pipeline.storage.prune import Pruned, prune
from pipeline.storage.publish import PublishedFile, publish
from pipeline.storage.readers import Readers
from pipeline.storage.restore import Restored, restore
from pipeline.storage.review import ReviewItem
from pipeline.storage.site import SiteRows
from pipeline.storage.store import Store, is_ours, open_published, open_store
from pipeline.storage.vitals import (
    StoreSight,
    Vitals,
    look_at_runs,
    look_at_store,
    look_at_writer,
    read_pulse,
    read_vitals,
)
from pipeline.storage.watches import WatchLine
from pipeline.storage.why import Trail

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
    "StoreSight",
    "Trail",
    "Vitals",
    "WatchLine",
    "hold_run",
    "is_ours",
    "is_run_wanted",
    "keep_store",
    "known_for_brief",
    "look_at_runs",
    "look_at_store",
    "look_at_writer",
    "open_published",
    "open_store",
    "prune",
    "publish",
    "read_pulse",
    "read_vitals",
    "restore",
]
