"""A silence becomes an alert in the outbox, once, and its end another."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flows.run.alarms import raise_alarms
from pipeline.model import PollOutcome
from pipeline.storage import open_store
from tests.storage.builders import NOW, RUN, WATCH, make_entry, make_feed, make_poll, make_watch

FEEDS = (make_feed("times"), make_feed("gazette"))
WATCHED = make_watch(*FEEDS)


def test_a_silence_is_told_once_and_so_is_its_end(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.sync_watch(WATCHED, NOW)

        def round_at(hours: int, new: str = "") -> int:
            """Both feeds are polled; the gazette always brings something, the times only ``new``."""
            at = NOW + timedelta(hours=hours)
            times = [make_entry(new, FEEDS[0])] if new else []
            outcome = PollOutcome.OK if new else PollOutcome.UNCHANGED
            quiet = make_poll(*times, feed=FEEDS[0], polled_at=at, outcome=outcome)
            store.add_polls(RUN, [quiet, make_poll(make_entry(f"g{hours}", FEEDS[1]), feed=FEEDS[1], polled_at=at)])
            raised, over, _ = raise_alarms(store, WATCHED, RUN, at)
            return len(raised) + len(over)

        told = [round_at(0, "one"), round_at(23), round_at(25), round_at(26), round_at(48, "two"), round_at(49)]

        assert told == [0, 0, 1, 0, 1, 0]
        subjects = [p.alert.subject for p in store.alerts_due(WATCH, NOW + timedelta(hours=49), 99)]
        assert subjects.count("Haiti: 1 feed silent") == 2  # on the console and in the file
        assert subjects.count("Haiti: 1 feed heard again") == 2
        assert len(subjects) == 4
