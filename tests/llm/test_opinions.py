"""What an opinion does to a claim and its verdict."""

from __future__ import annotations

import pytest

from pipeline.llm import Opinion, reading_without, told, weigh
from pipeline.model import Aspect, Claim, Judgement, Stage, Verdict
from tests.reading.worlds import a_claim, a_reading, an_article

VOTE = "The council voted on Tuesday to raise the mission's ceiling to 5,550 people."
ARTICLE = an_article(VOTE)
CLAIM = a_claim(VOTE, article=ARTICLE, confidence=0.7)
READING = a_reading(ARTICLE, CLAIM)


def opinion(**said: object) -> Opinion:
    return Opinion(CLAIM.claim_id, "small", **{"confidence": 0.9, **said})  # type: ignore[arg-type]


def weighed(**said: object) -> tuple[Claim, list[tuple[Verdict, str]]]:
    reading, held_back = weigh(READING, {CLAIM.claim_id: opinion(**said)})
    return reading.claims[0], [(judgement.verdict, judgement.reason) for judgement in held_back]


def test_agreement_makes_the_confidence_the_mean_of_both() -> None:
    claim, held_back = weighed()

    assert (claim.confidence, held_back) == (0.8, [])


def test_aspect_and_stage_are_the_models_where_they_differ_and_the_id_stays() -> None:
    claim, _ = weighed(aspect=Aspect.MANDATE, stage=Stage.PROPOSED)

    assert (claim.aspect, claim.stage, claim.claim_id) == (Aspect.MANDATE, Stage.PROPOSED, CLAIM.claim_id)


@pytest.mark.parametrize(
    ("said", "verdict", "what"),
    [
        ({"is_about_mission": False}, Verdict.UNCERTAIN, "that the sentence is not about this mission"),
        ({"is_news": False}, Verdict.STALE, "that the sentence is no news"),
        ({"already_known": True}, Verdict.STALE, "that the board has this already"),
        (
            {"is_about_mission": False, "is_news": False},
            Verdict.UNCERTAIN,
            "that the sentence is not about this mission",
        ),
    ],
)
def test_an_objection_holds_the_claim_back_with_the_reason(
    said: dict[str, object], verdict: Verdict, what: str
) -> None:
    claim, held_back = weighed(**said)

    assert claim == CLAIM
    assert held_back == [(verdict, f"the language model (small) says {what} (0.90)")]


def test_an_objection_of_which_the_model_is_not_sure_holds_nothing_back() -> None:
    claim, held_back = weighed(is_news=False, confidence=0.4)

    assert (claim, held_back) == (CLAIM, [])
    assert told(Judgement(CLAIM, Verdict.NEW, "new"), opinion(is_news=False, confidence=0.4)).reason == (
        "new; the language model (small) says that the sentence is no news, but is not sure (0.40)"
    )


def test_an_opinion_that_was_not_heard_leaves_the_claim_and_is_told() -> None:
    claim, held_back = weighed(trouble="the call failed: timeout", is_news=False)

    assert (claim, held_back) == (CLAIM, [])
    assert told(Judgement(CLAIM, Verdict.NEW, "new"), opinion(trouble="the call failed: timeout")).reason == (
        "new; the language model (small) was not heard (the call failed: timeout), so this verdict stands without it"
    )


def test_a_correction_is_told_in_the_reason() -> None:
    judgement = told(Judgement(CLAIM, Verdict.NEW, "new"), opinion(stage=Stage.IN_EFFECT))

    assert judgement.reason == "new; the language model (small) puts it under in effect (0.90)"


def test_a_reading_without_opinions_is_the_same_object() -> None:
    assert weigh(READING, {})[0] is READING


def test_what_is_held_back_is_not_compared_with_the_board() -> None:
    other = a_claim(VOTE, article=ARTICLE, aspect=Aspect.MANDATE)
    reading, held_back = weigh(a_reading(ARTICLE, CLAIM, other), {CLAIM.claim_id: opinion(is_news=False)})

    assert reading.claims == (CLAIM, other)
    assert reading_without(reading, held_back).claims == (other,)


def test_a_models_name_can_not_forge_a_reason() -> None:
    assert Opinion(CLAIM.claim_id, "a\x1b[2J\u202eb" + "x" * 200).who == f"the language model (a[2Jb{'x' * 54}…)"
