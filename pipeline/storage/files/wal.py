"""DuckDB's write-ahead log, as far as we must know it: whether a file is one at all.

DuckDB takes a log that it can't make out for one that was cut short by a crash, and drops it without
a word. So what stands there after a crash is looked at before DuckDB opens it.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipeline.model.errors import StoreDamagedError
from pipeline.storage.files.failures import storage_errors
from pipeline.storage.schema import literal

_HEAD = 6  # bytes that the logs of one DuckDB have in common: the kind of the first record, and the format's version


def log_of(path: Path) -> Path:
    """The write-ahead log of the DuckDB file ``path``, whether it is there or not."""
    return path.with_name(f"{path.name}.wal")


def check_log(path: Path, storage_version: str) -> None:
    """Refuse the log of the DuckDB file ``path`` where it is none.

    Args:
        path: the database file; its log need not be there.
        storage_version: the format that the file is written in.

    Raises:
        StoreDamagedError: a log is there, and does not begin as DuckDB's logs do.
        StoreUnwritableError: there is no room for the file that shows how they begin.
    """
    log = log_of(path)
    with storage_errors(log):
        if not log.exists():
            return
        with log.open("rb") as file:
            head = file.read(_HEAD)
    if head and not _beginning(storage_version).startswith(head):
        raise StoreDamagedError(
            f"{log} is damaged: it is no log of DuckDB's.",
            remedy=f"Move it away; what was stored last before the crash is lost, and {path.name} may still be whole.",
        )


@lru_cache(maxsize=4)
def _beginning(storage_version: str) -> bytes:
    """How the DuckDB that runs here begins a log; asked of itself, so that no version of it surprises us."""
    with TemporaryDirectory(prefix="missionwatch-") as folder, storage_errors(Path(folder)):
        path = Path(folder, "sample.duckdb")
        with duckdb.connect(":memory:") as duck:
            duck.execute(f"ATTACH {literal(str(path))} AS sample (STORAGE_VERSION '{storage_version}')")
            duck.execute("CREATE TABLE sample.main.one (x INTEGER)")
            return log_of(path).read_bytes()[:_HEAD]
