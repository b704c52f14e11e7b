"""From a served feed to a file, a webhook and a mailbox, embedded and served: the processes are those of service."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.serving.server import PrefectServer
from tests.flows.serving.world import COMMAND, KEY, LIMIT, World, assert_mailed, end, runs, told, until, wake, world
from tests.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

RARELY = ["--every", "1440", "--wait-for-schedule"]  # no round will come
OFTEN = ["--every", "1"]
Wanted = dict[str, set[str]]
EMBEDDED = """
import asyncio, sys
from pathlib import Path
from flows.run.environment import prepare
prepare()
from flows.monitor import monitor
from flows.run.request import WatchRequest
watch, data, port = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
asyncio.run(monitor(WatchRequest(folder=watch, data_dir=data, archive_port=port, every_feed=True)))
"""


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The embedded way, once: what it tells is what each other way must tell."""
    with world(tmp_path_factory.mktemp("embedded")) as made:
        command = [sys.executable, "-c", EMBEDDED, str(made.watch), str(made.data), str(made.archive.port)]
        done = subprocess.run(command, env=made.env(), capture_output=True, text=True, timeout=LIMIT)
        assert done.returncode == 0, done.stderr
        yield made


@pytest.fixture
def wanted(embedded: World) -> Wanted:
    """The subjects that each channel must get."""
    return embedded.arrived()


def test_embedded_a_served_feed_becomes_messages_in_file_webhook_and_mailbox(embedded: World) -> None:
    arrived = embedded.arrived()

    assert any("Ceiling: 5,500 people" in subject for subject in arrived["file"])
    assert any("Ceiling: 5,500 people" in subject for subject in arrived["webhook"])
    assert arrived["mail"] == arrived["webhook"]
    assert_mailed(embedded)
    assert len(embedded.mails) == len(arrived["mail"])  # each once


def test_served_a_round_on_its_schedule_tells_what_the_embedded_way_tells(
    small: World, server: PrefectServer, wanted: Wanted
) -> None:

    small.serve(*OFTEN, "--poll-every", "0", env=small.env(PREFECT_API_URL=server.url))
    until(lambda: small.has(wanted), lambda: f"{wanted} told by a scheduled round:\n{small.said()[-2000:]}")

    assert small.arrived() == wanted
    assert_mailed(small)
    assert {run["flow"] for run in runs(server)} == {"monitor"}
    (first, *_) = runs(server)
    assert set(first["tags"]) >= {"missionwatch", "haiti", "round"}
    # A round takes its next step itself: what it tells wakes nobody.
    events = until(lambda: told(server), "the round's events")
    assert {event["resource"]["missionwatch.by"] for event in events} == {"round"}


def test_served_a_first_round_begins_at_once_and_says_in_its_log_what_it_did(
    small: World, server: PrefectServer, wanted: Wanted
) -> None:
    small.serve("--every", "1440", "--poll-every", "0", env=small.env(PREFECT_API_URL=server.url))

    until(lambda: small.has(wanted), lambda: f"{wanted} told by the first round:\n{small.said()[-2000:]}")
    (first,) = until(lambda: [r for r in runs(server) if r["state"]["type"] == "COMPLETED"], "the round's end")

    assert first["name"].startswith("monitor haiti 20")
    assert first["state"]["message"].startswith("Polled ")
    asked = {"logs": {"flow_run_id": {"any_": [first["id"]]}}, "limit": 200}
    said = until(lambda: [one["message"] for one in server.call("POST", "/logs/filter", asked)], "its log")
    assert any(line.startswith("Polled ") for line in said)
    assert any("alert to file: Haiti security mission: " in line for line in said)
    assert "run.note" not in small.said()


def test_served_a_round_that_can_read_no_feed_ends_as_blind(small: World, server: PrefectServer) -> None:
    nobody = str(free_port())
    small.start(
        COMMAND, "serve", str(small.watch), "--archive-port", nobody, "--every", "1440", "--poll-every", "0",
        env=small.env(PREFECT_API_URL=server.url),
    )  # fmt: skip

    (blind,) = until(lambda: [r for r in runs(server) if r["state"]["name"] == "Blind"], "a round's end")

    assert blind["state"]["type"] == "FAILED"
    assert "feeds could be read. This is not quiet" in blind["state"]["message"]


def names(server: PrefectServer) -> list[str]:
    """The names of our events that ``server`` holds, oldest first."""
    return [event["event"].removeprefix("missionwatch.") for event in told(server)]


def test_served_each_step_is_woken_by_the_event_of_the_one_before(
    small: World, server: PrefectServer, wanted: Wanted
) -> None:
    small.serve(*RARELY, "--poll-every", "0", env=small.env(PREFECT_API_URL=server.url))
    until(lambda: "Prefect's pages" in small.said(), "serving")

    wake(server, "poll")
    until(lambda: small.has(wanted), lambda: f"{wanted} told by woken steps:\n{small.said()[-2000:]}")
    until(lambda: runs(server, flow="publish"), "the published file made anew")

    assert small.arrived() == wanted
    assert_mailed(small)
    first = {run["flow"]: run["start_time"] for run in reversed(runs(server))}
    chain = ["poll", "collect", "assess", "alert"]
    assert sorted(chain, key=first.__getitem__) == chain
    assert "monitor" not in first
    # The server keeps an event a while after it was sent, and after what it woke.
    until(lambda: "alert.delivered" in names(server), "the last event of the chain")
    assert names(server)[:2] == ["entry.new", "article.stored"]
    assert set(names(server)) >= {"status.changed", "alert.planned", "alert.delivered"}


def test_with_events_off_nobody_is_woken_and_the_next_round_tells_the_same(
    small: World, server: PrefectServer, wanted: Wanted
) -> None:
    small.serve(*RARELY, "--poll-every", "0", env=small.env(PREFECT_API_URL=server.url, MISSIONWATCH_EVENTS="false"))
    until(lambda: "Prefect's pages" in small.said(), "serving")

    wake(server, "poll")
    until(lambda: [r for r in runs(server, flow="poll") if r["state"]["type"] == "COMPLETED"], "the poll's end")
    assert not any(small.arrived().values())
    wake(server, "monitor")
    until(lambda: small.has(wanted), lambda: f"{wanted} told by the round:\n{small.said()[-2000:]}")

    assert small.arrived() == wanted
    assert_mailed(small)
    assert {run["flow"] for run in runs(server)} == {"poll", "monitor"}
    assert told(server) == []


def test_a_server_that_is_killed_in_mid_round_and_comes_back_costs_no_alert(
    small: World, server: PrefectServer, wanted: Wanted
) -> None:
    # A run that does not outlive the server is done again by the next round of the schedule.
    small.serve(*OFTEN, "--poll-every", "0", env=small.env(PREFECT_API_URL=server.url))
    until(lambda: "Prefect's pages" in small.said(), "serving")
    wake(server, "monitor")
    until(lambda: runs(server), "a round under way")

    server.kill()
    server.restart()
    until(lambda: small.has(wanted), lambda: f"{wanted} told in spite of it:\n{small.said()[-2000:]}")

    assert small.arrived() == wanted
    assert_mailed(small)
    ids = [alert["alert_id"] for alert in small.filed()] + [mail[KEY] for mail in small.mails]
    assert len(ids) == len(set(ids))  # none twice


def test_serve_starts_its_own_server_again_where_that_was_killed_and_ends_both_in_order(
    small: World, wanted: Wanted
) -> None:
    port = free_port()
    serving = small.serve(*OFTEN, "--wait-for-schedule", "--poll-every", "0", "--port", str(port), env=small.env())
    until(lambda: "Prefect's pages" in small.said(), "serving")
    (child,) = children(serving.pid, "server")

    os.killpg(child, signal.SIGKILL)
    until(lambda: "it is started again" in small.said(), "the loss noticed")
    until(lambda: small.has(wanted), lambda: f"{wanted} told after the loss:\n{small.said()[-2000:]}")
    code = end(serving)

    assert code == 0
    assert "Stopping: runs under way are ended" in small.said()
    assert children(serving.pid, "server") == []
    with pytest.raises(OSError, match="refused"):
        PrefectServer.probe(port)


def test_a_first_round_that_is_killed_with_its_server_is_done_again_once_that_is_back(
    small: World, wanted: Wanted
) -> None:
    options = ["--every", "1440", "--poll-every", "0", "--port", str(free_port())]  # the schedule's comes in a day
    serving = small.serve(*options, env=small.env())
    until(lambda: "Beginning flow run" in small.said(), "the first round under way")
    (server,) = children(serving.pid, "server")
    (first,) = children(serving.pid, "prefect.engine")

    os.killpg(server, signal.SIGKILL)
    os.kill(first, signal.SIGKILL)
    until(lambda: small.has(wanted), lambda: f"{wanted} told by another round:\n{small.said()[-2000:]}")

    assert "The round of haiti was cut short; another begins now." in small.said()
    assert small.arrived() == wanted


def children(pid: int, word: str) -> list[int]:
    """Process ids of the children of ``pid`` whose command has ``word`` in it."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            command = path.with_name("cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, ValueError):
            continue
        if parent == pid and word in command.split():
            found.append(int(path.parent.name))
    return found


def test_two_folders_of_one_watch_are_refused_with_both_names(small: World) -> None:
    done = subprocess.run(
        [COMMAND, "serve", str(small.watch), str(small.watch)],
        env=small.env(),
        cwd=small.folder,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 2
    assert "are both the watch 'haiti'" in done.stderr
