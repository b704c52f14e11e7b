"""What became of a sentence: two pages that differ by a word, and are judged differently."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pipeline.alerts.recalls import check_page, examine, recheck_due, same_claims
from pipeline.model import Finding, Stage
from tests.alerts.recalls.pages import ENTRY, NOW, REST, VOTE, article, change_of, claim_in, evidence, gone, page_of
from tests.storage.builders import make_reading

OLD = article()


@pytest.mark.parametrize(
    "text",
    [
        f"{REST} {VOTE}",
        f"{VOTE.upper()}\n\n{REST}",
        f"The  Council voted on Tuesday, for a force of “5,500” people! {REST}",
        f"It is 14:02. {VOTE} {REST} Seen 31 times.",
    ],
)
def test_a_sentence_that_is_only_set_otherwise_stands(text: str) -> None:
    assert examine(evidence(OLD), page_of(text)).finding is Finding.STANDS


def test_a_sentence_that_stands_stands_whatever_the_engine_makes_of_it() -> None:
    assert examine(evidence(OLD), page_of(f"{VOTE} {REST}")).finding is Finding.STANDS


def test_a_sentence_with_another_figure_is_corrected() -> None:
    new = "The Council voted on Tuesday for a force of 5,000 people."
    found = article(f"{new} {REST}")
    claim = claim_in(found, new, value="5,000 people")

    assert examine(evidence(OLD), page_of(f"{new} {REST}", claim)) == (
        Finding.CORRECTED,
        new,
        "it now says '5,000 people', not '5,500 people'",
    )


def test_a_sentence_at_another_stage_is_corrected() -> None:
    new = "The Council votes on Friday for a force of 5,500 people."
    found = article(f"{new} {REST}")
    claim = claim_in(found, new, stage=Stage.PLANNED)

    assert examine(evidence(OLD), page_of(f"{new} {REST}", claim))[::2] == (
        Finding.CORRECTED,
        "it now says planned, not decided",
    )


def test_a_sentence_of_which_nothing_can_be_read_any_more_is_corrected() -> None:
    new = "The Council did not vote on Tuesday for a force of 5,500 people."

    assert examine(evidence(OLD), page_of(f"{new} {REST}"))[:2] == (Finding.CORRECTED, new)


def test_the_same_claim_in_other_words_stands() -> None:
    new = "A force of 5,500 was approved by the Council."
    found = article(f"{new} {REST}")

    assert examine(evidence(OLD), page_of(f"{new} {REST}", claim_in(found, new))).finding is Finding.STANDS


def test_a_sentence_that_is_left_out_is_withdrawn() -> None:
    assert examine(evidence(OLD), page_of(REST))[:2] == (Finding.WITHDRAWN, "")


def test_a_claim_that_stood_beside_the_lost_sentence_before_is_no_correction_of_it() -> None:
    other = "An earlier plan was for 2,500 people."
    old = article(f"{VOTE} {other} {REST}")
    new = article(f"{other} {REST}")
    claim = claim_in(new, other, value="2,500 people", stage=Stage.PLANNED)

    assert examine(evidence(old), page_of(new.text, claim)).finding is Finding.WITHDRAWN


def test_a_log_in_page_in_its_place_concludes_nothing() -> None:
    assert examine(evidence(OLD), page_of("Sign in to read on. Already a reader? Sign in.")).finding is Finding.UNCLEAR


def test_an_article_whose_text_is_no_longer_kept_concludes_nothing_from_a_lost_sentence() -> None:
    assert examine(evidence(OLD, text=""), page_of(REST)).finding is Finding.UNCLEAR


def test_a_page_that_is_gone_is_withdrawn_with_what_it_answers() -> None:
    assert examine(evidence(OLD), gone()) == (Finding.WITHDRAWN, "", "the page is gone: it answers 410 (Gone)")


@pytest.mark.parametrize(
    ("title", "notice"),
    [
        (ENTRY.title, "Editor's note: This article has been retracted."),
        (ENTRY.title, "This story was withdrawn on Thursday."),
        (ENTRY.title, "We have retracted this report."),
        ("RETRACTED: Council votes", ""),
    ],
)
def test_a_notice_withdraws_an_article_whose_sentences_still_stand(title: str, notice: str) -> None:
    found = examine(evidence(OLD), page_of(f"{VOTE} {REST} {notice}", title=title))

    assert found[:2] == (Finding.WITHDRAWN, notice or title)


@pytest.mark.parametrize(
    "said",
    ["The offer was withdrawn on Thursday.", "Kenya's report was retracted.", "Correction: a name was misspelt."],
)
def test_news_of_a_withdrawal_is_no_notice_of_one(said: str) -> None:
    assert examine(evidence(OLD), page_of(f"{VOTE} {REST} {said}")).finding is Finding.STANDS


# -- all evidence of a page ------------------------------------------------------------------


def test_a_change_whose_only_evidence_is_gone_is_taken_back() -> None:
    change = change_of(claim_in(OLD))

    (check,), (withdrawal,) = check_page(gone(), [evidence(OLD)], {change.change_id: change}, NOW)

    assert (check.change_id, check.withdrawal_id) == (change.change_id, withdrawal.change_id)
    assert (withdrawal.supersedes, withdrawal.verdict, withdrawal.known_at) == (change.change_id, "withdrawn", NOW)


def test_a_change_that_another_origin_tells_stands_and_the_check_says_so() -> None:
    change = change_of(claim_in(OLD))
    elsewhere = evidence(OLD, rank=1, url="https://post.example/vote", origin="post")

    (check,), withdrawals = check_page(gone(), [evidence(OLD), elsewhere], {change.change_id: change}, NOW)

    assert withdrawals == ()
    assert (check.supported_by, check.reason) == (
        "post",
        "the page is gone: it answers 410 (Gone); post still says so",
    )


def test_a_reprint_of_the_same_origin_supports_nothing() -> None:
    change = change_of(claim_in(OLD))
    reprint = evidence(OLD, rank=2, url="https://post.example/vote", origin="times")

    _, withdrawals = check_page(gone(), [evidence(OLD), reprint], {change.change_id: change}, NOW)

    assert len(withdrawals) == 1


def test_another_sentence_of_the_article_that_says_so_holds_a_change_whose_first_sentence_was_cut() -> None:
    second = "So the ceiling is now 5,500 people."
    old = article(f"{VOTE} {REST} {second}")
    change = change_of(claim_in(old))
    both = [evidence(old), evidence(old, claim_in(old, second), rank=2, change_id=change.change_id)]

    (check,), withdrawals = check_page(page_of(f"{REST} {second}"), both, {change.change_id: change}, NOW)

    assert (check.finding, withdrawals) == (Finding.STANDS, ())


def test_another_sentence_does_not_hold_a_change_whose_first_sentence_was_corrected() -> None:
    second = "The Council has voted."
    old = article(f"{VOTE} {REST} {second}")
    change = change_of(claim_in(old))
    both = [evidence(old), evidence(old, claim_in(old, second), rank=2, change_id=change.change_id)]
    new = VOTE.replace("5,500", "5,000")
    page = page_of(f"{new} {REST} {second}", claim_in(article(f"{new} {REST} {second}"), new, value="5,000 people"))

    (check,), withdrawals = check_page(page, both, {change.change_id: change}, NOW)

    assert (check.finding, check.new_sentence, len(withdrawals)) == (Finding.CORRECTED, new, 1)


def test_a_clock_in_a_page_leaves_its_claims_the_same() -> None:
    clock = article(f"It is 14:02. {VOTE} {REST}")

    assert same_claims(make_reading(OLD, claim_in(OLD)), make_reading(clock, claim_in(clock)))
    assert not same_claims(make_reading(OLD, claim_in(OLD)), make_reading(clock))


# -- when to look ----------------------------------------------------------------------------

TOLD = datetime.fromisoformat("2025-10-01T12:00:00+00:00")


@pytest.mark.parametrize(
    ("after", "seen_after", "due"),
    [
        (0.9, -1, False),
        (1, -1, True),
        (5.9, 1, False),
        (6, 1, True),
        (23, 6, False),
        (24, 6, True),
        (47, 24, False),
        (48, 24, True),
        (14 * 24, 13 * 24, True),
        (14 * 24 + 1, -1, False),
    ],
)
def test_a_page_is_due_after_an_hour_six_a_day_and_then_daily_for_two_weeks(
    after: float, seen_after: float, due: bool
) -> None:
    assert recheck_due(TOLD, TOLD + timedelta(hours=seen_after), TOLD + timedelta(hours=after)) is due


def test_looks_that_were_missed_are_made_up_for_once() -> None:
    late = TOLD + timedelta(days=5, hours=3)

    assert recheck_due(TOLD, TOLD + timedelta(hours=1), late)
    assert not recheck_due(TOLD, late, late + timedelta(hours=1))
