"""Plan alerts: which changes are reported, to whom, and when. Pure.

A change becomes an alert where a rule of the watch takes it; where none does, the silence is
recorded with its reason. The changes that one article brought go out as one message a channel,
so that one vote with four changes is one alert.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from uuid import UUID

from pipeline.alerts.compose import AT_ONCE, CONFIRMED, DIGEST, compose_message, earlier_changes
from pipeline.alerts.envelope import make_alert
from pipeline.alerts.flapping import Flap, flap_of, flapping_intro, flapping_reason
from pipeline.alerts.muting import find_mute
from pipeline.alerts.rules import (
    ORIGINS_FOR_SURE,
    channels_of,
    escalates_to,
    is_confident,
    is_urgent,
    takes,
    uncertain_changes,
    worth_alerting,
)
from pipeline.alerts.timing import release
from pipeline.board.fold import in_force
from pipeline.model import Alert, AlertKind, AlertRule, AlertTiming, Article, Change, Mute, Silence, Verdict, Watch
from pipeline.model.text import content_id

Origins = tuple[int, int]  # independent origins of a change: when it was last planned, and now
_Window = tuple[time, time, str] | None  # quiet hours and their zone
_Key = tuple[str, UUID | None, AlertKind, datetime | None, _Window, bool]
_NEW, _CONFIRMED = (0, 1), (1, 2)


# What a message is called, as compose has it: other words stand before its subject as they are.
_CALLED = {
    AlertKind.ALERT: AT_ONCE,
    AlertKind.CONFIRMED: CONFIRMED,
    AlertKind.DIGEST_PART: DIGEST,
    AlertKind.FLAPPING: "flapping",
    AlertKind.CORROBORATED: "second origin",
    AlertKind.UNACKNOWLEDGED: "not acknowledged",
}
_INTROS = {
    AlertKind.CORROBORATED: "CORROBORATED: a second, independent origin now says what was told before.",
    AlertKind.DISPUTED: "DISPUTED: sources disagree. Both values stand on the board until one is settled.",
    AlertKind.SETTLED: "SETTLED: the sources disagreed before, and do no more.",
}


@dataclass(slots=True)
class _Group:
    """Changes that go out together, and the rules that want them."""

    rule: AlertRule
    changes: list[Change] = field(default_factory=list)
    urgent: bool = False
    intro: str = ""


@dataclass(frozen=True, slots=True)
class _Telling:
    """One change, told once to one channel because of one rule."""

    channel: str
    kind: AlertKind
    rule: AlertRule
    again: bool = False


def plan(
    changes: Sequence[Change],
    articles: Mapping[UUID, Article],
    watch: Watch,
    now: datetime,
    *,
    confirmed: Sequence[Change] = (),
    before: Mapping[UUID, Change] | None = None,
    origins: Mapping[UUID, Origins] | None = None,
    mutes: Sequence[Mute] = (),
) -> tuple[tuple[Alert, ...], tuple[Silence, ...]]:
    """Plan the alerts that are due about ``changes``, and the silences with their reasons.

    Args:
        changes: in the order in which the board took them.
        articles: the articles that brought them, by id.
        watch: its rules say what is reported, to whom, and when.
        now: the time of planning, UTC-aware.
        confirmed: earlier changes that one more independent origin has now confirmed.
        before: earlier changes by id; the one that a change supersedes is quoted, and tells whether a dispute ended.
        origins: how many independent origins a change had when it was last planned (0 for a new one), and has now.
            Without it a new change has one, and a confirmed one got its second.
        mutes: what they cover is not reported, and the mute is the reason of its silence.
    """
    known, counted = before or {}, origins or {}
    silences = [
        Silence(change.change_id, reason)
        for change in changes
        for told, reason in (worth_alerting(change, watch),)
        if not told
    ]
    standing = {change.change_id: change for change in in_force(known.values())}
    groups: dict[_Key, _Group] = {}
    for change, again in (*((c, False) for c in changes), *((c, True) for c in confirmed)):
        if change.verdict is Verdict.BASELINE:
            continue
        heard = counted.get(change.change_id, _CONFIRMED if again else _NEW)
        heard = heard if again else (0, heard[1])
        rules = [rule for rule in watch.rules if takes(rule, change)[0]]
        flaps = {} if again else _flaps(change, rules, standing)
        tellings = _tellings(change, rules, heard, known, now, flaps)
        if not tellings and flaps:
            silences.append(Silence(change.change_id, flapping_reason(rules[0])))
        if tellings and (mute := find_mute(change, mutes, now)) is not None:
            silences.append(Silence(change.change_id, mute.told, mute.mute_id))
            continue
        for telling in tellings:
            group = groups.setdefault(_key(change, telling, now), _Group(telling.rule))
            group.changes.append(change)
            group.urgent = group.urgent or is_urgent(telling.rule, [change])
            group.intro = flapping_intro(telling.rule) if telling.kind is AlertKind.FLAPPING else ""
    counts = {change_id: heard[1] for change_id, heard in counted.items()}
    alerts = [
        alert_about(
            group.changes,
            articles,
            watch,
            now,
            kind=key[2],
            rule=group.rule,
            channel=key[0],
            before=known,
            origins=counts,
            urgent=group.urgent and key[2] is not AlertKind.DIGEST_PART,
            again=key[5],
            intro=group.intro,
        )
        for key, group in groups.items()
    ]
    return tuple(alerts), tuple(silences)


def alert_about(
    changes: Sequence[Change],
    articles: Mapping[UUID, Article],
    watch: Watch,
    now: datetime,
    *,
    kind: AlertKind,
    rule: AlertRule,
    channel: str,
    before: Mapping[UUID, Change] | None = None,
    origins: Mapping[UUID, int] | None = None,
    urgent: bool = False,
    due_at: datetime | None = None,
    again: bool = False,
    intro: str = "",
) -> Alert:
    """Make the alert of one kind about ``changes`` for one channel; its id depends on these three alone.

    Args:
        changes: at least one.
        articles: behind them, by id.
        watch: the mission.
        now: the time of planning.
        kind: why it is due.
        rule: which rule wants it.
        channel: the channel's name.
        before, origins: see :func:`plan`.
        urgent: whether it may go within quiet hours.
        due_at: when it may go, where that is settled; else the rule decides.
        again: of a part of a digest: that it was in an earlier one, and has been confirmed since.
        intro: what stands first; empty takes that of the kind.
    """
    message = compose_message(
        changes,
        articles=articles,
        before=before or {},
        origins=origins or {},
        kind=CONFIRMED if again else _CALLED.get(kind, str(kind)),
        watch=watch,
        uncertain=uncertain_changes(changes, [rule], origins or {}),
        intro=intro or _INTROS.get(kind, ""),
    )
    ids = tuple(change.change_id for change in changes)
    # An immediate alert has the plain key, as it always had.
    suffix = (() if kind is AlertKind.ALERT else (str(kind),)) + (("again",) if again else ())
    due = due_at or release(now, rule, digest=kind is AlertKind.DIGEST_PART, urgent=urgent)
    return make_alert(
        message,
        alert_id=content_id("alert", watch.key, channel, *sorted(map(str, ids)), *suffix),
        watch=watch,
        rule=rule.name,
        channel=channel,
        now=now,
        kind=kind,
        change_ids=ids,
        due=due,
        urgent=urgent,
    )


def _key(change: Change, telling: _Telling, now: datetime) -> _Key:
    """Return the key by which alerts are merged: channel, kind, hours of the rule; at once, the article too."""
    rule = telling.rule
    window = (*rule.quiet, rule.timezone) if rule.quiet else None
    if telling.kind is AlertKind.DIGEST_PART:
        return telling.channel, None, telling.kind, release(now, rule, digest=True), window, telling.again
    return telling.channel, change.article_id, telling.kind, None, window, False


def _flaps(change: Change, rules: Sequence[AlertRule], standing: Mapping[UUID, Change]) -> dict[str, Flap]:
    """Return, by name, the state of flapping of the row of ``change`` under each of ``rules``."""
    row = [*earlier_changes(change, standing), change]
    found = {rule.name: flap_of(rule, row) for rule in rules}
    return {name: flap for name, flap in found.items() if flap is not Flap.NONE}


def _tellings(
    change: Change,
    rules: Sequence[AlertRule],
    heard: Origins,
    before: Mapping[UUID, Change],
    now: datetime,
    flaps: Mapping[str, Flap],
) -> list[_Telling]:
    """Decide who is told of ``change``, and how; of the rules that name a channel the earliest counts."""
    rules = [rule for rule in rules if flaps.get(rule.name) is not Flap.MORE]
    found = _told_again(change, rules, heard) if heard[0] else _told_first(change, rules, heard[1])
    found = [
        replace(telling, kind=AlertKind.FLAPPING)
        if telling.kind is AlertKind.ALERT and telling.rule.name in flaps
        else telling
        for telling in found
    ]
    found += _escalated(change, rules, heard, before)

    def waits(telling: _Telling) -> datetime:
        digest = telling.kind is AlertKind.DIGEST_PART
        return release(now, telling.rule, digest=digest, urgent=not digest and is_urgent(telling.rule, [change]))

    best: dict[tuple[str, AlertKind], _Telling] = {}
    for telling in found:
        at = (telling.channel, telling.kind)
        if at not in best or waits(telling) < waits(best[at]):
            best[at] = telling
    return list(best.values())


def _told_first(change: Change, rules: Sequence[AlertRule], origins: int) -> list[_Telling]:
    """Decide how a new change is told: a sure one as its rule says, others in the digest."""
    at_once, wanted, unsure = [], [], []
    for rule in rules:
        confident = is_confident(rule, change, origins)
        for channel in channels_of(rule):
            if confident and rule.when is not AlertTiming.DIGEST:
                at_once.append(_Telling(channel, AlertKind.ALERT, rule))
            if rule.when is not AlertTiming.AT_ONCE:
                wanted.append(_Telling(channel, AlertKind.DIGEST_PART, rule))
            elif not confident:
                unsure.append(_Telling(channel, AlertKind.DIGEST_PART, rule))
    told = {telling.channel for telling in at_once}
    return at_once + wanted + [telling for telling in unsure if telling.channel not in told]


def _told_again(change: Change, rules: Sequence[AlertRule], heard: Origins) -> list[_Telling]:
    """Decide how a change with more origins now is told: where it was too unsure before, and no more."""
    at_once = {
        channel
        for rule in rules
        if rule.when is not AlertTiming.DIGEST and is_confident(rule, change, heard[0])
        for channel in channels_of(rule)
    }
    found = []
    for rule in rules:
        if is_confident(rule, change, heard[0]) or not is_confident(rule, change, heard[1]):
            continue
        in_digest = rule.when is AlertTiming.DIGEST
        kind = AlertKind.DIGEST_PART if in_digest else AlertKind.CONFIRMED
        found += [
            _Telling(channel, kind, rule, again=in_digest) for channel in channels_of(rule) if channel not in at_once
        ]
    return found


def _escalated(
    change: Change, rules: Sequence[AlertRule], heard: Origins, before: Mapping[UUID, Change]
) -> list[_Telling]:
    """Decide what the escalation channels of a rule are told: corroboration, disputes, and their end."""
    found = []
    ended = _dispute_ended(change, before)
    for rule in rules:
        if not rule.escalate_to or not is_confident(rule, change, heard[1]):
            continue
        others = [channel for channel in escalates_to(rule) if channel not in channels_of(rule)]
        if heard[0]:
            if heard[0] < ORIGINS_FOR_SURE <= heard[1] and is_confident(rule, change, heard[0]):
                found += [_Telling(channel, AlertKind.CORROBORATED, rule) for channel in escalates_to(rule)]
        elif change.verdict is Verdict.DISPUTES:
            found += [_Telling(channel, AlertKind.DISPUTED, rule) for channel in others]
        elif ended is not None and is_confident(
            rule, ended, heard[1]
        ):  # whoever was not told of it is not told of its end
            found += [_Telling(channel, AlertKind.SETTLED, rule) for channel in others]
    return found


def _dispute_ended(change: Change, before: Mapping[UUID, Change]) -> Change | None:
    """Return the dispute that ``change`` ends: what was last known of its subject; None where that was none."""
    last = next(reversed(tuple(earlier_changes(change, before))), None)
    return last if last is not None and last.verdict is Verdict.DISPUTES and not change.disputed_value else None
