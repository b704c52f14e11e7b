"""The archive of a watch, served on loopback as real feeds and pages while a clock moves.

Read an archive with :func:`load_archive`, serve it with :class:`ArchiveServer`, and walk its
clock with :func:`days`. All that polls and collects is the live path: nothing in here fetches.
"""

from __future__ import annotations

from pipeline.lab.replay.archive import Archive, days
from pipeline.lab.replay.load import load_archive
from pipeline.lab.replay.server import ArchiveServer

__all__ = ["Archive", "ArchiveServer", "days", "load_archive"]
