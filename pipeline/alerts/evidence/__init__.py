"""Explain a change and how it was decided, so that a stranger can check it. Pure.

``telling`` makes the store's rows of one page into ``steps``: what was done, what it was compared with, what was
measured and what was needed. ``pack`` makes the files of an evidence pack, and ``seal`` the archive and its hashes.
"""

from pipeline.alerts.evidence.pack import MOST_BYTES, MOST_TEXTS, Gathered, pack_files
from pipeline.alerts.evidence.seal import as_zip, seal
from pipeline.alerts.evidence.steps import Branch, Compared, Row, Score, Step, Trail, TrailAccount, is_unread
from pipeline.alerts.evidence.telling import account_of
from pipeline.alerts.evidence.words import as_lines

__all__ = [
    "MOST_BYTES",
    "MOST_TEXTS",
    "Branch",
    "Compared",
    "Gathered",
    "Row",
    "Score",
    "Step",
    "Trail",
    "TrailAccount",
    "account_of",
    "as_lines",
    "as_zip",
    "is_unread",
    "pack_files",
    "seal",
]
