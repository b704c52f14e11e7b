"""``metrics``: the numbers of a watch for Prometheus, once or at an address."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.clock import wall_clock
from pipeline.cli.common import archive_dir, data_dir_option, folder_argument, port_option
from pipeline.model.errors import UsageError
from pipeline.runtime.stopping import stop_signals
from pipeline.site.metrics import WatchNumbers, exposition, registry_of, serve
from pipeline.watches import load_watch

DEFAULT_PORT = 9464  # the one that OpenTelemetry's exporters for Prometheus take


@click.command("metrics")
@folder_argument
@port_option(DEFAULT_PORT)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="Address to answer at. Whoever reaches it reads the numbers."
)
@click.option("--once", is_flag=True, help="Print the numbers and stop, for node_exporter's textfile collector.")
@data_dir_option
def metrics_command(folder: Path, port: int, host: str, once: bool, data_dir: Path, archive: bool) -> None:
    """Tell the numbers of the watch in DIR to Prometheus: feeds, entries, claims, changes, alerts, runs, sizes.

    They are read from the published file each time that somebody asks; the watch itself is not disturbed.
    With --once, exit code 3 where the file can't be read.

    \b
    missionwatch metrics seeds/haiti                    http://127.0.0.1:9464/metrics, until Ctrl-C
    missionwatch metrics seeds/haiti --once > haiti.prom
    """
    watch = load_watch(folder)
    numbers = WatchNumbers(archive_dir(data_dir, folder) if archive else data_dir, watch.slug, wall_clock)
    registry = registry_of(numbers)
    if once:
        click.echo(exposition(registry), nl=False)
        if numbers.trouble:
            click.echo(f"missionwatch: {numbers.trouble}", err=True)
            raise SystemExit(3)
        return
    try:
        server, thread = serve(registry, host=host, port=port)
    except OSError as error:
        raise UsageError(
            f"{host}:{port} can't be listened at: {error.strerror or error}.",
            remedy="Name another port with --port, or stop the program that has it.",
        ) from error
    with stop_signals() as wait:
        click.echo(f"http://{_in_address(host)}:{server.server_port}/metrics (Ctrl-C stops it)", err=True)
        wait()
    server.shutdown()
    server.server_close()
    thread.join(timeout=5)


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
