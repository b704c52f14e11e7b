"""A step that goes on: what it finds is at its channel when it ends, by one run."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.run.request import WatchRequest
from pipeline.lab.replay import ArchiveServer, load_archive
from pipeline.storage import LIVE, open_published, open_store
from tests.torture.small import make_small_watch

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore"),  # Prefect leaves sockets to the garbage collector
]

END = datetime(2025, 12, 1, tzinfo=UTC)


async def run(step: str, watch: Path, data: Path, *, go_on: bool) -> dict[str, int]:
    """Run a step as its deployment does."""
    from flows.assess import assess
    from flows.collect import collect
    from flows.poll import poll

    with ArchiveServer(load_archive(watch / "archive")) as server:
        server.set_now(END)
        request = WatchRequest(
            folder=watch, data_dir=data, archive_port=server.port, every_feed=True, now=END, go_on=go_on
        )
        return await {"poll": poll, "collect": collect, "assess": assess}[step](request)


def filed(data: Path) -> set[str]:
    """The subjects of the alerts in the file channel."""
    lines = [line for path in (data / "alerts").glob("*.jsonl") for line in path.read_text("utf-8").splitlines()]
    return {json.loads(line)["subject"] for line in lines}


def flows_run(data: Path) -> list[str]:
    """The flows of the runs on record, oldest first."""
    with open_store(data) as store:
        return [row["flow"] for row in store._db.rows("SELECT flow FROM run ORDER BY started_at")]


async def test_a_poll_that_goes_on_takes_what_it_finds_to_the_channel_and_into_the_published_file(
    tmp_path: Path,
) -> None:
    watch, data = make_small_watch(tmp_path / "haiti"), tmp_path / "data"

    counts = await run("poll", watch, data, go_on=True)

    assert any("Ceiling: 5,500 people" in subject for subject in filed(data))
    assert counts["alerts_delivered"] > 0  # others are for the digest of the next morning
    assert flows_run(data) == ["poll"]
    with open_published(data) as store:
        assert [row["flow"] for row in store._db.rows("SELECT flow FROM run WHERE outcome IN ('ok', 'partial')")] == [
            "poll"
        ]


async def test_steps_one_by_one_and_a_poll_that_goes_on_tell_the_same(tmp_path: Path) -> None:
    watch = make_small_watch(tmp_path / "haiti")
    alone, whole = tmp_path / "alone", tmp_path / "whole"

    await run("poll", watch, alone, go_on=False)
    assert filed(alone) == set()
    # What a run that was cut short after its poll has left, the next one takes up.
    shutil.copytree(alone, whole)
    await run("collect", watch, alone, go_on=False)
    assert filed(alone) == set()
    await run("assess", watch, alone, go_on=True)
    await run("poll", watch, whole, go_on=True)

    assert filed(whole) == filed(alone) != set()
    assert flows_run(alone) == ["poll", "collect", "assess"]
    assert flows_run(whole) == ["poll", "poll"]
    assert (whole / LIVE).exists()
