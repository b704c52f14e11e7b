"""The grammar of events: names, resources and payloads that outside automations rely on."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from pipeline.model import Alarm, Alert, Delivery, Recall, Verdict
from pipeline.steps import events
from pipeline.steps.events import EventSource
from tests.storage.builders import NOW, RUN, make_change, make_feed, make_watch

FEED = make_feed("times")
WATCH = make_watch(FEED)
ROUND, STEP = EventSource(WATCH, RUN, in_round=True), EventSource(WATCH, RUN, in_round=False)
ONE = UUID(int=1)


def delivery(outcome: str, channel: str = "file") -> Delivery:
    return Delivery(ONE, UUID(int=2), channel, 1, NOW, outcome)


def test_nothing_found_tells_nothing() -> None:
    assert events.entries_new(STEP, 0, [FEED]) == ()
    assert events.articles_stored(STEP, 0, []) == ()
    assert events.status_changed(STEP, [], {}) == ()
    assert events.alerts_planned(STEP, []) == ()
    assert events.alerts_delivered(STEP, [delivery("failed")]) == ()
    assert events.alerts_recalled(STEP, []) == ()
    assert events.feeds_silent(STEP, []) == ()


@pytest.mark.parametrize(("teller", "by"), [(ROUND, "round"), (STEP, "step")])
def test_the_resource_is_the_watch_and_says_whether_the_next_step_must_be_woken(teller: EventSource, by: str) -> None:
    (event,) = events.entries_new(teller, 3, [FEED])

    assert event.resource == {
        "prefect.resource.id": f"missionwatch.watch.{WATCH.slug}",
        "prefect.resource.name": WATCH.title,
        "missionwatch.by": by,
    }


def test_many_entries_are_one_event_with_their_number_and_the_feeds_that_were_read() -> None:
    (event,) = events.entries_new(STEP, 300, [FEED, FEED])

    assert event.name == "missionwatch.entry.new"
    assert event.payload == {"version": 1, "watch": WATCH.slug, "run_id": str(RUN), "entries": 300}
    assert [labels["prefect.resource.role"] for labels in event.related] == ["run", "feed"]
    assert event.related[1]["prefect.resource.id"] == f"missionwatch.feed.{FEED.feed_id}"


def test_a_change_is_told_with_its_before_its_sentence_and_its_aspect() -> None:
    change = make_change()
    (event,) = events.status_changed(
        ROUND, [change], {change.article_id: "http://times.test/1"} if change.article_id else {}
    )

    assert event.name == "missionwatch.status.changed"
    assert event.payload["change_id"] == str(change.change_id)
    assert event.payload["quote"] == change.quote
    assert event.related[1] == {
        "prefect.resource.id": f"missionwatch.aspect.{change.aspect}",
        "prefect.resource.name": change.aspect.value,
        "prefect.resource.role": "aspect",
    }


def test_a_dispute_is_told_in_place_of_a_change_and_the_baseline_not_at_all() -> None:
    disputed = replace(make_change(), verdict=Verdict.DISPUTES, disputed_value="2,500")
    baseline = replace(make_change(), verdict=Verdict.BASELINE)

    (event,) = events.status_changed(STEP, [disputed, baseline], {})

    assert (event.name, event.payload["disputed_value"]) == ("missionwatch.status.disputed", "2,500")


def test_the_same_change_has_the_same_event_id_in_each_run_and_two_changes_have_two() -> None:
    change, other = make_change(), replace(make_change(), change_id=ONE)
    again = EventSource(WATCH, ONE, in_round=True)

    (first,), (second,) = events.status_changed(STEP, [change], {}), events.status_changed(again, [change], {})
    (third,) = events.status_changed(STEP, [other], {})

    assert first.event_id == second.event_id != third.event_id


def test_a_long_or_forged_text_of_a_feed_is_cut_and_cleaned() -> None:
    change = replace(make_change(), quote="\u202eevil " + "word " * 1000, value="\x1b[31m" + "v" * 9000)
    (event,) = events.status_changed(STEP, [change], {})

    assert len(str(event.payload["quote"])) <= 500
    assert "\u202e" not in str(event.payload)
    assert "\x1b" not in str(event.payload)
    assert len(json.dumps(event.payload)) < 4000


def test_a_delivery_tells_channels_by_name_and_how_many_failed() -> None:
    (event,) = events.alerts_delivered(STEP, [delivery("delivered"), delivery("failed", "env:HOOK")])

    assert (event.payload["delivered"], event.payload["failed"], event.payload["channels"]) == (1, 1, ["file"])


def test_planned_alerts_tell_their_ids_and_no_text() -> None:
    alert = Alert(ONE, WATCH.slug, "desk", "env:HOOK", (), "subject", "body", NOW)
    (event,) = events.alerts_planned(STEP, [alert])

    assert event.payload["alert_ids"] == [str(ONE)]
    assert "body" not in json.dumps(event.payload)


def test_a_recall_names_what_it_takes_back() -> None:
    recall = Recall(ONE, UUID(int=2), UUID(int=3), None, NOW, "the page is gone")
    (event,) = events.alerts_recalled(STEP, [recall])

    assert event.payload["alert_ids"] == [str(UUID(int=2))]
    assert event.payload["change_ids"] == [str(UUID(int=3))]
    assert event.payload["reason"] == "the page is gone"


def test_silent_feeds_are_one_event_with_the_feeds_beside_it() -> None:
    alarm = Alarm(ONE, WATCH.slug, FEED.feed_id, "silent", NOW - timedelta(hours=30), NOW)
    (event,) = events.feeds_silent(STEP, [alarm])

    assert (event.payload["feeds"], event.payload["whole_watch"]) == (1, False)
    assert event.related[1]["prefect.resource.name"] == FEED.title


def test_other_alarms_than_silences_and_failures_are_no_event_of_silent_feeds() -> None:
    alarm = Alarm(ONE, WATCH.slug, None, "model_away", NOW - timedelta(hours=30), NOW)

    assert events.feeds_silent(STEP, [alarm]) == ()


def test_two_thousand_feeds_make_an_event_that_prefect_takes() -> None:
    many = [make_feed(f"feed{number}") for number in range(2000)]
    (event,) = events.entries_new(STEP, 9, many)

    assert len(event.related) == 50
