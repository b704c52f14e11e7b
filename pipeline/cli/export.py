"""``export``: the tables and views as files, for whatever reads no DuckDB."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.common import data_dir_option, folder_argument, store_folder
from pipeline.storage.export import FORMATS, export
from pipeline.watches import load_watch


@click.command("export")
@folder_argument
@click.option(
    "--to",
    "target",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder to make. An earlier export that is there is replaced as a whole.",
)
@click.option(
    "--format", "form", type=click.Choice(FORMATS), default="parquet", show_default=True, help="Of the files."
)
@click.option(
    "--only", multiple=True, metavar="NAME", help="A table or view; may be given more than once.  [default: all]"
)
@data_dir_option
def export_command(folder: Path, target: Path, form: str, only: tuple[str, ...], data_dir: Path, archive: bool) -> None:
    """Write the published tables and views to files: Parquet, CSV for spreadsheets, or a JSON object a line.

    All files are of one publication; export.json beside them tells what each column means.
    In CSV a text that a spreadsheet would take for a formula gets an apostrophe before it.

    \b
    missionwatch export seeds/haiti --to export
    missionwatch export seeds/haiti --to sheets --format csv --only board --only changes
    """
    load_watch(folder)
    done = export(store_folder(data_dir, folder, archive=archive), target, form=form, only=only)
    width = max(len(one.file) for one in done)
    for one in done:
        rows = "1 row " if one.rows == 1 else f"{one.rows:,} rows"
        click.echo(f"  {one.file:<{width}}  {rows:>15}  {one.size / 1000:>12,.1f} kB")
    click.echo(f"{len(done)} files in {target}; export.json there tells what their columns mean.")
