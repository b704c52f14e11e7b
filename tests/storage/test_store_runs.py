"""Alerts, deliveries and runs."""

from __future__ import annotations

from datetime import timedelta

from pipeline.model import Alert, PendingAlert
from pipeline.model.text import content_id
from pipeline.storage import Store
from tests.storage.builders import NOW, RUN, WATCH, make_alert, make_change, make_delivery, make_run

CHANGES = [make_change(subject=f"thing {n}") for n in range(5)]
ALERT = make_alert(*CHANGES)
LATER = NOW + timedelta(hours=1)


def plan(store: Store, *alerts: Alert) -> None:
    store.add_assessment(RUN, WATCH, [], [], list(alerts), [], {})


def test_a_planned_alert_is_due_with_its_changes_in_their_order(store: Store) -> None:
    plan(store, ALERT)
    assert store.alerts_due(WATCH, NOW, 10) == [PendingAlert(ALERT, 0)]


def test_alerts_come_oldest_first_and_no_more_than_asked_for(store: Store) -> None:
    late, early = make_alert(CHANGES[0], planned_at=LATER), make_alert(CHANGES[1], planned_at=NOW)
    plan(store, late, early)
    assert [pending.alert for pending in store.alerts_due(WATCH, NOW, 1)] == [early]


def test_a_delivered_alert_is_not_due_again(store: Store) -> None:
    plan(store, ALERT)
    assert store.add_deliveries(RUN, [make_delivery(ALERT)]) == 1
    assert store.alerts_due(WATCH, LATER, 10) == []
    assert store.counts(WATCH)["delivered"] == 1


def test_a_failed_alert_waits_for_its_next_attempt(store: Store) -> None:
    plan(store, ALERT)
    store.add_deliveries(RUN, [make_delivery(ALERT, error="no route", retry_at=LATER)])
    assert store.alerts_due(WATCH, LATER - timedelta(minutes=1), 10) == []
    assert store.alerts_due(WATCH, LATER, 10) == [PendingAlert(ALERT, 1)]
    row = store._db.rows("SELECT state, attempts, last_error, retry_at, changes FROM alerts")[0]
    assert row == {"state": "pending", "attempts": 1, "last_error": "no route", "retry_at": LATER, "changes": 5}


def test_no_alert_waits_for_a_clock_that_stood_wrong(store: Store) -> None:
    next_year = NOW + timedelta(days=365)
    plan(store, make_alert(CHANGES[0], planned_at=next_year), ALERT)
    store.add_deliveries(RUN, [make_delivery(ALERT, error="no route", retry_at=next_year)])
    # The clock has gone back behind the one's attempt and the other's planning.
    assert [pending.attempts for pending in store.alerts_due(WATCH, NOW, 10)] == [1, 0]


def test_a_digest_waits_for_its_hour(store: Store) -> None:
    plan(store, make_alert(CHANGES[0], planned_at=NOW + timedelta(hours=10)))
    assert store.alerts_due(WATCH, NOW + timedelta(hours=9), 10) == []
    assert len(store.alerts_due(WATCH, NOW + timedelta(hours=10), 10)) == 1


def test_an_alert_that_was_given_up_stays_so_when_the_clock_goes_back(store: Store) -> None:
    plan(store, ALERT)
    store.add_deliveries(RUN, [make_delivery(ALERT, error="gone", retry_at=None)])
    assert store.alerts_due(WATCH, NOW - timedelta(days=1), 10) == []


def test_the_last_attempt_decides(store: Store) -> None:
    plan(store, ALERT)
    store.add_deliveries(RUN, [make_delivery(ALERT, error="x", retry_at=NOW)])
    store.add_deliveries(RUN, [make_delivery(ALERT, attempt=2, error="gone", retry_at=None)])
    assert store.alerts_due(WATCH, LATER, 10) == []
    assert store._db.rows("SELECT state, last_error FROM alerts") == [{"state": "given_up", "last_error": "gone"}]


def test_an_alert_that_was_delivered_is_not_due_even_where_another_attempt_failed(store: Store) -> None:
    plan(store, ALERT)
    store.add_deliveries(RUN, [make_delivery(ALERT), make_delivery(ALERT, attempt=2, error="busy", retry_at=NOW)])
    assert store.alerts_due(WATCH, LATER, 10) == []
    assert store._db.value("SELECT state FROM alerts") == "delivered"


def test_deliveries_that_are_added_twice_are_there_once(store: Store) -> None:
    plan(store, ALERT)
    delivery = make_delivery(ALERT)
    assert store.add_deliveries(RUN, [delivery]) == 1
    assert store.add_deliveries(RUN, [delivery]) == 0
    assert store._db.value("SELECT count(*) FROM delivery") == 1


def test_the_view_does_not_show_what_a_channel_s_address_may_hide(store: Store) -> None:
    plan(store, make_alert(CHANGES[0], channel="mailto://user:secret@example.org"))
    assert store._db.value("SELECT channel FROM alerts") == "mailto://..."


def test_a_run_is_recorded_from_its_start_to_its_end(store: Store) -> None:
    store.start_run(make_run())
    running = "SELECT outcome, counts, seconds FROM runs"
    assert store._db.rows(running) == [{"outcome": "running", "counts": {}, "seconds": None}]
    done = make_run(
        outcome="partial", reason="2 feeds failed", finished_at=NOW + timedelta(seconds=90), counts={"a": 3}
    )
    for _ in range(2):
        store.finish_run(done)
    assert store._db.rows(running) == [{"outcome": "partial", "counts": {"a": 3}, "seconds": 90.0}]


def test_a_run_that_is_finished_without_a_start_is_recorded_too(store: Store) -> None:
    store.finish_run(make_run(outcome="ok", finished_at=LATER, counts={"a": 1, "b": 2}))
    assert store._db.rows("SELECT outcome, counts FROM runs") == [{"outcome": "ok", "counts": {"a": 1, "b": 2}}]


def test_the_watch_s_clock_is_that_of_the_last_run_that_ended_well(store: Store) -> None:
    assert store.last_run_now(WATCH) is None
    for hours, outcome in enumerate(("ok", "partial", "failed", "running")):
        run_id = content_id("run", outcome)
        store.finish_run(make_run(run_id, now=NOW + timedelta(hours=hours), outcome=outcome))
    assert store.last_run_now(WATCH) == NOW + timedelta(hours=1)
    assert store.last_run_now("aussom") is None
