"""A watch from one article: names, place, lead, and facts whose quotes stand in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.model import Aspect, Stage, Watch
from pipeline.model.errors import ContentError
from pipeline.watches.drafting import MAX_TEXT, draft_watch

WHEN = datetime(2025, 6, 1, tzinfo=UTC)
ARTICLE = """Council keeps the African Union in Chad for another year

The Council on Monday extended the mandate of the African Union Observer Mission in Chad (AUOMIC) until 30 June 2026.

It allows up to 2,400 uniformed personnel. The Office of the Chadian President (OCP) welcomed the vote.
AUOMIC watches a ceasefire.
"""


def draft(text: str) -> Watch:
    return draft_watch(text, published=WHEN, url="https://isle-post.example/1", slug="chad")


def test_the_name_and_its_acronym_are_found() -> None:
    assert [(n.text, n.acronym) for n in draft(ARTICLE).names] == [
        ("African Union Observer Mission in Chad", False),
        ("AUOMIC", True),
    ]


def test_a_name_in_small_letters_is_found_by_its_initials() -> None:
    text = (
        "Kingdom leads force\n\nThe Danish-led interim border protection (IBP) force works in Chad. The IBP is small."
    )
    assert [n.text for n in draft(text).names] == ["interim border protection", "IBP"]


def test_a_mission_without_a_name_is_called_by_its_place() -> None:
    text = "Peacekeepers in Chad get a year\n\nThe Council on Monday extended the stay of the peacekeepers in Chad."
    assert [n.text for n in draft(text).names] == ["Chad mission"]


def test_the_place_is_where_the_mission_works_not_who_leads_it() -> None:
    text = "Danish-led force stays\n\nThe Danish-led force in Chad stays, Denmark said. Denmark leads the force."
    assert draft(text).places == ("Chad",)


def test_the_lead_is_a_fact_with_the_sentence_that_says_so() -> None:
    text = "Force stays\n\nThe force in Chad will stay. It is led by Denmark."
    (lead,) = [f for f in draft(text).baseline.facts if f.aspect is Aspect.LEAD]
    assert (lead.value, lead.stage, lead.quote) == ("Denmark", Stage.IN_EFFECT, "It is led by Denmark.")


def test_the_organisation_in_the_name_leads() -> None:
    (lead,) = [f for f in draft(ARTICLE).baseline.facts if f.aspect is Aspect.LEAD]
    assert lead.value == "African Union"


def test_the_mandate_and_the_ceiling_are_facts() -> None:
    facts = [(f.subject, f.stage, f.value) for f in draft(ARTICLE).baseline.facts]
    assert ("mandate", Stage.DECIDED, "until 30 Jun 2026") in facts
    assert ("ceiling", Stage.DECIDED, "2,400 personnel") in facts


def test_every_quote_stands_verbatim_where_it_says() -> None:
    watch = draft(ARTICLE)
    text = watch.baseline.text
    assert watch.baseline.facts
    assert all(text[f.start : f.start + len(f.quote)] == f.quote for f in watch.baseline.facts)


def test_the_draft_takes_every_change_and_has_no_feed() -> None:
    watch = draft(ARTICLE)
    assert (len(watch.rules), watch.rules[0].aspects, watch.feeds) == (1, frozenset(), ())


@pytest.mark.parametrize(
    ("text", "code"), [(" \n", "empty"), ("x" * (MAX_TEXT + 1), "too-large"), ("Hello\n\nNothing is here.", "no-text")]
)
def test_a_text_that_is_no_article_is_refused(text: str, code: str) -> None:
    with pytest.raises(ContentError) as caught:
        draft(text)
    assert caught.value.code == code
