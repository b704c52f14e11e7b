"""``heartbeat``: is the watch alive? Asked from outside, by cron or a timer, and told once where it is not."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click

from pipeline.alerts import channel_name
from pipeline.cli.alerts_test import OpenChannels
from pipeline.cli.clock import wall_clock
from pipeline.cli.common import archive_dir, data_dir_option, folder_argument
from pipeline.cli.ping import ping as send_ping
from pipeline.cli.ping import ping_address
from pipeline.doctor import State
from pipeline.doctor.network import prefect_answers
from pipeline.doctor.real import get
from pipeline.health.heartbeat import AlarmState, Beat, Notice, assess_pulse, next_alarm_state, notice
from pipeline.model import Alert, Standing, Watch, escape
from pipeline.model.errors import DeliveryError, StorageError
from pipeline.notify import Channels, deliver, needs_prefect
from pipeline.storage import read_pulse
from pipeline.watches import load_watch

ALIVE, SILENT = 0, 1
WAIT = 10.0  # seconds for a run's step to let go of the store; a step takes less than one
MAX_STATE = 64 * 1024  # bytes


@click.command("heartbeat")
@folder_argument
@click.option(
    "--every", type=click.IntRange(1, 10_080), default=15, show_default=True, help="Minutes between two rounds."
)
@click.option(
    "--missed", type=click.IntRange(1, 1_000), default=3, show_default=True, help="Rounds that may be missed."
)
@click.option("--alert", is_flag=True, help="Tell the watch's channels of a silence, once, and of its end.")
@click.option(
    "--state",
    "state_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="Where it is kept what was told.  [default: heartbeat-NAME.json in the data folder]",
)
@click.option(
    "--ping",
    metavar="URL",
    default="",
    help="Ask for this address where all is well, and with /fail behind its path where not; env:NAME names a variable.",
)
@click.option("--json", "as_json", is_flag=True, help="The answer as one JSON object.")
@data_dir_option
@click.pass_context
def heartbeat_command(
    ctx: click.Context,
    folder: Path,
    every: int,
    missed: int,
    alert: bool,
    state_file: Path | None,
    ping: str,
    as_json: bool,
    data_dir: Path,
    archive: bool,
) -> None:
    """Say whether the watch in DIR is alive: a round has ended within the last intervals, and the last one read a feed.

    Run it from cron or a systemd timer, never from the watch itself. Exit code 0 where it is alive, 1 where it is
    not, or where nothing can be known of it. With --alert a silence is told to each channel of the watch once,
    however often this is run, and its end is told too. A watch that is paused or archived is not to be watched: that is
    said, with exit code 0, and nobody is alarmed.

    What can't be told through the watch's channels is told by --ping: a service elsewhere, a dead man's switch, is
    asked for each time, and tells when it is not. That no channel takes alerts is among what it is told; the exit code
    stays 0, since the watch is alive.

    \b
    missionwatch heartbeat seeds/haiti --every 15 --missed 3 --alert
    missionwatch heartbeat seeds/haiti --every 15 --missed 3 --alert --ping env:PING_URL
    """
    pinged = ping_address(ping, os.environ) if ping else ""
    watch = load_watch(folder)
    store_at = archive_dir(data_dir, folder) if archive else data_dir
    beat = _look(store_at, watch, timedelta(minutes=every), missed)
    # flows/ gives the channels that need Prefect, if it is what runs this command.
    opened: OpenChannels = ctx.find_root().obj or Channels
    away = _prefect_away() if not beat.alive or (alert and any(map(needs_prefect, _channels(watch).values()))) else ""
    if away and not beat.alive:
        beat = replace(beat, told=f"{beat.told} {away}")
    if as_json:
        click.echo(escape.json_line(_plain(watch, beat), str))
    else:
        click.echo(escape.line(f"{watch.title}: {beat.told}"))
        if beat.remedy:
            click.echo(f"  {escape.line(beat.remedy)}")
    if alert and beat.standing is Standing.WATCHED:
        state = state_file or store_at / f"heartbeat-{watch.slug}.json"
        _tell(watch, beat, state, opened(store_at, os.environ, click.echo), away)
    if pinged and (trouble := send_ping(pinged, is_well=beat.is_well)):
        click.echo(f"  not pinged: {escape.line(trouble)}", err=True)
    raise SystemExit(ALIVE if beat.alive else SILENT)


def _look(store_at: Path, watch: Watch, every: timedelta, missed: int) -> Beat:
    now = wall_clock()
    try:
        pulse = read_pulse(store_at, watch.slug, now=now, fresh=every * missed, wait=WAIT)
    except StorageError as error:
        # Nothing can be known of it: for whoever waits for news that is the same as silence.
        return Beat(False, None, f"Whether it runs can't be seen: {error.message}", error.remedy)
    return assess_pulse(pulse, now, every=every, missed=missed, channels=_channels(watch))


def _channels(watch: Watch) -> dict[str, str]:
    """Where the watch's rules tell things, by name, as the store knows them.

    An address may hold a secret, and the file that is kept must not.
    """
    return {channel_name(channel): channel for rule in watch.rules for channel in rule.channels}


def _prefect_away() -> str:
    """That the Prefect server which PREFECT_API_URL names does not answer, and what to do; empty where it does."""
    found = prefect_answers(os.environ, get)
    return f"Prefect's server is away: {found.told}. {found.remedy}" if found.state is State.TROUBLE else ""


def _tell(watch: Watch, beat: Beat, state_file: Path, channels: Channels, away: str) -> None:
    """Tell what is due, and keep what was told. A channel that fails holds up no other, and is tried again.

    Args:
        watch: its rules name the channels.
        beat: whether it is alive.
        state_file: where it is kept what was told.
        channels: how they are opened.
        away: why those of Prefect can't be reached; they are left for the next time. Empty where they may be.
    """
    vigil = _kept(state_file)
    addresses = _channels(watch)
    due = notice(beat, vigil, addresses, watch=watch.slug, title=watch.title)
    if due is None:
        return
    left = [name for name in due.channels if away and needs_prefect(addresses.get(name, ""))]
    if left:
        names = escape.line(", ".join(left))
        click.echo(f"  not told: {names}, as their addresses are Prefect's. {away}", err=True)
        others = tuple(name for name in due.channels if name not in left)
        due = replace(due, channels=others, body=f"{due.body}\n\nNot told until Prefect is back: {names}.")
    taken = asyncio.run(_send(watch, due, addresses, channels))
    vigil = next_alarm_state(due, taken, beat, vigil)
    try:
        _keep(state_file, vigil)
    except OSError as error:
        click.echo(
            f"{state_file} can't be written: {error.strerror}. What was told will be told again, with the same key: "
            "name another file with --state.",
            err=True,
        )


async def _send(watch: Watch, due: Notice, addresses: Mapping[str, str], channels: Channels) -> list[str]:
    """Hand ``due`` to its channels, all at once; those that took it."""
    message = Alert(
        alert_id=due.key,
        watch=watch.slug,
        rule="heartbeat",
        channel="",
        change_ids=(),
        subject=due.subject,
        body=due.body,
        planned_at=wall_clock(),
    )

    async def one(name: str) -> str | None:
        if name not in addresses:
            return name  # the watch no longer names it: it needs no all-clear
        try:
            await deliver(replace(message, channel=addresses[name]), channels=channels)
        except DeliveryError as error:
            click.echo(f"  not told: {escape.line(str(error))}", err=True)
            return None
        return name

    return [name for name in await asyncio.gather(*map(one, due.channels)) if name]


def _kept(path: Path) -> AlarmState | None:
    """What was told so far. A file that can't be made out counts as none: to tell twice is better than never."""
    try:
        with path.open("rb") as file:
            state = json.loads(file.read(MAX_STATE))
        told = tuple(state["told"])
        if not isinstance(state["silence"], str) or not all(isinstance(channel, str) for channel in told):
            return None
        return AlarmState(state["silence"], told)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _keep(path: Path, vigil: AlarmState | None) -> None:
    if vigil is None:
        path.unlink(missing_ok=True)
        return
    new = path.with_name(f".{path.name}.tmp")
    new.write_text(json.dumps({"silence": vigil.silence, "told": list(vigil.told)}) + "\n", "utf-8")
    new.replace(path)


def _plain(watch: Watch, beat: Beat) -> dict[str, object]:
    return {
        "watch": watch.slug,
        "alive": beat.alive,
        "state": beat.standing,
        "blind": beat.is_blind,
        "unheard": beat.is_unheard,
        "since": beat.since.isoformat() if beat.since else None,
        "told": beat.told,
        "remedy": beat.remedy,
        "dead_runs": [str(run.run_id) for run in beat.zombies],
    }
