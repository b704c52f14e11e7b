"""``missionwatch alerts test``: a sample to each channel, so that the first real alert isn't the first try."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import click

from pipeline.alerts import addresses, channel_name, first_channels, make_alert
from pipeline.alerts.message import Message, Section, subject_of
from pipeline.cli.clock import wall_clock
from pipeline.cli.common import data_dir_option, folder_argument
from pipeline.model import Alert, Watch, escape
from pipeline.model.errors import MissionwatchError, UsageError
from pipeline.notify import Channels, deliver
from pipeline.watches import load_watch

RULE = "test"  # the rule of a sample, which no rule asked for
OpenChannels = Callable[[Path, Mapping[str, str], Callable[[str], None]], Channels]


@dataclass(frozen=True, slots=True)
class Tried:
    """One channel and what came of its sample; ``trouble`` is empty where it took it."""

    channel: str
    trouble: str = ""


@click.command("test")
@folder_argument
@click.option("--channel", "only", multiple=True, metavar="CHANNEL", help="Only this one; can be given several times.")
@click.option("--all", "every", is_flag=True, help="Those too that an alert goes to only when nobody acknowledges it.")
@data_dir_option
@click.pass_context
def alerts_test(
    ctx: click.Context, folder: Path, only: Sequence[str], every: bool, data_dir: Path, archive: bool
) -> None:
    """Send a sample to each channel of the watch's rules, and say which took it.

    The subject begins with TEST. Nothing is stored, and quiet hours don't hold it back. Exit code 0 where each
    channel took it, 1 where one did not.

    \b
    missionwatch alerts test seeds/haiti
    missionwatch alerts test seeds/haiti --channel env:DESK_URL
    """
    watch = load_watch(folder)
    chosen = chosen_channels(watch, only, every=every)
    # flows/ gives the channels that need Prefect, if it is what runs this command.
    opened: OpenChannels = ctx.find_root().obj or Channels
    channels = opened(data_dir, os.environ, click.echo)
    tried = asyncio.run(try_channels(watch, chosen, channels, wall_clock(), folder))
    for one in tried:
        outcome = click.style("failed", fg="red") if one.trouble else click.style("ok", fg="green")
        reason = f": {escape.line(one.trouble)}" if one.trouble else ""
        click.echo(f"{escape.line(channel_name(one.channel))}: {outcome}{reason}")
    failed = sum(bool(one.trouble) for one in tried)
    click.echo(f"{len(tried) - failed} of {len(tried)} channels took the sample.")
    if failed:
        raise SystemExit(1)


def chosen_channels(watch: Watch, only: Sequence[str], *, every: bool) -> tuple[str, ...]:
    """The channels to be tried, as the watch's file has them.

    Args:
        watch: its rules and briefs name the channels.
        only: as the file has them, or by the names that the store has for them; empty takes all.
        every: also those that are only escalated to.

    Raises:
        UsageError: no rule names one of ``only``, or there is none at all; says which there are.
    """
    names = addresses(watch)
    if only:
        unknown = [name for name in only if channel_name(name) not in names]
        if unknown:
            raise UsageError(
                f"No alert rule of {watch.slug} names the channel {escape.line(channel_name(unknown[0]))}.",
                remedy=f"Its channels: {', '.join(map(escape.line, names)) or 'none'}.",
            )
        return tuple(dict.fromkeys(names[channel_name(name)] for name in only))
    chosen = tuple(names.values()) if every else first_channels(watch)
    if not chosen:
        raise UsageError(f"The watch {watch.slug} has no alert rule.", remedy="Add an [[alert]] to its watch.toml.")
    return chosen


async def try_channels(
    watch: Watch, chosen: Sequence[str], channels: Channels, now: datetime, folder: Path
) -> list[Tried]:
    """Send a sample to each of ``chosen``, all at once: one that fails or hangs holds up no other."""

    async def one(channel: str) -> Tried:
        try:
            await deliver(sample(watch, channel, now, folder), channels=channels)
        except MissionwatchError as error:
            return Tried(channel, str(error))
        return Tried(channel)

    return list(await asyncio.gather(*map(one, chosen)))


def sample(watch: Watch, channel: str, now: datetime, folder: Path) -> Alert:
    """An alert that says that it is a test, and looks like one that is none: with a sentence of the baseline."""
    facts = watch.baseline.facts
    message = Message(
        subject_of(f"TEST: {watch.title}: this channel works"),
        "TEST: this is what an alert of this watch looks like. Nothing has changed.",
        (
            Section(
                heading=facts[0].aspect.capitalize() if facts else "Test",
                became=f"{facts[0].subject}: {facts[0].value} (a sample from the baseline)" if facts else watch.title,
                after_quote=facts[0].quote if facts else "",
                notes=("Verdict: none, this is a test", "How sure: as sure as the baseline is"),
                # The baseline may be in the watch's own words: no outlet's name belongs on them.
                source=f"the watch's baseline{', which rests on' if watch.baseline.url else ''}",
                url=watch.baseline.url,
                trail=f"missionwatch board {folder}",
            ),
        ),
        f"Sent by `missionwatch alerts test` on {now:%d %b %Y %H:%M} UTC.",
    )
    # Each try is a message of its own: a receiver that drops repeats must show it.
    return make_alert(message, alert_id=uuid4(), watch=watch, rule=RULE, channel=channel, now=now)
