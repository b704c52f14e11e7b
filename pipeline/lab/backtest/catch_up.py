"""What the rules of a watch tell of what is stored and was never told: one message for each channel. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from pipeline import alerts as alerting
from pipeline.lab.backtest.telling import ReportedChange
from pipeline.model import Alert, AlertKind, Article, Change, Mute, Watch

_INTRO = "CAUGHT UP: by the rules as they are now, this would have been told here before."


def catch_up(
    told: Iterable[ReportedChange],
    sent: Collection[tuple[str, UUID]],
    articles: Mapping[UUID, Article],
    before: Mapping[UUID, Change],
    origins: Mapping[UUID, int],
    watch: Watch,
    now: datetime,
    mutes: Collection[Mute] = (),
) -> tuple[Alert, ...]:
    """Return the messages by which each channel of ``watch`` gets what its rules would have told it, and did not.

    Args:
        told: what the rules would have told of the stored changes, in order.
        sent: (channel, change) of what has been told, or waits to be.
        articles: behind the changes, by id.
        before: all changes by id, in the order in which the board took them.
        origins: how many independent origins tell each by now.
        watch: its rules.
        now: the time of planning.
        mutes: what they cover is told when they end.
    """
    owed: dict[str, list[Change]] = {}
    for one in told:
        if alerting.find_mute(one.change, mutes, now) is None:
            for channel in sorted({telling.channel for telling in one.tellings}):
                if (channel, one.change.change_id) not in sent:
                    owed.setdefault(channel, []).append(one.change)
    return tuple(
        alerting.alert_about(
            owed[channel],
            articles,
            watch,
            now,
            kind=AlertKind.DIGEST,
            rule=rule,
            channel=channel,
            before=before,
            origins=origins,
            intro=_INTRO,
        )
        for channel, rule in alerting.first_rules(watch).items()
        if channel in owed
    )
