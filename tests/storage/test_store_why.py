"""The trail: where everything went, and why it ended there."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pipeline.model import PollOutcome, Silence
from pipeline.model.errors import UsageError
from pipeline.storage import Store
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
)

ENTRY = make_entry()
ARTICLE = make_article(ENTRY)
CLAIM = make_claim(ARTICLE)
CHANGE = make_change(CLAIM)
ALERT = make_alert(CHANGE)
DELIVERY = make_delivery(ALERT)


def add_article(store: Store) -> Store:
    store.add_polls(RUN, [make_poll(ENTRY)])
    store.add_fetches(RUN, [make_fetch(ENTRY, ARTICLE)])
    return store


@pytest.fixture
def read(store: Store) -> Store:
    """A store with one article, not read yet."""
    return add_article(store)


@pytest.fixture(scope="module")
def alerted(shared_store: Store) -> Store:
    """A store with one article, one change and one delivered alert, to be read only."""
    read = add_article(shared_store)
    reading, judgement = make_reading(ARTICLE, CLAIM), make_judgement(CLAIM, CHANGE)
    read.add_assessment(RUN, WATCH, [reading], [judgement], [ALERT], [], {ARTICLE.article_id: "times"})
    read.add_deliveries(RUN, [DELIVERY])
    return read


@pytest.mark.parametrize(
    "asked",
    [
        ENTRY.url,
        f"http://www.{ENTRY.url.removeprefix('https://')}/#comments",
        str(ENTRY.entry_id),
        str(ARTICLE.article_id).upper(),
        str(CLAIM.claim_id),
        str(CHANGE.change_id),
        str(CHANGE.change_id)[:8],
        str(ALERT.alert_id),
        str(DELIVERY.delivery_id),
        str(make_fetch(ENTRY, ARTICLE).fetch_id),
    ],
)
def test_the_whole_trail_is_found_from_any_of_its_parts(alerted: Store, asked: str) -> None:
    trail = alerted.why(WATCH, asked)
    assert [row["url"] for row in trail.feeds] == [make_feed().url]
    assert [row["entry_id"] for row in trail.entries] == [ENTRY.entry_id]
    assert [row["outcome"] for row in trail.fetches] == ["stored"]
    assert [row["article_id"] for row in trail.articles] == [ARTICLE.article_id]
    assert [row["engine"] for row in trail.readings] == ["rules-1"]
    assert [(row["claim_id"], row["verdict"]) for row in trail.claims] == [(CLAIM.claim_id, "new")]
    assert [row["change_id"] for row in trail.changes] == [CHANGE.change_id]
    assert [row["alert_id"] for row in trail.alerts] == [ALERT.alert_id]
    assert [row["outcome"] for row in trail.deliveries] == ["delivered"]
    assert trail.ends == "An alert was delivered to console on 01 Oct 2025 12:01 UTC."


def test_a_pending_alert_says_why_it_is_pending(read: Store) -> None:
    read.add_assessment(RUN, WATCH, [], [make_judgement(CLAIM, CHANGE)], [ALERT], [], {})
    assert read.why(WATCH, ENTRY.url).ends == "An alert to console is pending."
    read.add_deliveries(RUN, [make_delivery(ALERT, error="no route", retry_at=NOW)])
    assert read.why(WATCH, ENTRY.url).ends == "An alert to console is pending after 1 failed attempts: no route."


def test_a_change_without_an_alert_says_why(read: Store) -> None:
    silence = Silence(CHANGE.change_id, "confidence 0.20 is under the 0.50 of rule 'all'")
    read.add_assessment(RUN, WATCH, [], [make_judgement(CLAIM, CHANGE)], [], [silence], {})
    assert "no alert was due: confidence 0.20 is under the 0.50" in read.why(WATCH, ENTRY.url).ends


def test_claims_that_moved_nothing_say_why(read: Store) -> None:
    read.add_assessment(RUN, WATCH, [make_reading(ARTICLE, CLAIM)], [make_judgement(CLAIM)], [], [], {})
    ends = read.why(WATCH, ENTRY.url).ends
    assert ends == ("It was read, and none of its claims changed the board: stale (older than what the board holds).")


def test_an_article_without_claims_says_why(read: Store) -> None:
    read.add_assessment(RUN, WATCH, [make_reading(ARTICLE, reason="it does not name the mission")], [], [], [], {})
    assert read.why(WATCH, ENTRY.url).ends == "It was read and makes no claim: it does not name the mission."


def test_an_article_that_waits_to_be_read_says_so(read: Store) -> None:
    assert read.why(WATCH, ENTRY.url).ends == "The article is stored and has not been read yet."


def test_an_entry_whose_page_failed_says_when_it_is_tried_again(store: Store) -> None:
    store.add_polls(RUN, [make_poll(ENTRY)])
    assert store.why(WATCH, ENTRY.url).ends == "The entry is known and its page has not been fetched yet."
    store.add_fetches(RUN, [make_fetch(ENTRY, retry_at=NOW)])
    assert store.why(WATCH, ENTRY.url).ends == (
        "Its page could not be fetched: timeout: the page did not come; next attempt after 01 Oct 2025 12:00 UTC."
    )
    store.add_fetches(RUN, [make_fetch(ENTRY, attempt=2, outcome="refused", reason="too-large: 50 MB")])
    assert store.why(WATCH, ENTRY.url).ends == "Its page was refused for good: too-large: 50 MB."


def test_an_older_revision_names_the_newer_one(store: Store) -> None:
    newer = make_entry(content_hash="new", url="https://times.example/moved", seen_at=NOW + timedelta(hours=1))
    store.add_polls(RUN, [make_poll(ENTRY, newer)])
    assert f"newer revision of the same item, {newer.entry_id}" in store.why(WATCH, ENTRY.url).ends


def test_the_baseline_s_article_is_known_too(store: Store) -> None:
    trail = store.why(WATCH, "https://seed.example/article")
    assert [row["value"] for row in trail.changes] == ["led by Kenya"]
    assert trail.ends == "It is part of the baseline: known at the start, so no alert was due."


def test_a_feed_s_address_tells_its_health(store: Store) -> None:
    store.add_polls(RUN, [make_poll(outcome=PollOutcome.HTML, reason="a page of HTML")])
    trail = store.why(WATCH, make_feed().url)
    assert trail.ends == "It is a feed of the watch, in state html: a page of HTML."


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("https://nowhere.example/", "Nothing is known of the address https://nowhere.example/: it is none of a feed"),
        ("00000000-0000-0000-0000-000000000000", "Nothing is known of the id 00000000"),
        ("' OR 1=1 --", "Nothing is known of the address"),
        ("%", "Nothing is known of the address"),
        ("  ", "An address or an id is needed"),
        ("x" * 10_000, "An address or an id is needed"),
    ],
)
def test_what_is_not_known_says_what_was_looked_for(alerted: Store, asked: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        alerted.why(WATCH, asked)


def test_another_watch_is_told_nothing_of_it(alerted: Store) -> None:
    with pytest.raises(UsageError, match="of the watch aussom"):
        alerted.why("aussom", ENTRY.url)
    with pytest.raises(UsageError):
        alerted.why("aussom", str(CHANGE.change_id))
