"""A brief by itself: at its set time, once to each channel, with what came since the last one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, time, timedelta

from flows.run import outbox
from pipeline.model import Alert, AlertKind, BriefTimes, Delivery, PendingAlert, Watch
from pipeline.model.text import content_id
from pipeline.storage import Store
from tests.storage.builders import (
    NOW,
    RUN,
    WATCH,
    at,
    make_article,
    make_change,
    make_claim,
    make_delivery,
    make_entry,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
    make_run,
    make_watch,
)

MORNING = BriefTimes("morning", channels=("file:desk", "file:office"), at=(time(7),))
FIRST = at("2025-10-02", 7)
DAY = timedelta(days=1)


def begun(store: Store) -> Watch:
    watch = replace(make_watch(), briefs=(MORNING,))
    store.start_run(make_run())
    store.sync_watch(watch, at("2025-09-01"))
    return watch


async def sent(store: Store, watch: Watch, now: datetime, *, refuses: str = "") -> list[Alert]:
    """What a round at ``now`` hands over; the channel ``refuses`` takes nothing."""
    taken: list[Alert] = []

    @contextmanager
    def the_store():  # type: ignore[no-untyped-def]
        yield store

    async def hand_over(batch: Sequence[PendingAlert], _: int) -> list[Delivery]:
        taken.extend(pending.alert for pending in batch if pending.alert.channel != refuses)
        return [answer(pending) for pending in batch]

    def answer(pending: PendingAlert) -> Delivery:
        refused = pending.alert.channel == refuses
        made = make_delivery(pending.alert, attempt=pending.attempts + 1, error="it answered 503" if refused else "")
        return replace(made, attempted_at=now, retry_at=now + timedelta(minutes=5) if refused else None)

    run = content_id("run", now.isoformat())
    store.start_run(make_run(run, now=now))
    await outbox.process(the_store, watch, run, now, hand_over)
    return taken


def changed(store: Store, published: datetime, run_at: datetime, thing: str) -> None:
    """An article of ``published`` that a round at ``run_at`` reads, and that moves the board."""
    run = content_id("reading run", thing)
    store.start_run(make_run(run, now=run_at))
    entry = make_entry(thing, published=published)
    article = make_article(entry)
    claim = make_claim(article, subject=thing)
    store.add_polls(RUN, [make_poll(entry, polled_at=run_at)])
    store.add_fetches(RUN, [make_fetch(entry, article)])
    judgement = make_judgement(claim, make_change(claim, known_at=published))
    store.add_assessment(run, WATCH, [make_reading(article, claim)], [judgement], [], [], {article.article_id: "times"})


async def test_at_its_time_it_goes_to_each_of_its_channels(store: Store) -> None:
    watch = begun(store)

    taken = await sent(store, watch, FIRST)

    assert {alert.channel for alert in taken} == {"file:desk", "file:office"}
    assert {alert.kind for alert in taken} == {AlertKind.BRIEF}
    assert taken[0].subject.startswith("brief: Haiti: Nothing changed.")


async def test_it_goes_once_however_often_a_round_comes(store: Store) -> None:
    watch = begun(store)
    await sent(store, watch, FIRST)

    assert [await sent(store, watch, FIRST + timedelta(hours=hours)) for hours in (0, 1, 23)] == [[], [], []]
    assert not outbox.has_due_work(store, watch, FIRST + timedelta(hours=23))


async def test_the_next_one_tells_what_came_since_the_last_one(store: Store) -> None:
    watch = begun(store)
    changed(store, FIRST - timedelta(hours=2), FIRST, "old thing")
    first = await sent(store, watch, FIRST)
    changed(store, FIRST + timedelta(hours=2), FIRST + timedelta(hours=3), "new thing")

    assert outbox.has_due_work(store, watch, FIRST + DAY)
    second = await sent(store, watch, FIRST + DAY)

    assert ["Old thing" in first[0].body, "New thing" in first[0].body] == [True, False]
    assert ["Old thing" in second[0].body, "New thing" in second[0].body] == [False, True]


async def test_what_was_published_before_the_last_one_and_read_after_it_is_told_by_the_next(store: Store) -> None:
    watch = begun(store)
    await sent(store, watch, FIRST)
    changed(store, FIRST - timedelta(minutes=10), FIRST + timedelta(minutes=5), "late thing")

    assert "Late thing" in (await sent(store, watch, FIRST + DAY))[0].body


async def test_after_days_in_which_nothing_ran_one_brief_tells_of_all_of_them(store: Store) -> None:
    watch = begun(store)
    await sent(store, watch, FIRST)
    changed(store, FIRST + DAY, FIRST + 3 * DAY, "thing of the second day")

    taken = await sent(store, watch, FIRST + 3 * DAY + timedelta(hours=5))

    assert len(taken) == 2
    assert "Thing of the second day" in taken[0].body


async def test_a_channel_that_is_down_gets_the_same_brief_later(store: Store) -> None:
    watch = begun(store)
    await sent(store, watch, FIRST, refuses="file:desk")

    (again,) = await sent(store, watch, FIRST + timedelta(minutes=10))

    assert (again.channel, again.planned_at) == ("file:desk", FIRST)


async def test_it_asks_for_no_acknowledgement_and_escalates_nowhere(store: Store) -> None:
    watch = begun(store)
    changed(store, FIRST - timedelta(hours=2), FIRST, "thing")
    (alert, _) = await sent(store, watch, FIRST)

    assert alert.change_ids == ()
    assert store.unacknowledged(WATCH, NOW) == []


async def test_a_watch_without_one_sends_none(store: Store) -> None:
    watch = replace(begun(store), briefs=())

    assert await sent(store, watch, FIRST) == []
