from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.lab.replay import Archive, ArchiveServer, days, load_archive

FOLDER = Path(__file__).parents[3] / "seeds" / "haiti" / "archive"


@pytest.fixture(scope="session")
def archive() -> Archive:
    return load_archive(FOLDER)


@pytest.fixture(scope="session")
def running(archive: Archive) -> Iterator[ArchiveServer]:
    with ArchiveServer(archive) as server:
        yield server


@pytest.fixture
def server(running: ArchiveServer, archive: Archive) -> ArchiveServer:
    """One server for all tests (a start and a stop take 0.2 s), as good as new for each."""
    running.mend()
    running.hits.clear()
    running.set_now(next(days(archive)))
    return running
