"""A real Prefect server of a test's own: a process on a free loopback port, with its own home.

It can be killed and started again on the same port and home, as a machine's server would be.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from flows.run.environment import server_environment
from tests import prefect_home
from tests.ports import free_port

ROOT = Path(__file__).resolve().parents[3]
START_LIMIT = 120.0  # seconds; with a database that is there it takes about two on idle cores
STOP_LIMIT = 20.0
BUSY_LIMIT = 60.0

# Those of our own server, and no questions.
SERVER_SETTINGS = {**server_environment({}), "PREFECT_CLI_PROMPT": "false"}


class PrefectServer:
    """``prefect server start`` as a child. Use it as a context manager after :meth:`start`, or stop it by hand.

    Args:
        database_url: of another database than the SQLite file in the home, e.g. PostgreSQL's.
    """

    def __init__(self, database_url: str = "", **settings: str) -> None:
        self._settings = {**SERVER_SETTINGS, **settings}
        if database_url:
            self._settings["PREFECT_API_DATABASE_CONNECTION_URL"] = database_url
        self._home = Path()
        self._port = 0
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, home: Path, port: int | None = None) -> PrefectServer:
        """Start it and return when it answers.

        Args:
            home: its PREFECT_HOME: database and log (``server.log``).
            port: None takes a free one.
        """
        self._home, self._port = home, port or free_port()
        home.mkdir(parents=True, exist_ok=True)
        if "PREFECT_API_DATABASE_CONNECTION_URL" not in self._settings:
            prefect_home.ready(home)
        self._launch()
        return self

    @property
    def url(self) -> str:
        """The API's address, as PREFECT_API_URL wants it."""
        return f"http://127.0.0.1:{self._port}/api"

    @property
    def log(self) -> Path:
        """What the server wrote to its standard output and error."""
        return self._home / "server.log"

    def env(self) -> dict[str, str]:
        """The whole environment for child processes that work with this server; nothing of the operator's own."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "MISSIONWATCH_"))}
        return {**kept, "PREFECT_HOME": str(self._home), "PREFECT_API_URL": self.url, "DO_NOT_TRACK": "1"}

    def stop(self) -> None:
        """End it in order; does nothing where it does not run."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Start it again on the same home and port, and return when it answers."""
        self.kill()
        self._launch()

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The answer of the API, read from JSON: ``call("POST", "/flow_runs/filter", {})``."""
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(
            self.url + path, data=data, method=method, headers={"Content-Type": "application/json"}
        )
        deadline = time.monotonic() + BUSY_LIMIT
        while True:
            try:
                with urllib.request.urlopen(asked, timeout=20) as answer:
                    text = answer.read()
                return json.loads(text) if text else None
            except urllib.error.HTTPError as error:
                # The database was busy and nothing was done: Prefect's own client asks again too.
                if error.code != 503 or time.monotonic() > deadline:
                    raise
            time.sleep(0.5)

    def __enter__(self) -> PrefectServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # -- inside ----------------------------------------------------------------------------------

    def _launch(self) -> None:
        environ = {**self.env(), **self._settings}
        del environ["PREFECT_API_URL"]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self._port)],
                cwd=self._home,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # so that the whole family can be ended, and Ctrl-C reaches only pytest
            )
        deadline = time.monotonic() + START_LIMIT
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"Prefect's server did not start:\n{self.log.read_text('utf-8', 'replace')[-3000:]}")
            time.sleep(0.1)

    @staticmethod
    def probe(port: int) -> bool:
        """Whether a server on ``port`` is well; OSError where none answers."""
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2) as answer:
            return bool(answer.status == 200)

    def _answers(self) -> bool:
        try:
            return self.probe(self._port)
        except OSError:
            return False

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _signal(process.pid, how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_LIMIT)
        _signal(process.pid, signal.SIGKILL)  # what is left of the family
        process.wait(STOP_LIMIT)


def _signal(group: int, how: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, how)
