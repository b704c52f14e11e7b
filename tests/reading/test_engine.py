"""What the encoder's answers become: which claims, how sure, of which slot and stage, news or background."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.model import Aspect, Slot, Stage
from pipeline.model.facts import ACTS
from pipeline.reading.embedded.claims import Prediction
from pipeline.reading.embedded.encoder import SLOTS, STAGES, EncoderOutput, LogisticWeights, PieceOdds
from pipeline.reading.embedded.engine import SAID, SECOND, STATED, predict_claims, predict_statements
from pipeline.reading.embedded.mentions import ROLES

AS_TOLD = LogisticWeights((0.0, 1.0, 0.0, 0.0, 0.0))  # the chance that a slot is told, as the encoder gives it


def odds(chance: float) -> float:
    return math.log(chance / (1 - chance))


def answers(*sentences: dict[Slot, float], news: float = 0.9, stage: Stage = Stage.DECIDED) -> EncoderOutput:
    """For each sentence the chance that it tells a slot; of all others next to none."""
    size = len(sentences)
    told = np.full((size, len(SLOTS)), odds(1e-9), np.float32)
    for row, chances in enumerate(sentences):
        for slot, chance in chances.items():
            told[row, SLOTS.index(slot)] = odds(chance)
    stages = np.full((size, len(SLOTS), len(STAGES)), math.log(0.02), np.float32)
    stages[..., STAGES.index(stage)] = math.log(0.9)
    act = np.zeros((size, len(ACTS)), np.float32)
    act[:, ACTS.index("extended")] = 1.0
    no_pieces = PieceOdds(np.zeros((0, 2), np.int64), np.zeros((0, 1 + len(SLOTS), len(ROLES)), np.float32))
    return EncoderOutput(
        news=np.full(size, odds(news), np.float32),
        kind=np.zeros((size, 5), np.float32),
        told=told,
        stated=told.copy(),
        stage=stages,
        act=act,
        parts=(no_pieces,) * size,
        relevant=3.0,
    )


def told(*sentences: dict[Slot, float], news: float = 0.9, stage: Stage = Stage.DECIDED) -> list[Prediction]:
    return list(predict_claims(answers(*sentences, news=news, stage=stage), AS_TOLD))


def test_a_sentence_that_tells_a_slot_is_a_claim_as_sure_as_the_encoder_is() -> None:
    (one,) = told({Slot.TERM: 0.8})
    assert (one.number, one.aspect, one.slot, one.stage) == (0, Aspect.MANDATE, Slot.TERM, Stage.DECIDED)
    assert one.confidence == pytest.approx(0.8, abs=0.001)


def test_an_aspect_is_as_sure_as_that_one_of_its_slots_is_told_and_the_likeliest_is_named() -> None:
    (one,) = told({Slot.PLEDGE: 0.4, Slot.BUDGET: 0.3})
    assert (one.aspect, one.slot) == (Aspect.FUNDING, Slot.PLEDGE)
    assert one.confidence == pytest.approx(1 - 0.6 * 0.7, abs=0.001)


def test_what_is_done_is_the_likeliest_act_of_the_slot() -> None:
    (term,) = told({Slot.TERM: 0.9})
    (budget,) = told({Slot.BUDGET: 0.9})
    assert (term.act, budget.act) == ("extended", "")  # a budget does nothing


def test_two_slots_of_one_aspect_are_two_claims_where_both_are_likely() -> None:
    assert [one.slot for one in told({Slot.AUTHORISATION: 0.9, Slot.TERM: 0.7})] == [Slot.AUTHORISATION, Slot.TERM]


def test_what_is_hardly_told_is_no_claim() -> None:
    assert told({Slot.TERM: SAID - 0.01}) == []
    assert len(told({Slot.TERM: SAID + 0.01})) == 1


def test_a_sentence_that_is_no_news_is_background() -> None:
    assert [told({Slot.TERM: 0.5}, news=news)[0].background for news in (0.2, 0.3)] == [True, False]


def test_a_second_fact_of_a_sentence_must_be_likely() -> None:
    assert [one.slot for one in told({Slot.TERM: 0.9, Slot.LEAD: SECOND - 0.01})] == [Slot.TERM]
    assert [one.slot for one in told({Slot.TERM: 0.9, Slot.LEAD: SECOND + 0.01})] == [Slot.TERM, Slot.LEAD]


def test_claims_come_in_text_order_the_surest_of_a_sentence_first() -> None:
    found = told({Slot.LEAD: 0.7, Slot.TERM: 0.9}, {Slot.LEAD: 0.7})
    assert [(one.number, one.slot) for one in found] == [(0, Slot.TERM), (0, Slot.LEAD), (1, Slot.LEAD)]


def test_the_likeliest_stage_is_told() -> None:
    assert told({Slot.TERM: 0.9}, stage=Stage.REJECTED)[0].stage is Stage.REJECTED


def test_a_baseline_states_what_is_background_too() -> None:
    found = list(predict_statements(answers({Slot.TERM: 0.8, Slot.LEAD: STATED - 0.01}, news=0.01)))
    assert [(one.slot, one.background) for one in found] == [(Slot.TERM, False)]
