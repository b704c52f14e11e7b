"""``brief``: one report of a time, as it was known at its end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import click

from pipeline.alerts.brief import Brief, as_data, as_markdown, as_text, compose
from pipeline.cli.clock import wall_clock
from pipeline.cli.common import Moment, data_dir_option, folder_argument, store_folder
from pipeline.model import escape
from pipeline.model.errors import StoreUnwritableError, UsageError
from pipeline.site.brief import brief_page
from pipeline.site.files import write
from pipeline.storage import known_for_brief, open_published
from pipeline.watches import load_watch

_DAY = timedelta(days=1)
_FORMS: Mapping[str, Callable[[Brief], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "html": brief_page,
    "json": lambda brief: f"{escape.json_line(as_data(brief))}\n",
}


@click.command("brief")
@folder_argument
@click.option("--since", type=Moment(), help="Leave out what was known before.  [default: a day before its end]")
@click.option("--until", type=Moment(), help="Tell it as it was known by then.  [default: now; of a replay, its end]")
@click.option(
    "--format", "form", type=click.Choice(list(_FORMS)), default="text", show_default=True, help="How it is written."
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it into this file.")
@data_dir_option
def brief_command(
    folder: Path,
    since: datetime | None,
    until: datetime | None,
    form: str,
    out: Path | None,
    data_dir: Path,
    archive: bool,
) -> None:
    """Write a brief: where the mission stands, what changed, what is disputed, what is to come, what could be seen.

    Each event stands in it once, with the sentence that proves it. Where nothing changed it says so, with what was
    polled, read and rejected. With [[brief]] in watch.toml it goes out by itself: docs/briefs.md.

    \b
    missionwatch brief seeds/haiti
    missionwatch brief seeds/haiti --since 2025-09-28 --until 2025-10-01 --archive
    missionwatch brief seeds/haiti --format html --out brief.html
    """
    watch = load_watch(folder)
    with open_published(store_folder(data_dir, folder, archive=archive)) as store:
        end = until or (store.last_run_now(watch.slug) if archive else None) or wall_clock()
        begin = since or end - _DAY
        if begin >= end:
            raise UsageError(
                f"A brief can't begin at {begin:%Y-%m-%d %H:%M} and end at {end:%Y-%m-%d %H:%M} UTC.",
                remedy="Give --since a time before --until; a day means its end.",
            )
        told = _FORMS[form](compose(watch, known_for_brief(store, watch, begin, end)))
    if out is None:
        click.echo(told, nl=False)
        return
    try:
        write(out, told.encode("utf-8", "replace"))
    except OSError as error:
        raise StoreUnwritableError(
            f"{out} can't be written: {error.strerror or error}.",
            remedy="See to the folder's permissions and space, or name another file.",
        ) from error
    click.echo(str(out))
