"""Decide what of the outbox may go now, and complete its text. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pipeline.alerts.acknowledgement import ack_link
from pipeline.alerts.compose import change_page_url, trail_command
from pipeline.alerts.message import Section, as_text, from_json, safe_url, to_json
from pipeline.alerts.rules import find_rule
from pipeline.alerts.timing import may_go, retry_at
from pipeline.model import Alert, AlertKind, ChannelState, PendingAlert, Watch
from pipeline.model.text import content_id


def ready(
    waiting: Iterable[PendingAlert], states: Mapping[str, ChannelState], watch: Watch, now: datetime
) -> list[PendingAlert]:
    """Select those of ``waiting`` that may be handed over now.

    Alerts within quiet hours are held back. So are those for a failing channel, which is retried as a whole, ever
    more rarely.
    """
    return [
        pending
        for pending in waiting
        if may_go(now, find_rule(watch, pending.alert.rule, pending.alert.channel), urgent=pending.alert.urgent)
        and is_open(states.get(pending.alert.channel), now)
    ]


def is_open(state: ChannelState | None, now: datetime) -> bool:
    """Decide whether a channel may be tried; after failures only when a growing wait is over."""
    if state is None or not state.failures or state.last_at is None:
        return True
    # A clock that has gone back opens it: no alert waits for a wrong clock to come true.
    return now < state.last_at or now >= retry_at(state.failures, state.last_at, content_id("channel", state.channel))


def ack_command(alert: Alert, folder: str, data_dir: str = "") -> str:
    """Return the command that acknowledges ``alert``, to be pasted; ``data_dir`` where it must be named."""
    parts = ["missionwatch", "alerts", "ack", folder, str(alert.alert_id)]
    return shlex.join([*parts, "--data-dir", data_dir] if data_dir else parts)


def fill_in_links(
    alert: Alert, *, folder: str, data_dir: str = "", ack_url: str = "", ack_key: bytes = b"", page_url: str = ""
) -> Alert:
    """Return ``alert`` ready to be handed over: folder, links and the way to acknowledge it filled in.

    Planning knows no folder and no settings, so these are filled in last; the key stays.

    Args:
        alert: as it is stored.
        folder: the watch's folder, as an operator writes it.
        data_dir: the data folder, where a command has to name it; else empty.
        ack_url, ack_key: the template of the link and the key that signs it, see
            :func:`pipeline.alerts.acknowledgement.ack_link`; empty where there is none.
        page_url: address of a page about a change, with ``{change_id}`` and ``{watch}``; empty where there is none.
    """
    asks = bool(alert.change_ids) and alert.kind is not AlertKind.RECALL
    link = ack_link(alert, ack_url, ack_key) if asks and ack_url else ""
    ways = [ack_command(alert, folder, data_dir)] if asks else []
    # A web address is shown as what each form has for a link; any other stands among the words.
    is_web = bool(alert.message) and bool(safe_url(link))
    ways += [link] if link and not is_web else []
    told = f"Acknowledge{' by command' if is_web else ''}: {' or '.join(ways)}" if ways else ""
    if not alert.message:
        return replace(alert, body=_joined(alert.body, told))
    message = from_json(alert.message)
    sections = tuple(
        replace(
            section,
            trail=trail_command(folder, section.asked, data_dir) if section.asked else section.trail,
            trail_url=section.trail_url or _page(section, page_url, alert.watch),
        )
        for section in message.sections
    )
    closing = _joined(told, message.closing)
    message = replace(message, sections=sections, closing=closing, ack_url=link if is_web else "")
    return replace(alert, body=as_text(message), message=to_json(message))


def _page(section: Section, template: str, watch: str) -> str:
    change_id = dict(section.facts).get("change_id")
    return change_page_url(template, change_id, watch) if isinstance(change_id, str) else ""


def _joined(*parts: str) -> str:
    return "\n\n".join(part for part in parts if part)


def by_channel(waiting: Sequence[PendingAlert]) -> dict[str, list[PendingAlert]]:
    """Group ``waiting`` by channel, in their order."""
    found: dict[str, list[PendingAlert]] = {}
    for pending in waiting:
        found.setdefault(pending.alert.channel, []).append(pending)
    return found
