"""What a sentence says of time: looking back is not news, and what is to come is not decided."""

from __future__ import annotations

from datetime import date

import pytest
from worlds import a_watch, an_article

from pipeline.model import Aspect, Claim, Stage
from pipeline.reading import EncodedReader, features, tense
from pipeline.reading.features import Seen
from pipeline.reading.sentences import split

MISSION = "the Ruritania Assistance Mission"
PROPOSED, PLANNED = Stage.PROPOSED, Stage.PLANNED
PUBLISHED = date(2025, 9, 10)  # a Wednesday


def seen(text: str) -> Seen:
    (sentence,) = split(text)
    return features.look(sentence, 2, PUBLISHED, frozenset())


def told(text: str) -> list[Claim]:
    """What the default engine says of an article of this one sentence, the surest first."""
    found = EncodedReader().read(an_article(text, title="Ruritania mission"), a_watch()).claims
    return sorted(found, key=lambda claim: -claim.confidence)


@pytest.mark.parametrize(
    ("news", "memory"),
    [
        (
            "This week the Council authorised the mission.",
            "Three years ago this week the Council authorised the mission.",
        ),
        ("The first contingent landed today.", "The first contingent landed exactly one year ago today."),
        ("The Council authorised the mission on Monday.", "It is two years since the Council authorised the mission."),
        ("On Monday the Council authorised the mission.", "On 2 October 2023 the Council authorised the mission."),
        ("The Council renewed the mandate this week.", "The Council renewed the mandate last year."),
        ("Last week Guatemala sent 150 soldiers.", "Last year Guatemala sent 150 soldiers."),
        ("The force marked its arrival on Monday.", "The force marked the anniversary of its arrival on Monday."),
        (
            "When the Council renewed the mandate, on Monday, two members abstained.",
            "When the Council last renewed the mandate, in September 2024, two members abstained.",
        ),
    ],
)
def test_what_was_long_ago_is_no_news(news: str, memory: str) -> None:
    assert (tense.looks_back(seen(news)), tense.looks_back(seen(memory))) == (False, True)


@pytest.mark.parametrize(
    "text",
    [
        "Two years ago the Council approved the mission; on Tuesday it voted to replace it.",
        "On the anniversary of its arrival, Kenya announced on Tuesday that its soldiers will leave.",
        "Kenya said on Monday it will withdraw the 400 officers it sent a year ago.",
        "A year ago the mission had 160 officers; now it counts 183.",
        "The mandate, which had been renewed month after month since November 2001, ended the same day.",
        "It cut the ceiling by more than a third as of 31 December.",
        "Resolution 1996 gives it a maximum of 7,000 soldiers.",
        "Three officers have been killed since the mission started more than a year ago.",
        "The mission, short of money ever since it began 15 months ago, is to double in size.",
        "The mission, which the Council authorised in October 2023, has 970 officers.",
        "The Council extended the mandate until 2 October 2026.",
    ],
)
def test_news_that_names_the_past_beside_stays_news(text: str) -> None:
    assert not tense.looks_back(seen(text))


@pytest.mark.parametrize(
    ("taken", "to_come", "stage"),
    [
        ("The resolution was adopted on Tuesday.", "The resolution is expected to be adopted on Tuesday.", PLANNED),
        ("The Council voted on Tuesday.", "The Council is to vote on Tuesday.", PLANNED),
        ("The Council renewed the mandate.", "The Council must renew the mandate.", PROPOSED),
        ("The Council adopted the text, so 550 will go.", "If the Council adopts the text, 550 will go.", PROPOSED),
        ("The parliament approved the mission.", "The parliament could approve the mission.", PROPOSED),
        ("Until the Council decided, nobody moved.", "Until the Council decides, nobody moves.", PROPOSED),
    ],
)
def test_a_decision_that_is_to_come_is_none_yet(taken: str, to_come: str, stage: Stage) -> None:
    assert (tense.to_come(seen(taken)), tense.to_come(seen(to_come))) == (None, stage)


def test_a_decision_beside_one_that_is_to_come_is_one() -> None:
    assert tense.to_come(seen("The Council voted on Tuesday for a force that the parliament must approve.")) is None


def test_an_anniversary_makes_no_claim_that_is_news() -> None:
    text = f"Three years ago this week, the Security Council authorised {MISSION}."

    assert told(text)
    assert all(claim.background for claim in told(text))


def test_a_vote_that_is_expected_is_not_taken_and_its_day_is_not_the_mandates_end() -> None:
    best = told(f"The resolution on {MISSION} is expected to be adopted on Tuesday.")[0]

    assert (best.aspect, best.stage) == (Aspect.MANDATE, Stage.PLANNED)
    assert "until" not in best.value


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (f"{MISSION} has a ceiling of up to 12,262 soldiers.", "ceiling"),
        (f"{MISSION} now stands at 12,262 soldiers, below its authorised strength of 12,500.", "deployed"),
    ],
)
def test_a_ceiling_is_told_from_the_people_who_are_there(text: str, subject: str) -> None:
    best = next(claim for claim in told(text) if claim.aspect is Aspect.STRENGTH)

    assert (best.subject, best.value.split()[-2:]) == (subject, ["12,262", "soldiers"])
