"""Whether the watch is alive, and who is told how often where it is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Self
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

import pipeline.cli.heartbeat as command
from flows.cli import main
from pipeline.health.heartbeat import (
    AlarmState,
    LockState,
    Pulse,
    assess_pulse,
    dead_runs,
    next_alarm_state,
    notice,
    span,
)
from pipeline.model import Alert, ChannelAlarm, RunRecord, Standing, WatchState
from pipeline.model.errors import DeliveryError
from pipeline.model.text import content_id
from pipeline.storage import hold_run, inspect_run_lock, open_store, publish, read_pulse
from tests.notify.sinks import Sink
from tests.ports import free_port

NOW = datetime(2025, 10, 1, 12, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
HAITI = str(Path(__file__).parents[2] / "seeds" / "haiti")
CHANNELS = ("console", "file")


def a_run(
    ended: float | None = None, *, started: float | None = None, outcome: str = "ok", reason: str = ""
) -> RunRecord:
    """A round that ended so many minutes before NOW, and took one; or that started so long before, and has not."""
    began = NOW - timedelta(minutes=started if started is not None else (ended or 0) + 1)
    finished = None if ended is None else NOW - timedelta(minutes=ended)
    key = content_id("run", began.isoformat(), outcome)
    return RunRecord(key, "monitor", "haiti", began, began, finished, outcome if finished else "running", reason)


def looked(pulse: Pulse):
    return assess_pulse(pulse, NOW, every=QUARTER, missed=3)


# -- the judgement --------------------------------------------------------------------------------


def test_a_round_that_ended_within_three_intervals_is_a_beat():
    assert looked(Pulse(last_good=a_run(45), last_ended=a_run(45))).alive


def test_articles_that_wait_for_a_language_model_are_told_with_the_beat():
    waits = replace(a_run(5), counts={"articles_waiting": 1})
    beat = looked(Pulse(last_good=waits, last_ended=waits))
    assert beat.alive
    assert "1 article waits for the language model, which was away." in beat.told


def test_a_watch_none_of_whose_channels_takes_alerts_is_alive_and_not_well():
    pulse = Pulse(last_good=a_run(5), last_ended=a_run(5), failing=frozenset(CHANNELS))

    beat = assess_pulse(pulse, NOW, every=QUARTER, missed=3, channels=CHANNELS)

    assert (beat.alive, beat.is_well) == (True, False)
    assert "But no channel takes its alerts: console, file." in beat.told
    assert "missionwatch alerts test DIR --all" in beat.remedy


def test_a_watch_one_of_whose_channels_takes_alerts_is_well():
    pulse = Pulse(last_good=a_run(5), last_ended=a_run(5), failing=frozenset({"console"}))

    assert assess_pulse(pulse, NOW, every=QUARTER, missed=3, channels=CHANNELS).is_well


def test_a_round_that_ended_longer_ago_is_none_and_the_line_says_how_long():
    beat = looked(Pulse(last_good=a_run(46), last_ended=a_run(46)))

    assert not beat.alive
    assert beat.told.startswith(
        "No round has reached its end for 46 minutes, since 2025-10-01 11:14 UTC; one is due every 15 minutes"
    )
    assert "missionwatch run DIR" in beat.remedy


def test_a_round_that_failed_is_no_beat_and_its_reason_is_told():
    failed = a_run(5, outcome="failed", reason="store-unwritable: the disk is full")

    beat = looked(Pulse(last_good=a_run(90), last_ended=failed))

    assert not beat.alive
    assert "The last one failed at 2025-10-01 11:55 UTC: store-unwritable: the disk is full" in beat.told


def test_a_round_that_could_read_no_feed_is_no_beat_however_lately_it_ended():
    beat = looked(Pulse(last_good=a_run(20), last_ended=a_run(5, outcome="blind")))

    assert (beat.alive, beat.is_blind) == (False, True)
    assert beat.told == (
        "The last round ended 5 minutes ago and could read no feed. The last one that read any ended at "
        "2025-10-01 11:40 UTC."
    )
    assert "missionwatch doctor DIR" in beat.remedy


def test_rounds_that_have_stopped_after_a_blind_one_are_told_as_stopped():
    beat = looked(Pulse(last_good=a_run(120), last_ended=a_run(100, outcome="blind")))

    assert not beat.is_blind
    assert beat.told.startswith("No round has reached its end for 2 hours")
    assert "The last one could read no feed at 2025-10-01 10:20 UTC" in beat.told


def test_blindness_is_told_as_such_and_only_once():
    beat = looked(Pulse(last_good=a_run(20), last_ended=a_run(5, outcome="blind")))

    said = notice(beat, None, CHANNELS, watch="haiti", title="Haiti")

    assert said is not None
    assert said.subject == "Not watched: no feed read since 2025-10-01 11:40 UTC: Haiti"
    assert notice(beat, next_alarm_state(said, CHANNELS, beat, None), CHANNELS, watch="haiti", title="Haiti") is None


def state(standing: Standing, ago: float) -> WatchState:
    return WatchState(standing, NOW - timedelta(minutes=ago), "ana", "no staff")


@pytest.mark.parametrize("standing", [Standing.PAUSED, Standing.ARCHIVED])
def test_a_watch_that_somebody_set_aside_is_not_silent_and_is_told_so(standing: Standing):
    beat = looked(Pulse(last_good=a_run(9_000), last_ended=a_run(9_000), state=state(standing, 8_000)))

    assert (beat.alive, beat.standing) == (True, standing)
    assert beat.told.startswith(f"It is {standing} since 2025-09-25 22:40 UTC by ana: no staff.")
    assert "watches resume DIR" in beat.remedy


@pytest.mark.parametrize(("ago", "alive"), [(45, True), (46, False)])
def test_a_watch_that_is_resumed_has_three_intervals_for_its_first_round(ago: float, alive: bool):
    resumed = state(Standing.WATCHED, ago)

    assert looked(Pulse(last_good=a_run(9_000), last_ended=a_run(9_000), state=resumed)).alive is alive


def test_a_round_since_it_was_resumed_is_a_beat_as_ever():
    beat = looked(Pulse(last_good=a_run(5), last_ended=a_run(5), state=state(Standing.WATCHED, 10)))

    assert beat.told.startswith("The last round reached its end 5 minutes ago")


def test_a_watch_that_has_never_run_is_not_alive():
    beat = looked(Pulse())

    assert (beat.alive, beat.since, beat.told) == (False, None, "No round of it has ever reached its end.")


def test_a_run_that_hangs_is_told_with_its_process():
    hangs = a_run(started=80)

    beat = looked(Pulse(a_run(90), a_run(90), None, (hangs,), LockState(True, 4711, True)))

    assert not beat.alive
    assert "A run is at work since 2025-10-01 10:40 UTC (process 4711), and does not come to an end." in beat.told
    assert "kill 4711" in beat.remedy
    assert beat.zombies == ()


def test_a_round_of_the_future_is_no_proof_of_life():
    ahead = a_run(-600)

    beat = looked(Pulse(last_good=None, ahead=ahead))

    assert not beat.alive
    assert "timedatectl" in beat.remedy


def test_a_clock_that_was_wrong_once_does_not_silence_a_watch_that_lives():
    assert looked(Pulse(last_good=a_run(5), last_ended=a_run(5), ahead=a_run(-600))).alive


def test_a_run_that_is_recorded_as_running_while_nobody_holds_the_lock_is_dead():
    killed = a_run(started=30)

    beat = looked(Pulse(a_run(40), a_run(40), None, (killed,), LockState()))

    assert beat.alive
    assert beat.zombies == (killed,)
    assert "A run was stopped before the end (started 2025-10-01 11:30 UTC" in beat.told


def test_of_the_running_only_the_last_can_be_the_one_that_holds_the_lock():
    old, new = a_run(started=50), a_run(started=2)

    assert dead_runs([new, old], LockState(held=True)) == (old,)
    assert dead_runs([new, old], LockState()) == (old, new)


def test_what_an_old_killed_run_left_is_done_and_not_told_again():
    assert "stopped before" not in looked(Pulse(a_run(5), a_run(5), None, (a_run(started=600),), LockState())).told


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (60, "1 minute"),
        (119, "119 seconds"),
        (2700, "45 minutes"),
        (172_800, "2 days"),
    ],
)
def test_a_time_is_told_as_a_person_says_it(seconds: int, told: str):
    assert span(timedelta(seconds=seconds)) == told


# -- what is told, and how often ------------------------------------------------------------------


SILENT = looked(Pulse(last_good=a_run(90), last_ended=a_run(90)))
ALIVE = looked(Pulse(last_good=a_run(5), last_ended=a_run(5)))


def due(beat, vigil):
    return notice(beat, vigil, CHANNELS, watch="haiti", title="Haiti security mission")


def test_a_silence_is_told_to_each_channel_once():
    first = due(SILENT, None)
    assert first is not None
    assert (first.kind, first.channels) == ("silence", CHANNELS)

    vigil = next_alarm_state(first, CHANNELS, SILENT, None)

    assert due(SILENT, vigil) is None


def test_a_channel_that_did_not_take_it_is_told_again_under_the_same_key():
    first = due(SILENT, None)
    assert first is not None
    again = due(SILENT, next_alarm_state(first, ["console"], SILENT, None))

    assert again is not None
    assert (again.channels, again.key) == (("file",), first.key)


def test_the_all_clear_goes_to_those_who_were_told_and_then_nothing_more():
    vigil = AlarmState(SILENT.key, ("file",))
    clear = due(ALIVE, vigil)
    assert clear is not None
    assert (clear.kind, clear.channels, clear.subject) == (
        "all-clear",
        ("file",),
        "Watched again: Haiti security mission",
    )

    assert next_alarm_state(clear, ["file"], ALIVE, vigil) is None
    assert due(ALIVE, None) is None


def test_an_all_clear_that_failed_stays_due():
    vigil = AlarmState(SILENT.key, CHANNELS)
    clear = due(ALIVE, vigil)
    assert clear is not None

    assert next_alarm_state(clear, ["console"], ALIVE, vigil) == AlarmState(SILENT.key, ("file",))


def test_the_next_silence_is_another_and_is_told_anew():
    other = looked(Pulse(last_good=a_run(50), last_ended=a_run(50)))

    found = due(other, AlarmState(SILENT.key, CHANNELS))

    assert found is not None
    assert found.channels == CHANNELS
    assert found.key != due(SILENT, None).key  # type: ignore[union-attr]


def test_a_subject_has_at_most_90_characters():
    found = notice(SILENT, None, CHANNELS, watch="x", title="A mission of a very long name " * 9)

    assert found is not None
    assert len(found.subject) <= 90


# -- the store and the lock -----------------------------------------------------------------------


def stored(folder: Path, *runs: RunRecord) -> None:
    with open_store(folder) as store:
        for one in runs:
            store.start_run(one)
            if one.finished_at is not None:
                store.finish_run(one)


def pulse_of(folder: Path) -> Pulse:
    return read_pulse(folder, "haiti", now=NOW, fresh=timedelta(minutes=45), wait=1)


def test_the_published_file_is_enough_where_it_holds_a_fresh_round(tmp_path: Path):
    stored(tmp_path, a_run(5))
    publish(tmp_path, UUID(int=1), NOW)
    (tmp_path / "live.duckdb").unlink()

    assert pulse_of(tmp_path).last_good == a_run(5)


def test_the_live_file_is_asked_where_publishing_has_failed_since(tmp_path: Path):
    stored(tmp_path, a_run(300))
    publish(tmp_path, UUID(int=1), NOW)
    stored(tmp_path, a_run(5))

    assert pulse_of(tmp_path).last_good == a_run(5)


def test_a_run_at_work_is_seen_by_its_lock_and_is_not_dead(tmp_path: Path):
    working = a_run(started=3)
    stored(tmp_path, working)

    with hold_run(tmp_path, wait=0):
        pulse = pulse_of(tmp_path)

    assert pulse.lock.held
    assert pulse.lock.pid == os.getpid()
    assert pulse.running == (working,)
    assert dead_runs(pulse.running, pulse.lock) == ()


def test_a_run_whose_process_was_killed_is_found(tmp_path: Path):
    killed = a_run(started=3)
    stored(tmp_path, killed)
    script = (
        "import os, sys, pathlib; from pipeline.storage import hold_run\n"
        "with hold_run(pathlib.Path(sys.argv[1]), wait=0): os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", script, str(tmp_path)], timeout=60).returncode == -9

    pulse = pulse_of(tmp_path)

    assert not inspect_run_lock(tmp_path).held
    assert dead_runs(pulse.running, pulse.lock) == (killed,)


def test_to_look_leaves_no_trace_in_a_folder_without_a_store(tmp_path: Path):
    inspect_run_lock(tmp_path)

    assert list(tmp_path.iterdir()) == []


# -- the command ----------------------------------------------------------------------------------


WITH_PREFECT = ["prefect:slack-webhook/ops", "secret:desk", "file"]


def a_watch(folder: Path, channels: list[str]) -> Path:
    """The first watch, with other channels."""
    made = folder / "haiti"
    made.mkdir()
    for name in ("baseline.md", "baseline.toml", "feeds.toml", "watch.toml"):
        text = Path(HAITI, name).read_text().replace('["console", "file"]', json.dumps(channels))
        (made / name).write_text(text)
    return made


class Block:
    """Stands in for a notification block of Prefect: keeps what it sends."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str | None]] = []

    def raise_on_failure(self) -> AbstractContextManager[None]:
        return nullcontext()

    async def anotify(self, body: str, subject: str | None = None) -> None:
        self.sent.append((body, subject))


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Prefect's store of blocks, as a dict."""
    held: dict[str, object] = {}

    async def load(name: str) -> object:
        return held[name]

    monkeypatch.setattr("flows.run.blocks._load", load)
    monkeypatch.setattr(command, "wall_clock", lambda: NOW)
    return held


def test_a_silence_reaches_the_channels_whose_addresses_prefect_keeps(
    tmp_path: Path, blocks: dict[str, object]
) -> None:
    ops = Block()
    with Sink() as webhook:
        blocks |= {
            "slack-webhook/ops": ops,
            "secret/desk": SimpleNamespace(get=lambda: f"json://{webhook.where}/"),
        }
        watch, data = str(a_watch(tmp_path, WITH_PREFECT)), tmp_path / "data"
        stored(data, a_run(90))
        done = CliRunner().invoke(main, ["heartbeat", watch, "--data-dir", str(data), "--alert"])

    assert done.exit_code == 1, done.output
    assert "not told" not in done.output
    assert [subject for _, subject in ops.sent] == [
        "Not watched: no round since 2025-10-01 10:30 UTC: Haiti security mission"
    ]
    assert [body["title"] for _, _, body in webhook.got] == [ops.sent[0][1]]


def test_where_prefect_is_what_is_down_the_other_channels_hear_so(
    tmp_path: Path, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{free_port()}/api")
    watch, data = str(a_watch(tmp_path, WITH_PREFECT)), tmp_path / "data"
    stored(data, a_run(90))
    args = ["heartbeat", watch, "--data-dir", str(data), "--alert"]
    done = CliRunner().invoke(main, args)

    (alert,) = post.taken
    assert alert.channel == "file"
    assert "Prefect's server is away: http://127.0.0.1:" in alert.body
    assert "does not answer: Connection refused. Start it (prefect server start)" in alert.body
    assert "Not told until Prefect is back: prefect:slack-webhook/ops, secret:desk." in alert.body
    assert "not told: prefect:slack-webhook/ops, secret:desk, as their addresses are Prefect's" in done.output

    # Prefect is back: those that were left out hear it now, under the same key, and nobody twice.
    monkeypatch.delenv("PREFECT_API_URL")
    CliRunner().invoke(main, args)
    assert [one.channel for one in post.taken] == ["file", "prefect:slack-webhook/ops", "secret:desk"]
    assert len({one.alert_id for one in post.taken}) == 1


class Switch:
    """A dead man's switch: an HTTP server that remembers what it was asked for."""

    def __init__(self, status: int = 200) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_response(status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class Post:
    """Stands in for the channels: remembers what it took, refuses what it is told to."""

    def __init__(self) -> None:
        self.taken: list[Alert] = []
        self.refused: set[str] = set()

    async def deliver(self, alert: Alert, *, channels: object) -> None:
        if alert.channel in self.refused:
            raise DeliveryError(f"The channel {alert.channel} is down.")
        self.taken.append(alert)

    @property
    def log(self) -> list[tuple[str, str]]:
        return [(alert.channel, alert.subject.split(":")[0]) for alert in self.taken]


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    found = Post()
    monkeypatch.setattr(command, "deliver", found.deliver)
    monkeypatch.setattr(command, "wall_clock", lambda: NOW)
    return found


def beat(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["heartbeat", HAITI, "--data-dir", str(folder), *words])


def test_the_exit_code_is_0_for_alive_and_1_for_silent(tmp_path: Path, post: Post):
    stored(tmp_path, a_run(5))
    assert beat(tmp_path).exit_code == 0

    assert beat(tmp_path, "--every", "1", "--missed", "2").exit_code == 1
    assert post.taken == []  # without --alert nobody is told


@pytest.mark.parametrize(("ago", "path"), [(5, "/key?job=1"), (90, "/key/fail?job=1")])
def test_a_service_elsewhere_is_pinged_as_well_or_failing(tmp_path: Path, post: Post, ago: int, path: str):
    stored(tmp_path, a_run(ago))

    with Switch() as switch:
        done = beat(tmp_path, "--ping", f"{switch.url}/key?job=1")

    assert switch.asked == [path]
    assert "not pinged" not in done.output


def test_a_ping_that_is_not_taken_is_told_without_its_key_and_changes_no_exit_code(tmp_path: Path, post: Post):
    stored(tmp_path, a_run(5))

    with Switch(status=500) as switch:
        refused = beat(tmp_path, "--ping", f"{switch.url}/key")
    away = beat(tmp_path, "--ping", f"http://127.0.0.1:{free_port()}/key")

    assert "not pinged: 127.0.0.1 answers 500" in refused.output
    assert "not pinged: 127.0.0.1 does not answer: Connection refused" in away.output
    assert (refused.exit_code, away.exit_code) == (0, 0)
    assert "/key" not in refused.output + away.output


def test_the_address_to_ping_may_be_kept_in_a_variable(tmp_path: Path, post: Post, monkeypatch: pytest.MonkeyPatch):
    stored(tmp_path, a_run(5))

    with Switch() as switch:
        monkeypatch.setenv("PING_URL", f"{switch.url}/key")
        beat(tmp_path, "--ping", "env:PING_URL")

    assert switch.asked == ["/key"]


@pytest.mark.parametrize(
    ("ping", "told"),
    [
        ("env:NO_SUCH_VARIABLE", "The variable NO_SUCH_VARIABLE, which --ping names, is not set."),
        ("file:///etc/passwd", "What --ping gives is no address that can be pinged."),
        ("ping.example.org/key", "What --ping gives is no address that can be pinged."),
        ("https://ping.example.org:99999/key", "What --ping gives is no address that can be pinged."),
    ],
)
def test_what_can_not_be_pinged_is_told_before_anything_is_done(tmp_path: Path, post: Post, ping: str, told: str):
    done = beat(tmp_path, "--ping", ping)

    assert (done.exit_code, told in done.output) == (2, True), done.output


def test_a_watch_that_nobody_hears_is_pinged_as_failing(tmp_path: Path, post: Post):
    stored(tmp_path, a_run(5))
    with open_store(tmp_path) as store:
        failing = [ChannelAlarm(content_id("alarm", name), "haiti", name, NOW, NOW, "refused") for name in CHANNELS]
        store.add_channel_alarms(content_id("run", "x"), failing, (), ())
    publish(tmp_path, content_id("run", "x"), NOW)

    with Switch() as switch:
        done = beat(tmp_path, "--ping", f"{switch.url}/key")

    assert (done.exit_code, switch.asked) == (0, ["/key/fail"])
    assert "no channel takes its alerts" in done.output


def test_a_folder_without_a_store_is_silent_and_no_folder_is_made(tmp_path: Path, post: Post):
    told = beat(tmp_path / "none")

    assert told.exit_code == 1
    assert "has never run here" in told.output
    assert not (tmp_path / "none").exists()


def test_an_alert_goes_out_once_however_often_it_is_asked_and_the_all_clear_follows(tmp_path: Path, post: Post):
    stored(tmp_path, a_run(90))
    assert [beat(tmp_path, "--alert").exit_code for _ in range(3)] == [1, 1, 1]
    assert post.log == [("console", "Not watched"), ("file", "Not watched")]

    stored(tmp_path, a_run(1))
    assert [beat(tmp_path, "--alert").exit_code for _ in range(2)] == [0, 0]

    assert post.log[2:] == [("console", "Watched again"), ("file", "Watched again")]
    assert not (tmp_path / "heartbeat-haiti.json").exists()


def test_a_channel_that_is_down_holds_up_no_other_and_gets_it_when_it_is_up(tmp_path: Path, post: Post):
    stored(tmp_path, a_run(90))
    post.refused = {"file"}
    assert "The channel file is down" in beat(tmp_path, "--alert").output
    post.refused = set()
    beat(tmp_path, "--alert")

    assert [channel for channel, _ in post.log] == ["console", "file"]
    assert len({alert.alert_id for alert in post.taken}) == 1


def test_the_state_holds_no_address_of_a_channel(tmp_path: Path, post: Post):
    watch = a_watch(tmp_path, ["json://user:hunter2@host.example/"])

    CliRunner().invoke(main, ["heartbeat", str(watch), "--data-dir", str(tmp_path), "--alert"])

    state = (tmp_path / "heartbeat-haiti.json").read_text()
    assert [alert.channel for alert in post.taken] == ["json://user:hunter2@host.example/"]
    assert "hunter2" not in state
    assert json.loads(state)["told"][0].startswith("json:")


def test_a_state_that_can_not_be_kept_is_told_and_does_not_stop_the_alert(tmp_path: Path, post: Post):
    stored(tmp_path, a_run(90))

    told = beat(tmp_path, "--alert", "--state", str(tmp_path / "no" / "folder" / "x.json"))

    assert len(post.taken) == 2
    assert "can't be written" in told.output


@pytest.mark.parametrize("state", ["", "{", "[]", '{"silence": 1, "told": []}', '{"silence": "x", "told": [3]}'])
def test_a_state_that_can_not_be_made_out_counts_as_nothing_told(tmp_path: Path, post: Post, state: str):
    stored(tmp_path, a_run(90))
    (tmp_path / "heartbeat-haiti.json").write_text(state)

    beat(tmp_path, "--alert")

    assert len(post.taken) == 2


def test_scripts_get_one_object(tmp_path: Path, post: Post):
    stored(tmp_path, a_run(90))

    found = json.loads(beat(tmp_path, "--json").stdout)

    assert (found["watch"], found["alive"], found["since"]) == ("haiti", False, "2025-10-01T10:30:00+00:00")
