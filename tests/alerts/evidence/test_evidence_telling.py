"""A trail in steps: each with what it was compared with, what was measured and what was needed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from pipeline.alerts.evidence import Branch, Step, TrailAccount, account_of, as_lines
from pipeline.model import Aspect
from pipeline.reading.embedded import foreign
from pipeline.site.why import SINCE
from pipeline.storage import Store
from tests.site.world import (
    DEAD,
    NOT_YET,
    NOW,
    OFF_TOPIC,
    REFUSED_PAGE,
    REPEATED,
    RESTATED,
    STRANGE,
    TAKEN_BACK,
    UNSURE,
    VOTE,
    VOTE_TOO,
    change_of,
    watch,
)
from tests.site.world import Told as Article

(RULE,) = watch().rules


@cache
def told(world: Store, asked: object, *rules: object) -> TrailAccount:
    return account_of(world.explained("haiti", str(asked))[0], rules or (RULE,))  # type: ignore[arg-type]


def branch(world: Store, article: Article, *rules: object) -> Branch:
    """What became of the one claim of an article."""
    (found,) = [one for one in told(world, article.entry.entry_id, *rules).branches if one.claim_id]
    return found


def step(found: Branch, name: str) -> Step:
    return next(one for one in found.steps if one.name == name)


def test_a_claim_that_was_too_weak_shows_its_score_and_the_threshold(world: Store) -> None:
    (score,) = step(branch(world, UNSURE), "claim").scores
    assert (score.value, score.needed, score.is_reached) == (0.32, 0.55, False)
    verdict = step(branch(world, UNSURE), "verdict")
    assert verdict.told.startswith("Uncertain: too weak to tell (0.32, needs 0.50).")
    assert verdict.ends


def test_a_repeated_claim_shows_what_it_was_compared_with_and_how_like_it_is(world: Store) -> None:
    verdict = step(branch(world, REPEATED), "verdict")
    assert verdict.compared is not None
    assert verdict.compared.says == "strength, the ceiling: 5,550 personnel (decided), since 30 Sep 2025"
    assert verdict.compared.quote == "The force may have up to 5,550 uniformed personnel."
    assert verdict.compared.source == "The Wire, 30 Sep 2025"
    assert [(one.value, one.needed) for one in verdict.scores] == [(0.71, 0.4)]


def test_what_was_matched_by_its_subject_alone_shows_no_likeness_that_decided_nothing(world: Store) -> None:
    verdict = step(branch(world, VOTE_TOO), "verdict")
    assert verdict.told == "Confirms: says the same. It was matched by its subject, and not by its words."
    assert verdict.compared is not None
    assert verdict.scores == ()


def test_old_news_that_is_restated_is_measured_against_its_own_threshold(world: Store) -> None:
    (score,) = step(branch(world, RESTATED), "verdict").scores
    assert (score.what, score.value, score.needed) == ("chance that it restates old news", 0.86, 0.8)


def test_a_change_is_told_with_the_one_before_the_rules_and_the_delivery(world: Store) -> None:
    found = branch(world, VOTE)
    assert [one.name for one in found.steps] == ["claim", "verdict", "change", "alert rules", "alert"]
    before = step(found, "change").compared
    assert before is not None
    assert before.quote.startswith("The United States put forward a draft")
    assert [one.needed for one in step(found, "alert rules").scores] == [0.5, 0.7]
    assert "Delivered to console on 1 Oct 2025, 12:01 UTC" in step(found, "alert").told


def test_a_rule_that_takes_another_aspect_says_so(world: Store) -> None:
    rule = replace(RULE, name="lead", aspects=frozenset({Aspect.LEAD}))
    assert step(branch(world, VOTE, rule), "alert rules").told == (
        "Rule 'lead', as it stands now, does not take the aspect mandate."
    )


def test_a_change_that_was_not_told_ends_with_the_reason(world: Store) -> None:
    last = branch(world, STRANGE).steps[-1]
    assert (last.told, last.ends) == (
        "No alert was due: confidence 0.55 is under the rule's 0.70.",
        True,
    )


def test_a_change_that_was_taken_back_is_told_beside_it(world: Store) -> None:
    found = told(world, DEAD.entry.entry_id).branches
    assert [one.verdict for one in found] == ["new", "withdrawn"]
    assert TAKEN_BACK in found[1].steps[0].told


def said_by_a_person(**changed: object) -> dict[str, object]:
    """A row of the view ``marks``."""
    values: dict[str, object] = dict.fromkeys(("made_at", "claim_id", "change_id", "quote", "engine_aspect"))
    values |= {"kind": "not_this_mission", "author": "ana", "note": "another force", "counts": True, "mark_id": "m"}
    return values | changed


@pytest.mark.parametrize(
    "of",
    [
        {"claim_id": VOTE.judgement.claim.claim_id},
        {"claim_id": "of another engine", "quote": VOTE.judgement.claim.quote, "engine_aspect": "mandate"},
    ],
    ids=["its id", "its sentence"],
)
def test_what_a_person_says_of_a_claim_stands_beside_its_verdict(world: Store, of: dict[str, object]) -> None:
    trail = world.explained("haiti", str(VOTE.entry.entry_id))[0]
    (found,) = account_of({**trail, "marks": [said_by_a_person(**of)]}).branches
    assert [one.name for one in found.steps[:3]] == ["claim", "verdict", "mark"]
    assert step(found, "mark").told == "Marked not this mission by ana: another force."


def test_what_a_person_says_of_an_article_stands_with_its_page(world: Store) -> None:
    trail = world.explained("haiti", str(VOTE.entry.entry_id))[0]
    found = account_of({**trail, "marks": [said_by_a_person(counts=False)]})
    assert found.steps[-1].told == "Marked not this mission by ana: another force. It was taken back since."


@pytest.mark.parametrize(
    ("entry", "name", "words"),
    [
        (OFF_TOPIC, "reading", "It is not about the mission: it does not name the mission (engine rules-1)."),
        (REFUSED_PAGE, "page", "Its page was refused (attempt 1, HTTP 404): http-4xx: 404 (Not Found)."),
        (NOT_YET, "entry", "The feed Times brought the entry: Just in."),
    ],
    ids=["off topic", "no page", "not yet"],
)
def test_a_page_without_a_claim_tells_how_far_it_came(world: Store, entry: object, name: str, words: str) -> None:
    last = told(world, entry.entry_id).steps[-1]  # type: ignore[attr-defined]
    assert (last.name, last.told) == (name, words)


def test_an_article_in_a_language_that_is_not_read_is_not_called_off_topic(world: Store) -> None:
    trail = world.explained("haiti", str(OFF_TOPIC.entry_id))[0]
    (reading,) = trail["readings"]
    swahili = {**reading, "reason": f"written in Swahili; {foreign._UNREAD}"}
    last = account_of({**trail, "readings": [swahili]}).steps[-1]
    assert last.told.startswith("It was not read: written in Swahili; the embedded engine does not read it")


def test_later_looks_that_found_nothing_new_are_one_step(world: Store) -> None:
    trail = world.explained("haiti", str(VOTE.entry.entry_id))[0]
    (first,) = trail["fetches"]
    again = [{**first, "outcome": "same", "fetched_at": NOW + timedelta(days=day)} for day in range(14)]
    steps = [one for one in account_of({**trail, "fetches": [first, *again]}).steps if one.name == "page"]
    assert [one.told for one in steps] == [
        "Its page was fetched and stored (attempt 1, HTTP 200).",
        "Its page was looked at again 14 times, the last time on 2 Nov 2025, 12:00 UTC, and has the text that we hold.",
    ]


def test_a_feed_by_itself_tells_how_it_does(world: Store) -> None:
    (one,) = told(world, "https://down.example/feed.xml").steps
    assert one.told.endswith("is in state failing: dns: no such host.")


def test_a_trail_as_text_has_each_step_score_and_id_on_lines_that_fit(world: Store) -> None:
    text = as_lines(told(world, REPEATED.entry.entry_id), "It was read.")
    assert "likeness to what the board had: 0.71, threshold 0.40 (reached" in text
    assert str(REPEATED.judgement.claim.claim_id) in text
    assert str(change_of(VOTE).change_id) not in text
    assert text.endswith("In short: It was read.\n")
    assert max(map(len, text.splitlines())) <= 100


def test_the_trails_of_a_month_are_told_by_the_same_words_as_one_alone(world: Store) -> None:
    trails = {row.get("entry_id"): trail for row, trail in world.recent_trails("haiti", NOW - SINCE, 100)}
    for article in (VOTE, UNSURE, REPEATED, RESTATED, STRANGE, DEAD):
        assert account_of(trails[article.entry.entry_id], (RULE,)) == told(world, article.entry.entry_id)
