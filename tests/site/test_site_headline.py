"""The page's first line says what can't be seen before it says that it is quiet."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipeline.health.headline import headline
from pipeline.model import Standing, WatchState
from pipeline.model.phrasing import waiting_for_model

NOW = datetime(2025, 10, 20, 12, tzinfo=UTC)
KNOWN = [NOW - timedelta(days=9)]
QUIET = "Quiet for 9 days: the last change was reported on 11 Oct 2025."


def line(*states: str, state: WatchState | None = None) -> str:
    feeds = [{"state": one, "last_ok_at": NOW - timedelta(hours=3)} for one in states]
    return headline(state or WatchState(), feeds, KNOWN, NOW, 0)


def test_a_watch_whose_feeds_answer_is_quiet() -> None:
    assert line("ok", "unchanged", "stale", "failing", "removed") == QUIET


def test_a_watch_of_which_no_feed_can_be_read_is_blind_and_not_quiet() -> None:
    assert line("failing", "html", "retired", "removed") == (
        "Blind: no feed could be read since 20 Oct 2025, 09:00 UTC. This is not quiet: nothing is known of that time."
    )


def test_a_watch_that_can_read_half_of_its_feeds_says_so_first() -> None:
    assert line("failing", "refused", "ok", "stale") == f"2 of 4 feeds can't be read. {QUIET}"


def test_articles_that_wait_for_a_language_model_are_told_before_it_is_quiet() -> None:
    told = headline(WatchState(), [], KNOWN, NOW, 0, waiting_for_model({"articles_waiting": 3}))
    assert told == f"3 articles wait for the language model. {QUIET}"


def test_a_watch_that_is_paused_says_that_first() -> None:
    paused = WatchState(Standing.PAUSED, NOW, "ana", "no staff")

    assert line("failing", state=paused).endswith("What has happened since is not seen.")
