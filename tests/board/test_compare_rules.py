"""What can't be one event, however alike the words: rules beside the learned likeness."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from reading.worlds import DAY, a_claim, an_article, later
from test_compare import VOTE, World

from pipeline.board.compare.features import Features, features_of_claim
from pipeline.board.compare.likeness import event_probability
from pipeline.board.fold import baseline_changes, fold
from pipeline.model import Aspect, Fact, Stage, Verdict

OWN: frozenset[str] = frozenset()


def hurt(quote: str, day: int, *, event: date | None = None) -> Features:
    article = an_article(quote, at=later(day))
    claim = a_claim(quote, article=article, aspect=Aspect.CASUALTIES, stage=Stage.IN_EFFECT, subject="RAM", event=event)
    return features_of_claim(claim, article.published.date())


def sends(quote: str, state: str, *, stage: Stage = Stage.PLANNED) -> Features:
    article = an_article(quote)
    claim = a_claim(quote, article=article, aspect=Aspect.CONTRIBUTORS, stage=stage, subject=state)
    return features_of_claim(claim, article.published.date())


def test_attacks_on_two_named_days_are_two_incidents() -> None:
    first = hurt("Two soldiers of the force were killed in an ambush on 29 September.", 0, event=date(2025, 9, 29))
    again = "Two soldiers of the force were killed in an ambush on {} October."
    assert event_probability(hurt(again.format(4), 5, event=date(2025, 10, 4)), first, OWN) == 0.0
    assert event_probability(hurt(again.format(1), 5, event=date(2025, 10, 1)), first, OWN) > 0.0


@pytest.mark.parametrize(("days", "toll", "are_two"), [(20, "five", True), (20, "seven", False), (5, "five", False)])
def test_another_toll_long_after_is_another_incident(days: int, toll: str, are_two: bool) -> None:
    first = hurt("Seven soldiers of the force died in the fight for the town.", 0)
    later_on = hurt(f"The crash killed {toll} soldiers of the force.", days)
    assert (event_probability(later_on, first, OWN) == 0.0) is are_two


def test_who_leaves_is_another_state_than_who_comes() -> None:
    coming = sends("Uganda gets the largest share of the force, followed by Kenya.", "Uganda")
    assert event_probability(sends("Burundi's soldiers will be going home.", "Burundi"), coming, OWN) == 0.0
    assert event_probability(sends("Kenya, like Uganda, will send soldiers.", "Kenya"), coming, OWN) > 0.0


def test_a_ceiling_beside_the_mandate_in_one_article_is_news_of_its_own() -> None:
    world = World()
    mandate = "The Council on Tuesday extended the mission's mandate by a year."
    ceiling = "The upper limit stays at 5,550 people in uniform."
    article = an_article(f"{mandate} {ceiling}")
    claims = (
        a_claim(mandate, article=article, aspect=Aspect.MANDATE, subject="mandate", value="until 2026-10-02"),
        a_claim(ceiling, article=article, value="5,550 people", confidence=0.8),
    )
    assert [j.verdict for j in world.meets(article, *claims)] == [Verdict.NEW, Verdict.NEW]


def test_another_ceiling_is_no_restatement_of_the_old_one() -> None:
    world = World()
    article = an_article(VOTE)
    world.meets(article, a_claim(VOTE, article=article, value="5,550 personnel"))
    text = "The Council set a ceiling of 4,200 personnel for the mission."
    (judgement,) = world.meets(
        other := an_article(text, outlet="Harbour Times", at=later(300)),
        a_claim(text, article=other, value="4,200 personnel", confidence=0.6),
    )
    assert judgement.verdict is Verdict.REVISES


THE_DEAD = {"aspect": Aspect.CASUALTIES, "stage": Stage.IN_EFFECT, "subject": "Norway 2025-09-30"}


def after(quote: str, toll: str) -> World:
    """A world that has been told of the dead by ``quote``."""
    world, article = World(), an_article(quote)
    world.meets(article, a_claim(quote, article=article, value=toll, **THE_DEAD))
    return world


def test_a_death_from_wounds_is_news_after_the_attack() -> None:
    attack = "A Norwegian soldier of the force was killed and two were wounded on Tuesday."
    world = after(attack, "1 killed, 2 wounded")
    text = "A Norwegian soldier of the force who was wounded on Tuesday has died of his injuries."
    article = an_article(text, outlet="Harbour Times", at=later(3))
    (judgement,) = world.meets(article, a_claim(text, article=article, value="1 killed", **THE_DEAD))
    assert judgement.change is not None


@pytest.mark.parametrize(("toll", "disputes"), [("3 killed", True), ("3 killed in all", False)])
def test_a_sum_over_the_deployment_does_not_dispute_the_toll_of_a_day(toll: str, disputes: bool) -> None:
    crash = "A Norwegian soldier of the force was killed on Tuesday when his vehicle left the road."
    world = after(crash, "1 killed")
    text = "With Tuesday's crash, when his vehicle left the road, three Norwegian soldiers of the force were killed."
    article = an_article(text, outlet="Harbour Times", at=later(1))

    (judgement,) = world.meets(article, a_claim(text, article=article, value=toll, **THE_DEAD))

    assert (judgement.verdict is Verdict.DISPUTES) is disputes


@pytest.mark.parametrize(("quote", "verdict"), [
    ("The Council raised the ceiling of the force to 1,500 people.", Verdict.REVISES),
    ("The ceiling of the force is 1,500 people, the office says.", Verdict.DISPUTES),
])  # fmt: skip
def test_a_step_away_from_the_baseline_is_no_dispute_with_it(quote: str, verdict: Verdict) -> None:
    known = Fact(Aspect.STRENGTH, "ceiling", Stage.DECIDED, "1,200 people", "Its ceiling is 1,200 people.", 0)
    world = World()
    base = replace(world.watch.baseline, published=DAY - timedelta(days=3), facts=(known,))
    world.watch = replace(world.watch, baseline=base)
    world.changes = list(baseline_changes(world.watch))
    world.board = fold(world.changes)
    article = an_article(quote)

    (judgement,) = world.meets(article, a_claim(quote, article=article, value="1,500 people", stage=Stage.DECIDED))

    assert judgement.verdict is verdict
