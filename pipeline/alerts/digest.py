"""Gather what is due on a channel into one digest, with the proof that the rest was quiet. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pipeline.alerts.compose import DIGEST, compose_message
from pipeline.alerts.envelope import make_alert
from pipeline.alerts.rules import find_rule, rules_for_channel, uncertain_changes
from pipeline.alerts.timing import may_go
from pipeline.model import Alert, AlertKind, AlertTiming, Article, Change, QuietPeriod, Watch
from pipeline.model.text import content_id

QUIET_FOR = timedelta(hours=24)  # what a digest tells of: the time since the last one


def gather(
    parts: Sequence[Alert],
    changes: Mapping[UUID, Change],
    articles: Mapping[UUID, Article],
    origins: Mapping[UUID, int],
    watch: Watch,
    now: datetime,
    proof: str,
    confirmed: Mapping[str, Collection[UUID]] | None = None,
) -> tuple[Alert, ...]:
    """Gather the digests that are due: one for each channel, of all parts that may go now.

    What was to be told as uncertain, and has been told as confirmed since, is left out: the stronger word has taken its
    place. A rule that wants a digest beside its alerts gets it whole.

    Once made, a digest is stored and sent as it is: its key is that of its parts, so another try is the same message.

    Args:
        parts: alerts of the kind ``DIGEST_PART`` that are due, in order.
        changes: every change by id, in the order in which the board took them.
        articles: behind the changes of ``parts``, by id.
        origins: how many independent origins tell each change by now.
        watch: its rules say whose quiet hours it is.
        now: the time of making.
        proof: what was done since the last one, see :func:`proof_of_quiet`.
        confirmed: by channel, the changes that an alert to it tells, or is to tell, as confirmed.
    """
    by_channel: dict[str, list[Alert]] = {}
    for part in parts:
        if may_go(now, find_rule(watch, part.rule, part.channel), urgent=part.urgent):
            by_channel.setdefault(part.channel, []).append(part)
    digests = []
    for channel, due in by_channel.items():
        told = (confirmed or {}).get(channel, ())
        ids = tuple(
            dict.fromkeys(
                i
                for part in due
                for i in part.change_ids
                if i in changes and not (i in told and _is_only_unsure(part, watch))
            )
        )
        if not ids:
            continue
        message = compose_message(
            [changes[i] for i in ids],
            articles=articles,
            before=changes,
            origins=origins,
            kind=DIGEST,
            watch=watch,
            uncertain=uncertain_changes((changes[i] for i in ids), rules_for_channel(watch, channel), origins),
            closing=proof,
        )
        digests.append(
            make_alert(
                message,
                alert_id=content_id("digest", watch.key, channel, *sorted(str(part.alert_id) for part in due)),
                watch=watch,
                rule=_strictest(due, watch),
                channel=channel,
                now=now,
                kind=AlertKind.DIGEST,
                change_ids=ids,
                parts=tuple(part.alert_id for part in due),
            )
        )
    return tuple(digests)


def _is_only_unsure(part: Alert, watch: Watch) -> bool:
    """Decide whether ``part`` is in the digest only because it was too unsure to be told at once."""
    rule = find_rule(watch, part.rule, part.channel)
    return rule is not None and rule.when is AlertTiming.AT_ONCE


def _strictest(parts: Sequence[Alert], watch: Watch) -> str:
    """Return the rule whose hours the digest keeps: one with quiet hours, where any part has one."""
    for part in parts:
        rule = find_rule(watch, part.rule, part.channel)
        if rule is not None and rule.quiet is not None:
            return rule.name
    return parts[0].rule


def proof_of_quiet(quiet: QuietPeriod) -> str:
    """Describe what was done in a period, so that "nothing else changed" can be believed."""
    hours = round((quiet.until - quiet.since).total_seconds() / 3600)
    rows = "\n".join(f"{label}: {told}" for label, told in proof_rows(quiet))
    warning = "\nThis is not quiet: no feed could be read." if quiet.feeds and quiet.failing == quiet.feeds else ""
    return f"WHAT WAS DONE in the {hours} hours to {quiet.until:%d %b %Y %H:%M} UTC\n{rows}{warning}"


def proof_rows(quiet: QuietPeriod) -> tuple[tuple[str, str], ...]:
    """List what was done in a period, as labels and values."""
    claims = ", ".join(f"{count} {verdict}" for verdict, count in quiet.claims.items()) or "none"
    oldest = f"; the oldest is of {quiet.oldest_unread:%d %b %Y %H:%M} UTC" if quiet.oldest_unread else ""
    failing = f"{quiet.failing} failing now" if quiet.failing else "none failing now"
    silent = f", {quiet.silent} silent for longer than usual" if quiet.silent else ""
    unwatched = (
        ("Not watched", f"from {start:%d %b %Y %H:%M} to {end:%d %b %Y %H:%M} UTC: somebody had paused it.")
        for start, end in quiet.unwatched
    )
    muted = [("Muted", f"{quiet.muted} changes, which alerted nobody")] if quiet.muted else []
    return (
        ("Feeds", f"{quiet.feeds} watched, {quiet.polled} due and polled, {failing}{silent}"),
        ("Entries", f"{quiet.entries_seen} seen, {quiet.entries_new} new"),
        ("Articles", f"{quiet.articles_read} read, {quiet.articles_relevant} about the mission"),
        ("Claims", claims),
        ("Waiting to be read", f"{quiet.unread}{oldest}"),
        *muted,
        *unwatched,
    )
