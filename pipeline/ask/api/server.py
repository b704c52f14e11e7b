"""The face at an address, on the terms that the address asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from pipeline.ask import Ask, WatchFile
from pipeline.ask.api.app import PER_MINUTE, Terms, application
from pipeline.ask.api.face import ApiContext
from pipeline.ask.api.guard import is_loopback
from pipeline.ask.api.routes import MOST
from pipeline.model.errors import UsageError
from pipeline.site.web.server import HOST, WebServer
from pipeline.site.web.tokens import TokenFile

AT_ONCE = 512  # connections
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?|https?://\[[0-9A-Fa-f:]+\](:\d{1,5})?")


class ApiServer(WebServer):
    """Answers of ``face`` at an address, until it is stopped; then it lets go of the published files."""

    def __init__(self, face: ApiContext, terms: Terms, *, host: str, port: int) -> None:
        super().__init__(application(face, terms), "API", host=host, port=port, at_once=AT_ONCE, behind_proxy=True)
        self._face = face

    def stop(self) -> None:
        """End answers under way, close the port and the files."""
        super().stop()
        self._face.close()


def server_for(
    watches: Sequence[WatchFile],
    *,
    clock: Callable[[], datetime],
    host: str = HOST,
    port: int,
    token_file: Path | None = None,
    origins: Sequence[str] = (),
    per_minute: int = PER_MINUTE,
) -> ApiServer:
    """Return the server that answers of ``watches``, not started yet.

    Raises:
        UsageError: the address needs tokens and there are none, or an origin is none; says what to do.
        WatchFileError: a line of the token file is no token.
    """
    terms = terms_of(host, token_file, origins, per_minute)
    face = ApiContext(Ask(watches, most=MOST), clock, is_private=terms.tokens is not None)
    return ApiServer(face, terms, host=host, port=port)


def terms_of(host: str, token_file: Path | None, origins: Sequence[str], per_minute: int) -> Terms:
    """Decide on which terms ``host`` is served.

    Raises:
        UsageError: others than this machine could ask, and no token is asked for; or an origin is none.
        WatchFileError: a line of the token file is no token.
    """
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            raise UsageError(
                f"{origin!r} is no origin that can be let in.",
                remedy="Name each as a browser sends it, scheme and host and no path: https://desk.example.org",
            )
    tokens = TokenFile(token_file) if token_file else None
    if tokens is None and not (host == "localhost" or is_loopback(host)):
        raise UsageError(
            f"At {host} others than this machine can ask, and no token is asked for.",
            remedy="Make a token with `missionwatch api --new-token NAME --tokens FILE`, and start with --tokens FILE.",
        )
    if tokens is not None and not tokens.load():
        raise UsageError(
            f"{token_file} holds no token: nobody could read anything.",
            remedy=f"Make one with `missionwatch api --new-token NAME --tokens {token_file}`.",
        )
    return Terms(tokens.load if tokens else None, tuple(origins), per_minute)
