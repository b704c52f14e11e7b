"""A small published store for the clients to open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.storage import PUBLISHED
from tests.clients.web import served
from tests.clients.world import make_world, publish_round, write_round

ROUNDS = 4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder of a watch that has had a few rounds, published after each."""
    folder = tmp_path_factory.mktemp("watched")
    make_world(folder)
    for number in range(1, ROUNDS + 1):
        write_round(folder, number)
        publish_round(folder, number)
    return folder


@pytest.fixture(scope="module")
def published(folder: Path) -> Path:
    """The published file of that folder."""
    return folder / PUBLISHED


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """Where the published file is served on loopback."""
    with served(folder) as base:
        yield f"{base}/{PUBLISHED}"
