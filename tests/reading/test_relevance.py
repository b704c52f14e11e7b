"""Is an article about this mission, or about another one, another use of the name, another force?"""

from __future__ import annotations

from dataclasses import replace

from worlds import a_watch, an_article

from pipeline.model import Reading
from pipeline.reading.embedded import EncodedReader, mission


def read(text: str, title: str = "News") -> Reading:
    return EncodedReader().read(an_article(text, title=title), a_watch())


def may_be(text: str, baseline: str = "") -> bool:
    watch = a_watch()
    if baseline:
        watch = replace(watch, baseline=replace(watch.baseline, text=baseline))
    return mission.focus(an_article(text, title="News"), watch).relevant


def test_an_article_may_be_about_the_mission_where_it_has_its_name_or_its_place() -> None:
    assert may_be("The Ruritania Assistance Mission has a new base.")
    assert may_be("Ruritanian farmers sold their milk to the soldiers.")
    assert not may_be("Ruritanian farmers sold their milk.")  # it speaks of no mission
    assert not may_be("Denmark's farmers sold their milk in Oslo.")


def test_an_article_may_be_about_the_mission_where_it_has_another_name_of_its_baseline() -> None:
    baseline = "The truce holds.\n\nThe monitors under Colonel Ekeland sit in Stenhamn. Denmark sent ten on Monday."
    assert may_be("Two monitors left Stenhamn.", baseline)
    assert may_be("Ekeland sends the observers home.", baseline)
    assert not may_be("Denmark's troops voted on Monday, a colonel said.", baseline)  # these are everybody's
    assert not may_be("The police officers closed Stenhamner Street.", baseline)


def test_an_article_that_names_the_mission_is_relevant() -> None:
    assert read("The Ruritania Assistance Mission has a new base. The mission opened it on Monday.").relevant


def test_what_names_the_mission_is_about_it_in_however_few_words() -> None:
    reading = read("Denmark withdrew its 40 police officers from RAM in Ruritania on Monday.", title="Danes go home")
    assert [claim.value for claim in reading.claims] == ["has left, 40 police"]


def test_an_article_that_describes_it_by_place_is_relevant() -> None:
    assert read("The foreign force in Ruritania lost a helicopter. The force is looking for it.").relevant


def test_an_article_that_describes_it_by_its_lead_is_relevant() -> None:
    assert read("The Norwegian-led mission ran short of fuel in Ruritania. The mission asked for more.").relevant


def test_the_same_acronym_in_another_country_is_irrelevant() -> None:
    reading = read("RAM said that spies had broken into its network. RAM is a ministry of state security.")
    assert not reading.relevant
    assert reading.claims == ()
    assert "Ruritania" in reading.reason


def test_another_use_of_the_acronym_is_irrelevant_beside_the_place() -> None:
    assert not read("Ruritania makes RAM: the price of a memory chip fell on Monday, and RAM sales rose.").relevant


def test_the_country_alone_is_irrelevant() -> None:
    assert not read("Ruritania counted 43 dead after the storm on Monday. The government asked for money.").relevant


def test_what_is_said_of_a_sister_mission_is_surely_not_about_this_one() -> None:
    text = (
        "The Security Council on Tuesday extended the mandate of UNORE in Ruritania by twelve months. "
        "It is not the Ruritania Assistance Mission."
    )
    claims = read(text, title="Council extends UNORE").claims
    assert [c.confidence for c in claims if "UNORE" in c.quote] == [0.0]


def test_a_name_that_the_article_gives_to_the_mission_counts() -> None:
    text = (
        "The Ruritania Assistance Mission is to become the Harbour Protection Force (HPF). "
        "The first 200 soldiers of HPF landed in the capital on Monday."
    )
    claims = read(text, title="First soldiers of the new force land").claims
    assert any("HPF landed" in c.quote for c in claims)
