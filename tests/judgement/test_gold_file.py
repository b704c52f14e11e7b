"""The gold file: what a mission's text comes to, and how a wrong line is named."""

from __future__ import annotations

import re

import pytest

from pipeline.model import Aspect, Stage
from tests.judgement import as_bench
from training.gold_file import SLOTS, GoldError, GoldMission, load

TEXT = """title: Observers for Tamar
kind: military, unnamed

baseline: 2003-05-02T06:00:00Z | River Wire | https://source.example/0
T Four states talk of a force
B K01	Ostland says it would lead a force in Tamar.
-	The talks go on.

facts:
K01 | before | lead | proposed | country=Ostland; act=offers | Ostland offers to lead
E01 | 2003-05-09 | term | decided | until=2004-05-09 | for a year | aspect_alt=deployment; stage_alt=in_effect,planned
E02 | 2003-06-01 | incident[2003-06-01 Serica] | in_effect | killed=1; injured=2 | one killed, two hurt | core=no
E03 | 2003-06 | contribution[Noria & Serica] | planned | number=200 & number=90; unit=police | two states | borderline

articles:
== 001 | 2003-05-10T09:30:00+02:00 | Kurn Courier | report | https://source.example/1
T Council sends a force
N E01 B K01	The Council on Friday allowed Ostland to lead a force in Tamar for a year.
n E01	It may stay until May.

X	Elsewhere another mission is winding up.

== 002 | 2003-06-02T07:00:00Z | Serica Today | live | https://source.example/2
T A death in Tamar
N E02{killed=2}	Two Serican observers were killed near Tarn on Sunday, the ministry said.
N E03	Noria and Serica said that they would send 200 soldiers and 90 police in June.

== 003 | 2003-06-02T08:00:00Z | River Wire | twin 002 | https://source.example/2
T Death in Tamar
"""


@pytest.fixture
def mission() -> GoldMission:
    return load(TEXT, "tamar")


def wrong(old: str, new: str) -> str:
    assert old in TEXT
    with pytest.raises(GoldError) as caught:
        load(TEXT.replace(old, new, 1), "tamar")
    return str(caught.value)


def test_a_fact_has_its_slot_keys_stage_and_a_mapping_of_parts_for_each_key(mission: GoldMission) -> None:
    fact = mission.facts["E03"]
    assert (fact.slot, fact.keys, fact.stage) == ("contribution", ("Noria", "Serica"), Stage.PLANNED)
    assert fact.parts == ({"number": "200"}, {"number": "90", "unit": "police"})
    assert (fact.aspect, fact.borderline, fact.core) == (Aspect.CONTRIBUTORS, True, True)


def test_what_may_as_well_be_said_of_an_event_is_kept(mission: GoldMission) -> None:
    fact = mission.facts["E01"]
    assert fact.aspect_alt == (Aspect.DEPLOYMENT,)
    assert fact.stage_alt == (Stage.IN_EFFECT, Stage.PLANNED)


def test_sentences_of_a_paragraph_are_parted_by_a_space_and_paragraphs_by_an_empty_line(mission: GoldMission) -> None:
    assert mission.articles[0].text.endswith(
        "for a year. It may stay until May.\n\nElsewhere another mission is winding up."
    )


def test_a_time_with_a_zone_becomes_utc(mission: GoldMission) -> None:
    assert mission.articles[0].published.isoformat() == "2003-05-10T07:30:00+00:00"


def test_a_sentence_may_tell_news_and_background(mission: GoldMission) -> None:
    told = mission.articles[0].sentences[0].told
    assert [(one.fact, one.news) for one in told] == [("E01", True), ("K01", False)]


def test_a_figure_that_differs_in_one_article_is_that_articles_own(mission: GoldMission) -> None:
    assert mission.articles[1].sentences[0].told[0].own == {"killed": "2"}


def test_a_twin_without_sentences_has_those_of_the_other(mission: GoldMission) -> None:
    assert mission.articles[2].text == mission.articles[1].text


def test_the_row_of_an_article_has_each_event_once_with_all_its_sentences(mission: GoldMission) -> None:
    row = as_bench.article_row(mission, mission.articles[0])
    assert row["reports"] == [
        {
            "event": "E01",
            "sentence": "The Council on Friday allowed Ostland to lead a force in Tamar for a year.",
            "also_sentences": ["It may stay until May."],
        }
    ]
    assert [(b["slot"], b["parts"]) for b in row["background"]] == [("lead", [{"country": "Ostland", "act": "offers"}])]


def test_the_row_of_an_event_has_slot_key_and_parts_and_the_addresses_that_report_it(mission: GoldMission) -> None:
    row = as_bench.timeline(mission)[1]
    assert (row["slot"], row["key"], row["parts"]) == (
        "incident",
        "2003-06-01 Serica",
        [{"killed": "1", "injured": "2"}],
    )
    assert (row["aspect"], row["urls"], row["core"]) == ("casualties", ["https://source.example/2"], False)


def test_the_perfect_prediction_tells_each_event_once_at_its_first_report(mission: GoldMission) -> None:
    told = [(row["article"], row["aspect"]) for row in as_bench.perfect(mission)]
    assert told == [("tamar-001", "mandate"), ("tamar-002", "casualties"), ("tamar-002", "contributors")]


def test_every_aspect_has_a_slot() -> None:
    assert set(SLOTS.values()) == set(Aspect)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("| lead | proposed", "| leader | proposed", "tamar:10: 'leader' is no slot[key]"),
        ("| lead | proposed", "| lead[x] | proposed", "tamar:10: lead takes no key"),
        ("incident[2003-06-01 Serica]", "incident", "tamar:12: incident takes a key"),
        ("| decided |", "| settled |", "tamar:11: 'settled' is no stage"),
        ("killed=1", "killed=one", "tamar:12: 'killed=one': write a number, or 200-300"),
        ("until=2004-05-09", "until=May", "tamar:11: 'May' is no day, month or year as 2014-03-01, 2014-03, 2014"),
        ("act=offers", "deed=offers", "tamar:10: 'deed=offers' is no part"),
        ("core=no", "core=maybe", "tamar:12: 'core=maybe' is no option"),
        ("E01 | 2003-05-09", "E01 | before", "tamar:11: an event E has a day; what was known before, K, has 'before'"),
        ("E02 | 2003-06-01", "E01 | 2003-06-01", "tamar:12: E01 stands twice"),
        ("n E01\t", "Q E01\t", "tamar:19: E01 needs N, n or B before it"),
        ("n E01\t", "n\t", "tamar:19: n needs a fact"),
        ("n E01\t", "n E09\t", "tamar: article 001 tells the unknown E09"),
        ("n E01\t", "n K01\t", "tamar: article 001 tells K01, background, as news"),
        ("-\tThe talks", "- The talks", "tamar:7: a sentence is a label, a tab and the sentence"),
        ("| live |", "| novel |", "tamar:23: 'novel' is none of report"),
        ("twin 002", "twin 009", "tamar: article 003 is the twin of none"),
        ("2003-06-02T07:00:00Z", "2003-06-02T07:00:00", "tamar:23: '2003-06-02T07:00:00' has no zone; write Z"),
        ("baseline: 2003", "based: 2003", "tamar:5: the head has lines 'word: text'"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(old: str, new: str, says: str) -> None:
    assert re.match(re.escape(says), wrong(old, new))
