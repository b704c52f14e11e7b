"""What marks do to a reading: which claims they hold back, which count for sure, and which sentence they mean."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from pipeline import steps
from pipeline.board.compare import ChangeHistory
from pipeline.board.corrections import (
    Correction,
    CorrectionKind,
    Corrections,
    anchor_of,
    apply_corrections,
    correction_id_of,
    judge_corrected,
    pin_row,
)
from pipeline.board.fold import fold
from pipeline.model import Article, Aspect, Claim, Reading, Stage, Verdict
from pipeline.model.text import content_id
from pipeline.reading.llm import Answer, ModelOpinion
from tests.board.corrections.world import (
    CEILING,
    CHIEF,
    DECIDED,
    FIRST,
    GENERAL,
    LED,
    POSTED,
    SAID,
    SECOND,
    VISIT,
    VOTE,
    Engine,
    article,
)
from tests.storage.builders import NOW, WATCH

NOTE = "it was a proposal"


def correction(kind: CorrectionKind, *on: tuple[Claim, Article], later: int = 0, **said: Any) -> Correction:
    """Ana's mark; the first of ``on`` is what she looked at."""
    made = Correction(
        correction_id=content_id("none"),
        watch=WATCH,
        kind=kind,
        author="ana",
        made_at=NOW + timedelta(hours=later),
        watch_time=NOW + timedelta(hours=later),
        note=NOTE,
        anchors=tuple(anchor_of(claim, found.url, found.text_hash) for claim, found in on),
        **said,
    )
    return replace(made, correction_id=correction_id_of(made))


def claim_in(found: Article, engine: Engine = FIRST, number: int = 0) -> Claim:
    return engine.read(found, POSTED).claims[number]


def read(found: Article, *corrections: Correction, engine: Engine = FIRST) -> Any:
    return apply_corrections(engine.read(found, POSTED), found, Corrections.of(corrections))


def held(corrected: Any) -> list[tuple[str, Verdict]]:
    return [(judgement.claim.value, judgement.verdict) for judgement in corrected.held_back]


CLAIM = claim_in(VOTE)


def test_a_reading_of_a_page_that_nobody_marked_is_left_as_it_is() -> None:
    reading = FIRST.read(VOTE, POSTED)

    elsewhere = Corrections.of([correction(CorrectionKind.WRONG, (claim_in(CHIEF), CHIEF))])

    assert apply_corrections(reading, VOTE, elsewhere).reading is reading


@pytest.mark.parametrize(
    ("kind", "verdict", "words"),
    [
        (CorrectionKind.WRONG, Verdict.IRRELEVANT, "marked wrong"),
        (CorrectionKind.NOT_THIS_MISSION, Verdict.IRRELEVANT, "marked as not about this mission"),
        (CorrectionKind.DUPLICATE, Verdict.REPEATS, "marked a duplicate"),
    ],
)
def test_a_claim_that_is_spoken_against_is_held_back_with_who_when_and_why(
    kind: CorrectionKind, verdict: Verdict, words: str
) -> None:
    (judgement,) = read(VOTE, correction(kind, (CLAIM, VOTE))).held_back

    assert (judgement.verdict, judgement.reason) == (verdict, f"{words} by ana on 1 Oct 2025: {NOTE}")


def test_another_sentence_of_the_article_goes_on_counting() -> None:
    both = article("both", DECIDED, LED)

    assert held(read(both, correction(CorrectionKind.WRONG, (claim_in(both), both)))) == [
        ("5,500 people", Verdict.IRRELEVANT)
    ]


def test_of_two_claims_of_one_sentence_the_one_with_the_marks_subject_is_meant() -> None:
    kenya = {"aspect": Aspect.CONTRIBUTORS, "stage": Stage.PLANNED, "subject": "Kenya", "value": "600"}
    engine = Engine("two", {SAID: [kenya, kenya | {"subject": "Chad", "value": "400"}]})
    found = article("two", SAID)

    assert held(read(found, correction(CorrectionKind.WRONG, (claim_in(found, engine, 1), found)), engine=engine)) == [
        ("400", Verdict.IRRELEVANT)
    ]


def test_an_article_that_is_about_something_else_claims_nothing_at_all() -> None:
    both = article("both", DECIDED, LED)

    assert len(held(read(both, correction(CorrectionKind.NOT_THIS_MISSION, (claim_in(both), both))))) == 2


def test_what_said_the_same_elsewhere_is_held_back_there_and_the_rest_of_that_article_counts() -> None:
    both = article("both", DECIDED, LED, feed="post")
    said = correction(CorrectionKind.NOT_THIS_MISSION, (CLAIM, VOTE), (claim_in(both), both))

    assert held(read(both, said)) == [("5,500 people", Verdict.IRRELEVANT)]


def test_a_later_text_of_the_page_with_the_same_sentence_is_meant_too() -> None:
    later = article("vote", LED, DECIDED)

    assert later.text_hash != VOTE.text_hash
    assert held(read(later, correction(CorrectionKind.WRONG, (CLAIM, VOTE)))) == [("5,500 people", Verdict.IRRELEVANT)]


def test_a_corrected_sentence_is_another_one() -> None:
    corrected = DECIDED.replace("5,500", "5,000")
    engine = Engine("first", {corrected: CEILING | {"value": "5,000 people"}})

    assert held(read(article("vote", corrected), correction(CorrectionKind.WRONG, (CLAIM, VOTE)), engine=engine)) == []


def test_another_engine_that_takes_more_of_the_text_for_the_sentence_is_met_too() -> None:
    wide = Engine("wide", {f"{DECIDED} {VISIT}": CEILING | {"value": "a force"}})

    assert held(read(VOTE, correction(CorrectionKind.WRONG, (CLAIM, VOTE)), engine=wide)) == [
        ("a force", Verdict.IRRELEVANT)
    ]


def test_a_confirmed_claim_keeps_its_id_and_is_sure() -> None:
    doubtful = claim_in(article("talk", SAID))
    found = article("talk", SAID)
    corrected = read(found, correction(CorrectionKind.CONFIRMED, (doubtful, found)))

    (claim,) = corrected.reading.claims
    assert (claim.claim_id, claim.confidence, corrected.held_back) == (doubtful.claim_id, 1.0, ())


def test_what_a_person_confirmed_counts_where_another_engine_reads_nothing() -> None:
    corrected = read(VOTE, correction(CorrectionKind.CONFIRMED, (CLAIM, VOTE)), engine=Engine("blind", {}))

    (claim,) = corrected.reading.claims
    assert (claim.value, claim.stage, VOTE.text[claim.start : claim.end]) == ("5,500 people", Stage.DECIDED, DECIDED)


def test_what_a_person_confirmed_counts_where_another_engine_reads_it_otherwise() -> None:
    other = Engine("other", {DECIDED: CEILING | {"stage": Stage.PROPOSED}})
    corrected = read(VOTE, correction(CorrectionKind.CONFIRMED, (CLAIM, VOTE)), engine=other)

    assert held(corrected) == [("5,500 people", Verdict.REPEATS)]
    assert [c.stage for c in corrected.reading.claims if c.claim_id in corrected.confirmed] == [Stage.DECIDED]


def test_what_a_person_confirmed_counts_in_an_article_that_an_engine_finds_irrelevant() -> None:
    deaf = Engine("deaf", {DECIDED: CEILING, LED: GENERAL}, relevant=False)
    found = article("vote", DECIDED, LED)
    corrected = read(found, correction(CorrectionKind.CONFIRMED, (claim_in(found), found)), engine=deaf)

    assert corrected.reading.relevant
    assert [(j.claim.quote, j.verdict) for j in corrected.held_back] == [(LED, Verdict.IRRELEVANT)]


def test_a_relabelled_sentence_says_what_the_person_says_and_quotes_the_same_words() -> None:
    corrected = read(
        VOTE, correction(CorrectionKind.RELABELLED, (CLAIM, VOTE), stage=Stage.PROPOSED, since=date(2025, 9, 1))
    )

    (claim,) = [c for c in corrected.reading.claims if c.claim_id in corrected.confirmed]
    assert (claim.aspect, claim.stage, claim.value) == (Aspect.STRENGTH, Stage.PROPOSED, "5,500 people")
    assert (claim.quote, claim.event_date, claim.confidence) == (DECIDED, date(2025, 9, 1), 1.0)
    assert held(corrected) == [("5,500 people", Verdict.REPEATS)]


def test_the_claim_of_a_person_has_one_id_whichever_engine_reads() -> None:
    said = correction(CorrectionKind.RELABELLED, (CLAIM, VOTE), stage=Stage.PROPOSED)

    assert read(VOTE, said).confirmed.keys() == read(VOTE, said, engine=SECOND).confirmed.keys()


def test_what_was_said_last_wins() -> None:
    wrong, sure = (
        correction(CorrectionKind.WRONG, (CLAIM, VOTE)),
        correction(CorrectionKind.CONFIRMED, (CLAIM, VOTE), later=1),
    )

    assert held(read(VOTE, wrong, sure)) == []
    assert held(read(VOTE, wrong, replace(sure, made_at=NOW - timedelta(hours=1)))) == [
        ("5,500 people", Verdict.IRRELEVANT)
    ]


def test_who_relabels_a_sentence_and_then_finds_that_wrong_holds_both_readings_back() -> None:
    first = correction(CorrectionKind.RELABELLED, (CLAIM, VOTE), aspect=Aspect.MANDATE)
    theirs = next(c for c in read(VOTE, first).reading.claims if c.aspect is Aspect.MANDATE)
    corrected = read(VOTE, first, correction(CorrectionKind.WRONG, (theirs, VOTE), later=1))

    assert corrected.confirmed == {}
    assert len(corrected.held_back) == len(corrected.reading.claims) == 1


def test_a_mark_that_was_taken_back_counts_no_more() -> None:
    wrong = correction(CorrectionKind.WRONG, (CLAIM, VOTE))

    assert held(read(VOTE, wrong, correction(CorrectionKind.UNDONE, later=1, undoes=wrong.correction_id))) == []


def test_a_note_can_not_forge_what_a_reason_tells() -> None:
    hostile = replace(correction(CorrectionKind.WRONG, (CLAIM, VOTE)), note="x\x1b[2J\u202ey", author="a\nb")

    assert hostile.told == "marked wrong by a b on 1 Oct 2025: x[2Jy"


def test_a_person_wins_over_a_language_model() -> None:
    corrections = Corrections.of([correction(CorrectionKind.CONFIRMED, (CLAIM, VOTE))])
    objects = ModelOpinion(CLAIM.claim_id, "model", answer=Answer.OTHER, confidence=0.9)

    def assessed(known: steps.AssessmentInput) -> list[Verdict]:
        made = steps.assess(
            [VOTE], known=known, reader=FIRST, watch=POSTED, now=NOW, opinions={CLAIM.claim_id: objects}
        )
        return [judgement.verdict for judgement in made.judgements]

    assert assessed(steps.AssessmentInput()) == [Verdict.UNCERTAIN]
    assert assessed(steps.AssessmentInput(corrections=corrections)) == [Verdict.NEW]


# -- pins ----------------------------------------------------------------------------------------


def pin(value: str = "5,000 people", *, kind: CorrectionKind = CorrectionKind.PINNED, later: int = 0) -> Correction:
    return correction(
        kind,
        later=later,
        aspect=Aspect.STRENGTH,
        stage=Stage.DECIDED,
        subject="the ceiling",
        subject_key="ceiling",
        value=value,
        since=date(2025, 9, 1),
    )


def judged(found: Article, corrections: Corrections, *changes: Any) -> list[tuple[str, Verdict]]:
    board = fold(changes)
    verdicts, _ = judge_corrected(
        apply_corrections(FIRST.read(found, POSTED), found, corrections),
        found,
        board,
        POSTED,
        history=ChangeHistory.of(changes),
        pins=corrections.pins(),
    )
    return [(j.claim.value, j.verdict) for j in verdicts]


def test_a_pin_is_a_change_with_a_person_as_its_source() -> None:
    change = pin_row(pin(), fold([]))

    assert (change.verdict, change.value, change.confidence, change.claim_id) == (
        Verdict.NEW,
        "5,000 people",
        1.0,
        None,
    )
    assert (change.quote, change.reason) == (NOTE, f"pinned by ana on 1 Oct 2025: {NOTE}")


def test_a_claim_that_would_change_a_pinned_row_is_held_back_with_what_it_would_have_said() -> None:
    corrections = Corrections.of([pin()])
    verdicts, board = judge_corrected(
        apply_corrections(FIRST.read(VOTE, POSTED), VOTE, corrections),
        VOTE,
        fold([pin_row(pin(), fold([]))]),
        POSTED,
        history=ChangeHistory.of([]),
        pins=corrections.pins(),
    )

    (judgement,) = verdicts
    assert (judgement.verdict, judgement.change) == (Verdict.STALE, None)
    assert judgement.reason.startswith(f"pinned by ana on 1 Oct 2025: {NOTE}; else the board would say '5,500 people'")
    assert [row.change.value for row in board.values()] == ["5,000 people"]


def test_a_pin_leaves_other_rows_alone() -> None:
    both = article("both", DECIDED, LED)

    assert judged(both, Corrections.of([pin()]), pin_row(pin(), fold([]))) == [
        ("5,500 people", Verdict.STALE),
        ("a general of Chad", Verdict.NEW),
    ]


def test_even_what_a_person_confirmed_waits_for_a_row_to_be_unpinned() -> None:
    corrections = [pin(), correction(CorrectionKind.CONFIRMED, (CLAIM, VOTE), later=1)]
    change = pin_row(pin(), fold([]))

    assert judged(VOTE, Corrections.of(corrections), change) == [("5,500 people", Verdict.STALE)]
    let_go = pin(kind=CorrectionKind.UNPINNED, later=2)
    assert judged(VOTE, Corrections.of([*corrections, let_go]), change)[0][1] not in {Verdict.STALE, Verdict.UNCERTAIN}


def test_what_a_person_confirmed_is_news_even_where_the_engine_has_it_for_old() -> None:
    old = Engine("old", {DECIDED: CEILING | {"background": True}})
    corrections = Corrections.of([correction(CorrectionKind.CONFIRMED, (CLAIM, VOTE))])

    verdicts, _ = judge_corrected(
        apply_corrections(old.read(VOTE, POSTED), VOTE, corrections),
        VOTE,
        fold([]),
        POSTED,
        history=ChangeHistory.of([]),
    )

    assert [j.verdict for j in verdicts] == [Verdict.NEW]
    assert verdicts[0].reason.endswith(f"; confirmed by ana on 1 Oct 2025: {NOTE}")


def test_each_claim_has_one_verdict_whatever_was_marked() -> None:
    both = article("both", DECIDED, LED, SAID)
    claims = FIRST.read(both, POSTED).claims
    corrections = Corrections.of(
        [
            correction(CorrectionKind.WRONG, (claims[0], both)),
            correction(CorrectionKind.RELABELLED, (claims[1], both), stage=Stage.PLANNED),
            correction(CorrectionKind.CONFIRMED, (claims[2], both)),
        ]
    )
    corrected = apply_corrections(Reading(both.article_id, "first", True, "", claims), both, corrections)
    verdicts, _ = judge_corrected(corrected, both, fold([]), POSTED, history=ChangeHistory.of([]))

    assert sorted(str(j.claim.claim_id) for j in verdicts) == sorted(str(c.claim_id) for c in corrected.reading.claims)
    assert {c.claim_id for c in claims} <= {c.claim_id for c in corrected.reading.claims}
