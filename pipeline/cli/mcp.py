"""``missionwatch mcp``: assistants ask the published files of watches, over the Model Context Protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from pipeline.board.corrections import MAX_NOTE, Labels
from pipeline.cli.common import Moment, archive_dir, data_dir_option, folders_argument, port_option, require_distinct
from pipeline.cli.corrections import (
    WORDS,
    describe_outcome,
    open_for_correction,
    publish_corrections,
    record_correction,
)
from pipeline.model import Aspect, Stage, Watch, escape
from pipeline.model.errors import UsageError
from pipeline.runtime.stopping import stop_signals
from pipeline.watches import load_watch

DEFAULT_PORT = 9466  # beside those of the numbers and of acknowledgements


@click.command("mcp")
@folders_argument
@click.option("--http", is_flag=True, help="Answer over streamable HTTP in place of standard input and output.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Of --http: address of this machine to answer at.")
@port_option(DEFAULT_PORT, of="--http")
@click.option("--name", "names", multiple=True, help="Of --http: a name by which clients call it, of a proxy for one.")
@click.option("--origin", "origins", multiple=True, help="Of --http: a web page that may call it from a browser.")
@click.option(
    "--tokens",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Of --http: a file with the hashes of the tokens that let in; needed for any --host but loopback.",
)
@click.option(
    "--corrections",
    metavar="NAME",
    default="",
    help="Let the assistant store corrections in the name of NAME. Without it no tool writes.",
)
@data_dir_option
def mcp_command(
    folders: tuple[Path, ...],
    http: bool,
    host: str,
    port: int,
    names: tuple[str, ...],
    origins: tuple[str, ...],
    tokens: Path | None,
    corrections: str,
    data_dir: Path,
    archive: bool,
) -> None:
    """Answer an assistant's questions about the watches in DIR..., over the Model Context Protocol, until it ends.

    Tools: status, board, changes, why, search, evidence, feeds, watches. Each fact comes with its sentence, outlet,
    link and date. Only published files are read; a run is never disturbed. Words of articles reach the assistant marked
    as quotations.

    A client starts the command itself; its file mcp.json has:

    \b
    {"mcpServers": {"missionwatch": {
        "command": "/path/to/.venv/bin/missionwatch",
        "args": ["mcp", "/path/to/seeds/haiti", "--data-dir", "/path/to/missionwatch-data"]}}}

    Over HTTP, for several clients of this machine, at http://127.0.0.1:9466/mcp:

    \b
    missionwatch mcp seeds/haiti seeds/somalia --http
    missionwatch mcp seeds/haiti --corrections "Ana Lind"     lets it call what `missionwatch mark` does

    docs/mcp.md has the lines for other clients.
    """
    from pipeline.ask import Ask, WatchFile  # these and a web server take a while to import
    from pipeline.ask.mcp_server.server import Corrections, mcp_server

    found = [(load_watch(folder), archive_dir(data_dir, folder) if archive else data_dir) for folder in folders]
    require_distinct(zip(folders, (watch.slug for watch, _ in found), strict=True))
    if not http and (tokens or names or origins):
        raise click.UsageError("--tokens, --name and --origin are of --http.")
    author = escape.line(corrections)[:MAX_NOTE]
    if http and author and tokens is None:
        raise UsageError(
            "Over HTTP every program of this machine could correct in that name.",
            remedy="Give --tokens FILE too, or serve without --http.",
        )
    ask = Ask([WatchFile(watch.slug, watch.title, where) for watch, where in found])
    allowed = Corrections(author, tuple(WORDS), _correcting(found, author)) if author else None
    server = mcp_server(ask, allowed)
    try:
        if not http:
            server.run()
            return
        from pipeline.ask.mcp_server.http import PATH, http_app
        from pipeline.site.web.server import WebServer
        from pipeline.site.web.tokens import TokenFile, whose

        file = TokenFile(tokens) if tokens else None
        is_known = None if file is None else lambda token: bool(whose(token, file.load()))
        app = http_app(server, host=host, names=names, origins=origins, is_known=is_known)
        with stop_signals() as wait, WebServer(app, "MCP server", host=host, port=port, lifespan="on") as web:
            click.echo(f"{', '.join(ask.slugs)} may be asked about at {web.url}{PATH} (Ctrl-C stops it)", err=True)
            wait()
    finally:
        ask.close()


def _correcting(found: list[tuple[Watch, Path]], author: str) -> Callable[..., str]:
    """What stores a correction in the name of ``author``, as ``missionwatch mark`` does."""
    watches = {watch.slug: (watch, where) for watch, where in found}

    def correct(slug: str | None, target: str, what: str, note: str, labels: Mapping[str, str]) -> str:
        if slug is None and len(watches) > 1:
            raise UsageError("There are several watches.", remedy=f"Name one: {', '.join(watches)}.")
        if slug is not None and slug not in watches:
            raise UsageError("There is no such watch.", remedy=f"Name one of: {', '.join(watches)}.")
        watch, where = watches[slug] if slug is not None else next(iter(watches.values()))
        if what not in WORDS:
            raise UsageError("what is unknown.", remedy=f"One of: {', '.join(WORDS)}.")
        said = _labels(labels)
        with open_for_correction(where) as store:
            outcome = record_correction(
                store, watch, WORDS[what], target, author=author, note=note[:MAX_NOTE], labels=said
            )
        publish_corrections(where, watch, [outcome.correction.correction_id])
        return describe_outcome(outcome)

    return correct


def _labels(given: Mapping[str, str]) -> Labels:
    try:
        since = Moment().convert(given["since"], None, None).date() if "since" in given else None
        return Labels(
            Aspect(given["aspect"]) if "aspect" in given else None,
            Stage(given["stage"]) if "stage" in given else None,
            given.get("subject", ""),
            given.get("value", ""),
            since,
        )
    except (ValueError, click.UsageError) as error:
        raise UsageError(
            f"A label can't be read: {escape.line(str(error))}.",
            remedy="Take aspect and stage from the board, and write since as 2025-09-30.",
        ) from error
