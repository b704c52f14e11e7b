"""Filled-in forms: what fits counts, what does not has no effect and says so."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from pipeline.llm import Answer, FoundClaim, Opinion, fits, opinion_of, reading_of
from pipeline.llm.forms import SCHEMAS
from pipeline.llm.prompt import MAX_CLAIMS, Ask
from pipeline.model import Aspect, Claim, ReaderChoice, Reading, Stage
from tests.llm.standin import an_answer
from tests.reading.worlds import a_claim, a_reading, an_article

VOTE = "The council voted on Tuesday to raise the mission's ceiling to 5,550 people."
TEXT = f"{VOTE} Ministers welcomed it.\n\nThe mission began in 2023."
ARTICLE = an_article(TEXT, title="Council doubles the Ruritania mission")
CLAIM = a_claim(VOTE, article=ARTICLE)
EMBEDDED = a_reading(ARTICLE, CLAIM)
SPANS = [(0, len(VOTE)), (len(VOTE) + 1, TEXT.index("\n")), (TEXT.index("The mission began"), len(TEXT))]
CHOICE = ReaderChoice(kind="llm", endpoint="http://127.0.0.1:1/v1", model="small")
ENGINE = "llm:small+p1+test"
RIGHT: dict[str, Any] = an_answer(VOTE, aspect="strength")


def opinion(content: object) -> Opinion:
    return opinion_of(content if isinstance(content, str) else json.dumps(content), CLAIM, "small")


def found(**said: object) -> dict[str, object]:
    """One claim of the form ``read``."""
    return {
        "aspect": "strength",
        "stage": "decided",
        "subject": "the ceiling",
        "value": "5,550 people",
        "event_date": "2025-09-30",
        "background": False,
        "quote": VOTE,
        "confidence": 0.8,
        **said,
    }


def read(*claims: dict[str, object], content: str = "", trouble: str = "") -> Reading:
    return reading_of(content or json.dumps({"claims": claims}), trouble, ARTICLE, EMBEDDED, SPANS, ENGINE, CHOICE)


def only(reading: Reading) -> Claim:
    (claim,) = reading.claims
    return claim


# -- verify ----------------------------------------------------------------------------------


def test_an_answer_that_fits_is_an_opinion() -> None:
    assert opinion(RIGHT) == Opinion(CLAIM.claim_id, "small", confidence=0.9)


def test_what_differs_from_the_embedded_engine_is_a_correction() -> None:
    told = opinion({**RIGHT, "aspect": "mandate", "stage": "proposed"})

    assert (told.aspect, told.stage) == (Aspect.MANDATE, Stage.PROPOSED)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "I think that it is news.",
        "null",
        "[]",
        '"is_news"',
        f"```json\n{json.dumps(RIGHT)}\n```",
        json.dumps(RIGHT) * 2,
        json.dumps({**RIGHT, "is_news": "false"}),
        json.dumps({**RIGHT, "is_news": 0}),
        json.dumps({**RIGHT, "is_news": None}),
        json.dumps({**RIGHT, "aspect": "weather"}),
        json.dumps({**RIGHT, "stage": "DECIDED"}),
        json.dumps({**RIGHT, "confidence": 1.5}),
        json.dumps({**RIGHT, "confidence": "0.9"}),
        json.dumps({**RIGHT, "confidence": float("nan")}),
        json.dumps({**RIGHT, "verdict": "stale"}),
        json.dumps({key: value for key, value in RIGHT.items() if key != "is_news"}),
        json.dumps({**RIGHT, "quote": ["a"]}),
        "{" * 100_000,
        json.dumps({**RIGHT, "quote": "x" * 300_000}),
        '{"is_news": \ud800}',
    ],
)
def test_an_answer_outside_the_form_has_no_effect_and_says_so(content: str) -> None:
    assert opinion(content) == Opinion(CLAIM.claim_id, "small", trouble="its answer does not fit the form")


@pytest.mark.parametrize("quote", ["", "5,550", "The council voted on Monday", "Ministers welcomed it.", VOTE.lower()])
def test_an_answer_whose_quote_does_not_stand_in_the_sentence_has_no_effect(quote: str) -> None:
    assert opinion({**RIGHT, "is_news": False, "quote": quote}).trouble == (
        "what it quotes does not stand in the sentence"
    )


def test_a_part_of_the_sentence_is_quote_enough() -> None:
    assert opinion({**RIGHT, "quote": " voted on Tuesday to raise "}).trouble == ""


# -- read ------------------------------------------------------------------------------------


def test_a_claim_that_is_found_is_a_claim_with_its_place() -> None:
    claim = only(read(found()))

    assert (claim.aspect, claim.stage, claim.subject, claim.value) == (
        Aspect.STRENGTH, Stage.DECIDED, "the ceiling", "5,550 people",
    )  # fmt: skip
    assert (claim.quote, TEXT[claim.start : claim.end]) == (VOTE, VOTE)
    assert (claim.event_date, claim.confidence, claim.background) == (date(2025, 9, 30), 0.8, False)


def test_a_part_of_a_sentence_becomes_the_whole_sentence() -> None:
    assert only(read(found(quote="raise the mission's ceiling to 5,550"))).quote == VOTE


def test_a_quote_of_two_sentences_stays_as_it_is() -> None:
    two = f"{VOTE} Ministers welcomed it."

    assert only(read(found(quote=two))).quote == two


def test_a_quote_from_the_title_has_no_place_in_the_text() -> None:
    claim = only(read(found(quote="Council doubles the Ruritania mission", value="doubled")))

    assert (claim.start, claim.end, claim.quote) == (-1, -1, "Council doubles the Ruritania mission")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"quote": "The council voted to end the mission."}, "the quote does not stand in the article"),
        ({"quote": "5,550"}, "the quote is too short or too long"),
        ({"value": "6,660 people"}, "a figure that its quote does not have"),
        ({"subject": " "}, "no subject or no value"),
        ({"value": "\u200b"}, "no subject or no value"),
    ],
)
def test_a_claim_without_evidence_is_dropped_and_recorded(said: dict[str, object], why: str) -> None:
    reading = read(found(**said), found())

    assert len(reading.claims) == 1
    assert reading.reason == (
        f"names RAM; the language model (small) finds 1 claims, and 1 more that were dropped: {why}"
    )


@pytest.mark.parametrize("day", [None, "", "next Tuesday", "2026-04-01", "1999-01-01", "2025-13-40"])
def test_a_day_that_can_not_be_the_events_is_left_out(day: str | None) -> None:
    assert only(read(found(event_date=day))).event_date is None


def test_the_same_claim_twice_is_one() -> None:
    assert len(read(found(), found()).claims) == 1


def test_claims_come_in_the_order_of_the_text() -> None:
    late = found(aspect="mandate", subject="the mission", value="began", quote="The mission began in 2023.")

    assert [claim.start for claim in read(late, found()).claims] == [0, TEXT.index("The mission began")]


@pytest.mark.parametrize(
    "content", ["", "Claims: none", '{"claims": {}}', '{"claims": [{}]}', '{"claims": [], "a": 1}']
)
def test_a_reading_outside_the_form_is_the_embedded_engines_and_says_so(content: str) -> None:
    reading = read(content=content or "{}")

    assert (reading.claims, reading.engine) == (EMBEDDED.claims, ENGINE)
    assert reading.reason == (
        "names RAM; the language model (small) was not heard (its answer does not fit the form), "
        "so this is the embedded engine's reading"
    )


def test_more_claims_than_were_asked_for_do_not_fit() -> None:
    assert read(*[found(subject=str(n)) for n in range(MAX_CLAIMS + 1)]).claims == EMBEDDED.claims


def test_a_trouble_leaves_the_embedded_engines_reading() -> None:
    reading = read(found(), trouble="the call failed: timeout")

    assert reading.claims == EMBEDDED.claims
    assert "was not heard (the call failed: timeout)" in reading.reason


# -- the schemas -----------------------------------------------------------------------------


def test_the_schemas_name_the_fields_that_are_checked() -> None:
    claims = SCHEMAS["read"]["properties"]["claims"]["items"]

    assert list(SCHEMAS["verify"]["properties"]) == SCHEMAS["verify"]["required"] == list(Answer.model_fields)
    assert list(claims["properties"]) == claims["required"] == list(FoundClaim.model_fields)
    assert SCHEMAS["verify"]["additionalProperties"] is claims["additionalProperties"] is False


@pytest.mark.parametrize("form", ["verify", "read"])
def test_a_form_does_not_fit_another_question(form: Any) -> None:
    ask = Ask(form, ARTICLE.article_id, "small", (), 100)

    assert fits(ask, json.dumps(RIGHT)) is (form == "verify")
    assert fits(ask, json.dumps({"claims": [found()]})) is (form == "read")
