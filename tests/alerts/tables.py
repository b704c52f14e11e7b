"""What came of a month, read from what it left: the store, and what arrived outside. And the tables of it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from pipeline import alerts as alerting
from pipeline.lab.bench import Table
from pipeline.model import Alert, AlertKind, AlertRule, Change
from pipeline.storage import LIVE, Store
from pipeline.storage.connection import open_connection
from pipeline.storage.queries.base import alert_of
from tests.alerts.fate import KINDS
from tests.alerts.outside import Arrival
from tests.alerts.world import DESK, DESK_AT, DUTY_AT, OFFICE, OFFICE_AT, Span

ARRIVED = "arrived.json"
CHANNELS = {"desk": DESK_AT, "office": OFFICE_AT, "duty": DUTY_AT}
# By whose hours a channel is served: the duty officer is told as the desk's rule says.
HOURS: dict[str, AlertRule] = {"desk": DESK, "office": OFFICE, "duty": DESK}


@dataclass(frozen=True, slots=True)
class Told:
    """A message that arrived, and the alert that it is."""

    arrival: Arrival
    alert: Alert

    @property
    def at(self) -> datetime:
        """When, by the clock of the month."""
        return self.arrival.at


@dataclass(frozen=True)
class Month:
    """What came of a simulated month.

    Attributes:
        span: what was lived through.
        changes: those that it brought, in order.
        alerts: all that was put into the outbox, by key.
        told: what arrived, in order, repeats too.
        strangers: arrivals whose key the store doesn't know.
        undelivered: the state of each alert that is not delivered.
        heard: which independent origin has said each change since when, earlier changes too.
        refused: attempts that a channel refused, by channel.
        acked: when each message was acknowledged, by key.
        struck: the sudden ends by kind; ``left`` are those that did not come.
        rounds: that were lived through to their end.
        put_back: dead letters that were put back.
    """

    span: Span
    changes: tuple[Change, ...]
    alerts: dict[UUID, Alert]
    told: tuple[Told, ...]
    strangers: tuple[Arrival, ...]
    undelivered: Counter[str]
    heard: tuple[tuple[Change, str, datetime], ...]
    refused: Counter[str]
    acked: dict[UUID, datetime]
    struck: Counter[str]
    left: int
    rounds: int
    put_back: int

    def of(self, channel: str, *kinds: AlertKind) -> list[Told]:
        """What came to one channel, each key once; of some kinds only, where they are named."""
        return [
            one
            for one in self.told
            if one.arrival.channel == channel and not one.arrival.again and (not kinds or one.alert.kind in kinds)
        ]


def read_month(folder: Path) -> Month:
    """What :func:`tests.alerts.month.simulate` left in ``folder``."""
    outside = json.loads((folder / ARRIVED).read_text("utf-8"))
    start, end = (datetime.fromisoformat(outside[name]) for name in ("start", "end"))
    span = Span(start, end, timedelta(seconds=outside["every"]), outside["kills"])
    db = open_connection(folder / LIVE, read_only=True)
    try:
        store = Store(db)
        changes = store.load_changes("haiti")
        rows = db.rows(
            "SELECT a.*, c.change_ids FROM alert a LEFT JOIN (SELECT alert_id, list(change_id ORDER BY place) AS "
            "change_ids FROM alert_change GROUP BY alert_id) c USING (alert_id)"
        )
        alerts = {row["alert_id"]: alert_of(row) for row in rows}
        states = Counter(
            f"{row['kind']} {row['state']}" for row in store.alerts("haiti") if row["state"] != "delivered"
        )
        by_id = {change.change_id: change for change in changes}
        said = db.rows(
            "SELECT p.change_id, s.source, min(s.published) AS first FROM change_support p JOIN change_article s "
            "USING (article_id) GROUP BY ALL ORDER BY first, s.source"
        )
        heard = [(by_id[row["change_id"]], row["source"], row["first"]) for row in said]
        put_back = int(db.value("SELECT count(*) FROM alert_retry"))
    finally:
        db.close()
    arrivals = [Arrival(**{**one, "at": datetime.fromisoformat(one["at"])}) for one in outside["arrivals"]]
    return Month(
        span=span,
        changes=tuple(c for c in changes if span.round_of(c.known_at) >= 0),
        alerts=alerts,
        told=tuple(Told(one, alerts[UUID(one.key)]) for one in arrivals if UUID(one.key) in alerts),
        strangers=tuple(one for one in arrivals if UUID(one.key) not in alerts),
        undelivered=states,
        heard=tuple(heard),
        refused=Counter(outside["refused"]),
        acked={UUID(key): datetime.fromisoformat(at) for key, at in outside["acked"].items()},
        struck=Counter(outside["struck"]),
        left=outside["left"],
        rounds=outside["rounds"],
        put_back=put_back,
    )


def in_quiet_hours(one: Told) -> bool:
    """Whether a message came within the quiet hours that hold for its channel."""
    return alerting.is_quiet(one.at, HOURS[one.arrival.channel])


def quiet_breaches(month: Month) -> list[Told]:
    """The messages that came within quiet hours and are not urgent."""
    return [one for one in month.told if in_quiet_hours(one) and not one.alert.urgent]


# -- the tables ----------------------------------------------------------------------------------


def summary(month: Month) -> list[Table]:
    """What the month came to, and what arrived when."""
    return [_whole(month), _arrived(month)]


def _whole(month: Month) -> Table:
    kinds = Counter(one.alert.kind for one in month.told if not one.arrival.again)
    urgent = sum(in_quiet_hours(one) for one in month.told) - len(quiet_breaches(month))
    rows = [
        ("days, rounds", f"{(month.span.end - month.span.start).days}, {month.rounds}"),
        ("changes that they brought", f"{len(month.changes)}"),
        ("messages: desk, office, duty officer", ", ".join(f"{len(month.of(name))}" for name in CHANNELS)),
        ("of these: escalated", ", ".join(
            f"{kinds[kind]} {kind}" for kind in (AlertKind.CORROBORATED, AlertKind.DISPUTED, AlertKind.SETTLED,
                                                AlertKind.UNACKNOWLEDGED) if kinds[kind])),
        ("of these: expected days, alarms", f"{kinds[AlertKind.EXPECTED]}, {kinds[AlertKind.ALARM]}"),
        ("messages that the desk acknowledged", f"{len(month.acked)}"),
        ("the process was killed", f"{sum(month.struck.values())} times: "
         + ", ".join(f"{month.struck[kind]} {kind}" for kind in KINDS if month.struck[kind])),
        ("messages that came twice, with the same key", f"{sum(one.arrival.again for one in month.told)}"),
        ("attempts that the desk's channel refused while it was down", f"{month.refused['desk']}"),
        ("dead letters put back when it worked again", f"{month.put_back}"),
        ("messages within quiet hours: urgent, other", f"{urgent}, {len(quiet_breaches(month))}"),
        ("alerts not delivered at the end", f"{sum(month.undelivered.values())}"),
    ]  # fmt: skip
    return Table("A month of alerts", ("what", "figure"), tuple(rows))


def _arrived(month: Month) -> Table:
    rows = []
    for one in month.told:
        alert, channel = one.alert, one.arrival.channel
        wait = one.at - alert.not_before
        rows.append(
            (
                f"{one.at.astimezone(ZoneInfo(HOURS[channel].timezone)):%a %d %b %H:%M}",
                channel,
                f"{alert.kind}{', urgent' if alert.urgent else ''}",
                f"{len(alert.change_ids) or '-'}",
                f"{wait.total_seconds() / 3600:.0f} h" if wait >= month.span.every else "",
                "again" if one.arrival.again else "",
                _acked(month, one),
                one.arrival.subject.replace("|", "/"),
            )
        )
    head = ("when (the rule's zone)", "channel", "kind", "changes", "late", "repeat", "acknowledged", "subject")
    return Table("What arrived when", head, tuple(rows))


def _acked(month: Month, one: Told) -> str:
    at = month.acked.get(one.alert.alert_id)
    if at is None or one.arrival.again:
        return ""
    return f"{at.astimezone(ZoneInfo(HOURS[one.arrival.channel].timezone)):%a %H:%M}"
