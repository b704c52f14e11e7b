"""The picture that goes with an alert: drawn in time by a process of its own, or left out; no message waits for it."""

from __future__ import annotations

import asyncio
import base64
import socket
from collections.abc import Callable
from dataclasses import replace
from inspect import unwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import pytest

from flows.alert import deliver_batch
from flows.run import pictures as drawing
from flows.run.context import no_progress
from flows.run.pictures import NAME, Pictures
from flows.run.request import WatchRequest
from pipeline.alerts import channel_name
from pipeline.model import Alert, PendingAlert
from pipeline.model.errors import StorageError, WorkerError
from pipeline.notify import Channels
from pipeline.runtime.settings import load_settings
from pipeline.runtime.workers import WorkerPool
from pipeline.site.lane import MOST_BYTES, draw_lane, lane_of
from pipeline.storage import open_store
from tests.notify.sinks import MailSink, Sink
from tests.site.world import CEILING, MONEY, NOW, STRANGE, VOTE, change_of, watch, write_world
from tests.storage.builders import make_alert

ALERT = make_alert(change_of(VOTE), planned_at=NOW)
PNG = b"\x89PNG\r\n\x1a\n"


class Drawer:
    """In place of the process: says what it was asked to draw, and does as the test wants."""

    def __init__(self, does: Callable[[], bytes] = lambda: PNG, seconds: float = 0.0) -> None:
        self.asked: list[dict[str, Any]] = []
        self._does, self._seconds = does, seconds

    async def run(self, _: object, spec: dict[str, Any], *, deadline: float) -> bytes:
        self.asked.append(spec)
        await asyncio.sleep(self._seconds)
        return self._does()


def titles(spec: dict[str, Any]) -> list[str]:
    """The lanes that are drawn; below them stands what the marks mean."""
    return [lane["title"]["text"] for lane in spec["vconcat"] if "title" in lane]


def fails() -> bytes:
    raise WorkerError("crashed", "it ended by SIGKILL")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pictures")
    write_world(made)
    return made


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def pictures(folder: Path, told: list[str]) -> Callable[..., Pictures]:
    """The pictures of a run, drawn by what the test gives."""

    def make(pool: object, **more: Any) -> Pictures:
        mission = more.pop("watch", watch())
        return Pictures(mission, lambda: open_store(folder), cast("WorkerPool", pool), told.append, **more)

    return make


async def test_the_lane_of_what_is_told_is_drawn_and_told_in_words(pictures: Callable[..., Pictures]) -> None:
    drawer = Drawer()
    picture = await pictures(drawer).of(ALERT)
    assert picture is not None
    assert (picture.name, picture.png) == (NAME, PNG)
    assert picture.alt.startswith("Timeline of Haiti, mandate. Told now: the mission's mandate: a new force (proposed)")
    (spec,) = drawer.asked
    assert titles(spec) == ["Mandate"]


async def test_two_channels_share_what_was_drawn(pictures: Callable[..., Pictures]) -> None:
    drawer = Drawer()
    drawn = pictures(drawer)
    other = replace(ALERT, alert_id=uuid4(), channel="file")
    assert await drawn.of(ALERT) == await drawn.of(other)
    assert len(drawer.asked) == 1


async def test_a_rule_can_want_none(pictures: Callable[..., Pictures]) -> None:
    plain = watch()
    drawer = Drawer()
    rules = (replace(plain.rules[0], picture=False),)
    assert await pictures(drawer, watch=replace(plain, rules=rules)).of(ALERT) is None
    assert drawer.asked == []


async def test_a_message_about_no_change_has_none(pictures: Callable[..., Pictures]) -> None:
    assert await pictures(Drawer()).of(replace(ALERT, change_ids=())) is None


async def test_what_takes_too_long_is_left_out_and_never_waited_for_again(
    pictures: Callable[..., Pictures], told: list[str]
) -> None:
    drawer = Drawer(seconds=5.0)
    drawn = pictures(drawer, budget=0.05)
    async with asyncio.timeout(2):
        assert [await drawn.of(one) for one in (ALERT, make_alert(change_of(CEILING)))] == [None, None]
    assert len(drawer.asked) <= 1
    assert len(told) == 1
    assert told[0].startswith("messages go without a picture: it took longer than")


@pytest.mark.parametrize("does", [fails, lambda: b""], ids=["the process ends", "it is too large"])
async def test_what_can_not_be_drawn_is_left_out(pictures: Callable[..., Pictures], does: Callable[[], bytes]) -> None:
    assert await pictures(Drawer(does)).of(ALERT) is None


async def test_a_store_that_can_not_be_read_holds_no_message_up(told: list[str]) -> None:
    def shut() -> Any:
        raise StorageError("another run holds it")

    assert await Pictures(watch(), shut, cast("WorkerPool", Drawer()), told.append).of(ALERT) is None
    assert told == ["messages go without a picture: another run holds it"]


def test_of_changes_of_many_aspects_the_first_two_are_drawn(folder: Path) -> None:
    with open_store(folder) as store:
        rows = store.site_changes("haiti")
    ids = [change_of(one).change_id for one in (VOTE, CEILING, MONEY, STRANGE)]
    lane = lane_of(rows, "Haiti", ids)
    assert lane is not None
    assert titles(lane.spec) == ["Mandate", "Strength"]
    assert lane_of(rows, "Haiti", [uuid4()]) is None


@pytest.mark.slow
def test_the_picture_of_a_lane_is_small_and_hostile_words_are_words(folder: Path) -> None:
    pytest.importorskip("vl_convert", reason="vl-convert-python, which draws the timeline, is not installed")
    with open_store(folder) as store:
        lane = lane_of(store.site_changes("haiti"), "Haiti", [change_of(STRANGE).change_id])
    assert lane is not None
    assert "\u202e" not in lane.alt
    png = draw_lane(lane.spec)
    assert png.startswith(PNG)
    assert len(png) < MOST_BYTES


@pytest.mark.slow
async def test_an_alert_with_its_picture_arrives_at_a_mailbox_and_at_a_webhook(
    folder: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # A mail program greets with this machine's full name, for which it would ask the network.
    monkeypatch.setattr(socket, "getfqdn", lambda name="": "desk.localhost")
    pytest.importorskip("vl_convert", reason="vl-convert-python, which draws the timeline, is not installed")
    with MailSink() as mail, Sink() as hook:
        addresses = [mail.address, f"json://{hook.where}/"]
        rule = replace(watch().rules[0], channels=tuple(addresses))
        mission = replace(watch(), rules=(rule,))
        waiting = [PendingAlert(_to(channel_name(address))) for address in addresses]
        context: Any = SimpleNamespace(
            watch=mission,
            settings=load_settings({}),
            request=WatchRequest(folder=folder / "haiti", data_dir=folder),
            now=NOW,
            progress=no_progress,
        )
        async with drawing.pictures(mission, lambda: open_store(folder), told.append) as drawn:
            made = await unwrap(deliver_batch)(
                "two",
                waiting,
                {channel_name(address): address for address in addresses},
                ("", b""),
                Channels(folder, {}, print),
                context,
                0,
                drawn,
            )
        assert [(one.outcome, one.reason) for one in made] == [("delivered", "")] * 2
        assert told == []
        (got,) = mail.mails
        (inline,) = [one for one in got.walk() if one.get_content_type() == "image/png"]
        posted: dict[str, Any] = hook.got[0][2]
    (attached,) = posted["attachments"]
    assert inline.get_content().startswith(PNG)
    assert base64.b64decode(attached["base64"]) == inline.get_content()
    assert len(inline.get_content()) < MOST_BYTES
    assert posted["alert"]["picture"]["alt"].startswith("Timeline of Haiti, mandate.")


def _to(channel: str) -> Alert:
    return replace(ALERT, alert_id=uuid4(), channel=channel)
