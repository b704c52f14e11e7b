"""Prefect's blocks as alert channels: what is sent, and what is said where it can't be."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from flows.run import blocks
from pipeline.model.errors import DeliveryError
from pipeline.notify import Channels, deliver, needs_prefect, services
from tests.flows.serving.server import PrefectServer
from tests.notify.samples import ALERT_ID, alert, message
from tests.notify.sinks import Sink

TOKEN = "t0ken-hunter2"


class Block:
    """A notification block: keeps what it gets, or fails with its address in the error."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.got: list[tuple[str, str | None]] = []
        self.raises = False

    @contextmanager
    def raise_on_failure(self) -> Iterator[None]:
        self.raises = True
        yield

    async def anotify(self, body: str, subject: str | None = None) -> None:
        if self.broken:
            raise RuntimeError(f"failed for https://hooks.example/{TOKEN}")
        self.got.append((body, subject))


class Shelf:
    """Prefect's store of blocks; what is not on it is not found, as Prefect says it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.held: dict[str, object] = {}
        monkeypatch.setattr(blocks, "_prefect", lambda: SimpleNamespace(Block=self))
        monkeypatch.setattr(blocks, "_server", lambda: "the server 127.0.0.1:4200")

    async def aload(self, name: str) -> object:
        found = self.held.get(name)
        if isinstance(found, Exception):
            raise found
        if found is None:
            raise ValueError(f"Unable to find block document named {name}")
        return found


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf(monkeypatch)


@pytest.fixture
def ours(tmp_path: Path) -> Channels:
    return blocks.channels(tmp_path, {}, lambda _: None)


async def test_a_block_gets_the_subject_and_the_text_with_the_alerts_key(shelf: Shelf, ours: Channels) -> None:
    block = shelf.held["slack-webhook/ops"] = Block()

    await deliver(alert("prefect:slack-webhook/ops", message(subject="A became B")), channels=ours)

    ((body, subject),) = block.got
    assert subject == "A became B"
    assert body.startswith("MANDATE: Isle force: until 2 October 2025 (in effect) became")
    assert body.endswith(f"Alert {ALERT_ID}")
    assert block.raises  # else Prefect would swallow a failure, and the alert would count as delivered


async def test_a_block_is_not_made_to_call_people(shelf: Shelf, ours: Channels) -> None:
    block = shelf.held["slack-webhook/ops"] = Block()

    await deliver(alert("prefect:slack-webhook/ops", message(subject="<!channel> @everyone")), channels=ours)

    assert block.got[0][1] == "<\u2060!channel> @\u2060everyone"


async def test_a_block_that_fails_is_a_delivery_error_without_its_values(shelf: Shelf, ours: Channels) -> None:
    shelf.held["slack-webhook/ops"] = Block(broken=True)

    with pytest.raises(
        DeliveryError, match=r"block slack-webhook/ops did not take the alert \(RuntimeError\)"
    ) as caught:
        await deliver(alert("prefect:slack-webhook/ops"), channels=ours)

    assert TOKEN not in f"{caught.value!r} {caught.value}"
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (
            None,
            r"the server 127\.0\.0\.1:4200\) has no block slack-webhook/ops\. Save it there anew\. `prefect block ls`",
        ),
        (
            OSError(TOKEN),
            r"did not give the block slack-webhook/ops \(OSError\)\. Start the server with `prefect server",
        ),
        (UnicodeError(TOKEN), "holds values that don't fit in its block slack-webhook/ops"),
        (object(), "block slack-webhook/ops sends no notifications. Name a block that does"),
    ],
)
async def test_what_is_wrong_with_a_block_is_said_and_what_to_do(
    shelf: Shelf, ours: Channels, held: object, said: str
) -> None:
    shelf.held["slack-webhook/ops"] = held

    with pytest.raises(DeliveryError, match=said) as caught:
        await deliver(alert("prefect:slack-webhook/ops"), channels=ours)

    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["prefect:ops", "prefect:slack-webhook/", "prefect:a/b/c", "prefect:../x", "prefect:A/b"]
)
async def test_a_channel_that_names_no_block_is_said_to(shelf: Shelf, ours: Channels, name: str) -> None:
    with pytest.raises(DeliveryError, match=r"Write prefect:TYPE-SLUG/NAME, such as prefect:slack-webhook/ops"):
        await deliver(alert(name), channels=ours)


async def test_a_secret_block_holds_the_address(shelf: Shelf, ours: Channels, webhook: Sink) -> None:
    shelf.held["secret/desk"] = SimpleNamespace(get=lambda: f"json://{webhook.where}/{TOKEN}")

    await deliver(alert("secret:desk"), channels=ours)

    assert [path for path, _, _ in webhook.got] == [f"/{TOKEN}"]


async def test_a_failure_at_a_secret_address_does_not_show_it(shelf: Shelf, ours: Channels, webhook: Sink) -> None:
    shelf.held["secret/desk"] = SimpleNamespace(get=lambda: f"json://{webhook.where}/{TOKEN}")
    webhook.status = 503

    with pytest.raises(DeliveryError, match=r"json://127\.0\.0\.1 did not take the alert: it answered 503") as caught:
        await deliver(alert("secret:desk"), channels=ours)

    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize(("value", "said"), [({"a": 1}, "holds no text"), (" ", "has no address")])
async def test_a_secret_that_is_no_address_is_said_to_be_none(
    shelf: Shelf, ours: Channels, value: object, said: str
) -> None:
    shelf.held["secret/desk"] = SimpleNamespace(get=lambda: value)

    with pytest.raises(DeliveryError, match=said):
        await deliver(alert("secret:desk"), channels=ours)


@pytest.mark.parametrize("channel", ["prefect:slack-webhook/ops", "secret:desk"])
async def test_without_prefect_such_a_channel_says_what_it_needs(channels: Channels, channel: str) -> None:
    with pytest.raises(DeliveryError, match=f"The alert channel {channel} needs Prefect"):
        await deliver(alert(channel), channels=channels)


def test_which_channels_need_prefect() -> None:
    asked = ("console", "file:a", "env:X", "secret:desk", "prefect:slack-webhook/ops", "json://h")

    assert [channel for channel in asked if needs_prefect(channel)] == ["secret:desk", "prefect:slack-webhook/ops"]


async def test_a_block_that_hangs_is_given_up(shelf: Shelf, ours: Channels, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    class Hanging(Block):
        async def anotify(self, body: str, subject: str | None = None) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr(services, "TIME_LIMIT", 0.05)
    shelf.held["slack-webhook/ops"] = Hanging()

    with pytest.raises(DeliveryError, match="did not answer within"):
        await deliver(alert("prefect:slack-webhook/ops"), channels=ours)


@pytest.mark.slow
async def test_blocks_of_a_real_server_send_and_leave_no_trace_of_what_they_hold(
    tmp_path: Path, webhook: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    from prefect.blocks.notifications import CustomWebhookNotificationBlock, SlackWebhook
    from prefect.blocks.system import Secret
    from prefect.settings import PREFECT_API_URL, temporary_settings

    caplog.set_level(logging.DEBUG)
    ours = blocks.channels(tmp_path, {}, lambda _: None)
    with PrefectServer().start(tmp_path / "prefect") as server, temporary_settings({PREFECT_API_URL: server.url}):
        await SlackWebhook(url=f"json://{webhook.where}/{TOKEN}").save("ops")
        await CustomWebhookNotificationBlock(
            name="desk", url=f"http://{webhook.where}/{TOKEN}", json_data={"text": "{{subject}}"}
        ).save("desk")
        await Secret(value=f"json://{webhook.where}/{TOKEN}").save("desk")
        caplog.clear()  # what Prefect logs while a block is saved is not ours

        for channel in ("prefect:slack-webhook/ops", "prefect:custom-webhook/desk", "secret:desk"):
            await deliver(alert(channel), channels=ours)

        assert [path for path, _, _ in webhook.got] == [f"/{TOKEN}"] * 3
        webhook.status = 500
        for channel in ("prefect:slack-webhook/ops", "prefect:custom-webhook/desk", "secret:desk"):
            with pytest.raises(DeliveryError, match="did not take the alert") as caught:
                await deliver(alert(channel), channels=ours)
            assert TOKEN not in str(caught.value)
        with pytest.raises(DeliveryError, match=rf"{server.url.split('/')[2]}\) has no block slack-webhook/none"):
            await deliver(alert("prefect:slack-webhook/none"), channels=ours)
        assert TOKEN not in caplog.text
        server.stop()
        with pytest.raises(DeliveryError, match="did not give the block secret/desk"):
            await deliver(alert("secret:desk"), channels=ours)
    assert TOKEN not in caplog.text
