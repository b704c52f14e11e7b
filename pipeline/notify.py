"""Handing one alert to one channel: the console, a file, or any service that Apprise knows.

Delivery is at least once: a crash between sending and recording sends again. So each message
carries ``alert_id``, by which a receiver can drop the second. An address may hold a password or a
token, so no message of this module shows more of it than scheme and host.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit

from pipeline import shown
from pipeline.errors import DeliveryError
from pipeline.model import Alert
from pipeline.text import squeeze

TIME_LIMIT = 20.0  # seconds for one delivery
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,253}")
# Services whose "host" is a name on the network. With most others (slack://, tgram://, discord://) a token
# stands in its place, so the host is no more shown than the rest.
_WITH_HOST = frozenset({"json", "jsons", "xml", "xmls", "form", "forms", "http", "https", "mailto", "mailtos"})
_WITH_HEADERS = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})


@dataclass(frozen=True, slots=True)
class Channels:
    """What the channels need of the world.

    Attributes:
        data_dir: alert files go to its folder ``alerts``.
        environ: where ``env:NAME`` is looked up.
        echo: writes one message to the console.
    """

    data_dir: Path
    environ: Mapping[str, str]
    echo: Callable[[str], None]


async def deliver(alert: Alert, *, channels: Channels) -> None:
    """Hand ``alert`` to its channel, within ``TIME_LIMIT`` seconds.

    Args:
        alert: ``alert.channel`` is ``console``, ``file``, ``file:NAME``, ``env:NAME`` or an Apprise URL.
        channels: what the channels need.

    Raises:
        DeliveryError: the channel did not take it. The message holds no secret.
    """
    channel = alert.channel
    if channel == "console":
        _to_console(alert, channels.echo)
    elif channel == "file" or channel.startswith("file:"):
        path = alerts_file(alert, channels.data_dir)
        await asyncio.to_thread(_to_file, alert, path)
    elif channel.startswith("env:"):
        name = channel.removeprefix("env:")
        url = channels.environ.get(name, "").strip()
        if not url:
            raise DeliveryError(
                f"The alert channel {shown.line(channel)} has no address.",
                remedy=f"Set the environment variable {shown.line(name)} to an Apprise URL.",
            )
        await _to_apprise(alert, url)
    else:
        await _to_apprise(alert, channel)


def alerts_file(alert: Alert, data_dir: Path) -> Path:
    """Where the ``file`` channel writes: ``alerts/NAME.jsonl``, by default with the watch's slug as the name.

    Raises:
        DeliveryError: the name could lead out of the folder.
    """
    name = alert.channel.removeprefix("file").removeprefix(":") or alert.watch
    if not _FILE_NAME.fullmatch(name):
        raise DeliveryError(
            "The name in an alert channel file:NAME is no plain file name.",
            remedy="Use letters, digits, dots, hyphens and underscores.",
        )
    return data_dir / "alerts" / f"{name}.jsonl"


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


# -- the channels ----------------------------------------------------------------------------


def _to_console(alert: Alert, echo: Callable[[str], None]) -> None:
    try:
        echo(f"{shown.line(alert.subject)}\n{shown.lines(alert.body)}")
    except (OSError, ValueError) as error:  # a closed pipe; a closed stream is a ValueError
        reason = getattr(error, "strerror", None) or "it is closed"
        raise DeliveryError(f"The console did not take the alert: {reason}.") from error


def _to_file(alert: Alert, path: Path) -> None:
    """Append the alert as one JSON line, and have it on the disk before returning."""
    record = {
        "alert_id": str(alert.alert_id),
        "watch": alert.watch,
        "rule": alert.rule,
        # The address may be a secret; a file channel's own name is none.
        "channel": alert.channel,
        "subject": alert.subject,
        "body": alert.body,
        "changes": [str(change) for change in alert.change_ids],
        "planned_at": alert.planned_at.isoformat(),
    }
    line = json.dumps(record, ensure_ascii=True).encode("ascii") + b"\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            if file.seek(0, os.SEEK_END) > 0:
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":
                    line = b"\n" + line  # a crash cut the last line short: leave it, and begin anew
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise DeliveryError(
            f"{path} did not take the alert: {error.strerror or 'unknown reason'}.",
            remedy="See to the disk's space and to the folder's permissions.",
        ) from error


async def _to_apprise(alert: Alert, url: str) -> None:
    address = redact(url)
    try:
        async with asyncio.timeout(TIME_LIMIT):
            sent = await _notify(alert, url)
    except TimeoutError as error:
        raise DeliveryError(f"{address} did not take the alert within {TIME_LIMIT:.0f} s.") from error
    except Exception as error:  # a plug-in may raise anything, with the address in its message
        # Not chained, for the same reason: a traceback would show the address.
        kind = type(error).__name__
        raise DeliveryError(f"{address} did not take the alert: its plug-in failed ({kind}).") from None
    if sent is None:
        raise DeliveryError(
            f"{address} is no alert address that Apprise knows.", remedy="See https://appriseit.com/services/."
        )
    if not sent:
        raise DeliveryError(
            f"{address} did not take the alert.", remedy="See that the service is up, and the address's key still good."
        )


async def _notify(alert: Alert, url: str) -> bool | None:
    """True if every service took the alert, None if ``url`` names none."""
    apprise = await asyncio.to_thread(_apprise)  # 0.3 s of imports, so only when needed
    asset = apprise.AppriseAsset(
        app_id="Missionwatch",
        app_desc="Missionwatch alert",
        http_redirects=False,  # the operator named the address; a redirect names another
        storage_mode=apprise.PersistentStoreMode.MEMORY,
    )
    service = apprise.Apprise(asset=asset)
    if not service.add(_with_key(url, str(alert.alert_id))) or not len(service):
        return None
    # A chat would act on marks in a quote; a program or a mailbox takes the words as they are.
    told = shown.lines if urlsplit(url).scheme.lower() in _WITH_HOST else shown.chat
    body = f"{told(alert.body).rstrip()}\n\nAlert {alert.alert_id}"
    title = squeeze(told(alert.subject))
    # In a thread of its own pool Apprise goes on after a time-out, so it gets the limit too.
    result = await service.async_notify(body=body, title=title, body_format="text", timeout=TIME_LIMIT)
    return bool(result)


def _apprise() -> ModuleType:
    # Apprise 2.0 tries a module that Python 3.13 dropped; where warnings are errors, that would stop the alert.
    warnings.filterwarnings("ignore", message="'imghdr'", category=DeprecationWarning)
    return importlib.import_module("apprise")


def _with_key(url: str, key: str) -> str:
    """``url`` with the header ``Idempotency-Key`` where its service can send headers.

    Apprise reads ``+NAME=VALUE`` in the query as a header: https://appriseit.com/services/json/.
    """
    if urlsplit(url).scheme.lower() not in _WITH_HEADERS or re.search(r"[\s#]", url):
        return url
    return f"{url}{'&' if '?' in url else '?'}+Idempotency-Key={key}"
