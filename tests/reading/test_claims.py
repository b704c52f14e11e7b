"""From a sentence to aspect, stage, subject, value and day; news told from background."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import a_watch, an_article

from pipeline.model import Aspect, Claim, Stage
from pipeline.reading.embedded import EncodedReader

MISSION = "the Ruritania Assistance Mission"


def claims(text: str, title: str = "Ruritania mission") -> tuple[Claim, ...]:
    return EncodedReader().read(an_article(text, title=title), a_watch()).claims


def first(text: str) -> Claim:
    found = claims(text)
    assert found, "no claim"
    return max(found, key=lambda c: c.confidence)


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("was asked to extend", Stage.PROPOSED),
        ("will extend", Stage.PLANNED),
        ("extended", Stage.DECIDED),
        ("refused to extend", Stage.REJECTED),
    ],
)
def test_one_word_tells_the_stage(word: str, stage: Stage) -> None:
    assert first(f"The Security Council {word} the mandate of {MISSION} on Tuesday.").stage is stage


def test_a_mandate_that_ran_out_has_ended() -> None:
    assert first(f"The mandate of {MISSION} expired on Tuesday.").stage is Stage.ENDED


def test_what_hangs_on_a_vote_is_not_decided() -> None:
    text = f"Ottawa will pay if the Council has approved {MISSION}'s new mandate, ministers said on Monday."
    assert first(text).stage is not Stage.DECIDED


@pytest.mark.parametrize(
    ("sentence", "aspect"),
    [
        (f"Two soldiers of {MISSION} were killed on Monday.", Aspect.CASUALTIES),
        (f"Denmark pledged 40 million dollars for {MISSION} on Monday.", Aspect.FUNDING),
        (f"The ceiling of {MISSION} was cut to 2,500 uniformed personnel on Monday.", Aspect.STRENGTH),
        (f"General Ann Berg was appointed force commander of {MISSION} on Monday.", Aspect.COMMAND),
        (f"The Council on Monday extended the mandate of {MISSION}.", Aspect.MANDATE),
        (f"Denmark has lent {MISSION} three helicopters, its defence ministry said on Monday.", Aspect.SUPPORT),
        (f"Denmark will send a contingent of soldiers to join {MISSION}, it said on Monday.", Aspect.CONTRIBUTORS),
        (f"Troops of {MISSION} captured the town and handed over its base on Monday.", Aspect.DEPLOYMENT),
        (f"Norway gave up its role as lead nation of {MISSION} on Monday.", Aspect.LEAD),
    ],
)
def test_the_aspect_is_told(sentence: str, aspect: Aspect) -> None:
    assert first(sentence).aspect is aspect


def test_a_denial_of_deaths_is_a_rejected_claim_not_a_death() -> None:
    found = first(f"No soldier of {MISSION} was killed on Monday, its spokesman said.")
    assert (found.aspect, found.stage) == (Aspect.CASUALTIES, Stage.REJECTED)


def test_civilians_are_no_losses_of_the_mission() -> None:
    text = f"{MISSION.capitalize()} was not there. Eight children were killed on Saturday at a birthday party."
    assert all(c.aspect is not Aspect.CASUALTIES for c in claims(text))


def test_succession_of_names_is_told_as_one_becoming_the_other() -> None:
    found = first(f"The Security Council on Tuesday voted to transform {MISSION} into a Harbour Protection Force.")
    assert (found.aspect, found.stage) == (Aspect.MANDATE, Stage.DECIDED)
    assert (found.subject, found.value) == ("successor", "Harbour Protection Force")
    assert found.event_date == date(2025, 9, 30)


def test_what_began_years_ago_is_background() -> None:
    news = f"The Security Council extended the mandate of {MISSION} on Tuesday."
    old = f"{MISSION.capitalize()} was created in 2019 by a resolution of the Council and first deployed in May 2020."
    found = {c.quote: c for c in claims(f"{news}\n\n{old}")}
    assert not found[news].background
    assert old not in found or found[old].background


def test_a_stray_lead_in_a_background_clause_is_no_news() -> None:
    text = (
        "The Security Council renewed sanctions on gangs in Ruritania on Friday.\n\n"
        "The Norwegian-led mission has been backing up the police since June 2024."
    )
    assert all(c.confidence < 0.5 for c in claims(text) if c.aspect is Aspect.LEAD)


def test_a_claim_quotes_its_article_verbatim() -> None:
    text = f"NEW TOWN — Denmark pledged 40 million dollars for {MISSION} on Monday. It is the first."
    for claim in claims(text):
        assert claim.quote == text[claim.start : claim.end]


def test_the_same_article_reads_the_same_twice() -> None:
    text = f"The Security Council extended the mandate of {MISSION} on Tuesday. Two soldiers died on Monday."
    assert claims(text) == claims(text)


@given(st.text(alphabet="aA '’-().,\n0119£%RM", max_size=300))
@settings(max_examples=80, deadline=None)
def test_any_text_is_read_without_failing(text: str) -> None:
    article = an_article(f"{text} {MISSION} {text}")
    for claim in EncodedReader().read(article, a_watch()).claims:
        assert claim.quote == article.text[claim.start : claim.end]


@pytest.mark.parametrize(("sentence", "value"), [
    (f"The Council raised the ceiling of {MISSION} from 1,200 to 1,500 troops on Tuesday.", "1,500 troops"),
    (f"The Council cut the ceiling of {MISSION} on Tuesday from 12,626 to about 9,000 people.", "about 9,000 people"),
    (f"The Council raised the ceiling of {MISSION} to 1,500 troops from 1,200 on Tuesday.", "1,500 troops"),
    (f"Norway will raise its yearly share of {MISSION} from $30 million to $45 million.", "$45 million"),
])  # fmt: skip
def test_of_what_goes_from_one_figure_to_another_the_value_is_the_other(sentence: str, value: str) -> None:
    assert any(claim.value.endswith(value) for claim in claims(sentence))
