"""Later looks in the store: which pages are due, what rests on them, and what is taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.alerts.recalls import Page, check_page, plan_recalls
from pipeline.board.fold import fold
from pipeline.model import Change, Evidence, RecheckResult, SentAlert, Verdict
from pipeline.model.text import content_id
from pipeline.storage import Store, open_store
from pipeline.storage.queries.changes import change_rows
from tests.board.test_fold_properties import histories
from tests.storage.builders import (
    NOW,
    RUN,
    WATCH,
    make_alert,
    make_article,
    make_change,
    make_claim,
    make_delivery,
    make_entry,
    make_feed,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
    make_run,
    make_watch,
)
from tests.storage.earlier import unpack

ENTRY = make_entry("vote")
ARTICLE = make_article(ENTRY)
CLAIM = make_claim(ARTICLE)
CHANGE = make_change(CLAIM)
ALERT = make_alert(CHANGE)
POST = make_feed("post")
OTHER_ENTRY = make_entry("vote", POST)
OTHER = make_article(OTHER_ENTRY, "So says the Post.", outlet="Post", family="post")
OTHER_CLAIM = make_claim(OTHER)
LATER = NOW + timedelta(hours=6)
GONE = Page(ENTRY.url, gone="it answers 410 (Gone)")


@pytest.fixture
def store(store: Store) -> Store:
    """A store in which one article has made a change, and an alert is planned about it."""
    store.start_run(make_run())
    store.sync_watch(make_watch(make_feed(), POST), NOW)
    store.add_polls(RUN, [make_poll(ENTRY), make_poll(OTHER_ENTRY, feed=POST)])
    store.add_fetches(RUN, [make_fetch(ENTRY, ARTICLE, etag='"v1"', last_modified="yesterday")])
    store.add_assessment(RUN, WATCH, [make_reading(ARTICLE, CLAIM)], [make_judgement(CLAIM, CHANGE)], [ALERT], [], {})
    return store


def confirmed(store: Store) -> None:
    """The Post says so too."""
    store.add_fetches(RUN, [make_fetch(OTHER_ENTRY, OTHER)])
    judgement = make_judgement(OTHER_CLAIM, verdict=Verdict.CONFIRMS, against=CHANGE.change_id)
    store.add_assessment(RUN, WATCH, [make_reading(OTHER, OTHER_CLAIM)], [judgement], [], [], {})


def take_back(store: Store, page: Page = GONE) -> RecheckResult:
    changes = {change.change_id: change for change in store.load_changes(WATCH)}
    checks, withdrawals = check_page(page, store.evidence_at(WATCH, [page.url]), changes, LATER)
    alerts = store.alerts_about(WATCH, changes)
    recalls, messages = plan_recalls(checks, changes, alerts, {}, make_watch(), LATER)
    revised = RecheckResult(checks, withdrawals, recalls, messages)
    store.add_assessment(RUN, WATCH, [], [], [], [], {}, revised)
    return revised


def test_the_page_behind_an_alert_comes_with_what_is_sent_to_look_again(store: Store) -> None:
    (page,) = store.pages_to_check(WATCH, NOW - timedelta(days=14))

    assert (page.pending.entry, page.pending.attempts) == (replace(ENTRY, summary=""), 1)
    assert (page.told_at, page.seen_at, page.etag, page.last_modified) == (NOW, NOW, '"v1"', "yesterday")
    assert (page.held, page.text) == ((ARTICLE.article_id, ARTICLE.text_hash), ARTICLE.text)


def test_the_pages_of_older_alerts_are_left_alone(store: Store) -> None:
    assert store.pages_to_check(WATCH, NOW + timedelta(seconds=1)) == []


def test_a_page_that_confirms_what_was_told_is_behind_the_alert_too(store: Store) -> None:
    confirmed(store)

    assert {page.pending.entry.url for page in store.pages_to_check(WATCH, NOW)} == {ENTRY.url, OTHER_ENTRY.url}


@pytest.mark.parametrize(("status", "missing"), [(404, True), (410, True), (503, False)])
def test_a_look_that_found_nothing_is_remembered(store: Store, status: int, missing: bool) -> None:
    store.add_fetches(RUN, [make_fetch(ENTRY, attempt=2, fetched_at=LATER, outcome="refused", status=status)])

    (page,) = store.pages_to_check(WATCH, NOW)

    assert (page.seen_at, page.was_missing, page.etag) == (LATER, missing, '"v1"')


def test_a_later_text_of_a_page_is_an_article_to_be_read_that_names_the_one_before(store: Store) -> None:
    new = make_article(ENTRY, "The Council did not decide.", fetched_at=LATER)
    store.add_fetches(RUN, [make_fetch(ENTRY, new, attempt=2, fetched_at=LATER)])

    assert store.articles_to_read(WATCH, 10) == [new]
    row = store._db.rows("SELECT revises, revised_at FROM articles WHERE article_id = ?", [new.article_id])
    assert row == [{"revises": ARTICLE.article_id, "revised_at": LATER}]
    assert store.revisions_by_url([ENTRY.url]) == {ENTRY.url: 1}


def test_a_page_that_goes_back_to_its_first_text_has_no_further_revision(store: Store) -> None:
    new = make_article(ENTRY, "The Council did not decide.", fetched_at=LATER)
    for number, article in enumerate((new, ARTICLE), start=2):
        store.add_fetches(RUN, [make_fetch(ENTRY, article, attempt=number)])

    assert store.revisions_by_url([ENTRY.url]) == {ENTRY.url: 1}


def test_the_evidence_is_all_that_says_so_here_and_elsewhere(store: Store) -> None:
    confirmed(store)

    assert store.evidence_at(WATCH, [ENTRY.url]) == [
        Evidence(CHANGE.change_id, CLAIM, ENTRY.url, "times", 0, ARTICLE.text),
        Evidence(CHANGE.change_id, OTHER_CLAIM, OTHER_ENTRY.url, "post", 1, OTHER.text),
    ]


def test_what_is_taken_back_leaves_the_board_and_stays_in_the_changes(store: Store) -> None:
    before = {row["change_id"] for row in store.board(WATCH)}
    take_back(store)

    assert before - {row["change_id"] for row in store.board(WATCH)} == {CHANGE.change_id}
    assert [row["verdict"] for row in store.changes(WATCH, NOW - timedelta(days=30))] == ["new", "withdrawn"]
    assert {row["change_id"] for row in store.board(WATCH, known_at=NOW)} == before


def test_an_alert_that_was_not_delivered_is_withdrawn_and_never_due(store: Store) -> None:
    assert [pending.alert for pending in store.alerts_due(WATCH, LATER, 10)] == [ALERT]
    take_back(store)

    assert store.alerts_due(WATCH, LATER, 10) == []
    assert store._db.rows("SELECT state, recall_reason FROM alerts") == [
        {"state": "withdrawn", "recall_reason": "the page is gone: it answers 410 (Gone)"}
    ]


def test_an_alert_that_was_delivered_is_recalled_once(store: Store) -> None:
    store.add_deliveries(RUN, [make_delivery(ALERT)])
    (message,) = take_back(store).alerts

    assert [pending.alert for pending in store.alerts_due(WATCH, LATER, 10)] == [message]
    assert take_back(store) == RecheckResult()
    assert store._db.rows("SELECT kind, state FROM alerts ORDER BY kind") == [
        {"kind": "alert", "state": "delivered"},
        {"kind": "recall", "state": "pending"},
    ]


def test_what_a_second_origin_says_stands_with_one_source_less(store: Store) -> None:
    confirmed(store)
    sources = "SELECT sources FROM board WHERE verdict = 'new'"
    before = store._db.value(sources)

    (check,) = take_back(store).checks

    assert (before, store._db.value(sources)) == (2, 1)
    assert (check.supported_by, check.withdrawal_id) == ("post", None)


def test_when_the_second_origin_takes_it_back_too_it_is_gone(store: Store) -> None:
    confirmed(store)
    take_back(store)

    revised = take_back(store, Page(OTHER_ENTRY.url, gone="it answers 410 (Gone)"))

    assert [change.supersedes for change in revised.withdrawals] == [CHANGE.change_id]


def test_a_page_whose_changes_were_all_taken_back_is_looked_at_no_more(store: Store) -> None:
    take_back(store)

    assert store.pages_to_check(WATCH, NOW - timedelta(days=14)) == []


def test_an_alert_comes_with_its_changes_and_its_delivery(store: Store) -> None:
    assert store.alerts_about(WATCH, [CHANGE.change_id]) == [SentAlert(ALERT)]
    store.add_deliveries(RUN, [make_delivery(ALERT)])
    assert store.alerts_about(WATCH, [CHANGE.change_id]) == [SentAlert(ALERT, NOW + timedelta(minutes=1))]


def test_a_store_from_before_recalls_gets_them_and_keeps_what_it_holds(tmp_path: Path) -> None:
    with open_store(unpack("chat_answers", tmp_path)) as store:
        assert store._db.value("SELECT count(*) FROM board") == 2
        assert store._db.value("SELECT count(*) FROM recalls") == 0


@st.composite
def with_withdrawals(draw: st.DrawFn) -> list[Change]:
    """A history in which some changes were taken back later."""
    changes = draw(histories())
    out = list(changes)
    for change in changes:
        if draw(st.booleans()):
            gone = replace(
                change,
                change_id=content_id("withdrawal", change.change_id),
                verdict=Verdict.WITHDRAWN,
                supersedes=change.change_id,
            )
            out.insert(draw(st.integers(out.index(change) + 1, len(out))), gone)
    return out


@given(with_withdrawals())
def test_a_board_is_as_if_what_was_taken_back_had_never_been(changes: list[Change]) -> None:
    lost = {change.supersedes for change in changes if change.verdict is Verdict.WITHDRAWN}
    rest = [c for c in changes if c.verdict is not Verdict.WITHDRAWN and c.change_id not in lost]

    assert dict(fold(changes)) == dict(fold(rest))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(with_withdrawals())
def test_the_view_is_the_fold_with_withdrawals_too(shared_store: Store, changes: list[Change]) -> None:
    shared_store._db.run("DELETE FROM change")
    shared_store._db.insert("change", change_rows(changes, RUN, 1))

    board = {row["change_id"] for row in shared_store._db.rows("SELECT change_id FROM board")}

    assert board == {row.change.change_id for row in fold(changes).values()}
