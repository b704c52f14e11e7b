"""Prefect's blocks as alert channels: notification blocks that send, and Secret blocks that hold an address.

A block is loaded when an alert is sent and forgotten after it: what it holds is in no parameter, log or row of ours.
Prefect takes a second to import, so it is imported when the first block is asked for.
"""

from __future__ import annotations

import importlib
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flows.run.environment import prepare
from pipeline.model import escape
from pipeline.model.errors import DeliveryError
from pipeline.notify import Channels, hush

# As Prefect allows them: https://docs.prefect.io/v3/concepts/blocks.
_BLOCK = re.compile(r"[a-z0-9][a-z0-9-]*/[a-z0-9][a-z0-9-]*")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_LIST = "`prefect block ls` shows the blocks of the server that PREFECT_API_URL names."


def channels(data_dir: Path, environ: Mapping[str, str], echo: Callable[[str], None]) -> Channels:
    """The channels with those of Prefect among them; see :class:`pipeline.notify.Channels` for the arguments."""
    return Channels(data_dir, environ, echo, block=send, secret=secret)


async def send(block: str, subject: str, body: str) -> None:
    """Send a message through the notification block ``TYPE-SLUG/NAME``, e.g. ``slack-webhook/ops``.

    Raises:
        DeliveryError: there is no such block, it sends nothing, or it failed. The message holds none of its values.
    """
    name = escape.line(block)
    if not _BLOCK.fullmatch(block):
        raise DeliveryError(
            f"The alert channel prefect:{name} names no Prefect block.",
            remedy="Write prefect:TYPE-SLUG/NAME, such as prefect:slack-webhook/ops.",
        )
    found = await _load(block)
    notify = getattr(found, "anotify", None) or getattr(found, "notify", None)
    if notify is None:
        raise DeliveryError(
            f"The Prefect block {name} sends no notifications.",
            remedy="Name a block that does: Slack, Microsoft Teams, Mattermost, Discord, PagerDuty, Custom Webhook …",
        )
    try:
        with found.raise_on_failure():
            done = notify(body, subject)
            if inspect.isawaitable(done):
                await done
    except Exception as error:
        # Not chained: what a block raises may hold its address.
        kind = type(error).__name__
        raise DeliveryError(
            f"The Prefect block {name} did not take the alert ({kind}).",
            remedy="See that its service is up, and what it holds still good: `prefect block inspect` shows it.",
        ) from None


async def secret(name: str) -> str:
    """The text that Prefect's Secret block ``name`` holds.

    Raises:
        DeliveryError: there is no such block, or it holds no text. The message doesn't hold its value.
    """
    told = escape.line(name)
    if not _NAME.fullmatch(name):
        raise DeliveryError(
            f"The alert channel secret:{told} names no Prefect Secret block.",
            remedy="Its name has lower-case letters, digits and hyphens.",
        )
    value = (await _load(f"secret/{name}")).get()
    if not isinstance(value, str):
        raise DeliveryError(
            f"Prefect's Secret block {told} holds no text.", remedy="Put an Apprise URL into it, as a string."
        )
    return value


async def _load(block: str) -> Any:
    """The block ``TYPE-SLUG/NAME``.

    Raises:
        DeliveryError: there is none, it can't be read, or no Prefect server answers.
    """
    core = _prefect()
    try:
        return await core.Block.aload(block)
    except ValueError as error:
        # Prefect says "not found" by this class, and pydantic "wrong values", with the values in the message.
        missing = type(error) is ValueError and "Unable to find" in str(error)
        what = "has no block" if missing else "holds values that don't fit in its block"
        where = f"Prefect ({_server()})"
        raise DeliveryError(f"{where} {what} {block}.", remedy=f"Save it there anew. {_LIST}") from None
    except Exception as error:  # the server is down, refuses, or the block's type is unknown here
        kind = type(error).__name__
        raise DeliveryError(
            f"Prefect ({_server()}) did not give the block {block} ({kind}).",
            remedy="Start the server with `prefect server start`, or name it with PREFECT_API_URL.",
        ) from None


def _prefect() -> Any:
    if "prefect" not in sys.modules:
        prepare()
    importlib.import_module("prefect.blocks.notifications")  # so that Prefect knows its own types
    importlib.import_module("prefect.blocks.system")
    hush()
    return importlib.import_module("prefect.blocks.core")


def _server() -> str:
    """Which server is asked, as a message may show it: by its host; an address may hold a password."""
    settings = importlib.import_module("prefect.settings")
    url = str(settings.PREFECT_API_URL.value() or "")
    if not url:
        return "its own database on this machine, since PREFECT_API_URL is not set"
    return f"the server {url.split('://', 1)[-1].split('/', 1)[0].rsplit('@', 1)[-1]}"
