"""Publish at once what a person has just recorded from the command line, so that SQL clients see it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pipeline.cli.common import settings
from pipeline.model.text import content_id
from pipeline.storage import publish


def publish_recorded(where: Path, what: str, about: object, now: datetime | None) -> None:
    """Show SQL clients what was just stored; a store that no run has worked in yet has nothing to show."""
    if now is not None:
        publish(where, content_id(what, about, now.isoformat()), now, wait=settings().store_wait)
