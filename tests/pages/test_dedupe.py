"""Who wrote it first: credits, and texts that repeat an earlier one."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from pipeline.model import Article, Precision
from pipeline.pages.dedupe import OriginIndex, byline_origin, origin_of

WIRE = (
    "The Security Council approved a larger force for Haiti on Tuesday, replacing the mission that Kenya has led for "
    "fifteen months with one of up to 5,550 uniformed personnel. Twelve of the fifteen members voted in favour, while "
    "China, Pakistan and Russia abstained. Diplomats said the text had been negotiated over a month in which Panama "
    "and the United States answered questions about money, rules of engagement and the chain of command.\n\n"
    "A support office will look after logistics, fuel, food and medical care, and is to be paid from the budget for "
    "peacekeeping. Troop contributors have yet to be named. The government in Port-au-Prince welcomed the vote and "
    "asked for a rapid arrival, since gangs hold most of the capital and the roads that lead out of it to the north "
    "and the south. Aid groups warned that past interventions had left behind grievances which must not be repeated."
)
OTHER = (
    "Kenyan officers in Port-au-Prince have waited for allowances since August, three of them said by telephone, and "
    "the families of those killed this year are still in talks with the insurer. The service headquarters in Nairobi "
    "replied that payments are made as partners release the funds, and that no officer has asked to come home early. "
    "Parliament's committee on security wants to hear the inspector general on the matter before the next rotation, "
    "planned for November, when a first group is to return after more than a year in the Caribbean country."
)


def uuid(number: int) -> UUID:
    return UUID(int=number)


def article(text: str, **fields: object) -> Article:
    base = Article(
        article_id=uuid(9),
        entry_id=uuid(8),
        url="http://news.test/a",
        outlet="The Eastern Gazette",
        title="Council approves force",
        text=text,
        published=datetime(2025, 9, 30, tzinfo=UTC),
        precision=Precision.TIME,
        published_source="json-ld",
        fetched_at=datetime(2025, 9, 30, tzinfo=UTC),
        family="gazette-group",
    )
    return replace(base, **fields)  # type: ignore[arg-type]


def index_of(*held: tuple[str, str]) -> OriginIndex:
    index = OriginIndex()
    for number, (origin, text) in enumerate(held):
        index.add(uuid(number), origin, text)
    return index


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("PORT-AU-PRINCE, Sept 30 (Reuters) - The council voted on Tuesday.", "reuters"),
        ("WASHINGTON (AP) — The United States said it would pay.", "ap"),
        ("SANTO DOMINGO (EFE).- El Consejo votó el martes.", "efe"),
        ("NAIROBI, Oct. 2 (Xinhua) -- Kenya said on Thursday.", "xinhua"),
        ("Port-au-Prince, Haiti — AFP\n\nGangs attacked the town.", "afp"),
        ("By Reuters\n\nThe council voted on Tuesday.", "reuters"),
        ("Council approves force\n\nUNITED NATIONS (AP) — The council voted.", "ap"),
        ("UNITED NATIONS (CNA) — Foreign ministers met on Monday.", "cna"),
        ("The council voted on Tuesday.\n\n(AFP)", "afp"),
        ("The council voted on Tuesday. (AFP/jd)", "afp"),
        ("The council voted on Tuesday. — AFP", "afp"),
        ("The council voted on Tuesday.\n\n© 2025 AFP", "afp"),
        ("El Consejo votó el martes.\n\nFuente: EFE", "efe"),
        ("The council voted.\n\nSource: Kenya News Agency", "kna"),
        ("The council voted.\n\n(Reporting by Jane Doe in Nairobi; Editing by John Roe)", "reuters"),
        ("The council voted.\n\n(Based on agency reports. The desk changed the headline.)", "agencies"),
        ("The council voted.\n\n(With inputs from agencies.)", "agencies"),
        ("The council voted.\n\nSOURCE: News agencies", "agencies"),
    ],
)
def test_a_credit_names_the_origin(text: str, origin: str) -> None:
    assert byline_origin(text, "") == origin


@pytest.mark.parametrize(
    ("author", "origin"),
    [
        ("Reuters", "reuters"),
        ("By AFP", "afp"),
        ("Redacción EFE", "efe"),
        ("Jane Doe; Associated Press", "ap"),
        ("JANE DOE Associated Press", "ap"),
        ("Jane Doe and AFP", "afp"),
        ("Agencies", "agencies"),
        ("Jane Doe", ""),
        ("Ani Doe", ""),
        ("Nan", ""),
        ("", ""),
    ],
)
def test_an_author_line_names_the_origin(author: str, origin: str) -> None:
    assert byline_origin("The council voted on Tuesday.", author) == origin


@pytest.mark.parametrize(
    "text",
    [
        "An official told Reuters that the council would vote on Tuesday.",
        "The AP reported on Monday that the force was ready.",
        "The Action Party (AP) said it would not vote for the law.",
        "The Multinational Security Support mission (MSS) — led by Kenya — has waited for money.",
        "The council voted.\n\nThe Associated Press contributed to this report.",
        "The officers took a nap.\n\nThe gap is wide. He had an ap",
        "",
    ],
)
def test_a_mention_of_an_agency_is_no_credit(text: str) -> None:
    assert byline_origin(text, "") == ""


def test_a_credit_in_the_middle_of_a_long_text_is_not_looked_for() -> None:
    text = f"{OTHER}\n\nWASHINGTON (AP) — A photo shows the base.\n\n{OTHER}"

    assert byline_origin(text, "") == ""


def test_a_reprint_with_its_own_headline_and_footer_is_found() -> None:
    reprint = f"UN backs bigger force\n\n{WIRE}\n\nSubscribe to our newsletter for more. All rights reserved."

    found = index_of(("kenya-group", OTHER), ("wire", WIRE)).find(reprint)

    assert found is not None
    assert found[:2] == (uuid(1), "wire")
    assert found[2] >= 0.9


def test_a_reprint_that_was_cut_by_a_third_is_found() -> None:
    found = index_of(("wire", WIRE)).find(WIRE[: len(WIRE) * 2 // 3])

    assert found is not None
    assert found[1] == "wire"


def test_a_reprint_with_some_words_changed_is_found() -> None:
    edited = WIRE.replace("Tuesday", "Wednesday").replace("larger", "bigger").replace("Aid groups", "Relief agencies")

    found = index_of(("wire", WIRE)).find(edited)

    assert found is not None
    assert found[1] == "wire"


def test_another_story_of_the_same_mission_is_not_a_reprint() -> None:
    assert index_of(("wire", WIRE)).find(OTHER) is None


def test_short_texts_are_never_reprints_of_each_other() -> None:
    text = "Kenyan police officers in Port-au-Prince."

    index = index_of(("a", text))

    assert index.find(text) is None
    assert len(index) == 0


def test_of_two_equal_texts_the_first_is_found() -> None:
    found = index_of(("first", WIRE), ("second", WIRE)).find(WIRE)

    assert found == (uuid(0), "first", 1.0)


def test_an_article_that_is_known_is_not_added_again() -> None:
    index = index_of(("wire", WIRE))

    index.add(uuid(0), "somebody else", OTHER)

    assert len(index) == 1


def test_the_origin_is_the_credit_before_all_else() -> None:
    credited = article(f"NEW YORK (Reuters) - {WIRE}")

    assert origin_of(credited, index_of(("wire", WIRE))) == "reuters"


def test_the_origin_of_an_uncredited_reprint_is_that_of_the_text_it_repeats() -> None:
    assert origin_of(article(WIRE), index_of(("reuters", WIRE))) == "reuters"


def test_a_text_made_from_unnamed_agencies_takes_the_name_of_the_one_it_repeats() -> None:
    text = f"{WIRE}\n\n(Based on agency reports.)"

    assert origin_of(article(text), index_of(("reuters", WIRE))) == "reuters"
    assert origin_of(article(text), OriginIndex()) == "agencies"


def test_the_origin_of_an_own_text_is_its_publisher() -> None:
    index = index_of(("reuters", WIRE))

    assert origin_of(article(OTHER), index) == "gazette-group"
    assert origin_of(article(OTHER, family=""), index) == "The Eastern Gazette"
