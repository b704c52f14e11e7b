"""Pings to a dead man's switch: a service elsewhere that tells when they stay away, or say that something is wrong."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from pipeline.model.errors import UsageError

ENV = "env:"
ANSWER = 10.0  # seconds
FAIL = "/fail"  # behind the path: something is wrong


def ping_address(told: str, environ: Mapping[str, str]) -> str:
    """Return the address that ``told`` gives, which may be the name of a variable that holds it: ``env:NAME``.

    Raises:
        UsageError: the variable is not set, or it is no address of HTTP. The address is not shown: its path is a key.
    """
    address = environ.get(told.removeprefix(ENV), "").strip() if told.startswith(ENV) else told
    if not address:
        raise UsageError(
            f"The variable {told.removeprefix(ENV)}, which --ping names, is not set.",
            remedy="Set it to the address that the service gave you.",
        )
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address or not address.isascii() or any(sign.isspace() for sign in address):
        raise UsageError(
            "What --ping gives is no address that can be pinged.",
            remedy="Give the one that the service gave you, as in https://ping.example.org/0123-4567.",
        )
    return address


def ping(address: str, *, is_well: bool) -> str:
    """Ask for ``address``, with ``/fail`` behind its path where all is not well; return why it was not taken, else "".

    No answer is read but its status, and redirects are followed as a browser would. The proxies of the environment are
    used, since such a service is elsewhere.

    Args:
        address: see :func:`ping_address`.
        is_well: whether all is.
    """
    parts = urlsplit(address)
    asked = address if is_well else _failing(parts).geturl()
    request = urllib.request.Request(asked, headers={"User-Agent": "missionwatch"})  # noqa: S310 -- HTTP, as checked
    try:
        with urllib.request.urlopen(request, timeout=ANSWER):  # noqa: S310
            return ""
    except urllib.error.HTTPError as error:
        error.close()
        return f"{parts.hostname} answers {error.code}"
    except (OSError, http.client.HTTPException) as error:
        why = getattr(error, "reason", None) or error
        return f"{parts.hostname} does not answer: {getattr(why, 'strerror', None) or type(why).__name__}"


def _failing(parts: SplitResult) -> SplitResult:
    return parts._replace(path=parts.path.rstrip("/") + FAIL)
