"""Acknowledging by link, over HTTP: what a reader sees, what a scanner does not do, what a stranger can't."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pipeline.model.errors import UsageError
from pipeline.site.receiver.app import MAX_BODY
from pipeline.site.receiver.page import CONTENT_SECURITY
from pipeline.site.receiver.server import AckServer
from pipeline.storage import open_store
from tests.site.receiver.conftest import ALERT, EVIL, HOSTILE, Receiver, another

pytestmark = pytest.mark.slow


def test_a_look_says_what_is_acknowledged_and_has_a_button(receiver: Receiver) -> None:
    page = receiver.ask("GET", receiver.link())

    assert page.status == 200
    assert "<h1>Haiti: mandate decided: B1</h1>" in page.text
    assert "the force: A became B1" in page.text
    assert "“The Council said so.”" in page.text
    assert '<form method="post">' in page.text


def test_however_often_it_is_looked_at_nothing_is_acknowledged(receiver: Receiver) -> None:
    for method in ("GET", "HEAD", "GET", "OPTIONS", "PUT", "DELETE"):
        receiver.ask(method, receiver.link())

    assert receiver.acked()["acked_at"] is None


def test_the_button_acknowledges_with_name_and_note(receiver: Receiver) -> None:
    page = receiver.press(receiver.link(), by="Ann Lee", note="told the desk\nat once")

    row = receiver.acked()
    assert (page.status, row["acked_by"], row["ack_note"]) == (200, "Ann Lee", "told the desk\nat once")
    assert re.search(r"Acknowledged</b></p><p>By Ann Lee on \d\d \w{3} \d{4}, \d\d:\d\d UTC\.", page.text)


def test_who_gives_no_name_is_known_by_the_channel_that_had_the_link(receiver: Receiver) -> None:
    receiver.press(receiver.link())

    assert receiver.acked()["acked_by"] == "a reader of file"


def test_sql_clients_see_it_at_once(receiver: Receiver) -> None:
    receiver.press(receiver.link(), by="Ann")

    deadline = time.monotonic() + 30
    while receiver.acks() != 1 and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    assert receiver.acks() == 1


def test_to_press_again_changes_nothing_whoever_does_it(receiver: Receiver) -> None:
    receiver.press(receiver.link(), by="Ann")
    before = receiver.acked()

    again = receiver.press(receiver.link(), by="Bob", note="me too")

    assert receiver.acked() == before
    assert "By Ann" in again.text
    assert "It was acknowledged before: nothing has changed." in again.text
    assert "<form" not in receiver.ask("GET", receiver.link()).text or receiver.acks() == 0


def test_two_who_press_at_the_same_moment_are_one_acknowledgement(receiver: Receiver) -> None:
    pages: list[str] = []
    both = [
        threading.Thread(target=lambda who=who: pages.append(receiver.press(receiver.link(), by=who).text))
        for who in ("Ann", "Bob")
    ]
    for one in both:
        one.start()
    for one in both:
        one.join()

    first = receiver.acked()["acked_by"]
    assert [f"By {first}" in page for page in pages] == [True, True]


def wrong(link: str, how: str) -> str:
    """``link`` with one thing wrong in it."""
    front, watch, alert_id, signature = link.rsplit("/", 3)
    other = ("0" if signature[0] != "0" else "1") + signature[1:]
    return {
        "signature": f"{front}/{watch}/{alert_id}/{other}",
        "no signature": f"{front}/{watch}/{alert_id}/x",
        "other alert": f"{front}/{watch}/{EVIL.alert_id}/{signature}",
        "other watch": f"{front}/mali/{alert_id}/{signature}",
        "no id": f"{front}/{watch}/17/{signature}",
        "cut": f"{front}/{watch}/{alert_id}",
        "odd bytes": f"{front}/{watch}/{alert_id}/%ff%00{signature}",
        "nothing": "/",
    }[how]


@pytest.mark.parametrize(
    "how", ["signature", "no signature", "other alert", "other watch", "no id", "cut", "odd bytes", "nothing"]
)
def test_a_link_that_was_not_made_here_opens_nothing_and_says_nothing(receiver: Receiver, how: str) -> None:
    link = wrong(receiver.link(), how)

    looked, pressed = receiver.ask("GET", link), receiver.press(link, by="Eve")

    assert (looked.status, pressed.status) == (404, 404)
    assert "Haiti" not in looked.text + pressed.text
    assert receiver.acked()["acked_at"] is receiver.acked(EVIL)["acked_at"] is None


def test_a_true_link_to_an_alert_that_is_gone_opens_nothing(receiver: Receiver) -> None:
    gone = receiver.link(another(ALERT))

    assert (receiver.ask("GET", gone).status, receiver.press(gone).status) == (404, 404)


def test_a_proxy_may_leave_its_own_part_in_the_path(receiver: Receiver) -> None:
    assert receiver.press(f"/watch{receiver.link()}", by="Ann").status == 200
    assert receiver.acked()["acked_by"] == "Ann"


def test_the_page_runs_nothing_loads_nothing_and_is_framed_by_nobody(receiver: Receiver) -> None:
    page = receiver.ask("GET", receiver.link())

    policy = page.headers["content-security-policy"]
    assert policy == CONTENT_SECURITY
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<script|<link|<img|\bon\w+=|style=|https?://", page.text)


def test_what_feeds_and_readers_say_is_escaped(receiver: Receiver) -> None:
    looked = receiver.ask("GET", receiver.link(EVIL))
    pressed = receiver.press(receiver.link(EVIL), by=f'"{HOSTILE}', note=HOSTILE)

    for page in (looked, pressed):
        assert HOSTILE not in page.text
        assert "&lt;script&gt;" in page.text


def test_while_a_run_writes_the_reader_is_told_and_loses_nothing_that_was_typed(receiver: Receiver) -> None:
    receiver.desk.ack_wait = 0.1
    with open_store(receiver.folder):
        page = receiver.press(receiver.link(), by="Ann", note="told <b>desk</b>")
    receiver.desk.ack_wait = 10

    assert (page.status, page.headers["retry-after"]) == (503, "5")
    assert "The watch is writing at this moment" in page.text
    assert 'value="Ann"' in page.text
    assert ">told &lt;b&gt;desk&lt;/b&gt;</textarea>" in page.text
    assert receiver.acked()["acked_at"] is None
    assert receiver.press(receiver.link(), by="Ann").status == 200


def test_a_look_waits_for_no_run(receiver: Receiver) -> None:
    with open_store(receiver.folder):
        page = receiver.ask("GET", receiver.link())

    assert (page.status, "B1" in page.text) == (200, True)


def test_an_alert_that_is_not_published_yet_is_found_in_the_store(receiver: Receiver) -> None:
    (receiver.folder / "missionwatch.duckdb").unlink()

    assert "B1" in receiver.ask("GET", receiver.link()).text


def test_a_store_that_can_not_be_used_is_told_without_its_place(receiver: Receiver) -> None:
    (receiver.folder / "live.duckdb").write_bytes(b"no database" * 1000)

    page = receiver.press(receiver.link(), by="Ann")

    assert page.status == 500
    assert "Please tell whoever runs the watch" in page.text
    assert str(receiver.folder) not in page.text


def test_too_much_is_refused(receiver: Receiver) -> None:
    page = receiver.press(receiver.link(), note="x" * MAX_BODY)

    assert (page.status, receiver.acked()["acked_at"]) == (413, None)


def test_what_is_no_form_is_refused(receiver: Receiver) -> None:
    page = receiver.ask("POST", receiver.link(), b"{}", Content_Type="application/json")

    assert (page.status, receiver.acked()["acked_at"]) == (415, None)


def test_a_long_name_is_cut_and_can_forge_no_screen(receiver: Receiver) -> None:
    receiver.press(receiver.link(), by="Ann\u202e\x1b[31m " + "x" * 500)

    by = receiver.acked()["acked_by"]
    assert by.startswith("Ann[31m xxx")
    assert len(by) == 200


def test_its_health_can_be_asked(receiver: Receiver) -> None:
    assert receiver.ask("GET", "/health").text == receiver.ask("GET", "/watch/health").text == "ok\n"


def test_a_port_that_is_taken_is_told(receiver: Receiver) -> None:
    port = int(receiver.server.url.rpartition(":")[2])

    with pytest.raises(UsageError, match=rf"127\.0\.0\.1:{port} can't be listened at: Address already in use"):
        AckServer(receiver.desk, {}, port=port).start()


@pytest.mark.slow
def test_the_command_takes_acknowledgements_until_it_is_told_to_stop(receiver: Receiver, tmp_path: Path) -> None:
    haiti = str(Path(__file__).parents[3] / "seeds" / "haiti")
    command = [str(Path(sys.executable).parent / "missionwatch"), "alerts", "listen", haiti, "--port", "0"]
    environ = {**os.environ, "MISSIONWATCH_DATA_DIR": str(receiver.folder), "MISSIONWATCH_ACK_BASE": "http://d.example"}
    process = subprocess.Popen(command, cwd=tmp_path, env=environ, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        said = process.stderr.readline()
        url = re.fullmatch(r"Acknowledgements of haiti are taken at (http://127\.0\.0\.1:\d+)\n", said)
        assert url, said
        assert "http://d.example/ack/..., which must lead here" in process.stderr.readline()
        other = Receiver(receiver.folder, AckServerAt(url[1]), receiver.desk, receiver.way)
        assert other.press(other.link(), by="Ann").status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait(10)
        if process.stderr is not None:
            process.stderr.close()

    assert receiver.acked()["acked_by"] == "Ann"


class AckServerAt(AckServer):
    """A receiver of another process, of which only the address is known."""

    def __init__(self, url: str) -> None:
        self._url = url

    @property
    def url(self) -> str:
        return self._url
