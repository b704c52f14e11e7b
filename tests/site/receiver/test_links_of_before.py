"""Links that were sent before a watch was renamed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.site.receiver.desk import Desk
from pipeline.site.receiver.server import Listened, places_of
from pipeline.storage import open_store
from tests.storage.builders import NOW, RUN, WATCH, make_alert, make_delivery, make_watch


def test_a_link_of_before_a_rename_acknowledges_the_alert_that_it_was_sent_with(tmp_path: Path) -> None:
    alert = make_alert()
    with open_store(tmp_path) as store:
        store.sync_watch(make_watch(), NOW)
        store.add_alerts(RUN, [alert])
        store.add_deliveries(RUN, [make_delivery(alert)])
        store.sync_watch(replace(make_watch(), slug="gsf", formerly=(WATCH,)), NOW)
    desk = Desk(places_of([Listened("gsf", "Haiti", tmp_path, (WATCH,))]))

    seen = desk.look(WATCH, alert.alert_id)
    acknowledged, new = desk.acknowledge(WATCH, alert.alert_id, by="ana", note="")

    assert seen is not None
    assert seen.subject == alert.subject
    assert acknowledged is not None
    assert (acknowledged.acked_by, new) == ("ana", True)
    assert desk.look("gsf", alert.alert_id) == acknowledged


def test_a_name_that_another_watch_has_now_leads_to_that_one(tmp_path: Path) -> None:
    places = places_of([Listened("b", "B", tmp_path / "b", ("a",)), Listened("a", "A", tmp_path / "a")])

    assert (places["a"].title, places["b"].title) == ("A", "B")
