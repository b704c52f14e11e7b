"""Which code this is: two machines work together only where they would come to the same result."""

from __future__ import annotations

import hashlib
import platform
import sys
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parents[2]

# Beside our own code, what the text of a page and the reading of a sentence depend on.
DECIDING: Final = (
    "charset-normalizer",
    "courlan",
    "dateparser",
    "feedparser",
    "htmldate",
    "lxml",
    "numpy",
    "onnxruntime",
    "python-dateutil",
    "trafilatura",
)


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """A name for our code, our model, the libraries that decide, and the kind of machine. Costs some 50 ms, once."""
    digest = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(f"{path.relative_to(PACKAGE)}\0".encode())
            digest.update(path.read_bytes())
    for name in DECIDING:
        digest.update(f"{name} {_version(name)}\0".encode())
    digest.update(f"{sys.version_info[:2]} {platform.machine()}".encode())
    return digest.hexdigest()[:16]


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "absent"
