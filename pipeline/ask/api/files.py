"""The files of a watch's site as they were published: the page, its feeds, its calendar, what they need."""

from __future__ import annotations

import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pipeline.ask.api.answers import MAX_FILE, Edition, Made, edition_of

# Served by their endings; the page brings its own policy on what it may load.
MEDIA_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/json",
    ".ics": "text/calendar; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_FEED: Final = "changes.json"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}(\.[a-z]{1,8}){1,2}")


def media_type_of(name: str) -> str:
    """Return the media type under which the site's file ``name`` is served; empty where there can be no such file."""
    if not _NAME.fullmatch(name):
        return ""
    return "application/feed+json" if name == _FEED else MEDIA_TYPES.get(Path(name).suffix, "")


def look(path: Path) -> Edition:
    """Return which edition of the file at ``path`` is there.

    Raises:
        OSError: there is none.
    """
    about = path.stat(follow_symlinks=False)
    modified = datetime.fromtimestamp(about.st_mtime, UTC)
    return edition_of(about.st_ino, about.st_size, about.st_mtime_ns, modified=modified)


def read(path: Path) -> Made:
    """Read a file of the site whole: one that is replaced meanwhile is read to its end.

    Raises:
        OSError: it is not there, no ordinary file, or larger than any file of a site.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise FileNotFoundError(path)
        body = file.read(MAX_FILE + 1)
    if len(body) > MAX_FILE:
        raise OSError("larger than any file of a site")
    return body, media_type_of(path.name), ""
