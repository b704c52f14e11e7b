"""Our errors for what a request came to when it brought no usable response."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Final, NoReturn, TypeVar

from pipeline.feeds.schedule import http_date, retry_after
from pipeline.model.errors import CUT_SHORT, FetchError, MissionwatchError, RefusedError
from pipeline.model.redact import without_secrets
from pipeline.model.text import safe

MIB: Final = 1024 * 1024
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_E = TypeVar("_E", bound=MissionwatchError)


def read_headers(items: Any) -> dict[str, str]:
    """Header names in lower case; repeated ones joined; bytes that are not UTF-8 replaced, forging marks left out."""
    joined: dict[str, str] = {}
    for name, value in items:
        key = str(name).lower()
        text = safe(str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
        joined[key] = f"{joined[key]}, {text}" if key in joined else text
    return joined


def sendable(validator: str | None) -> bool:
    """Whether a validator that a server once sent can be sent back as a header."""
    return (
        bool(validator) and len(str(validator)) <= 1_024 and str(validator).isascii() and str(validator).isprintable()
    )


def raise_for_status(url: str, status: int, headers: Mapping[str, str]) -> NoReturn:
    """Raise our own error for a status that brings nothing to read."""
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "unknown"
    said = f"{display_url(url)} answers {status} ({phrase})."
    if is_later(status):
        remedy = "We ask too often; it will be asked less." if status == 429 else ""
        raise later(status, headers, said, remedy)
    if status == 410:
        remedy = "It is gone for good: take it out of the watch."
    elif status in {401, 403}:
        remedy = "It wants a login or refuses programs."
    else:
        remedy = "Check the address."
    raise with_status(RefusedError("http-4xx", said, remedy=remedy), status)


def is_later(status: int) -> bool:
    """Whether a status says that the same request may be answered later."""
    return status in {408, 425, 429} or status >= 500


def later(status: int, headers: Mapping[str, str], said: str, remedy: str = "") -> FetchError:
    """Return the error for such a status, with the seconds that the server asks us to wait."""
    # A date is read against the server's own clock, which it sends along; this module reads no other.
    clock = http_date(headers.get("date", ""))
    dated = not headers.get("retry-after", "").strip().isdigit()
    wait = None if dated and clock is None else retry_after(headers, clock or _EPOCH)
    asked = wait.total_seconds() if wait is not None else None
    code = "http-429" if status == 429 else "http-5xx"
    return with_status(FetchError(code, said, remedy=remedy, retry_after=asked), status)


def reason_of(error: Exception) -> str:
    """What an error of aiohttp or the system says, as one short line."""
    cause = getattr(error, "os_error", None) or getattr(error, "certificate_error", None) or error
    text = getattr(cause, "strerror", None) or getattr(cause, "message", None) or str(cause)
    return safe(" ".join(str(text).split()))[:200].rstrip(".") or type(error).__name__


def unreachable(url: str, why: str) -> FetchError:
    """The error for a server that takes no connection."""
    return FetchError("connect", f"{display_url(url)} {why}.", remedy="Is this machine online?")


def private(url: str, address: str) -> RefusedError:
    """The error for an address that we may not connect to."""
    return RefusedError(
        "private-address",
        f"{display_url(url)} leads to {address}, which is not on the public internet.",
        remedy="We only ask public servers.",
    )


def other_service(url: str, port: int) -> RefusedError:
    """The error for a port on which something else than the web answers."""
    return RefusedError(
        "bad-url",
        f"{display_url(url)} names port {port}, which belongs to another service.",
        remedy="Check the address.",
    )


def cut_short(url: str, *, begun: bool) -> FetchError:
    """Return the error for a page that a run could not wait for."""
    if begun:
        return FetchError(
            CUT_SHORT, f"{display_url(url)} had not answered in full when the run had to go on without it."
        )
    return FetchError("crawl-delay", f"The turn of {display_url(url)} did not come in this run; the page is put off.")


def too_large(url: str, status: int, max_body: int) -> RefusedError:
    """The error for a body over its bound."""
    return with_status(
        RefusedError("too-large", f"{display_url(url)} sends more than {max_body / MIB:.3g} MiB."), status
    )


def with_status(error: _E, status: int) -> _E:
    """``error`` with the HTTP status as its attribute ``status``."""
    vars(error)["status"] = status
    return error


def display_url(url: str) -> str:
    """An address as a message can show it."""
    url = without_secrets(url)
    return safe(url if len(url) <= 200 else f"{url[:199]}…")
