"""A feed whose neighbour has thousands of entries, on a host that wants long pauses: its news does not wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.run.request import WatchRequest
from pipeline.model import RunRecord
from pipeline.storage import hold_run
from tests.neighbours import SLOW_HOST, flood, make_watch, send
from tests.outlet import Outlet, serving
from tests.reading.llm.standin import agrees
from tests.reading.llm.standin import serving as model_server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore"),  # Prefect leaves sockets to the garbage collector
]

NOW = datetime(2025, 9, 30, 12, tzinfo=UTC)
LIMIT = 60.0  # seconds for what takes five on an idle machine


@pytest.fixture
def good(monkeypatch: pytest.MonkeyPatch, slow: Outlet) -> Iterator[Outlet]:
    """An outlet with one story, that moves the board."""
    with serving(Outlet()) as running:
        monkeypatch.setenv("MISSIONWATCH_OWN_SERVERS", f"{running.grant},{slow.grant}")
        send(running, "Ghana", 120, NOW - timedelta(days=30))  # older than all that the neighbour has
        yield running


@pytest.fixture
def slow() -> Iterator[Outlet]:
    """An outlet with thousands of entries, that asks for long pauses between its pages."""
    with serving(Outlet(host=SLOW_HOST)) as running:
        flood(running, NOW - timedelta(days=9))
        yield running


@pytest.fixture
def watch(tmp_path: Path, good: Outlet, slow: Outlet) -> Path:
    return make_watch(tmp_path / "tarsk", good, slow)


async def one_round(watch: Path, data: Path, interval: float) -> RunRecord:
    from flows.monitor import monitor

    return await monitor(WatchRequest(folder=watch, data_dir=data, interval=interval))


async def until_told(data: Path) -> float:
    """Wait until there is an alert in the file channel; the seconds that it took."""
    started = time.monotonic()
    while not any((data / "alerts").glob("*.jsonl")):
        if time.monotonic() - started > LIMIT:
            raise AssertionError(f"no alert after {LIMIT:.0f} s")
        await asyncio.sleep(0.05)
    return time.monotonic() - started


def take_over(data: Path) -> float:
    """Wait for the right to run in the folder, as the next run does; the seconds that it took."""
    started = time.monotonic()
    with hold_run(data, wait=LIMIT):
        return time.monotonic() - started


async def test_an_alert_does_not_wait_for_a_neighbour_and_the_next_run_does_not_either(
    watch: Path, slow: Outlet, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    run = asyncio.create_task(one_round(watch, data, interval=600))

    told = await until_told(data)
    under_way = not run.done()
    waited = await asyncio.to_thread(take_over, data)
    done = await run
    print(f"told after {told:.1f} s; the next run waited {waited:.1f} s")

    assert under_way, "the run was to go on with the neighbour's pages"
    assert waited < LIMIT / 2
    assert (done.counts["articles_new"], done.counts["changes"]) == (1, 1)
    assert done.counts["pages_put_off"] > 400
    assert sum(slow.asked.values()) <= 3  # its feed, its robots.txt, and one page at most


async def test_a_run_whose_next_one_comes_soon_does_not_begin_to_wait(
    watch: Path, slow: Outlet, tmp_path: Path
) -> None:
    done = await one_round(watch, tmp_path / "data", interval=10)

    assert (done.counts["articles_new"], done.counts["changes"]) == (1, 1)
    assert slow.asked == {"/feed.xml": 1, "/robots.txt": 1}  # no page: the first may be asked for in 20 s only


async def test_a_run_that_another_waits_for_from_the_first_brings_its_news_all_the_same(
    watch: Path, slow: Outlet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.run.pages.is_run_wanted", lambda folder: True)

    done = await one_round(watch, tmp_path / "data", interval=600)

    assert (done.counts["articles_new"], done.counts["changes"]) == (1, 1)
    assert done.counts["pages_put_off"] > 400


async def test_a_model_that_is_away_is_asked_once_in_a_run_however_often_the_run_reads(
    watch: Path, slow: Outlet, tmp_path: Path
) -> None:
    slow.puts("/robots.txt", "User-agent: *\nCrawl-delay: 1\n", "text/plain")  # so that its pages come one by one
    with model_server(agrees, *["401"] * 9) as model:
        choice = f'\n[reader]\nkind = "llm"\nmodel = "small"\nendpoint = "{model.endpoint}"\n'
        (watch / "watch.toml").write_text((watch / "watch.toml").read_text("utf-8") + choice, "utf-8")
        done = await one_round(watch, tmp_path / "data", interval=10)

    assert (done.counts["articles_new"], done.counts["articles_waiting"]) == (1, 1)
    assert len(model.requests) == done.counts["llm_calls"] == 1


async def test_what_was_put_off_is_asked_for_by_the_next_run_and_nothing_is_asked_for_twice(
    watch: Path, good: Outlet, slow: Outlet, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    slow.puts("/robots.txt", "User-agent: *\nCrawl-delay: 1\n", "text/plain")

    rounds = [await one_round(watch, data, interval=10) for _ in range(2)]

    assert [good.asked[story.path] for story in good.stories] == [1]
    pages = {path: times for path, times in slow.asked.items() if path[1:].isdigit()}
    assert set(pages.values()) == {1}
    assert set(pages) == {f"/{number}" for number in range(len(pages))}  # the newest first
    assert len(pages) + 1 == sum(done.counts["pages"] for done in rounds)
    assert [done.counts["articles_new"] for done in rounds] == [1, 0]
