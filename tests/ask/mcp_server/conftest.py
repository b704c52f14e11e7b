"""The world of tests/ask, behind a server."""

from __future__ import annotations

import pytest
from mcp.server import MCPServer

from pipeline.ask import Ask
from pipeline.ask.mcp_server.server import mcp_server
from tests.ask.conftest import ask, data_dir

__all__ = ["ask", "data_dir", "server"]


@pytest.fixture(scope="session")
def server(ask: Ask) -> MCPServer[None]:
    """The server, without corrections."""
    return mcp_server(ask)
