"""The world, published once for all tests that only ask."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.ask import Ask
from tests.ask.world import ask_of, publish_world


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the published world."""
    folder = tmp_path_factory.mktemp("asked")
    publish_world(folder)
    return folder


@pytest.fixture(scope="session")
def ask(data_dir: Path) -> Iterator[Ask]:
    """Whoever answers about it."""
    asked = ask_of(data_dir)
    yield asked
    asked.close()
