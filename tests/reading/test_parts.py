"""The typed parts of plain sentences, as the shipped encoder finds them once slot and stage are known."""

from __future__ import annotations

from datetime import date

import pytest
from worlds import a_watch, an_article

from pipeline.model import Day, Figure, Movement, Slot, Stage, TypedFact
from pipeline.reading.embedded import encoder, encoder_input, engine, features, parts, sentences

PUBLISHED = date(2025, 10, 1)


def typed(text: str, slot: Slot, stage: Stage) -> TypedFact:
    article = an_article(text, title="The mission in Ruritania")
    seen = features.extract_all(article, sentences.split_sentences(text))
    answers = encoder.load_shipped().read(encoder_input.build_page(article, seen, a_watch()))
    act, odds = engine.predict_parts(answers, 0, slot)
    return parts.build_fact(seen[0], slot, stage, act, odds, "Ruritania Assistance Mission", None, PUBLISHED)


@pytest.mark.parametrize(
    "text",
    [
        "Two soldiers of the regional mission were killed and one was injured.",
        "Two soldiers of the African Union force in Ruritania were killed and one was injured.",
        "An ambush killed two of the force's soldiers and wounded one on Sunday.",
    ],
)
def test_the_killed_and_the_injured_are_both_counted(text: str) -> None:
    fact = typed(text, Slot.INCIDENT, Stage.IN_EFFECT)
    assert (fact.parts.killed, fact.parts.injured) == (2, 1)


@pytest.mark.parametrize(
    "text",
    [
        "Major General Piet Haam handed the post of force commander to Brigadier Anna Lund on Monday.",
        "Major General Piet Haam handed over command of the force to Brigadier Anna Lund.",
        "General Piet Haam passed the baton on Tuesday to his successor, Brigadier Anna Lund.",
        "In a ceremony General Haam turned over the command to Brigadier Anna Lund.",
    ],
)
def test_who_takes_over_is_the_commander_and_not_who_hands_over(text: str) -> None:
    assert typed(text, Slot.COMMAND, Stage.IN_EFFECT).parts.person == "Anna Lund"


@pytest.mark.parametrize(
    "text",
    [
        "Kenya will not pull its forces out, the president said.",
        "Kenya will not withdraw, the president said.",
        "Kenya's contingent is not leaving, the ministry said.",
        "The president denied that Kenya would withdraw its police.",
    ],
)
def test_who_will_not_leave_is_told_as_that(text: str) -> None:
    fact = typed(text, Slot.CONTRIBUTION, Stage.REJECTED)
    assert (fact.key, fact.parts.act) == ("Kenya", "withdraws")


@pytest.mark.parametrize(
    "text",
    [
        "The Council will not vote on Monday on the mandate of the mission.",
        "Monday's vote on the mission was put off.",
        "The vote on the force's mandate has been postponed by a week.",
        "Council members delayed the vote on the extension.",
    ],
)
def test_a_postponed_vote_is_postponed(text: str) -> None:
    assert typed(text, Slot.PROCESS, Stage.PLANNED).parts.movement is Movement.POSTPONED


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("The Council extended the mandate until 28 February 2027.", "2027-02-28"),
        ("The mission may stay until 28 February 2027.", "2027-02-28"),
        ("The mission may stay until 28 February.", "2026-02-28"),
    ],
)
def test_the_end_of_a_term_is_a_day(text: str, until: str) -> None:
    assert typed(text, Slot.TERM, Stage.DECIDED).parts.until == Day.from_iso(until)


def test_the_day_from_which_a_term_runs_is_not_its_end() -> None:
    text = "The Council gave the force a mandate of one year from 1 January 2025."
    assert typed(text, Slot.TERM, Stage.DECIDED).parts.until is None


@pytest.mark.parametrize(
    ("text", "said", "slot", "figure"),
    [
        ("The Council raised the ceiling to 1,500 soldiers.", Stage.DECIDED, Slot.CEILING, 1500),
        ("The Council raised the ceiling from 900 to 1,500 soldiers.", Stage.DECIDED, Slot.CEILING, 1500),
        ("The force may have up to 900 uniformed personnel.", Stage.DECIDED, Slot.CEILING, 900),
        ("The mission now has 640 people.", Stage.IN_EFFECT, Slot.DEPLOYED, 640),
        ("They asked for 8,000 more soldiers.", Stage.PROPOSED, Slot.REQUIRED, 8000),
    ],
)
def test_a_number_of_people_is_a_figure(text: str, said: Stage, slot: Slot, figure: float) -> None:
    assert typed(text, slot, said).parts.figure == Figure.of(figure)


@pytest.mark.parametrize(
    ("text", "key", "unit"),
    [
        ("The Council raised the ceiling to 1,500 soldiers.", "all", "soldiers"),
        ("The Council raised the ceiling to 1,500 police officers.", "police", "police"),
        ("The Council raised the ceiling to 1,500 soldiers and police officers.", "all", "people"),
        ("The Council raised the ceiling to 1,500 police officers or soldiers.", "all", "people"),
    ],
)
def test_soldiers_and_police_counted_together_are_people_of_all_kinds(text: str, key: str, unit: str) -> None:
    fact = typed(text, Slot.CEILING, Stage.DECIDED)
    assert (fact.key, fact.parts.unit) == (key, unit)


def test_a_sum_and_who_pays_it_are_told() -> None:
    fact = typed("Denmark pledged 40 million dollars for the mission on Monday.", Slot.PLEDGE, Stage.PLANNED)
    assert (fact.key, fact.parts.amount, fact.parts.currency) == ("Denmark", Figure.of(40_000_000), "USD")
