"""The zoo: its server, and the real fetcher and workers that meet it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from pipeline.fetch import Fetcher
from pipeline.runtime.workers import WorkerPool
from tests.zoo.keeper import LIMITS, all_answers
from tests.zoo.site import Site, serving


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with serving(all_answers()) as site:
        yield site


@pytest.fixture(scope="session")
def pool() -> Iterator[WorkerPool]:
    pool = WorkerPool(1)
    yield pool
    asyncio.run(pool.close())


@pytest.fixture
async def fetcher(site: Site) -> AsyncIterator[Fetcher]:
    async with Fetcher(user_agent="Missionwatch test", limits=LIMITS, grants=site.grants) as fetcher:
        yield fetcher
