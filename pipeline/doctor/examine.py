"""Run the checks, one after another, each within its time; a check that fails or hangs never stops the rest."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence

from pipeline.doctor import machine, network, place
from pipeline.doctor.words import Check, Finding, NothingToSeeError, Report, Result, skipped, trouble
from pipeline.doctor.world import World
from pipeline.model.errors import MissionwatchError, StorageError, WatchFileError

CHECKS = (
    Check("python", "Python", machine.check_python),
    Check("packages", "Libraries", machine.check_packages),
    Check("settings", "Settings", machine.check_settings),
    Check("watch", "Watch files", machine.check_watch),
    Check("zones", "Time zones", machine.check_zones),
    Check("reader", "Reading engine", machine.check_reader, limit=30.0),
    Check("folder", "Data folder", place.check_folder),
    Check("space", "Disk space", place.check_space),
    Check("filesystem", "File system", place.check_filesystem),
    Check("store", "Store", place.check_store, limit=60.0),
    Check("runs", "Runs", place.check_runs, limit=20.0),
    Check("feed_states", "Feeds when last polled", place.check_feed_states, limit=20.0),
    Check("published", "Published file", place.check_published),
    Check("locks", "Locks", place.check_locks),
    Check("clock", "Clock", machine.check_clock, limit=20.0),
    Check("authorities", "HTTPS trust", network.check_authorities),
    Check("proxies", "Proxies", network.check_proxies),
    Check("channels", "Alert channels", network.check_channels, limit=20.0),
    Check("names", "Names (DNS)", network.check_names, online=True),
    Check("feeds", "A sample of feeds", network.check_feeds, limit=45.0, online=True),
    Check("prefect", "Prefect's server", network.check_prefect, limit=15.0, online=True),
    Check("cluster", "Dask cluster", network.check_cluster, limit=40.0, online=True),
    Check("acknowledging", "Links to acknowledge", network.check_acknowledging, limit=15.0, online=True),
)

# One fault is told once, by the check that is there for it.
_TOLD_BY: dict[type[MissionwatchError], str] = {WatchFileError: "watch", StorageError: "store"}
OFFLINE = "not looked at: --offline"


def examine(
    world: World,
    checks: Sequence[Check] = CHECKS,
    *,
    offline: bool = False,
    tell: Callable[[Result], None] = lambda result: None,
) -> Report:
    """Make all ``checks``.

    Args:
        world: what they look at.
        checks: in order.
        offline: leave out those that ask the network.
        tell: told of each result as it comes.
    """
    results = []
    for check in checks:
        started = time.monotonic()
        finding = skipped(OFFLINE) if offline and check.online else _in_time(check, world)
        results.append(Result(check, finding, time.monotonic() - started))
        tell(results[-1])
    return Report(tuple(results))


def _in_time(check: Check, world: World) -> Finding:
    """What ``check`` finds within its limit."""
    answers: queue.SimpleQueue[Finding] = queue.SimpleQueue()
    # A thread that hangs on a dead network disk can't be ended; as a daemon it does not hold up the command's end.
    threading.Thread(target=lambda: answers.put(_finding(check, world)), daemon=True).start()
    try:
        return answers.get(timeout=check.limit)
    except queue.Empty:
        return trouble(
            f"no answer within {check.limit:g} s",
            "Something hangs: a disk or a server that does not answer. Look at that first.",
        )


def _finding(check: Check, world: World) -> Finding:
    try:
        return check.look(world)
    except NothingToSeeError as reason:
        return skipped(str(reason))
    except MissionwatchError as error:
        owner = next((key for kind, key in _TOLD_BY.items() if isinstance(error, kind)), check.key)
        if owner != check.key:
            return skipped(f"can't be looked at before the trouble with {_title(owner)} is mended")
        return trouble(error.message, error.remedy)
    except Exception as error:
        return trouble(f"it could not be looked at: {type(error).__name__}: {error}", "Please report it.")


def _title(key: str) -> str:
    return next((check.title.lower() for check in CHECKS if check.key == key), key)
