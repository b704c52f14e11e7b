"""Decide from the record of its runs whether the watch is alive, and what to report. Pure.

A watch that has died is as quiet as one with nothing to tell. So something that is no part of the run
looks at the runs from outside, at its own times: :mod:`pipeline.cli.heartbeat`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from pipeline.model import RunRecord, Standing, WatchState
from pipeline.model.phrasing import waiting_for_model
from pipeline.model.text import content_id, shorten

ROUND = "monitor"  # the flow whose runs are whole rounds, from the feeds to the alerts
WELL = frozenset({"ok", "partial"})  # outcomes of a round that reached its end and read a feed
BLIND = "blind"  # the outcome of a round that reached its end, and could read no feed
MAX_SUBJECT = 90  # characters
NEVER = "never"


@dataclass(frozen=True, slots=True)
class LockState:
    """Who holds a lock file.

    Attributes:
        held: whether somebody holds it.
        pid: the process that signed it last, where it is signed.
        alive: whether that process is there.
    """

    held: bool = False
    pid: int | None = None
    alive: bool = False


@dataclass(frozen=True, slots=True)
class Pulse:
    """What the store says of a watch's runs.

    Attributes:
        last_good: the last round that reached its end and read a feed, and is not of the future.
        last_ended: the last round that ended in whatever way.
        ahead: a round that ended later than it is now: the clock is, or was, wrong.
        running: runs that are recorded as running, the oldest first.
        lock: the lock that each run holds while it works.
        state: whether somebody has paused or archived it.
        failing: the channels that have taken nothing for some rounds.
    """

    last_good: RunRecord | None = None
    last_ended: RunRecord | None = None
    ahead: RunRecord | None = None
    running: tuple[RunRecord, ...] = ()
    lock: LockState = LockState()
    state: WatchState = field(default_factory=WatchState)
    failing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Beat:
    """Whether the watch is alive.

    Attributes:
        alive: a round has reached its end within the time allowed and the last one read a feed, or it is not to be
            watched.
        since: when the last one did both; None where none ever has.
        told: what is so, in plain English.
        remedy: what to do about it; empty where nothing is to be done.
        zombies: runs that are recorded as running, and that no process works on.
        standing: whether it is to be watched.
        is_blind: rounds run, but could read no feed.
        is_unheard: it is alive, and none of its channels takes what it has to tell.
    """

    alive: bool
    since: datetime | None
    told: str
    remedy: str = ""
    zombies: tuple[RunRecord, ...] = ()
    standing: Standing = Standing.WATCHED
    is_blind: bool = False
    is_unheard: bool = False

    @property
    def is_well(self) -> bool:
        """Whether nothing has to be done about it."""
        return self.alive and not self.is_unheard

    @property
    def key(self) -> str:
        """Names this silence: the time of the round before it."""
        return self.since.isoformat() if self.since else NEVER


@dataclass(frozen=True, slots=True)
class AlarmState:
    """What has been told of one silence: its key, and the channels that took the alarm and wait for the all-clear."""

    silence: str
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A message that is due. ``key`` is the same however often it is sent."""

    kind: str  # silence or all-clear
    key: UUID
    subject: str
    body: str
    channels: tuple[str, ...]


def dead_runs(running: Sequence[RunRecord], lock: LockState) -> tuple[RunRecord, ...]:
    """Select those of ``running`` that no process works on.

    A run holds the folder's lock from before its record to after its end. So where nobody holds it, none is at
    work; where somebody does, it is at most the one that started last.

    Args:
        running: runs that were recorded as running both before and after ``lock`` was looked at.
        lock: the folder's run lock.
    """
    by_start = sorted(running, key=lambda run: run.started_at)
    return tuple(by_start[:-1] if lock.held else by_start)


def assess_pulse(pulse: Pulse, now: datetime, *, every: timedelta, missed: int, channels: Collection[str] = ()) -> Beat:
    """Decide whether the watch is alive: a round has ended within ``missed`` intervals, and the last one read a feed.

    A round that could read no feed is known to have seen nothing, so it is reported at once; nothing has been missed.

    Args:
        pulse: what the store says.
        now: the machine's time.
        every: the time between two rounds, as they are scheduled.
        missed: how many may be missing.
        channels: where alerts of the watch go.
    """
    allowed = every * missed
    zombies = dead_runs(pulse.running, pulse.lock)
    if pulse.state.standing is not Standing.WATCHED:
        told = f"It is {pulse.state.told}. So nothing of what happens to this mission is seen."
        since = _ended(pulse.last_good) if pulse.last_good else None
        return Beat(True, since, told, "To watch it again: missionwatch watches resume DIR.", (), pulse.state.standing)
    resumed = pulse.state.since
    if resumed is not None and now - resumed <= allowed and not _since(pulse, resumed):
        told = f"It was paused, and resumed {span(now - resumed)} ago; its first round since is still to come."
        return Beat(True, _ended(pulse.last_good) if pulse.last_good else None, told)
    if pulse.ahead is not None and (pulse.last_good is None or _ended(pulse.last_good) < now - allowed):
        return Beat(
            False,
            _ended(pulse.last_good) if pulse.last_good else None,
            f"A round is recorded as ended at {_time(_ended(pulse.ahead))}, and it is {_time(now)} now: "
            "how long it has been silent can't be told.",
            "Set the machine's clock right (timedatectl), then run the watch once.",
            zombies,
        )
    last = pulse.last_ended
    if last is not None and last.outcome == BLIND and now - _ended(last) <= allowed:
        seen = _ended(pulse.last_good) if pulse.last_good else None
        before = f"The last one that read any ended at {_time(seen)}." if seen else "None has ever read one."
        return Beat(
            False,
            seen,
            f"The last round ended {span(now - _ended(last))} ago and could read no feed. {before}"
            f"{_told_dead(_after(zombies, seen)) if seen else ''}",
            "Is this machine online? missionwatch doctor DIR tells; each feed's trouble is in the view feed_health.",
            zombies,
            is_blind=True,
        )
    if pulse.last_good is None:
        return Beat(False, None, f"No round of it has ever reached its end.{_instead(pulse)}", _remedy(pulse), zombies)
    since = _ended(pulse.last_good)
    age = now - since
    if age <= allowed:
        told = f"The last round reached its end {span(age)} ago, at {_time(since)}."
        if waits := waiting_for_model(pulse.last_good.counts):
            told += f" {waits}, which was away."
        if channels and pulse.failing.issuperset(channels):
            told += f" But no channel takes its alerts: {', '.join(sorted(channels))}."
            remedy = "See why, and try them: missionwatch alerts list DIR, missionwatch alerts test DIR --all."
            return Beat(True, since, told + _told_dead(_after(zombies, since)), remedy, zombies, is_unheard=True)
        return Beat(True, since, told + _told_dead(_after(zombies, since)), "", zombies)
    told = (
        f"No round has reached its end for {span(age)}, since {_time(since)}; one is due every {span(every)}, and "
        f"{missed} may be missed.{_instead(pulse)}"
    )
    return Beat(False, since, told + _told_dead(_after(zombies, since)), _remedy(pulse), zombies)


def notice(beat: Beat, vigil: AlarmState | None, channels: Iterable[str], *, watch: str, title: str) -> Notice | None:
    """Return the message that is due now, with the channels that have not had it; None where none is.

    A silence is reported once to each channel, however often it is checked, and its end once to each channel that
    was told of it.

    Args:
        beat: whether the watch is alive.
        vigil: what has been told so far.
        channels: where alerts of the watch go.
        watch: its short name.
        title: its name, as a person reads it.
    """
    if not beat.alive:
        had = vigil.told if vigil is not None and vigil.silence == beat.key else ()
        left = tuple(dict.fromkeys(channel for channel in channels if channel not in had))
        if not left:
            return None
        since = f"since {_time(beat.since)}" if beat.since else "ever"
        what, again = ("feed read", "one can be read") if beat.is_blind else ("round", "it runs again")
        return Notice(
            "silence",
            content_id("heartbeat", watch, beat.key),
            shorten(f"Not watched: no {what} {since}: {title}", MAX_SUBJECT),
            f"{beat.told} Until {again}, nothing of what happens to this mission is seen.\n\n{beat.remedy}\n\n"
            f"Look closer: missionwatch doctor DIR (the folder of the watch {watch}).",
            left,
        )
    if vigil is None or not vigil.told:
        return None
    silent = f"since {vigil.silence[:16].replace('T', ' ')} UTC" if vigil.silence != NEVER else "from the start"
    return Notice(
        "all-clear",
        content_id("heartbeat", "all-clear", watch, vigil.silence),
        shorten(f"Watched again: {title}", MAX_SUBJECT),
        f"{beat.told} It had been silent {silent}. What the feeds still list from that time is read now.",
        vigil.told,
    )


def next_alarm_state(said: Notice, taken: Sequence[str], beat: Beat, vigil: AlarmState | None) -> AlarmState | None:
    """Return the state of the alarm once ``taken`` of the channels took ``said``; None where nothing is left."""
    if said.kind == "silence":
        had = vigil.told if vigil is not None and vigil.silence == beat.key else ()
        return AlarmState(beat.key, (*had, *taken))
    left = tuple(channel for channel in (vigil.told if vigil else ()) if channel not in taken)
    return AlarmState(vigil.silence, left) if vigil is not None and left else None


def span(time: timedelta) -> str:
    """Format ``time`` as a person says it: 40 seconds, 25 minutes, 3 hours, 2 days."""
    seconds = max(0, round(time.total_seconds()))
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= 2 * size or seconds == size:
            count = seconds // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def _since(pulse: Pulse, time: datetime) -> bool:
    """Decide whether a round has reached its end since ``time``."""
    return pulse.last_good is not None and _ended(pulse.last_good) >= time


def _instead(pulse: Pulse) -> str:
    """Describe what is on record in place of a round that reached its end."""
    told = ""
    if pulse.lock.held:
        who = f" (process {pulse.lock.pid})" if pulse.lock.pid else ""
        at = f" since {_time(pulse.running[-1].started_at)}" if pulse.running else ""
        told += f" A run is at work{at}{who}, and does not come to an end."
    last = pulse.last_ended
    if last is not None and last.outcome not in WELL:
        how = "could read no feed" if last.outcome == BLIND else "failed"
        told += f" The last one {how} at {_time(_ended(last))}: {shorten(last.reason or 'no reason noted', 200)}"
    return told


def _remedy(pulse: Pulse) -> str:
    if pulse.lock.held:
        stop = f" (kill {pulse.lock.pid})" if pulse.lock.pid and pulse.lock.alive else ""
        return f"Stop the run that hangs{stop} and start the watch again: it goes on from what is stored."
    if pulse.last_ended is not None and pulse.last_ended.outcome not in WELL:
        return "Do what the reason says, then run the watch once and see it end."
    return "Start it again (missionwatch run DIR), and see in its log why it stopped; nothing that was stored is lost."


def _after(zombies: Iterable[RunRecord], since: datetime) -> tuple[RunRecord, ...]:
    """Return the dead runs that the round at ``since`` has not taken up."""
    return tuple(run for run in zombies if run.started_at >= since)


def _told_dead(zombies: Sequence[RunRecord]) -> str:
    if not zombies:
        return ""
    first = zombies[0]
    many = f"{len(zombies)} runs were" if len(zombies) > 1 else "A run was"
    return (
        f" {many} stopped before the end (started {_time(first.started_at)}, run {str(first.run_id)[:8]}): no process "
        "works on it. The next round takes up its work."
    )


def _ended(run: RunRecord) -> datetime:
    return run.finished_at or run.started_at


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
