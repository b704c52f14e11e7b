"""Rules and encoder together: how sure, which stage, news or background."""

from __future__ import annotations

import math

import numpy as np
import pytest

from pipeline.model import Aspect, Stage
from pipeline.reading.both import (
    AGREED,
    FURTHER,
    HEADED,
    LOOSE,
    OWN_STAGE,
    UNHEADED,
    UNNAMED,
    joined,
    ties,
    worth_reading,
)
from pipeline.reading.claims import Opinion
from pipeline.reading.dense import ASPECTS, STAGES
from pipeline.reading.encoder import Heard


def heard(stage_share: float) -> Heard:
    """One sentence; the encoder gives ``stage_share`` to `planned`, the rest to `decided`."""
    shares = np.full((1, len(ASPECTS), len(STAGES)), 1e-9, np.float32)
    shares[..., STAGES.index(Stage.PLANNED)] = stage_share
    shares[..., STAGES.index(Stage.DECIDED)] = 1 - stage_share
    none = np.zeros((1, 5), np.float32)
    return Heard(np.zeros(1, np.float32), none, np.zeros((1, 9), np.float32), np.log(shares), np.zeros(1, np.float32))


def say(confidence: float, stage: Stage = Stage.DECIDED, *, background: bool = False) -> Opinion:
    return Opinion(0, Aspect.MANDATE, stage, confidence, background)


def test_what_both_say_is_as_sure_as_the_mean_of_their_log_odds_and_a_little_surer() -> None:
    (one,) = joined([say(0.9)], [say(0.6)], heard(0.5), [0.0])
    assert one.confidence == pytest.approx(1 / (1 + math.exp(-(math.log(9) + math.log(1.5)) / 2 - AGREED)))


def test_a_claim_of_an_article_that_does_not_name_the_mission_is_less_sure() -> None:
    (named,), (unnamed,) = (joined([say(0.9)], [say(0.9)], heard(0.5), tied) for tied in (ties([2.0]), ties([1.0])))
    assert unnamed.confidence < named.confidence


def test_what_one_alone_says_is_no_news_however_sure_it_is_short_of_certain() -> None:
    (by_rules,) = joined([say(0.9)], [], heard(0.5), [0.0])
    (by_encoder,) = joined([], [say(0.9)], heard(0.5), [0.0])
    assert by_rules.confidence == by_encoder.confidence < 0.5


def test_the_encoders_stage_counts_where_it_is_sure_of_it_else_that_of_the_rules() -> None:
    (sure,) = joined([say(0.8, Stage.DECIDED)], [say(0.8, Stage.PLANNED)], heard(OWN_STAGE + 0.05), [0.0])
    (unsure,) = joined([say(0.8, Stage.DECIDED)], [say(0.8, Stage.PLANNED)], heard(OWN_STAGE - 0.05), [0.0])
    assert (sure.stage, unsure.stage) == (Stage.PLANNED, Stage.DECIDED)


def test_it_is_background_only_where_all_who_say_it_call_it_so() -> None:
    (one,) = joined([say(0.4, background=True)], [say(0.4, background=True)], heard(0.5), [0.0])
    (other,) = joined([say(0.4, background=True)], [say(0.4)], heard(0.5), [0.0])
    assert (one.background, other.background) == (True, False)


def test_opinions_come_in_text_order_the_surest_of_a_sentence_first() -> None:
    later = Opinion(1, Aspect.LEAD, Stage.PLANNED, 0.9, False)
    weaker = Opinion(0, Aspect.STRENGTH, Stage.DECIDED, 0.3, False)
    heard_two = heard(0.5)
    two = Heard(*(np.concatenate([part, part]) for part in (
        heard_two.news, heard_two.kind, heard_two.aspect, heard_two.stage, heard_two.rank)))  # fmt: skip
    out = joined([later, weaker, say(0.8)], [], two, [0.0, 0.0])
    assert [(one.number, one.aspect) for one in out] == [
        (0, Aspect.MANDATE),
        (0, Aspect.STRENGTH),
        (1, Aspect.LEAD),
    ]


def test_the_second_aspect_of_a_sentence_is_less_sure() -> None:
    second = Opinion(0, Aspect.STRENGTH, Stage.DECIDED, 0.8, False)
    one, other = joined([say(0.9), second], [say(0.9), second], heard(0.5), [0.0])
    assert (one.confidence, other.confidence) == (
        pytest.approx(1 / (1 + math.exp(-math.log(9) - AGREED))),
        pytest.approx(FURTHER / (1 + math.exp(-math.log(4) - AGREED))),
    )


def test_the_less_an_article_speaks_of_the_mission_the_less_its_sentences_count() -> None:
    assert ties([3.0, 0.0, 2.0]) == (0.0, 0.0, 0.0)
    assert ties([3.0, 0.0, 1.0]) == (0.0, LOOSE, 0.0)
    assert ties([1.0, 0.0]) == (UNNAMED, UNNAMED + LOOSE)


def test_what_the_headline_speaks_of_is_surer_and_what_it_passes_over_less_sure() -> None:
    odds = {
        name: math.log(one.confidence / (1 - one.confidence))
        for name, headed in (("none", None), ("this", {Aspect.MANDATE}), ("other", {Aspect.LEAD}))
        for one in joined([say(0.9)], [say(0.9)], heard(0.5), [0.0], headed)
    }
    assert odds["this"] - odds["none"] == pytest.approx(HEADED)
    assert odds["other"] - odds["none"] == pytest.approx(UNHEADED)


def test_the_encoder_reads_the_opening_and_what_the_rules_do_not_take_for_hopeless() -> None:
    assert worth_reading([-9.0, -9.0, -9.0, 0.5, -3.6, -3.4]) == [0, 1, 3, 5]
