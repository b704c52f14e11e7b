"""What could be known by a moment, and nothing later: evidence, why and search, on each face that answers.

The page of the vote was written anew on 10 October, and on the 12th a radio took back that it says so too. That Kenya
left was told to the desk on the 5th, and reached it on the 6th.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from mcp import Client

from pipeline.ask import Ask, WatchFile
from pipeline.ask.mcp_server.server import mcp_server
from pipeline.model import EvidenceCheck, Finding, RecheckResult, Verdict
from pipeline.model.errors import NotFoundError
from pipeline.model.text import content_id
from pipeline.storage import open_store, publish
from tests.ask.api.asker import Asker
from tests.ask.world import ask_of
from tests.site.world import DEAD, LEFT, NOW, TIMES, TOLD, VOTE, VOTE_TOO, change_of, write_world
from tests.storage.builders import (
    RUN,
    WATCH,
    at,
    make_alert,
    make_article,
    make_claim,
    make_delivery,
    make_fetch,
    make_judgement,
    make_reading,
)

VOTED = change_of(VOTE)
REWRITTEN = make_article(
    VOTE.entry,
    "The Security Council voted for a new force, whose term is unclear.",
    outlet=TIMES.title,
    family=TIMES.family,
    title=VOTE.entry.title,
    fetched_at=at("2025-10-10"),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world, and what came later of two of its pages."""
    made = tmp_path_factory.mktemp("later")
    write_world(made, TOLD)
    claim = make_claim(REWRITTEN, quote=REWRITTEN.text, end=len(REWRITTEN.text))
    check = EvidenceCheck(
        check_id=content_id("check", "radio"),
        change_id=VOTED.change_id,
        article_id=VOTE_TOO.article.article_id,
        revision_id=None,
        url=VOTE_TOO.article.url,
        checked_at=at("2025-10-12"),
        finding=Finding.WITHDRAWN,
        old_sentence=VOTE_TOO.article.text,
        new_sentence="",
        reason="it answers 410 (Gone)",
        supported_by="times",
    )
    alert = make_alert(change_of(LEFT), planned_at=at("2025-10-05"))
    with open_store(made) as store:
        store.add_fetches(RUN, [make_fetch(VOTE.entry, REWRITTEN, attempt=2, fetched_at=REWRITTEN.fetched_at)])
        store.add_assessment(
            RUN,
            WATCH,
            [make_reading(REWRITTEN, claim)],
            [make_judgement(claim, verdict=Verdict.CONFIRMS, against=VOTED.change_id)],
            [alert],
            [],
            {REWRITTEN.article_id: TIMES.family},
            RecheckResult(checks=(check,)),
        )
        store.add_deliveries(RUN, [replace(make_delivery(alert), attempted_at=at("2025-10-06"))])
    publish(made, RUN, NOW)
    return made


@pytest.fixture(scope="module")
def later(folder: Path) -> Iterator[Ask]:
    """Whoever answers about it."""
    asked = ask_of(folder)
    yield asked
    asked.close()


# -- evidence --------------------------------------------------------------------------------------


def test_an_article_that_was_taken_back_later_stood_until_then(later: Ask) -> None:
    stands = {
        day: [one.stands for one in later.evidence(str(VOTED.change_id), known_at=day).evidence if one.says != "made"]
        for day in ("2025-10-05", "2025-10-13")
    }
    assert stands["2025-10-05"] == [True]
    assert False in stands["2025-10-13"]


def test_a_page_that_was_written_anew_counts_from_when_that_was_seen(later: Ask) -> None:
    told = {
        day: [one.citation.quote for one in later.evidence(str(VOTED.change_id), known_at=day).evidence]
        for day in ("2025-10-09", "2025-10-10")
    }
    assert REWRITTEN.text not in told["2025-10-09"]
    assert REWRITTEN.text in told["2025-10-10"]


def test_who_had_it_first_is_told_among_those_who_were_known(later: Ask) -> None:
    (first, second) = later.evidence(str(VOTED.change_id), known_at="2025-10-05").evidence
    assert [(one.place, one.is_first, one.hours_later) for one in (first, second)] == [(1, True, 0.0), (2, False, 24.0)]


def test_a_change_that_came_later_has_no_evidence_yet(later: Ask) -> None:
    with pytest.raises(NotFoundError, match=r"This change was not known by 2025-09-29 23:59 UTC\."):
        later.evidence(str(VOTED.change_id), known_at="2025-09-29")


# -- why -------------------------------------------------------------------------------------------


def test_why_tells_an_alert_that_was_not_delivered_yet_as_pending(later: Ask) -> None:
    told = {day: later.why(str(change_of(LEFT).change_id), known_at=day) for day in ("2025-10-05", "2025-10-06")}

    assert told["2025-10-05"].ends == "An alert to console is pending."
    assert told["2025-10-05"].alerts[0].delivered_at is None
    assert told["2025-10-06"].ends == "An alert was delivered to console on 06 Oct 2025 12:00 UTC."


def test_why_tells_nothing_of_a_withdrawal_that_came_later(later: Ask) -> None:
    told = {when: later.why(str(change_of(DEAD).change_id), known_at=when) for when in ("2025-10-08", "2025-10-09")}

    assert [one.verdict for one in told["2025-10-08"].changes] == ["new"]
    assert not told["2025-10-08"].changes[0].taken_back.is_taken_back
    assert {one.verdict for one in told["2025-10-09"].changes} == {"new", "withdrawn"}


def test_why_tells_no_text_that_a_page_got_later(later: Ask) -> None:
    counts = [len(later.why(VOTE.article.url, known_at=day).articles) for day in ("2025-10-09", "2025-10-10")]
    assert counts == [1, 2]


def test_what_was_not_known_yet_is_told_so(later: Ask) -> None:
    with pytest.raises(NotFoundError, match=r"Nothing was known of https://times\.example/vote by 29 Sep 2025 23:59"):
        later.why("https://times.example/vote", known_at="2025-09-29")


def test_of_a_feed_it_is_told_that_how_it_does_is_of_now(later: Ask) -> None:
    told = later.why(TIMES.url, known_at="2025-10-01")
    assert told.ends == "It is a feed of the watch; how it does is told of now only."


# -- search ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["articles", "claims"])
def test_a_search_finds_what_could_be_known_by_then(later: Ask, where: str) -> None:
    def found(day: str) -> list[str]:
        told = later.search("force", where=where, known_at=day)
        return [one.citation.quote for one in (*told.articles, *told.claims)]

    assert [len(found(day)) for day in ("2025-09-29", "2025-09-30", "2025-10-01")] == [1, 3, 4]
    assert REWRITTEN.text not in found("2025-10-09")
    assert REWRITTEN.text in found("2025-10-10")


# -- by each face ----------------------------------------------------------------------------------

ASKED = pytest.mark.parametrize(
    ("tool", "arguments", "address", "items"),
    [
        ("search", {"words": "term unclear"}, "/v1/haiti/search?q=term+unclear", "articles"),
        ("why", {"what": VOTE.article.url}, f"/v1/haiti/why?id={VOTE.article.url}", "articles"),
        ("evidence", {"change": str(VOTED.change_id)}, f"/v1/haiti/evidence/{VOTED.change_id}?", "evidence"),
    ],
    ids=lambda one: one if isinstance(one, str) and one.isalpha() else "",
)


@ASKED
async def test_an_assistant_is_told_of_the_later_text_once_it_was_known(
    later: Ask, tool: str, arguments: dict[str, Any], address: str, items: str
) -> None:
    async with Client(mcp_server(later)) as client:
        answers = [await client.call_tool(tool, {**arguments, "known_at": day}) for day in ("2025-10-09", "2025-10-10")]
    before, after = (answer.structured_content or {} for answer in answers)
    assert len(after[items]) == len(before[items]) + 1


@ASKED
def test_so_is_who_asks_over_http(folder: Path, tool: str, arguments: dict[str, Any], address: str, items: str) -> None:
    client = Asker.of([WatchFile(WATCH, "Haiti", folder)], per_minute=0)
    before, after = (client.ask(f"{address}&known_at={day}").json() for day in ("2025-10-09", "2025-10-10"))
    client.close()
    assert len(after[items]) == len(before[items]) + 1
