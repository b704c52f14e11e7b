"""What a message says of changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pipeline.alerts.compose import AT_ONCE, CONFIRMED, DIGEST, became, compose_message, confidence_words, subject_line
from pipeline.alerts.message import Message, as_markdown, as_text
from pipeline.model import Change, Stage, Verdict
from pipeline.model.text import content_id
from tests.notify.samples import NEW, NEW_ARTICLE, NEW_ID, NOW, OLD, OLD_ARTICLE, OLD_ID, WATCH, article


def told(*changes: Change, kind: str = AT_ONCE, **values: object) -> Message:
    given = {"articles": {NEW_ARTICLE: article()}, "before": {OLD_ID: OLD}, "origins": {NEW_ID: 2}} | values
    return compose_message(changes or (NEW,), kind=kind, watch=WATCH, **given)


def test_a_change_is_told_with_both_sentences_source_date_and_how_sure() -> None:
    (one,) = told(folder="seeds/isle").sections

    assert one.heading == "Mandate"
    assert one.became == "Isle force: until 2 October 2025 (in effect) became until 2 October 2026 (decided)"
    assert (one.before_quote, one.before_source) == ("The mandate ends on 2 October 2025.", "baseline, 01 Aug 2025")
    assert one.after_quote == "The Council extended the force's mandate by a year."
    assert one.notes == (
        "Since 30 Sep 2025: the same thing, with another value",
        "How sure: very sure (0.96); 2 independent origins",
    )
    assert one.source == "Isle Post, first written by Harbour Wire, 30 Sep 2025 18:05 UTC"
    assert (one.title, one.url) == ("Council extends the force", "https://isle.example/2025/mandate?a=1&b=2")
    assert one.trail == "missionwatch why seeds/isle 'https://isle.example/2025/mandate?a=1&b=2'"


def test_the_sentence_before_names_its_outlet_and_day() -> None:
    old = replace(OLD, verdict=Verdict.NEW, article_id=OLD_ARTICLE)
    earlier = article(OLD_ARTICLE, outlet="Harbour Times", published=datetime(2025, 8, 3, tzinfo=UTC))

    (one,) = told(before={OLD_ID: old}, articles={OLD_ARTICLE: earlier}).sections

    assert one.before_source == "Harbour Times, 03 Aug 2025"


def test_a_change_of_which_the_board_said_nothing_has_no_sentence_before() -> None:
    new = replace(NEW, verdict=Verdict.NEW, before_stage=None, before_value=None, supersedes=None)

    (one,) = told(new).sections

    assert one.before_quote == ""
    assert one.became == "Isle force: until 2 October 2026 (decided); the board said nothing of it"


def test_a_dispute_is_told_with_both_values() -> None:
    disputed = replace(NEW, verdict=Verdict.DISPUTES, value="991", disputed_value="750", subject="police")

    assert became(disputed) == "police: 991, and now also 750: sources disagree"


def test_a_change_without_a_day_of_its_own_says_when_it_was_reported() -> None:
    assert told(replace(NEW, event_date=None)).sections[0].notes[0].startswith("Reported 01 Oct 2025: the same")


@pytest.mark.parametrize(
    ("origins", "end"),
    [
        ({}, "(0.91); one origin so far"),
        ({NEW_ID: 1}, "(0.91); one origin so far"),
        ({NEW_ID: 3}, "(0.97); 3 independent origins"),
    ],
)
def test_independent_origins_are_counted_and_make_it_surer(origins: dict, end: str) -> None:
    assert told(origins=origins).sections[0].notes[1].endswith(end)


@pytest.mark.parametrize(
    ("confidence", "words"),
    [
        (1.0, "very sure (1.00)"),
        (0.899, "very sure (0.90)"),
        (0.894, "sure (0.89)"),
        (0.7, "fairly sure (0.70)"),
        (0.69, "uncertain (0.69)"),
        (0.1, "doubtful (0.10)"),
    ],
)
def test_how_sure_is_told_in_a_word_that_fits_the_number_shown(confidence: float, words: str) -> None:
    assert confidence_words(confidence) == words


def test_an_address_cannot_run_a_command_in_the_shell_that_it_is_pasted_into() -> None:
    hostile = article(url="https://isle.example/$(reboot);'`id`")

    (one,) = told(articles={NEW_ARTICLE: hostile}).sections

    assert one.trail == "missionwatch why DIR 'https://isle.example/$(reboot);'\"'\"'`id`'"


def test_a_change_without_an_article_is_asked_about_by_its_id() -> None:
    (one,) = told(replace(NEW, article_id=None), articles={}, origins={}).sections

    assert one.trail == f"missionwatch why DIR {NEW_ID}"
    assert one.notes[1] == "How sure: very sure (0.91)"


def test_the_page_about_a_change_is_linked_where_one_is_set() -> None:
    (one,) = told(page_url="https://watch.example/{watch}/{change_id}.html").sections

    assert one.trail_url == f"https://watch.example/isle/{NEW_ID}.html"


def test_a_program_gets_the_change_as_values() -> None:
    facts = dict(told().sections[0].facts)

    assert facts == {
        "change_id": str(NEW_ID),
        "aspect": "mandate",
        "subject": "Isle force",
        "verdict": "revises",
        "stage": "decided",
        "value": "until 2 October 2026",
        "before_stage": "in_effect",
        "before_value": "until 2 October 2025",
        "disputed_value": None,
        "held_from": "2025-09-30",
        "known_at": NOW.isoformat(),
        "event_date": "2025-09-30",
        "confidence": 0.914,
        "origins": 2,
        "supersedes": str(OLD_ID),
        "article_id": str(NEW_ARTICLE),
        "outlet": "Isle Post",
        "origin": "Harbour Wire",
        "published": "2025-09-30T18:05:00+00:00",
    }


UNSURE = replace(NEW, change_id=content_id("change", "unsure"))
UNCERTAIN = {UNSURE.change_id}


@pytest.mark.parametrize(
    ("changes", "kind", "subject"),
    [
        ((NEW,), AT_ONCE, "Isle force: mandate decided: until 2 October 2026"),
        ((NEW, NEW, NEW), AT_ONCE, "Isle force: mandate decided: until 2 October 2026 (+2)"),
        ((UNSURE,), DIGEST, "uncertain: Isle force: mandate decided: until 2 October 2026"),
        ((NEW, UNSURE), DIGEST, "digest: Isle force: mandate decided: until 2 October 2026 (+1)"),
        ((NEW,), CONFIRMED, "confirmed: Isle force: mandate decided: until 2 October 2026"),
        ((NEW,), "disputed", "disputed: Isle force: mandate decided: until 2 October 2026"),
    ],
)
def test_the_subject_says_the_first_change_and_why_it_is_told(
    changes: tuple[Change, ...], kind: str, subject: str
) -> None:
    assert subject_line(changes, WATCH, kind, uncertain=changes == (UNSURE,)) == subject


def test_a_subject_never_has_more_than_90_characters() -> None:
    long = replace(NEW, value="a value of many words " * 20)

    assert len(told(long, long).subject) <= 90


def test_a_digest_of_what_is_uncertain_says_so_first_and_ends_with_what_was_done() -> None:
    lines = as_text(told(UNSURE, kind=DIGEST, uncertain=UNCERTAIN, closing="WHAT WAS DONE\nFeeds: 3 watched")).split(
        "\n"
    )

    assert lines[0].startswith("UNCERTAIN: one source")
    assert lines[-2:] == ["WHAT WAS DONE", "Feeds: 3 watched"]


def test_what_is_uncertain_is_marked_so_beside_what_is_not() -> None:
    told_of = told(NEW, UNSURE, kind=DIGEST, uncertain=UNCERTAIN)

    assert [one.heading for one in told_of.sections] == ["Mandate", "Mandate (uncertain)"]


def test_a_digest_of_what_is_sure_is_not_called_uncertain() -> None:
    assert told(NEW, kind=DIGEST).intro == ""
    assert told(NEW, UNSURE, kind=DIGEST, uncertain=UNCERTAIN).intro.startswith(
        "What is marked uncertain rests on one source"
    )


def test_an_intro_that_is_given_takes_the_place_of_the_kinds_own() -> None:
    assert told(kind=CONFIRMED, intro="Again.").intro == "Again."


def test_the_stage_is_told_as_people_write_it() -> None:
    assert "(in effect)" in as_markdown(told(replace(NEW, stage=Stage.IN_EFFECT))).replace("\\", "")
