"""``missionwatch serve``: watches that a Prefect server on this machine schedules, shows and wakes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from flows.run.environment import prepare_served
from flows.run.record import ensure_store
from flows.serving.local_server import LocalServer
from flows.serving.watches import ENDED_BY, Pace, ServedWatch, not_archived, watches_in
from pipeline.cli.alerts_listen import where_from
from pipeline.cli.common import settings


def run_serve(
    folders: Sequence[Path],
    data_dir: Path,
    *,
    every: int,
    poll_every: float,
    port: int,
    at_once: int,
    ack_port: int | None = None,
    round_now: bool = True,
    archive_port: int | None = None,
) -> int:
    """Serve the watches until a signal ends it; the exit code.

    Raises:
        MissionwatchError: a watch's files are wrong, the store can't be used, Prefect's server does not start, or
            acknowledgements can't be taken at ``ack_port``.
    """
    # Wrong files and a store that can't be used are told before anything is started.
    watches = watches_in([folder.resolve() for folder in folders], data_dir.resolve(), archive_port)
    if told := ensure_store(data_dir, settings().store_wait):
        click.echo(told, err=True)
    watches = not_archived(watches, data_dir)
    with _receiver(watches, ack_port):
        return _serve_by(data_dir, watches, Pace(every, poll_every, at_once, round_now), port)


@contextmanager
def _receiver(watches: Sequence[ServedWatch], port: int | None) -> Iterator[None]:
    """Take acknowledgements by link on ``port`` while the block lasts; None takes none."""
    if port is None:
        yield
        return
    from pipeline.site.receiver.server import Listened, receiver_for  # a web server takes a while to import

    here = settings()
    listened = tuple(Listened(watch.slug, watch.title, watch.request.data_dir, watch.formerly) for watch in watches)
    with receiver_for(listened, here, os.environ, port=port) as server:
        click.echo(f"Acknowledgements are taken at {server.url}. {where_from(here.ack_base)}", err=True)
        yield


def _serve_by(data_dir: Path, watches: Sequence[ServedWatch], pace: Pace, port: int) -> int:
    """Serve by the Prefect server that is named or answers already, else by one of our own."""
    if url := os.environ.get("PREFECT_API_URL", "").strip():
        prepare_served(os.environ, url)
        return _serve(watches, None, url.removesuffix("/").removesuffix("/api"), pace)
    server = LocalServer(port, data_dir / "prefect-server.log")
    if server.answers():
        click.echo(f"A Prefect server answers on port {port} already: it is used, and left running.", err=True)
        prepare_served(os.environ, server.url)
        return _serve(watches, None, server.page, pace)
    click.echo(f"Starting Prefect's server on 127.0.0.1:{port}; that takes some seconds.", err=True)
    try:
        server.start()
        prepare_served(os.environ, server.url)
        return _serve(watches, server, server.page, pace)
    finally:
        server.stop()


def print_deployments(
    folders: Sequence[Path],
    data_dir: Path,
    *,
    every: int,
    poll_every: float,
    pool: str,
    archive_port: int | None = None,
) -> str:
    """The ``prefect.yaml`` for the watches, with their folders as they are given.

    Raises:
        MissionwatchError: a watch's files are wrong.
    """
    watches = watches_in(folders, data_dir, archive_port)
    from flows.serving.prefect_yaml import prefect_yaml  # Prefect takes a second to import: wrong files are told before

    return prefect_yaml(watches, every=every, poll_every=poll_every, pool=pool)


def _serve(watches: Sequence[ServedWatch], server: LocalServer | None, page: str, pace: Pace) -> int:
    from flows.serving.loop import serve  # Prefect reads its settings when it is imported: they are set by now

    return ENDED_BY[asyncio.run(serve(watches, server, page, pace))]
