"""Handing an alert to a channel."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from pipeline.model import Alert
from pipeline.model.errors import DeliveryError
from pipeline.notify import Channels, deliver, redact, services
from tests.notify.sinks import Sink

ALERT_ID = UUID("00000000-0000-5000-8000-000000000001")
CHANGE_ID = UUID("00000000-0000-5000-8000-000000000002")


def alert(channel: str, *, subject: str = "Lead: Kenya became Panama", body: str = "lead, MSS: decided") -> Alert:
    return Alert(ALERT_ID, "haiti", "decided", channel, (CHANGE_ID,), subject, body, datetime(2025, 9, 30, tzinfo=UTC))


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def channels(tmp_path: Path, said: list[str]) -> Channels:
    return Channels(data_dir=tmp_path, environ={}, echo=said.append)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as server:
        yield server


async def test_the_console_gets_subject_and_body(channels: Channels, said: list[str]) -> None:
    await deliver(alert("console", subject="A", body="b\nc"), channels=channels)

    assert said == ["A\nb\nc"]


async def test_the_console_gets_no_terminal_commands(channels: Channels, said: list[str]) -> None:
    await deliver(alert("console", subject="A\x1b[2J\nB", body="\x1b]0;x\x07\u202etxt"), channels=channels)

    assert said == ["A[2J B\n]0;xtxt"]


async def test_a_console_that_is_closed_is_a_delivery_error(tmp_path: Path) -> None:
    def closed(_: str) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(DeliveryError, match="console did not take the alert: Broken pipe"):
        await deliver(alert("console"), channels=Channels(tmp_path, {}, closed))


async def test_a_file_gets_one_json_line_an_alert(channels: Channels, tmp_path: Path) -> None:
    await deliver(alert("file:desk", body="é\n"), channels=channels)
    await deliver(alert("file:desk"), channels=channels)

    lines = (tmp_path / "alerts" / "desk.jsonl").read_text().splitlines()
    assert len(lines) == 2
    assert json.loads(lines[0]) == {
        "alert_id": "00000000-0000-5000-8000-000000000001",
        "watch": "haiti",
        "rule": "decided",
        "channel": "file:desk",
        "subject": "Lead: Kenya became Panama",
        "body": "é\n",
        "changes": ["00000000-0000-5000-8000-000000000002"],
        "planned_at": "2025-09-30T00:00:00+00:00",
    }


async def test_a_line_is_on_the_disk_before_the_alert_counts_as_delivered(
    channels: Channels, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    monkeypatch.setattr(os, "fsync", lambda number: sizes.append(os.fstat(number).st_size))

    await deliver(alert("file"), channels=channels)

    assert sizes == [(tmp_path / "alerts" / "haiti.jsonl").stat().st_size]


async def test_a_file_without_a_name_has_that_of_the_watch(channels: Channels, tmp_path: Path) -> None:
    await deliver(alert("file"), channels=channels)

    assert [path.name for path in (tmp_path / "alerts").iterdir()] == ["haiti.jsonl"]


async def test_a_line_that_a_crash_cut_short_does_not_spoil_the_next(channels: Channels, tmp_path: Path) -> None:
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "haiti.jsonl").write_text('{"alert_id": "half')

    await deliver(alert("file"), channels=channels)

    last = (tmp_path / "alerts" / "haiti.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["alert_id"] == str(ALERT_ID)


@pytest.mark.parametrize("channel", ["file:../x", "file:/etc/x", "file:a/b", "file:.hidden", "file:a\0b"])
async def test_a_file_channel_stays_in_its_folder(channels: Channels, channel: str) -> None:
    with pytest.raises(DeliveryError, match="no plain file name"):
        await deliver(alert(channel), channels=channels)


async def test_a_file_that_cannot_be_written_is_a_delivery_error(channels: Channels, tmp_path: Path) -> None:
    (tmp_path / "alerts").write_text("in the way")

    with pytest.raises(DeliveryError, match=r"alerts/haiti\.jsonl did not take the alert: File exists"):
        await deliver(alert("file"), channels=channels)


async def test_a_webhook_gets_the_alert_and_its_id_twice(channels: Channels, sink: Sink) -> None:
    await deliver(alert(f"json://{sink.where}/hook?mine=1"), channels=channels)

    ((path, headers, message),) = sink.got
    assert path == "/hook"
    assert headers["Idempotency-Key"] == str(ALERT_ID)
    assert message["title"] == "Lead: Kenya became Panama"
    assert message["message"] == f"lead, MSS: decided\n\nAlert {ALERT_ID}"


async def test_a_chat_is_not_made_to_call_people_or_to_show_a_link_under_another_name(
    channels: Channels, sink: Sink
) -> None:
    hostile = "@everyone <!channel> [UN](http://evil.example)"

    await deliver(alert(f"mmost://{sink.where}/{'3c' * 13}", subject=hostile, body=hostile), channels=channels)

    ((_, _, message),) = sink.got
    told = message["text"]
    assert not any(mark in told for mark in ("@everyone", "<!", "]("))
    # Mattermost shows markdown: a mark behind a backslash is shown, and does nothing.
    assert "@everyone \\<!channel\\> \\[UN\\]\\(http://evil.example\\)" in told.replace("\u2060", "")


async def test_an_address_can_come_from_the_environment(tmp_path: Path, sink: Sink) -> None:
    environ = {"DESK_URL": f"json://{sink.where}/"}

    await deliver(alert("env:DESK_URL"), channels=Channels(tmp_path, environ, print))

    assert len(sink.got) == 1


async def test_a_variable_that_is_not_set_is_named(channels: Channels) -> None:
    with pytest.raises(DeliveryError, match="Set the environment variable DESK_URL"):
        await deliver(alert("env:DESK_URL"), channels=channels)


@pytest.mark.parametrize("status", [500, 403, 307])
async def test_a_webhook_that_does_not_say_yes_is_a_delivery_error_without_secrets(
    channels: Channels, sink: Sink, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    sink.status = status

    with pytest.raises(DeliveryError) as caught:
        await deliver(alert(f"json://user:hunter2@{sink.where}/t0ken?+X-Key=k3y"), channels=channels)

    told = f"{caught.value!r} {caught.value} {caught.value.__cause__} {caplog.text}"
    assert f"json://127.0.0.1 did not take the alert: it answered {status} (" in told
    assert not any(secret in told for secret in ("hunter2", "t0ken", "k3y"))
    assert len(sink.got) == 1  # a redirect is not followed


async def test_a_webhook_that_is_down_is_a_delivery_error(channels: Channels, sink: Sink) -> None:
    where = sink.where
    sink.server_close()

    with pytest.raises(DeliveryError, match=r"json://127\.0\.0\.1 did not take the alert: it could not be reached"):
        await deliver(alert(f"json://{where}/"), channels=channels)


async def test_a_webhook_that_hangs_is_given_up(
    channels: Channels, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "TIME_LIMIT", 0.2)
    sink.silent = True

    with pytest.raises(DeliveryError, match="did not take the alert"):
        await deliver(alert(f"json://{sink.where}/"), channels=channels)

    sink.go_on.set()


async def test_an_address_that_apprise_does_not_know_is_a_delivery_error_without_secrets(channels: Channels) -> None:
    with pytest.raises(DeliveryError, match="no alert address that Apprise knows") as caught:
        await deliver(alert("pigeon://hunter2/t0ken"), channels=channels)

    assert "hunter2" not in str(caught.value)
    assert "t0ken" not in str(caught.value)


async def test_a_plug_in_that_raises_is_a_delivery_error_without_secrets(
    channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> bool:
        raise RuntimeError("failed for slack://hunter2")

    monkeypatch.setattr(services, "_notify", broken)

    with pytest.raises(DeliveryError, match="its plug-in failed") as caught:
        await deliver(alert("slack://hunter2/a/b"), channels=channels)

    assert "hunter2" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("json://user:pw@example.org:8080/path?key=1", "json://example.org"),
        ("mailtos://me:pw@mail.example.org", "mailtos://mail.example.org"),
        ("slack://T0KEN/a/b", "slack://…"),
        ("tgram://123:abc/456", "tgram://…"),
        ("hunter2", "an address that can't be read"),
        ("json://[hunter2", "an address that can't be read"),
        ("", "an address that can't be read"),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url: str, shown: str) -> None:
    assert redact(url) == shown
