"""The automations under ``deploy/automations/``: applied to a real server, and set off by real events."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from flows.run.clock import wall_clock
from flows.run.environment import PrefectError
from flows.serving.automations import Draft, apply, read_drafts, variable
from pipeline.model.errors import UsageError
from tests.flows.serving.patience import call, until
from tests.flows.serving.server import PrefectServer
from tests.notify.sinks import Sink
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "deploy" / "automations"
MANDATE, DISPUTE = FOLDER / "mandate-webhook.yaml", FOLDER / "dispute-run.yaml"
HEARTBEAT, DEAD_RUNS = FOLDER / "heartbeat.yaml", FOLDER / "dead-runs.yaml"
SHORTEST = 10  # seconds: what Prefect takes as the shortest absence


def posted(sink: Sink, path: str) -> list[dict[str, Any]]:
    """What was posted to ``path`` of the sink, read from JSON."""
    return [dict(body) for where, _, body in list(sink.got) if where.split("?")[0] == path]


def written(folder: Path, text: str) -> Path:
    path = folder / "a.yaml"
    path.write_text(text)
    return path


# -- files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.yaml")), ids=lambda path: path.name)
def test_each_file_begins_with_what_it_is_for_and_how_to_apply_it(path: Path) -> None:
    head = path.read_text().split("variables:")[0]

    assert head.startswith("# ")
    assert f"missionwatch automations apply deploy/automations/{path.name}" in head


def test_the_files_use_the_defaults_of_their_variables() -> None:
    names = [draft.name for draft in read_drafts([MANDATE, DISPUTE, HEARTBEAT, DEAD_RUNS])]

    assert names == [
        "Missionwatch: webhook on a change of mandate (*)",
        "Missionwatch: look again after a dispute (haiti)",
        "Missionwatch: no round of haiti for 45 minutes",
        "crash-zombie-flow-runs",
        "crash-stuck-pending",
    ]


def test_a_value_that_is_given_takes_the_place_of_the_default() -> None:
    (draft,) = read_drafts([DISPUTE], {"watch": "sahel", "minutes": 2})

    assert draft.table["trigger"]["match"] == {"prefect.resource.id": "missionwatch.watch.sahel"}
    assert draft.table["actions"] == [
        {"type": "run-deployment", "deployment": "monitor/sahel", "schedule_after": "PT2M"}
    ]


def test_what_is_a_variable_and_nothing_else_keeps_its_type(tmp_path: Path) -> None:
    path = written(tmp_path, "variables: {n: 5}\nautomations: [{name: a, trigger: {within: '${n}', x: 'x${n}'}}]")

    assert read_drafts([path])[0].table["trigger"] == {"within": 5, "x": "x5"}


def test_templates_of_prefect_are_left_alone(tmp_path: Path) -> None:
    path = written(tmp_path, "automations: [{name: a, actions: [{payload: '{{ event.payload | tojson }} $ {x}'}]}]")

    assert read_drafts([path])[0].table["actions"] == [{"payload": "{{ event.payload | tojson }} $ {x}"}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("automations: [{name: '${watch}'}]", "the variable 'watch' has no value"),
        ("automations: [", "a.yaml:1: is not YAML"),
        ("automations: []", "holds no automations"),
        ("just words", "holds no automations"),
        ("automations: [{trigger: {}}]", "automation 1 has no name"),
        ("automations: [{name: a}, {name: a}]", "Two automations are called 'a'"),
        ("x: !!python/object/apply:os.system [id]", "is not YAML"),
    ],
)
def test_a_file_that_is_wrong_is_told_with_its_fault(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_drafts([written(tmp_path, text)])

    assert said in str(caught.value)


def test_a_variable_that_no_file_has_is_told_with_those_that_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        read_drafts([DISPUTE], {"wathc": "haiti"})

    assert str(caught.value) == "No file has a variable 'wathc'. The files' variables: minutes, watch."


@pytest.mark.parametrize(
    ("text", "found"),
    [("watch=haiti", ("watch", "haiti")), ("minutes=45", ("minutes", 45)), ("a=b=c", ("a", "b=c")), ("a=", ("a", ""))],
)
def test_a_value_is_read_as_yaml(text: str, found: tuple[str, object]) -> None:
    assert variable(text) == found


@pytest.mark.parametrize("text", ["watch", "=x", "a=[1]", "a={b: 1}"])
def test_what_is_no_name_with_a_value_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="NAME=VALUE"):
        variable(text)


def test_without_a_server_it_says_how_to_name_one() -> None:
    with pytest.raises(PrefectError, match="PREFECT_API_URL"):
        asyncio.run(apply(read_drafts([DEAD_RUNS])))


def test_a_server_that_is_down_is_named() -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings

    port = free_port()
    down = temporary_settings({PREFECT_API_URL: f"http://127.0.0.1:{port}/api"})
    with down, pytest.raises(PrefectError, match=f"127.0.0.1:{port}/api can't be reached"):
        asyncio.run(apply(read_drafts([DEAD_RUNS])))


# -- a real server ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    with PrefectServer().start(tmp_path_factory.mktemp("prefect")) as running:
        yield running


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with Sink() as running:
        yield running


@pytest.fixture
def here(server: PrefectServer) -> Iterator[None]:
    """This process talks with the server."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: server.url}):
        yield


def applied(*drafts: Draft) -> list[str]:
    return [one.done for one in asyncio.run(apply(drafts))]


def automations(server: PrefectServer) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in call(server, "POST", "/automations/filter", {})}


def make_block(server: PrefectServer, kind: str, name: str, **fields: object) -> None:
    kind_id = call(server, "GET", f"/block_types/slug/{kind}")["id"]
    schema = call(server, "POST", "/block_schemas/filter", {"block_schemas": {"block_type_id": {"any_": [kind_id]}}})[0]
    body = {"name": name, "data": fields, "block_type_id": kind_id, "block_schema_id": schema["id"]}
    call(server, "POST", "/block_documents/", body)


def make_deployment(server: PrefectServer, flow: str, name: str) -> str:
    flow_id = call(server, "POST", "/flows/", {"name": flow})["id"]
    return str(call(server, "POST", "/deployments/", {"name": name, "flow_id": flow_id})["id"])


def emit(server: PrefectServer, name: str, watch: str, aspect: str = "mandate", **payload: object) -> None:
    event = {
        "id": str(uuid4()),
        "occurred": wall_clock().isoformat(),
        "event": name,
        "resource": {"prefect.resource.id": f"missionwatch.watch.{watch}", "prefect.resource.name": watch},
        "related": [{"prefect.resource.role": "aspect", "prefect.resource.id": f"missionwatch.aspect.{aspect}"}],
        "payload": payload,
    }
    call(server, "POST", "/events", [event])


def run_of(server: PrefectServer, flow: str, *tags: str, state: str = "RUNNING") -> str:
    """A run of ``flow`` that the server believes to be in ``state``; its id."""
    flow_id = call(server, "POST", "/flows/", {"name": flow})["id"]
    run_id = str(call(server, "POST", "/flow_runs/", {"flow_id": flow_id, "tags": list(tags)})["id"])
    for one in ("PENDING", "RUNNING", "COMPLETED"):
        call(server, "POST", f"/flow_runs/{run_id}/set_state", {"state": {"type": one}, "force": True})
        if one == state:
            break
    return run_id


def state_of(server: PrefectServer, run_id: str) -> str:
    return str(call(server, "GET", f"/flow_runs/{run_id}")["state_type"])


def within(draft: Draft, seconds: int, name: str) -> Draft:
    return replace(draft, table={**draft.table, "name": name, "trigger": {**draft.table["trigger"], "within": seconds}})


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_applying_twice_makes_one_and_a_changed_file_changes_it(server: PrefectServer, here: None) -> None:
    first, second = read_drafts([DEAD_RUNS])
    slower = read_drafts([DEAD_RUNS], {"silence": 120})[0]

    done = [applied(first, second), applied(first, second), applied(slower)]

    assert done == [["created", "created"], ["unchanged", "unchanged"], ["updated"]]
    found = automations(server)
    assert sorted(name for name in found if name.startswith("crash-")) == [
        "crash-stuck-pending",
        "crash-zombie-flow-runs",
    ]
    assert found["crash-zombie-flow-runs"]["trigger"]["within"] == 120


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_what_was_switched_off_by_hand_stays_off(server: PrefectServer, here: None) -> None:
    (draft,) = [replace(one, table={**one.table, "name": "by hand"}) for one in read_drafts([DEAD_RUNS])[:1]]
    applied(draft)
    call(server, "PATCH", f"/automations/{automations(server)['by hand']['id']}", {"enabled": False})

    changed = replace(draft, table={**draft.table, "description": "other words"})

    assert applied(changed) == ["updated"]
    found = automations(server)["by hand"]
    assert (found["enabled"], found["description"]) == (False, "other words")


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_missing_block_is_named_and_nothing_is_changed(server: PrefectServer, here: None) -> None:
    before = automations(server).keys()
    drafts = read_drafts([DEAD_RUNS, HEARTBEAT], {"block": "slack-webhook/nobody", "watch": "nowhere"})
    fresh = replace(drafts[0], table={**drafts[0].table, "name": "never made"})

    with pytest.raises(UsageError, match="no block slack-webhook/nobody"):
        applied(fresh, drafts[-1])
    with pytest.raises(UsageError, match="no deployment monitor/nowhere"):
        applied(fresh, *read_drafts([DISPUTE], {"watch": "nowhere"}))

    assert automations(server).keys() == before


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_change_of_mandate_calls_the_webhook_once_and_other_changes_do_not(
    server: PrefectServer, sink: Sink, here: None
) -> None:
    make_block(server, "webhook", "hook", url=f"http://127.0.0.1:{sink.server_port}/hook")
    applied(*read_drafts([MANDATE], {"watch": "isle", "block": "webhook/hook"}))
    quote = 'He said: "yes" </script>'

    def tell() -> None:
        emit(server, "missionwatch.status.changed", "isle", "lead", value="not this")
        emit(server, "missionwatch.status.changed", "other", "mandate", value="nor this")
        emit(server, "missionwatch.status.changed", "isle", "mandate", value=quote)

    # Told again until heard: the server takes a moment to know a new automation.
    got = until(lambda: posted(sink, "/hook"), "the webhook was called", tell)

    assert {(one["watch"], one["payload"]["value"]) for one in got} == {("missionwatch.watch.isle", quote)}
    assert len({one["id"] for one in got}) == len(got)


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_disputes_of_ten_minutes_run_the_watch_once_more_after_five(server: PrefectServer, here: None) -> None:
    deployment = make_deployment(server, "monitor", "isle")
    applied(*read_drafts([DISPUTE], {"watch": "isle", "minutes": 5}))
    wanted = {"deployments": {"id": {"any_": [deployment]}}}

    def tell() -> None:
        emit(server, "missionwatch.status.disputed", "isle", "strength")

    until(lambda: call(server, "POST", "/flow_runs/filter", wanted), "a run was made", tell)
    tell()
    (run,) = call(server, "POST", "/flow_runs/filter", wanted)

    wait = datetime.fromisoformat(run["expected_start_time"]) - datetime.fromisoformat(run["created"])
    assert run["state_type"] == "SCHEDULED"
    assert 240 <= wait.total_seconds() <= 301


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_heartbeat_tells_of_a_watch_that_has_stopped_and_not_of_one_that_goes_on(
    server: PrefectServer, sink: Sink, here: None
) -> None:
    make_block(server, "slack-webhook", "ops", url=f"json://127.0.0.1:{sink.server_port}/ops")
    files = {watch: read_drafts([HEARTBEAT], {"watch": watch, "block": "slack-webhook/ops"})[0] for watch in "ab"}
    applied(*(within(draft, SHORTEST, f"heartbeat of {watch}") for watch, draft in files.items()))

    got = until(
        lambda: posted(sink, "/ops"),
        "the absence was told",
        # Runs of a end well; those of b are of another flow, or do not end: no sign of life.
        lambda: [
            run_of(server, "monitor", "a", state="COMPLETED"),
            run_of(server, "poll", "b", state="COMPLETED"),
            run_of(server, "monitor", "b"),
        ],
    )

    assert {one["title"] for one in got} == {"Missionwatch: no round of b for 45 minutes"}


def _with(run_id: str, events: dict[str, Any]) -> str:
    """What ``events`` say, once they tell of the run."""
    told = json.dumps(events["events"])
    return told if run_id in told else ""


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_runs_that_are_dead_are_marked_as_crashed_and_live_ones_are_not(server: PrefectServer, here: None) -> None:
    drafts = read_drafts([DEAD_RUNS], {"silence": SHORTEST, "start": SHORTEST})
    applied(*(replace(one, table={**one.table, "name": f"short {one.name}"}) for one in drafts))

    def beat(run_id: str) -> None:
        resource = {"prefect.resource.id": f"prefect.flow-run.{run_id}"}
        event = {"event": "prefect.flow-run.heartbeat", "resource": resource, "id": str(uuid4())}
        call(server, "POST", "/events", [{**event, "occurred": wall_clock().isoformat()}])

    zombie, alive = run_of(server, "monitor"), run_of(server, "monitor")
    stuck = run_of(server, "monitor", state="PENDING")
    left = run_of(server, "monitor")
    beat(zombie)
    beat(left)  # and then it leaves the work to the run that is at it: flows/run/endings.py
    state = {"type": "COMPLETED", "name": "Left"}
    call(server, "POST", f"/flow_runs/{left}/set_state", {"state": state, "force": True})

    def both_crashed() -> bool:
        return state_of(server, zombie) == state_of(server, stuck) == "CRASHED"

    until(both_crashed, "both were marked", lambda: beat(alive))
    assert (state_of(server, alive), state_of(server, left)) == ("RUNNING", "COMPLETED")
    triggered = {"event": {"name": ["prefect.automation.triggered"]}}
    told = until(lambda: _with(zombie, call(server, "POST", "/events/filter", {"filter": triggered})), "it is told")
    assert left not in told


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_the_command_applies_files_and_says_what_became_of_each(server: PrefectServer) -> None:
    def command(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "flows.cli", "automations", "apply", *words],
            cwd=ROOT,
            env={**os.environ, **server.env()},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    words = ("deploy/automations/mandate-webhook.yaml", "--set", "watch=isle", "--set")
    make_block(server, "webhook", "by-command", url="http://127.0.0.1:9/")
    done = command(*words, "block=webhook/by-command")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split(":", 1)[1] == " Missionwatch: webhook on a change of mandate (isle)\n"

    wrong = command(*words, "block=webhook/nobody")
    assert wrong.returncode == 2
    assert "has no block webhook/nobody" in wrong.stderr
