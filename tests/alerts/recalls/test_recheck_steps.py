"""Looking again, with a false outside world; and what reading a changed page does to the board."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline import steps
from pipeline.model import (
    TAKEN_BACK,
    Article,
    Claim,
    FetchRecord,
    PageToCheck,
    PendingEntry,
    Reading,
    SentAlert,
    Verdict,
    Watch,
)
from pipeline.model.errors import FetchError, RefusedError
from pipeline.model.text import text_hash
from tests.alerts.recalls.pages import ENTRY, NOW, REST, VOTE, alert_of, article, claim_in, evidence, gone, watch_of
from tests.fakes import FakeWeb, page, work_here
from tests.storage.builders import make_feed, make_fetch

PARAGRAPHS = (
    f"{VOTE} It took them a week to agree, and the last of the members came round only on the day of the vote.",
    "Ministers welcomed the decision and said that the first of the new contingents would sail before the winter, "
    "once the money that three governments have pledged has been paid into the fund.",
)


def look(**changed: object) -> PageToCheck:
    values = {
        "pending": PendingEntry(ENTRY, make_feed(), attempts=1),
        "told_at": NOW - timedelta(hours=2),
        "seen_at": NOW - timedelta(hours=2),
        "held": (article().article_id, "another"),
        "etag": '"v1"',
    }
    return PageToCheck(**{**values, **changed})  # type: ignore[arg-type]


async def looked(web: FakeWeb, at: PageToCheck) -> FetchRecord:
    return await steps.fetch_again(at, fetch=web.get, work=work_here, now=NOW)


async def test_a_look_sends_what_came_with_the_page_and_a_304_is_the_same_text() -> None:
    web = FakeWeb().not_modified(ENTRY.url)

    record = await looked(web, look())

    assert web.asked == [(ENTRY.url, '"v1"')]
    assert (record.outcome, record.attempt, record.etag, record.article) == ("same", 2, '"v1"', None)


async def test_a_page_that_has_changed_is_a_new_article_of_the_entry() -> None:
    record = await looked(FakeWeb().serves(ENTRY.url, page("Vote", *PARAGRAPHS), etag='"v2"'), look())

    assert (record.outcome, record.etag) == ("stored", '"v2"')
    assert record.article is not None
    assert record.article.entry_id == ENTRY.entry_id


async def test_other_bytes_with_the_same_text_are_the_same() -> None:
    body = page("Vote", *PARAGRAPHS)
    first = await looked(FakeWeb().serves(ENTRY.url, body), look())
    assert first.article is not None

    again = await looked(
        FakeWeb().serves(ENTRY.url, body + b"<!-- 14:02 -->"),
        look(held=(first.article.article_id, text_hash(first.article.text))),
    )

    assert again.outcome == "same"


async def test_a_look_that_fails_is_recorded_and_not_tried_again_by_itself() -> None:
    record = await looked(FakeWeb().fails(ENTRY.url, FetchError("timeout", "No answer.")), look())

    assert (record.outcome, record.retry_at, record.reason) == ("failed", None, "timeout: No answer.")


@pytest.mark.parametrize(
    ("status", "was_missing", "answer"),
    [
        (410, False, "it answers 410 (Gone)"),
        (404, False, ""),
        (404, True, "it answers 404 (Not Found), at two looks in a row"),
        (403, True, ""),
        (503, True, ""),
    ],
)
async def test_a_page_is_gone_when_it_says_so_for_good_or_twice(status: int, was_missing: bool, answer: str) -> None:
    error = RefusedError("http-4xx", "No.")
    error.status = status
    at = look(was_missing=was_missing)

    assert steps.gone_reason(at, await looked(FakeWeb().fails(ENTRY.url, error), at)) == answer


# -- a clock in a page -----------------------------------------------------------------------


class Ceilings:
    """An engine that reads each sentence about a force of so many people."""

    engine = "ceilings-1"

    def read(self, found: Article, watch: Watch) -> Reading:
        claims: list[Claim] = []
        for number in ("5,500", "5,000"):
            quote = VOTE.replace("5,500", number)
            if quote in found.text:
                claims.append(claim_in(found, quote, value=f"{number} people", confidence=0.9))
        return Reading(found.article_id, self.engine, relevant=True, reason="", claims=tuple(claims))


def bounded(text: str, revisions: int) -> FetchRecord:
    record = make_fetch(ENTRY, article(text))
    return steps.limit_revisions(record, f"{VOTE} {REST}", revisions, Ceilings(), watch_of())


def test_a_clock_in_a_page_is_kept_two_dozen_times_and_no_more() -> None:
    assert bounded(f"It is 14:02. {VOTE} {REST}", 23).outcome == "stored"

    record = bounded(f"It is 14:03. {VOTE} {REST}", 24)

    assert (record.outcome, record.article) == ("same", None)
    assert record.reason == "the text has changed and says the same; 24 such texts of this page are kept already"


def test_a_correction_is_kept_however_often_the_page_has_changed() -> None:
    assert bounded(f"{VOTE.replace('5,500', '5,000')} {REST}", 1_000).outcome == "stored"


def test_a_notice_is_kept_however_often_the_page_has_changed() -> None:
    assert bounded(f"{VOTE} {REST} This article has been retracted.", 1_000).outcome == "stored"


# -- the board -------------------------------------------------------------------------------

OLD = article()
NEW = article(f"{VOTE.replace('5,500', '5,000')} {REST}", fetched_at=NOW)


def told_of(first: steps.Assessment) -> steps.RecheckInput:
    (change,) = first.changes
    claim = first.readings[0].claims[0]
    return steps.RecheckInput(
        [evidence(OLD, claim, change_id=change.change_id)],
        [change],
        [SentAlert(alert_of(change), NOW - timedelta(hours=3))],
        {OLD.article_id: OLD},
    )


def assessed(
    *articles: Article, known: steps.AssessmentInput | None = None, watch: Watch | None = None
) -> steps.Assessment:
    return steps.assess(
        articles, known=known or steps.AssessmentInput(), reader=Ceilings(), watch=watch or watch_of(), now=NOW
    )


def test_the_corrected_figure_meets_a_board_without_the_old_one_and_no_dispute() -> None:
    first = assessed(OLD)
    told = told_of(first)
    revised = steps.plan_revisions(
        steps.read_revisions([NEW], told, Ceilings(), watch_of()), told=told, watch=watch_of(), now=NOW
    )

    made = assessed(NEW, known=steps.AssessmentInput(changes=(*first.changes, *revised.withdrawals)))

    assert [(change.verdict, change.value) for change in made.changes] == [(Verdict.NEW, "5,000 people")]


def test_who_gets_the_recall_is_not_told_the_correction_a_second_time() -> None:
    first = assessed(OLD)
    told = told_of(first)
    revised = steps.plan_revisions(
        steps.read_revisions([NEW], told, Ceilings(), watch_of()), told=told, watch=watch_of(), now=NOW
    )
    made = assessed(NEW, known=steps.AssessmentInput(changes=(*first.changes, *revised.withdrawals)))

    left = steps.drop_recalled(made, revised, watch_of())

    assert (len(made.alerts), left.alerts) == (1, ())
    assert [silence.reason for silence in left.silences] == [
        f"told by the recall of the change {first.changes[0].change_id}"
    ]


def test_a_channel_that_did_not_get_the_recall_is_told_the_correction() -> None:
    first = assessed(OLD)
    told = told_of(first)
    both = watch_of("console", "file")
    revised = steps.plan_revisions(steps.read_revisions([NEW], told, Ceilings(), both), told=told, watch=both, now=NOW)
    made = assessed(NEW, known=steps.AssessmentInput(changes=(*first.changes, *revised.withdrawals)), watch=both)

    assert steps.drop_recalled(made, revised, both).alerts == made.alerts


def test_what_was_taken_back_is_news_again_when_another_source_tells_it() -> None:
    first = assessed(OLD)
    told = told_of(first)
    revised = steps.plan_revisions([gone()], told=told, watch=watch_of(), now=NOW)
    other = replace(article(f"{VOTE} Rain fell."), url="https://post.example/x", family="post", outlet="Post")

    made = assessed(other, known=steps.AssessmentInput(changes=(*first.changes, *revised.withdrawals)))

    assert [change.verdict for change in made.changes] == [Verdict.NEW]


def test_a_page_that_says_that_it_is_withdrawn_tells_nothing() -> None:
    made = assessed(article(f"{VOTE} {REST} This article has been retracted."))

    assert (made.judgements, made.readings[0].reason) == ((), "the page says that the article is withdrawn")


def test_two_pages_that_take_back_one_change_at_once_take_it_back_once() -> None:
    first = assessed(OLD)
    (change,) = first.changes
    post = article(f"{VOTE} Rain fell.")
    elsewhere = evidence(post, change_id=change.change_id, rank=1, url="https://post.example/x", origin="post")
    told = replace(told_of(first), evidence=[*told_of(first).evidence, elsewhere])

    revised = steps.plan_revisions(
        [gone(), replace(gone(), url="https://post.example/x")], told=told, watch=watch_of(), now=NOW
    )

    assert len(revised.withdrawals) == len(revised.alerts) == 1
    assert {check.finding for check in revised.checks} <= TAKEN_BACK
