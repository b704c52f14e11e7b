"""The typed fact that a sentence states, once its slot and stage are known."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.model import Aspect, Day, Figure, Movement, Slot, Stage, TypedFact
from pipeline.reading import features, parts
from pipeline.reading.sentences import split

PUBLISHED = date(2025, 9, 10)  # a Wednesday
MISSION = "Ruritania Assistance Mission"


def typed(text: str, slot: Slot, stage: Stage) -> TypedFact:
    (sentence,) = split(text)
    seen = features.look(sentence, 2, PUBLISHED, frozenset({"Haiti"}))
    return parts.fact_of(seen, slot, parts.stage_of(seen, slot.aspect, stage), MISSION, None, PUBLISHED)


def stage(text: str, aspect: Aspect, said: Stage) -> Stage:
    (sentence,) = split(text)
    return parts.stage_of(features.look(sentence, 2, PUBLISHED, frozenset()), aspect, said)


@pytest.mark.parametrize(
    "text",
    [
        "Two soldiers of the regional mission were killed and one was injured.",
        "Two soldiers of the African Union force in Somalia were killed and one was injured.",
        "Two members of the mission that watches over the truce lost their lives and another soldier was wounded.",
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
def test_a_postponed_vote_is_a_step_and_leaves_the_mandate_alone(text: str) -> None:
    fact = typed(text, Slot.PROCESS, Stage.REJECTED)
    assert (fact.key, fact.parts.movement) == ("vote", Movement.POSTPONED)
    assert stage(text, Aspect.MANDATE, Stage.REJECTED) is Stage.PLANNED


@pytest.mark.parametrize(
    "text",
    [
        "Posts that spread over the weekend said Kenyan policemen had been killed.",
        "Rumours said that two Kenyan officers had died.",
        "A video on social media claimed to show dead peacekeepers.",
    ],
)
def test_a_loss_that_nobody_confirms_is_none_in_effect(text: str) -> None:
    assert stage(text, Aspect.CASUALTIES, Stage.IN_EFFECT) is Stage.PROPOSED


@pytest.mark.parametrize(
    "text",
    [
        "There were no injuries, the force says.",
        "A soldier was slapped, a spokesman said; nobody was injured.",
        "No one was hurt when the grenade went off.",
        "The post was shelled without casualties.",
    ],
)
def test_that_nobody_was_hurt_is_no_loss(text: str) -> None:
    assert stage(text, Aspect.CASUALTIES, Stage.IN_EFFECT) is Stage.REJECTED


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("The Council extended the mandate until 28 February 2027.", "2027-02-28"),
        ("The mission may stay until 28 February 2027.", "2027-02-28"),
    ],
)
def test_the_end_of_a_term_is_a_day(text: str, until: str) -> None:
    fact = typed(text, Slot.TERM, Stage.DECIDED)
    assert fact.parts.until == Day.from_iso(until)


@pytest.mark.parametrize(
    ("text", "said", "slot", "figure"),
    [
        ("The Council raised the ceiling to 1,500 soldiers.", Stage.DECIDED, Slot.CEILING, 1500),
        ("The force may have up to 900 uniformed personnel.", Stage.DECIDED, Slot.CEILING, 900),
        ("The mission now has 640 people.", Stage.IN_EFFECT, Slot.DEPLOYED, 640),
        ("They asked for 8,000 more soldiers.", Stage.PROPOSED, Slot.REQUIRED, 8000),
    ],
)
def test_a_number_of_people_is_a_figure(text: str, said: Stage, slot: Slot, figure: float) -> None:
    assert typed(text, slot, said).parts.figure == Figure.of(figure)


@pytest.mark.parametrize(
    "text",
    [
        "The government will pay each soldier 828 dollars a month.",
        "Soldiers of the mission get $828 per month.",
        "The monthly allowance stays at 828 dollars.",
        "The rate of 1,428 dollars for each peacekeeper is to rise.",
    ],
)
def test_pay_for_a_month_or_a_soldier_is_no_budget(text: str) -> None:
    assert typed(text, Slot.BUDGET, Stage.PLANNED).parts.amount is None
