"""Prefect's own server, once for a file; the archive's server and a request for each test."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.lab.replay import Archive, ArchiveServer, load_archive
from tests import prefect_home

ROOT = Path(__file__).parents[2]
HAITI = ROOT / "seeds" / "haiti"
DRAIN_SECONDS = 30.0
EVENING = datetime(2025, 8, 29, 23, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A Prefect server of a file's own; starting one takes seconds.

    It is sent no events: the harness waits without end for those that a busy server does not take. Events are what
    tests/flows/serving is about.
    """
    from prefect.events.clients import NullEventsClient
    from prefect.events.worker import EventsWorker
    from prefect.logging.handlers import APILogWorker
    from prefect.testing import utilities

    with pytest.MonkeyPatch.context() as patch:
        home = prefect_home.ready(tmp_path_factory.mktemp("prefect"), "prefect-test.db")
        patch.setattr(utilities, "mkdtemp", lambda: str(home))  # where the harness has its database
        patch.setenv("MISSIONWATCH_EVENTS", "false")
        patch.setenv("MISSIONWATCH_WORKERS", "1")  # each round starts its own, which takes a second of what it does
        EventsWorker.set_client_override(NullEventsClient)
        try:
            with utilities.prefect_test_harness(server_startup_timeout=120):
                yield
                # The harness ends one of its senders of logs. The others keep their connections, and what is left to
                # the garbage collector is an error in whichever test comes next, or at the end of the session.
                for worker in (APILogWorker, EventsWorker):
                    worker.drain_all(timeout=DRAIN_SECONDS, at_exit=False)
                gc.collect()
        finally:
            EventsWorker.set_client_override(None)


@pytest.fixture(scope="session")
def archive() -> Archive:
    return load_archive(HAITI / "archive")


@pytest.fixture
def server(archive: Archive) -> Iterator[ArchiveServer]:
    with ArchiveServer(archive) as running:
        running.set_now(EVENING)
        yield running
