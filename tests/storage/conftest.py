"""A store of one watch, copied from one that is made once: to make the tables takes longest."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.storage import LIVE, Store, open_store
from tests.storage.builders import NOW, make_watch


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that holds the watch and its baseline, and no more."""
    folder = tmp_path_factory.mktemp("template")
    with open_store(folder) as store:
        store.sync_watch(make_watch(), NOW)
    return folder / LIVE


def leave(store: Store) -> None:
    """Spare the checkpoint of closing, half of what that takes: nobody opens the file of a test that is over."""
    store._db.run("PRAGMA disable_checkpoint_on_shutdown")


@pytest.fixture
def folder(tmp_path: Path, template: Path) -> Path:
    """A folder with such a store."""
    shutil.copyfile(template, tmp_path / LIVE)
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    """Such a store, open."""
    with open_store(folder) as opened:
        yield opened
        leave(opened)


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Store]:
    """Such a store, open, for the tests of a module that only read what a fixture put there."""
    folder = tmp_path_factory.mktemp("shared")
    shutil.copyfile(template, folder / LIVE)
    with open_store(folder) as opened:
        yield opened
