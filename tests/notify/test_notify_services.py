"""What arrives at a mailbox, a webhook and a chat: at real servers on loopback."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest

from pipeline.alerts.message import Section
from pipeline.model import Picture
from pipeline.model.errors import DeliveryError
from pipeline.notify import Channels, deliver, services
from pipeline.notify.services import form_of
from pipeline.notify.wording import words
from tests.notify.samples import ALERT_ID, HOSTILE, NEW_ID, alert, message, section
from tests.notify.sinks import MailSink, Sink

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None, f"the mail has no {kind} part"
    return found.get_content()


# -- mail ----------------------------------------------------------------------------------------


async def test_a_mail_has_the_subject_a_page_and_the_same_as_text(mail: MailSink, channels: Channels) -> None:
    await deliver(alert(mail.address), channels=channels)

    (got,) = mail.mails
    assert got["Subject"] == "Isle force: mandate decided: a year more"
    assert got["To"] == "ana@desk.example"
    assert got.get_content_type() == "multipart/alternative"
    assert "<blockquote" in part(got, "html")
    assert part(got, "plain").splitlines() == [
        "Isle force: mandate decided: a year more",
        "",
        "Mandate",
        "Isle force: until 2 October 2025 (in effect) became until 2 October 2026 (decided)",
        ">Before: “The mandate ends on 2 October 2025.” (baseline, 01 Aug 2025)",
        ">Now: “The Council extended the force's mandate by a year.”",
        "Verdict: revises, since 30 Sep 2025",
        "How sure: very sure (0.91); 2 independent origins",
        "Source: Isle Post, first written by Harbour Wire, 30 Sep 2025 18:05 UTC",
        "“Council extends the force”",
        "https://isle.example/2025/mandate?a=1&b=2",
        "Why: missionwatch why seeds/isle 'https://isle.example/2025/mandate?a=1&b=2'",
        "",
        f"Alert {ALERT_ID}",
    ]


async def test_a_mail_carries_its_key_and_asks_for_no_holiday_reply(mail: MailSink, channels: Channels) -> None:
    await deliver(alert(mail.address), channels=channels)

    assert mail.mails[0]["X-Missionwatch-Alert"] == str(ALERT_ID)
    assert mail.mails[0]["Auto-Submitted"] == "auto-generated"


async def test_a_title_of_a_feed_puts_no_header_and_no_tag_into_a_mail(mail: MailSink, channels: Channels) -> None:
    hostile = f"{HOSTILE}\r\nBcc: all@evil.example"

    await deliver(alert(mail.address, message(section(title=hostile), subject=hostile)), channels=channels)

    (got,) = mail.mails
    assert got["Bcc"] is None
    assert "<script" not in part(got, "html")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; [Council](http://evil.example)" in part(got, "html")
    assert "\x1b" not in part(got, "plain") + got["Subject"]


async def test_an_address_may_ask_for_mail_as_text_alone(mail: MailSink, channels: Channels) -> None:
    await deliver(alert(f"{mail.address}&format=text"), channels=channels)

    (got,) = mail.mails
    assert got.get_content_type() == "text/plain"
    assert got.get_content().startswith("MANDATE: Isle force: until 2 October 2025 (in effect) became")


async def test_a_mail_server_that_says_no_is_a_delivery_error(mail: MailSink, channels: Channels) -> None:
    mail.refuse = True

    with pytest.raises(DeliveryError, match=r"mailto://127\.0\.0\.1 did not take the alert"):
        await deliver(alert(mail.address), channels=channels)


PICTURE = Picture("timeline.png", "Timeline of the Isle force, <mandate>", PIXEL)


async def drawn() -> Picture | None:
    return PICTURE


async def test_a_picture_stands_in_a_mail_with_its_words(mail: MailSink, channels: Channels) -> None:
    await deliver(alert(mail.address), channels=channels, draw=drawn)

    (got,) = mail.mails
    (picture,) = [one for one in got.walk() if one.get_content_type() == "image/png"]
    assert (picture.get_content_disposition(), picture.get_content()) == ("inline", PIXEL)
    assert picture["Content-ID"] == "<timeline.png>"
    assert '<img src="cid:timeline.png" alt="Timeline of the Isle force, &lt;mandate&gt;"' in part(got, "html")


async def test_a_mail_as_text_has_the_picture_as_a_file(mail: MailSink, channels: Channels) -> None:
    await deliver(alert(f"{mail.address}&format=text"), channels=channels, draw=drawn)

    assert [(one.get_filename(), one.get_content()) for one in mail.mails[0].iter_attachments()] == [
        ("timeline.png", PIXEL)
    ]


async def test_a_webhook_gets_the_picture_in_base64_and_its_words(webhook: Sink, channels: Channels) -> None:
    await deliver(alert(f"json://{webhook.where}/"), channels=channels, draw=drawn)

    ((_, _, got),) = webhook.got
    (attached,) = cast("list[dict[str, str]]", got["attachments"])
    assert (attached["filename"], attached["mimetype"]) == ("timeline.png", "image/png")
    assert base64.b64decode(attached["base64"]) == PIXEL
    told = cast("dict[str, object]", got["alert"])
    assert told["picture"] == {"filename": "timeline.png", "alt": PICTURE.alt}


async def test_what_is_not_taken_with_its_picture_goes_without(webhook: Sink, channels: Channels) -> None:
    webhook.too_large = 2_500  # bytes: the message alone has fewer

    await deliver(alert(f"json://{webhook.where}/"), channels=channels, draw=large)

    with_picture, without = (got for _, _, got in webhook.got)
    assert len(cast("list[object]", with_picture["attachments"])) == 1
    assert without["attachments"] == []


async def large() -> Picture | None:
    return replace(PICTURE, png=PIXEL * 50)


async def test_a_chat_asks_for_no_picture(webhook: Sink, channels: Channels) -> None:
    async def never() -> Picture | None:
        raise AssertionError("nobody shows it")

    await deliver(alert(f"mmost://{webhook.where}/{'3c' * 13}"), channels=channels, draw=never)

    assert len(webhook.got) == 1


async def test_a_message_without_a_picture_has_no_place_for_one(mail: MailSink, channels: Channels) -> None:
    async def none() -> Picture | None:
        return None

    await deliver(alert(mail.address), channels=channels, draw=none)

    assert "<img" not in part(mail.mails[0], "html")


# -- programs ------------------------------------------------------------------------------------


async def test_a_webhook_gets_the_text_the_key_and_the_message_as_data(webhook: Sink, channels: Channels) -> None:
    await deliver(alert(f"json://{webhook.where}/hook"), channels=channels)

    ((path, headers, got),) = webhook.got
    assert path == "/hook"
    assert headers["Idempotency-Key"] == str(ALERT_ID)
    assert got["title"] == "Isle force: mandate decided: a year more"
    assert str(got["message"]).startswith("MANDATE: Isle force: until 2 October 2025 (in effect) became")
    told = got["alert"]
    assert isinstance(told, dict)
    assert {key: told[key] for key in ("alert_id", "watch", "rule", "changes", "planned_at")} == {
        "alert_id": str(ALERT_ID),
        "watch": "isle",
        "rule": "decided",
        "changes": [str(NEW_ID)],
        "planned_at": "2025-10-01T12:00:00+00:00",
    }
    (one,) = told["message"]["sections"]
    assert one["after_quote"] == "The Council extended the force's mandate by a year."
    assert one["facts"] == {"aspect": "mandate", "confidence": 0.91, "origins": 2, "disputed_value": None}


async def test_what_an_operator_adds_to_a_webhooks_payload_stays(webhook: Sink, channels: Channels) -> None:
    await deliver(alert(f"json://{webhook.where}/?:alert=mine&+Idempotency-Key=own"), channels=channels)

    ((_, headers, got),) = webhook.got
    assert (got["alert"], headers["Idempotency-Key"]) == ("mine", "own")


async def test_two_addresses_in_one_channel_both_get_the_alert(webhook: Sink, mail: MailSink, tmp_path: Path) -> None:
    channels = Channels(tmp_path, {"DESK": f"json://{webhook.where}/, {mail.address}"}, print)

    await deliver(alert("env:DESK"), channels=channels)

    assert (len(webhook.got), len(mail.mails)) == (1, 1)


async def test_a_channel_that_hangs_holds_up_no_other(
    webhook: Sink, mail: MailSink, channels: Channels, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook.silent = True
    monkeypatch.setattr(services, "TIME_LIMIT", 5.0)
    hanging = asyncio.create_task(deliver(alert(f"json://{webhook.where}/"), channels=channels))

    await deliver(alert(mail.address), channels=channels)

    assert len(mail.mails) == 1
    assert not hanging.done()
    webhook.go_on.set()
    await hanging


async def test_no_log_shows_an_address_whatever_the_level(
    webhook: Sink, channels: Channels, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    await deliver(alert(f"json://user:hunter2@{webhook.where}/t0ken"), channels=channels)

    assert len(webhook.got) == 1
    assert "t0ken" not in caplog.text
    assert "hunter2" not in caplog.text


# -- forms ---------------------------------------------------------------------------------------

SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ/#general"


@pytest.mark.parametrize(
    ("url", "form"),
    [
        ("mailto://127.0.0.1?from=a@b.example&to=c@d.example", ("html", "html")),
        ("mailto://127.0.0.1?from=a@b.example&to=c@d.example&format=text", ("text", "text")),
        ("json://127.0.0.1", ("text", "text")),
        ("json://127.0.0.1?format=html", ("html", "html")),
        (SLACK, ("markdown", "markdown")),
        (f"{SLACK}?format=text", ("chat", "text")),
        ("discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", ("markdown", "markdown")),
        ("tgram://123456789:abcdefg_hijklmnop/12315544/", ("markdown", "markdown")),
        ("matrix://token@127.0.0.1/!room:h", ("markdown", "markdown")),
        (f"mmost://127.0.0.1/{'3c' * 16}", ("markdown", "text")),
        ("ntfy://127.0.0.1/topic", ("chat", "text")),
        ("ntfy://127.0.0.1/topic?format=markdown", ("markdown", "markdown")),
        ("twilio://AC" + "a" * 32 + ":" + "b" * 32 + "@15551234567", ("chat", "text")),
    ],
)
def test_each_service_gets_the_form_that_it_shows(url: str, form: tuple[str, str]) -> None:
    service = services._apprise().Apprise.instantiate(url)

    assert form_of(url.split("://")[0], service) == form


@pytest.mark.parametrize("scheme", ["mmost"])
async def test_a_message_over_a_services_limit_goes_in_pieces(webhook: Sink, channels: Channels, scheme: str) -> None:
    long = message(*(section(after_quote=f"Sentence {n}. " + "word " * 250) for n in range(6)))  # limit: 4000

    await deliver(alert(f"{scheme}://{webhook.where}/{'3c' * 13}", long), channels=channels)

    texts = [str(got["text"]) for _, _, got in webhook.got]
    assert len(texts) > 1
    assert max(map(len, texts)) <= 4000
    assert all(f"Sentence {n}." in "".join(texts) for n in range(6))


def test_a_message_that_would_make_many_pieces_is_told_in_short() -> None:
    long = message(*(section(after_quote="word " * 500) for _ in range(10)))

    told = words(alert("x", long), "markdown", limit=2000)

    assert len(told.body) < 8000
    assert told.body.count("Isle force: until 2 October 2025") == 20  # in the list, and above its source
    assert "word word" not in told.body


def test_a_text_message_has_the_first_change_and_its_address_uncut() -> None:
    told = words(alert("x", message(section(became="A " * 100 + "became B"))), "chat", limit=160, title_in_body=True)

    assert len(f"{told.title}\r\n{told.body}") <= 160
    assert told.body.endswith("… https://isle.example/2025/mandate?a=1&b=2")


def test_a_title_that_goes_into_the_body_is_escaped_as_the_body_is() -> None:
    hostile = alert("x", message(subject="*A* <b>"))

    assert words(hostile, "markdown", title_in_body=True).title == "\\*A\\* \\<\u2060b\\>"
    assert words(hostile, "html", title_in_body=True).title == "*A* &lt;b&gt;"
    assert words(hostile, "markdown").title == "*A* <\u2060b>"


@pytest.mark.parametrize("stored", ["", "{", '{"subject": "x"}', '{"subject": "x", "sections": [1]}'])
def test_an_alert_without_a_message_that_can_be_read_is_told_by_its_text(stored: str) -> None:
    plain = replace(alert("x"), body="A became B", message=stored)

    assert words(plain, "text").body == f"A became B\n\nAlert {ALERT_ID}"


async def test_a_file_keeps_the_message_as_data_too(channels: Channels, tmp_path: Path) -> None:
    await deliver(alert("file:desk", message(Section("Lead", "A became B"))), channels=channels)

    (line,) = (tmp_path / "alerts" / "desk.jsonl").read_text().splitlines()
    assert json.loads(line)["message"]["sections"][0]["became"] == "A became B"
