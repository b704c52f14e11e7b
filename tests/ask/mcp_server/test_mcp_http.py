"""Over HTTP: on loopback by its own names only, elsewhere with tokens only."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from mcp import Client
from mcp.server import MCPServer

from pipeline.ask import Ask
from pipeline.ask.mcp_server.http import MAX_BODY, PATH, http_app
from pipeline.ask.mcp_server.server import mcp_server
from pipeline.model.errors import UsageError
from pipeline.site.web.server import WebServer
from pipeline.site.web.tokens import TokenFile, add_token, whose

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPTS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}


@contextmanager
def served(server: MCPServer[None], **options: Any) -> Iterator[WebServer]:
    """The server at a free port of loopback."""
    app = http_app(server, host="127.0.0.1", **options)
    with WebServer(app, "MCP server", port=0, lifespan="on") as web:
        yield web


@pytest.fixture
def fresh(ask: Ask) -> MCPServer[None]:
    """A server of its own: it can be served once."""
    return mcp_server(ask)


def posted(web: WebServer, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str]]:
    """The status and the headers of the answer to a request."""
    host = web.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=30)
    connection.request("POST", PATH, json.dumps(LIST).encode() if body is None else body, {**ACCEPTS, **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


async def test_the_sdks_client_asks_over_http(fresh: MCPServer[None]) -> None:
    with served(fresh) as web:
        async with Client(f"{web.url}{PATH}") as client:
            answer = await client.call_tool("board", {"aspect": "mandate"})
    assert answer.structured_content is not None
    assert answer.structured_content["rows"][0]["value"] == "a new force until 2 October 2026"


def test_a_page_in_a_browser_can_not_ask(fresh: MCPServer[None]) -> None:
    with served(fresh) as web:
        assert posted(web)[0] == 200
        assert posted(web, Origin="https://elsewhere.example")[0] == 403
        assert posted(web, Host="rebound.example")[0] == 421


def test_a_page_that_is_named_can_ask(fresh: MCPServer[None]) -> None:
    with served(fresh, origins=["https://desk.example"]) as web:
        assert posted(web, Origin="https://desk.example")[0] == 200


def test_a_request_that_is_too_large_is_refused(fresh: MCPServer[None]) -> None:
    with served(fresh) as web:
        assert posted(web, b" " * (MAX_BODY + 1))[0] == 413


def test_a_token_lets_in_until_its_line_is_gone(fresh: MCPServer[None], tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    token, file = add_token(path, "ana"), TokenFile(path)
    with served(fresh, is_known=lambda given: bool(whose(given, file.load()))) as web:
        status, headers = posted(web)
        assert (status, headers["www-authenticate"]) == (401, 'Bearer error="invalid_token"')
        assert posted(web, Authorization="Bearer mwt_wrong")[0] == 401
        assert posted(web, Authorization=f"Bearer {token}")[0] == 200
        path.write_text("# nobody\n")
        assert posted(web, Authorization=f"Bearer {token}")[0] == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "watch.example"])
def test_others_are_let_in_with_tokens_only(fresh: MCPServer[None], host: str) -> None:
    with pytest.raises(UsageError, match="it would let in everybody"):
        http_app(fresh, host=host)


def test_the_name_by_which_others_call_it_must_be_known(fresh: MCPServer[None]) -> None:
    with pytest.raises(UsageError, match=r"Give it with --name"):
        http_app(fresh, host="0.0.0.0", is_known=bool)
