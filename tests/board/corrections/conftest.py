"""A world with an empty store: the store of tests/storage with the watch's feeds and baseline."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.storage import LIVE, open_store
from tests.board.corrections.world import POSTED, World
from tests.storage.builders import NOW
from tests.storage.conftest import leave


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds the watch and its baseline, and no more: to make the tables takes longest."""
    folder = tmp_path_factory.mktemp("marks")
    with open_store(folder) as store:
        store.sync_watch(POSTED, NOW)
    return folder / LIVE


@pytest.fixture
def world(tmp_path: Path, template: Path) -> Iterator[World]:
    shutil.copyfile(template, tmp_path / LIVE)
    with open_store(tmp_path) as store:
        yield World(store)
        leave(store)


@pytest.fixture
def other(tmp_path: Path, template: Path) -> Iterator[World]:
    """Another world, in which nothing has happened yet."""
    (tmp_path / "other").mkdir()
    shutil.copyfile(template, tmp_path / "other" / LIVE)
    with open_store(tmp_path / "other") as store:
        yield World(store)
        leave(store)
