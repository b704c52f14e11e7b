"""``watches``: the watches of a store, and what is done with one as a whole: rename, pause, resume, archive."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import click
from rich.table import Table

from pipeline.cli import report
from pipeline.cli.clock import wall_clock
from pipeline.cli.common import (
    account_name,
    archive_dir,
    data_dir_option,
    folder_argument,
    require_distinct,
    settings,
    store_folder,
)
from pipeline.model import Standing, Watch, WatchState, escape
from pipeline.model.errors import UsageError
from pipeline.model.text import content_id, shorten
from pipeline.site import PAGE, SITE, build
from pipeline.storage import LIVE, PUBLISHED, Store, WatchLine, hold_run, open_published, open_store, publish
from pipeline.watches import load_watch, renamed, write_renamed

MAX_NOTE = 500  # characters
# What stands at a page's old address: no script, nothing from elsewhere, and the only address is the watch's own name.
_MOVED = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Moved</title>
<meta http-equiv="refresh" content="0; url=../{new}/index.html"></head>
<body><p>This watch is now called <a href="../{new}/index.html">{new}</a>.</p></body></html>
"""


class _ListsByDefault(click.Group):
    """A group that takes what is none of its commands for folders to list."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``list`` before arguments that begin with no command."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group("watches", cls=_ListsByDefault)
def watches_group() -> None:
    """The watches of a store: list them; rename, pause, resume or archive one.

    \b
    missionwatch watches                                  all that are in the store
    missionwatch watches seeds/haiti seeds/mine           these
    missionwatch watches pause seeds/mine --note "no staff until Monday"
    missionwatch watches resume seeds/mine
    missionwatch watches archive seeds/mine
    missionwatch watches rename seeds/mine sahel-force
    """


_by = click.option("--by", default=None, help="Who says so.  [default: the name of your account]")
_note = click.option("--note", default="", help="Why; shown wherever the state is.")


@watches_group.command("list")
@click.argument("folders", metavar="[DIR]...", nargs=-1, type=click.Path(path_type=Path, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a watch, for scripts.")
@data_dir_option
def list_watches(folders: tuple[Path, ...], as_json: bool, data_dir: Path, archive: bool) -> None:
    """List the watches of the store, or those in DIR...: how each stands, its feeds, its changes, its last run."""
    if archive and len(folders) != 1:
        raise click.UsageError("Each replayed watch has a store of its own: name one DIR with --archive.")
    named = [load_watch(folder) for folder in folders]
    require_distinct(zip(folders, (watch.slug for watch in named), strict=True))
    where = archive_dir(data_dir, folders[0]) if archive else data_dir
    lines: dict[str, WatchLine] = {}
    if (where / PUBLISHED).exists():
        with open_published(where) as store:
            lines = {line.watch: line for line in store.watch_lines()}
    elif not named:
        raise UsageError(f"Nothing is stored in {where} yet.", remedy="Run a watch first: missionwatch run DIR --once.")
    slugs = [watch.slug for watch in named] or list(lines)
    if as_json:
        for slug in slugs:
            click.echo(escape.json_line(_plain(slug, lines.get(slug)), str))
        return
    report.console().print(_table(slugs, lines))


@watches_group.command("pause")
@folder_argument
@_note
@_by
@data_dir_option
def pause(folder: Path, note: str, by: str | None, data_dir: Path, archive: bool) -> None:
    """Pause the watch in DIR: no polls, no alerts, until `resume`. What waits to be told waits.

    A run that is at work ends first. The heartbeat knows, and alarms nobody; the next digest tells of the pause.
    """
    _set(folder, Standing.PAUSED, note, by, data_dir, archive=archive)


@watches_group.command("resume")
@folder_argument
@_note
@_by
@data_dir_option
def resume(folder: Path, note: str, by: str | None, data_dir: Path, archive: bool) -> None:
    """Watch the watch in DIR again, after a pause or out of the archive. What its feeds still list is read."""
    _set(folder, Standing.WATCHED, note, by, data_dir, archive=archive)


@watches_group.command("archive")
@folder_argument
@_note
@_by
@data_dir_option
def archive_watch(folder: Path, note: str, by: str | None, data_dir: Path, archive: bool) -> None:
    """Archive the watch in DIR: it stays as it is. No run, no alert; its board, its page and `why` go on answering."""
    _set(folder, Standing.ARCHIVED, note, by, data_dir, archive=archive)


@watches_group.command("rename")
@folder_argument
@click.argument("new", metavar="NEW-SLUG")
@_by
@data_dir_option
def rename(folder: Path, new: str, by: str | None, data_dir: Path, archive: bool) -> None:
    """Give the watch in DIR another short name. Its history goes with it, and nothing is told twice.

    The name stands in watch.toml, in the column `watch` of the tables, in the address of its page and in the name of
    its alert file. The folder DIR stays where it is. The name until now is kept in watch.toml as `formerly`: all ids
    are made of the first one, so they stay the same.
    """
    watch, text = renamed(folder, new)
    old = watch.formerly[-1]
    who = (by or account_name()).strip()[:200]
    # A replay of the watch has a store of its own.
    stores = [where for where in (data_dir, archive_dir(data_dir, folder)) if (where / LIVE).exists()]
    with _all_held(stores):
        for where in stores:
            with open_store(where, wait=settings().store_wait) as store:
                _refuse_taken(store, watch, where)
        # First the file: a run that comes next does for the store what a crash here leaves undone.
        write_renamed(folder, text)
        for where in stores:
            with open_store(where, wait=settings().store_wait) as store:
                store.take_names(watch, wall_clock(), by=who)
            _move_beside(where, old, watch)
            _publish(where, watch)
    click.echo(f"{old} is now {new}. Its history came along; ids and links to alerts are what they were.")
    click.echo(f"  Its page is in site/{new}/ from now on: who reads its Atom feed or calendar subscribes there.")


def _set(folder: Path, standing: Standing, note: str, by: str | None, data_dir: Path, *, archive: bool) -> None:
    watch = load_watch(folder)
    where = store_folder(data_dir, folder, archive=archive)
    wait = settings().store_wait
    # Whoever holds the run's lock knows that no run of this folder is at work, and that none begins meanwhile.
    with hold_run(where, wait=wait):
        with open_store(where, wait=wait) as store:
            store.take_names(watch, wall_clock())
            state = WatchState(standing, wall_clock(), (by or account_name()).strip()[:200], shorten(note, MAX_NOTE))
            new = store.set_watch_state(watch.slug, state)
            state = state if new else store.watch_state(watch.slug)
        _publish(where, watch)
    click.echo(f"{escape.line(watch.title)}: {'' if new else 'nothing to do, it is '}{escape.line(state.told)}.")


def _refuse_taken(store: Store, watch: Watch, where: Path) -> None:
    """Refuse a name that another watch of the store has or has had, before anything is written."""
    for line in store.watch_lines():
        if watch.slug == line.watch or (watch.slug in line.formerly and line.watch not in watch.formerly):
            had = "has" if watch.slug == line.watch else "has had"
            raise UsageError(f"A watch in {where} {had} the name '{watch.slug}'.", remedy="Name another.")


def _publish(where: Path, watch: Watch) -> None:
    """Show SQL clients, the page and the heartbeat what was just stored."""
    if (where / PUBLISHED).exists():
        now = wall_clock()
        publish(where, content_id("watches", watch.key, now.isoformat()), now, wait=settings().store_wait)
    if (where / SITE / watch.slug).is_dir():
        with suppress(OSError, ValueError):  # the next round makes it
            build.build(where, watch.slug, watch.title, page_url=settings().page_url)


def _move_beside(where: Path, old: str, watch: Watch) -> None:
    """Rename the files beside the store from the old name to the new one."""
    with suppress(OSError):  # what can't be moved is made anew by the next round
        (where / f"heartbeat-{old}.json").replace(where / f"heartbeat-{watch.slug}.json")
    before, after = where / SITE / old, where / SITE / watch.slug
    with suppress(OSError):
        if before.is_dir() and not after.exists():
            before.rename(after)
            before.mkdir()
            (before / PAGE).write_text(_MOVED.format(new=watch.slug), "utf-8")


@contextmanager
def _all_held(stores: list[Path]) -> Iterator[None]:
    if not stores:
        yield
        return
    with hold_run(stores[0], wait=settings().store_wait), _all_held(stores[1:]):
        yield


def _table(slugs: list[str], lines: Mapping[str, WatchLine]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in ("watch", "state", "feeds", "changes", "last run", "formerly"):
        table.add_column(name, justify="right" if name in {"feeds", "changes"} else "left")
    for slug in slugs:
        line = lines.get(slug)
        cells = (
            (line.state.told, str(line.feeds), str(line.changes), line.last_run, ", ".join(line.formerly))
            if line
            else ("not run yet", "", "", None, "")
        )
        table.add_row(*(report.cell(value) for value in (slug, *cells)))
    return table


def _plain(slug: str, line: WatchLine | None) -> dict[str, object]:
    if line is None:
        return {"watch": slug, "state": None}
    return {
        "watch": slug,
        "state": line.state.standing,
        "since": line.state.since.isoformat() if line.state.since else None,
        "by": line.state.by,
        "note": line.state.note,
        "feeds": line.feeds,
        "changes": line.changes,
        "last_run": line.last_run.isoformat() if line.last_run else None,
        "formerly": list(line.formerly),
    }
