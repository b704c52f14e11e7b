"""Prefect's database, made once and copied: a server that begins with a copy is up in two seconds, not in eight.

An empty home costs each server some hundred migrations, one after another. The tests start two dozen servers.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".pytest_cache" / "prefect"  # git passes it over, and `make clean` removes it
NAME = "prefect.db"  # what Prefect calls it in its home
TIME_LIMIT = 300  # seconds; it takes eight on two cores that do nothing else


def ready(home: Path, name: str = NAME) -> Path:
    """``home``, made where it is missing, with an empty database of this Prefect in it; one that is there stays."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / name).exists():
        shutil.copyfile(_made(), home / name)
    return home


def _made() -> Path:
    """The file to copy. Whoever asks first makes it; the others, in other processes too, wait for that."""
    kept = KEPT / f"{version('prefect')}.db"
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            _make(kept)
    return kept


def _make(kept: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    with tempfile.TemporaryDirectory(dir=KEPT) as home:
        subprocess.run(
            [sys.executable, "-m", "prefect", "server", "database", "upgrade", "-y"],
            env={**environ, "PREFECT_HOME": home, "DO_NOT_TRACK": "1"},
            capture_output=True,
            timeout=TIME_LIMIT,
            check=True,
        )
        database = Path(home) / NAME
        with sqlite3.connect(database) as connection:  # what is still in its log goes into the file
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        database.replace(kept)
