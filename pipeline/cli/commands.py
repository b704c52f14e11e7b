"""``board``, ``changes``, ``why``, ``check``, ``init`` and ``backtest``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pipeline import shown
from pipeline.backtest import backtest as backtest_watch
from pipeline.backtest import load_articles
from pipeline.cli import report
from pipeline.cli.alerts import alerts_group
from pipeline.cli.bench import bench
from pipeline.cli.doctor import doctor_command
from pipeline.cli.export import export_command
from pipeline.cli.frame import When, data_dir_option, engine_option, folder_argument, store_folder
from pipeline.cli.heartbeat import heartbeat_command
from pipeline.cli.metrics import metrics_command
from pipeline.cli.page import page_command
from pipeline.cli.prune import prune_command
from pipeline.errors import UsageError
from pipeline.initiate import draft_watch
from pipeline.model import Watch
from pipeline.reading import ENGINES
from pipeline.seeds import load_watch, write_watch
from pipeline.storage import open_published
from pipeline.text import shorten
from pipeline.urls import host

MAX_SEED_ARTICLE = 2 * 2**20  # bytes


@click.command()
@folder_argument
@click.option("--as-of", type=When(), help="What held on that day, as we know it now.")
@click.option("--known-at", type=When(), help="What we knew by then.")
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
    if as_json or as_csv:
        (_json_lines if as_json else _csv_rows)(rows)
        return
    title = f"{watch.title}: the board"
    title += f" as of {as_of:%d %b %Y}" if as_of else f" as known at {known_at:%d %b %Y}" if known_at else ""
    report.console().print(report.board_table(rows, title))


@click.command()
@folder_argument
@click.option("--since", type=When(), default="1970-01-01T00:00", help="Leave out what was known before.")
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
@click.option("--json", "as_json", is_flag=True, help="The whole trail as one JSON object.")
@data_dir_option
def why(folder: Path, what: str, as_json: bool, data_dir: Path, archive: bool) -> None:
    """Tell the trail of an article, entry, claim, change or alert: what was read, decided and left out, and why.

    \b
    missionwatch why seeds/haiti http://island-observer-live.test/2025/09/30/...
    missionwatch why seeds/haiti 5f0c8a52-...      (any id that board, changes or SQL shows)
    """
    watch = load_watch(folder)
    with open_published(store_folder(data_dir, folder, archive=archive)) as store:
        trail = store.why(watch.slug, what)
    if as_json:
        click.echo(shown.json_line(asdict(trail), _plain))
        return
    screen = report.console()
    for name, rows in report.sections(trail):
        for row in rows:
            screen.print(report.trail_entry(name, row))
    screen.print(shown.line(trail.ends), style="bold")


@click.command()
@folder_argument
def check(folder: Path) -> None:
    """Check a watch's files; each fault is told with its file, line and remedy. Nothing is fetched or stored."""
    watch = load_watch(folder)
    families = {feed.family for feed in watch.feeds}
    click.echo(
        f"{shown.line(watch.title)}: {len(watch.names)} names, {len(watch.feeds)} feeds of {len(families)} publishers, "
        f"{len(watch.baseline.facts)} baseline facts, {len(watch.rules)} alert rules. All in order."
    )


@click.command()
@folder_argument
@click.option(
    "--article",
    "article_file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The seed article as plain text: a title line, then paragraphs.",
)
@click.option("--published", type=When(), help="When the article was published; today where it is not given.")
@click.option("--url", default="", help="Where the article stands.")
def init(folder: Path, article_file: Path, published: datetime | None, url: str) -> None:
    """Make a watch in DIR from one article: names, places and baseline facts with their quotes.

    Nothing needs to be written by hand. Look at what was found, then add feeds to DIR/feeds.toml.

    \b
    missionwatch init seeds/sahel --article sahel.txt --published 2025-03-01
    """
    text = _read_text(article_file)
    # Without a date the file's own time is the nearest guess that does not need a clock.
    when = published or datetime.fromtimestamp(article_file.stat().st_mtime, UTC)
    watch = draft_watch(text, published=when, url=url, slug=_slug(folder))
    base = watch.baseline
    written = write_watch(
        folder,
        title=watch.title,
        names=watch.names,
        sister_missions=watch.sister_missions,
        places=watch.places,
        languages=watch.languages,
        source_title=base.title,
        outlet=base.outlet or host(url) or "the seed article",
        published=base.published,
        url=base.url,
        text=base.text,
        facts=base.facts,
        rules=watch.rules,
    )
    _tell_draft(watch, written)


@click.command()
@folder_argument
@click.option(
    "--articles",
    "articles_file",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="A line an article: id, published, outlet, title, text, optional url.",
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where the changes go, a JSON line each, in order.",
)
@engine_option
def backtest(folder: Path, articles_file: Path, out: Path, engine: str) -> None:
    """Say what the watch would have alerted on, had these articles come in order, without look-ahead."""
    watch = load_watch(folder)
    lines = backtest_watch(watch, load_articles(articles_file), ENGINES[engine]())
    try:
        out.write_text("".join(json.dumps(line, ensure_ascii=False, default=_plain) + "\n" for line in lines), "utf-8")
    except OSError as error:
        raise UsageError(
            f"{out} can't be written: {error.strerror}.", remedy="Name another file with --out."
        ) from error
    click.echo(f"{len(lines)} changes written to {out}")


def add_commands(group: click.Group) -> None:
    """Add this module's commands to ``group``."""
    for command in (
        board,
        changes,
        why,
        check,
        init,
        backtest,
        bench,
        prune_command,
        doctor_command,
        export_command,
        heartbeat_command,
        metrics_command,
        page_command,
    ):
        group.add_command(command)
    group.add_command(alerts_group)


def _tell_draft(watch: Watch, written: Sequence[Path]) -> None:
    names = ", ".join(name.text for name in watch.names) or "none found"
    told = [watch.title, f"  names: {names}", f"  places: {', '.join(watch.places) or 'none found'}"]
    told += [
        f"  {fact.aspect} {fact.stage}: {fact.subject}: {shorten(fact.value, 90)}" for fact in watch.baseline.facts
    ]
    click.echo(shown.lines("\n".join(told)))
    click.echo("written: " + ", ".join(map(str, written)))


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_SEED_ARTICLE:
            raise UsageError(f"{path} is larger than 2 MB.", remedy="Give one article as plain text.")
        return path.read_text("utf-8")
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}.", remedy="Name a text file.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text: {error}.", remedy="Save it as UTF-8.") from error


def _slug(folder: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "watch"


def _json_lines(rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        click.echo(shown.json_line(row, _plain))


def _csv_rows(rows: Sequence[Mapping[str, Any]]) -> None:
    """A header and a row each; nothing at all where there is no row to take the names from."""
    for row in [list(rows[0]), *(row.values() for row in rows)] if rows else []:
        click.echo(shown.csv_row(row), nl=False)


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
