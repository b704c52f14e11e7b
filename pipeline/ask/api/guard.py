"""What stands in front of all answers: who may ask, how often, how much, and the headers that each answer has."""

from __future__ import annotations

import ipaddress
import logging
import math
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.ask.api.limits import Limiter, client_of
from pipeline.ask.api.problems import problem
from pipeline.model.errors import MissionwatchError
from pipeline.runtime import logs
from pipeline.site.web.tokens import Token, token_in, whose

MAX_TARGET: Final = 8_192  # bytes of a path with its query
HEALTH: Final = "/health"
_CHALLENGE: Final = 'Bearer realm="missionwatch", Basic realm="missionwatch", charset="UTF-8"'
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=()",
}
NOTHING_RUNS: Final = "default-src 'none'; frame-ancestors 'none'"


class Guard:
    """Lets through who may ask, and answers everybody else.

    Args:
        app: what answers.
        tokens: the tokens of now; None where none is asked for.
        limiter: how often each may ask.
        monotonic: a clock in seconds that only goes forward.
        shared: whether pages of other origins may read the answers, as CORS allows.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        tokens: Callable[[], tuple[Token, ...]] | None,
        limiter: Limiter,
        monotonic: Callable[[], float],
        shared: bool = False,
    ) -> None:
        self._app, self._tokens, self._limiter, self._monotonic = app, tokens, limiter, monotonic
        self._always = {**_HEADERS, **({"Cross-Origin-Resource-Policy": "cross-origin"} if shared else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        answer = await self._refusal(scope) or self._app
        is_head = scope["method"] == "HEAD"
        if is_head:  # the same without the body
            scope = {**scope, "method": "GET"}

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._always.items():
                    headers.setdefault(name, value)
                headers.setdefault("Content-Security-Policy", NOTHING_RUNS)
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        await answer(scope, receive, sent)

    async def _refusal(self, scope: Scope) -> ASGIApp | None:
        """Why this request gets no answer; None where it does."""
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_TARGET:
            return problem(414, f"An address has {MAX_TARGET:,} characters at most.", remedy="Ask for less at once.")
        if scope["path"] == HEALTH:
            return None
        headers = Headers(scope=scope)
        client = client_of(scope["client"][0] if scope.get("client") else "")
        known, refused = "", None
        if self._tokens is None:
            refused = _wrong_host(headers.get("host", ""))
        else:
            try:
                tokens = self._tokens()
            except MissionwatchError as error:
                logs.event("api.tokens_unreadable", level=logging.ERROR, reason=str(error))
                return problem(503, "Who may read can't be told at present.", remedy="Tell whoever runs the watch.")
            known = whose(token_in(headers.get("authorization", ""), _query(scope)), tokens)
            refused = None if known else _unknown()
        wait = self._limiter.wait(f"token {known}" if known else client, self._monotonic())
        if wait:
            return problem(
                429,
                f"More than {self._limiter.per_minute} questions a minute.",
                remedy="Ask again when Retry-After is over; answers with an ETag can be kept.",
                headers={"Retry-After": str(math.ceil(wait))},
            )
        return refused


def is_loopback(address: str) -> bool:
    """Whether ``address`` is a literal one that leads to this machine only."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _unknown() -> ASGIApp:
    return problem(
        401,
        "A token is needed to read here.",
        remedy="Send it as `Authorization: Bearer TOKEN`, as the password of Basic, or as ?token= in the address.",
        headers={"WWW-Authenticate": _CHALLENGE},
    )


def _wrong_host(host: str) -> ASGIApp | None:
    """Refuse a request without a token that was not sent to this machine by its name.

    A page elsewhere can give its own name the address of this machine (DNS rebinding), and a proxy that faces the
    world can stand in front: neither may read what needs no token.
    """
    name = (host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host).lower()
    if name == "localhost" or name.endswith(".localhost") or is_loopback(name.strip("[]")):
        return None
    return problem(
        421,
        "Without tokens only this machine is answered, under its name localhost or 127.0.0.1.",
        remedy="Start `missionwatch api` with --tokens FILE where another name leads here.",
    )


def _query(scope: Scope) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(scope["query_string"].decode("latin-1"), max_num_fields=50))
    except ValueError:  # too many fields
        return {}
