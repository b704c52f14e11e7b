"""The life of ``missionwatch serve``: registers the deployments, runs them, outlives its server, ends in order."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import click
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker

from flows.run.server import drop_prints, quiet_prefect_logs, report_absence
from flows.serving.deployments import deployments
from flows.serving.intervals import spell_interval
from flows.serving.local_server import LocalServer
from flows.serving.lost_runs import begin_rounds, end_dead_runs, redo_lost_rounds
from flows.serving.runner import PromptRunner
from flows.serving.stale_deployments import keep_pausing_stale, resume_returned
from flows.serving.watches import ENDED_BY, Pace, ServedWatch
from pipeline.runtime.termination import end_by_force

QUERY_SECONDS = 1.0  # Prefect's default of 10 is what makes an event wait; asking each second costs 1 % of a core
PREFETCH_SECONDS = 1  # a longer look ahead decides too early that a run collides, and cancels it
LOOK_SECONDS = 2.0  # between two looks at our server
# What the end may take, in seconds: half of it is wanted on an idle machine. The server's share is its own.
STOP_SECONDS = 2.5  # for the runner with its runs
DRAIN_SECONDS = 0.25  # for each of Prefect's two queues
END_SECONDS = 4.0  # for all: then it ends by force
LONGEST_PAUSE = 60.0


async def serve(watches: Sequence[ServedWatch], server: LocalServer | None, page: str, pace: Pace) -> signal.Signals:
    """Serve ``watches`` until SIGINT or SIGTERM; return which it was.

    Args:
        watches: what is served.
        server: the Prefect server that is ours to look after; None where it is another's.
        page: where a browser finds the server.
        pace: how often and how much at once.
    """
    ended: asyncio.Future[signal.Signals] = asyncio.get_running_loop().create_future()
    _install_signal_handlers(ended, server)
    keepers = [asyncio.create_task(_keep_server_up(server))] if server else []
    returned = asyncio.Event()
    keepers.append(asyncio.create_task(report_absence(os.environ["PREFECT_API_URL"], _say, returned.set)))
    pause, is_first = 1.0, True
    quiet_prefect_logs(tells=False)
    try:
        while not ended.done():
            runner = PromptRunner(
                name=f"missionwatch on {socket.gethostname()}",
                query_seconds=QUERY_SECONDS,
                prefetch_seconds=PREFETCH_SECONDS,
                limit=pace.at_once,
                # What is due meanwhile is late and not lost: the first round after a stop takes it all.
                pause_on_shutdown=False,
            )
            try:
                if not await _until(ended, _register(runner, watches, pace)):
                    break
                if is_first:
                    _tell(watches, page, pace)
                    keepers.append(asyncio.create_task(keep_pausing_stale(watches)))
                    keepers.append(asyncio.create_task(redo_lost_rounds(watches, returned)))
                    if pace.round_now:
                        await begin_rounds(watches)
                        returned.set()  # should this one come to nothing
                    is_first = False
                with drop_prints():
                    await _run_until(runner, ended, server)
                pause = 1.0
            except Exception as error:
                if ended.done():
                    break
                if is_first:
                    raise  # what can't begin is told at once
                click.echo(f"The runner lost Prefect's server ({_reason(error)}); it begins again.", err=True)
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(ended), pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        return ended.result()
    finally:
        for keeper in keepers:
            keeper.cancel()
        await _drain()
        gc.freeze()  # else Python looks through all of Prefect once more at the exit, for most of a second


async def _register(runner: PromptRunner, watches: Sequence[ServedWatch], pace: Pace) -> None:
    for name in await resume_returned(watches):
        _say(f"{name} was paused in Prefect as it was not served; now it is again.")
    for watch in watches:
        for made in deployments(watch.slug, watch.request, every=pace.every, poll_every=pace.poll_every):
            await runner.aadd_deployment(made)
    await end_dead_runs(watches, datetime.now(UTC))  # of an earlier life: they would keep the first round out


async def _run_until(runner: PromptRunner, ended: asyncio.Future[signal.Signals], server: LocalServer | None) -> None:
    """Run until ``ended`` or a failure. Runs under way are cancelled at the end: the store takes that well."""
    running = asyncio.create_task(runner.start())
    await asyncio.sleep(0)  # now it has begun
    # The runner has taken SIGTERM for itself, and knows nothing of SIGINT, which would leave runs as if they ran on.
    _install_signal_handlers(ended, server)
    either: tuple[asyncio.Future[Any], ...] = (running, ended)
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if ended.done():
        # Where the server is gone, Prefect's client would go on asking it for more than a minute.
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                if runner.started:
                    await runner.astop()
                await asyncio.wait({running})
        running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def _until(ended: asyncio.Future[signal.Signals], work: Coroutine[Any, Any, None]) -> bool:
    """Do ``work`` and return whether it was done before ``ended``; else it is left."""
    doing = asyncio.create_task(work)
    either: tuple[asyncio.Future[Any], ...] = (doing, ended)
    await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
    if ended.done():
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)
        return False
    await doing
    return True


def _install_signal_handlers(ended: asyncio.Future[signal.Signals], server: LocalServer | None) -> None:
    """Let SIGINT and SIGTERM end it, in place of whatever they did."""
    for number in ENDED_BY:
        asyncio.get_running_loop().add_signal_handler(number, _end, ended, number, server)


def _end(ended: asyncio.Future[signal.Signals], number: signal.Signals, server: LocalServer | None) -> None:
    if ended.done():
        return
    ended.set_result(number)
    _say("Stopping: runs under way are ended, what they stored stays.")
    end_by_force(END_SECONDS, server.kill if server else _nothing, ENDED_BY[number])


def _nothing() -> None:
    """Leave another's server alone."""


async def _keep_server_up(server: LocalServer) -> None:
    """Start the server again where it has ended, for as long as it takes."""
    pause = LOOK_SECONDS
    while True:
        await asyncio.sleep(pause)
        if not server.is_dead():
            pause = LOOK_SECONDS
            continue
        click.echo(f"Prefect's server has ended by itself; it is started again. See {server.log}", err=True)
        try:
            await asyncio.to_thread(server.start)
        except Exception as error:
            click.echo(f"{error}", err=True)
            pause = min(pause * 2, LONGEST_PAUSE)


async def _drain() -> None:
    """Send what waits to be sent while the server is there: else the exit waits over a minute for one that is gone."""
    for worker in (APILogWorker, EventsWorker):
        waiting = worker.drain_all(timeout=DRAIN_SECONDS)
        if asyncio.iscoroutine(waiting):
            await waiting


def _tell(watches: Sequence[ServedWatch], page: str, pace: Pace) -> None:
    for watch in watches:
        click.echo(f"Serving {watch.slug}: {watch.title}; its data is in {watch.request.data_dir}", err=True)
    first = "A round now, then every" if pace.round_now else "A round every"
    between = f", a poll every {spell_interval(pace.poll_every)} in between" if pace.poll_every else ""
    click.echo(f"{first} {spell_interval(pace.every)}{between}. Prefect's pages: {page} - stop with Ctrl-C.", err=True)


def _say(line: str) -> None:
    click.echo(line, err=True)


def _reason(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup) and error.exceptions:
        error = error.exceptions[0]
    return f"{type(error).__name__}: {error}"[:200]
