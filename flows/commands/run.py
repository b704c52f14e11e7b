"""``missionwatch run``: live watches, round after round, in this process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from time import monotonic

import click

from flows.run.environment import in_this_process, prepare

prepare()

from flows.monitor import monitor_over  # noqa: E402
from flows.run.context import Tools, open_tools, watch_of  # noqa: E402
from flows.run.endings import record_of  # noqa: E402  (Prefect reads its settings when it is imported)
from flows.run.progress import show_progress  # noqa: E402
from flows.run.record import ensure_store, start_logs  # noqa: E402
from flows.run.request import WatchRequest  # noqa: E402
from pipeline.cli import report  # noqa: E402
from pipeline.cli.common import require_distinct, settings  # noqa: E402
from pipeline.health.feeds import blindness, describe_blindness  # noqa: E402
from pipeline.model import AlarmKind, RunRecord  # noqa: E402
from pipeline.model.errors import MissionwatchError  # noqa: E402
from pipeline.model.text import safe, shorten  # noqa: E402
from pipeline.runtime import logs  # noqa: E402

OK, NOTHING_REACHED = 0, 5
NOTES_SHOWN = 5  # troubles that a round's summary names


def run_live(folders: Sequence[Path], data_dir: Path, *, once: bool, every_minutes: int, every_feed: bool) -> int:
    """Run the watches, one after the other in each round; the exit code.

    Raises:
        MissionwatchError: a watch's files are wrong, the store can't be used, or it was to be done once and a watch
            is paused or archived.
    """
    # The watches share a round's time: a slow host of one must not keep the next one waiting.
    interval = None if once and len(folders) == 1 else every_minutes * 60 / len(folders)
    requests = [
        WatchRequest(folder=folder, data_dir=data_dir, every_feed=every_feed, interval=interval) for folder in folders
    ]
    # A wrong watch file and a store that can't be used are told before Prefect is started.
    require_distinct([(request.folder, watch_of(request).slug) for request in requests])
    # Standard error belongs to a collector of logs then: what a person would read there stands in the events.
    for_a_person = settings().log == "text"
    if (told := ensure_store(data_dir, settings().store_wait)) and for_a_person:
        click.echo(told, err=True)
    try:
        with in_this_process():
            return asyncio.run(
                _rounds(requests, once=once, every_minutes=every_minutes, for_a_person=for_a_person, restored=told)
            )
    except KeyboardInterrupt:
        if for_a_person:
            click.echo("Stopped. What was stored stays; the next run goes on from there.", err=True)
        return 130


async def _rounds(
    requests: Sequence[WatchRequest], *, once: bool, every_minutes: int, for_a_person: bool, restored: str
) -> int:
    async with open_tools() as tools:
        start_logs(watch_of(requests[0]), tools.settings)
        if restored:
            logs.event("store.restored", level=logging.WARNING, told=restored)
        while True:
            next_round = monotonic() + every_minutes * 60
            codes = [
                await _round(request, tools, once=once, for_a_person=for_a_person, named=len(requests) > 1)
                for request in requests
            ]
            if once:
                return max(codes)
            await asyncio.sleep(max(0.0, next_round - monotonic()))


async def _round(request: WatchRequest, tools: Tools, *, once: bool, for_a_person: bool, named: bool) -> int:
    """A round of one watch; the exit code. Where there are several, one that is left out does not stop the others."""
    try:
        watch = watch_of(request)
        with show_progress(tools) if for_a_person else nullcontext(tools) as shown:
            done = await record_of(monitor_over(shown, watch=watch)(request))
        if for_a_person:
            tell(done, request, watch.title if named else "")
        return code_of(done)
    except MissionwatchError as error:
        if once and not named:
            raise
        # Somebody else's run goes on: what is due stays due, and the next round takes it up.
        if for_a_person:
            of = f" of {request.folder}" if named else ""
            report.console(stderr=True).print(f"This round{of} was left out. {error}")
        logs.event("round.left_out", level=logging.WARNING, reason=str(error))
        return error.exit_code


def code_of(done: RunRecord) -> int:
    """The exit code that a round deserves."""
    return NOTHING_REACHED if blindness(done.counts) is AlarmKind.BLIND else OK


def tell(done: RunRecord, request: WatchRequest, title: str = "") -> int:
    """Say what a round came to; the exit code that it deserves. ``title`` is the watch's, where there are several."""
    screen = report.console(stderr=True)
    counts = done.counts
    screen.print(f"{safe(title)}: {summary(done)}" if title else summary(done))
    notes = done.reason.split("; ") if done.reason else []
    for note in notes[:NOTES_SHOWN]:
        screen.print(f"  {shorten(safe(note), 220)}")
    troubles = counts.get("feeds_failed", 0) + counts.get("pages_refused", 0) + counts.get("pages_failed", 0)
    if troubles > NOTES_SHOWN:
        screen.print(f"  and {troubles - NOTES_SHOWN} more; each feed's trouble is in the view feed_health.")
    screen.print(f"Published for SQL: {request.data_dir / 'missionwatch.duckdb'}")
    if blind := describe_blindness(counts):
        screen.print(f"{blind} Is this machine online? Every failure is kept in the view feed_health.")
    return code_of(done)


def summary(done: RunRecord) -> str:
    """One line that makes quiet provable: what was polled, failed, read and found."""
    n = done.counts.get
    return (
        f"{n('feeds_due', 0)} of {n('feeds', 0)} feeds due, {n('feeds_failed', 0)} failed, "
        f"{n('feeds_failing', 0)} failing in all; "
        f"{n('entries_new', 0)} new entries; {n('articles_new', 0)} articles stored, "
        f"{n('pages_refused', 0) + n('pages_failed', 0)} pages not; {n('articles_relevant', 0)} of "
        f"{n('articles_read', 0)} read are relevant; {n('claims', 0)} claims, {n('changes', 0)} changes, "
        f"{n('alerts_delivered', 0)} alerts delivered, {n('alerts_failed', 0)} to be tried again."
    )
