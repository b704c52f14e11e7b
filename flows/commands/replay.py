"""``missionwatch replay``: the live watch over the archive, day after day, in about a minute."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from flows.run.environment import in_this_process, prepare

prepare()

from flows.assess import has_articles_to_read  # noqa: E402
from flows.collect import has_pages_to_fetch  # noqa: E402
from flows.commands.run import NOTHING_REACHED, OK  # noqa: E402
from flows.monitor import has_pins_due, monitor_over  # noqa: E402
from flows.recheck import due  # noqa: E402
from flows.run import outbox  # noqa: E402
from flows.run.context import Tools, open_tools, watch_of  # noqa: E402
from flows.run.endings import record_of  # noqa: E402  (Prefect reads its settings when it is imported)
from flows.run.record import with_restored_store  # noqa: E402
from flows.run.request import WatchRequest  # noqa: E402
from pipeline import storage  # noqa: E402
from pipeline.cli import report  # noqa: E402
from pipeline.cli.common import settings  # noqa: E402
from pipeline.lab.replay import Archive, ArchiveServer, days, load_archive  # noqa: E402
from pipeline.model import Watch  # noqa: E402
from pipeline.model.errors import UsageError  # noqa: E402
from pipeline.runtime.stopping import stop_signals  # noqa: E402
from pipeline.site import PAGE, SITE  # noqa: E402
from pipeline.steps import choose_reader  # noqa: E402

_screen = report.console(stderr=True)


def run_replay(folder: Path, data_dir: Path, *, fresh: bool, port: int, serve: bool) -> int:
    """Replay the watch's archive and show what came of it; the exit code.

    Raises:
        MissionwatchError: the watch's or the archive's files are wrong, or the store can't be used.
    """
    archive = load_archive(folder / "archive")
    if fresh:
        _forget(data_dir)
    with ArchiveServer(archive, port=port) as server:
        request = WatchRequest(folder=folder, data_dir=data_dir, archive_port=server.port, every_feed=True)
        watch = watch_of(request)
        start = _resume(data_dir, watch.slug)
        try:
            with in_this_process():
                totals = asyncio.run(_walk(archive, server, request, watch, start))
        except KeyboardInterrupt:
            click.echo("Stopped. What was stored stays; the next replay goes on from there.", err=True)
            return 130
        code = _show(request, watch, totals)
        if serve:
            _serve(server)
        return code


async def _walk(
    archive: Archive, server: ArchiveServer, request: WatchRequest, watch: Watch, start: datetime | None
) -> dict[str, int]:
    """Poll through the archive, a round on each day on which something can happen; the counts of all rounds."""
    moments = list(days(archive, start))
    totals: dict[str, int] = {}
    lived, rounds = start, 0
    _screen.print(
        f"Replaying {moments[0]:%d %b %Y} to {moments[-1]:%d %b %Y}: {len(archive.feeds())} feeds on 127.0.0.1:"
        f"{server.port}, a round a day. Prefect starts its own server for this; that takes some seconds."
    )
    alerts: list[str] = []  # told at the end, not between the days' lines
    with _days_bar(len(moments)) as bar:
        task = bar.add_task("days", total=len(moments)) if bar else None
        async with open_tools(server.port) as opened:
            tools = replace(opened, echo=alerts.append)
            # The page is made once, at the end: the rounds before it are over in a moment, and nobody looks.
            round_between = monitor_over(tools, watch=watch, with_page=False)
            for moment in moments:
                server.set_now(moment)
                is_last = moment == moments[-1]
                if bar and task is not None:
                    bar.update(task, advance=1, description=f"{moment:%d %b %Y}")
                if not is_last and lived and _is_quiet(archive, request, watch, tools, lived, moment):
                    continue
                monitor = monitor_over(tools, watch=watch) if is_last else round_between
                done = await record_of(monitor(request.model_copy(update={"now": moment})))
                lived, rounds = moment, rounds + 1
                for name, number in done.counts.items():
                    totals[name] = totals.get(name, 0) + number
                if not bar and (done.counts.get("changes") or is_last):
                    n = done.counts.get
                    _screen.print(
                        f"{moment:%d %b %Y}: {n('articles_new', 0)} articles, {n('changes', 0)} changes, "
                        f"{n('alerts_delivered', 0)} alerts"
                    )
    totals |= {"days": len(moments), "rounds": rounds}
    return totals


def _is_quiet(
    archive: Archive, request: WatchRequest, watch: Watch, tools: Tools, before: datetime, now: datetime
) -> bool:
    """Whether a round at ``now`` could bring nothing but the record that it was made.

    Nothing has come out since the round ``before``, no feed fails, no page, article or alert waits, and of the pages
    behind alerts none was missing at the last look: that is what a second look must hear again.
    """
    if not archive.is_still(before, now):
        return False
    slug, reader = watch.slug, choose_reader(watch, tools.embedded)
    with storage.open_store(request.data_dir, wait=tools.settings.store_wait) as store:
        return not (
            has_pages_to_fetch(store, slug, now)
            or has_articles_to_read(store, slug, reader)
            or outbox.has_due_work(store, watch, now)
            or has_pins_due(store, slug, now)
            or any(state.failures for state in store.feeds_due(slug, now, ignore_schedule=True))
            or any(page.was_missing for page in due(store, slug, now))
        )


class _NoBar:
    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


def _days_bar(total: int) -> Progress | _NoBar:
    if not _screen.is_terminal or total < 2:
        return _NoBar()
    return Progress(
        TextColumn("{task.description:>12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=_screen
    )


def _resume(data_dir: Path, slug: str) -> datetime | None:
    """The time at which an earlier replay stopped, or None. Tells early where the store can't be used."""
    last, told = with_restored_store(data_dir, settings().store_wait, lambda store: store.last_run_now(slug))
    if told:
        click.echo(told, err=True)
    return last


def _show(request: WatchRequest, watch: Watch, totals: dict[str, int]) -> int:
    screen = report.console()
    n = totals.get
    with storage.open_published(request.data_dir) as store:
        board = store.board(watch.slug)
        changes = store.changes(watch.slug, datetime(1970, 1, 1, tzinfo=UTC))
        held = store.counts(watch.slug)
    screen.print(report.change_lines(changes))
    screen.print()
    screen.print(report.board_table(board, f"{watch.title}: the board"))
    screen.print()
    screen.print(
        f"This replay: {n('days', 0)} days, {n('rounds', 0)} of them with a round and the others quiet, "
        f"{n('feeds_due', 0)} polls, {n('feeds_failed', 0)} failed, "
        f"{n('entries_new', 0)} new entries, {n('articles_new', 0)} new articles; "
        f"{n('articles_read', 0)} articles read, {n('articles_relevant', 0)} of these relevant; "
        f"{n('claims', 0)} claims, {n('changes', 0)} new changes, {n('alerts_delivered', 0)} alerts delivered."
    )
    screen.print("In the store: " + ", ".join(f"{number} {name}" for name, number in held.items()) + ".")
    screen.print(f"Alerts went to: {request.data_dir / 'alerts'}")
    if (page := request.data_dir / SITE / PAGE).is_file():
        screen.print(f"Look at it in a browser: {page}")
    screen.print()
    screen.print(report.sql_hints(request.data_dir / "missionwatch.duckdb", watch.baseline.published.date()))
    return NOTHING_REACHED if n("feeds_due", 0) and n("feeds_failed", 0) == n("feeds_due", 0) else OK


def _forget(data_dir: Path) -> None:
    """Remove an earlier replay's store; only what a replay makes, and only where it made it."""
    if not data_dir.exists():
        return
    strangers = [path.name for path in data_dir.iterdir() if not storage.is_ours(path.name)]
    if strangers:
        raise UsageError(
            f"{data_dir} holds more than a replay's store ({', '.join(sorted(strangers)[:3])}); it was left as it is.",
            remedy="Name another folder with --data-dir, or empty this one yourself.",
        )
    shutil.rmtree(data_dir)


def _serve(server: ArchiveServer) -> None:
    with stop_signals() as wait:
        _screen.print(f"The archive is at http://127.0.0.1:{server.port}/ until you press Ctrl-C.")
        wait()
