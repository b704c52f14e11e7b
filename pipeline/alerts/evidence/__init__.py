"""What proves a change, and how it was decided, told so that a stranger can check it. Pure.

``telling`` makes the store's rows of one page into ``steps``: what was done, what it was compared with, what was
measured and what was needed. ``pack`` makes the files of an evidence pack, and ``sealed`` the archive and its hashes.
"""

from pipeline.alerts.evidence.pack import MOST_BYTES, MOST_TEXTS, Gathered, pack_files
from pipeline.alerts.evidence.sealed import as_zip, sealed
from pipeline.alerts.evidence.steps import Branch, Compared, Row, Score, Step, Told, Trail, is_unread
from pipeline.alerts.evidence.telling import told_of
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
    "Told",
    "Trail",
    "as_lines",
    "as_zip",
    "is_unread",
    "pack_files",
    "sealed",
    "told_of",
]
