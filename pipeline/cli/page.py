"""``page``: the page of a watch, made anew from its published file, wherever it is wanted."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import data_dir_option, folder_argument, settings, store_folder
from pipeline.model.errors import StoreUnwritableError
from pipeline.site import build
from pipeline.watches import load_watch


@click.command("page")
@folder_argument
@click.option(
    "--to",
    "out",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Write it into this folder, e.g. a web server's.  [default: site in the data folder]",
)
@data_dir_option
def page_command(folder: Path, out: Path | None, data_dir: Path, archive: bool) -> None:
    """Write the page of the watch in DIR, and its feeds; the last line is the file to open in a browser.

    Each run does this by itself, unless the setting `site` is false. Nothing is fetched: the page is made from what
    is published.

    \b
    missionwatch page seeds/haiti --archive
    missionwatch page seeds/haiti --to /srv/www/missionwatch
    """
    watch = load_watch(folder)
    where = store_folder(data_dir, folder, archive=archive)
    try:
        built = build.build(where, watch.slug, watch.title, folder=out, page_url=settings().page_url, rules=watch.rules)
    except OSError as error:
        raise StoreUnwritableError(
            f"{error.filename or out or where} can't be written: {error.strerror or error}.",
            remedy="See to its permissions, or name another folder with --to.",
        ) from error
    changed = ", ".join(built.written) or "nothing: all files are as they should be"
    click.echo(f"written: {changed}", err=True)
    click.echo(str(built.page))
