"""``missionwatch alerts``: what a person types, and what is said."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from pipeline.model import Alert
from pipeline.storage import open_published, open_store, publish
from pipeline.watches import load_watch
from tests.storage.builders import NOW, RUN, make_alert, make_change, make_delivery, make_run

HAITI = Path(__file__).parents[2] / "seeds" / "haiti"
SLUG = load_watch(HAITI).slug
WAITS = replace(make_alert(make_change(subject="a"), channel="file"), subject="Haiti: it waits")
DEAD = replace(make_alert(make_change(subject="b"), channel="env:DESK"), subject="Haiti: it is dead")
TOLD = replace(make_alert(make_change(subject="c"), channel="console"), subject="Haiti: it was told")


@pytest.fixture
def data(tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that store, beside which commands are typed."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published store with an alert that waits, a dead letter, and one that was delivered."""
    folder = tmp_path_factory.mktemp("alerts")
    with open_store(folder) as store:
        store.finish_run(make_run(watch=SLUG, outcome="ok"))
        store.add_alerts(RUN, [replace(one, watch=SLUG) for one in (WAITS, DEAD, TOLD)])
        store.add_deliveries(RUN, [make_delivery(DEAD, error="503"), make_delivery(TOLD)])
    publish(folder, RUN, NOW)
    return folder


def run(data: Path, *args: str) -> Result:
    command, *rest = args
    return CliRunner().invoke(main, ["alerts", command, str(HAITI), *rest, "--data-dir", str(data)])


def short(alert: Alert) -> str:
    return str(alert.alert_id)[:8]


def test_the_list_says_what_waits_and_why(data: Path) -> None:
    done = run(data, "list")

    assert done.exit_code == 0, done.output
    assert re.search(rf"{short(WAITS)}.*file.*for the next round.*it waits", done.output)
    assert re.search(rf"{short(DEAD)}.*dead: 503.*it is dead", done.output)
    assert "it was told" not in done.output


def test_the_whole_list_says_what_was_delivered(data: Path) -> None:
    rows = [json.loads(line) for line in run(data, "list", "--all", "--json").output.splitlines()]

    assert {row["alert_id"]: row["state"] for row in rows} == {
        str(WAITS.alert_id): "pending", str(DEAD.alert_id): "given_up", str(TOLD.alert_id): "delivered",
    }  # fmt: skip


def test_where_an_address_is_set_the_list_has_the_links(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MISSIONWATCH_ACK_URL", "mailto:desk@example.org?subject={alert_id}")

    assert f"mailto:desk@example.org?subject={TOLD.alert_id}" in run(data, "list", "--all").output


def test_acknowledging_is_shown_to_sql_clients_at_once_and_twice_is_once(data: Path) -> None:
    first = run(data, "ack", short(TOLD), "--by", "ann", "--note", "told the desk")
    second = run(data, "ack", short(TOLD), "--by", "ann")

    assert first.output == "Acknowledged by ann: Haiti: it was told\n"
    assert second.output == "It was acknowledged before by ann: Haiti: it was told\n"
    with open_published(data) as store:
        assert [row["ack_note"] for row in store.alerts(SLUG) if row["acked_by"]] == ["told the desk"]


def test_an_id_that_is_none_is_refused_with_what_to_do(data: Path) -> None:
    done = run(data, "ack", "00000000")

    assert done.exit_code == 2
    assert "'00000000' is the id of no alert of the watch haiti." in done.output
    assert "`missionwatch alerts list DIR --all` shows them" in done.output


def test_dead_letters_are_listed_and_put_back(data: Path) -> None:
    assert short(DEAD) in run(data, "dead").output

    assert run(data, "retry", short(DEAD)).output.startswith("1 dead letter put back")

    assert run(data, "dead").output == "There are no dead letters.\n"
    with open_store(data) as store:
        assert DEAD.alert_id in {pending.alert.alert_id for pending in store.alerts_due(SLUG, NOW, 10)}


def test_all_dead_letters_are_put_back_at_once(data: Path) -> None:
    assert run(data, "retry", "--all").output.startswith("1 dead letter put back")
    assert run(data, "retry", "--all").output.startswith("0 dead letters put back")


def test_what_is_no_dead_letter_is_not_put_back(data: Path) -> None:
    done = run(data, "retry", short(TOLD))

    assert (done.exit_code, "it is delivered" in done.output) == (2, True)


@pytest.mark.parametrize("args", [("retry",), ("retry", "00000000", "--all")])
def test_retry_wants_ids_or_all(data: Path, args: tuple[str, ...]) -> None:
    assert "Name the alerts, or write --all." in run(data, *args).output
