"""A real scheduler with real workers, which are killed: what the writer gets is what it would have made itself."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
import pickle
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline import steps
from pipeline.fetch import Fetcher, FetchLimits
from pipeline.lab.backtest import load_articles
from pipeline.model import FetchRecord, PendingEntry
from pipeline.model.errors import SpreadError, WorkerError
from pipeline.model.text import content_id
from pipeline.reading.embedded import DEFAULT, ENGINES
from pipeline.runtime.settings import Settings
from pipeline.runtime.spread import ClusterPool, Pool, cluster, open_pool
from pipeline.runtime.workers import WorkerPool
from pipeline.watches import load_watch
from tests.fakes import FakeWeb
from tests.fetch.fetch_site import Site
from tests.runtime.spread.dask_cluster import ROOT, DaskCluster, descendants, until
from tests.runtime.spread.jobs import work_a_while
from tests.runtime.worker_jobs import double, loop_for_ever, pid, segfault
from tests.steps.test_steps import NOW, pending

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
HAITI = ROOT / "seeds" / "haiti"
ARTICLES = ROOT / "tests" / "bench" / "haiti" / "articles.jsonl"


def settings(farm: DaskCluster, *, only: bool = False, **more: Any) -> Settings:
    return Settings(spread=f"dask{'-only' if only else ''}:{farm.address}", workers=1, **more)


# -- the same, byte for byte ------------------------------------------------------------------------


async def test_pages_become_the_same_texts_over_a_cluster_as_here(farm: DaskCluster, shared: Path) -> None:
    truth = json.loads((shared / "pages" / "ground-truth.json").read_text("utf-8"))
    files = {name: shared / "pages" / "html" / f"{name}.html.gz" for name in sorted(truth)[:40]}
    bodies = {f"http://isle.test/{name}": gzip.decompress(file.read_bytes()) for name, file in files.items()}

    async def collected(pool: Pool) -> list[FetchRecord]:
        web = FakeWeb()
        for url, body in bodies.items():
            web.serves(url, body)
        every = (steps.collect_entry(_at(url), fetch=web.get, work=pool.run, held={}, now=NOW) for url in bodies)
        return [_timeless(record) for record in await asyncio.gather(*every)]

    async with open_pool(Settings(), pytest.fail) as here, open_pool(settings(farm, only=True), pytest.fail) as there:
        assert isinstance(there, ClusterPool)
        expected, found = await collected(here), await collected(there)

    assert [pickle.dumps(record) for record in found] == [pickle.dumps(record) for record in expected]
    assert sum(record.outcome == "stored" for record in found) >= 35


async def test_articles_read_over_a_cluster_give_the_same_assessment_as_here(farm: DaskCluster) -> None:
    watch = load_watch(HAITI)
    articles = load_articles(ARTICLES)
    reader = ENGINES[DEFAULT]()

    async with open_pool(settings(farm, only=True), pytest.fail) as pool:
        ahead = await pool.ahead(articles, watch, reader, DEFAULT)
    assert ahead is not reader

    def assessed(by: Any) -> steps.Assessment:
        return steps.assess(articles, known=steps.AssessmentInput(), reader=by, watch=watch, now=NOW)

    found, expected = assessed(ahead), assessed(reader)
    assert repr(found) == repr(expected)
    assert len(found.changes) >= 5


# -- politeness -------------------------------------------------------------------------------------


async def test_a_host_is_asked_at_its_spacing_however_many_workers_there_are(farm: DaskCluster, site: Site) -> None:
    grants = {".test": ("127.0.0.1", site.port)}
    limits = FetchLimits(spacing=0.5)
    async with (
        Fetcher(user_agent="test", limits=limits, grants=grants) as fetcher,
        open_pool(settings(farm, only=True), pytest.fail) as pool,
    ):
        urls = [f"http://lakeside.test/page?{number}" for number in range(6)]
        every = (steps.collect_entry(_at(u), fetch=fetcher.get_page, work=pool.run, held={}, now=NOW) for u in urls)
        await asyncio.gather(*every)

    assert sorted(path for path, _ in site.asked) == sorted(["/robots.txt", *(f"/page?{n}" for n in range(6))])
    # A server on a busy machine notes a request late; over all seven, that does not add up.
    assert site.starts[-1] - site.starts[0] >= 6 * 0.5 - 0.05
    assert min(b - a for a, b in itertools.pairwise(site.starts)) >= 0.25


# -- hostile pages ----------------------------------------------------------------------------------


async def test_a_page_that_kills_or_holds_its_reader_kills_no_worker(farm: DaskCluster) -> None:
    workers = [farm.processes[name].pid for name in ("one", "two")]
    async with open_pool(settings(farm, only=True, worker_deadline=1.0), pytest.fail) as pool:
        with pytest.raises(WorkerError) as held:
            await pool.run(loop_for_ever)
        with pytest.raises(WorkerError) as killed:
            await pool.run(segfault)  # is tried once more on this machine, and kills its reader here as well
        assert (held.value.code, killed.value.code) == ("deadline", "crashed")
        assert await pool.run(double, 21) == 42

    assert [farm.processes[name].poll() for name in ("one", "two")] == [None, None]
    assert workers == [farm.processes[name].pid for name in ("one", "two")]


async def test_documents_are_read_in_processes_of_the_workers_and_not_in_them(farm: DaskCluster) -> None:
    async with open_pool(settings(farm, only=True), pytest.fail) as pool:
        found = await pool.run(pid)
    workers = [farm.processes[name].pid for name in ("one", "two")]
    assert found not in workers
    assert any(found in descendants(worker) for worker in workers)


# -- losses -----------------------------------------------------------------------------------------


async def test_a_worker_that_is_killed_at_work_loses_nothing_and_brings_nothing_twice(started: DaskCluster) -> None:
    started.work("one")
    started.work("two")
    async with open_pool(settings(started, only=True), pytest.fail) as pool:
        jobs = [asyncio.ensure_future(pool.run(work_a_while, number)) for number in range(60)]
        await asyncio.to_thread(until, lambda: descendants(started.processes["one"].pid), "worker one at work")
        await asyncio.wait(jobs[:4], return_when=asyncio.ALL_COMPLETED)
        started.kill("one")
        assert not all(job.done() for job in jobs)
        results = await asyncio.gather(*jobs)

    assert results == list(range(60))


async def test_a_scheduler_that_dies_at_work_is_told_once_and_this_machine_goes_on(started: DaskCluster) -> None:
    started.work("one")
    notes: list[str] = []
    async with open_pool(settings(started), notes.append) as pool:
        assert await pool.run(double, 1) == 2
        jobs = [asyncio.ensure_future(pool.run(work_a_while, number)) for number in range(30)]
        await asyncio.wait(jobs[:2], return_when=asyncio.ALL_COMPLETED)
        started.kill("scheduler")
        results = await asyncio.gather(*jobs)

    assert results == list(range(30))
    assert set(notes) == {
        f"spread: the connection to the cluster at {started.address} was lost; this machine did the work itself"
    }


async def test_a_scheduler_that_comes_back_is_used_again(started: DaskCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "AWAY_FOR", 0.0)
    started.work("one")
    notes: list[str] = []
    async with open_pool(settings(started), notes.append) as pool:
        await pool.run(double, 1)
        started.kill("scheduler")
        await pool.run(double, 1)
        started.kill("one")
        started.schedule()
        started.work("again")
        notes.clear()
        found = await pool.run(pid)
        again = descendants(started.processes["again"].pid)
    assert notes == []
    assert found in again


async def test_a_cluster_that_can_not_be_reached_fails_a_run_that_wants_it(started: DaskCluster) -> None:
    started.kill("scheduler")
    async with _short_of_patience(started) as pool:
        with pytest.raises(SpreadError, match=rf"the cluster at {started.address} can't be reached"):
            await pool.run(double, 1)


async def test_a_cluster_that_wants_certificates_which_are_not_set_is_told(started: DaskCluster) -> None:
    notes: list[str] = []
    async with open_pool(Settings(spread=f"dask:{started.address.replace('tcp', 'tls')}"), notes.append) as pool:
        assert await pool.run(double, 21) == 42
    assert re.search(r"the cluster at tls://\S+ can't be reached \(TLS expects .*perhaps check your TLS", notes[0])


async def test_a_cluster_without_workers_does_not_hold_a_run_for_ever(started: DaskCluster) -> None:
    async with _short_of_patience(started) as pool:
        with pytest.raises(SpreadError, match=rf"the cluster at {started.address} has no workers"):
            await pool.run(double, 1)


async def test_a_worker_of_another_release_does_nothing(farm: DaskCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "fingerprint", lambda: "another release")
    notes: list[str] = []
    async with open_pool(settings(farm), notes.append) as pool:
        assert await pool.run(double, 21) == 42
    assert "runs other code than this machine" in notes[0]


# -- inside -----------------------------------------------------------------------------------------


@asynccontextmanager
async def _short_of_patience(farm: DaskCluster) -> AsyncIterator[ClusterPool]:
    there = cluster.Cluster(farm.address, connect=2.0, patience=3.0)
    async with WorkerPool(1) as here:
        try:
            yield ClusterPool(there, here, deadline=5.0, only=True, tell=pytest.fail)
        finally:
            await there.close()


def _at(url: str) -> PendingEntry:
    one = pending()
    return replace(one, entry=replace(one.entry, url=url, entry_id=content_id("entry", url)))


def _timeless(record: FetchRecord) -> FetchRecord:
    """``record`` without the seconds that the work took."""
    return replace(record, extract_elapsed=0.0, elapsed=0.0)
