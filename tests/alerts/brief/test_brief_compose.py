"""What a brief tells: each event of its time once, as it was known at its end, and what could be seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from pipeline.alerts.brief import Brief, headline
from pipeline.model import Aspect, Change, Parts, Slot, Stage, TypedFact, Verdict
from tests.alerts.brief.known import BEFORE, SEEN, SINCE, UNTIL, brief, health, moved, with_rule
from tests.alerts.builders import change
from tests.storage.builders import make_fact, make_watch

IN_TIME = UNTIL - timedelta(hours=2)


def lines(told: Brief) -> list[str]:
    return [section.became for section in told.changes]


# -- what changed ------------------------------------------------------------------------------


def test_what_changed_in_its_time_is_told_and_what_changed_before_is_not() -> None:
    old, new = change(1, known_at=BEFORE), change(2, known_at=IN_TIME)

    assert lines(brief(old, new)) == ["Ceiling 2: 5,550 (decided 30 Sep)"]


def test_what_was_published_before_and_came_to_the_board_in_its_time_is_told() -> None:
    late = change(1, known_at=BEFORE)

    assert lines(brief(late, taken={late.change_id: IN_TIME})) == ["Ceiling 1: 5,550 (decided 30 Sep)"]
    assert lines(brief(late, taken={late.change_id: SINCE})) == []


def test_a_row_that_moved_twice_is_one_line_from_the_first_state_to_the_last() -> None:
    start = change(1, known_at=BEFORE, value="2,500")
    first = moved(start, number=2, known_at=SINCE + timedelta(hours=1), value="5,000")
    second = moved(first, number=3, known_at=IN_TIME, value="5,550")

    assert lines(brief(start, first, second)) == ["Ceiling 1: 2,500 -> 5,550 (decided 30 Sep); the last of 2 changes"]


def test_what_one_sentence_says_of_several_is_one_line() -> None:
    kenya, jamaica = (
        change(
            number,
            known_at=IN_TIME,
            subject=country,
            value="sends",
            fact=TypedFact(Slot.CONTRIBUTION, country, Parts(act="sends", country=country)),
        )
        for number, country in enumerate(("Kenya", "Jamaica"))
    )

    assert lines(brief(kenya, jamaica)) == ["Kenya: sends (decided 30 Sep); Jamaica: sends (decided 30 Sep)"]


def test_they_stand_by_aspect_in_the_order_of_the_aspects() -> None:
    money = change(1, known_at=IN_TIME, aspect=Aspect.FUNDING, subject="Canada", value="$60 million")
    lead = change(2, known_at=IN_TIME, aspect=Aspect.LEAD, subject="lead", value="Kenya")

    assert [section.heading for section in brief(money, lead).changes] == ["Lead", "Funding"]


def test_what_was_taken_back_is_told_as_taken_back_and_not_as_a_change() -> None:
    wrong = change(1, known_at=BEFORE)
    back = moved(
        wrong, number=2, known_at=IN_TIME, value=wrong.value, verdict=Verdict.WITHDRAWN, reason="the page says 5,000"
    )

    assert lines(brief(wrong, back)) == ["Ceiling 1: taken back: 5,550: the page says 5,000"]


def test_of_two_that_were_taken_back_the_last_one_is_told_with_its_own_value() -> None:
    first, second = change(1, known_at=BEFORE, value="5,000"), change(2, known_at=BEFORE, value="5,100")
    backs = [
        moved(one, number=number, known_at=IN_TIME, value=one.value, verdict=Verdict.WITHDRAWN, reason="so it says now")
        for number, one in ((3, first), (4, second))
    ]

    assert lines(brief(first, second, *backs)) == ["Ceiling 2: taken back: 5,100: so it says now"]


def test_what_no_alert_rule_takes_is_counted_and_not_told() -> None:
    told = brief(change(1, known_at=IN_TIME, confidence=0.3), watch=with_rule(min_confidence=0.5))

    assert (lines(told), told.sight.held_back) == ([], 1)


def test_a_watch_without_a_rule_is_told_everything() -> None:
    told = brief(change(1, known_at=IN_TIME, confidence=0.3), watch=replace(make_watch(), rules=()))

    assert len(told.changes) == 1


def test_what_the_rules_call_uncertain_is_marked() -> None:
    unsure = change(1, known_at=IN_TIME, subject="deployed", confidence=0.6)
    sure = change(2, known_at=IN_TIME, confidence=0.9)

    assert [section.heading for section in brief(unsure, sure).changes] == ["Strength (uncertain)", "Strength"]


def test_each_fact_has_its_sentence_its_outlet_its_link_and_its_day() -> None:
    (section,) = brief(change(1, known_at=IN_TIME)).changes

    assert (section.after_quote, section.source, section.title, section.url) == (
        "The Council decided.",
        "Times, 30 Sep 2025 12:00 UTC",
        "Title of vote",
        "https://times.example/vote",
    )


# -- what is disputed, and what is to come -----------------------------------------------------


def dispute() -> tuple[Change, Change]:
    stands = change(1, known_at=BEFORE, quote="Up to 5,550 may serve.")
    other = moved(
        stands, number=2, known_at=BEFORE, value="5,550", disputed_value="5,000", verdict=Verdict.DISPUTES,
        quote="The ceiling is 5,000.",
    )  # fmt: skip
    return stands, other


def test_a_dispute_that_began_before_is_told_with_both_sentences_while_it_is_open() -> None:
    told = brief(*dispute())

    assert lines(told) == []
    assert [(one.became, one.before_quote, one.after_quote) for one in told.disputes] == [
        ("Ceiling 1: 5,550, or 5,000: sources disagree", "Up to 5,550 may serve.", "The ceiling is 5,000.")
    ]


def test_a_dispute_that_is_settled_is_told_no_more() -> None:
    stands, other = dispute()

    assert brief(stands, other, moved(other, number=3, known_at=IN_TIME)).disputes == ()


def test_the_days_to_come_are_told_with_what_is_left_until_then() -> None:
    term = change(1, aspect=Aspect.MANDATE, subject="mandate", value="until 2025-10-02", known_at=BEFORE)

    assert [one.became for one in brief(term).expected] == ["2 Oct 2025, tomorrow: mandate ends: until 2025-10-02"]


def test_a_day_that_passed_in_silence_is_told_for_a_month() -> None:
    term = change(1, aspect=Aspect.MANDATE, subject="mandate", value="until 2025-09-15", known_at=BEFORE)
    older = replace(term, value="until 2025-08-15")

    assert [one.became for one in brief(term).expected] == [
        "15 Sep 2025 has passed with nothing reported: mandate: until 2025-09-15"
    ]
    assert brief(older).expected == ()


def test_a_fact_of_the_baseline_names_no_outlet_but_says_where_it_rests() -> None:
    watch = make_watch(facts=(make_fact("until 2025-10-02", aspect=Aspect.MANDATE, subject="mandate"),))
    known_at_start = change(
        1, aspect=Aspect.MANDATE, subject="mandate", value="until 2025-10-02", verdict=Verdict.BASELINE,
        stage=Stage.IN_EFFECT, article_id=None, known_at=BEFORE, held_from=date(2025, 8, 1),
    )  # fmt: skip

    (day,) = brief(known_at_start, watch=watch).expected

    assert (day.source, day.url) == ("the watch's baseline, 27 Sep 2025", "https://seed.example/article")


# -- what could be seen ------------------------------------------------------------------------


def test_a_quiet_day_says_so() -> None:
    assert headline(brief()) == "Nothing changed."


def test_its_first_line_counts_what_there_is() -> None:
    told = brief(change(3, known_at=IN_TIME), *dispute(), feeds=(health("times"), health("wire", failing="timeout")))

    assert headline(told) == "1 change, 1 open dispute. 1 of 2 feeds can't be read."


def test_where_no_feed_could_be_read_it_says_blind_and_not_quiet() -> None:
    told = brief(feeds=(health("times", failing="timeout"), health("wire", failing="dns")))

    assert headline(told) == (
        "Blind: no feed could be read since 30 Sep 2025, 12:00 UTC. This is not quiet: nothing is known of that time."
    )


def test_where_no_round_was_made_it_says_not_watched_and_not_quiet() -> None:
    assert headline(brief(rounds=0, last_round=BEFORE)) == (
        "Not watched: no round was made. This is not quiet: nothing is known of that time. "
        "The last round was on 27 Sep 2025, 12:00 UTC."
    )


def test_feeds_that_fail_come_with_their_reason_and_silent_ones_with_their_day_the_longest_first() -> None:
    feeds = (
        health("times", silent_since=SINCE),
        health("wire", silent_since=BEFORE),
        health("radio", failing="http-5xx: 503 (Service Unavailable)"),
    )

    sight = brief(feeds=feeds).sight

    assert [(feed.title, feed.since) for feed in sight.silent] == [("Wire", BEFORE), ("Times", SINCE)]
    assert [(feed.title, feed.since, feed.reason) for feed in sight.failing] == [
        ("Radio", SINCE, "http-5xx: 503 (Service Unavailable)")
    ]


def test_articles_that_wait_for_a_language_model_are_told() -> None:
    assert brief(counts={"articles_waiting": 3}).sight.waits == "3 articles wait for the language model"


def test_it_tells_of_the_time_in_which_it_looked() -> None:
    told = brief(quiet=replace(SEEN, since=BEFORE))

    assert (told.since, told.until) == (BEFORE, UNTIL)
