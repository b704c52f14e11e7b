"""Whether a channel could take an alert, as far as that can be known without sending one."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.model import escape
from pipeline.notify.services import _apprise, redact


def channel_trouble(channel: str, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """What is wrong with ``channel`` and what to do, or None. Nothing is sent, and no secret is told.

    Args:
        channel: as a rule names it. Of those whose address Prefect keeps nothing can be known here.
        environ: where ``env:NAME`` is looked up.
    """
    if channel == "console" or channel == "file" or channel.startswith(("file:", "prefect:", "secret:")):
        return None
    url, name = channel, redact(channel)
    if channel.startswith("env:"):
        variable = channel.removeprefix("env:")
        url, name = environ.get(variable, "").strip(), escape.line(channel)
        if not url:
            return f"{name} has no address", f"Set the environment variable {escape.line(variable)} to an Apprise URL."
    apprise = _apprise()
    service = apprise.Apprise(asset=apprise.AppriseAsset(storage_mode=apprise.PersistentStoreMode.MEMORY))
    try:
        known = service.add(url) and len(service)
    except Exception:  # a plug-in may raise anything, with the address in its message
        known = False
    return None if known else (f"{name} is no address that Apprise knows", "See https://appriseit.com/services/.")
