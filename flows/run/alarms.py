"""Alarms: what is wrong with the feeds and with the watch itself, told once, and its end. No Prefect here."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from pipeline.alerts import BROUGHT_IN, alarm_alerts
from pipeline.health import signs_of
from pipeline.health.feeds import due_alarms, health_of
from pipeline.model import Alarm, AlarmKind, Alert, Watch
from pipeline.reading.embedded.foreign import languages_read
from pipeline.storage import Store

DAY = timedelta(days=1)


def raise_alarms(
    store: Store, watch: Watch, run_id: UUID, now: datetime
) -> tuple[tuple[Alarm, ...], tuple[Alarm, ...], tuple[Alert, ...]]:
    """Store the alarms that are due at ``now``, and those that are over, with the alerts about both; return all three.

    It is done once a round, right after the feeds were polled: what an earlier step of the same round left amiss is
    told by the next.
    """
    slug = watch.slug
    healths = [health_of(feed, now) for feed in store.feed_records(slug)]
    polled = [health for health in healths if health.feed.is_polled]
    standing = store.open_alarms(slug)
    signs = signs_of(
        polled,
        store.feed_histories(slug, now),
        store.watch_history(slug, now),
        {(alarm.feed_id, AlarmKind(alarm.kind)) for alarm in standing},
        languages_read(watch),
        now,
        asks_model=watch.reader.asks,
    )
    lost = store.pages_lost(slug, now - BROUGHT_IN)
    raised, over = due_alarms(healths, standing, slug, now, lost, signs, store.alarms_since(slug, now - DAY))
    told: tuple[Alert, ...] = ()
    if raised or over:
        brought = store.brought_since(slug, now - BROUGHT_IN)
        told = alarm_alerts(raised, over, healths, brought, watch, now, lost)
        store.add_alarms(run_id, raised, over, told)
    return raised, over, told
