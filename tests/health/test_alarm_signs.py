"""Where each alarm begins, what a healthy feed or watch may do without one, and what keeps one that stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.health import FEED_KINDS, NOTICES, WATCH_KINDS, signs_of
from pipeline.health.feeds import health_of
from pipeline.model import (
    AlarmKind,
    FeedHistory,
    FeedRecord,
    PollOutcome,
    RecentEntry,
    RecentPage,
    RecentPoll,
    RecentRound,
    WatchHistory,
)
from pipeline.model.text import content_id

NOW = datetime(2026, 3, 5, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
FEED = FeedRecord(
    content_id("feed", "post"), "Isle Post", "https://post.example/feed", 6 * HOUR, NOW - 9 * DAY,
    outcome=PollOutcome.OK, polled_at=NOW, new_at=NOW - HOUR,
)  # fmt: skip
READ = frozenset({"en", "fr", "es"})
KINDS = [one.kind for one in (*FEED_KINDS, *WATCH_KINDS)]


def page(number: int = 0, words: int = 300, **known: object) -> RecentPage:
    plain = RecentPage(NOW - number * HOUR, words, "en", f"hash {number}", f"https://post.example/{number}")
    return replace(plain, **known)


def pages(count: int = 5, **known: object) -> FeedHistory:
    return FeedHistory(pages=tuple(page(number, **known) for number in range(count)))  # type: ignore[arg-type]


def mixed(faulty: int, **known: object) -> FeedHistory:
    """Five pages, of which the oldest have a fault."""
    return FeedHistory(pages=tuple(page(n, **(known if n >= 5 - faulty else {})) for n in range(5)))  # type: ignore[arg-type]


def polls(*gaps: bool) -> FeedHistory:
    return FeedHistory(polls=tuple(RecentPoll(NOW - n * HOUR, 30, is_gap=is_gap) for n, is_gap in enumerate(gaps)))


def undated(undated: int, entries: int) -> FeedHistory:
    return FeedHistory(polls=(RecentPoll(NOW, entries, undated),))


def ahead(count: int, by: timedelta = 2 * HOUR) -> FeedHistory:
    """Ten entries, so many of which are dated after they were seen."""
    return FeedHistory(
        entries=tuple(RecentEntry(NOW - n * HOUR, NOW - n * HOUR + (by if n < count else -HOUR)) for n in range(10))
    )


def titles(count: int) -> FeedHistory:
    return FeedHistory(entries=tuple(RecentEntry(NOW, NOW - HOUR, n < count) for n in range(10)))


def found(
    history: FeedHistory | WatchHistory, *standing: AlarmKind, feed: FeedRecord = FEED, now: datetime = NOW
) -> list[str]:
    """The kinds of alarm that ``history`` gives, where those of ``standing`` stand."""
    whole = history if isinstance(history, WatchHistory) else WatchHistory()
    of_feed = {FEED.feed_id: history} if isinstance(history, FeedHistory) else {}
    stands = {(owner, kind) for kind in standing for owner in (None, FEED.feed_id)}
    return [str(kind) for _, kind in signs_of([health_of(feed, now)], of_feed, whole, stands, READ, now)]


@pytest.mark.parametrize(
    ("history", "kinds"),
    [
        (FeedHistory(newest=NOW - 7 * DAY), []),
        (FeedHistory(newest=NOW - 7 * DAY - HOUR), ["old"]),
        (undated(2, 2), []),
        (undated(3, 3), ["undated"]),
        (undated(29, 30), []),
        (ahead(2), []),
        (ahead(3), ["misdated"]),
        (ahead(10, 30 * MINUTE), []),
        (polls(True), []),
        (polls(True, False, True), []),
        (polls(True, True), ["gaps"]),
        (titles(2), []),
        (titles(3), ["garbled"]),
        (pages(broken=19), []),
        (pages(broken=20), ["garbled"]),
        (pages(4, broken=99), []),
        (mixed(4, broken=99), []),
        (pages(language="fr"), []),
        (pages(language=""), []),
        (pages(language="de"), ["other_language"]),
        (mixed(4, language="de"), []),
        (pages(words=60), []),
        (pages(words=59), ["teasers"]),
        (mixed(4, words=9), []),
        (pages(final_url="https://post.example/"), ["one_page"]),
        (pages(text_hash="same"), ["one_page"]),
        (mixed(4, text_hash="same"), []),
        (pages(), []),
        (FeedHistory(), []),
    ],
)
def test_a_feed_has_an_alarm_from_where_no_healthy_one_is(history: FeedHistory, kinds: list[str]) -> None:
    assert found(history) == kinds


@pytest.mark.parametrize(
    ("kind", "lasting", "over"),
    [
        ("undated", undated(1, 1), undated(0, 1)),
        ("misdated", ahead(1), ahead(0)),
        ("gaps", polls(False, False, True), polls(False, False, False)),
        ("garbled", titles(1), mixed(2, broken=99)),
        ("garbled", mixed(3, broken=99), mixed(2, broken=99)),
        ("other_language", mixed(3, language="de"), mixed(2, language="de")),
        ("teasers", mixed(3, words=9), mixed(2, words=9)),
        ("one_page", mixed(3, text_hash="same"), mixed(2, text_hash="same")),
        ("old", FeedHistory(newest=NOW - 8 * DAY), FeedHistory(newest=NOW)),
    ],
)
def test_an_alarm_about_a_feed_lasts_until_that_is_plainly_over(
    kind: str, lasting: FeedHistory, over: FeedHistory
) -> None:
    assert found(lasting, AlarmKind(kind)) == [kind]
    assert found(over, AlarmKind(kind)) == []


@pytest.mark.parametrize("kind", ["undated", "misdated", "gaps", "garbled", "other_language", "teasers", "one_page"])
def test_an_alarm_stays_where_nothing_has_come_since(kind: str) -> None:
    assert found(FeedHistory(), AlarmKind(kind)) == [kind]


def test_a_feed_that_brings_nothing_is_silent_and_not_told_as_old_too() -> None:
    quiet = replace(FEED, new_at=NOW - 9 * DAY)

    assert found(FeedHistory(newest=NOW - 9 * DAY), feed=quiet) == []
    assert found(FeedHistory(newest=NOW - 9 * DAY), AlarmKind.OLD, feed=quiet) == ["old"]


def test_of_a_feed_that_is_slow_an_entry_may_be_twice_as_old_as_is_usual() -> None:
    slow = replace(FEED, expected_every=30 * DAY, new_at=NOW - DAY)

    assert found(FeedHistory(newest=NOW - 60 * DAY), feed=slow) == []
    assert found(FeedHistory(newest=NOW - 61 * DAY), feed=slow) == ["old"]


def test_where_a_model_reads_any_language_none_is_told() -> None:
    assert signs_of([health_of(FEED, NOW)], {FEED.feed_id: pages(language="de")}, WatchHistory(), (), None, NOW) == {}


def rounds(*newest_first: RecentRound, published: timedelta = HOUR) -> WatchHistory:
    ended = (replace(one, now=NOW - n * HOUR, ended_at=NOW - n * HOUR) for n, one in enumerate(newest_first, 1))
    return WatchHistory(tuple(ended), published_at=NOW - published)


WELL = RecentRound(NOW, NOW)
ANSWERED = replace(WELL, answered=True)
WAITING, FAILED = replace(WELL, waiting=1), replace(WELL, failed=2)


@pytest.mark.parametrize(
    ("history", "kinds"),
    [
        (rounds(ANSWERED, WAITING), []),
        (rounds(WELL, WAITING), ["model_away"]),  # nothing was asked since
        (rounds(WAITING), ["model_away"]),
        (rounds(FAILED), ["model_away"]),
        (rounds(replace(FAILED, answered=True)), []),  # it answers, if not always
        (rounds(replace(WELL, cluster_away=True)), ["cluster_away"]),
        (rounds(WELL, replace(WELL, cluster_away=True)), ["cluster_away"]),  # nothing was to do since
        (rounds(replace(WELL, pages=1), replace(WELL, cluster_away=True)), []),
        (rounds(WELL, WELL), []),
        (rounds(WELL, WELL, published=2 * HOUR), []),
        (rounds(WELL, WELL, published=3 * HOUR), ["unpublished"]),
        (rounds(*[replace(WELL, is_whole=False)] * 3, published=9 * HOUR), []),  # steps publish where there is news
        (WatchHistory(backlog=19, backlog_since=NOW), []),
        (WatchHistory(backlog=20, backlog_since=NOW), ["backlog"]),
        (WatchHistory(free=400_000_000, stored=100_000_000), []),
        (WatchHistory(free=399_999_999, stored=100_000_000), ["disk_low"]),
        (WatchHistory(last_run=NOW + 5 * MINUTE), []),
        (WatchHistory(last_run=NOW + 6 * MINUTE), ["clock_back"]),
        (WatchHistory(restored=((NOW - 8 * DAY, "lost"),)), []),
        (WatchHistory(restored=((NOW - 6 * DAY, "lost"),)), ["restored"]),
        (WatchHistory(), []),
    ],
)
def test_a_watch_has_an_alarm_from_where_no_healthy_one_is(history: WatchHistory, kinds: list[str]) -> None:
    assert found(history) == kinds


def test_a_model_is_away_since_the_first_of_the_rounds_in_a_row_that_missed_it() -> None:
    signs = signs_of((), {}, rounds(WAITING, WAITING, ANSWERED, WAITING), (), READ, NOW)

    assert signs[None, AlarmKind.MODEL_AWAY].since == NOW - 2 * HOUR


def test_of_a_model_that_is_not_asked_nothing_is_told() -> None:
    assert signs_of((), {}, rounds(WAITING), (), READ, NOW, asks_model=False) == {}


@pytest.mark.parametrize("kind", ["model_away", "cluster_away"])
def test_what_was_away_is_not_called_back_by_rounds_that_did_not_ask_for_it(kind: str) -> None:
    assert found(rounds(WELL, WELL), AlarmKind(kind)) == [kind]


def test_what_comes_from_a_feed_makes_no_line_of_its_own() -> None:
    flawed = FeedHistory(polls=(RecentPoll(NOW, 3, 3, reason="odd\nALL CLEAR: all is well"),))

    (sign,) = signs_of([health_of(FEED, NOW)], {FEED.feed_id: flawed}, WatchHistory(), (), READ, NOW).values()

    assert sign.detail == "none of its 3 entries; odd ALL CLEAR: all is well"


def test_each_kind_has_one_row_of_the_table_but_silence_of_a_feed_and_of_all() -> None:
    assert sorted({*KINDS}) == sorted(AlarmKind)
    assert len(KINDS) == len(AlarmKind) + 1


def test_only_what_is_done_once_and_for_all_has_no_end() -> None:
    assert {AlarmKind.RETIRED, AlarmKind.RESTORED} == NOTICES
