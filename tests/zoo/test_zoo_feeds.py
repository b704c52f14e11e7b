"""Each hostile feed through the real poll step: over soon, with the outcome that its row tells."""

from __future__ import annotations

import asyncio

import pytest

from pipeline.fetch import Fetcher
from pipeline.model import PollRecord
from pipeline.runtime.workers import WorkerPool
from tests.zoo.feed_cases import FEEDS, FeedCase
from tests.zoo.keeper import SECONDS, check_harmless, code_of, poll
from tests.zoo.site import Site
from tests.zoo.wire import WIRES, Wire

pytestmark = pytest.mark.slow


def rows(cases: tuple[FeedCase, ...] | tuple[Wire, ...]) -> list[object]:
    return [pytest.param(c, id=c.name, marks=[pytest.mark.slow] if c.slow else []) for c in cases]


def recorded(record: PollRecord, *, dated: bool) -> str:
    """The outcome, and the number of entries or the class of the refusal; the first entry's date where it is asked."""
    if record.outcome not in {"ok", "empty"}:
        return f"{record.outcome} {code_of(record.reason)}"
    told = f"{record.outcome} {len(record.entries)}"
    if not dated:
        return told
    time = record.entries[0].published
    return f"{told} {time:%Y-%m-%d %H:%M}" if time else f"{told} undated"


def test_there_are_at_least_sixty_cases_of_our_own_each_with_a_name_of_its_own() -> None:
    names = [case.name for case in (*FEEDS, *WIRES)]

    assert len(FEEDS) >= 60
    assert len(names) == len(set(names))


@pytest.mark.parametrize("case", rows(FEEDS))
async def test_a_hostile_feed_is_over_soon_with_its_recorded_outcome(
    case: FeedCase, site: Site, fetcher: Fetcher, pool: WorkerPool
) -> None:
    async with asyncio.timeout(SECONDS):
        record = await poll(site.url(f"feed-{case.name}"), fetcher, pool)

    assert recorded(record, dated=len(case.told.split()) > 2) == case.told
    if case.shows:
        first = record.entries[0]
        assert case.shows in (first.title, first.url)
    assert "root:" not in repr(record)
    assert site.forbidden == 0
    check_harmless(record)


@pytest.mark.parametrize("wire", rows(WIRES))
async def test_a_server_that_answers_badly_is_left_with_the_reason(
    wire: Wire, site: Site, fetcher: Fetcher, pool: WorkerPool
) -> None:
    async with asyncio.timeout(SECONDS):
        record = await poll(site.url(f"feed-wire-{wire.name}"), fetcher, pool)

    assert ("read" if record.entries else code_of(record.reason)) in wire.told.split(" or ")
    assert record.next_due > record.polled_at
    assert site.forbidden == 0
    check_harmless(record)
