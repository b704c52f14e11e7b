"""``api``: what is published, over HTTP, for programs, spreadsheets and dashboards."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pipeline.ask import WatchFile
from pipeline.cli.clock import wall_clock
from pipeline.cli.common import archive_dir, data_dir_option, port_option, require_distinct
from pipeline.model.errors import UsageError
from pipeline.runtime.stopping import stop_signals
from pipeline.watches import load_watch

DEFAULT_PORT = 8080
PER_MINUTE = 600  # as in pipeline.ask.api.app, which is imported where it is needed
_NICER = 5  # of 19: where a run and many clients want the same core, the watch goes first


@click.command("api")
@click.argument("folders", metavar="DIR...", nargs=-1, type=click.Path(exists=True, file_okay=False, path_type=Path))
@port_option(DEFAULT_PORT)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to answer at; one that others reach needs --tokens."
)
@click.option(
    "--tokens",
    "token_file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="File with the hashes of the tokens that let in; read again when it changes.",
)
@click.option(
    "--new-token",
    "new_token",
    metavar="NAME",
    default=None,
    help="Add a token of this name to the file of --tokens, print it this once, and stop.",
)
@click.option(
    "--cors",
    "origins",
    metavar="ORIGIN",
    multiple=True,
    help="Let scripts of pages from there read the answers, e.g. https://desk.example.org; may be repeated.",
)
@click.option(
    "--rate",
    type=click.IntRange(min=0),
    default=PER_MINUTE,
    show_default=True,
    help="Questions a minute that a token, or else an address, may ask; 0 for any number.",
)
@data_dir_option
def api_command(
    folders: tuple[Path, ...],
    port: int,
    host: str,
    token_file: Path | None,
    new_token: str | None,
    origins: tuple[str, ...],
    rate: int,
    data_dir: Path,
    archive: bool,
) -> None:
    """Answer questions about the watches in DIR... over HTTP, until Ctrl-C: JSON or CSV, and the page with its feeds.

    It reads what the last run published, so no run waits for it. /openapi.json describes each address; docs/api.md
    shows them in use, also in a spreadsheet and in Grafana.

    \b
    missionwatch api seeds/haiti                  on this machine, without tokens
      curl http://127.0.0.1:8080/v1/haiti/board
      curl 'http://127.0.0.1:8080/v1/haiti/changes?since=2025-09-30&format=csv'
      curl 'http://127.0.0.1:8080/v1/haiti/board?as_of=2025-09-01'
      http://127.0.0.1:8080/site/haiti/index.html, changes.atom, changes.json, expected.ics
    missionwatch api --tokens tokens.txt --new-token desk      prints the token, which is stored nowhere
    missionwatch api seeds/haiti --tokens tokens.txt --host 0.0.0.0
      curl -H 'Authorization: Bearer mwt_...' http://watch.example.org:8080/v1/watches

    Tokens travel as they are: where others ask, put a web server with HTTPS in front.
    """
    if new_token is not None:
        _make_token(token_file, new_token)
        return
    if not folders:
        raise click.UsageError("Missing argument 'DIR...'.")
    from pipeline.ask.api.server import server_for  # FastAPI takes a while to import

    watches = []
    for folder in folders:
        watch = load_watch(folder)
        watches.append(WatchFile(watch.slug, watch.title, archive_dir(data_dir, folder) if archive else data_dir))
    require_distinct(zip(folders, (one.slug for one in watches), strict=True))
    server = server_for(
        watches,
        clock=wall_clock,
        host=host,
        port=port,
        token_file=token_file,
        origins=origins,
        per_minute=rate,
    )
    os.nice(_NICER)
    with stop_signals() as wait, server:
        told = "a token is asked for" if token_file else "to this machine, without tokens"
        click.echo(
            f"{', '.join(one.slug for one in watches)}: {server.url}/v1/watches ({told}; Ctrl-C stops it)", err=True
        )
        wait()


def _make_token(token_file: Path | None, name: str) -> None:
    from pipeline.site.web.tokens import add_token

    if token_file is None:
        raise UsageError("--new-token needs the file that its hash is added to.", remedy="Name it with --tokens FILE.")
    click.echo(add_token(token_file, name))
    click.echo(f"Its hash stands in {token_file}. Keep the token: it can't be shown again.", err=True)
