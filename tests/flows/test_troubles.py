"""What the world does to a run: each trouble has its recorded outcome, and the rest goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.run.request import WatchRequest
from pipeline.lab.replay import Archive, ArchiveServer
from pipeline.model import RunRecord
from pipeline.model.errors import StoreUnwritableError, WatchFileError
from tests.flows.conftest import EVENING, HAITI

pytestmark = [
    pytest.mark.slow,
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore"),  # Prefect leaves sockets to the garbage collector
]

Round = Callable[[], Any]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def request_(server: ArchiveServer, data: Path) -> WatchRequest:
    return WatchRequest(folder=HAITI, data_dir=data, now=EVENING, archive_port=server.port, every_feed=True)


async def one_round(request: WatchRequest) -> RunRecord:
    from flows.monitor import monitor
    from flows.run.endings import record_of

    return await record_of(monitor(request))


def ask(data: Path, sql: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(data / "missionwatch.duckdb"), read_only=True) as client:
        return client.sql(sql).to_arrow_table().to_pylist()


def feed_row(data: Path, url_part: str) -> dict[str, Any]:
    (row,) = ask(data, f"SELECT state, last_reason, failures FROM feed_health WHERE url LIKE '%{url_part}%'")
    return row


@pytest.mark.parametrize(
    ("how", "state", "reason"),
    [
        ("down", "failing", "http-5xx"),
        ("html", "html", "html-instead-of-feed"),
        ("empty", "not_a_feed", "empty"),
        ("huge", "refused", "too-large"),
    ],
)
async def test_a_broken_feed_is_recorded_with_its_reason_and_the_rest_goes_on(
    how: Any, state: str, reason: str, server: ArchiveServer, request_: WatchRequest, data: Path
) -> None:
    server.break_feed("savanna-group.test", how)

    done = await one_round(request_)

    row = feed_row(data, "savanna-group.test")
    assert (row["state"], row["last_reason"].split(":")[0]) == (state, reason)
    assert (done.outcome, done.counts["feeds_failed"], done.counts["feeds_due"]) == ("partial", 1, 29)
    assert "Savanna Group news" in done.reason
    assert done.counts["articles_new"] > 20


@pytest.mark.parametrize(
    ("how", "outcome", "reason"), [("huge", "refused", "too-large"), ("gone", "refused", "http-4xx")]
)
async def test_a_broken_page_is_recorded_with_its_reason_and_the_rest_goes_on(
    how: Any, outcome: str, reason: str, server: ArchiveServer, archive: Archive, request_: WatchRequest, data: Path
) -> None:
    url = archive.address(next(a for a in archive.articles if a.article_id == "haiti-005"))
    server.break_page(url, how)

    done = await one_round(request_)

    (row,) = ask(data, f"SELECT outcome, reason, retry_at FROM page_fetch WHERE url = '{url}'")
    assert (row["outcome"], row["reason"].split(":")[0], row["retry_at"]) == (outcome, reason, None)
    assert done.counts["articles_new"] > 20


async def test_a_page_that_hangs_fails_in_time_and_will_be_tried_again(
    server: ArchiveServer,
    archive: Archive,
    request_: WatchRequest,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from functools import partial

    from flows.run import context as resources
    from pipeline.fetch import FetchLimits

    monkeypatch.setattr(resources, "FetchLimits", partial(FetchLimits, total=1.0))
    url = archive.address(next(a for a in archive.articles if a.article_id == "haiti-005"))
    server.break_page(url, "hang")

    await one_round(request_)

    (row,) = ask(data, f"SELECT outcome, reason, retry_at FROM page_fetch WHERE url = '{url}'")
    assert (row["outcome"], row["reason"].split(":")[0]) == ("failed", "timeout")
    assert row["retry_at"] > EVENING


async def test_no_network_at_all_is_told_apart_from_quiet(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The port is nobody's: every connection is refused, as on a machine without network."""
    from flows.commands.run import NOTHING_REACHED, tell

    request = WatchRequest(folder=HAITI, data_dir=data, now=EVENING, archive_port=9, every_feed=True)

    done = await one_round(request)

    assert tell(done, request) == NOTHING_REACHED
    assert "This is not quiet" in " ".join(capsys.readouterr().err.split())
    assert {row["state"] for row in ask(data, "SELECT DISTINCT state FROM feed_health")} == {"failing"}


async def test_a_blind_round_ends_as_failed_by_the_name_blind_and_says_why(data: Path) -> None:
    from flows.monitor import monitor

    request = WatchRequest(folder=HAITI, data_dir=data, now=EVENING, archive_port=9, every_feed=True)

    state = await monitor(request, return_state=True)

    assert (state.type, state.name) == ("FAILED", "Blind")
    assert state.message.startswith("Not one of the 29 feeds could be read. This is not quiet")
    (run,) = ask(data, "SELECT outcome, reason FROM runs WHERE flow = 'monitor'")
    assert run["outcome"] == "blind"
    assert run["reason"].startswith("Not one of the 29 feeds could be read.")


async def test_a_blind_round_still_reads_what_waits(
    server: ArchiveServer, archive: Archive, request_: WatchRequest, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import monitor as monitor_module

    async def dies(*_: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(monitor_module, "COLLECT", replace(monitor_module.COLLECT, act=dies))
        with pytest.raises(RuntimeError, match="the power went"):
            await one_round(request_)
    for source in archive.sources:
        server.break_feed(source.host, "down")

    done = await one_round(request_)

    assert done.outcome == "blind"
    assert done.counts["articles_new"] > 20
    assert done.counts["changes"] > 0


async def test_a_round_ends_with_a_message_and_its_log_tells_what_was_done(
    server: ArchiveServer, request_: WatchRequest, data: Path
) -> None:
    from flows.monitor import monitor

    server.break_feed("savanna-group.test", "down")
    said: dict[str, list[str]] = {}

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.setdefault(str(record.__dict__.get("flow_run_name")), []).append(record.getMessage())

    kept, log = Kept(), logging.getLogger("prefect.flow_runs")
    before = log.level
    log.addHandler(kept)
    log.setLevel(logging.INFO)
    try:
        state = await monitor(request_, return_state=True)
    finally:
        log.removeHandler(kept)
        log.setLevel(before)

    assert (state.type, state.name) == ("COMPLETED", "Completed")
    assert state.message.startswith("Polled 29 of 29 feeds: 28 read, 0 unchanged, 1 failed; ")
    assert set(said) == {"monitor haiti 2025-08-29 23:30"}  # a round is one flow run, with a task for each batch
    round_ = said["monitor haiti 2025-08-29 23:30"]
    assert any(line.startswith("feed 'Savanna Group news': http-5xx") for line in round_)
    assert any(line.startswith("Polled 29 of 29 feeds") for line in round_)
    assert any(" about the mission: " in line for line in round_)
    assert any(line.startswith("alert to file: Haiti security mission: ") for line in round_)
    assert not any(line.startswith("run.note") for lines in said.values() for line in lines)


async def test_feeds_that_fail_and_wait_do_not_make_the_next_round_look_quiet(data: Path) -> None:
    from flows.commands.run import NOTHING_REACHED, tell

    request = WatchRequest(folder=HAITI, data_dir=data, now=EVENING, archive_port=9)
    await one_round(request)

    again = await one_round(request)

    assert (again.counts["feeds_due"], again.counts["feeds_failing"]) == (0, 29)
    assert tell(again, request) == NOTHING_REACHED


async def test_a_second_round_over_the_same_day_adds_nothing(request_: WatchRequest, data: Path) -> None:
    first = await one_round(request_)

    again = await one_round(request_)

    assert first.counts["articles_new"] > 20
    assert {
        name: again.counts.get(name, 0) for name in ("entries_new", "articles_new", "changes", "alerts_planned")
    } == {
        "entries_new": 0,
        "articles_new": 0,
        "changes": 0,
        "alerts_planned": 0,
    }


async def test_a_round_that_died_after_collecting_is_taken_up_by_the_next(
    request_: WatchRequest, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import monitor as monitor_module

    async def dies(*_: object) -> None:
        raise RuntimeError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(monitor_module, "ASSESS", replace(monitor_module.ASSESS, act=dies))
        with pytest.raises(RuntimeError, match="the power went"):
            await one_round(request_)

    done = await one_round(request_)

    assert done.counts.get("articles_new", 0) == 0
    assert done.counts["articles_read"] > 20
    (run,) = ask(data, "SELECT outcome, reason FROM runs WHERE outcome = 'failed'")
    assert run["reason"] == "RuntimeError: the power went"


async def test_a_path_that_can_not_hold_a_store_is_named(server: ArchiveServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    request = WatchRequest(folder=HAITI, data_dir=tmp_path / "file" / "data", now=EVENING, archive_port=server.port)

    with pytest.raises(StoreUnwritableError, match=str(tmp_path / "file" / "data")):
        await one_round(request)


async def test_a_typo_in_the_watch_file_is_told_with_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "haiti"
    folder.mkdir()
    for name in ("watch.toml", "baseline.md", "baseline.toml", "feeds.toml"):
        (folder / name).write_bytes((HAITI / name).read_bytes())
    text = (folder / "watch.toml").read_text("utf-8")
    (folder / "watch.toml").write_text(text.replace("languages =", "langauges =", 1), "utf-8")
    line = next(n for n, words in enumerate(text.splitlines(), start=1) if words.startswith("languages ="))

    with pytest.raises(WatchFileError, match=rf"watch\.toml:{line}: .*langauges"):
        await one_round(WatchRequest(folder=folder, data_dir=tmp_path / "data", now=EVENING))
