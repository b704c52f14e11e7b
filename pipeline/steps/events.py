"""The events that are sent to Prefect: names, resources and payloads. Pure.

Outside automations hang on these, so names, resource ids and payload keys are a contract: what stands in
docs/serving.md stays, and a change of meaning raises :data:`VERSION`. An event is a wake-up and never the truth,
which is in the store: it may be lost, and it may come twice with the same id.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from pipeline.model import Alarm, AlarmKind, Alert, Change, Delivery, Feed, Recall, Verdict, Watch
from pipeline.model.text import content_id, safe, shorten

VERSION = 1
ENTRY_NEW = "missionwatch.entry.new"
ARTICLE_STORED = "missionwatch.article.stored"
STATUS_CHANGED = "missionwatch.status.changed"
STATUS_DISPUTED = "missionwatch.status.disputed"
ALERT_PLANNED = "missionwatch.alert.planned"
ALERT_DELIVERED = "missionwatch.alert.delivered"
ALERT_RECALLED = "missionwatch.alert.recalled"
FEED_SILENT = "missionwatch.feed.silent"
# The kinds of alarm that it announces; the others have their alerts.
SILENCES = frozenset({
    AlarmKind.SILENT, AlarmKind.FAILING, AlarmKind.UNREADABLE, AlarmKind.RETIRED, AlarmKind.BLIND, AlarmKind.HALF_BLIND,
})  # fmt: skip
NAMES = (
    ENTRY_NEW,
    ARTICLE_STORED,
    STATUS_CHANGED,
    STATUS_DISPUTED,
    ALERT_PLANNED,
    ALERT_DELIVERED,
    ALERT_RECALLED,
    FEED_SILENT,
)

# Who announces it: a round, which takes the next step itself, or a single step, whose next must be started.
BY = "missionwatch.by"
ROUND, STEP = "round", "step"

_ID, _NAME, _ROLE = "prefect.resource.id", "prefect.resource.name", "prefect.resource.role"
RELATED_LIMIT = 50  # related resources of an event; Prefect refuses an event with more than 100
LISTED_LIMIT = 50  # ids in a payload
TEXT_LIMIT = 500  # characters of a quote or value in a payload
_NAME_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as Prefect takes it: resources are labels, all of them text."""

    event_id: UUID
    name: str
    resource: Mapping[str, str]
    related: tuple[Mapping[str, str], ...]
    payload: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class EventSource:
    """The watch and run that events are about.

    Attributes:
        watch: the watch.
        run_id: the run that did it.
        in_round: whether a whole round announces it, which takes the next step itself.
    """

    watch: Watch
    run_id: UUID
    in_round: bool


def resource_id(slug: str) -> str:
    """Return the id of a watch among Prefect's resources."""
    return f"missionwatch.watch.{slug}"


def entries_new(teller: EventSource, entries: int, feeds: Iterable[Feed], key: str = "") -> tuple[Event, ...]:
    """Return the event that a poll stored new entries; none where there are none.

    ``key`` tells two such events of one run apart.
    """
    if not entries:
        return ()
    return (_event(teller, ENTRY_NEW, f"{teller.run_id}{key}", {"entries": entries}, _feeds(feeds)),)


def articles_stored(teller: EventSource, articles: int, feeds: Iterable[Feed], key: str = "") -> tuple[Event, ...]:
    """Return the event that texts were stored, to be read; ``key`` tells two such events of a run apart."""
    if not articles:
        return ()
    return (_event(teller, ARTICLE_STORED, f"{teller.run_id}{key}", {"articles": articles}, _feeds(feeds)),)


def status_changed(teller: EventSource, changes: Iterable[Change], urls: Mapping[UUID, str]) -> tuple[Event, ...]:
    """Return an event for each change of the board; ``status.disputed`` where sources disagree.

    Args:
        teller: whose they are.
        changes: what was stored, in order; rows of the baseline are no news.
        urls: addresses of articles by id, as far as they are known.
    """
    return tuple(
        _event(
            teller,
            STATUS_DISPUTED if change.verdict is Verdict.DISPUTES else STATUS_CHANGED,
            change.change_id,
            _change_payload(change, urls),
            [_labels(f"missionwatch.aspect.{change.aspect}", str(change.aspect), "aspect")],
        )
        for change in changes
        if change.verdict is not Verdict.BASELINE
    )


def alerts_planned(teller: EventSource, alerts: Sequence[Alert], key: str = "") -> tuple[Event, ...]:
    """Return the event that ``alerts`` wait in the outbox; ``key`` as in :func:`articles_stored`."""
    if not alerts:
        return ()
    payload = {"alerts": len(alerts), "alert_ids": _ids(alert.alert_id for alert in alerts)}
    return (_event(teller, ALERT_PLANNED, f"{teller.run_id}{key}", payload),)


def alerts_delivered(teller: EventSource, deliveries: Sequence[Delivery]) -> tuple[Event, ...]:
    """Return the event of deliveries, where at least one succeeded; channels by name, never by address."""
    delivered = [one for one in deliveries if one.outcome == "delivered"]
    if not delivered:
        return ()
    payload = {
        "delivered": len(delivered),
        "failed": len(deliveries) - len(delivered),
        "alert_ids": _ids(one.alert_id for one in delivered),
        "channels": sorted({shorten(safe(one.channel), _NAME_LIMIT) for one in delivered}),
    }
    return (_event(teller, ALERT_DELIVERED, f"{teller.run_id}{delivered[0].delivery_id}", payload),)


def alerts_recalled(teller: EventSource, recalls: Sequence[Recall]) -> tuple[Event, ...]:
    """Return the event that what had been told, or was about to be, is taken back."""
    if not recalls:
        return ()
    payload = {
        "recalls": len(recalls),
        "alert_ids": _ids(dict.fromkeys(one.alert_id for one in recalls)),
        "change_ids": _ids(dict.fromkeys(one.change_id for one in recalls)),
        "reason": _text(recalls[0].reason),
    }
    return (_event(teller, ALERT_RECALLED, f"{teller.run_id}{recalls[0].recall_id}", payload),)


def feeds_silent(teller: EventSource, raised: Sequence[Alarm]) -> tuple[Event, ...]:
    """Feeds, or the whole watch, can't be read or have brought nothing new for too long; one event a poll."""
    raised = [alarm for alarm in raised if alarm.kind in SILENCES]
    if not raised:
        return ()
    by_id = {feed.feed_id: feed for feed in teller.watch.feeds}
    payload = {
        "kinds": sorted({str(alarm.kind) for alarm in raised}),
        "feeds": sum(alarm.feed_id is not None for alarm in raised),
        "whole_watch": any(alarm.feed_id is None for alarm in raised),
        "since": min(alarm.since for alarm in raised).isoformat(),
    }
    silent = [by_id[alarm.feed_id] for alarm in raised if alarm.feed_id in by_id]
    return (_event(teller, FEED_SILENT, raised[0].alarm_id, payload, _feeds(silent)),)


# -- the parts ---------------------------------------------------------------------------------


def _event(
    teller: EventSource,
    name: str,
    key: object,
    payload: Mapping[str, object],
    related: Iterable[Mapping[str, str]] = (),
) -> Event:
    watch = teller.watch
    return Event(
        event_id=content_id("event", name, watch.slug, key),
        name=name,
        resource={
            _ID: resource_id(watch.slug),
            _NAME: shorten(safe(watch.title), _NAME_LIMIT),
            BY: ROUND if teller.in_round else STEP,
        },
        related=(
            _labels(f"missionwatch.run.{teller.run_id}", f"run {str(teller.run_id)[:8]}", "run"),
            *list(related)[: RELATED_LIMIT - 1],
        ),
        payload={"version": VERSION, "watch": watch.slug, "run_id": str(teller.run_id), **payload},
    )


def _labels(identity: str, name: str, role: str) -> dict[str, str]:
    return {_ID: identity, _NAME: shorten(safe(name), _NAME_LIMIT), _ROLE: role}


def _feeds(feeds: Iterable[Feed]) -> list[dict[str, str]]:
    unique = {feed.feed_id: feed for feed in feeds}
    return [_labels(f"missionwatch.feed.{feed.feed_id}", feed.title, "feed") for feed in unique.values()]


def _change_payload(change: Change, urls: Mapping[UUID, str]) -> dict[str, object]:
    before = None
    if change.before_stage is not None:
        before = {"value": _text(change.before_value or ""), "stage": str(change.before_stage)}
    return {
        "change_id": str(change.change_id),
        "aspect": str(change.aspect),
        "subject": _text(change.subject),
        "value": _text(change.value),
        "stage": str(change.stage),
        "before": before,
        "disputed_value": _text(change.disputed_value) if change.disputed_value else None,
        "verdict": str(change.verdict),
        "held_from": change.held_from.isoformat(),
        "known_at": change.known_at.isoformat(),
        "confidence": round(change.confidence, 3),
        "quote": _text(change.quote),
        "url": urls.get(change.article_id, "") if change.article_id else "",
    }


def _text(text: str) -> str:
    return shorten(safe(text), TEXT_LIMIT)


def _ids(ids: Iterable[UUID]) -> list[str]:
    return [str(one) for one in list(ids)[:LISTED_LIMIT]]
