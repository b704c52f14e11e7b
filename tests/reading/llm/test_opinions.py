"""What an opinion does to a claim and its verdict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.model import Aspect, Claim, Judgement, Relation, RelationKind, Slot, Stage, Verdict
from pipeline.model.facts import Parts, TypedFact
from pipeline.reading.llm import Answer, ModelOpinion, reading_without, weigh, with_opinion
from tests.reading.worlds import a_claim, a_reading, an_article

VOTE = "The council voted on Tuesday to raise the mission's ceiling to 5,550 people."
ARTICLE = an_article(VOTE)
CLAIM = a_claim(VOTE, article=ARTICLE, confidence=0.7)
READING = a_reading(ARTICLE, CLAIM)


def opinion(**said: object) -> ModelOpinion:
    return ModelOpinion(CLAIM.claim_id, "small", **{"confidence": 0.9, **said})  # type: ignore[arg-type]


def weighed(**said: object) -> tuple[Claim, list[tuple[Verdict, str]]]:
    reading, held_back = weigh(READING, {CLAIM.claim_id: opinion(**said)})
    return reading.claims[0], [(judgement.verdict, judgement.reason) for judgement in held_back]


def test_the_confidence_is_the_models() -> None:
    assert weighed() == (replace(CLAIM, confidence=0.9, relation=Relation(RelationKind.NEW)), [])
    assert weighed(confidence=0.2)[0].confidence == 0.2


def test_fact_and_stage_are_the_models_where_they_differ_and_the_id_stays() -> None:
    claim, _ = weighed(fact=TypedFact(Slot.TERM, "", Parts(item="six months")), stage=Stage.PROPOSED)

    assert (claim.aspect, claim.stage, claim.claim_id) == (Aspect.MANDATE, Stage.PROPOSED, CLAIM.claim_id)
    assert (claim.subject, claim.value) == ("mandate", "six months")


def test_the_row_that_the_model_names_is_the_row_that_the_claim_moves() -> None:
    assert weighed(row=CLAIM.article_id)[0].relation == (RelationKind.MOVES, CLAIM.article_id)


@pytest.mark.parametrize(
    ("answer", "verdict", "what"),
    [
        (Answer.OTHER, Verdict.UNCERTAIN, "that the sentence is not about this mission"),
        (Answer.NO_CHANGE, Verdict.STALE, "that the sentence tells no change of status"),
        (Answer.BACKGROUND, Verdict.STALE, "that the sentence is background and no news"),
        (Answer.KNOWN, Verdict.STALE, "that the board has this already"),
    ],
)
def test_an_objection_holds_the_claim_back_with_the_reason(answer: Answer, verdict: Verdict, what: str) -> None:
    claim, held_back = weighed(answer=answer)

    assert claim == CLAIM
    assert held_back == [(verdict, f"the language model (small) says {what} (0.90)")]


def test_an_objection_of_which_the_model_is_not_sure_holds_nothing_back() -> None:
    claim, held_back = weighed(answer=Answer.NO_CHANGE, confidence=0.4)

    assert (claim, held_back) == (CLAIM, [])
    assert with_opinion(
        Judgement(CLAIM, Verdict.NEW, "new"), opinion(answer=Answer.NO_CHANGE, confidence=0.4)
    ).reason == (
        "new; the language model (small) says that the sentence tells no change of status, but is not sure (0.40)"
    )


def test_an_opinion_that_was_not_heard_leaves_the_claim_and_is_told() -> None:
    claim, held_back = weighed(trouble="the call failed: timeout", answer=Answer.NO_CHANGE)

    assert (claim, held_back) == (CLAIM, [])
    assert with_opinion(Judgement(CLAIM, Verdict.NEW, "new"), opinion(trouble="the call failed: timeout")).reason == (
        "new; the language model (small) was not heard (the call failed: timeout), so this verdict stands without it"
    )


def test_a_correction_is_told_in_the_reason() -> None:
    judgement = with_opinion(Judgement(CLAIM, Verdict.NEW, "new"), opinion(stage=Stage.IN_EFFECT))

    assert judgement.reason == "new; the language model (small) puts it under in effect (0.90)"


def test_a_reading_without_opinions_is_the_same_object() -> None:
    assert weigh(READING, {})[0] is READING


def test_what_is_held_back_is_not_compared_with_the_board() -> None:
    other = a_claim(VOTE, article=ARTICLE, aspect=Aspect.MANDATE)
    reading, held_back = weigh(a_reading(ARTICLE, CLAIM, other), {CLAIM.claim_id: opinion(answer=Answer.NO_CHANGE)})

    assert reading.claims == (CLAIM, other)
    assert reading_without(reading, held_back).claims == (other,)


def test_a_models_name_can_not_forge_a_reason() -> None:
    assert ModelOpinion(CLAIM.claim_id, "a\x1b[2J\u202eb" + "x" * 200).who == f"the language model (a[2Jb{'x' * 54}…)"
