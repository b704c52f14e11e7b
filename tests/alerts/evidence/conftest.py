"""A small watch with changes, claims that were held back, and a pack of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.storage import Store, open_published
from tests.site.world import write_held


@pytest.fixture(scope="session")
def held_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the published file of the small world."""
    folder = tmp_path_factory.mktemp("evidence")
    write_held(folder)
    return folder


@pytest.fixture(scope="session")
def world(held_dir: Path) -> Iterator[Store]:
    """Its store, to be read."""
    with open_published(held_dir) as store:
        yield store
