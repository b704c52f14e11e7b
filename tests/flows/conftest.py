"""Prefect's own server, once for the session; the archive's server and a request for each test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.replay import Archive, ArchiveServer, load_archive

ROOT = Path(__file__).parents[2]
HAITI = ROOT / "seeds" / "haiti"
EVENING = datetime(2025, 8, 29, 23, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def prefect_server() -> Iterator[None]:
    """A Prefect server of the tests' own; starting one takes seconds."""
    from prefect.testing.utilities import prefect_test_harness

    with prefect_test_harness(server_startup_timeout=120):
        yield


@pytest.fixture(scope="session")
def archive() -> Archive:
    return load_archive(HAITI / "archive")


@pytest.fixture
def server(archive: Archive) -> Iterator[ArchiveServer]:
    with ArchiveServer(archive) as running:
        running.set_now(EVENING)
        yield running
