"""What a brief is composed of, as the store knew it by a time: nothing that came later counts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pipeline.alerts.brief import BriefInput
from pipeline.board.fold import in_force
from pipeline.model import Alert, AlertKind, HealthState, PollOutcome, Reading
from pipeline.model.text import content_id
from pipeline.storage import Store, known_for_brief, open_published
from tests.site.world import CEILING, CEILING_ODDS, write_world
from tests.storage.builders import (
    NOW,
    RUN,
    WATCH,
    at,
    make_article,
    make_change,
    make_claim,
    make_entry,
    make_feed,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
    make_run,
    make_watch,
)

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LATER = content_id("run", "later")
WIRE = make_feed("wire")


def known(store: Store, until: object = NOW, since: object = NOW - DAY) -> BriefInput:
    return known_for_brief(store, make_watch(make_feed(), WIRE), since, until)  # type: ignore[arg-type]


def begun(store: Store) -> Store:
    """A watch of two feeds from September on, with a round at noon of 1 October."""
    store.start_run(make_run())
    store.sync_watch(make_watch(make_feed(), WIRE), at("2025-09-01"))
    return store


# -- feeds -------------------------------------------------------------------------------------


def test_a_feed_that_failed_later_did_well_then(store: Store) -> None:
    begun(store)
    store.add_polls(RUN, [make_poll(make_entry(), polled_at=NOW - HOUR)])
    store.add_polls(
        RUN, [make_poll(polled_at=NOW + HOUR, outcome=PollOutcome.FAILED, reason="timeout: 20 s", failures=1)]
    )

    assert [health.state for health in known(store).feeds if health.feed.title == "Times"] == [HealthState.OK]
    (now,) = [health for health in known(store, NOW + DAY).feeds if health.feed.title == "Times"]
    assert (now.state, now.feed.read_at, now.feed.reason, now.feed.failures) == (
        HealthState.FAILING,
        NOW - HOUR,
        "timeout: 20 s",
        1,
    )


def test_what_the_polls_tell_of_the_present_is_what_the_feeds_state_says(store: Store) -> None:
    begun(store)
    for hours, outcome in ((5, PollOutcome.OK), (3, PollOutcome.FAILED), (1, PollOutcome.FAILED)):
        failures = 0 if outcome is PollOutcome.OK else (5 - hours) // 2
        poll = make_poll(
            *([make_entry()] if not failures else []), polled_at=NOW - hours * HOUR, outcome=outcome, failures=failures
        )
        store.add_polls(RUN, [poll])

    then, now = store.feed_records(WATCH, NOW), store.feed_records(WATCH)

    names = ("title", "outcome", "polled_at", "new_at", "failures", "removed_at", "retired_at")
    assert [[getattr(one, name) for name in names] for one in then] == [
        [getattr(one, name) for name in names] for one in now
    ]


def test_a_feed_that_was_added_later_was_not_watched_then(store: Store) -> None:
    begun(store)
    store.sync_watch(make_watch(make_feed(), WIRE, make_feed("radio")), NOW + HOUR)

    assert [health.feed.title for health in known(store).feeds] == ["Times", "Wire"]
    assert [health.feed.title for health in known(store, NOW + DAY).feeds] == ["Radio", "Times", "Wire"]


# -- what was read -----------------------------------------------------------------------------


def test_an_article_waited_then_that_was_read_later(store: Store) -> None:
    begun(store)
    entry = make_entry(seen_at=NOW - 3 * HOUR)
    store.add_polls(RUN, [make_poll(entry, polled_at=NOW - 3 * HOUR)])
    article = make_article(entry, fetched_at=NOW - HOUR)
    store.add_fetches(RUN, [make_fetch(entry, article, fetched_at=NOW - HOUR)])
    store.start_run(make_run(LATER, now=NOW + HOUR))
    store.add_assessment(LATER, WATCH, [make_reading(article)], [], [], [], {})

    counts = [known(store, NOW + hours * HOUR).quiet.unread for hours in (-4, -2, 0, 2)]

    assert counts == [0, 1, 1, 0]  # not seen yet; its page waits; its reading waits; read


def test_rounds_and_their_counts_are_those_until_then(store: Store) -> None:
    begun(store)
    store.finish_run(make_run(finished_at=NOW, outcome="ok", counts={"articles_waiting": 2}))
    store.start_run(make_run(LATER, now=NOW + DAY))

    told = known(store)

    assert (told.rounds, told.last_round, told.counts) == (1, NOW, {"articles_waiting": 2})
    assert known(store, NOW - HOUR).rounds == 0


# -- changes -----------------------------------------------------------------------------------


def decided(store: Store, published: object, run: object = RUN) -> Reading:
    """An article that was published then and made a change in ``run``."""
    entry = make_entry(f"of {published}", published=published)
    article = make_article(entry, fetched_at=NOW)
    claim = make_claim(article, subject=f"thing {published}")
    store.add_polls(RUN, [make_poll(entry, polled_at=NOW)])
    store.add_fetches(RUN, [make_fetch(entry, article)])
    reading = make_reading(article, claim)
    judgement = make_judgement(claim, make_change(claim, known_at=published))
    store.add_assessment(run, WATCH, [reading], [judgement], [], [], {article.article_id: "times"})  # type: ignore[arg-type]
    return reading


def test_a_change_that_could_be_known_later_is_not_there(store: Store) -> None:
    begun(store)
    decided(store, NOW - HOUR)
    decided(store, NOW + HOUR)

    assert [change.known_at for change in known(store).changes if change.article_id] == [NOW - HOUR]
    assert len(known(store, NOW + DAY).changes) == 3  # with the baseline's


def test_each_has_the_time_at_which_it_came_to_the_board_but_for_what_was_read_again(store: Store) -> None:
    begun(store)
    store.start_run(make_run(LATER, now=NOW + DAY, flow="reread"))
    decided(store, NOW - 5 * DAY)
    decided(store, NOW - 4 * DAY, LATER)

    told = known(store)

    assert [told.taken.get(change.change_id) for change in told.changes if change.article_id] == [NOW, None]


def test_the_articles_behind_the_board_are_there_and_their_origins_are_counted(store: Store) -> None:
    begun(store)
    reading = decided(store, NOW - 5 * DAY)

    told = known(store)

    assert list(told.articles) == [reading.article_id]
    assert [told.origins[change.change_id] for change in told.changes if change.article_id] == [1]


def test_of_the_world_of_the_page_it_knows_by_the_end_what_the_board_has(tmp_path: Path) -> None:
    write_world(tmp_path)

    with open_published(tmp_path) as store:
        told = known_for_brief(store, make_watch(), at("2025-10-01"), at("2025-12-01"))
        rows = store.board(WATCH)

    assert {row["change_id"] for row in rows} <= {change.change_id for change in in_force(told.changes)}


def test_of_an_old_dispute_the_articles_of_both_sides_are_there(tmp_path: Path) -> None:
    write_world(tmp_path)

    with open_published(tmp_path) as store:
        told = known_for_brief(store, make_watch(), at("2025-11-30"), at("2025-12-01"))

    assert {CEILING.article.article_id, CEILING_ODDS.article.article_id} <= told.articles.keys()


# -- the last one ------------------------------------------------------------------------------


def test_the_last_brief_of_a_name_and_channel_is_known(store: Store) -> None:
    begun(store)
    assert store.last_brief(WATCH, "morning", "file:desk") is None

    alert = Alert(content_id("one"), WATCH, "morning", "file:desk", (), "brief", "", NOW, kind=AlertKind.BRIEF)
    store.add_alerts(RUN, [alert])

    assert store.last_brief(WATCH, "morning", "file:desk") == NOW
    assert store.last_brief(WATCH, "morning", "file:office") is None
