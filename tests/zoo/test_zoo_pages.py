"""Each hostile page through the real collect step: over soon, with the outcome that its row tells."""

from __future__ import annotations

import asyncio

import pytest

from pipeline.fetch import Fetcher
from pipeline.runtime.workers import WorkerPool
from tests.zoo.keeper import NOW, SECONDS, check_harmless, code_of, collect
from tests.zoo.page_cases import PAGES, STORY, PageCase
from tests.zoo.site import Site
from tests.zoo.test_zoo_feeds import rows
from tests.zoo.wire import WIRES, Wire

pytestmark = pytest.mark.slow


def test_there_are_at_least_forty_pages_of_our_own_each_with_a_name_of_its_own() -> None:
    assert len(PAGES) >= 40
    assert len(PAGES) == len({case.name for case in PAGES})


@pytest.mark.parametrize("case", rows(PAGES))
async def test_a_hostile_page_is_over_soon_with_its_recorded_outcome(
    case: PageCase, site: Site, fetcher: Fetcher, pool: WorkerPool
) -> None:
    async with asyncio.timeout(SECONDS):
        record = await collect(site.url(f"page-{case.name}"), fetcher, pool)

    told = record.outcome if record.article else f"{record.outcome} {code_of(record.reason)}"
    assert told == case.told
    if record.article:
        assert [part for part in STORY if part not in record.article.text] == []
        assert record.article.published <= NOW
        for never in ("<script", "alert(1)", "root:", "haha"):
            assert never not in record.article.title + record.article.author + record.article.text
    assert site.forbidden == 0
    check_harmless(record)


@pytest.mark.slow  # the quick suite meets these answers by polling
@pytest.mark.parametrize("wire", rows(WIRES))
async def test_a_server_that_answers_badly_is_left_with_the_reason(
    wire: Wire, site: Site, fetcher: Fetcher, pool: WorkerPool
) -> None:
    async with asyncio.timeout(SECONDS):
        record = await collect(site.url(f"page-wire-{wire.name}"), fetcher, pool)

    assert ("read" if record.article else code_of(record.reason)) in wire.told.split(" or ")
    assert site.forbidden == 0
    check_harmless(record)
