"""A small watch over its archive, with a webhook and a mail server of its own, and the processes that serve it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from pipeline.lab.replay import ArchiveServer, load_archive
from tests import prefect_home
from tests.flows.serving.server import ROOT, PrefectServer
from tests.notify.sinks import MailSink
from tests.torture.small import make_small_watch

END = datetime(2025, 12, 1, tzinfo=UTC)  # when all of the archive is published
COMMAND = str(Path(sys.executable).parent / "missionwatch")
LIMIT = 300.0  # seconds; what takes ten on an idle machine takes a minute on one that also runs the other tests
KEY = "X-Missionwatch-Alert"  # the header of a mail that holds its key
HOOK, MAIL = "TEST_ALERT_HOOK", "TEST_ALERT_MAIL"  # the variables that hold the two addresses


def until(ready: Callable[[], Any], what: str | Callable[[], str], limit: float = LIMIT) -> Any:
    """What ``ready`` gives once that is true; fails with ``what``, as it is by then, after ``limit`` seconds."""
    deadline = time.monotonic() + limit
    while True:
        with suppress(OSError):  # a server that is away for a while
            if found := ready():
                return found
        if time.monotonic() > deadline:
            raise AssertionError(f"after {limit:.0f} s still not: {what if isinstance(what, str) else what()}")
        time.sleep(0.2)


class Hook:
    """A webhook on loopback that keeps what it is sent."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        kept = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                kept.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass
class World:
    """One test's folder, watch, archive server, webhook, and mail server where it has one."""

    folder: Path
    watch: Path
    archive: ArchiveServer
    hook: Hook
    mail: MailSink | None = None
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def env(self, **more: str) -> dict[str, str]:
        """The environment for a process without a server."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "MISSIONWATCH_"))}
        ours = {
            "PREFECT_HOME": str(prefect_home.ready(self.folder / "home")),
            "MISSIONWATCH_DATA_DIR": str(self.data),
            # What a busy machine does to a page is not what is looked at here.
            "MISSIONWATCH_WORKER_DEADLINE": "120",
            HOOK: f"json://127.0.0.1:{self.hook.port}/",
        }
        if self.mail is not None:
            ours[MAIL] = self.mail.address
        return {**kept, **ours, **self.settings, **more}

    def start(self, *command: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start a process, with a group of its own, that ends with the test; what it says goes to ``out``."""
        with (self.folder / "out").open("ab") as out:
            process = subprocess.Popen(
                command,
                env=env,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self.started.append(process)
        return process

    def serve(self, *options: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
        """``missionwatch serve`` of the watch over its archive."""
        port = str(self.archive.port)
        return self.start(COMMAND, "serve", str(self.watch), "--archive-port", port, *options, env=env)

    def end(self) -> None:
        """End its processes, the last first."""
        for process in reversed(self.started):
            end(process)

    def filed(self) -> list[dict[str, Any]]:
        """The alerts in the file channel, in order."""
        files = sorted((self.data / "alerts").glob("*.jsonl"))
        return [json.loads(line) for path in files for line in path.read_text("utf-8").splitlines()]

    def subjects(self) -> set[str]:
        """The subjects of the alerts in the file channel."""
        return {alert["subject"] for alert in self.filed()}

    def arrived(self) -> dict[str, set[str]]:
        """The subjects that have come to each channel."""
        return {
            "file": self.subjects(),
            "webhook": {str(body["title"]) for body in self.hook.bodies},
            "mail": {str(mail["Subject"]) for mail in self.mails},
        }

    def has(self, wanted: dict[str, set[str]]) -> bool:
        """Whether all that is ``wanted`` of each channel has come."""
        arrived = self.arrived()
        return all(arrived[channel] >= subjects for channel, subjects in wanted.items())

    @property
    def mails(self) -> list[EmailMessage]:
        """The mails that have come, in order."""
        return self.mail.mails if self.mail is not None else []

    def said(self) -> str:
        """What the processes printed."""
        out = self.folder / "out"
        return out.read_text("utf-8", "replace") if out.exists() else ""


@contextmanager
def world(folder: Path) -> Iterator[World]:
    """A world in ``folder`` whose processes end with the block."""
    watch = make_small_watch(folder / "haiti")
    # Nothing waits for a digest's hour: what is told depends on no time of day.
    rules = re.sub(r"(?m)^(when|digest\w*|at_once) = .*\n", "", (watch / "watch.toml").read_text("utf-8"))
    rules = rules.replace("\nmin_confidence =", "\nat_once = 0.0\nmin_confidence =")
    rule = '\n[[alert]]\nname = "desk"\nstages = ["decided", "ended"]\nat_once = 0.0\n'
    channels = f'channels = ["env:{HOOK}", "env:{MAIL}"]\n'
    (watch / "watch.toml").write_text(rules + rule + channels, "utf-8")
    hook = Hook()
    with ArchiveServer(load_archive(watch / "archive")) as archive, MailSink() as mail:
        archive.set_now(END)
        made = World(folder, watch, archive, hook, mail)
        made.settings["MISSIONWATCH_WORKERS"] = "1"  # each run starts its own, which takes a second
        try:
            yield made
        finally:
            made.end()
            hook.stop()


def assert_mailed(small: World) -> None:
    """The mail that tells the ceiling has its subject, its key, and the sentence that says so."""
    (mail,) = [one for one in small.mails if "Ceiling" in one["Subject"]]
    part = mail.get_body(("plain",))
    assert part is not None
    text = part.get_content()
    assert mail["Subject"] == "Haiti security mission: Ceiling: 5,500 people (decided 30 Sep)"
    assert ">Now: “According to the text, the force will have up to 5,500 police or soldiers" in text
    assert f"Alert {mail[KEY]}" in text.splitlines()


def end(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> int:
    """End ``process`` in order, and by force after a minute; its exit code."""
    if process.poll() is None:
        process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            return process.wait(60)
        process.kill()
    return process.wait(10)


def runs(server: PrefectServer, **wanted: str) -> list[dict[str, Any]]:
    """The flow runs of ``server`` that belong to a deployment and have begun, oldest first; by ``flow`` if named."""
    names = {d["id"]: (d["name"], d["entrypoint"]) for d in server.call("POST", "/deployments/filter", {})}
    found = []
    for run in server.call("POST", "/flow_runs/filter", {"sort": "START_TIME_ASC", "limit": 200}):
        if run["deployment_id"] is None or run["parent_task_run_id"] is not None or run["start_time"] is None:
            continue
        run["flow"] = names[run["deployment_id"]][1].split(":")[-1].split(".")[-1]
        if wanted.get("flow") in (None, run["flow"]):
            found.append(run)
    return found


def told(server: PrefectServer) -> list[dict[str, Any]]:
    """The events of ours that ``server`` holds, oldest first."""
    asked = {"filter": {"event": {"prefix": ["missionwatch."]}, "order": "ASC"}, "limit": 50}
    return list(server.call("POST", "/events/filter", asked)["events"])


def wake(server: PrefectServer, flow: str, slug: str = "haiti") -> str:
    """Start a run of a deployment now, as a person would on its page; the run's id."""
    found = server.call("GET", f"/deployments/name/{flow}/{slug}")
    made = server.call("POST", f"/deployments/{found['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}})
    return str(made["id"])


__all__ = [
    "COMMAND",
    "END",
    "HOOK",
    "KEY",
    "LIMIT",
    "ROOT",
    "Hook",
    "World",
    "assert_mailed",
    "end",
    "runs",
    "told",
    "until",
    "wake",
    "world",
]
