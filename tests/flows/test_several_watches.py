"""Two watches in one store: each its own board, alerts and runs; and what pause, rename and archive do to a round."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows.run.request import WatchRequest
from pipeline.model import RunRecord, Standing, WatchState
from pipeline.model.errors import NotWatchedError
from pipeline.storage import open_published, open_store
from pipeline.watches import load_watch, renamed, write_renamed
from pipeline.watches.drafting.feeds import feed_for
from tests.neighbours import write_draft
from tests.outlet import Outlet, serving

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore"),  # Prefect leaves sockets to the garbage collector
]

NOW = datetime(2025, 7, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TARSK = """Union sends observer mission to Tarsk

The African Union on Tuesday authorised the Tarsk Truce Observer Mission (TATOM) until 31 March 2026.

The mission, led by Senegal, may have up to 900 uniformed personnel.
"""
QUELL = """Region sends police mission to Quell

The regional bloc on Monday authorised the Quell Police Support Mission (QUPSM) until 30 June 2026.

The mission, led by Norway, may have up to 300 police officers.
"""


@pytest.fixture
def outlet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outlet]:
    with serving(Outlet()) as running:
        monkeypatch.setenv("MISSIONWATCH_OWN_SERVERS", running.grant)
        running.tells(
            "Council renews observers' stay in Tarsk",
            "The African Union Peace and Security Council on Thursday extended the mandate of the Tarsk Truce Observer "
            "Mission (TATOM) until 30 September 2026.",
            "All members voted in favour at the session in Addis Ababa, a statement said.",
            published=NOW - 3 * HOUR,
        )
        running.tells(
            "Bloc keeps police in Quell",
            "The regional bloc on Thursday extended the mandate of the Quell Police Support Mission (QUPSM) until "
            "31 December 2026.",
            "Ministers had spent most of the session on the price of rice, a delegate said afterwards.",
            published=NOW - 2 * HOUR,
        )
        yield running


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


def make(folder: Path, article: str, outlet: Outlet) -> Path:
    return write_draft(folder, article, [feed_for(outlet.at("/feed.xml"), "Melo Tideline")])


@pytest.fixture
def tarsk(tmp_path: Path, outlet: Outlet) -> Path:
    return make(tmp_path / "tarsk", TARSK, outlet)


@pytest.fixture
def quell(tmp_path: Path, outlet: Outlet) -> Path:
    return make(tmp_path / "quell", QUELL, outlet)


async def one_round(folder: Path, data: Path, now: datetime = NOW) -> RunRecord:
    from flows.monitor import monitor

    return await monitor(WatchRequest(folder=folder, data_dir=data, now=now))


def ask(data: Path, sql: str, *params: object) -> list[tuple[Any, ...]]:
    with open_published(data) as store:
        return [tuple(row.values()) for row in store._db.rows(sql, params)]


def told(data: Path, name: str) -> list[str]:
    """The keys of the alerts in a watch's file, in order."""
    path = data / "alerts" / f"{name}.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return [json.loads(line)["alert_id"] for line in lines]


def say(data: Path, slug: str, standing: Standing, at: datetime = NOW) -> None:
    with open_store(data) as store:
        store.set_watch_state(slug, WatchState(standing, at, "ana", "no staff"))


async def test_each_watch_has_its_own_board_alerts_and_runs_and_what_both_need_is_fetched_once(
    tarsk: Path, quell: Path, data: Path, outlet: Outlet, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A server of one's own is asked each time; what is held back between guests is the subject here.
    monkeypatch.setattr("flows.poll.is_granted", lambda url, names: False)
    first = await one_round(tarsk, data)
    second = await one_round(quell, data, NOW + timedelta(minutes=1))

    assert (first.counts["changes"], second.counts["changes"]) == (1, 1)
    assert ask(data, "SELECT watch, value FROM board WHERE aspect = 'mandate' ORDER BY watch") == [
        ("quell", "until 31 Dec 2026"),
        ("tarsk", "until 30 Sep 2026"),
    ]
    assert outlet.asked["/feed.xml"] == 1
    assert [outlet.asked[story.path] for story in outlet.stories] == [1, 1]
    assert (len(told(data, "tarsk")), len(told(data, "quell"))) == (1, 1)
    assert set(told(data, "tarsk")).isdisjoint(told(data, "quell"))
    assert ask(data, "SELECT watch, count(*) FROM runs GROUP BY watch ORDER BY watch") == [("quell", 1), ("tarsk", 1)]
    # Each article is read once by each watch, and counts for the one that it is about.
    assert ask(data, "SELECT watch, count(*), sum(relevant::INT) FROM reading GROUP BY watch ORDER BY watch") == [
        ("quell", 2, 1),
        ("tarsk", 2, 1),
    ]


async def test_a_paused_watch_is_not_polled_and_tells_nothing_and_the_other_goes_on(
    tarsk: Path, quell: Path, data: Path, outlet: Outlet
) -> None:
    await one_round(tarsk, data)
    say(data, "tarsk", Standing.PAUSED)
    outlet.tells(
        "Ghana takes over command of Tarsk observers",
        "Major General Kofi Boateng of Ghana now commands the Tarsk Truce Observer Mission (TATOM), the mission said.",
        "He succeeds Brigadier General Awa Sarr, who has gone home to Dakar. The handover took place in Melo.",
        published=NOW + HOUR,
    )
    asked, keys = outlet.asked["/feed.xml"], told(data, "tarsk")

    with pytest.raises(NotWatchedError, match=r"The watch tarsk is paused since .* by ana: no staff"):
        await one_round(tarsk, data, NOW + 2 * HOUR)

    assert outlet.asked["/feed.xml"] == asked
    assert told(data, "tarsk") == keys
    assert (await one_round(quell, data, NOW + 2 * HOUR)).counts["changes"] == 1
    say(data, "tarsk", Standing.WATCHED, NOW + 3 * HOUR)
    assert (await one_round(tarsk, data, NOW + 3 * HOUR)).counts["changes"] == 1
    assert told(data, "tarsk")[: len(keys)] == keys
    assert len(told(data, "tarsk")) == len(keys) + 1


async def test_a_scheduled_run_of_a_paused_watch_ends_well_and_says_why(
    tarsk: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.monitor import monitor

    say(data, "tarsk", Standing.PAUSED)

    class Deployment:
        id = "some"

    monkeypatch.setattr("flows.run.endings.runtime.deployment", Deployment)
    state = await monitor(WatchRequest(folder=tarsk, data_dir=data, now=NOW), return_state=True)

    assert (state.name, state.is_completed()) == ("NotWatched", True)
    assert "paused since" in (state.message or "")


def test_run_takes_several_in_turn_says_which_is_which_and_one_that_is_paused_stops_no_other(
    tarsk: Path, quell: Path, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from flows.commands.run import run_live

    say(data, "tarsk", Standing.PAUSED)

    code = run_live([tarsk, quell], data, once=True, every_minutes=15, every_feed=False)

    told_of = capsys.readouterr().err
    assert code == NotWatchedError.exit_code
    assert f"This round of {tarsk} was left out. The watch tarsk is paused since" in told_of
    assert "Quell Police Support Mission: 1 of 1 feeds due, 0 failed" in told_of
    assert ask(data, "SELECT DISTINCT watch FROM runs") == [("quell",)]

    say(data, "tarsk", Standing.WATCHED, NOW + HOUR)
    assert run_live([tarsk, quell], data, once=True, every_minutes=15, every_feed=False) == 0
    assert ask(data, "SELECT watch, count(*) FROM runs GROUP BY watch ORDER BY watch") == [("quell", 2), ("tarsk", 1)]


async def test_after_a_rename_a_round_tells_nothing_twice_and_goes_on(tarsk: Path, data: Path, outlet: Outlet) -> None:
    await one_round(tarsk, data)
    keys = told(data, "tarsk")
    changes = ask(data, "SELECT change_id FROM changes ORDER BY seq")

    write_renamed(tarsk, renamed(tarsk, "truce")[1])
    quiet = await one_round(tarsk, data, NOW + HOUR)

    assert (quiet.counts.get("changes", 0), quiet.counts.get("alerts_delivered", 0)) == (0, 0)
    assert quiet.counts["feeds"] == 1
    assert told(data, "truce") == []
    assert told(data, "tarsk") == keys != []
    assert ask(data, "SELECT change_id FROM changes ORDER BY seq") == changes
    assert ask(data, "SELECT DISTINCT watch FROM board") == [("truce",)]
    assert ask(data, "SELECT watch, formerly FROM watch_states") == [("truce", "tarsk")]
    outlet.tells(
        "Ghana takes over command of Tarsk observers",
        "Major General Kofi Boateng of Ghana now commands the Tarsk Truce Observer Mission (TATOM), the mission said.",
        "He succeeds Brigadier General Awa Sarr, who has gone home to Dakar. The handover took place in Melo.",
        published=NOW + HOUR,
    )
    assert (await one_round(tarsk, data, NOW + 2 * HOUR)).counts["changes"] == 1
    assert len(told(data, "truce")) == 1


async def test_reading_the_past_again_after_a_rename_finds_what_it_had_and_no_second_verdict(
    tarsk: Path, data: Path
) -> None:
    from flows.reread import reread

    await one_round(tarsk, data)
    write_renamed(tarsk, renamed(tarsk, "truce")[1])
    await one_round(tarsk, data, NOW + HOUR)
    before = ask(data, "SELECT verdict_id FROM verdict ORDER BY 1")

    made = await reread(WatchRequest(folder=tarsk, data_dir=data, now=NOW + 2 * HOUR), apply=True)

    with open_store(data) as store:
        after = [tuple(row.values()) for row in store._db.rows("SELECT verdict_id FROM verdict ORDER BY 1")]
    assert made.differences == ()
    assert after == before


async def test_an_archived_watch_is_neither_run_nor_reread_and_its_board_still_answers(tarsk: Path, data: Path) -> None:
    from flows.reread import reread

    await one_round(tarsk, data)
    say(data, "tarsk", Standing.ARCHIVED)

    with pytest.raises(NotWatchedError):
        await one_round(tarsk, data, NOW + HOUR)
    with pytest.raises(NotWatchedError):
        await reread(WatchRequest(folder=tarsk, data_dir=data, now=NOW + HOUR), apply=True)

    assert ask(data, "SELECT value FROM board WHERE aspect = 'mandate'") == [("until 30 Sep 2026",)]
    assert load_watch(tarsk).slug == "tarsk"
