"""Filled-in forms: what can be understood counts, what can't is lost alone and says so."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pipeline.model import Aspect, BoardRow, Claim, ReaderChoice, Reading, RelationKind, Slot, Stage
from pipeline.model.facts import Day, Figure, Parts, TypedFact
from pipeline.reading.llm import (
    Answer,
    ModelOpinion,
    ReadingRequest,
    is_changed,
    is_usable,
    parse_opinion,
    parse_reading,
    select_rows,
)
from pipeline.reading.llm.forms import SCHEMAS
from pipeline.reading.llm.prompt import MAX_CLAIMS, ask_to_read, ask_to_state
from tests.reading.llm.standin import a_fact, an_answer
from tests.reading.llm.test_rows import a_change
from tests.reading.worlds import a_claim, a_reading, a_watch, an_article

VOTE = "The council voted on Tuesday to raise the mission's ceiling to 5,550 people."
TEXT = f"{VOTE} Ministers welcomed it.\n\nThe mission began in 2023."
ARTICLE = an_article(TEXT, title="Council doubles the Ruritania mission")
CLAIM = replace(a_claim(VOTE, article=ARTICLE), fact=TypedFact(Slot.CEILING, "all"))
EMBEDDED = a_reading(ARTICLE, CLAIM)
SPANS = [(0, len(VOTE)), (len(VOTE) + 1, TEXT.index("\n")), (TEXT.index("The mission began"), len(TEXT))]
CHOICE = ReaderChoice(kind="llm", endpoint="http://127.0.0.1:1/v1", model="small")
ENGINE = "llm:small+p2+test"
ROWS = select_rows(ARTICLE, [BoardRow(a_change(Slot.CEILING, "all", parts=Parts(figure=Figure.of(2500))))])
RIGHT: dict[str, Any] = an_answer(VOTE)
PUBLISHED = ARTICLE.published.date()


def opinion(content: object) -> ModelOpinion:
    told = content if isinstance(content, str) else json.dumps(content)
    return parse_opinion(told, CLAIM, PUBLISHED, "small", ROWS)


def found(**said: object) -> dict[str, object]:
    return {**a_fact(VOTE), **said}


def read(*facts: object, content: str = "", trouble: str = "", rows: Any = ROWS) -> Reading:
    told = content or json.dumps({"facts": facts})
    return parse_reading(told, trouble, ReadingRequest(ARTICLE, SPANS, rows), EMBEDDED, ENGINE, CHOICE)


def only(reading: Reading) -> Claim:
    (claim,) = reading.claims
    return claim


# -- verify ----------------------------------------------------------------------------------


def test_an_answer_that_fits_is_an_opinion() -> None:
    assert opinion(RIGHT) == ModelOpinion(CLAIM.claim_id, "small", confidence=0.9)


def test_what_differs_from_the_embedded_engine_is_a_correction() -> None:
    told = opinion({**RIGHT, "slot": "term", "stage": "proposed", "parts": {"until": "2026-03-31"}})

    assert told.fact == TypedFact(Slot.TERM, "", Parts(until=Day(date(2026, 3, 31))))
    assert told.stage is Stage.PROPOSED


@pytest.mark.parametrize("answer", ["no_change", "background", "other", "known", "No change"])
def test_a_model_may_say_that_nothing_changes(answer: str) -> None:
    assert opinion({**RIGHT, "answer": answer}).objection is not None


def test_a_row_that_the_answer_names_is_the_row_that_it_moves() -> None:
    assert opinion({**RIGHT, "row": "ceiling/all"}).row == ROWS[0].change.change_id
    assert opinion({**RIGHT, "row": "ceiling/cooks"}).row is None


@pytest.mark.parametrize(
    "content",
    [
        f"```json\n{json.dumps(RIGHT)}\n```",
        f"<think>Is it {{news}}? {json.dumps({**RIGHT, 'answer': 'other'})}</think>\n{json.dumps(RIGHT)}",
        f"Here is my answer: {json.dumps(RIGHT)} I hope that it helps.",
        json.dumps({**RIGHT, "reasoning": "it was voted"}),
        json.dumps({**RIGHT, "stage": "DECIDED", "answer": "Change"}),
        json.dumps({**RIGHT, "confidence": "0.9"}),
        json.dumps({key: value for key, value in RIGHT.items() if key not in ("parts", "row", "key")}),
    ],
)
def test_an_answer_in_another_wrapping_counts_the_same(content: str) -> None:
    assert opinion(content) == opinion(RIGHT)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "I think that it is news.",
        "null",
        "[]",
        '"answer"',
        json.dumps({**RIGHT, "answer": "perhaps"}),
        json.dumps({**RIGHT, "answer": None}),
        json.dumps({"is_news": True}),
        json.dumps({"facts": [RIGHT]}),
        "{" * 100_000,
    ],
)
def test_an_answer_that_can_not_be_understood_has_no_effect_and_says_so(content: str) -> None:
    assert opinion(content) == ModelOpinion(CLAIM.claim_id, "small", trouble="its answer does not fit the form")


@pytest.mark.parametrize("quote", ["The council voted on Monday", "Ministers welcomed it.", VOTE.lower()])
def test_an_answer_whose_quote_does_not_stand_in_the_sentence_has_no_effect(quote: str) -> None:
    assert opinion({**RIGHT, "answer": "known", "quote": quote}).trouble == (
        "what it quotes does not stand in the sentence"
    )


def test_a_part_of_the_sentence_is_quote_enough() -> None:
    assert opinion({**RIGHT, "quote": " voted on Tuesday to raise "}).trouble == ""


# -- read ------------------------------------------------------------------------------------


def test_a_fact_that_is_found_is_a_claim_with_its_place_and_its_relation() -> None:
    claim = only(read(found(relation="moves", row="ceiling/all")))

    assert (claim.aspect, claim.stage, claim.subject, claim.value) == (
        Aspect.STRENGTH, Stage.DECIDED, "ceiling", "5,550 people",
    )  # fmt: skip
    assert (claim.quote, TEXT[claim.start : claim.end]) == (VOTE, VOTE)
    assert (claim.event_date, claim.confidence, claim.background) == (date(2025, 9, 30), 0.9, False)
    assert claim.fact == TypedFact(Slot.CEILING, "all", Parts(figure=Figure.of(5550), unit="people"))
    assert claim.relation == (RelationKind.MOVES, ROWS[0].change.change_id)


def test_a_row_of_another_board_is_no_row_here() -> None:
    claim = only(read(found(relation="repeats", row="ceiling/all"), rows=()))

    assert claim.relation == (RelationKind.REPEATS, None)


def test_a_part_of_a_sentence_becomes_the_whole_sentence() -> None:
    assert only(read(found(quote="raise the mission's ceiling to 5,550"))).quote == VOTE


@pytest.mark.parametrize(
    "quote",
    [
        "“The council  voted on Tuesday to raise the mission’s ceiling to 5,550 people.”",
        "The council voted on Tuesday\nto raise the mission's ceiling ...",
        VOTE.rstrip("."),
    ],
)
def test_quotation_marks_white_space_and_dots_may_differ(quote: str) -> None:
    assert only(read(found(quote=quote))).quote == VOTE


def test_a_quote_of_two_sentences_stays_as_it_is() -> None:
    two = f"{VOTE} Ministers welcomed it."

    assert only(read(found(quote=two))).quote == two


def test_a_quote_from_the_title_has_no_place_in_the_text() -> None:
    claim = only(read(found(quote="Council doubles the Ruritania mission", parts={})))

    assert (claim.start, claim.end, claim.quote) == (-1, -1, "Council doubles the Ruritania mission")


def test_a_figure_may_stand_in_the_second_quote_or_elsewhere_in_the_article() -> None:
    welcome = found(quote="Ministers welcomed it.")

    assert only(read({**welcome, "quote2": VOTE})).why == f"also: {VOTE}"
    assert only(read(welcome)).value == "5,550 people"


def test_a_figure_is_said_as_roughly_as_its_sentence_says_it() -> None:
    rough, exact = "Nearly 5,550 people serve in it.", "It has 5,550 people, 40 of them from Isle."
    article = an_article(f"{rough} {exact}")
    spans = [(0, len(rough)), (len(rough) + 1, len(article.text))]

    def figure(quote: str) -> Figure | None:
        content = json.dumps({"facts": [found(quote=quote)]})
        fact = only(parse_reading(content, "", ReadingRequest(article, spans, ROWS), EMBEDDED, ENGINE, CHOICE)).fact
        return fact.parts.figure if fact is not None else None

    assert figure(rough) == Figure(5550, 5550, about=True)
    assert figure(exact) == Figure(5550, 5550)


def test_a_group_whose_name_ends_in_digits_is_no_figure() -> None:
    assert only(read(found(slot="incident", parts={"actor": "M23", "injured": 2}))).value == "2 injured"


def test_a_clause_is_no_part_of_a_fact() -> None:
    clause = "which the ministers of all the neighbours welcomed on Tuesday evening after a meeting of eight hours"

    assert only(read(found(parts={"item": clause, "figure": 5550}))).fact == TypedFact(
        Slot.CEILING, "all", Parts(figure=Figure.of(5550))
    )


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"quote": "The council voted to end the mission."}, "the quote does not stand in the article"),
        ({"quote": "5,550"}, "the quote is too short"),
        ({"parts": {"figure": 6660}}, "a figure that the article does not have"),
        ({"slot": "weather"}, "no slot or stage that there is"),
        ({"stage": None}, "no slot or stage that there is"),
    ],
)
def test_a_fact_without_evidence_is_lost_alone_and_recorded(said: dict[str, object], why: str) -> None:
    reading = read(found(**said), found())

    assert len(reading.claims) == 1
    assert reading.reason == f"names RAM; the language model (small) finds 1 fact, and 1 more that were dropped: {why}"


@pytest.mark.parametrize(
    "content",
    [
        f"```json\n{json.dumps({'facts': [found()]})}\n```",
        f"<think>{{}} hm</think> {json.dumps({'facts': [found()]})}",
        json.dumps({"facts": [found()], "note": "done"}),
        json.dumps([found()]),
        json.dumps({"facts": [found(), found(stage="in_effect")]})[:-60],  # it broke off
        json.dumps({"facts": [found(stage="Decided", confidence="0.9", parts={"figure": "5,550", "unit": "people"})]}),
        json.dumps({"facts": [{k: v for k, v in found().items() if k not in ("key", "row", "quote2")}]}),
        json.dumps({"facts": ["nothing", found()]}),
    ],
)
def test_a_reading_in_another_wrapping_keeps_its_facts(content: str) -> None:
    assert [(claim.value, claim.stage) for claim in read(content=content).claims] == [("5,550 people", Stage.DECIDED)]


@pytest.mark.parametrize("day", [None, "", "next Tuesday", "2026-04-01", "1999-01-01", "2025-13-40"])
def test_a_day_that_can_not_be_the_events_is_left_out(day: str | None) -> None:
    assert only(read(found(day=day))).event_date is None


def test_the_same_fact_twice_is_one() -> None:
    assert len(read(found(), found()).claims) == 1


def test_claims_come_in_the_order_of_the_text() -> None:
    late = found(slot="milestone", key="start", parts={}, quote="The mission began in 2023.")

    assert [claim.start for claim in read(late, found()).claims] == [0, TEXT.index("The mission began")]


def test_who_suffered_is_told_without_the_day_twice() -> None:
    claim = only(read(found(slot="incident", key="2025-09-30 Norway", parts={"killed": 1})))

    assert claim.fact == TypedFact(Slot.INCIDENT, "2025-09-30 Norway", Parts(killed=1))


@pytest.mark.parametrize("content", ["Facts: none", '{"facts": {}}', '{"facts": "none"}', "{}", "null"])
def test_a_reading_that_can_not_be_understood_is_the_embedded_engines_and_says_so(content: str) -> None:
    reading = read(content=content)

    assert (reading.claims, reading.engine) == (EMBEDDED.claims, ENGINE)
    assert reading.reason == (
        "names RAM; the language model (small) was not heard (its answer does not fit the form), "
        "so this is the embedded engine's reading"
    )


def test_of_more_facts_than_were_asked_for_the_first_count() -> None:
    reading = read(*[found(slot="presence", key=f"Town {n}", parts={}) for n in range(200)])

    assert len(reading.claims) == MAX_CLAIMS
    assert reading.reason.endswith(f"more than {MAX_CLAIMS} facts")


def test_a_trouble_leaves_the_embedded_engines_reading() -> None:
    reading = read(found(), trouble="the call failed: timeout")

    assert reading.claims == EMBEDDED.claims
    assert "was not heard (the call failed: timeout)" in reading.reason


# -- glance ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "changed"),
    [
        ('{"changed": false, "confidence": 0.95}', False),
        ('{"changed": false, "confidence": 0.6}', True),
        ('{"changed": false}', True),
        ('{"changed": true, "confidence": 1}', True),
        ("no", True),
    ],
)
def test_only_a_sure_no_keeps_an_article_from_the_second_model(content: str, *, changed: bool) -> None:
    assert is_changed(content) is changed


# -- the schemas -----------------------------------------------------------------------------


def test_the_schemas_name_every_slot_stage_answer_and_relation() -> None:
    facts = SCHEMAS["read"]["properties"]["facts"]["items"]["properties"]

    assert facts["slot"]["enum"] == [slot.value for slot in Slot]
    assert facts["stage"]["enum"] == [stage.value for stage in Stage]
    assert facts["relation"]["enum"] == ["new", "moves", "repeats"]
    assert SCHEMAS["verify"]["properties"]["answer"]["enum"] == [answer.value for answer in Answer]


def test_a_form_does_not_fit_another_question() -> None:
    ask = ask_to_read(ARTICLE, a_watch(), (), CHOICE)

    assert is_usable(ask, json.dumps({"facts": [found()]}))
    assert not is_usable(ask, json.dumps(RIGHT))


# -- state -----------------------------------------------------------------------------------


def test_what_an_article_states_is_asked_without_a_board_and_answered_by_facts_without_a_relation() -> None:
    ask = ask_to_state(ARTICLE, a_watch(), CHOICE)
    stated = {key: value for key, value in found().items() if key not in ("relation", "row")}

    assert is_usable(ask, json.dumps({"facts": [stated]}))
    assert only(read(stated)).quote == VOTE
    item = SCHEMAS["state"]["properties"]["facts"]["items"]["properties"]
    assert SCHEMAS["read"]["properties"]["facts"]["items"]["properties"].keys() - item.keys() == {"relation", "row"}
    assert '"board": []' in ask.messages[1][1]
