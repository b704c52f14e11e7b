"""Checks of the data folder and of the store in it."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from pipeline.doctor.words import Finding, ok, skipped, trouble, warning
from pipeline.doctor.world import World
from pipeline.health import ROOM, needed_room
from pipeline.health.heartbeat import BLIND, LockState, dead_runs, span
from pipeline.model import FAILS, HealthState, Standing
from pipeline.model.phrasing import waiting_for_model

FEW_FILES = 1_000
BIG_LOG = 256 * 10**6  # bytes; a log is brought into the file when a step ends, so it is small or absent
OLD_RUN = timedelta(days=1)
BEHIND = timedelta(hours=1)

# File systems on which a lock or a finished write of one machine may not be seen by another, or at all.
_NETWORK = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "ceph",
    "gluster",
    "lustre",
    "afs",
    "beegfs",
    "ocfs",
    "gfs",
    "fuse.",
    "virtiofs",
)
_FLEETING = {
    "tmpfs": "in memory: it is gone when the machine stops",
    "ramfs": "in memory: it is gone when the machine stops",
    "overlay": "a container's own layer: it is gone with the container",
}


def check_folder(world: World) -> Finding:
    """The data folder is there, or can be made, and can be written."""
    disk = world.disk()
    if disk.fault:
        return trouble(
            f"{world.data_dir} can't be written: {disk.fault}",
            "Make it writable for this user, or name another with --data-dir or the setting data_dir.",
        )
    return ok(
        f"{world.data_dir} can be written" if disk.is_there else f"{world.data_dir} will be made by the first run"
    )


def check_space(world: World) -> Finding:
    """There is room for the copy that each round publishes."""
    disk, live = world.disk(), world.store().live or 0
    told = f"{size(disk.free)} of {size(disk.total)} free, the store has {size(live)}"
    remedy = "Free some, move the data folder, or remove old texts: missionwatch prune DIR --bodies-older-than 180d."
    if disk.free < live + ROOM // 4:
        return trouble(f"{told}: a round has no room for the copy that it publishes", remedy)
    if disk.files_left is not None and disk.files_left < FEW_FILES:
        return trouble(f"only {disk.files_left} files can still be made there", "Remove files; see df -i.")
    if disk.free < needed_room(live):
        return warning(f"{told}: enough for one round, not for much more", remedy)
    return ok(told)


def check_filesystem(world: World) -> Finding:
    """The data folder lies on a local disk that keeps what is written."""
    kind = world.disk().kind
    if not kind:
        return skipped("the kind of file system can't be told here")
    if kind.startswith(_NETWORK):
        return warning(
            f"{kind}: over a network, locks may not hold and a store may be damaged",
            "Move the data folder to a local disk; copy the published file to the share.",
        )
    if kind in _FLEETING:
        return warning(
            f"{kind}: {_FLEETING[kind]}", "Move the data folder to a disk, or to a volume where it is a container."
        )
    return ok(kind)


def check_store(world: World) -> Finding:
    """The live store opens, is not damaged, and is of a shape that this version knows."""
    store = world.store()
    if store.live is None:
        if store.published is not None or store.log is not None:
            return trouble(
                "live.duckdb is gone, though what lies beside it shows that there was one",
                "Put it back from a backup; the next run restores it from the published copy where it can.",
            )
        return skipped("nothing is stored yet: the first run makes it")
    if store.busy:
        return warning(store.fault, "Try again; if it stays so, that process hangs: stop it, and the next run goes on.")
    if store.fault:
        return trouble(store.fault, store.remedy)
    if (store.log or 0) > BIG_LOG:
        return warning(
            f"its log has grown to {size(store.log or 0)}: it is only brought in when a run ends a step",
            "See whether a run hangs; when none is at work, the next one brings it in.",
        )
    log = f", and its log {size(store.log)}" if store.log else ""
    if store.missing:
        steps = "1 step" if len(store.missing) == 1 else f"{len(store.missing)} steps"
        return ok(f"opens, {size(store.live)}{log}; the next run brings it up to date ({steps})")
    return ok(f"opens, {size(store.live)}{log}, up to date")


def check_runs(world: World) -> Finding:
    """The last round ended well, not long ago, and no run died unseen."""
    if world.store().live is None and world.store().published is None:
        return skipped("it has never run here")
    now, pulse = world.now(), world.pulse()
    if pulse.state.standing is not Standing.WATCHED:
        return ok(f"no round is due: the watch is {pulse.state.told}")
    good, last = pulse.last_good, pulse.last_ended
    since = good.finished_at if good is not None else None
    dead = [run for run in dead_runs(pulse.running, pulse.lock) if since is None or run.started_at >= since]
    if last is not None and good is not last and last.outcome == "failed":
        when = span(now - (last.finished_at or last.started_at))
        return trouble(
            f"the last round failed {when} ago: {last.reason or 'no reason noted'}", "Do what it says, and run again."
        )
    if last is not None and last.outcome == BLIND:
        return trouble(
            f"the last round ended {span(now - (last.finished_at or last.started_at))} ago and could read no feed: "
            f"{last.reason}",
            "Is this machine online? See the checks of the network below, and the view feed_health.",
        )
    if dead:
        first = dead[0]
        return warning(
            f"{len(dead)} run(s) recorded as running, the first since {first.started_at:%Y-%m-%d %H:%M} UTC "
            f"({str(first.run_id)[:8]}), and no process works on it: it was killed",
            "Nothing has to be mended: the next run takes up what it left. See in the log why it was killed.",
        )
    if good is None or since is None:
        return warning("no round has reached its end yet", "Run the watch once: missionwatch run DIR --once.")
    told = f"the last round ended {good.outcome} {span(now - since)} ago"
    if now - since > OLD_RUN:
        return warning(told, "Start the watch again; let `missionwatch heartbeat DIR --alert` tell of it next time.")
    notes = f": {good.reason}" if good.reason else ""
    if waiting_for_model(good.counts):
        return warning(f"{told}{notes}", "Is the model's server running? What waits is read as soon as it answers.")
    return ok(f"{told}{notes}")


def check_feed_states(world: World) -> Finding:
    """The feeds answered when they were last polled; those that are merely quiet are told apart."""
    if world.store().published is None:
        return skipped("nothing is published yet")
    states = Counter(world.feed_states())
    active = states.total() - states[HealthState.RETIRED]
    failing = sum(states[state] for state in FAILS)
    parts = {
        "can't be read": failing,
        "quiet for longer than usual": states[HealthState.STALE],
        "may have dropped entries": states[HealthState.POSSIBLE_GAP],
        "retired": states[HealthState.RETIRED],
        "not polled yet": states[HealthState.NEVER_POLLED],
    }
    told = ", ".join(f"{count} {what}" for what, count in parts.items() if count)
    told = f"{active} feeds{f': {told}' if told else ', all answer'}"
    remedy = "See which and why: SELECT feed, state, last_ok_at, last_reason FROM feed_health ORDER BY state."
    if failing and 2 * failing >= active:
        return trouble(told, f"Is this machine online? {remedy}")
    return warning(told, remedy) if failing or states[HealthState.RETIRED] else ok(told)


def check_published(world: World) -> Finding:
    """The published file can be read, and is not behind the store."""
    store = world.store()
    if store.published is None:
        return skipped("nothing is published yet")
    if store.published_fault:
        remedy = "Run the watch once: it publishes anew."
        # Older than this version, as the store is too: after an update that is as it should be.
        return (warning if store.missing else trouble)(store.published_fault, remedy)
    if store.published_at is None:
        return skipped("its age can't be told")
    age = world.now() - store.published_at
    good = world.pulse().last_good
    if good is not None and good.finished_at is not None and good.finished_at - store.published_at > BEHIND:
        return warning(
            f"it is {span(age)} old, and a round has ended since: publishing fails",
            "See the reason of the last runs: SELECT reason FROM runs ORDER BY started_at DESC LIMIT 5.",
        )
    return ok(f"can be read, {size(store.published)}, {span(age)} old")


def check_locks(world: World) -> Finding:
    """Who is at work, and whether that process is there."""
    run, writer = world.runner(), world.writer()
    for lock, what in ((run, "a run"), (writer, "the store's lock")):
        if lock.held and lock.pid is not None and not lock.alive:
            return warning(
                f"{what} is held, and process {lock.pid}, which took it, is gone: a child of it holds it, "
                "or it is a process of another container",
                "Find it with: fuser -v FILE, where FILE is run.lock or live.duckdb.lock in the data folder.",
            )
    if run.held:
        return ok(f"a run is at work{_who(run)}")
    return ok(f"the store is open{_who(writer)}" if writer.held else "free: nobody is at work")


def _who(lock: LockState) -> str:
    return f" (process {lock.pid})" if lock.pid else ""


def size(count: int) -> str:
    """``count`` bytes as a person says it."""
    if count >= 10**9:
        return f"{count / 10**9:,.1f} GB"
    return f"{count / 10**6:,.1f} MB" if count >= 10**5 else f"{count / 10**3:,.1f} kB"
