"""``feeds``: those of a watch, from home pages, lists and OPML, and out as OPML."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from pipeline.cli.common import folder_argument, settings
from pipeline.model import escape
from pipeline.model.errors import UsageError
from pipeline.model.redact import holds_secret, without_secrets
from pipeline.model.text import shorten
from pipeline.watches import load_watch
from pipeline.watches.shipped import REGION, shipped_regions
from pipeline.watches.write import add_feeds


@click.group("feeds")
def feeds_group() -> None:
    """The feeds of a watch: add some, list the regions of the shipped lists, write them as OPML.

    \b
    missionwatch feeds add seeds/mine https://an-outlet.example/ region:africa others.opml
    missionwatch feeds regions
    missionwatch feeds export seeds/mine --opml mine.opml
    """


@feeds_group.command("add")
@folder_argument
@click.argument("sources", metavar="SOURCE...", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Show what was found, and write nothing.")
def add(folder: Path, sources: tuple[str, ...], dry_run: bool) -> None:
    """Add feeds to the watch in DIR. What feeds.toml says already is left as it is.

    A SOURCE is an outlet's home page (its own links to feeds are followed, and each feed is read once), the address
    of a feed, an OPML file or its address, or region:NAME of a shipped list. Look at role, family and region of what
    was added: feeds of one family count as one voice.
    """
    watch = load_watch(folder)
    from pipeline.cli.network import FoundFeeds, feeds_of, open_network_tools  # brings the parsers with it

    async def find() -> FoundFeeds:
        async with open_network_tools(settings()) as at:
            return await feeds_of(sources, at, language=watch.languages[0])

    found = asyncio.run(find())
    for note in found.notes:
        click.echo(f"  {escape.line(shorten(note, 300))}", err=True)
    added = found.feeds if dry_run else add_feeds(folder, found.feeds)
    for feed in added:
        told = f"{escape.line(feed.title)} ({feed.role}, {feed.language}, {feed.region}; family {feed.family})"
        click.echo(f"{'found' if dry_run else 'added'}: {told}\n       {escape.line(without_secrets(feed.url))}")
    if dry_run:
        click.echo(f"{len(added)} feeds found. Nothing was written.")
        return
    there = len(found.feeds) - len(added)
    click.echo(
        f"{len(added)} feeds added to {folder / 'feeds.toml'}{f'; {there} were there already' if there else ''}."
    )


@feeds_group.command("regions")
def regions() -> None:
    """List the regions of the shipped lists, with how many feeds each has; name one as region:NAME."""
    found = shipped_regions()
    if not found:
        raise UsageError("No list is installed here.", remedy="The lists stand in seeds/ of the source.")
    for name, count in found.items():
        click.echo(f"{REGION}{name:<22} {count}")


@feeds_group.command("export")
@folder_argument
@click.option(
    "--opml",
    "out",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write, for a feed reader or another watch.",
)
def export(folder: Path, out: Path) -> None:
    """Write the feeds of the watch in DIR as OPML, by region; `feeds add` and `init` read it back whole."""
    from pipeline.watches.opml import write_opml

    watch = load_watch(folder)
    try:
        out.write_bytes(write_opml(watch.feeds, watch.title))
    except OSError as error:
        raise UsageError(
            f"{out} can't be written: {error.strerror}.", remedy="Name another file with --opml."
        ) from error
    click.echo(f"{len(watch.feeds)} feeds written to {out}")
    if struck := sum(holds_secret(feed.url) for feed in watch.feeds):
        click.echo(f"The keys in the addresses of {struck} of them were struck out; {folder / 'feeds.toml'} has them.")
