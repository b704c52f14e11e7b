"""Settings from the environment and a file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from pipeline.model.errors import UsageError
from pipeline.runtime.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_nothing_has_to_be_set() -> None:
    assert load_settings({}) == Settings(
        data_dir=Path("missionwatch-data"),
        contact="",
        concurrency=50,
        host_spacing=5.0,
        pages_per_run=500,
        workers=3,
        worker_deadline=10.0,
        spread="local",
        store_wait=30.0,
        ack_base="",
        ack_key="",
        ack_url="",
        page_url="",
        delivery_attempts=12,
        author="",
        keep_bodies=0,
        events=True,
        log="text",
    )


def test_other_variables_are_not_looked_at() -> None:
    assert load_settings({"PATH": "/bin", "PREFECT_API_URL": "x", "MISSIONWATCH_SHARED": "x"}) == Settings()


def test_each_setting_can_come_from_a_variable() -> None:
    values = {
        "data_dir": "/srv/watch",
        "contact": "desk@example.org",
        "concurrency": "7",
        "host_spacing": "0",
        "pages_per_run": "9",
        "own_servers": "news.example.org=127.0.0.1:8080",
        "workers": "3",
        "worker_deadline": "2.5",
        "store_wait": "1",
        "ack_base": "https://desk.example.org/watch",
        "ack_key": "env:DESK_ACK_KEY",
        "page_url": "https://example.org/{change_id}",
        "delivery_attempts": "3",
        "author": "Ana",
        "keep_bodies": "180",
        "spread": "dask:tcp://farm.test:8786",
        "events": "False",
        "log": "json",
        "site": "False",
    }
    assert set(values) == set(Settings.model_fields) - {"ack_url"}  # which is there in place of ack_base

    settings = load_settings({f"MISSIONWATCH_{key.upper()}": value for key, value in values.items()})

    found = settings.model_dump(exclude={"ack_url"})
    assert {key: str(value).removesuffix(".0") for key, value in found.items()} == values


def test_an_address_of_ones_own_takes_the_place_of_the_receivers() -> None:
    mine = "mailto:desk@example.org?subject={alert_id}"

    assert load_settings({"MISSIONWATCH_ACK_URL": mine}).ack_url == mine
    with pytest.raises(UsageError, match="ack_url can't be set beside ack_base: a message has one link"):
        load_settings({"MISSIONWATCH_ACK_URL": mine, "MISSIONWATCH_ACK_BASE": "https://desk.example.org"})


def test_the_base_of_links_loses_its_last_slash() -> None:
    assert load_settings({"MISSIONWATCH_ACK_BASE": "https://d.example/w/"}).ack_base == "https://d.example/w"


def test_an_empty_variable_counts_as_not_set() -> None:
    assert load_settings({"MISSIONWATCH_WORKERS": " "}).workers == 3


def test_a_variable_wins_over_the_file(empty_folder: Path) -> None:
    (empty_folder / "missionwatch.toml").write_text('workers = 3\ncontact = "desk@example.org"\n')

    settings = load_settings({"MISSIONWATCH_WORKERS": "4"})

    assert (settings.workers, settings.contact) == (4, "desk@example.org")


def test_a_relative_data_dir_in_a_file_is_relative_to_the_file(empty_folder: Path) -> None:
    (empty_folder / "etc").mkdir()
    (empty_folder / "etc" / "m.toml").write_text('data_dir = "data"\n')

    assert load_settings({}, empty_folder / "etc" / "m.toml").data_dir == empty_folder / "etc" / "data"


def test_settings_are_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().workers = 3  # type: ignore[misc]


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"MISSIONWATCH_WORKER": "2"}, "unknown variable MISSIONWATCH_WORKER. Did you mean MISSIONWATCH_WORKERS?"),
        ({"MISSIONWATCH_XYZ": "2"}, "A variable for an alert channel needs a name without that prefix."),
        ({"MISSIONWATCH_WORKERS": "two"}, "MISSIONWATCH_WORKERS: workers must be a valid integer"),
        ({"MISSIONWATCH_WORKERS": "0"}, "workers must be greater than or equal to 1; the default is '3'."),
        ({"MISSIONWATCH_STORE_WAIT": "inf"}, "MISSIONWATCH_STORE_WAIT: store_wait must be"),
        ({"MISSIONWATCH_CONTACT": "a\r\nCookie: b"}, "contact must be printable ASCII"),
        ({"MISSIONWATCH_ACK_BASE": "desk.example.org"}, "ack_base must be an address that begins with http:, https:"),
        ({"MISSIONWATCH_ACK_BASE": "https://d.example/?x={alert_id}"}, "ack_base must be the address of a server"),
        ({"MISSIONWATCH_ACK_KEY": "hunter2"}, "ack_key must be env:NAME: the key itself stands in that"),
    ],
)
def test_a_wrong_variable_is_told_with_its_remedy(environ: dict[str, str], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_settings(environ)

    assert message in str(caught.value)
    assert "Known settings: data_dir, contact," in caught.value.remedy


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\nworkers = 2\nworkrs = 3\n", "missionwatch.toml:3: unknown setting 'workrs'. Did you mean workers?"),
        ("[poll]\nx = 1\n", "missionwatch.toml:1: unknown setting 'poll'."),
        ('# c\nworkers = "x"\n', "missionwatch.toml:2: workers must be a valid integer"),
        ("data_dir = 3\n", "missionwatch.toml:1: data_dir"),
        ("workers =\n", "missionwatch.toml:1: is not TOML: Invalid value."),
    ],
)
def test_a_wrong_line_of_the_file_is_told_with_its_number(empty_folder: Path, text: str, message: str) -> None:
    (empty_folder / "missionwatch.toml").write_text(text)

    with pytest.raises(UsageError) as caught:
        load_settings({})

    assert message in str(caught.value)


def test_all_problems_are_told_together(empty_folder: Path) -> None:
    (empty_folder / "missionwatch.toml").write_text("workrs = 3\n")

    with pytest.raises(UsageError) as caught:
        load_settings({"MISSIONWATCH_PAGES_PER_RUN": "-1", "MISSIONWATCH_NOPE": "1"})

    assert len(caught.value.message.splitlines()) == 3


def test_a_file_that_is_not_there_sets_nothing(empty_folder: Path) -> None:
    assert load_settings({}, empty_folder / "missionwatch.toml") == Settings()


def test_a_file_that_is_a_folder_is_told(empty_folder: Path) -> None:
    (empty_folder / "missionwatch.toml").mkdir()

    with pytest.raises(UsageError, match=r"missionwatch\.toml: can't be read: Is a directory"):
        load_settings({})


def test_requests_tell_whom_to_write_to() -> None:
    named = load_settings({"MISSIONWATCH_CONTACT": "desk@example.org"}).user_agent

    assert re.fullmatch(r"missionwatch/[0-9.]+ \(\+desk@example\.org\)", named)
    assert re.fullmatch(r"missionwatch/[0-9.]+", load_settings({}).user_agent)
