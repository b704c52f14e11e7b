"""``example`` and ``docs``: what ships with Missionwatch, for users without a checkout."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from pipeline.model import escape
from pipeline.watches.shipped import copy_watch, shipped_page, shipped_pages, shipped_watches


@click.command("example")
@click.argument("name", required=False)
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path, file_okay=False))
def example_command(name: str | None, folder: Path | None) -> None:
    """Copy a watch that comes with Missionwatch into DIR, with an archive to replay; without a NAME, list them.

    Without DIR it goes into a folder of its name. The copy is yours to change.

    \b
    missionwatch example
    missionwatch example haiti
    missionwatch replay haiti
    """
    if name is None:
        for known, title in shipped_watches().items():
            click.echo(f"{known:<10} {escape.line(title)}")
        return
    where = folder or Path(name)
    copy_watch(name, where)
    click.echo(f"{where}: now try  missionwatch replay {where}")


@click.command("docs")
@click.argument("page", required=False)
def docs_command(page: str | None) -> None:
    """Show a document as markdown: PAGE is its name, e.g. alerts; without one, list them.

    \b
    missionwatch docs
    missionwatch docs tutorial
    missionwatch docs how-to/more-or-fewer
    """
    if page is not None:
        text = shipped_page(page)
        (click.echo_via_pager if sys.stdout.isatty() else click.echo)(text)
        return
    for name, path in shipped_pages().items():
        with path.open(encoding="utf-8") as file:
            click.echo(f"{name:<28} {file.readline().lstrip('# ').strip()}")
