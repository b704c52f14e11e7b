"""``check``: are a watch's files in order, and do its feeds answer? Nothing is stored, and nothing is learned."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.clock import wall_clock
from pipeline.cli.common import folder_argument, settings
from pipeline.health.heartbeat import span
from pipeline.model import Feed, Watch, escape
from pipeline.model.redact import without_secrets
from pipeline.model.text import shorten
from pipeline.watches import load_watch

if TYPE_CHECKING:  # the steps bring the parsers with them
    from pipeline.steps.preview import FeedPreview

OK, TROUBLE, NOTHING_REACHED = 0, 1, 5
_LONGEST = 300  # characters of what is told of one feed


@click.command("check")
@folder_argument
@click.option("--offline", is_flag=True, help="Only look at the files; ask no feed.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a feed, for scripts.")
def check_command(folder: Path, offline: bool, as_json: bool) -> None:
    """Check the watch in DIR: its files, then each feed, which is asked once. Nothing is stored.

    A fault in a file is told with its line and remedy. Of each feed you see its format, how many entries it has, how
    old the newest is, and what is wrong. Feeds of one host are asked some seconds apart.

    \b
    missionwatch check seeds/mine
    missionwatch check seeds/mine --offline

    Exit code 0: all in order; 1: a feed is in trouble; 2: a file is wrong; 5: no feed could be reached.
    """
    watch = load_watch(folder)
    families = {feed.family for feed in watch.feeds}
    ending = " All in order." if offline or not watch.feeds else ""
    click.echo(
        f"{escape.line(watch.title)}: {len(watch.names)} names, {len(watch.feeds)} feeds of {len(families)} "
        f"publishers, {len(watch.baseline.facts)} baseline facts, {len(watch.rules)} alert rules.{ending}",
        err=as_json,
    )
    if not watch.feeds:
        click.echo(f"  It has no feeds: missionwatch feeds add {folder} https://an-outlet.example/", err=True)
    if offline or not watch.feeds:
        return
    looks = asyncio.run(_ask(watch.feeds, as_json=as_json))
    if not as_json:
        click.echo(summary(watch, looks))
    raise SystemExit(code_of(looks))


def code_of(looks: Sequence[FeedPreview]) -> int:
    """The exit code that the looks deserve."""
    failed = sum(look.parsed is None for look in looks)
    return NOTHING_REACHED if failed == len(looks) else TROUBLE if failed else OK


def told(look: FeedPreview, now: datetime) -> str:
    """One line on a feed, and a second one on what to do where something is wrong."""
    name = shorten(escape.line(look.feed.title), 60)
    parsed = look.parsed
    if parsed is None:
        lines = [f"TROUBLE  {name}: {shorten(escape.line(look.reason), _LONGEST)}"]
        remedy = look.remedy or "Open it in a browser; take it out of feeds.toml where it is gone for good."
        return "\n".join([*lines, f"         {shorten(escape.line(remedy), _LONGEST)}"])
    count = len(parsed.entries)
    newest = look.newest
    age = f"the newest of {span(now - newest)} ago" if newest else "none with a date" if count else ""
    entries = f"{count} {'entry' if count == 1 else 'entries'}"
    doubts = _doubts(look, now)
    head = f"{'doubtful' if doubts else 'ok':<9}{name}: {parsed.kind}, {entries}{f', {age}' if age else ''}"
    return "\n".join([head, *(f"         {shorten(escape.line(doubt), _LONGEST)}" for doubt in doubts)])


def _doubts(look: FeedPreview, now: datetime) -> list[str]:
    """What is odd about a feed that can be read, each with what to do."""
    parsed = look.parsed
    if parsed is None:
        return []
    doubts = []
    if not parsed.entries:
        doubts.append("It has no entries: see in a browser that it is the right one.")
    elif look.newest and now - look.newest > look.feed.expected_every:
        usual = span(look.feed.expected_every)
        doubts.append(
            f"Nothing new for longer than expected_every ({usual}): is it still written? Else name a longer one."
        )
    if look.moved_to:
        doubts.append(f"It has moved for good: write url = {without_secrets(look.moved_to)} into feeds.toml.")
    doubts += parsed.problems[:2]
    return doubts


def summary(watch: Watch, looks: Sequence[FeedPreview]) -> str:
    """What all the looks came to."""
    kinds = Counter(look.kind for look in looks if look.parsed is not None)
    failed = sum(look.parsed is None for look in looks)
    formats = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    if failed == len(looks):
        return f"None of the {len(looks)} feeds could be read. Is this machine online? missionwatch doctor tells."
    ending = f"{failed} in trouble." if failed else "All in order."
    return f"{len(looks)} feeds asked once, nothing stored: {formats}. {ending}"


async def _ask(feeds: Sequence[Feed], *, as_json: bool) -> list[FeedPreview]:
    from pipeline.cli.network import look_at, open_network_tools  # brings the parsers with it

    async with open_network_tools(settings()) as at:
        coming = [asyncio.ensure_future(look_at(feed, at)) for feed in feeds]
        looks = []
        for one in coming:  # all are asked at once; each is told in its turn
            look = await one
            looks.append(look)
            click.echo(escape.json_line(_plain(look), str) if as_json else told(look, wall_clock()))
        return looks


def _plain(look: FeedPreview) -> dict[str, object]:
    return {
        "feed": look.feed.title,
        "url": without_secrets(look.feed.url),
        "ok": look.parsed is not None,
        "kind": look.kind,
        "entries": len(look.parsed.entries) if look.parsed else 0,
        "newest": look.newest.isoformat() if look.newest else None,
        "trouble": look.code,
        "reason": look.reason,
        "remedy": look.remedy,
        "moved_to": look.moved_to and without_secrets(look.moved_to),
        "problems": list(look.parsed.problems) if look.parsed else [],
    }
