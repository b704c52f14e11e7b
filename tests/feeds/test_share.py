"""Which entries of which feeds and hosts a run takes, and in which order it asks for their pages."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from pipeline.feeds.schedule import Candidate, share_pages
from pipeline.model.text import content_id

NOW = datetime(2025, 9, 30, 12, tzinfo=UTC)


def entries(feed: str, *hosts: str, old: float = 0.0) -> list[Candidate]:
    """One entry of ``feed`` for each of ``hosts``, a minute apart, the first the newest: ``old`` hours before now."""
    told = [NOW - timedelta(hours=old, minutes=place) for place in range(len(hosts))]
    feed_id = content_id("feed", feed)
    return [
        Candidate(content_id(feed, str(place)), feed_id, host, told_at)
        for place, (host, told_at) in enumerate(zip(hosts, told, strict=True))
    ]


def hosts_of(chosen: list[Candidate]) -> list[str]:
    return [one.host for one in chosen]


def test_of_one_feed_the_newest_are_taken_first() -> None:
    waiting = entries("times", *(f"{place}.test" for place in range(5)))

    assert hosts_of(share_pages(reversed(waiting), 3)) == ["0.test", "1.test", "2.test"]


def test_a_feed_with_thousands_of_newer_entries_leaves_the_others_all_that_they_have() -> None:
    flood = entries("flood", *["flood.test"] * 5_000)
    good = entries("good", *["good.test"] * 3, old=48)

    chosen = share_pages([*flood, *good], 500)

    assert Counter(hosts_of(chosen)) == {"flood.test": 497, "good.test": 3}
    assert hosts_of(chosen[:6]).count("good.test") == 3


def test_a_feed_gains_nothing_by_spreading_its_entries_over_thousands_of_hosts() -> None:
    flood = entries("flood", *(f"{place}.flood.test" for place in range(5_000)))
    good = entries("good", *["good.test"] * 40, old=48)

    chosen = share_pages([*flood, *good], 50)

    assert hosts_of(chosen).count("good.test") == 25
    assert hosts_of(chosen[:2]).count("good.test") == 1


def test_twenty_feeds_on_one_host_share_what_that_host_gets() -> None:
    many = [one for feed in range(20) for one in entries(f"many {feed}", *["many.test"] * 100)]
    good = entries("good", *["good.test"] * 100, old=48)

    chosen = share_pages([*many, *good], 100)

    assert Counter(hosts_of(chosen)) == {"many.test": 50, "good.test": 50}
    assert len({one.feed_id for one in chosen}) == 21


def test_within_a_feed_a_host_with_many_pages_does_not_keep_back_those_of_others() -> None:
    mixed = entries("mixed", *["slow.test"] * 50, "quick.test", "other.test")

    assert set(hosts_of(share_pages(mixed, 3))) == {"slow.test", "quick.test", "other.test"}


def test_all_are_taken_where_there_is_room() -> None:
    waiting = [*entries("one", *["a.test"] * 7), *entries("two", "b.test", "a.test")]

    assert sorted(share_pages(waiting, 500)) == sorted(waiting)


def test_the_choice_does_not_depend_on_the_order_in_which_entries_are_given() -> None:
    waiting = [*entries("one", *["a.test"] * 7), *entries("two", *["b.test"] * 4)]

    assert share_pages(waiting, 6) == share_pages(waiting[::-1], 6)
