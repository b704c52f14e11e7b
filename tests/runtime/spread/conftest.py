"""One cluster of two workers for the tests that leave it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fetch.fetch_site import Site, served
from tests.runtime.spread.dask_cluster import DaskCluster


@pytest.fixture
def started(tmp_path: Path) -> Iterator[DaskCluster]:
    """A scheduler without workers, for one test."""
    pytest.importorskip("distributed", reason="Dask is not installed: make setup")
    with DaskCluster(tmp_path).schedule() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """A scheduler and two workers, for a module."""
    pytest.importorskip("distributed", reason="Dask is not installed: make setup")
    with DaskCluster(tmp_path_factory.mktemp("farm")).schedule() as cluster:
        cluster.work("one")
        cluster.work("two")
        yield cluster


@pytest.fixture
def site() -> Iterator[Site]:
    """A server that notes when it was asked for what."""
    with served() as site:
        yield site
