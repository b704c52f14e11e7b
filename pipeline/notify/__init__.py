"""Handing one alert to one channel: the console, a file, a Prefect block, or any service that Apprise knows.

Delivery is at least once: a crash between sending and recording sends again. So each message
carries ``alert_id``, by which a receiver can drop the second. An address may hold a password or a
token, so no message of this package shows more of it than scheme and host.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pipeline.alerts.message import as_data
from pipeline.model import Alert, escape
from pipeline.model.errors import DeliveryError, MissionwatchError
from pipeline.notify import services
from pipeline.notify.services import Draw, hush, redact
from pipeline.notify.wording import message_in, words

__all__ = ["BLOCK", "SECRET", "Channels", "Draw", "alerts_file", "deliver", "hush", "needs_prefect", "redact"]

T = TypeVar("T")
BLOCK, SECRET = "prefect:", "secret:"
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_NO_PREFECT = "Such a channel works in `missionwatch run`, `serve` and `alerts test`, with a Prefect server."


@dataclass(frozen=True, slots=True)
class Channels:
    """What the channels need of the world.

    Attributes:
        data_dir: alert files go to its folder ``alerts``.
        environ: where ``env:NAME`` is looked up.
        echo: writes one message to the console.
        block: sends a subject and a body through the Prefect notification block ``TYPE-SLUG/NAME``; None where
            no Prefect is at hand.
        secret: the value of a Prefect Secret block, an Apprise address; None where no Prefect is at hand.
    """

    data_dir: Path
    environ: Mapping[str, str]
    echo: Callable[[str], None]
    block: Callable[[str, str, str], Awaitable[None]] | None = None
    secret: Callable[[str], Awaitable[str]] | None = None


async def deliver(alert: Alert, *, channels: Channels, draw: Draw | None = None) -> None:
    """Hand ``alert`` to its channel, within ``TIME_LIMIT`` seconds.

    Args:
        alert: ``alert.channel`` is ``console``, ``file``, ``file:NAME``, ``env:NAME``, ``secret:NAME``,
            ``prefect:TYPE-SLUG/NAME`` or an Apprise URL.
        channels: what the channels need.
        draw: gives the picture that goes with it, or None; asked for by mail and JSON webhooks only, and before their
            time begins to run. None is no picture.

    Raises:
        DeliveryError: the channel did not take it. The message holds no secret.
    """
    channel = alert.channel
    if channel == "console":
        _to_console(alert, channels.echo)
    elif channel == "file" or channel.startswith("file:"):
        path = alerts_file(alert, channels.data_dir)
        await asyncio.to_thread(_to_file, alert, path)
    elif channel.startswith(BLOCK):
        await _to_block(alert, channels)
    else:
        await services.to_apprise(alert, await _address(channel, channels), draw)


def needs_prefect(channel: str) -> bool:
    """Whether ``channel`` is a Prefect block, or its address stands in one."""
    return channel.startswith((BLOCK, SECRET))


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


# -- the channels ----------------------------------------------------------------------------


async def _address(channel: str, channels: Channels) -> str:
    """The Apprise address of ``channel``, which may only name where it stands."""
    if channel.startswith("env:"):
        name = channel.removeprefix("env:")
        url = channels.environ.get(name, "").strip()
        if not url:
            raise DeliveryError(
                f"The alert channel {escape.line(channel)} has no address.",
                remedy=f"Set the environment variable {escape.line(name)} to an Apprise URL.",
            )
        return url
    if not channel.startswith(SECRET):
        return channel
    if channels.secret is None:
        raise DeliveryError(f"The alert channel {escape.line(channel)} needs Prefect.", remedy=_NO_PREFECT)
    name = channel.removeprefix(SECRET)
    url = (await _in_time(channels.secret(name), channel)).strip()
    if not url:
        raise DeliveryError(
            f"The alert channel {escape.line(channel)} has no address.",
            remedy=f"Put an Apprise URL into Prefect's Secret block {escape.line(name)}.",
        )
    return url


async def _to_block(alert: Alert, channels: Channels) -> None:
    if channels.block is None:
        raise DeliveryError(f"The alert channel {escape.line(alert.channel)} needs Prefect.", remedy=_NO_PREFECT)
    # Which marks the block's service acts on is not known here.
    told = words(alert, "chat")
    await _in_time(channels.block(alert.channel.removeprefix(BLOCK), told.title, told.body), alert.channel)


async def _in_time(asked: Awaitable[T], channel: str) -> T:
    try:
        async with asyncio.timeout(services.TIME_LIMIT):
            return await asked
    except TimeoutError as error:
        raise DeliveryError(
            f"The alert channel {escape.line(channel)} did not answer within {services.TIME_LIMIT:.0f} s.",
            remedy="See that the Prefect server is up.",
        ) from error
    except MissionwatchError:
        raise
    except Exception as error:  # a block may raise anything, with its address in the message
        kind = type(error).__name__
        raise DeliveryError(f"The alert channel {escape.line(channel)} failed ({kind}).") from None


def _to_console(alert: Alert, echo: Callable[[str], None]) -> None:
    try:
        echo(f"{escape.line(alert.subject)}\n{escape.lines(alert.body)}")
    except (OSError, ValueError) as error:  # a closed pipe; a closed stream is a ValueError
        reason = getattr(error, "strerror", None) or "it is closed"
        raise DeliveryError(f"The console did not take the alert: {reason}.") from error


def _to_file(alert: Alert, path: Path) -> None:
    """Append the alert as one JSON line, and have it on the disk before returning."""
    record: dict[str, object] = {
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
    if alert.message:
        record["message"] = as_data(message_in(alert))
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
