"""The world of tests/ask, behind a server."""

from __future__ import annotations

from pathlib import Path

import pytest
from mcp.server import MCPServer

from pipeline.ask import Ask
from pipeline.mcp_server.server import mcp_server
from tests.ask.world import ask_of, publish_world


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the published world."""
    folder = tmp_path_factory.mktemp("served")
    publish_world(folder)
    return folder


@pytest.fixture(scope="session")
def ask(data_dir: Path) -> Ask:
    """Whoever answers about it."""
    return ask_of(data_dir)


@pytest.fixture(scope="session")
def server(ask: Ask) -> MCPServer[None]:
    """The server, without corrections."""
    return mcp_server(ask)
