"""Articles that the embedded engine can't read, read by a language model."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pipeline import steps
from pipeline.board.fold import baseline_changes
from pipeline.fetch.chat import Chat
from pipeline.fetch.post import Poster
from pipeline.model import Article, ReaderChoice, Verdict
from pipeline.reading.embedded import EncodedReader
from tests.fetch.test_chat import Kept
from tests.reading.llm.standin import Script, StandIn, a_fact, serving
from tests.reading.worlds import a_watch, an_article, later

SAID = "Konsèy la vote madi pou misyon RAM nan gen 5.550 moun nan peyi Ruritania a, di pòtpawòl gouvènman an."
CREOLE = an_article(f"{SAID} Minis yo kontan anpil, paske yo te mande sa depi lontan.", title="Vòt pou misyon an")
ELSEWHERE = an_article(
    "Elèv yo ak pwofesè yo te rankontre nan lekòl la pou yo pale sou ane a ki ap vini an ak liv yo bezwen yo.",
    title="Lekòl yo louvri",
)


def finds(**said: object) -> Script:
    """Finds one claim in each article."""
    return lambda form, given: {"facts": [{**a_fact(SAID), "day": None, **said}]}


async def read(standin: StandIn, *articles: Article, **choice: Any) -> steps.Assessment:
    reader = ReaderChoice(**{"kind": "llm", "model": "small", "timeout_s": 2.0, **choice})
    watch = replace(a_watch(), reader=reader)
    async with Poster(
        f"{standin.endpoint}/chat/completions", user_agent="test", total=2.0, at_once=reader.calls_at_once
    ) as poster:
        return await steps.assess_asking(
            articles,
            known=steps.AssessmentInput(changes=baseline_changes(watch)),
            reader=steps.choose_reader(watch, EncodedReader()),
            watch=watch,
            now=later(2),
            ask=Chat(reader, poster.post, Kept()).ask,
        )


async def test_haitian_creole_is_read_by_the_model_and_quoted_word_for_word() -> None:
    with serving(finds()) as standin:
        made = await read(standin, CREOLE)

    assert [(change.verdict, change.value, change.quote) for change in made.changes] == [
        (Verdict.NEW, "5,550 people", SAID)
    ]
    assert made.readings[0].reason.startswith("written in Haitian Creole")
    assert made.readings[0].reason.endswith("the language model (small) finds 1 fact")


async def test_the_model_is_told_the_language_and_gets_the_text_as_it_stands() -> None:
    with serving(finds()) as standin:
        await read(standin, CREOLE)

    (request,) = standin.requests
    assert standin.asked("read")[0]["text"] == CREOLE.text
    assert request["messages"][0]["content"].endswith(
        "The article is in Haitian Creole. Copy each quote as it stands there; give keys and parts in English."
    )


async def test_an_article_with_no_name_and_no_place_of_the_watch_is_not_sent() -> None:
    with serving(finds()) as standin:
        made = await read(standin, ELSEWHERE)

    assert standin.requests == []
    assert [reading.relevant for reading in made.readings] == [False]


async def test_where_the_model_fails_the_article_stays_unread() -> None:
    with serving(finds()) as standin:
        standin.faults += ["garbage"]
        made = await read(standin, CREOLE)

    assert made.changes == ()
    assert made.readings[0].relevant is False
    assert "written in Haitian Creole" in made.readings[0].reason
    assert "was not heard" in made.readings[0].reason


async def test_a_figure_that_the_quote_lacks_is_dropped_in_any_language() -> None:
    with serving(finds(parts={"figure": 5600, "unit": "people"})) as standin:
        made = await read(standin, CREOLE)

    assert made.changes == ()
    assert "a figure that the article does not have" in made.readings[0].reason
