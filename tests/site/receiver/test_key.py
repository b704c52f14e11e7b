"""The key that signs the links: made once, kept from others, and never guessed."""

from __future__ import annotations

import stat
import threading
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from pipeline.alerts import fill_in_links
from pipeline.alerts.acknowledgement import ack_link, is_signed, link_template, signature
from pipeline.alerts.html import as_html
from pipeline.alerts.message import as_markdown, as_text, from_json
from pipeline.model.errors import UsageError
from pipeline.runtime.settings import Settings
from pipeline.site.receiver import KEY_FILE, ack_way, signing_key
from tests.site.receiver.conftest import ALERT, BASE

KEY = b"k" * 64
LINK = f"https://desk.example.org/watch/ack/haiti/{ALERT.alert_id}/"


def test_a_link_is_the_same_each_time_and_another_with_each_key_watch_and_alert() -> None:
    ours = signature(KEY, "haiti", UUID(int=1))

    assert ours == signature(KEY, "haiti", UUID(int=1))
    assert len(ours) == 32
    others = {
        signature(b"l" * 64, "haiti", UUID(int=1)),
        signature(KEY, "mali", UUID(int=1)),
        signature(KEY, "haiti", UUID(int=2)),
    }
    assert len({ours, *others}) == 4


@pytest.mark.parametrize("given", ["", "0" * 32, "é" * 32, "\ud800"])
def test_what_is_no_signature_is_none(given: str) -> None:
    assert not is_signed(given, KEY, "haiti", UUID(int=1))


def test_the_link_names_watch_and_alert_below_the_base() -> None:
    assert ack_link(ALERT, link_template(f"{BASE}/"), KEY) == LINK + signature(KEY, "haiti", ALERT.alert_id)


def test_a_link_that_needs_a_signature_is_none_without_a_key() -> None:
    assert ack_link(ALERT, link_template(BASE)) == ""
    assert (
        ack_link(ALERT, "mailto:d@example.org?subject={alert_id}") == f"mailto:d@example.org?subject={ALERT.alert_id}"
    )


def test_each_message_has_the_link_in_the_form_that_its_channel_shows() -> None:
    told = fill_in_links(ALERT, folder="seeds/haiti", ack_url=link_template(BASE), ack_key=KEY)
    link = LINK + signature(KEY, "haiti", ALERT.alert_id)
    message = from_json(told.message)

    assert f"\nAcknowledge: {link}\n" in as_text(message)
    assert f"Acknowledge by command: missionwatch alerts ack seeds/haiti {ALERT.alert_id}" in told.body
    assert f"\n[Acknowledge \\(desk.example.org\\)]({link})\n" in as_markdown(message)
    assert f'<a href="{link}" rel="noopener noreferrer"' in as_html(message)


def test_what_tells_no_change_has_no_link() -> None:
    told = fill_in_links(replace(ALERT, change_ids=()), folder="x", ack_url=link_template(BASE), ack_key=KEY)

    assert "desk.example.org" not in told.body + told.message


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    first = signing_key(Settings(), tmp_path / "data", {})

    file = tmp_path / "data" / KEY_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(first) == 64
    assert signing_key(Settings(), tmp_path / "data", {}) == first
    assert [path.name for path in file.parent.iterdir()] == [KEY_FILE]


def test_two_who_make_it_at_the_same_moment_have_the_same(tmp_path: Path) -> None:
    found: list[bytes] = []
    makers = [threading.Thread(target=lambda: found.append(signing_key(Settings(), tmp_path, {}))) for _ in range(8)]
    for one in makers:
        one.start()
    for one in makers:
        one.join()

    assert (len(found), len(set(found))) == (8, 1)


def test_a_key_that_others_can_read_is_refused_with_what_to_do(tmp_path: Path) -> None:
    signing_key(Settings(), tmp_path, {})
    (tmp_path / KEY_FILE).chmod(0o640)

    with pytest.raises(UsageError, match=r"Others than its owner can use .*ack\.key.* Make a new one: rm"):
        signing_key(Settings(), tmp_path, {})


def test_a_file_that_holds_no_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"short\n")
    (tmp_path / KEY_FILE).chmod(0o600)

    with pytest.raises(UsageError, match="holds no key of 32 characters"):
        signing_key(Settings(), tmp_path, {})


def test_a_link_in_the_place_of_the_key_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(KEY)
    (tmp_path / KEY_FILE).symlink_to(tmp_path / "elsewhere")

    with pytest.raises(UsageError, match="can't be used"):
        signing_key(Settings(), tmp_path, {})


def test_a_key_of_the_environment_is_taken_and_no_file_is_made(tmp_path: Path) -> None:
    settings = Settings(ack_base=BASE, ack_key="env:DESK_KEY")

    assert ack_way(settings, tmp_path, {"DESK_KEY": f" {KEY.decode()} "}) == (link_template(BASE), KEY)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("value", "said"), [("", "is not set"), ("hunter2", "has fewer than 32 characters")])
def test_a_variable_without_a_key_is_told_and_not_what_it_holds(tmp_path: Path, value: str, said: str) -> None:
    with pytest.raises(UsageError, match=f"DESK_KEY, which should hold the key of ack_key, {said}") as caught:
        signing_key(Settings(ack_key="env:DESK_KEY"), tmp_path, {"DESK_KEY": value})

    assert "hunter2" not in str(caught.value)


def test_without_a_setting_there_is_no_link_and_no_key(tmp_path: Path) -> None:
    assert ack_way(Settings(), tmp_path, {}) == ("", b"")
    assert ack_way(Settings(ack_url="https://d.example/{alert_id}"), tmp_path, {}) == (
        "https://d.example/{alert_id}",
        b"",
    )
    assert list(tmp_path.iterdir()) == []
