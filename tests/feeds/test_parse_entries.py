"""From the items of a feed to entries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.feeds.entries import content_hash, entry_from
from pipeline.model import Entry, Feed, ParsedEntry, Precision, Role
from pipeline.model.text import content_id

NOW = datetime(2026, 3, 6, tzinfo=UTC)
FEED = Feed(
    feed_id=content_id("feed", "courier"),
    url="https://courier.example/feed",
    title="Courier",
    role=Role.OUTLET,
    family="courier",
    language="en",
    region="",
    expected_every=timedelta(days=1),
)
ITEM = ParsedEntry(
    guid="c-1",
    link="https://courier.example/a",
    title="Force approved",
    summary="The Council voted.",
    published=datetime(2026, 3, 5, tzinfo=UTC),
    precision=Precision.DAY,
)


def entries(*items: ParsedEntry, feed: Feed = FEED) -> list[Entry]:
    return [entry_from(item, feed, NOW) for item in items]


def test_an_entry_takes_over_what_its_item_says() -> None:
    (entry,) = entries(ITEM)

    assert (entry.feed_id, entry.guid, entry.url, entry.title) == (FEED.feed_id, "c-1", ITEM.link, ITEM.title)
    assert (entry.summary, entry.published, entry.precision) == (ITEM.summary, ITEM.published, Precision.DAY)
    assert entry.seen_at == NOW
    assert entry.entry_id == content_id("entry", FEED.feed_id, "c-1", entry.content_hash)


@pytest.mark.parametrize(
    "edit",
    [
        {"title": "Force rejected"},
        {"summary": ""},
        {"published": None},
        {"link": "https://courier.example/b"},
    ],
)
def test_a_silent_edit_is_a_new_revision(edit: dict[str, object]) -> None:
    before, after = entries(ITEM, replace(ITEM, **edit))

    assert before.entry_id != after.entry_id


def test_the_same_item_in_two_feeds_is_two_entries() -> None:
    other = replace(FEED, feed_id=content_id("feed", "other"))

    assert entries(ITEM)[0].entry_id != entries(ITEM, feed=other)[0].entry_id


def test_the_hash_starts_with_its_version_and_stays_as_it_is() -> None:
    assert content_hash(ITEM) == "01086a94a2c85aa52c8ae32d1e8f5ab464"  # raise HASH_VERSION if this must change


def test_text_that_moves_from_one_field_to_another_is_an_edit() -> None:
    moved = replace(ITEM, title="", summary=ITEM.title)

    assert content_hash(moved) != content_hash(replace(ITEM, summary=""))
