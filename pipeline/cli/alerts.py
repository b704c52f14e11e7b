"""``alerts``: what waits and what was told, acknowledging, dead letters, a sample to each channel."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from pipeline.alerts import ack_link
from pipeline.cli import report
from pipeline.cli.alerts_listen import alerts_listen
from pipeline.cli.alerts_preview import alerts_preview
from pipeline.cli.alerts_test import alerts_test
from pipeline.cli.common import account_name, data_dir_option, folder_argument, settings, store_folder
from pipeline.cli.saying import publish_recorded
from pipeline.model import Alert, Watch, escape
from pipeline.model.errors import UsageError
from pipeline.site.receiver import ack_way
from pipeline.storage import Store, open_published, open_store
from pipeline.watches import load_watch

json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a row, for scripts.")


@click.group("alerts")
def alerts_group() -> None:
    """See what waits to be told and what was, acknowledge it, put dead letters back, try channels and rules.

    \b
    missionwatch alerts list seeds/haiti
    missionwatch alerts ack seeds/haiti 5f0c8a52 --note "told the desk"
    missionwatch alerts dead seeds/haiti
    missionwatch alerts retry seeds/haiti --all
    missionwatch alerts listen seeds/haiti
    missionwatch alerts preview seeds/haiti --rules strict.toml
    missionwatch alerts test seeds/haiti
    """


@alerts_group.command("list")
@folder_argument
@click.option("--all", "every", is_flag=True, help="What was delivered too, and who has acknowledged it.")
@json_option
@data_dir_option
def list_alerts(folder: Path, every: bool, as_json: bool, data_dir: Path, archive: bool) -> None:
    """List what is not delivered yet and why it waits; with --all, every alert.

    Where ack_base or ack_url is set, each alert that can be acknowledged has its link.
    """
    watch = load_watch(folder)
    where = store_folder(data_dir, folder, archive=archive)
    with open_published(where) as store:
        rows = store.alerts(watch.slug) if every else store.outbox(watch.slug)
    way = ack_way(settings(), where, os.environ)
    if as_json:
        _json(rows, watch, way)
    elif not rows:
        click.echo("No alert was ever planned." if every else "Nothing waits: all that was planned is delivered.")
    else:
        report.console().print(_all_table(rows, watch) if every else _waiting_table(rows, watch))
        for row in rows if way[0] else ():
            if row["changes"] and not row.get("acked_at"):
                click.echo(f"{str(row['alert_id'])[:8]}  {escape.line(_link(row, watch, way))}")


@alerts_group.command("ack")
@folder_argument
@click.argument("alert_id", metavar="ID")
@click.option("--by", default="", help="Who acknowledges.  [default: the name of the account]")
@click.option("--note", default="", help="What there is to say of it; kept with the acknowledgement.")
@data_dir_option
def ack(folder: Path, alert_id: str, by: str, note: str, data_dir: Path, archive: bool) -> None:
    """Say that an alert was seen, so that it is not told again to others. Doing it twice changes nothing.

    ID stands in the message; its first eight signs are enough. An alert in another channel that tells the same changes
    is acknowledged with it.
    """
    watch = load_watch(folder)
    where = store_folder(data_dir, folder, archive=archive)
    who = (by or account_name()).strip()[:200]
    with open_store(where, wait=settings().store_wait) as store:
        found = store.find_alert(watch.slug, alert_id)
        new = store.acknowledge(watch.slug, found["alert_id"], by=who, note=note.strip()[:2_000])
        now = store.last_run_now(watch.slug)
    publish_recorded(where, "ack", found["alert_id"], now)
    said = "Acknowledged" if new else "It was acknowledged before"
    click.echo(f"{said} by {escape.line(who)}: {escape.line(found['subject'])}")


@alerts_group.command("dead")
@folder_argument
@json_option
@data_dir_option
def dead(folder: Path, as_json: bool, data_dir: Path, archive: bool) -> None:
    """List dead letters: alerts that their channel has refused so often that they are tried no more.

    One that died while its channel took nothing at all is put back by itself when the channel works again.
    """
    watch = load_watch(folder)
    with open_published(store_folder(data_dir, folder, archive=archive)) as store:
        rows = store.dead_letters(watch.slug)
    if as_json:
        _json(rows, watch, ("", b""))
    elif not rows:
        click.echo("There are no dead letters.")
    else:
        report.console().print(_waiting_table(rows, watch))
        click.echo(f"To try them again: missionwatch alerts retry {folder} ID, or --all.")


@alerts_group.command("retry")
@folder_argument
@click.argument("alert_ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every dead letter of the watch.")
@data_dir_option
def retry(folder: Path, alert_ids: Sequence[str], every: bool, data_dir: Path, archive: bool) -> None:
    """Put dead letters back among what waits; the next run sends them, and their tries are counted anew."""
    if every == bool(alert_ids):
        raise click.UsageError("Name the alerts, or write --all.")
    watch = load_watch(folder)
    where = store_folder(data_dir, folder, archive=archive)
    with open_store(where, wait=settings().store_wait) as store:
        chosen = None if every else _dead(store, watch, alert_ids)
        count = store.put_back(watch.slug, chosen, reason=f"{account_name()} asked for it")
        now = store.last_run_now(watch.slug)
    publish_recorded(where, "retry", watch.slug, now)
    click.echo(f"{count} dead letter{'' if count == 1 else 's'} put back: the next run sends what can be sent.")


alerts_group.add_command(alerts_listen)
alerts_group.add_command(alerts_preview)
alerts_group.add_command(alerts_test)


def _dead(store: Store, watch: Watch, asked: Sequence[str]) -> list[UUID]:
    """The ids of the dead letters that are asked for.

    Raises:
        UsageError: one is no dead letter; then nothing is put back.
    """
    found = []
    for name in asked:
        row = store.find_alert(watch.slug, name)
        if row["state"] != "given_up":
            raise UsageError(
                f"The alert {name} is no dead letter: it is {row['state']}.",
                remedy="`missionwatch alerts dead DIR` lists those that are.",
            )
        found.append(row["alert_id"])
    return found


def _json(rows: Sequence[Mapping[str, Any]], watch: Watch, way: tuple[str, bytes]) -> None:
    for row in rows:
        linked = {**row, "ack_link": _link(row, watch, way)} if way[0] and row["changes"] else row
        click.echo(
            escape.json_line(linked, lambda value: value.isoformat() if hasattr(value, "isoformat") else str(value))
        )


def _link(row: Mapping[str, Any], watch: Watch, way: tuple[str, bytes]) -> str:
    about = Alert(row["alert_id"], watch.slug, row["rule"], row["channel"], (), "", "", row["planned_at"])
    return ack_link(about, *way)


def _waiting_table(rows: Sequence[Mapping[str, Any]], watch: Watch) -> RenderableType:
    table = _table(f"{watch.title}: alerts that wait", "id", "channel", "kind", "waits", "not before", "subject")
    for row in rows:
        told = [_id(row), *(report.cell(row[name]) for name in ("channel", "kind", "waits", "next_try"))]
        table.add_row(*told, report.cell(row["subject"], 90))
    return table


def _all_table(rows: Sequence[Mapping[str, Any]], watch: Watch) -> RenderableType:
    head = ("id", "channel", "kind", "state", "delivered", "acknowledged by", "subject")
    table = _table(f"{watch.title}: alerts", *head)
    for row in rows:
        told = [_id(row), *(report.cell(row[n]) for n in ("channel", "kind", "state", "delivered_at", "acked_by"))]
        table.add_row(*told, report.cell(row["subject"], 90))
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", expand=False)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _id(row: Mapping[str, Any]) -> Text:
    return Text(str(row["alert_id"])[:8])
