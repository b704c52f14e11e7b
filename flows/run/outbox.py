"""The outbox, a run at a time: what time has made due goes in, what may go is handed over, channels that fail are told.

No Prefect here: the flow ``alert`` runs it as a task, and a simulated month runs it on a clock of its own.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from uuid import UUID

from pipeline import alerts as alerting
from pipeline.alerts.brief import Brief, brief_alert, compose, last_due, since_of
from pipeline.board.fold import fold, in_force
from pipeline.health.feeds import health_of
from pipeline.model import Alert, BriefTimes, Change, Delivery, PendingAlert, Watch
from pipeline.storage import Store, known_for_brief

LIMIT = 400  # alerts a run; the rest wait for the next
BATCH = 25  # alerts of one channel that a crash can send again, at most

OpenStore = Callable[[], AbstractContextManager[Store]]
HandOver = Callable[[Sequence[PendingAlert], int], Awaitable[list[Delivery]]]  # a batch, and how many were before it


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of the outbox came to.

    Attributes:
        planned: alerts that time made due: digests, briefs, reminders, what nobody acknowledged, alarms about channels.
        put_back: dead letters that wait again since their channel works again.
        deliveries: the attempts.
    """

    planned: int
    put_back: int
    deliveries: tuple[Delivery, ...]


async def process(open_store: OpenStore, watch: Watch, run_id: UUID, now: datetime, hand_over: HandOver) -> Outcome:
    """Fill the outbox with what is due at ``now``, and hand over what may go.

    Args:
        open_store: opens the store; it is never open while something is handed over.
        watch: its rules say when, and to whom.
        run_id: the run that does it.
        now: the watch's time.
        hand_over: hands over a batch.
    """
    with open_store() as store:
        put_back = store.put_back_after_outages(watch.slug)
        planned = store.add_alerts(run_id, _due_by_time(store, watch, now))
        planned += store.add_alerts(run_id, _digests(store, watch, now))
        planned += store.add_alerts(run_id, _briefs(store, watch, now))
    deliveries = await _send(open_store, watch, run_id, now, hand_over)
    with open_store() as store:
        told, back = _tell_of_channels(store, watch, run_id, now)
    if told or back:
        deliveries += await _send(open_store, watch, run_id, now, hand_over)
    return Outcome(planned + told, put_back + back, tuple(deliveries))


def has_due_work(store: Store, watch: Watch, now: datetime) -> bool:
    """Whether :func:`process` would have anything to do at ``now``."""
    slug = watch.slug
    states = {state.channel: state for state in store.channel_states(slug)}
    return bool(
        alerting.ready(store.alerts_due(slug, now, 1), states, watch, now)
        or _digests(store, watch, now)
        or _due_by_time(store, watch, now)
        or any(_briefs_due(store, watch, now))
        or any(alerting.channel_alarms(states.values(), store.open_channel_alarms(slug), watch, now))
    )


async def _send(
    open_store: OpenStore, watch: Watch, run_id: UUID, now: datetime, hand_over: HandOver
) -> list[Delivery]:
    """Hand over what may go now, a batch at a time; each batch is stored before the next is begun."""
    made: list[Delivery] = []
    shut: set[str] = set()
    while len(made) < LIMIT:
        with open_store() as store:
            states = {state.channel: state for state in store.channel_states(watch.slug)}
            due = alerting.ready(store.alerts_due(watch.slug, now, BATCH), states, watch, now)
        waiting = [pending for pending in due if pending.alert.channel not in shut]
        if not waiting:
            break
        batch = await hand_over(waiting, len(made))
        with open_store() as store:
            store.add_deliveries(run_id, batch)
        made += batch
        # Whoever took nothing of a batch is not asked for the next one of this run.
        shut |= {d.channel for d in batch} - {d.channel for d in batch if d.outcome == "delivered"}
    return made


def _tell_of_channels(store: Store, watch: Watch, run_id: UUID, now: datetime) -> tuple[int, int]:
    """Put into the outbox what is due about channels that fail or work again.

    Returns:
        How many alerts were added, and how many dead letters put back.
    """
    states = store.channel_states(watch.slug)
    raised, over = alerting.channel_alarms(states, store.open_channel_alarms(watch.slug), watch, now)
    if not raised and not over:
        return 0, 0
    alerts = alerting.channel_alerts(raised, over, states, watch, now)
    told = store.add_channel_alarms(run_id, raised, over, alerts)
    return told, store.put_back_after_outages(watch.slug)


def _due_by_time(store: Store, watch: Watch, now: datetime) -> list[Alert]:
    """Return what is due without new reading and not yet in the outbox: reminders, and unacknowledged alerts."""
    slug = watch.slug
    due: list[Alert] = []
    changes = cache(partial(store.load_changes, slug))
    origins = cache(partial(store.origins_of, slug))
    mutes = store.load_mutes(slug)
    since = alerting.longest_wait(watch)
    if since is not None and (told := store.unacknowledged(slug, now - since)):
        due += alerting.unacknowledged_alerts(told, {c.change_id: c for c in changes()}, watch, now, mutes)
    if any(rule.remind_before or rule.flapping for rule in watch.rules):
        if settled := alerting.settled_changes(changes(), watch, now):
            articles = store.articles_of(_articles_behind(settled))
            due += alerting.settled_alerts(changes(), articles, origins(), watch, now, mutes)
        board = [row.change for row in fold(changes()).values()]
        if days := alerting.expected_days(board):
            articles = store.articles_of(_articles_behind(one.change for one in days))
            due += alerting.expected_alerts(board, articles, origins(), watch, now, mutes)
    if over := alerting.recently_ended(mutes, now):
        silenced = store.muted_changes(slug)
        if any(mute.mute_id in silenced for mute in over):
            by_id = {change.change_id: change for change in in_force(changes())}
            ended = [(mute, silenced.get(mute.mute_id, ())) for mute in over]
            articles = store.articles_of(_articles_behind(by_id[i] for _, ids in ended for i in ids if i in by_id))
            due += alerting.ended_mutes(ended, by_id, articles, origins(), watch, now)
    return store.not_planned(due)


def _digests(store: Store, watch: Watch, now: datetime) -> tuple[Alert, ...]:
    """The digests that are due, each made of the parts that wait for it."""
    slug = watch.slug
    parts = store.digest_parts_due(slug, now)
    if not parts:
        return ()
    changes = {change.change_id: change for change in store.load_changes(slug)}
    wanted = {i for part in parts for i in part.change_ids}
    articles = store.articles_of(_articles_behind(changes[i] for i in wanted if i in changes))
    proof, confirmed = _proof(store, slug, now), store.told_as_confirmed(slug)
    return alerting.gather(parts, changes, articles, store.origins_of(slug), watch, now, proof, confirmed)


def _briefs_due(store: Store, watch: Watch, now: datetime) -> Iterator[tuple[BriefTimes, str, datetime]]:
    """Yield the briefs that are due: when they go out, to which channel, and the start of what each tells."""
    for times in watch.briefs:
        for channel in dict.fromkeys(map(alerting.channel_name, times.channels)):
            told_at = store.last_brief(watch.slug, times.name, channel)
            if told_at is None or told_at < last_due(times, now):
                yield times, channel, since_of(times, now, told_at)


def _briefs(store: Store, watch: Watch, now: datetime) -> list[Alert]:
    """Compose the briefs that are due; one of the same time goes to several channels as it is."""
    composed: dict[datetime, Brief] = {}
    made = []
    for times, channel, since in _briefs_due(store, watch, now):
        if since not in composed:
            composed[since] = compose(watch, known_for_brief(store, watch, since, now))
        made.append(brief_alert(composed[since], times, channel, watch))
    return made


def _articles_behind(changes: Iterable[Change]) -> set[UUID]:
    return {change.article_id for change in changes if change.article_id}


def _proof(store: Store, watch: str, now: datetime) -> str:
    """What was done in the last day, for the digests."""
    healths = [health_of(feed, now) for feed in store.feed_records(watch)]
    failing, silent = sum(health.is_failing for health in healths), sum(health.is_silent for health in healths)
    quiet = store.quiet(watch, now - alerting.QUIET_FOR, now, failing=failing, silent=silent)
    return alerting.proof_of_quiet(quiet)
