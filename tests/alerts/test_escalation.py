"""What nobody acknowledges is told again, once, to those that the rule names."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from pipeline.alerts import longest_wait, unacknowledged_alerts
from pipeline.model import Alert, AlertKind, AlertRule, Aspect, Change, UnacknowledgedAlert, Urgent, Verdict
from tests.alerts.builders import NOW, RULE, change, planned, watch_of

ASKS = replace(RULE, escalate_after=timedelta(hours=4), escalate_to=("file:boss",))


def escalated(hours: float, rule: AlertRule = ASKS, *, alert: Alert | None = None, now: datetime = NOW) -> list[Alert]:
    told = alert or planned(change(), rules=(rule,))[0]
    waiting = [UnacknowledgedAlert(told, now - timedelta(hours=hours))]
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
    waiting = [UnacknowledgedAlert(alert, NOW - timedelta(hours=5)) for alert in told]

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


# -- again and again -------------------------------------------------------------------------

REPEATS = replace(ASKS, repeat_every=timedelta(hours=2))


def repeated(
    *hours_ago: float, rule: AlertRule = REPEATS, told: Change | None = None, later: tuple = ()
) -> list[Alert]:
    """What is due where a change was told nine hours ago, and again to the boss so many hours ago."""
    one = told or change()
    (first,) = planned(one, rules=(rule,))
    again = escalated(9, rule, alert=first)[0]
    delivered = [UnacknowledgedAlert(again, NOW - timedelta(hours=hours)) for hours in hours_ago]
    known = {c.change_id: c for c in (one, *later)}
    waiting = [UnacknowledgedAlert(first, NOW - timedelta(hours=9)), *delivered]
    return list(unacknowledged_alerts(waiting, known, watch_of(rule), NOW))


def test_a_rule_may_repeat_it_so_long_after_the_last_time() -> None:
    assert repeated(1.9) == []
    (alert,) = repeated(2)

    assert (alert.channel, alert.kind) == ("file:boss", AlertKind.UNACKNOWLEDGED)
    assert "in 9 hours. It is told again every 2 h until somebody does." in alert.body


def test_each_repeat_has_a_key_of_its_own_that_stays_until_it_is_delivered() -> None:
    first, second, third = repeated()[0], repeated(3)[0], repeated(5, 2)[0]

    assert len({first.alert_id, second.alert_id, third.alert_id}) == 3
    assert repeated(4)[0].alert_id == second.alert_id


def test_without_it_nothing_is_repeated() -> None:
    assert repeated(5, rule=ASKS) == []


def test_what_the_board_no_longer_says_is_not_repeated() -> None:
    newer = change(2, subject="ceiling 1", value="2,500")
    taken_back = change(3, verdict=Verdict.WITHDRAWN, supersedes=change().change_id)

    assert len(repeated(3)) == 1
    assert repeated(3, later=(newer,)) == []
    assert repeated(3, later=(taken_back,)) == []


def test_it_is_repeated_for_a_week_and_no_longer() -> None:
    (first,) = planned(change(), rules=(REPEATS,))
    known = {change().change_id: change()}
    late = NOW + timedelta(days=7, hours=4)

    def due(now: datetime) -> int:
        again = UnacknowledgedAlert(escalated(9, REPEATS)[0], NOW)
        return len(unacknowledged_alerts([UnacknowledgedAlert(first, NOW), again], known, watch_of(REPEATS), now))

    assert [due(late), due(late + timedelta(minutes=1))] == [1, 0]
