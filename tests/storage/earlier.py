"""Stores of earlier releases, made by those releases: the files of tests/storage/old/.

make.py there tells their story.
"""

from __future__ import annotations

import gzip
from pathlib import Path

from pipeline.storage import LIVE

OLD = Path(__file__).parent / "old"
# By the last step that each has seen. All are of before the first release.
EARLIER = ("views", "chat_answers", "recalls", "alert_rules", "mutes")


def unpack(name: str, folder: Path) -> Path:
    """Put the store that ends with the step ``name`` into ``folder``."""
    (folder / LIVE).write_bytes(gzip.decompress((OLD / f"{name}.duckdb.gz").read_bytes()))
    return folder
