"""What must be the same after any kill: the tables without run ids and times of record, and the alerts sent."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

from pipeline.storage import LIVE, PUBLISHED
from pipeline.storage.connection import open_connection
from pipeline.storage.schema import TABLES

_OF_RUNS = {"run", "published"}  # tables that have rows for each life
_TIMES_OF_RECORD = {"run_id", "elapsed_s", "extract_s"}
# A run that is killed after its last day was recorded goes on with a day that an undisturbed run does not see: it polls
# once more, and looks again at pages. What it noted on that day is left out, and what a feed's state tells of that
# poll. All else is compared whole, column by column.
_DONE_AT = {"poll": "polled_at", "page_fetch": "fetched_at"}
_KEPT_OF = {"feed_state": {"feed_id", "failures", "last_new_at"}, "feed_piece": {"feed_id"}}


def look(data: Path, last_day: str = "") -> dict[str, Any]:
    """The tables and the alerts of a data folder, as values to compare. It closes the store's log, if one was left.

    Args:
        data: the data folder.
        last_day: polls and fetches after it are left out, ISO; all count where it is empty.

    Returns:
        ``tables``: for each its rows as JSON texts, in order; ``sent``: how often each alert stands in the
        file; ``last``: the last poll's time; ``whole``: whether the published copy has as much as the store.
    """
    db = open_connection(data / LIVE)
    try:
        tables = {name: _rows(db, name, last_day) for name in sorted(TABLES) if name not in _OF_RUNS}
        last = str(db.value("SELECT max(polled_at) FROM poll"))
        changes = db.value("SELECT count(*) FROM change")
    finally:
        db.close()
    return {
        "tables": tables,
        "sent": sent(data),
        "last": last,
        "whole": published_changes(data) == changes,
        "left": sorted(p.name for p in data.iterdir() if p.name.endswith((".tmp", ".wal", ".new"))),
    }


def _rows(db: Any, name: str, last_day: str) -> list[str]:
    names = [column.name for column in TABLES[name].columns if column.name not in _TIMES_OF_RECORD]
    columns = ", ".join(column for column in names if column in _KEPT_OF.get(name, names))
    done_at = _DONE_AT.get(name, "")
    where = f"WHERE {done_at} <= CAST('{last_day}' AS TIMESTAMPTZ)" if done_at and last_day else ""
    rows = db.rows(f"SELECT {columns} FROM {name} {where}")
    return sorted(json.dumps(row, default=str, sort_keys=True) for row in rows)


def sent(data: Path) -> dict[str, int]:
    """How often each alert stands in the alert files, by its key; a line that a crash cut short is none.

    Raises:
        AssertionError: two messages with one key differ.
    """
    told: dict[str, Any] = {}
    count: Counter[str] = Counter()
    for path in sorted((data / "alerts").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            try:
                message = json.loads(line)
            except ValueError:
                continue
            key = message["alert_id"]
            assert told.setdefault(key, message) == message, f"two messages with the key {key}"
            count[key] += 1
    return dict(count)


def published_changes(data: Path) -> int | None:
    """The changes in the published copy, None where nothing is published. Fails where a client could not read it."""
    path = data / PUBLISHED
    if not path.exists():
        return None
    db = open_connection(path, read_only=True)
    try:
        found: int = db.value("SELECT count(*) FROM change")
        return found
    finally:
        db.close()


def differences(seen: dict[str, Any], reference: dict[str, Any]) -> list[str]:
    """In words, how what was ``seen`` differs from the undisturbed run; nothing where it does not."""
    out = []
    for name, rows in reference["tables"].items():
        have, want = Counter(seen["tables"][name]), Counter(rows)
        out += [f"{name}: lost {row[:300]}" for row in (want - have)]
        out += [f"{name}: added {row[:300]}" for row in (have - want)]
    out += [f"alert {key} was never sent" for key in reference["sent"].keys() - seen["sent"].keys()]
    out += [f"alert {key} is of no undisturbed run" for key in seen["sent"].keys() - reference["sent"].keys()]
    if not seen["whole"]:
        out.append("the published copy has another number of changes than the store")
    out += [f"{name} was left in the folder" for name in seen["left"]]
    return out


def short_hash(seen: dict[str, Any]) -> str:
    """A name for what the tables hold."""
    return hashlib.sha256(json.dumps(seen["tables"], sort_keys=True).encode()).hexdigest()[:12]
