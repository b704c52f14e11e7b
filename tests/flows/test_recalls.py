"""A page behind an alert changes: over real HTTP, with the real flows, to a web hook."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.run.request import WatchRequest
from pipeline.lab.replay import ArchiveServer, load_archive
from pipeline.model import RunRecord
from pipeline.storage import open_store
from tests.flows.conftest import HAITI
from tests.notify.test_notify import Sink

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(400),
    pytest.mark.prefect,
    pytest.mark.usefixtures("prefect_server"),
    pytest.mark.filterwarnings("ignore"),  # Prefect leaves sockets to the garbage collector
]

MORNING = datetime(2025, 10, 1, 8, tzinfo=UTC)
EVENING = datetime(2025, 10, 1, 20, tzinfo=UTC)  # the page changes at noon
NOON = "2025-10-01T12:00:00+00:00"
VOTE = (
    "It set the ceiling of the Gang Suppression Force, which takes over from the Multinational Security Support "
    "mission, at 5,000 soldiers and police officers."
)
CORRECTED = VOTE.replace("5,000", "5,500")
REST = (
    "Envoys in New York said that the vote had taken five minutes.\n\nKenya, which has led the Multinational Security "
    "Support mission since 2024, had asked for relief since the spring."
)
SECOND = (
    "A larger force for Haiti has the blessing of the UN Security Council. On Tuesday it set the ceiling of the Gang "
    "Suppression Force, which takes over from the Multinational Security Support mission, at "
    "5,000 soldiers and police officers.\n\nDiplomats in the capital spoke of a late success. Kenya had asked for "
    "relief since the spring, and will bring its people home in stages."
)


def an_article(number: str, outlet: str, published: str, title: str, text: str, **more: Any) -> str:
    return json.dumps(
        {"id": number, "outlet": outlet, "published": published, "title": title, "text": text, "source_url": "", **more}
    )


FIRST = ("vote", "Helvetia World News", "2025-10-01T06:30:00+02:00", "Security Council decides on Haiti")


@pytest.fixture
def sink() -> Iterator[Sink]:
    server = Sink()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.go_on.set()
    server.shutdown()
    server.server_close()
    thread.join()


class World:
    """A watch over a small archive whose pages change at noon, with one web hook as its channel."""

    def __init__(self, folder: Path, sink: Sink, *articles: str) -> None:
        self.sink = sink
        self.folder = folder / "haiti"
        self.data = folder / "data"
        archive = self.folder / "archive"
        archive.mkdir(parents=True)
        for name in ("baseline.md", "baseline.toml", "feeds.toml"):
            (self.folder / name).write_bytes((HAITI / name).read_bytes())
        rules = (HAITI / "watch.toml").read_text("utf-8").split("[[alert]]")[0]
        hook = (
            f'[[alert]]\nname = "all"\nmin_confidence = 0.5\nat_once = 0.5\nchannels = ["json://{sink.where}/hook"]\n'
        )
        (self.folder / "watch.toml").write_text(rules + hook, "utf-8")
        (archive / "outlets.toml").write_bytes((HAITI / "archive" / "outlets.toml").read_bytes())
        (archive / "articles.jsonl").write_text("\n".join(articles) + "\n", "utf-8")
        self.server = ArchiveServer(load_archive(archive))

    async def round(self, now: datetime) -> RunRecord:
        from flows.monitor import monitor

        self.server.set_now(now)
        request = WatchRequest(
            folder=self.folder, data_dir=self.data, now=now, archive_port=self.server.port, every_feed=True
        )
        return await monitor(request)

    async def day(self) -> RunRecord:
        """A round before the page changes, and one after it."""
        with self.server:
            await self.round(MORNING)
            return await self.round(EVENING)

    def messages(self) -> list[tuple[str, str]]:
        """Subject and body of what the web hook got, in order."""
        return [(str(body["title"]), str(body["message"])) for _, _, body in self.sink.got]

    def recalls(self) -> list[tuple[str, str]]:
        return [message for message in self.messages() if message[0].startswith("RECALL")]

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.data / "missionwatch.duckdb"), read_only=True) as client:
            return client.sql(sql).fetchall()


async def test_a_page_that_is_corrected_is_recalled_to_who_got_the_alert(tmp_path: Path, sink: Sink) -> None:
    revision = {"at": NOON, "text": f"{CORRECTED}\n\n{REST}"}
    world = World(tmp_path, sink, an_article(*FIRST, f"{VOTE}\n\n{REST}", revisions=[revision]))

    done = await world.day()

    ((subject, body),) = world.recalls()
    assert "5,000" in subject
    assert f'Before: "{VOTE}"\n  Now:    "{CORRECTED}"' in body
    assert done.counts["recalls"] == 1
    assert world.ask("SELECT value FROM board WHERE value LIKE '5,%'") == [("5,500 people",)]
    assert [m for m in world.messages() if "5,500" in m[0]] == []  # the recall has told it


async def test_a_recall_is_sent_once_and_a_rerun_adds_nothing(tmp_path: Path, sink: Sink) -> None:
    revision = {"at": NOON, "text": f"{CORRECTED}\n\n{REST}"}
    world = World(tmp_path, sink, an_article(*FIRST, f"{VOTE}\n\n{REST}", revisions=[revision]))

    await world.day()
    with world.server:
        await world.round(EVENING)

    assert len(world.recalls()) == 1
    keys = [headers["Idempotency-Key"] for _, headers, _ in sink.got]
    assert len(keys) == len(set(keys))


async def test_a_page_that_is_only_set_anew_is_no_recall(tmp_path: Path, sink: Sink) -> None:
    revision = {"at": NOON, "text": f"Updated 2 pm\n\n{REST}\n\n{VOTE.replace('5,000', '5,000 ')}"}
    world = World(tmp_path, sink, an_article(*FIRST, f"{VOTE}\n\n{REST}", revisions=[revision]))

    await world.day()

    assert world.recalls() == []
    assert len(world.messages()) > 0
    assert {finding for (finding,) in world.ask("SELECT finding FROM evidence_check")} == {"stands"}


async def test_a_correction_of_what_a_second_origin_tells_is_no_recall(tmp_path: Path, sink: Sink) -> None:
    revision = {"at": NOON, "text": f"{CORRECTED}\n\n{REST}"}
    world = World(
        tmp_path,
        sink,
        an_article(*FIRST, f"{VOTE}\n\n{REST}", revisions=[revision]),
        an_article("other", "Kingston Register", "2025-10-01T01:30:00-05:00", "Force approved", SECOND),
    )

    await world.day()

    assert world.recalls() == []
    ((finding, support),) = world.ask(
        "SELECT DISTINCT finding, supported_by FROM evidence_check WHERE old_sentence LIKE '%5,000%'"
    )
    assert (finding, bool(support)) == ("corrected", True)


async def test_a_page_that_is_gone_is_recalled(tmp_path: Path, sink: Sink) -> None:
    gone = {"at": NOON, "status": 410}
    world = World(tmp_path, sink, an_article(*FIRST, f"{VOTE}\n\n{REST}", revisions=[gone]))

    await world.day()

    assert len(world.recalls()) >= 1
    assert all("the page is gone: it answers 410 (Gone)" in body for _, body in world.recalls())
    assert world.ask("SELECT count(*) FROM board WHERE verdict <> 'baseline'") == [(0,)]


async def test_why_tells_the_correction_and_the_recall(tmp_path: Path, sink: Sink) -> None:
    revision = {"at": NOON, "text": f"{CORRECTED}\n\n{REST}"}
    world = World(tmp_path, sink, an_article(*FIRST, f"{VOTE}\n\n{REST}", revisions=[revision]))
    await world.day()
    ((url,),) = world.ask("SELECT DISTINCT url FROM recalls")

    with open_store(world.data) as store:
        trail = store.why("haiti", url)

    assert [row["new_sentence"] for row in trail.checks if row["finding"] == "corrected"] == [CORRECTED]
    assert [row["state"] for row in trail.recalls] == ["delivered"]
    assert "recalled" in trail.ends


async def test_reading_the_past_again_with_the_same_engine_makes_the_same_board_and_no_alert(
    tmp_path: Path, sink: Sink
) -> None:
    from flows.reread import reread

    revision = {"at": NOON, "text": f"{CORRECTED}\n\n{REST}"}
    world = World(tmp_path, sink, an_article(*FIRST, f"{VOTE}\n\n{REST}", revisions=[revision]))
    await world.day()
    sent = len(sink.got)
    request = WatchRequest(folder=world.folder, data_dir=world.data, now=EVENING)

    shown = await reread(request)
    applied = await reread(request, apply=True)

    assert (shown.differences, applied.differences) == ((), ())
    assert len(shown.readings) == 1  # the page's newest text alone
    assert len(sink.got) == sent
    with open_store(world.data) as store:
        assert [row["value"] for row in store.board("haiti") if row["value"].startswith("5,")] == ["5,500 people"]
