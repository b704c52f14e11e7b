"""What goes wrong with a feed or with the watch is told through its channels, once, and so is its end."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from flows.run.alarms import raise_alarms
from pipeline.health import FEED_KINDS, WATCH_KINDS
from pipeline.model import AlarmKind, Alert, Article, Entry, PollOutcome, ReaderChoice
from pipeline.model.text import content_id
from pipeline.storage import PUBLISHED, Store, open_store
from tests.storage.builders import (
    NOW,
    RUN,
    make_article,
    make_entry,
    make_feed,
    make_fetch,
    make_poll,
    make_run,
    make_watch,
)

pytestmark = pytest.mark.slow

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
TIMES, GAZETTE = make_feed("times"), make_feed("gazette")  # expected every day
GOOD = " ".join(f"word{number}" for number in range(200))
WELL = {"pages": 2, "llm_tokens_out": 99}
Changed = dict[str, Any]


class Isle:
    """A watch of two feeds that is run every hour; all is well but for what a test changes of one of them."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.watch = replace(make_watch(TIMES, GAZETTE), reader=ReaderChoice(verify="llm"))
        self.hours = 0
        store.sync_watch(self.watch, NOW)

    @property
    def now(self) -> datetime:
        return NOW + self.hours * HOUR

    def hour(
        self,
        *,
        entries: int = 1,
        entry: Changed | None = None,
        poll: Changed | None = None,
        page: Changed | None = None,
        article: Changed | None = None,
        run: Changed | None = None,
        reads: bool = True,
        publishes: bool = True,
    ) -> list[Alert]:
        """Do one round, of which the Times and the run are as given; return what the console is told."""
        at, self.hours = self.now, self.hours + 1
        brought: list[tuple[Entry, Changed, Changed]] = []
        polls = []
        for feed, count in ((TIMES, entries), (GAZETTE, 1)):
            is_times = feed is TIMES
            plain = {"seen_at": at, "published": at - 10 * MINUTE}
            new = [
                make_entry(f"{at:%d%H}-{n}", feed, **{**plain, **((entry or {}) if is_times else {})})
                for n in range(count)
            ]
            polls.append(
                make_poll(*new, feed=feed, **{"polled_at": at, "read_before": 9, **((poll or {}) if is_times else {})})
            )
            brought += [(one, (page or {}) if is_times else {}, (article or {}) if is_times else {}) for one in new]
        self.store.add_polls(RUN, polls)
        _, _, told = raise_alarms(self.store, self.watch, RUN, at)
        if reads:
            self.store.add_fetches(
                RUN, [make_fetch(one, self.text(one, at, text), fetched_at=at, **of) for one, of, text in brought]
            )
        ended = {
            "now": at,
            "started_at": at,
            "finished_at": at + MINUTE,
            "outcome": "ok",
            "counts": WELL,
            **(run or {}),
        }
        self.store.finish_run(make_run(content_id("run", at), **ended))
        if publishes:
            (self.folder / PUBLISHED).touch()
            os.utime(self.folder / PUBLISHED, times=((at + 2 * MINUTE).timestamp(),) * 2)
        return [one for one in told if one.channel == "console"]

    def text(self, entry: Entry, at: datetime, changed: Changed) -> Article:
        values = {"text": f"{{guid}} {entry.feed_id} {GOOD}", "fetched_at": at, **changed}
        return make_article(entry, **{**values, "text": values["text"].format(guid=entry.guid)})


@pytest.fixture
def isle(tmp_path: Path) -> Iterator[Isle]:
    with open_store(tmp_path) as store:
        yield Isle(store, tmp_path)


class Case(NamedTuple):
    """A trouble: what is changed of the rounds, how many of them pass before it is told, and in which words."""

    kind: AlarmKind
    rounds: int
    changed: Changed
    subject: str
    body: str


OF_FEEDS = [
    Case(
        AlarmKind.OLD, 1, {"entry": {"published": NOW - 30 * DAY}},
        "1 feed with old news only", "its newest entry is 30 days old, and a new one is usual in 24 h",
    ),
    Case(
        AlarmKind.UNDATED, 1, {"entries": 3, "entry": {"published": None}, "poll": {"read_before": 0}},
        "1 feed without dates", "none of its 3 entries",
    ),
    Case(
        AlarmKind.MISDATED, 3, {"entry": {"published": NOW + 5 * HOUR}},
        "1 feed dated ahead of time", "3 of its last 3 entries, by up to 5 h",
    ),
    Case(
        AlarmKind.GAPS, 2, {"poll": {"is_gap": True}},
        "1 feed with gaps", "at 2 of its last 2 polls that brought entries",
    ),
    Case(
        AlarmKind.GARBLED, 6, {"page": {"reason": "charset: 37 characters can't be read as utf-8"}},
        "1 feed with garbled text", "its last 5 pages: 37, 37, 37, 37, 37 characters",
    ),
    Case(
        AlarmKind.GARBLED, 3, {"entry": {"title": "The caf\ufffd"}},
        "1 feed with garbled text", "3 of the last 3 titles",
    ),
    Case(
        AlarmKind.OTHER_LANGUAGE, 6, {"article": {"language": "ht"}},
        "1 feed in another language", "its last 5 pages: in the language ht",
    ),
    Case(
        AlarmKind.TEASERS, 6, {"article": {"text": "{guid}: read on with a subscription."}},
        "1 feed with teasers only", "its last 5 pages: 6, 6, 6, 6, 6 words",
    ),
    Case(
        AlarmKind.ONE_PAGE, 6, {"page": {"final_url": "https://times.example/?key=secret"}},
        "1 feed leading to one page", "its last 5 pages: https://times.example/?key=",
    ),
    Case(
        AlarmKind.ONE_PAGE, 6, {"article": {"text": GOOD}},
        "1 feed leading to one page", "its last 5 pages: https://times.example/",
    ),
]  # fmt: skip
OF_WATCH = [
    Case(
        AlarmKind.MODEL_AWAY, 2,
        {"run": {"counts": {"articles_waiting": 4}, "reason": "page x: no; language model: connect: refused (3 x)"}},
        "the language model is away", "4 articles wait for it (language model: connect: refused (3 x)).",
    ),
    Case(
        AlarmKind.MODEL_AWAY, 2, {"run": {"counts": {"llm_failed": 2}}},
        "the language model is away", "2 of its questions had no answer",
    ),
    Case(
        AlarmKind.CLUSTER_AWAY, 2, {"run": {"counts": {"cluster_away": 1}}},
        "the cluster is away", "this machine did it, in the last round that had some",
    ),
    Case(
        AlarmKind.BACKLOG, 8, {"entries": 20, "reads": False},
        "more comes than is read", "21 entries with news of the last days wait for their pages",
    ),
    Case(
        AlarmKind.UNPUBLISHED, 3, {"publishes": False},
        "nothing is published", "2 rounds have ended since",
    ),
]  # fmt: skip


def ids(case: object) -> str:
    return str(case.kind) if isinstance(case, Case) else ""


def test_of_a_healthy_watch_nothing_is_told(isle: Isle) -> None:
    assert [isle.hour() for _ in range(12)] == [[]] * 12


@pytest.mark.parametrize("case", [*OF_FEEDS, *OF_WATCH], ids=ids)
def test_what_goes_wrong_is_told_once_in_one_message_and_so_is_its_end(case: Case, isle: Isle) -> None:
    told = [isle.hour(**case.changed) for _ in range(case.rounds + 1)]
    if case.kind is AlarmKind.BACKLOG:  # it is read, at last
        waiting = isle.store.entries_to_collect(isle.watch.slug, isle.now, 999)
        texts = [make_fetch(one.entry, isle.text(one.entry, isle.now, {}), fetched_at=isle.now) for one in waiting]
        isle.store.add_fetches(RUN, texts)
    ended: list[Alert] = []
    while not ended and isle.hours < 24:
        ended = isle.hour()
    after = isle.hour()

    assert [len(one) for one in told] == [*[0] * (case.rounds - 1), 1, 0]
    (alert,) = told[case.rounds - 1]
    assert alert.subject == f"Haiti: {case.subject}"
    assert case.body in alert.body
    assert "secret" not in alert.body
    again = next(one.again for one in (*FEED_KINDS, *WATCH_KINDS) if one.kind is case.kind)
    assert [(one.subject.endswith(again), one.body.startswith("ALL CLEAR: ")) for one in ended] == [(True, True)]
    assert after == []


def test_a_disk_that_has_room_for_little_more_than_one_round_is_told(
    isle: Isle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=150 * 10**6))
    (low,) = isle.hour()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=220 * 10**6))
    edge = isle.hour()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))
    (over,) = isle.hour()

    assert low.subject == "Haiti: the disk is nearly full"
    assert "150 MB are free" in low.body
    assert edge == []  # it is over once there is a quarter more
    assert over.subject == "Haiti: the disk has room again"


def test_a_clock_that_has_gone_back_is_told_until_it_is_past_the_last_run(isle: Isle) -> None:
    isle.hour(run={"now": NOW + 3 * HOUR})
    told = [one for _ in range(4) for one in isle.hour()]

    assert [one.subject for one in told] == ["Haiti: the clock has gone back", "Haiti: the clock is right again"]
    assert "it is 2 h behind it" in told[0].body


def test_a_clock_that_is_set_right_by_a_minute_is_not_told(isle: Isle) -> None:
    isle.hour(run={"now": NOW + HOUR + MINUTE})

    assert isle.hour() == []


def test_a_store_that_was_brought_back_from_a_copy_is_told_once_and_has_no_end(isle: Isle) -> None:
    lost = "live.duckdb was cut short. What was stored between 10:00 and 11:00 is lost."
    isle.store.start_run(make_run(content_id("run", "restore"), flow="restore", watch="", outcome="ok", reason=lost))

    told = [one for _ in range(12) for one in isle.hour()]

    assert [one.subject for one in told] == ["Haiti: the store was brought back from a copy"]
    assert lost in told[0].body


# -- one message, and not too many -----------------------------------------------------------------


def test_all_that_goes_wrong_in_one_round_is_one_message_for_each_channel(tmp_path: Path) -> None:
    feeds = [make_feed(f"f{number:02}") for number in range(54)]
    watch = replace(make_watch(*feeds), reader=ReaderChoice(verify="llm"))
    with open_store(tmp_path) as store:
        store.sync_watch(watch, NOW)
        store.add_polls(RUN, [make_poll(*undated(feed), feed=feed) for feed in feeds])
        store.finish_run(make_run(finished_at=NOW, outcome="ok", counts={"articles_waiting": 3}))

        _, _, told = raise_alarms(store, watch, RUN, NOW + MINUTE)

    assert [(one.channel, one.subject) for one in told] == [
        (channel, "Haiti: the language model is away, 54 feeds without dates") for channel in ("console", "file")
    ]
    assert "- F19 (" in told[0].body
    assert "- F20 (" not in told[0].body
    assert "- and 34 more: see the view feed_health." in told[0].body


def undated(feed: Any) -> list[Entry]:
    return [make_entry(f"{number}", feed, published=None) for number in range(3)]


def test_what_comes_and_goes_is_told_three_times_in_a_day_and_then_stays(isle: Isle) -> None:
    told = []
    for _ in range(5):
        told += isle.hour(run={"counts": {"articles_waiting": 1}})
        told += isle.hour()
    isle.hours += 24
    told += isle.hour()

    away, back = "Haiti: the language model is away", "Haiti: the language model answers again"
    assert [one.subject for one in told] == [away, back, away, back, away, back]
    assert told[-1].planned_at - told[-2].planned_at > 24 * HOUR


def test_of_a_feed_that_can_not_be_read_nothing_else_is_told_or_called_over(isle: Isle) -> None:
    for _ in range(2):
        isle.hour(poll={"is_gap": True})

    assert [isle.hour(poll={"outcome": PollOutcome.FAILED, "failures": 1, "read_before": 0}, entries=0)] == [[]]
