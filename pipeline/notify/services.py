"""Handing an alert to a service that Apprise knows, in the form that the service takes.

An address may hold a password or a token, so nothing that is said here shows more of it than scheme and host, and
what the libraries below would log of it is held back.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import re
import warnings
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from pipeline.model import Alert, Picture
from pipeline.model.errors import DeliveryError
from pipeline.notify.wording import SHORT, Form, payload, words

TIME_LIMIT = 20.0  # seconds for one delivery
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,253}")
_MAIL = frozenset({"mailto", "mailtos"})
_JSON = frozenset({"json", "jsons"})
_SHOWS_PICTURES = re.compile(r"(?:^|[\s,;])(?:mailtos?|jsons?)://", re.IGNORECASE)  # in one or more addresses
# Programs take the text as it is, and their own headers.
_PROGRAMS = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})
# Services whose "host" is a name on the network. With most others (slack://, tgram://, discord://) a token
# stands in its place, so the host is no more shown than the rest.
_WITH_HOST = _MAIL | _PROGRAMS | {"http", "https"}
# They show markdown, but Apprise hands them text and leaves it as it is.
_SHOW_MARKDOWN = frozenset({"mmost", "mmosts", "zulip"})
# Loggers that tell whole addresses when someone turns the level up.
Draw = Callable[[], Awaitable[Picture | None]]
_CHATTY = ("urllib3", "requests", "httpx", "httpcore")
_STATUS = re.compile(r"\berror=(\d{3})\b")
_UNREACHABLE = re.compile(r"connection error|socket exception|timed? ?out", re.IGNORECASE)
_NOT_REACHED = ": it could not be reached"


def redact(url: str) -> str:
    """``url`` as messages may show it: its scheme, and its host where that can be no secret."""
    try:
        parts = urlsplit(url.strip())
        scheme, host = parts.scheme, parts.hostname or ""
    except ValueError:
        return "an address that can't be read"
    if not _SCHEME.fullmatch(scheme):
        return "an address that can't be read"
    return f"{scheme}://{host if scheme in _WITH_HOST and _HOST.fullmatch(host) else '…'}"


def hush() -> None:
    """Hold back the lines of HTTP and mail libraries that would show an address, whatever the level of the logs."""
    apprise = logging.getLogger("apprise")
    apprise.setLevel(logging.WARNING)  # below, it tells addresses and messages
    apprise.propagate = False  # its warnings are heard by Apprise itself, from which the reason of a failure is read
    if not apprise.handlers:
        apprise.addHandler(logging.NullHandler())  # else what nobody takes is printed
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


async def to_apprise(alert: Alert, url: str, draw: Draw | None = None) -> None:
    """Hand ``alert`` to each service that ``url`` names, within ``TIME_LIMIT`` seconds.

    Args:
        alert: what is told.
        url: one or more Apprise addresses.
        draw: gives the picture for mail and JSON webhooks; it raises nothing and has its own time.

    Raises:
        DeliveryError: a service did not take it. The message holds no secret.
    """
    address = redact(url)
    picture = await draw() if draw is not None and _SHOWS_PICTURES.search(url) else None
    try:
        async with asyncio.timeout(TIME_LIMIT):
            troubles = await _notify(alert, url, picture)
    except TimeoutError as error:
        raise DeliveryError(f"{address} did not take the alert within {TIME_LIMIT:.0f} s.") from error
    except Exception as error:  # a plug-in may raise anything, with the address in its message
        # Not chained, for the same reason: a traceback would show the address.
        kind = type(error).__name__
        raise DeliveryError(f"{address} did not take the alert: its plug-in failed ({kind}).") from None
    if troubles is None:
        raise DeliveryError(
            f"{address} is no alert address that Apprise knows.", remedy="See https://appriseit.com/services/."
        )
    if troubles:
        raise DeliveryError(
            f"{address} did not take the alert{troubles[0]}.",
            remedy="See that the service is up, and the address's key still good.",
        )


async def _notify(alert: Alert, url: str, picture: Picture | None) -> list[str] | None:
    """What went wrong at the services that did not take the alert; None if ``url`` names none."""
    apprise = await asyncio.to_thread(_apprise)  # 0.3 s of imports, so only when needed
    asset = apprise.AppriseAsset(
        app_id="Missionwatch",
        app_desc="Missionwatch alert",
        app_url="",
        image_url_mask="",  # a message makes its reader's program ask nobody for an icon
        image_url_logo="",
        http_redirects=False,  # the operator named the address; a redirect names another
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )
    named = apprise.Apprise(asset=asset)
    if not named.add(url) or not len(named):
        return None
    results = await asyncio.gather(*(_to_one(apprise, asset, service, alert, picture) for service in named))
    return [trouble for trouble in results if trouble is not None]


async def _to_one(apprise: ModuleType, asset: Any, service: Any, alert: Alert, picture: Picture | None) -> str | None:
    """Hand ``alert`` to one service; None where it took it, else the reason as the end of a sentence.

    A service that answers and does not take it with its picture is asked to take it without.
    """
    scheme = str(service.url(privacy=True)).split("://", 1)[0].lower()
    shown_with = picture if scheme in _MAIL | _JSON else None
    trouble = await _hand_over(apprise, asset, service, scheme, alert, shown_with)
    if trouble is not None and trouble != _NOT_REACHED and shown_with is not None:
        trouble = await _hand_over(apprise, asset, service, scheme, alert, None)
    return trouble


async def _hand_over(
    apprise: ModuleType, asset: Any, service: Any, scheme: str, alert: Alert, picture: Picture | None
) -> str | None:
    form, told_as = form_of(scheme, service)
    limit = service.body_maxlen
    told = words(alert, form, limit=limit, title_in_body=service.title_maxlen <= 0, picture=picture)
    if scheme in _PROGRAMS:
        service.headers.setdefault("Idempotency-Key", str(alert.alert_id))
    if scheme in _JSON and not isinstance(service.payload_extras.get("alert"), str):  # a text is the operator's own
        service.payload_extras["alert"] = payload(alert, picture)
    if scheme in _MAIL:
        service.headers.setdefault("X-Missionwatch-Alert", str(alert.alert_id))
        service.headers.setdefault("Auto-Submitted", "auto-generated")  # RFC 3834: no holiday replies
    elif scheme not in _PROGRAMS:
        # Sent whole, a message over the service's limit would be refused for ever.
        service.overflow_mode = apprise.OverflowMode.TRUNCATE if limit <= SHORT else apprise.OverflowMode.SPLIT
    attach = []
    if picture is not None:
        service.inline = told_as == "html"  # the page shows it by its name
        memory = importlib.import_module("apprise.attachment.memory")
        attach = [memory.AttachMemory(content=picture.png, name=picture.name, mimetype="image/png")]
    one = apprise.Apprise(asset=asset)
    one.add(service)
    # In a thread of its own pool Apprise goes on after a time-out, so it gets the limit too.
    result = await one.async_notify(
        body=told.body,
        title=told.title,
        body_format=told_as,
        attach=attach or None,
        timeout=TIME_LIMIT,
        log_level=logging.WARNING,
    )
    return None if bool(result) else _reason(entry.message for each in result.results for entry in each.logs())


def form_of(scheme: str, service: Any) -> tuple[Form, str]:
    """The form of the words for a service of Apprise, and the format that Apprise is to take them for.

    ``?format=`` in the address wins, as it does with Apprise.
    """
    if scheme in _PROGRAMS:
        liked = "text"
    elif scheme in _MAIL or "markdown" not in service._formats():
        liked = "html"
    else:
        liked = "markdown"
    taken = str(service.resolve_format(liked).value)
    if taken == "html":
        return "html", taken
    if taken == "markdown":
        return "markdown", taken
    if scheme in _SHOW_MARKDOWN:
        return "markdown", taken
    return ("text" if scheme in _PROGRAMS | _MAIL else "chat"), taken


def _reason(said: Iterable[str]) -> str:
    """Why a service failed, from what Apprise logged: only what can hold no secret is taken from it."""
    for line in said:
        if status := _STATUS.search(line):
            return f": it answered {_named(int(status[1]))}"
        if _UNREACHABLE.search(line):
            return _NOT_REACHED
    return ""


def _named(status: int) -> str:
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)


def _apprise() -> ModuleType:
    # Apprise 2.0 tries a module that Python 3.13 dropped; where warnings are errors, that would stop the alert.
    warnings.filterwarnings("ignore", message="'imghdr'", category=DeprecationWarning)
    module = importlib.import_module("apprise")
    hush()
    return module
