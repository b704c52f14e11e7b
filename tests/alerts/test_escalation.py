"""What nobody acknowledges is told again, once, to those that the rule names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from pipeline.alerts import longest_wait, unacknowledged_alerts
from pipeline.model import Alert, AlertKind, AlertRule, Aspect, ToldAlert, Urgent
from tests.alerts.builders import NOW, RULE, change, planned, watch_of

ASKS = replace(RULE, escalate_after=timedelta(hours=4), escalate_to=("file:boss",))


def escalated(hours: float, rule: AlertRule = ASKS, *, alert: Alert | None = None, now: datetime = NOW) -> list[Alert]:
    told = alert or planned(change(), rules=(rule,))[0]
    waiting = [ToldAlert(told, now - timedelta(hours=hours))]
    return list(unacknowledged_alerts(waiting, {change().change_id: change()}, watch_of(rule), now))


def test_an_alert_that_nobody_acknowledged_in_four_hours_is_told_to_the_next() -> None:
    assert escalated(3.9) == []
    (alert,) = escalated(4)

    assert (alert.channel, alert.kind, alert.change_ids) == (
        "file:boss",
        AlertKind.UNACKNOWLEDGED,
        (change().change_id,),
    )
    assert alert.subject.startswith("not acknowledged: ")
    assert "nobody has acknowledged it in 4 hours" in alert.body
    assert "The Council decided." in alert.body


def test_it_has_the_same_key_at_each_look_so_that_it_is_told_once() -> None:
    assert escalated(4)[0].alert_id == escalated(9)[0].alert_id


def test_the_same_changes_in_two_channels_escalate_once() -> None:
    told = planned(change(), rules=(replace(ASKS, channels=("file:a", "file:b")),))
    waiting = [ToldAlert(alert, NOW - timedelta(hours=5)) for alert in told]

    assert len(waiting) == 2
    assert len(unacknowledged_alerts(waiting, {}, watch_of(ASKS), NOW)) == 1


def test_without_other_channels_it_is_told_again_where_it_was() -> None:
    assert [a.channel for a in escalated(5, replace(ASKS, escalate_to=()))] == ["file:desk"]


def test_a_rule_that_asks_for_no_acknowledgement_escalates_nothing() -> None:
    assert escalated(50, RULE) == []
    assert longest_wait(watch_of(RULE)) is None


def test_what_is_a_week_late_is_not_dug_up() -> None:
    assert escalated(4 + 7 * 24 + 1) == []


def test_a_digest_and_an_escalation_ask_nobody() -> None:
    (alert,) = planned(change(), rules=(ASKS,))

    for kind in (AlertKind.DIGEST, AlertKind.UNACKNOWLEDGED, AlertKind.EXPECTED, AlertKind.ALARM):
        assert escalated(5, alert=replace(alert, kind=kind)) == []


def test_it_waits_for_the_end_of_quiet_hours_unless_it_is_urgent() -> None:
    night = datetime(2025, 10, 2, 2, tzinfo=UTC)
    quiet = replace(ASKS, quiet=(time(22), time(7)))
    urgent = replace(quiet, urgent=Urgent(frozenset({Aspect.STRENGTH})))

    assert [a.due_at for a in escalated(5, quiet, now=night)] == [datetime(2025, 10, 2, 7, tzinfo=UTC)]
    assert [(a.due_at, a.urgent) for a in escalated(5, urgent, now=night)] == [(None, True)]
