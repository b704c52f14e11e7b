"""``board``, ``changes`` and ``why``, and the list of all commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from pipeline.cli import report
from pipeline.cli.alerts import alerts_group
from pipeline.cli.api import api_command
from pipeline.cli.backtest import backtest_command
from pipeline.cli.bench import bench
from pipeline.cli.brief import brief_command
from pipeline.cli.check import check_command
from pipeline.cli.common import Moment, data_dir_option, folder_argument, store_folder
from pipeline.cli.doctor import doctor_command
from pipeline.cli.evidence import evidence_command, write_why
from pipeline.cli.example import docs_command, example_command
from pipeline.cli.export import export_command
from pipeline.cli.feeds import feeds_group
from pipeline.cli.heartbeat import heartbeat_command
from pipeline.cli.init import init_command
from pipeline.cli.mark import mark_command, marks_group
from pipeline.cli.mcp import mcp_command
from pipeline.cli.metrics import metrics_command
from pipeline.cli.model import model_group
from pipeline.cli.mute import mute_command
from pipeline.cli.page import page_command
from pipeline.cli.prune import prune_command
from pipeline.cli.review import review_command
from pipeline.cli.watches import watches_group
from pipeline.model import escape
from pipeline.storage import open_published
from pipeline.watches import load_watch


@click.command()
@folder_argument
@click.option("--as-of", type=Moment(), help="What held on that day, as we know it now.")
@click.option("--known-at", type=Moment(), help="What we knew by then.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a row, for scripts.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV with a header, for spreadsheets.")
@data_dir_option
def board(
    folder: Path,
    as_of: datetime | None,
    known_at: datetime | None,
    as_json: bool,
    as_csv: bool,
    data_dir: Path,
    archive: bool,
) -> None:
    """Show where the mission stands: each aspect, since when, and how many independent sources say so.

    \b
    missionwatch board seeds/haiti
    missionwatch board seeds/haiti --as-of 2025-09-01     what held on that day
    missionwatch board seeds/haiti --known-at 2025-09-30  what we knew by then
    """
    if as_of and known_at:
        raise click.UsageError("--as-of and --known-at are two different questions: ask one at a time.")
    watch = load_watch(folder)
    with open_published(store_folder(data_dir, folder, archive=archive)) as store:
        rows = store.board(watch.slug, as_of=as_of, known_at=known_at)
        status = store.status(watch.slug, as_of=as_of, known_at=known_at)
    if as_json or as_csv:
        (_json_lines if as_json else _csv_rows)(rows)
        return
    title = f"{watch.title}: the board"
    title += f" as of {as_of:%d %b %Y}" if as_of else f" as known at {known_at:%d %b %Y}" if known_at else ""
    screen = report.console()
    if status is not None:
        screen.print(report.status_card(status, watch.title), "")
    screen.print(report.board_table(rows, title))


@click.command()
@folder_argument
@click.option("--since", type=Moment(), default="1970-01-01T00:00", help="Leave out what was known before.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a change, for scripts.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV with a header, for spreadsheets.")
@data_dir_option
def changes(folder: Path, since: datetime, as_json: bool, as_csv: bool, data_dir: Path, archive: bool) -> None:
    """List what changed: "A became B", with the sentence that says so.

    \b
    missionwatch changes seeds/haiti --since 2025-09-30
    missionwatch changes seeds/haiti --since 2025-09-30T12:00Z --json
    """
    watch = load_watch(folder)
    with open_published(store_folder(data_dir, folder, archive=archive)) as store:
        rows = store.changes(watch.slug, since)
    if as_json or as_csv:
        (_json_lines if as_json else _csv_rows)(rows)
        return
    report.console().print(report.change_lines(rows))


@click.command()
@folder_argument
@click.argument("what", metavar="URL-or-ID")
@click.option("--all", "whole", is_flag=True, help="The whole trail, each step with all that is known of it.")
@click.option("--json", "as_json", is_flag=True, help="The whole trail as one JSON object.")
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write it as a page that stands alone.")
@data_dir_option
def why(folder: Path, what: str, whole: bool, as_json: bool, html: Path | None, data_dir: Path, archive: bool) -> None:
    """Tell what came of an article, entry, claim, change or alert, and why: the answer first, then what it rests on.

    \b
    missionwatch why seeds/haiti http://island-observer-live.test/2025/09/30/...
    missionwatch why seeds/haiti 5f0c8a52-...      (any id that board, changes or SQL shows)
    missionwatch why seeds/haiti 5f0c8a52 --all      each step, from the feed to the delivery
    missionwatch why seeds/haiti 5f0c8a52 --html why.html
    """
    if as_json and html:
        raise click.UsageError("--json and --html are two forms: ask for one at a time.")
    watch = load_watch(folder)
    if html:
        write_why(store_folder(data_dir, folder, archive=archive), watch, what, html)
        return
    with open_published(store_folder(data_dir, folder, archive=archive)) as store:
        trail = store.why(watch.slug, what)
    if as_json:
        click.echo(escape.json_line(asdict(trail), _plain))
        return
    screen = report.console()
    screen.print(escape.line(trail.ends), style="bold")
    if not whole:
        screen.print(report.trail_in_short(trail))
        return
    for name, rows in report.sections(trail):
        for row in rows:
            screen.print(report.trail_entry(name, row))


def add_commands(group: click.Group) -> None:
    """Add this module's commands to ``group``."""
    for command in (
        board,
        changes,
        why,
        api_command,
        check_command,
        init_command,
        backtest_command,
        bench,
        brief_command,
        prune_command,
        docs_command,
        doctor_command,
        evidence_command,
        example_command,
        export_command,
        heartbeat_command,
        mark_command,
        mcp_command,
        metrics_command,
        mute_command,
        page_command,
        review_command,
    ):
        group.add_command(command)
    for more in (alerts_group, feeds_group, marks_group, model_group, watches_group):
        group.add_command(more)


def _json_lines(rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        click.echo(escape.json_line(row, _plain))


def _csv_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    """A header and a row each; nothing at all where there is no row to take the names from."""
    for row in [list(rows[0]), *(row.values() for row in rows)] if rows else []:
        click.echo(escape.csv_row(row), nl=False)


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
