"""Whose people a sentence tells of: the mission's, or the host's, a crowd's, another mission's."""

from __future__ import annotations

from datetime import date

import pytest

from pipeline.model import Aspect
from pipeline.reading import features
from pipeline.reading.others import tells_of_others
from pipeline.reading.sentences import split

HOSTS, NAMED = frozenset({"Haiti"}), frozenset({"Haiti", "Kenya"})


def is_of_others(text: str, aspect: Aspect, level: float = 1.0) -> bool:
    (sentence,) = split(text)
    seen = features.look(sentence, level, date(2025, 9, 10), HOSTS)
    return tells_of_others(seen, aspect, HOSTS, NAMED)


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ("Two Kenyan police officers were killed on Monday.", "Two Haitian police officers were killed on Monday."),
        ("Three soldiers were killed at their base.", "Three Haitian soldiers were killed at their base."),
        ("A peacekeeper died beside Haiti's soldiers.", "A journalist died beside Haiti's soldiers."),
        ("Kenyan police were shot dead by three protesters.", "Kenyan police shot dead three protesters."),
        ("Three soldiers were wounded when gunmen came.", "Soldiers wounded three gunmen."),
        ("A drone killed three soldiers beside two fighters.", "A drone killed three fighters beside two trees."),
        ("The force lost two of its people.", "Two civilians were killed beside the road."),
        (
            "Two Haitian officers and two officers of the mission were killed.",
            "Two Haitian officers and two officers of the port were killed.",
        ),
    ],
)
def test_the_missions_dead_are_told_from_other_dead(own: str, others: str) -> None:
    assert (is_of_others(own, Aspect.CASUALTIES), is_of_others(others, Aspect.CASUALTIES)) == (False, True)


@pytest.mark.parametrize(
    ("own", "others"),
    [
        ("The Council extended the mission in Haiti.", "The Council extended the mission in Somalia."),
        ("Kenya sends 500 soldiers to the force.", "Kenya sends 500 soldiers to the African Union force in Somalia."),
        ("The mission's officers trained in Somalia.", "The mission of the Union in Somalia got officers."),
        ("The mission in Kenya's hands stays.", "The mission in Somalia stays."),
        ("The draft that ministers in Luxembourg signed stands.", "The force in Luxembourg stands."),
    ],
)
def test_this_mission_is_told_from_one_in_another_country(own: str, others: str) -> None:
    assert (is_of_others(own, Aspect.MANDATE), is_of_others(others, Aspect.MANDATE)) == (False, True)


def test_a_sentence_that_names_the_mission_is_about_it_wherever_else_there_is_one() -> None:
    assert not is_of_others("MSS takes over from the force in Somalia.", Aspect.LEAD, level=3.0)


@pytest.mark.parametrize(
    ("aspect", "own", "others"),
    [
        (
            Aspect.SUPPORT,
            "France handed over armoured vehicles to the Kenyan police.",
            "France handed over armoured vehicles to the Haitian police.",
        ),
        (
            Aspect.SUPPORT,
            "The support office brings the Haitian army fuel.",
            "The ministry brings the Haitian army fuel.",
        ),
        (Aspect.FUNDING, "Canada gave 5 million dollars for vehicles.", "Canada gave 5 million dollars for schools."),
        (Aspect.FUNDING, "France gives the office 9 million euros.", "France gives the Haitian army 9 million euros."),
        (
            Aspect.FUNDING,
            "Kenya's parliament approved 40 million dollars for its police in Haiti.",
            "Kenya's parliament approved 40 million dollars for its police.",
        ),
        (
            Aspect.SUPPORT,
            "The vehicles are to give it and the Haitian police strength.",
            "The vehicles are to give the Haitian police strength.",
        ),
        (Aspect.COMMAND, "The police chief named a new commander.", "The government named a new police chief."),
    ],
)
def test_what_the_mission_gets_is_told_from_what_the_host_gets(aspect: Aspect, own: str, others: str) -> None:
    assert (is_of_others(own, aspect, level=0.0), is_of_others(others, aspect, level=0.0)) == (False, True)


def test_the_hosts_police_matter_where_nobody_is_hurt() -> None:
    assert not is_of_others("The force will train Haitian police officers.", Aspect.SUPPORT)
