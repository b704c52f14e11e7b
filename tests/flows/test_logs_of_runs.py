"""What a run logs where lines of JSON are wanted: its stages, its end, and no secret."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from flows.run import record as runs
from flows.run.request import WatchRequest
from pipeline.model import AlertRule
from pipeline.model.errors import MissionwatchError
from pipeline.runtime import logs
from pipeline.runtime.settings import Settings, load_settings
from tests.storage.builders import make_watch

NOW = datetime(2025, 10, 1, 12, tzinfo=UTC)


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler = logs.start(stream=stream)
    yield stream
    logs.stop(handler)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def settings(log: str = "text") -> Settings:
    return load_settings({"MISSIONWATCH_LOG": log}, Path("none"))


async def a_round(folder: Path, *, breaks: bool = False) -> None:
    request = WatchRequest(folder=folder, data_dir=folder / "data")
    async with runs.record_run("monitor", request, make_watch(), settings()) as run:
        run.count(feeds=2)
        with runs.log_step(run, "poll"):
            run.count(entries_new=3)
            run.note("feed 'Post': timeout")
            if breaks:
                raise MissionwatchError("The disk is gone.")


async def test_a_round_logs_its_start_its_stages_its_notes_and_its_end(tmp_path: Path, out: io.StringIO):
    await a_round(tmp_path)

    start, note, stage, end = lines(out)
    assert [line["event"] for line in (start, note, stage, end)] == [
        "run.started",
        "run.note",
        "stage.ended",
        "run.ended",
    ]
    assert {line["watch"] for line in lines(out)} == {"haiti"}
    assert len({line["run"] for line in lines(out)}) == 1
    assert (note["stage"], note["note"], note["level"]) == ("poll", "feed 'Post': timeout", "warning")
    assert (stage["stage"], stage["counts"]) == ("poll", {"entries_new": 3})
    assert (end["outcome"], end["level"], end["counts"]) == ("partial", "warning", {"feeds": 2, "entries_new": 3})


async def test_a_stage_that_fails_is_logged_and_so_is_the_run_that_it_ends(tmp_path: Path, out: io.StringIO):
    with pytest.raises(MissionwatchError):
        await a_round(tmp_path, breaks=True)

    failed, end = lines(out)[-2:]
    assert (failed["event"], failed["stage"], failed["reason"]) == ("stage.failed", "poll", "The disk is gone.")
    assert (end["outcome"], end["level"]) == ("failed", "error")


def test_a_process_starts_its_logs_once_and_only_where_they_are_wanted(monkeypatch: pytest.MonkeyPatch):
    started: list[logging.Handler] = []

    def start() -> logging.Handler:
        started.append(logging.NullHandler())
        return started[-1]

    monkeypatch.setattr(logs, "start", start)
    monkeypatch.setattr(runs._Logs, "handler", None)
    watch = make_watch()

    assert [runs.start_logs(watch, settings(log)) for log in ("text", "json", "json")] == [False, True, True]
    assert len(started) == 1
    assert logging.getLogger("apprise").propagate is False


def test_no_secret_of_any_watch_of_a_process_is_shown(monkeypatch: pytest.MonkeyPatch):
    out = io.StringIO()
    handler = logs.start(stream=out)
    monkeypatch.setattr(runs._Logs, "handler", handler)
    for name, secret in (("FIRST", "hunter1"), ("SECOND", "hunter2")):
        monkeypatch.setenv(name, secret)
        runs.start_logs(replace(make_watch(), rules=(AlertRule("desk", channels=(f"env:{name}",)),)), settings("json"))

    logs.event("told", words="hunter1 and hunter2")
    logs.stop(handler)

    assert "hunter" not in out.getvalue()
    assert len(lines(out)) == 1
