"""Apply mutes to changes, and report what was muted once a mute ends. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pipeline.alerts.compose import compose_message
from pipeline.alerts.envelope import make_alert
from pipeline.alerts.rules import channels_of, takes, uncertain_changes
from pipeline.alerts.timing import release
from pipeline.model import Alert, AlertKind, AlertRule, AlertTiming, Article, Change, Mute, Watch
from pipeline.model.text import content_id

TOLD_FOR = timedelta(days=7)  # a mute that ended longer ago is not reported any more
MOST = 20  # changes that one message lists


def find_mute(change: Change, mutes: Iterable[Mute], now: datetime) -> Mute | None:
    """Return the mute that silences ``change`` at ``now``: of several the one that ends last; None where none does."""
    covering = [mute for mute in mutes if mute.is_on(now) and mute.covers(change)]
    return max(covering, key=lambda mute: mute.until, default=None)


def recently_ended(mutes: Iterable[Mute], now: datetime) -> list[Mute]:
    """Select those of ``mutes`` that ended recently enough to be reported."""
    return [
        mute
        for mute in mutes
        if not mute.is_on(now) and now - (mute.until if mute.off_at is None else mute.off_at) <= TOLD_FOR
    ]


def ended_mutes(
    ended: Iterable[tuple[Mute, Sequence[UUID]]],
    changes: Mapping[UUID, Change],
    articles: Mapping[UUID, Article],
    origins: Mapping[UUID, int],
    watch: Watch,
    now: datetime,
) -> tuple[Alert, ...]:
    """Plan the reports of mutes that are over: what was muted, once to each channel.

    A mute under which nothing came is over without a word.

    Args:
        ended: mutes that are over, each with the changes that it silenced.
        changes: those that still count, by id, in the order in which the board took them.
        articles: behind them, by id.
        origins: how many independent origins tell each by now.
        watch: its rules say which channels would have been told.
        now: the time of planning.
    """
    alerts = []
    for mute, change_ids in ended:
        muted = [changes[i] for i in changes if i in set(change_ids)]
        for channel, (rule, kept) in _by_channel(muted, watch).items():
            message = compose_message(
                kept[:MOST],
                articles=articles,
                before=changes,
                origins=origins,
                kind="mute ended",
                watch=watch,
                uncertain=uncertain_changes(kept, [rule], origins),
                intro=_intro(mute, len(kept)),
            )
            alerts.append(
                make_alert(
                    message,
                    alert_id=content_id("mute-ended", watch.key, channel, mute.mute_id),
                    watch=watch,
                    rule=rule.name,
                    channel=channel,
                    now=now,
                    kind=AlertKind.MUTE_ENDED,
                    change_ids=tuple(change.change_id for change in kept),
                    due=release(now, rule, digest=rule.when is AlertTiming.DIGEST),
                )
            )
    return tuple(alerts)


def _by_channel(muted: Sequence[Change], watch: Watch) -> dict[str, tuple[AlertRule, list[Change]]]:
    """Group what each channel would have been sent, by the first of its rules that takes any of it."""
    found: dict[str, tuple[AlertRule, list[Change]]] = {}
    for rule in watch.rules:
        taken = [change for change in muted if takes(rule, change)[0]]
        for channel in channels_of(rule) if taken else ():
            _, kept = found.setdefault(channel, (rule, []))
            kept += [change for change in taken if change not in kept]
    return found


def _intro(mute: Mute, count: int) -> str:
    over = f"taken off by {mute.off_by}" if mute.off_by else "over"
    why = f" ({mute.why})" if mute.why else ""
    first = f", of which these are the first {MOST}" if count > MOST else ""
    return (
        f"MUTE ENDED: {mute.made_by} had muted {mute.what} until {mute.until:%d %b %Y %H:%M} UTC{why}, and that is "
        f"{over}. {count} change{'' if count == 1 else 's'} alerted nobody meanwhile{first}:"
    )
