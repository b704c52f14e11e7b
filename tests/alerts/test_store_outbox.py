"""The outbox in the store: digests, quiet hours, dead letters, channels, acknowledgement."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from pipeline.model import Alert, AlertKind, ChannelAlarm, Delivery
from pipeline.model.errors import UsageError
from pipeline.model.text import content_id
from pipeline.storage import LIVE, Store
from pipeline.storage.connection import open_connection
from pipeline.storage.migrations import migrate
from tests.storage.builders import NOW, RUN, WATCH, make_alert, make_change, make_delivery
from tests.storage.earlier import unpack

CHANGES = [make_change(subject=f"thing {number}") for number in range(6)]
HOUR = timedelta(hours=1)


def alert(number: int = 0, channel: str = "file:desk", **values: object) -> Alert:
    return replace(make_alert(CHANGES[number], channel=channel), **values)


def tried(one: Alert, attempt: int, at: datetime, *, fails: bool = True, dead: bool = False) -> Delivery:
    made = make_delivery(one, attempt=attempt, error="503" if fails else "")
    return replace(made, attempted_at=at, retry_at=None if dead or not fails else at + HOUR)


def put(store: Store, *alerts: Alert) -> None:
    store.add_alerts(RUN, alerts)


def due(store: Store, at: datetime = NOW, limit: int = 10) -> list[Alert]:
    return [pending.alert for pending in store.alerts_due(WATCH, at, limit)]


# -- times -----------------------------------------------------------------------------------


def test_an_alert_waits_for_its_time_and_comes_back_as_it_was(store: Store) -> None:
    waits = alert(due_at=NOW + 7 * HOUR, kind=AlertKind.CONFIRMED, urgent=True, message='{"subject": "s"}')
    put(store, waits)

    assert due(store, NOW + 6 * HOUR) == []
    assert due(store, NOW + 7 * HOUR) == [waits]
    row = store.outbox(WATCH)[0]
    assert (row["waits"], row["kind"], row["next_try"]) == ("for its time", "confirmed", NOW + 7 * HOUR)


def test_what_is_urgent_comes_first_and_each_channel_has_its_own_limit(store: Store) -> None:
    urgent = alert(3, urgent=True)
    put(store, *(alert(number) for number in range(3)), urgent, alert(4, "file:office"))

    assert due(store, NOW, 1) == [urgent, alert(4, "file:office")]


# -- digests ---------------------------------------------------------------------------------


def part(number: int) -> Alert:
    made = alert(number, kind=AlertKind.DIGEST_PART, due_at=NOW + HOUR)
    return replace(made, alert_id=content_id("part", number))


def digest(*parts: Alert) -> Alert:
    ids = tuple(i for one in parts for i in one.change_ids)
    parted = tuple(one.alert_id for one in parts)
    return alert(0, alert_id=content_id("digest", *parted), kind=AlertKind.DIGEST, change_ids=ids, parts=parted)


def test_a_part_is_never_sent_by_itself_and_is_gathered_once(store: Store) -> None:
    put(store, part(0), part(1))
    assert due(store, NOW + 2 * HOUR) == []
    assert store.digest_parts_due(WATCH, NOW) == []
    assert store.digest_parts_due(WATCH, NOW + HOUR) == [part(0), part(1)]

    whole = digest(part(0), part(1))
    put(store, whole)

    assert store.digest_parts_due(WATCH, NOW + HOUR) == []
    assert due(store, NOW + HOUR) == [replace(whole, parts=())]


def test_what_an_alert_tells_as_confirmed_is_known_by_its_channel(store: Store) -> None:
    confirmed = alert(0, kind=AlertKind.CONFIRMED)
    put(store, confirmed, part(1))

    assert store.told_as_confirmed(WATCH) == {confirmed.channel: set(confirmed.change_ids)}


def test_a_digest_and_its_parts_are_one_message(store: Store) -> None:
    put(store, part(0), part(1), whole := digest(part(0), part(1)))
    store.add_deliveries(RUN, [tried(whole, 1, NOW, fails=False)])

    assert [(row["kind"], row["state"], row["changes"]) for row in store.alerts(WATCH)] == [("digest", "delivered", 2)]
    assert store.outbox(WATCH) == []
    assert (store.counts(WATCH)["alerts"], store.counts(WATCH)["delivered"]) == (1, 1)


def test_a_digest_that_was_recalled_is_recalled_once_and_not_for_its_parts(store: Store) -> None:
    put(store, part(0), whole := digest(part(0)))

    assert [sent.alert.alert_id for sent in store.alerts_about(WATCH, whole.change_ids)] == [whole.alert_id]


# -- dead letters ----------------------------------------------------------------------------


def dead(store: Store, one: Alert, *, since: datetime = NOW, step: timedelta = 4 * HOUR) -> datetime:
    """Twelve failures; the time of the last."""
    last = since + 11 * step
    store.add_deliveries(RUN, [tried(one, n, since + (n - 1) * step, dead=n == 12) for n in range(1, 13)])
    return last


def test_a_dead_letter_is_tried_no_more_and_is_listed(store: Store) -> None:
    put(store, alert())
    last = dead(store, alert())

    assert due(store, last + 100 * HOUR) == []
    assert [(row["attempts"], row["waits"], row["next_try"]) for row in store.dead_letters(WATCH)] == [
        (12, "dead: 503", None)
    ]


def test_a_dead_letter_that_is_put_back_is_due_with_its_tries_forgiven(store: Store) -> None:
    put(store, alert(), alert(1))
    last = dead(store, alert())
    dead(store, alert(1))

    assert store.put_back(WATCH, [alert().alert_id]) == 1
    assert store.put_back(WATCH, [alert().alert_id]) == 0

    (pending,) = store.alerts_due(WATCH, last, 10)
    assert (pending.alert, pending.attempts, pending.tries) == (alert(), 12, 0)
    assert [row["alert_id"] for row in store.dead_letters(WATCH)] == [alert(1).alert_id]
    store.add_deliveries(RUN, [tried(alert(), 13, last + HOUR)])
    assert due(store, last + HOUR) == []


def test_all_dead_letters_can_be_put_back(store: Store) -> None:
    put(store, alert(), alert(1))
    dead(store, alert())
    dead(store, alert(1))

    assert store.put_back(WATCH) == 2


def test_a_letter_that_died_in_an_outage_is_put_back_when_the_channel_works_again(store: Store) -> None:
    put(store, alert(), alert(1), alert(2, "file:office"))
    last = dead(store, alert())
    store.add_deliveries(RUN, [tried(alert(2, "file:office"), 1, last + HOUR, fails=False)])
    assert store.put_back_after_outages(WATCH) == 0

    store.add_deliveries(RUN, [tried(alert(1), 1, last + HOUR, fails=False)])

    assert store.put_back_after_outages(WATCH) == 1
    assert store.put_back_after_outages(WATCH) == 0
    assert due(store, last + HOUR) == [alert()]


def test_a_letter_that_dies_again_after_it_was_put_back_stays_dead(store: Store) -> None:
    put(store, alert(), alert(1), alert(2))
    last = dead(store, alert())
    store.add_deliveries(RUN, [tried(alert(1), 1, last + HOUR, fails=False)])
    assert store.put_back_after_outages(WATCH) == 1

    later = last + 100 * HOUR
    store.add_deliveries(RUN, [tried(alert(), 12 + n, later + n * HOUR, dead=n == 12) for n in range(1, 13)])
    store.add_deliveries(RUN, [tried(alert(2), 1, later + 14 * HOUR, fails=False)])

    assert store.put_back_after_outages(WATCH) == 0
    assert [row["alert_id"] for row in store.dead_letters(WATCH)] == [alert().alert_id]


def test_a_letter_that_was_refused_while_its_channel_took_others_stays_dead(store: Store) -> None:
    put(store, alert(), alert(1), alert(2))
    last = dead(store, alert())
    store.add_deliveries(RUN, [tried(alert(1), 1, last - HOUR, fails=False)])
    store.add_deliveries(RUN, [tried(alert(2), 1, last + HOUR, fails=False)])

    assert store.put_back_after_outages(WATCH) == 0


# -- channels --------------------------------------------------------------------------------


def test_a_channels_failures_are_counted_by_rounds_since_it_last_took_something(store: Store) -> None:
    put(store, alert(), alert(1), alert(2))
    store.add_deliveries(RUN, [tried(alert(), 1, NOW - HOUR), tried(alert(1), 1, NOW, fails=False)])
    assert [state.failures for state in store.channel_states(WATCH)] == [0]

    for hours in (1, 2):
        at = NOW + hours * HOUR
        store.add_deliveries(RUN, [tried(alert(), 1 + hours, at), tried(alert(2), hours, at)])

    (state,) = store.channel_states(WATCH)
    assert (state.failures, state.since, state.last_at, state.reason) == (2, NOW + HOUR, NOW + 2 * HOUR, "503")


def test_an_alarm_about_a_channel_stands_until_it_is_over(store: Store) -> None:
    alarm = ChannelAlarm(content_id("alarm", 1), WATCH, "file:desk", NOW, NOW, "503")

    assert store.add_channel_alarms(RUN, [alarm], [], [alert(1, "file:office")]) == 1
    assert store.open_channel_alarms(WATCH) == [alarm]
    store.add_channel_alarms(RUN, [], [replace(alarm, cleared_at=NOW + HOUR)], [])
    assert store.open_channel_alarms(WATCH) == []


# -- acknowledgement -------------------------------------------------------------------------


def delivered(store: Store, *alerts: Alert) -> None:
    put(store, *alerts)
    store.add_deliveries(RUN, [tried(one, 1, NOW, fails=False) for one in alerts])


def unasked(store: Store) -> list[Alert]:
    return [told.alert for told in store.unacknowledged(WATCH, NOW - HOUR)]


def test_an_alert_asks_until_somebody_acknowledges_it_and_twice_is_once(store: Store) -> None:
    delivered(store, alert())
    assert unasked(store) == [alert()]

    assert store.acknowledge(WATCH, alert().alert_id, by="ann", note="seen")
    assert not store.acknowledge(WATCH, alert().alert_id, by="ann")

    assert unasked(store) == []
    (row,) = store.alerts(WATCH)
    assert (row["acked_by"], row["ack_note"], row["acked_at"] is not None) == ("ann", "seen", True)


def test_the_same_changes_in_another_channel_are_acknowledged_too_and_others_are_not(store: Store) -> None:
    both = replace(make_alert(CHANGES[0], CHANGES[1], channel="file:c"))
    delivered(store, alert(), alert(0, "file:office"), both)

    store.acknowledge(WATCH, alert().alert_id, by="ann")

    assert unasked(store) == [both]


def test_what_is_not_delivered_or_long_ago_asks_nobody(store: Store) -> None:
    put(store, alert())
    delivered(store, alert(1))

    assert unasked(store) == [alert(1)]
    assert store.unacknowledged(WATCH, NOW + HOUR) == []


def test_an_alert_is_found_by_the_first_signs_of_its_id(store: Store) -> None:
    put(store, alert())

    assert store.find_alert(WATCH, str(alert().alert_id)[:8].upper())["alert_id"] == alert().alert_id


def test_signs_that_begin_two_ids_take_neither(store: Store) -> None:
    one, other = (alert(n, alert_id=UUID(f"aaaaaaaa-0000-4000-8000-00000000000{n}")) for n in (1, 2))
    put(store, one, other)

    with pytest.raises(UsageError, match="'aaaaaaaa' begins the ids of several alerts of the watch haiti"):
        store.find_alert(WATCH, "aaaaaaaa")
    assert store.find_alert(WATCH, str(other.alert_id))["alert_id"] == other.alert_id


@pytest.mark.parametrize("asked", ["", "ffffffff", "%", "abc"])
def test_an_id_of_no_alert_is_told(store: Store, asked: str) -> None:
    put(store, alert())

    with pytest.raises(UsageError, match="is the id of no alert"):
        store.find_alert(WATCH, asked)


# -- the way from the schema before ----------------------------------------------------------


def test_alerts_of_a_store_from_before_are_what_they_were(tmp_path: Path) -> None:
    db = open_connection(unpack("recalls", tmp_path) / LIVE)
    for table in ("alert", "alert_change", "delivery"):
        db.run(f"DELETE FROM {table}")
    for number, (rule, subject, body, has_change) in enumerate(
        [
            ("all", "Haiti: x", "LEAD: x", True),
            ("all", "confirmed: Haiti: x", "LEAD: x", True),
            ("all", "uncertain: Haiti: x", "UNCERTAIN: one source", True),
            ("recall", "RECALL: Haiti", "RECALL of", True),
            ("all", "Haiti: 1 feed silent", "SILENT: x", False),
        ]
    ):
        alert_id = str(content_id("old", number))
        db.run(
            "INSERT INTO alert VALUES (?, ?, ?, ?, 'console', ?, ?, CAST(? AS TIMESTAMPTZ))",
            [alert_id, str(RUN), WATCH, rule, subject, body, NOW],
        )
        if has_change:
            db.run("INSERT INTO alert_change VALUES (?, ?, 0)", [alert_id, str(CHANGES[0].change_id)])
    migrate(db)
    store = Store(db)

    kinds = [row["kind"] for row in sorted(store.alerts(WATCH), key=lambda row: str(row["body"]))]
    assert sorted(kinds) == ["alarm", "alert", "confirmed", "digest_part", "recall"]
    assert len(store.alerts_due(WATCH, NOW, 10)) == 4
    assert [part.subject for part in store.digest_parts_due(WATCH, NOW)] == ["uncertain: Haiti: x"]
    db.close()
