"""Report rows that go back and forth once, then that they flap, then when they have settled. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from pipeline.alerts.compose import compose_message
from pipeline.alerts.envelope import make_alert
from pipeline.alerts.muting import find_mute
from pipeline.alerts.rules import channels_of, is_confident, takes, uncertain_changes
from pipeline.alerts.timing import release
from pipeline.board.fold import in_force
from pipeline.model import Alert, AlertKind, AlertRule, AlertTiming, Article, Change, Mute, Stage, Verdict, Watch
from pipeline.model.text import content_id

TOLD_FOR = timedelta(days=7)  # a row that settled longer ago is not reported any more
_NO_MOVES = frozenset({Verdict.BASELINE, Verdict.DISPUTES})
_State = tuple[Stage | None, str | None]


class Flap(Enum):
    """What a change is to a rule that has been told of its row before."""

    NONE = "none"  # news: the row has not said so lately
    FIRST = "first"  # it goes back to what it said: told, as flapping
    MORE = "more"  # and once more: told when it has settled


def flap_of(rule: AlertRule, row: Sequence[Change]) -> Flap:
    """Decide whether the last change of ``row`` flaps under ``rule``.

    Changes that the rule does not take count as not made, and so do disputes, which leave the row as it was.

    Args:
        rule: its ``flapping`` is how far back is looked; None calls nothing flapping.
        row: the changes of one row of the board that still count, in order.
    """
    taken = _taken(rule, row)
    back = _returns(rule, taken)
    if not back or not back[-1] or taken[-1] != row[-1]:
        return Flap.NONE
    return Flap.FIRST if sum(back) == 1 else Flap.MORE


def flapping_intro(rule: AlertRule) -> str:
    """Return the opening of a message about a row that flaps."""
    return (
        f"FLAPPING: within {_hours(rule)} hours this went back to what was so before. If it goes on so, you are told "
        f"again when it has stood for {_hours(rule)} hours."
    )


def flapping_reason(rule: AlertRule) -> str:
    """Return the reason why a change of a flapping row is not told."""
    return f"flapping: told once already, and again when it has stood for {_hours(rule)} hours (rule '{rule.name}')"


def settled_alerts(
    changes: Iterable[Change],
    articles: Mapping[UUID, Article],
    origins: Mapping[UUID, int],
    watch: Watch,
    now: datetime,
    mutes: Sequence[Mute] = (),
) -> tuple[Alert, ...]:
    """Plan the alerts about rows that flapped and have settled, each once to each channel.

    Args:
        changes: all of the watch, in the order of the board.
        articles: behind those that settled, by id; see :func:`settled_changes`.
        origins: how many independent origins tell each.
        watch: its rules say after how long a row has settled.
        now: the time of planning.
        mutes: what they cover is not reported.
    """
    rows = _rows(changes)
    known = {change.change_id: change for row in rows for change in row}
    out: dict[UUID, Alert] = {}
    for rule, row in _settled(rows, watch, now):
        last = row[-1]
        if find_mute(last, mutes, now) is not None:
            continue
        digest = rule.when is AlertTiming.DIGEST or not is_confident(rule, last, origins.get(last.change_id, 1))
        message = compose_message(
            [last],
            articles=articles,
            before=known,
            origins=origins,
            kind="settled",
            watch=watch,
            uncertain=uncertain_changes([last], [rule], origins),
            intro=_settled_intro(rule, row),
        )
        for channel in channels_of(rule):
            key = content_id("flapping-settled", watch.key, channel, last.change_id)
            alert = make_alert(
                message,
                alert_id=key,
                watch=watch,
                rule=rule.name,
                channel=channel,
                now=now,
                kind=AlertKind.SETTLED,
                change_ids=(last.change_id,),
                due=release(now, rule, digest=digest),
            )
            out.setdefault(key, alert)
    return tuple(out.values())


def settled_changes(changes: Iterable[Change], watch: Watch, now: datetime) -> list[Change]:
    """Return the last change of each row that flapped and has settled."""
    return list({row[-1].change_id: row[-1] for _, row in _settled(_rows(changes), watch, now)}.values())


def _settled(rows: Iterable[Sequence[Change]], watch: Watch, now: datetime) -> list[tuple[AlertRule, Sequence[Change]]]:
    """Return the settled rows, by the rule that they flapped under, with their changes."""
    found: list[tuple[AlertRule, Sequence[Change]]] = []
    for row in rows:
        for rule in watch.rules:
            if rule.flapping is None or len(row) < 2:
                continue
            waited = now - row[-1].known_at - rule.flapping
            if timedelta() <= waited <= TOLD_FOR and takes(rule, row[-1])[0] and flap_of(rule, row) is not Flap.NONE:
                found.append((rule, _taken(rule, row)))
    return found


def _rows(changes: Iterable[Change]) -> list[list[Change]]:
    """Return the changes that still count, by row of the board, each in order."""
    rows: dict[tuple[str, str], list[Change]] = {}
    for change in in_force(changes):
        rows.setdefault((change.aspect, change.subject_key), []).append(change)
    return list(rows.values())


def _taken(rule: AlertRule, row: Sequence[Change]) -> list[Change]:
    return [change for change in row if change.verdict not in _NO_MOVES and takes(rule, change)[0]]


def _returns(rule: AlertRule, taken: Sequence[Change]) -> list[bool]:
    """Decide for each change whether the row goes back to what it said within that time."""
    if rule.flapping is None or not taken:
        return []
    lately = [change for change in taken if taken[-1].known_at - change.known_at <= rule.flapping]
    states = [_before(lately[0]), *map(_state, lately)]
    return [states[i] != states[i - 1] and states[i] in states[: i - 1] for i in range(1, len(states))]


def _state(change: Change) -> _State:
    return change.stage, change.value


def _before(change: Change) -> _State:
    return change.before_stage, change.before_value


def _settled_intro(rule: AlertRule, row: Sequence[Change]) -> str:
    """Return the opening of a message about a settled row: how often it changed, and when."""
    begun = len(row) - 1
    while begun and rule.flapping is not None and row[begun].known_at - row[begun - 1].known_at <= rule.flapping:
        begun -= 1
    first, last = row[begun].known_at, row[-1].known_at
    return (
        f"SETTLED: this changed {len(row) - begun} times, back and forth, from {first:%d %b %Y %H:%M} to "
        f"{last:%d %b %Y %H:%M} UTC. For {_hours(rule)} hours since then it has been as told here."
    )


def _hours(rule: AlertRule) -> str:
    return f"{rule.flapping.total_seconds() / 3600:g}" if rule.flapping is not None else ""
