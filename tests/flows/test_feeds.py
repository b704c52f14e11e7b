"""The feeds of a run: what each brings is handed over, whatever becomes of the others."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from flows.run.feeds import Feeds
from flows.run.request import WatchRequest
from pipeline.model import FeedState, PollOutcome
from tests.fakes import FakeWeb, rss
from tests.storage.builders import NOW, make_feed

GOOD, BAD = "https://courier.example/feed.xml", "https://herald.example/feed.xml"


def feeds() -> Feeds:
    """The feeds of a run whose parser has a fault that one of the two meets."""
    page = "https://courier.example/vote"
    web = FakeWeb().serves(GOOD, rss(("1", page, "Vote")), "application/rss+xml")
    web.serves(BAD, rss(("2", page, "Fault")), "application/rss+xml")

    async def work(function: Any, body: bytes, *args: object) -> Any:
        if b"Fault" in body:
            raise KeyError("a fault of ours")
        return function(body, *args)

    fetcher, pool = SimpleNamespace(get=web.get), SimpleNamespace(run=work)
    return Feeds(WatchRequest(folder="seeds/haiti"), cast("Any", fetcher), cast("Any", pool), lambda *_: None)


async def test_a_fault_in_one_feed_takes_nothing_from_the_others_and_is_raised_after_them() -> None:
    run = feeds()
    run.ask([FeedState(make_feed("bad", url=BAD)), FeedState(make_feed("good", url=GOOD))], NOW)

    records = await run.wave(whole=True)

    assert [record.outcome for record in records] == [PollOutcome.OK]
    assert not run.are_pending
    with pytest.raises(KeyError, match="a fault of ours"):
        run.raise_error()


async def test_a_fault_is_raised_once() -> None:
    run = feeds()
    run.ask([FeedState(make_feed("bad", url=BAD))], NOW)
    await run.wave(whole=True)
    with pytest.raises(KeyError):
        run.raise_error()

    run.raise_error()
