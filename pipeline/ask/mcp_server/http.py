"""The server over streamable HTTP: on loopback unless told otherwise, and then with tokens only."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence

from mcp.server import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pipeline.model.errors import UsageError

PATH = "/mcp"
MAX_BODY = 64 * 1024  # bytes of a request; a question has a few hundred
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach ``host``."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def http_app(
    server: MCPServer[None],
    *,
    host: str,
    names: Sequence[str] = (),
    origins: Sequence[str] = (),
    is_known: Callable[[str], bool] | None = None,
) -> ASGIApp:
    """Return ``server`` as an application over HTTP, without sessions: each request stands alone.

    A web page that the user visits can make the browser send requests to this machine; the names in the headers Host
    and Origin give it away.

    Args:
        server: what answers.
        host: the address that it is to be served at.
        names: further names, with ports where they have one, by which it is called: of a proxy, say.
        origins: web pages that may call it from a browser.
        is_known: whether a token lets in; None lets in everybody.

    Raises:
        UsageError: others could reach it, and there are no tokens, or no names.
    """
    if not is_loopback(host):
        if is_known is None:
            raise UsageError(
                f"At {host} others can reach the server, and it would let in everybody.",
                remedy="Give --tokens FILE, or leave --host away and put a proxy with HTTPS in front.",
            )
        if not names:
            raise UsageError(
                f"By which name clients call the server at {host} is not known.",
                remedy="Give it with --name, for example --name watch.example.org.",
            )
    hosts = [f"{one}:*" for one in _LOOPBACK] if is_loopback(host) else []
    app = server.streamable_http_app(
        streamable_http_path=PATH,
        json_response=True,
        stateless_http=True,
        max_request_body_size=MAX_BODY,
        transport_security=TransportSecuritySettings(
            allowed_hosts=[*hosts, *names, *(f"{name}:*" for name in names)],
            allowed_origins=[*(f"http://{one}" for one in hosts), *origins],
        ),
    )
    return app if is_known is None else _Guarded(app, is_known)


class _Guarded:
    """Lets in requests with a bearer token that is known."""

    def __init__(self, app: ASGIApp, is_known: Callable[[str], bool]) -> None:
        self._app, self._is_known = app, is_known

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scheme, _, token = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1").partition(" ")
            if scheme.lower() != "bearer" or not self._is_known(token.strip()):
                told = {"error": "invalid_token", "error_description": "A token is needed: Authorization: Bearer ..."}
                response = JSONResponse(told, 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
                return await response(scope, receive, send)
        return await self._app(scope, receive, send)
