"""``prune``: old texts are removed, what was read from them stays."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from pipeline.cli.common import data_dir_option, folder_argument, settings, store_folder
from pipeline.model.errors import UsageError
from pipeline.model.text import content_id
from pipeline.storage import open_store, prune, publish
from pipeline.watches import load_watch

LEAST = timedelta(days=30)  # texts are compared with later ones for 21 days, and pages looked at again for 14


class Age(click.ParamType[timedelta]):
    """A number of days, written ``180d``."""

    name = "days"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """``value`` as a time; fails with what would be right."""
        if isinstance(value, timedelta):
            return value
        found = re.fullmatch(r"(\d{1,5})d?", str(value).strip())
        if found is None:
            self.fail(f"{value!r} is no number of days: write 180d", param, ctx)
        return timedelta(days=int(found[1]))


@click.command("prune")
@folder_argument
@click.option(
    "--bodies-older-than",
    "age",
    type=Age(),
    default=None,
    help="Texts of articles fetched longer ago are removed, e.g. 180d.  [default: the setting keep_bodies]",
)
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and remove nothing.")
@data_dir_option
def prune_command(folder: Path, age: timedelta | None, dry_run: bool, data_dir: Path, archive: bool) -> None:
    """Remove old texts of articles from the store, and make its file smaller.

    All evidence stays: claims and changes with their quotes, offsets and hashes, and what `why` tells. What is gone is
    the text around a quote, and that `reread` could read it again. Age is counted back from the last run.

    \b
    missionwatch prune seeds/haiti --bodies-older-than 180d --dry-run
    """
    kept = settings()
    age = age if age is not None else timedelta(days=kept.keep_bodies)
    if not age:
        raise UsageError(
            "No age is given, and the setting keep_bodies is 0: all texts are kept.",
            remedy="Write --bodies-older-than 180d, or set keep_bodies = 180 in missionwatch.toml.",
        )
    if age < LEAST:
        raise UsageError(
            f"Texts of the last {LEAST.days} days are needed to tell reprints and corrections.",
            remedy=f"Name {LEAST.days}d or more.",
        )
    watch = load_watch(folder)
    store_at = store_folder(data_dir, folder, archive=archive)
    with open_store(store_at, wait=kept.store_wait) as store:
        now = store.last_run_now(watch.slug)
        if now is None:
            raise UsageError(f"The watch {watch.slug} has not been run in {store_at} yet.", remedy="Run it first.")
        before = now - age
        found = store.old_texts(before)
    texts = "1 text" if found.articles == 1 else f"{found.articles} texts"
    told = f"{texts} fetched before {before:%d %b %Y}, {_size(found.size)}"
    if dry_run:
        click.echo(f"Would remove {told}. Nothing was removed.")
        return
    if not found.articles:
        click.echo(f"There is no text from before {before:%d %b %Y}. Nothing was removed.")
        return
    done = prune(store_at, now, before, wait=kept.store_wait)
    publish(store_at, content_id("prune", watch.slug, now.isoformat()), now, wait=kept.store_wait)
    click.echo(
        f"Removed {told}. The store had {_size(done.size_before)} and has {_size(done.size_after)}: "
        f"{_size(max(0, done.size_before - done.size_after))} freed. Quotes and all that was decided stay."
    )


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB" if count >= 100_000 else f"{count / 1_000:,.1f} kB"
