"""A feed that answers slowly: the news of the others does not wait for it, and its own comes in the same run."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.run.request import WatchRequest
from tests.flows.test_starving import until_told
from tests.neighbours import SLOW_HOST, make_watch, send
from tests.outlet import Outlet, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore"),  # Prefect leaves sockets to the garbage collector
]

NOW = datetime(2025, 9, 30, 12, tzinfo=UTC)
Counts = Mapping[str, int]
Run = Callable[[WatchRequest], Awaitable[Counts]]


@pytest.fixture
def slow() -> Iterator[Outlet]:
    """An outlet with one story, that moves the board."""
    with serving(Outlet(host=SLOW_HOST)) as running:
        send(running, "Nepal", 300, NOW - timedelta(days=2))
        yield running


@pytest.fixture
def good(monkeypatch: pytest.MonkeyPatch, slow: Outlet) -> Iterator[Outlet]:
    """Another of the same kind, that answers at once."""
    with serving(Outlet()) as running:
        monkeypatch.setenv("MISSIONWATCH_OWN_SERVERS", f"{running.grant},{slow.grant}")
        send(running, "Ghana", 120, NOW - timedelta(days=3))
        yield running


@pytest.fixture
def answers(slow: Outlet) -> Iterator[threading.Event]:
    """Lets the slow feed answer, once it is set."""
    event = slow.holds_back("/feed.xml")
    yield event
    event.set()


@pytest.fixture
def watch(tmp_path: Path, good: Outlet, slow: Outlet) -> Path:
    return make_watch(tmp_path / "tarsk", good, slow)


async def a_round(request: WatchRequest) -> Counts:
    from flows.monitor import monitor

    return (await monitor(request)).counts


async def a_poll_that_goes_on(request: WatchRequest) -> Counts:
    from flows.poll import poll

    return await poll(request.model_copy(update={"go_on": True}))


@pytest.mark.parametrize("run", [a_round, a_poll_that_goes_on])
async def test_an_alert_does_not_wait_for_a_slow_feed_whose_own_news_is_told_in_the_same_run(
    run: Run, watch: Path, answers: threading.Event, tmp_path: Path
) -> None:
    under_way = asyncio.create_task(run(WatchRequest(folder=watch, data_dir=tmp_path / "data")))

    await until_told(tmp_path / "data")
    was_done = under_way.done()
    answers.set()
    counts = await under_way

    assert not was_done
    assert [counts[name] for name in ("feeds_due", "feeds_failed", "entries_new", "articles_new", "changes")] == [
        2, 0, 2, 2, 2,
    ]  # fmt: skip


async def test_a_round_is_blind_only_once_the_slow_feed_has_failed_too(
    watch: Path, good: Outlet, slow: Outlet, answers: threading.Event, tmp_path: Path
) -> None:
    from flows.monitor import monitor
    from flows.run.pages import FIRST_WAVE

    del good.pages["/feed.xml"], slow.pages["/feed.xml"]
    asyncio.get_running_loop().call_later(2 * FIRST_WAVE, answers.set)
    state = await monitor(WatchRequest(folder=watch, data_dir=tmp_path / "data"), return_state=True)

    assert (state.type, state.name) == ("FAILED", "Blind")
    assert state.message.startswith("Not one of the 2 feeds could be read.")


async def test_a_poll_that_nothing_follows_waits_for_all_feeds(
    watch: Path, answers: threading.Event, tmp_path: Path
) -> None:
    from flows.poll import poll
    from flows.run.pages import FIRST_WAVE

    asyncio.get_running_loop().call_later(2 * FIRST_WAVE, answers.set)
    counts = await poll(WatchRequest(folder=watch, data_dir=tmp_path / "data"))

    assert (counts["feeds_due"], counts["entries_new"]) == (2, 2)
