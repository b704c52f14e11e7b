"""The whole way: a run hands a message over, and the link that stands in it acknowledges the alert."""

from __future__ import annotations

import json
import re
from inspect import unwrap
from typing import Any, cast
from urllib.parse import urlsplit
from uuid import UUID

from flows.alert import ack_link_of, deliver_batch
from flows.run.context import RunContext, Tools, no_progress
from flows.run.record import Run
from flows.run.request import WatchRequest
from pipeline.model import PendingAlert
from pipeline.notify import Channels
from pipeline.runtime.settings import Settings
from pipeline.site.receiver import KEY_FILE
from tests.site.receiver.conftest import ALERT, BASE, Receiver
from tests.storage.builders import NOW, make_watch


def world(receiver: Receiver) -> RunContext:
    tools = Tools(Settings(ack_base=BASE), *cast("Any", (None, None, None)))
    request = WatchRequest(folder=receiver.folder.parent / "seeds" / "haiti", data_dir=receiver.folder)
    return RunContext(request, tools, make_watch(), cast("Any", None), Run(UUID(int=1), NOW), no_progress)


async def told(receiver: Receiver, context: RunContext) -> str:
    """What the file channel got."""
    channels = Channels(receiver.folder, {}, lambda _: None)
    ack = ack_link_of(context)
    await unwrap(deliver_batch)("a batch", [PendingAlert(ALERT)], {}, ack, channels, context)
    (line,) = (receiver.folder / "alerts" / "haiti.jsonl").read_text("utf-8").splitlines()
    return str(json.loads(line)["body"])


async def test_the_link_in_a_message_acknowledges_the_alert_that_it_is_about(receiver: Receiver) -> None:
    body = await told(receiver, world(receiver))

    link = re.search(rf"Acknowledge: ({BASE}/ack/haiti/\S+)\n", body)
    assert link, body
    path = urlsplit(link[1]).path
    assert "<button>Acknowledge</button>" in receiver.ask("GET", path).text
    assert receiver.press(path, by="Ann").status == 200
    assert receiver.acked()["acked_by"] == "Ann"


async def test_a_key_that_can_not_be_had_holds_up_no_message_and_is_told(receiver: Receiver) -> None:
    (receiver.folder / KEY_FILE).chmod(0o644)
    context = world(receiver)

    body = await told(receiver, context)

    assert "desk.example.org" not in body
    assert f"Acknowledge: missionwatch alerts ack {context.request.folder} {ALERT.alert_id}" in body
    assert context.run.notes[0].startswith(
        "messages have no link that acknowledges them: Others than its owner can use"
    )
