"""Remind of days that the board looks forward to, and report those that pass in silence. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from pipeline.alerts.compose import compose_section
from pipeline.alerts.envelope import make_alert
from pipeline.alerts.message import Message, subject_of
from pipeline.alerts.muting import find_mute
from pipeline.alerts.rules import channels_of, takes
from pipeline.alerts.timing import release
from pipeline.model import Alert, AlertKind, AlertRule, Article, Aspect, Change, Mute, Stage, Watch
from pipeline.model.text import content_id

TOLD_FOR = timedelta(days=30)  # a day that passed longer ago is no news, e.g. where a watch begins late
_MONTHS_TEXT = "january february march april may june july august september october november december"
_MONTHS = _MONTHS_TEXT.split()
_SHORT = [month[:3] for month in _MONTHS]  # as the values of typed facts name them: "until 2 Oct 2025"
_NAMES = "|".join(rf"{month[:3]}(?:{month[3:]})?" for month in _MONTHS) + "|sept"
_DATE = (
    rf"(?:(?P<iso>\d{{4}}-\d\d-\d\d)|(?P<day>\d{{1,2}})\s+(?P<month>{_NAMES})(?:,?\s+(?P<year>\d{{4}}))?"
    rf"|(?P<month2>{_NAMES})\s+(?P<day2>\d{{1,2}})(?:,?\s+(?P<year2>\d{{4}}))?)\b"
)
_UNTIL = re.compile(rf"\b(?:until|till|expir\w+(?: on)?|ends?(?: on)?|through)\s+{_DATE}", re.IGNORECASE)
# What lasts until a day, or came after it, is not due on it.
_NAMED = re.compile(
    r"(?<!until )(?<!till )(?<!to )(?<!through )(?<!after )(?<!since )(?<!expires on )(?<!expire on )"
    rf"\b{_DATE}",
    re.IGNORECASE,
)
NEXT = timedelta(days=300)  # a day without its year lies no further ahead: beyond, last year's is meant
_STANDS = frozenset({Stage.DECIDED, Stage.IN_EFFECT})
_AHEAD = frozenset({Stage.PLANNED, Stage.DECIDED})
_OPEN = frozenset({Stage.PROPOSED, Stage.PLANNED, Stage.REJECTED})  # what changes nothing of a mandate's end


@dataclass(frozen=True, slots=True)
class Expected:
    """A day that a row of the board looks forward to; ``ends`` is True where something ends on it."""

    change: Change
    day: date
    ends: bool


def expected_days(board: Iterable[Change]) -> tuple[Expected, ...]:
    """List the days that ``board`` looks forward to, the earliest first.

    A mandate's end counts as long as nothing later is known of the mandate; a planned step, where its sentence names
    one day that is still ahead.

    Args:
        board: the change that made each row.
    """
    rows = tuple(board)
    found = []
    for change in rows:
        if (day := ends_on(change)) is not None:
            later = any(
                other.aspect is change.aspect and other.known_at > change.known_at and other.stage not in _OPEN
                for other in rows
            )
            if not later:
                found.append(Expected(change, day, ends=True))
        elif (day := happens_on(change)) is not None:
            found.append(Expected(change, day, ends=False))
    return tuple(sorted(found, key=lambda one: (one.day, str(one.change.change_id))))


def ends_on(change: Change) -> date | None:
    """Return the day on which ``change`` says that the mandate ends; None where it says none."""
    if change.aspect is not Aspect.MANDATE or change.stage not in _STANDS:
        return None
    said = _UNTIL.search(change.value)
    return _day_of(said) if said else None


def happens_on(change: Change) -> date | None:
    """Return the one day ahead that a plan names for its event; None where there is none."""
    if change.stage not in _AHEAD:
        return None
    known = change.known_at.date()
    days = {day for said in _NAMED.finditer(change.quote) if (day := _day_of(said, known)) is not None and day > known}
    return days.pop() if len(days) == 1 else None


def _day_of(said: re.Match[str], known: date | None = None) -> date | None:
    """Return the day that ``said`` names; None where it is impossible or its year is not plain.

    Args:
        said: a match of the dates above.
        known: when it was said; a day without its year is the next one, where that is near.
    """
    try:
        if said["iso"]:
            return date.fromisoformat(said["iso"])
        month = _SHORT.index((said["month"] or said["month2"]).lower()[:3]) + 1
        number, year = int(said["day"] or said["day2"]), said["year"] or said["year2"]
        if year:
            return date(int(year), month, number)
        if known is None:
            return None
        this = date(known.year, month, number)
        day = this if this > known else date(known.year + 1, month, number)
    except ValueError:
        return None
    return day if day - known <= NEXT else None


def expected_alerts(
    board: Iterable[Change],
    articles: Mapping[UUID, Article],
    origins: Mapping[UUID, int],
    watch: Watch,
    now: datetime,
    mutes: Sequence[Mute] = (),
) -> tuple[Alert, ...]:
    """Plan the alerts about expected days: each reminder, and each silence after the day, once a channel.

    The same rows on a later day of the same wait give the same keys, so who stores them stores each once.

    Args:
        board: the change that made each row.
        articles: behind them, by id.
        origins: how many independent origins tell each.
        watch: its rules say how many days before, and to whom.
        now: the time of planning.
        mutes: of a row that they cover nobody is reminded.
    """
    days = [one for one in expected_days(board) if find_mute(one.change, mutes, now) is None]
    out: dict[UUID, Alert] = {}
    for rule in watch.rules:
        today = now.astimezone(ZoneInfo(rule.timezone)).date()
        for one in days:
            if not takes(rule, one.change)[0]:
                continue
            for kind in _due(one, rule, today):
                for alert in _alerts(one, kind, rule, articles, origins, watch, now):
                    out.setdefault(alert.alert_id, alert)
    return tuple(out.values())


def _due(one: Expected, rule: AlertRule, today: date) -> Iterator[str]:
    """Yield the reminders that are due: the nearest of those whose day has come, or that the day has passed."""
    if not rule.remind_before:
        return
    if one.day < today <= one.day + TOLD_FOR:
        yield "passed"
        return
    known = one.change.known_at.date()
    # A reminder that would have been due before we knew of the day is no reminder: the change itself told it.
    come = [
        days
        for days in rule.remind_before
        if one.day - timedelta(days=days) <= today <= one.day and known < one.day - timedelta(days=days)
    ]
    if come:
        yield f"{min(come)}"


def _alerts(
    one: Expected,
    kind: str,
    rule: AlertRule,
    articles: Mapping[UUID, Article],
    origins: Mapping[UUID, int],
    watch: Watch,
    now: datetime,
) -> Iterator[Alert]:
    message = _message(one, kind, articles, origins, watch, now.astimezone(ZoneInfo(rule.timezone)).date())
    due = release(now, rule)
    for channel in channels_of(rule):
        yield make_alert(
            message,
            alert_id=content_id("expected", watch.key, channel, one.change.change_id, one.day.isoformat(), kind),
            watch=watch,
            rule=rule.name,
            channel=channel,
            now=now,
            kind=AlertKind.EXPECTED,
            change_ids=(one.change.change_id,),
            due=due,
        )


def _message(
    one: Expected,
    kind: str,
    articles: Mapping[UUID, Article],
    origins: Mapping[UUID, int],
    watch: Watch,
    today: date,
) -> Message:
    change, left = one.change, (one.day - today).days
    what = f"{change.aspect} {'ends' if one.ends else 'is due'}"
    when = f"{one.day:%d %b %Y}"
    if kind == "passed":
        head = f"{change.aspect}: {when} has passed with nothing reported"
        intro = (
            f"PASSED: by what the board says, {change.subject}: {change.value} "
            f"{'ended' if one.ends else 'was to happen'} on {when}. Nothing that was read since says what became of it."
        )
    else:
        wait = "today" if not left else "tomorrow" if left == 1 else f"in {left} days"
        head = f"{what} {wait} ({when})"
        does = "ends" if one.ends else "is due"
        intro = f"EXPECTED: by what the board says, {change.subject}: {change.value} {does} {wait}, on {when}."
    section = compose_section(
        change,
        article=articles.get(change.article_id) if change.article_id else None,
        before=None,
        origins=origins.get(change.change_id, 1),
    )
    return Message(subject_of(f"{watch.title}: {head}"), intro, (replace(section, became=_row(change)),))


def _row(change: Change) -> str:
    return f"{change.subject}: {change.value}"
