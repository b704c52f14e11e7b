"""What a run says of itself: its name, and what it came to in sentences."""

from __future__ import annotations

from datetime import UTC, datetime

from flows.run.artifact_text import round_markdown
from flows.run.summary import ended, run_name

ROUND = {
    "feeds": 54, "feeds_active": 54, "feeds_due": 30, "feeds_unchanged": 20, "feeds_failed": 2, "feeds_failing": 5,
    "entries_new": 7, "pages": 7, "articles_new": 5, "pages_refused": 2, "articles_read": 5, "articles_relevant": 1,
    "claims": 3, "claims_new": 1, "claims_repeats": 2, "changes": 1, "alerts_delivered": 2,
}  # fmt: skip


def test_a_runs_name_says_the_step_the_watch_and_the_hour() -> None:
    assert run_name("monitor", "haiti", datetime(2025, 9, 30, 23, 30, tzinfo=UTC)) == "monitor haiti 2025-09-30 23:30"


def test_a_round_says_what_each_of_its_steps_came_to() -> None:
    assert ended("monitor", ROUND) == (
        "Polled 30 of 54 feeds: 8 read, 20 unchanged, 2 failed; 3 more failed before and wait; 7 new entries. "
        "5 articles stored, 2 refused. "
        "5 articles read, 1 of these about the mission: 3 claims (1 new, 2 repeats), 1 change of the board. "
        "2 alerts delivered."
    )


def test_a_poll_that_found_nothing_speaks_of_no_further_step() -> None:
    assert ended("poll", {"feeds": 1, "feeds_due": 1, "feeds_unchanged": 1}) == (
        "Polled 1 of 1 feed: 0 read, 1 unchanged, 0 failed; 0 new entries."
    )


def test_a_blind_run_says_first_that_this_is_not_quiet() -> None:
    told = ended("poll", {"feeds": 3, "feeds_active": 3, "feeds_due": 3, "feeds_failed": 3, "feeds_failing": 3})

    assert told.startswith("Not one of the 3 feeds could be read. This is not quiet")


def test_a_step_of_a_blind_round_tells_of_its_own_work_alone() -> None:
    counts = {"feeds": 3, "feeds_active": 3, "feeds_failing": 3, "articles_new": 1}

    assert ended("collect", counts) == "1 article stored."


def test_a_half_blind_round_says_so_above_its_numbers() -> None:
    text = round_markdown("Isle", {**ROUND, "feeds_failing": 30}, [], "x")

    assert "**30 of the 54 feeds could not be read: what these bring is not seen.**" in text
