"""The store looked at from outside, while it may be at work, locked or damaged: nothing here writes to it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.health.heartbeat import ROUND, LockState, Pulse
from pipeline.model import RunRecord, Standing, WatchState
from pipeline.model.errors import StorageError
from pipeline.reading.llm import Spending
from pipeline.storage.connection import STORAGE_VERSION, Connection, open_connection
from pipeline.storage.files.lock import hold_lock
from pipeline.storage.files.names import LIVE, LOCK, PUBLISHED, RUN_LOCK
from pipeline.storage.files.newest import newest
from pipeline.storage.files.wal import check_log, log_of
from pipeline.storage.migrations import MIGRATIONS, check
from pipeline.storage.queries.base import WATCH_ARTICLES
from pipeline.storage.queries.model_answers import spending_of
from pipeline.storage.queries.watches import WatchQueries
from pipeline.storage.schema import TABLES

# Clocks of two machines, or of one before and after it was set right, differ a little.
SLACK = timedelta(minutes=5)

_ALERTS = """
SELECT CASE WHEN state = 'pending' AND attempts > 0 THEN 'retrying' ELSE state END, count(*)
FROM alerts WHERE watch = ? GROUP BY ALL"""
_SPENT = """
SELECT coalesce(sum(calls), 0) AS calls, coalesce(sum(failed), 0) AS failed, coalesce(sum(tokens_in), 0) AS tokens_in,
       coalesce(sum(tokens_out), 0) AS tokens_out, coalesce(sum(money), 0) AS money
FROM model_spending WHERE watch = ?"""
_RUN = "run_id, flow, watch, watch_time, started_at, finished_at, outcome, reason"


@dataclass(frozen=True, slots=True)
class StoreCondition:
    """How a store's files look.

    Attributes:
        live, log, published: their bytes; None where there is none.
        published_at: when the published file was written.
        fault: why the live file can't be read; empty where it can.
        remedy: what to do then.
        busy: whether that is only because another process has it.
        missing: migrations that it has not seen yet.
        published_fault: why the published file can't be read; empty where it can, or is not there.
    """

    live: int | None = None
    log: int | None = None
    published: int | None = None
    published_at: datetime | None = None
    fault: str = ""
    remedy: str = ""
    busy: bool = False
    missing: tuple[str, ...] = ()
    published_fault: str = ""


@dataclass(frozen=True, slots=True)
class WatchMetrics:
    """The numbers of one watch, as its store has them.

    Attributes:
        feeds: feeds by their state in the view ``feed_health``; those that are no longer named are left out.
        spending: what a language model has cost, over all runs.
        model_failures: questions to it that brought no answer, or none of use.
        runs: ended and running runs by flow and outcome.
        unread: entries and articles that wait to be fetched or read.
        oldest_unread: when the oldest of them was first seen.
        last_round: the last round that ended.
        last_good_at: when the last round ended well.
        watched: whether rounds are due: it is neither paused nor archived.
        sizes: bytes of ``live``, ``log`` and ``published``, those that are there.
    """

    feeds: Mapping[str, int] = field(default_factory=dict)
    feeds_due: int = 0
    feeds_silent: int = 0
    entries: int = 0
    articles: int = 0
    claims: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[str, int] = field(default_factory=dict)
    alerts: Mapping[str, int] = field(default_factory=dict)
    spending: Spending = field(default_factory=Spending)
    model_failures: int = 0
    runs: Mapping[tuple[str, str], int] = field(default_factory=dict)
    unread: int = 0
    oldest_unread: datetime | None = None
    last_round: RunRecord | None = None
    last_good_at: datetime | None = None
    watched: bool = True
    sizes: Mapping[str, int] = field(default_factory=dict)


def inspect_lock(path: Path) -> LockState:
    """Who holds the lock file ``path``; nobody where it is not there, or can't be looked at."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return LockState()
    try:
        # Shared, so that two who look don't take each other for a run; a run that comes meanwhile tries again in 5 ms.
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        pid = _signed(path)
        return LockState(True, pid, pid is not None and Path(f"/proc/{pid}").exists())
    else:
        fcntl.flock(handle, fcntl.LOCK_UN)
        return LockState()
    finally:
        os.close(handle)


def inspect_run_lock(folder: Path) -> LockState:
    """Who runs in the data folder ``folder``."""
    return inspect_lock(folder / RUN_LOCK)


def inspect_store_lock(folder: Path) -> LockState:
    """Who has the store of ``folder`` open at this moment."""
    return inspect_lock(folder / LOCK)


def read_pulse(folder: Path, watch: str, *, now: datetime, fresh: timedelta, wait: float) -> Pulse:
    """What the store of ``folder`` says of the runs of ``watch``.

    The published file is asked first, which disturbs nobody. The live one is only asked where the published one
    has no good round within ``fresh``, for it may be behind where publishing fails.

    Raises:
        StorageError: neither can be read.
    """
    pulse = None
    with suppress(StorageError):  # what the live one says of it is told
        pulse = _published_pulse(folder, watch, now)
    if pulse is not None and pulse.last_good is not None and now - _ended(pulse.last_good) <= fresh:
        return pulse
    try:
        return _live_pulse(folder, watch, now, wait)
    except StorageError:
        if pulse is not None:
            return pulse
        raise


def inspect_store(folder: Path, *, wait: float, deep: bool = False) -> StoreCondition:
    """How the store's files in ``folder`` look; nothing is made, mended or brought up to date.

    Args:
        folder: the data folder.
        wait: how long to wait, in seconds, for a run that has the store open.
        deep: read each value of each table, so that each block's checksum is looked at.
    """
    live, published = folder / LIVE, newest(folder / PUBLISHED)
    fault, remedy, busy = "", "", False
    missing: tuple[str, ...] = ()
    if live.exists():
        try:
            missing = _try_live(folder, wait, deep)
        except StorageError as error:
            fault, remedy, busy = error.message, error.remedy, error.exit_code == 4
    seen, published_fault = None, ""
    if published.exists():
        with suppress(OSError):
            seen = datetime.fromtimestamp(published.stat().st_mtime, UTC)
        try:
            db = open_connection(published, read_only=True)
            try:
                check(db)
            finally:
                db.close()
        except StorageError as error:
            published_fault = error.message
    return StoreCondition(
        _size(live), _size(log_of(live)), _size(published), seen, fault, remedy, busy, missing, published_fault
    )


def read_metrics(folder: Path, watch: str, now: datetime) -> WatchMetrics:
    """The numbers of ``watch``, from the published file of ``folder``.

    Raises:
        StorageError: it is not there, or can't be read.
    """
    path = newest(folder / PUBLISHED)
    if not path.is_file():
        raise StorageError(f"{path} is not there: nothing has been published yet.", remedy="Run the watch once.")
    db = open_connection(path, read_only=True)
    try:
        check(db)
        return _metrics(db, folder, watch, now)
    finally:
        db.close()


def _metrics(db: Connection, folder: Path, watch: str, now: datetime) -> WatchMetrics:
    unread = db.rows(
        f"""
        SELECT count(*) AS n, min(seen_at) AS oldest FROM (
            SELECT e.entry_id, e.seen_at FROM (
                SELECT * FROM entry
                QUALIFY row_number() OVER (PARTITION BY feed_id, guid ORDER BY seen_at DESC, entry_id) = 1
            ) e JOIN watch_feed w USING (feed_id)
            WHERE w.watch = ? AND w.removed_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM entry_article l WHERE l.entry_id = e.entry_id)
            AND NOT EXISTS (
                SELECT 1 FROM (SELECT entry_id, arg_max_null(retry_at, attempt) AS retry_at FROM page_fetch
                               GROUP BY entry_id) t WHERE t.entry_id = e.entry_id AND t.retry_at IS NULL)
            UNION ALL
            SELECT a.article_id, a.fetched_at FROM article a WHERE a.article_id IN ({WATCH_ARTICLES})
            AND NOT EXISTS (SELECT 1 FROM reading r WHERE r.article_id = a.article_id AND r.watch = ?)
            AND EXISTS (SELECT 1 FROM article_body b WHERE b.article_id = a.article_id)
        )""",  # noqa: S608 -- a constant
        [watch, watch, watch],
    )[0]
    last = _one(db, "watch = ? AND flow = ? AND finished_at IS NOT NULL", watch, ROUND)
    good = _one(db, "watch = ? AND flow = ? AND outcome IN ('ok', 'partial')", watch, ROUND)
    spent = db.rows(_SPENT, [watch])[0]
    files = {"live": folder / LIVE, "log": log_of(folder / LIVE), "published": newest(folder / PUBLISHED)}
    feeds = "FROM feed_health WHERE watch = ? AND state <> 'removed'"
    return WatchMetrics(
        feeds=_by(db, f"SELECT state, count(*) {feeds} GROUP BY state", watch),
        feeds_due=db.value(
            f"SELECT count(*) {feeds} AND state <> 'retired' AND coalesce(next_due <= CAST(? AS TIMESTAMPTZ), true)",
            [watch, now],
        ),
        feeds_silent=db.value(f"SELECT count(*) {feeds} AND is_silent", [watch]),
        entries=db.value("SELECT count(*) FROM entry JOIN watch_feed w USING (feed_id) WHERE w.watch = ?", [watch]),
        articles=db.value(f"SELECT count(*) FROM ({WATCH_ARTICLES})", [watch]),  # noqa: S608 -- a constant
        claims=_by(db, "SELECT verdict, count(*) FROM verdict WHERE watch = ? GROUP BY verdict", watch),
        changes=_by(
            db, "SELECT aspect, count(*) FROM change WHERE watch = ? AND verdict <> 'baseline' GROUP BY aspect", watch
        ),
        alerts=_by(db, _ALERTS, watch),
        spending=spending_of(spent),
        model_failures=spent["failed"],
        runs={
            (row["flow"], row["outcome"]): row["n"]
            for row in db.rows(
                "SELECT flow, outcome, count(*) AS n FROM run WHERE watch = ? GROUP BY flow, outcome", [watch]
            )
        },
        unread=unread["n"],
        oldest_unread=unread["oldest"],
        last_round=last,
        last_good_at=good.finished_at if good else None,
        watched=_state(db, watch).standing is Standing.WATCHED,
        sizes={name: size for name, path in files.items() if (size := _size(path)) is not None},
    )


def _published_pulse(folder: Path, watch: str, now: datetime) -> Pulse:
    db = open_connection(newest(folder / PUBLISHED), read_only=True)
    try:
        seen = _pulse(db, watch, now)
    finally:
        db.close()
    return seen


def _live_pulse(folder: Path, watch: str, now: datetime, wait: float) -> Pulse:
    first = _with_live(folder, wait, watch, now)
    if not first.running:
        return _with_lock(first, inspect_run_lock(folder))
    # A run that starts or ends while we look must not be taken for a dead one: what counts as running was so
    # before the lock was looked at, and is so after it.
    lock = inspect_run_lock(folder)
    second = _with_live(folder, wait, watch, now)
    before = {run.run_id for run in first.running}
    still = tuple(run for run in second.running if run.run_id in before)
    return replace(second, running=still, lock=lock)


def _with_lock(pulse: Pulse, lock: LockState) -> Pulse:
    return replace(pulse, lock=lock)


def _with_live(folder: Path, wait: float, watch: str, now: datetime) -> Pulse:
    live = folder / LIVE
    if not live.exists():
        raise StorageError(f"{live} is not there: the watch has never run here.", remedy="Run the watch once.")
    with hold_lock(folder / LOCK, wait=wait, asks=True) as left:
        check_log(live, STORAGE_VERSION)
        db = open_connection(live, read_only=True, wait=left)
        try:
            return _pulse(db, watch, now)
        finally:
            db.close()


def _try_live(folder: Path, wait: float, deep: bool) -> tuple[str, ...]:
    """Open the live file, read-only; the migrations that it has not seen."""
    live = folder / LIVE
    with hold_lock(folder / LOCK, wait=wait, asks=True) as left:
        check_log(live, STORAGE_VERSION)
        db = open_connection(live, read_only=True, wait=left)
        try:
            done = {row["name"] for row in db.rows("SELECT name FROM migration")}
            missing = tuple(step.__name__ for step in MIGRATIONS if step.__name__ not in done)
            if not missing:
                check(db)
            held = {row["table_name"] for row in db.rows("SELECT table_name FROM duckdb_tables()")}
            for table in TABLES if deep else ():
                if table in held:
                    db.value(f"SELECT bit_xor(hash(t)) FROM {table} t")  # noqa: S608 -- names come from the schema
        finally:
            db.close()
    return missing


def _pulse(db: Connection, watch: str, now: datetime) -> Pulse:
    rounds = "watch = ? AND flow = ? AND finished_at"
    bound = [watch, ROUND, now + SLACK]
    return Pulse(
        _one(db, f"{rounds} <= CAST(? AS TIMESTAMPTZ) AND outcome IN ('ok', 'partial')", *bound),
        _one(db, f"{rounds} <= CAST(? AS TIMESTAMPTZ)", *bound),
        _one(db, f"{rounds} > CAST(? AS TIMESTAMPTZ)", *bound),
        tuple(_runs(db, "watch = ? AND outcome = 'running' ORDER BY started_at", watch)),
        state=_state(db, watch),
        failing=_failing_channels(db, watch),
    )


def _state(db: Connection, watch: str) -> WatchState:
    """How the watch stands; in a file that is older than such words, as it always did."""
    known = db.value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'watch_event'")
    return WatchQueries(db).watch_state(watch) if known else WatchState()


def _failing_channels(db: Connection, watch: str) -> frozenset[str]:
    """Return the channels that are told of as failing; none in a file that is older than such words."""
    known = db.value("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'channel_alarm'")
    open_ones = "SELECT channel FROM channel_alarm WHERE watch = ? AND cleared_at IS NULL"
    return frozenset(row["channel"] for row in db.rows(open_ones, [watch])) if known else frozenset()


def _one(db: Connection, where: str, *params: object) -> RunRecord | None:
    return next(iter(_runs(db, f"{where} ORDER BY finished_at DESC LIMIT 1", *params)), None)


def _runs(db: Connection, where: str, *params: object) -> list[RunRecord]:
    rows = db.rows(f"SELECT {_RUN} FROM run WHERE {where}", params)  # noqa: S608 -- conditions come from this module
    return [
        RunRecord(
            row["run_id"],
            row["flow"],
            row["watch"],
            row["watch_time"],
            row["started_at"],
            row["finished_at"],
            row["outcome"],
            row["reason"] or "",
        )
        for row in rows
    ]


def _by(db: Connection, sql: str, watch: str) -> dict[str, int]:
    return {str(name): int(count) for name, count in (tuple(row.values()) for row in db.rows(sql, [watch]))}


def _signed(path: Path) -> int | None:
    try:
        pid = int(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
    return pid if pid > 0 else None


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def _ended(run: RunRecord) -> datetime:
    return run.finished_at or run.started_at
