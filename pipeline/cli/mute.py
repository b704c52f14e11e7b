"""``mute``: changes of one kind alert nobody until a day; listed, and taken off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from pipeline.cli import report
from pipeline.cli.common import Moment, account_name, data_dir_option, folder_argument, settings, store_folder
from pipeline.cli.saying import publish_recorded
from pipeline.model import Mute, Slot, Stage, Watch, escape
from pipeline.model.countries import mentions
from pipeline.model.errors import UsageError
from pipeline.model.text import content_id
from pipeline.storage import Store, open_published, open_store
from pipeline.watches import load_watch

_LONGEST_KEY, _LONGEST_WHY, _LONGEST_NAME = 200, 2_000, 200  # characters


@click.command("mute")
@folder_argument
@click.option("--slot", type=click.Choice([slot.value for slot in Slot]), help="The slot of the changes.")
@click.option("--key", default="", help="Their key: a country, a post, a place.")
@click.option("--stage", "stages", type=click.Choice([s.value for s in Stage]), multiple=True, help="May be repeated.")
@click.option("--until", type=Moment(), help="The day at whose end, or the time at which, it is over.")
@click.option("--why", default="", help="Kept with it, and told when it is over.")
@click.option("--by", default="", help="Who says so.  [default: the name of the account]")
@click.option("--off", metavar="ID", default="", help="Take this mute off now.")
@click.option("--list", "is_list", is_flag=True, help="List what is muted, and what was.")
@click.option("--json", "as_json", is_flag=True, help="With --list: one JSON object a mute, for scripts.")
@data_dir_option
def mute_command(
    folder: Path,
    slot: str | None,
    key: str,
    stages: Sequence[str],
    until: datetime | None,
    why: str,
    by: str,
    off: str,
    is_list: bool,
    as_json: bool,
    data_dir: Path,
    archive: bool,
) -> None:
    """Have changes of one kind alert nobody until a day: a slot, a key such as a country, stages, or all of these.

    They stand on the board and on the page as ever, and each has the mute as the reason of its silence. When it is
    over, the channels that would have been told get one message with all that came meanwhile. What was due before
    goes out.

    \b
    missionwatch mute seeds/haiti --slot position --until 2025-12-31 --why "the debate goes on until the vote"
    missionwatch mute seeds/haiti --key Kenya --stage proposed --stage planned --until 2025-10-15
    missionwatch mute seeds/haiti --list
    missionwatch mute seeds/haiti --off 1a2b3c4d
    """
    chosen = bool(slot or key or stages or until)
    if sum((is_list, bool(off), chosen)) != 1:
        raise click.UsageError("Say what to mute and --until when; or --list; or --off ID: one of the three.")
    watch = load_watch(folder)
    where = store_folder(data_dir, folder, archive=archive)
    if is_list:
        _list(where, watch, as_json)
        return
    who = (by or account_name()).strip()[:_LONGEST_NAME]
    with open_store(where, wait=settings().store_wait) as store:
        now = store.last_run_now(watch.slug)
        mute = store.find_mute(watch.slug, off) if off else _made(store, watch, slot, key, stages, until, why, who)
        if off:
            new = store.take_off_mute(mute, by=who)
            said = "Off now" if new else "It was taken off before"
        else:
            store.add_mute(mute)
            said = f"Muted until {mute.until:%Y-%m-%d %H:%M} UTC"
    publish_recorded(where, "unmute" if off else "mute", mute.mute_id, now)
    click.echo(f"{str(mute.mute_id)[:8]}  {said}: {escape.line(mute.what)}")


def _made(
    store: Store,
    watch: Watch,
    slot: str | None,
    key: str,
    stages: Sequence[str],
    until: datetime | None,
    why: str,
    who: str,
) -> Mute:
    """The mute that is asked for, made now.

    Raises:
        UsageError: it has no end, or one that has passed, takes everything, or is too long.
    """
    if until is None:
        raise UsageError("A mute without an end is forgotten.", remedy="Say --until when, such as --until 2026-01-31.")
    if not (slot or key or stages):
        raise UsageError(
            "It would mute everything.",
            remedy="Name a --slot, a --key or a --stage; to stop all, `missionwatch watches pause DIR`.",
        )
    for name, text, longest in (("--key", key, _LONGEST_KEY), ("--why", why, _LONGEST_WHY)):
        if len(text) > longest:
            raise UsageError(f"{name} is longer than {longest:,} characters.", remedy="Say it shorter.")
    made_at = store.clock()
    now = store.last_run_now(watch.slug) or made_at
    if until <= now:
        raise UsageError(
            f"{until:%Y-%m-%d %H:%M} UTC has passed: the watch is at {now:%Y-%m-%d %H:%M} UTC.",
            remedy="Give a later day with --until.",
        )
    key = _usual(key.strip())
    mute_id = content_id("mute", watch.key, slot or "", key, *sorted(stages), until, who, made_at)
    chosen = Slot(slot) if slot else None
    return Mute(mute_id, watch.slug, until, made_at, who, chosen, key, frozenset(map(Stage, stages)), why.strip())


def _usual(key: str) -> str:
    """``key``, a country by the name that the board has for it: Kenyan is Kenya."""
    named = mentions(key)
    return named[0].name if len(named) == 1 and (named[0].start, named[0].end) == (0, len(key)) else key


def _list(where: Path, watch: Watch, as_json: bool) -> None:
    with open_published(where) as store:
        rows = store.mutes(watch.slug)
        now = store.last_run_now(watch.slug)
        on = {mute.mute_id for mute in store.load_mutes(watch.slug) if now is None or mute.is_on(now)}
    if as_json:
        for row in rows:
            click.echo(escape.json_line({**row, "on": row["mute_id"] in on}, _plain))
    elif not rows:
        click.echo("Nothing is muted, and nothing was.")
    else:
        table = Table(title=f"{watch.title}: mutes", title_justify="left", title_style="bold", expand=False)
        for name in ("id", "what", "until", "by", "changes", "state", "why"):
            table.add_column(name, overflow="fold")
        for row in rows:
            table.add_row(*map(report.cell, _cells(row, is_on=row["mute_id"] in on)))
        report.console().print(table)


def _cells(row: Mapping[str, Any], *, is_on: bool) -> tuple[object, ...]:
    what = ", ".join(str(row[name]) for name in ("slot", "key", "stages") if row[name])
    state = f"off, by {row['off_by']}" if row["off_by"] else "on" if is_on else "over"
    return str(row["mute_id"])[:8], what, row["until"], row["made_by"], row["changes"], state, row["why"]


def _plain(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
