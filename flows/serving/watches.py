"""What is served: watches, what their runs are asked to do, and at what pace."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from flows.run.context import watch_of
from flows.run.request import WatchRequest
from pipeline.cli.common import require_distinct, settings
from pipeline.model import Standing, escape
from pipeline.model.errors import UsageError
from pipeline.storage import open_store

ENDED_BY = {signal.SIGINT: 130, signal.SIGTERM: 0}  # the exit status of each signal that ends it


@dataclass(frozen=True, slots=True)
class ServedWatch:
    """One watch to be served, and what its runs are asked to do."""

    slug: str
    title: str
    request: WatchRequest
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pace:
    """How often and how much at once.

    Attributes:
        every, poll_every: minutes between rounds, and between polls.
        at_once: runs at the same time at most.
        round_now: whether a first round begins at once; else when its schedule says.
    """

    every: int
    poll_every: float
    at_once: int
    round_now: bool = True


def watches_in(folders: Sequence[Path], data_dir: Path, archive_port: int | None = None) -> tuple[ServedWatch, ...]:
    """The watches of ``folders``, each with what its runs are asked to do.

    Raises:
        WatchFileError: a file of a watch is wrong.
        UsageError: two of them have one name.
    """
    found = []
    for folder in folders:
        request = WatchRequest(
            folder=folder,
            data_dir=data_dir,
            archive_port=archive_port,
            every_feed=archive_port is not None,  # an archive's clock is not ours
        )
        watch = watch_of(request)
        found.append(ServedWatch(watch.slug, watch.title, request, watch.formerly))
    require_distinct((one.request.folder, one.slug) for one in found)
    return tuple(found)


def not_archived(watches: Sequence[ServedWatch], data_dir: Path) -> tuple[ServedWatch, ...]:
    """``watches`` without those that the store has as archived; each of these is told.

    Raises:
        UsageError: all of them are.
    """
    with open_store(data_dir, wait=settings().store_wait) as store:
        states = {one.slug: store.watch_state(one.slug) for one in watches}
    kept = tuple(one for one in watches if states[one.slug].standing is not Standing.ARCHIVED)
    for one in watches:
        if one not in kept:
            click.echo(f"Not served: {one.slug} is {escape.lines(states[one.slug].told)}.", err=True)
    if not kept:
        raise UsageError(
            "There is no watch to serve.", remedy="To watch an archived one again: missionwatch watches resume DIR."
        )
    return kept
