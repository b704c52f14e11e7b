"""A server and a world for each test that asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.flows.serving.server import PrefectServer
from tests.flows.serving.world import World, world


@pytest.fixture
def server(tmp_path: Path, ending: Callable[[], None]) -> Iterator[PrefectServer]:
    with PrefectServer().start(tmp_path / "server") as running:
        yield running
        ending()


@pytest.fixture
def ending(request: pytest.FixtureRequest) -> Callable[[], None]:
    """Ends the processes of the small world, where there is one: those whose server goes first look for it for long."""
    if "small" not in request.fixturenames:
        return lambda: None
    made: World = request.getfixturevalue("small")
    return made.end


@pytest.fixture
def small(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made
