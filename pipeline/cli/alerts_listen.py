"""``missionwatch alerts listen``: takes acknowledgements by link, on a page with a button."""

from __future__ import annotations

import os
from pathlib import Path

import click

from pipeline.cli.common import archive_dir, data_dir_option, folders_argument, port_option, settings
from pipeline.model.errors import UsageError
from pipeline.runtime.stopping import stop_signals
from pipeline.watches import load_watch

DEFAULT_PORT = 9465  # as in pipeline.site.receiver.server, which is imported where it is needed


@click.command("listen")
@folders_argument
@port_option(DEFAULT_PORT)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address of this machine to answer at.")
@data_dir_option
def alerts_listen(folders: tuple[Path, ...], port: int, host: str, data_dir: Path, archive: bool) -> None:
    """Take acknowledgements of the watches in DIR... by link, until Ctrl-C.

    The link stands in each message, once the setting ack_base says by which address readers reach this port. It opens a
    page that says what is acknowledged; only its button acknowledges, so a mail scanner that follows the link does
    nothing. Put a web server with HTTPS in front where readers are elsewhere: docs/alerts.md.

    \b
    MISSIONWATCH_ACK_BASE=https://desk.example.org missionwatch alerts listen seeds/haiti
    """
    from pipeline.site.receiver.server import Listened, receiver_for  # a web server takes a while to import

    found = []
    for folder in folders:
        watch = load_watch(folder)
        where = archive_dir(data_dir, folder) if archive else data_dir
        found.append(Listened(watch.slug, watch.title, where, watch.formerly))
    if len({one.slug for one in found}) < len(found):
        raise UsageError("Two of the folders are one watch.", remedy="Name it once.")
    here = settings()
    with stop_signals() as wait, receiver_for(tuple(found), here, os.environ, host=host, port=port) as server:
        click.echo(f"Acknowledgements of {', '.join(one.slug for one in found)} are taken at {server.url}", err=True)
        click.echo(where_from(here.ack_base), err=True)
        wait()


def where_from(base: str) -> str:
    """What to say of the address that stands in messages."""
    if base:
        return f"Messages have the link {base}/ack/..., which must lead here."
    return (
        "No message has a link yet: set ack_base in missionwatch.toml (or MISSIONWATCH_ACK_BASE) to the address by "
        "which readers reach this port, for the runs of the watch too."
    )
