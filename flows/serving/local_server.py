"""A Prefect server on this machine, as a child process: started, looked at, started again, stopped."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from flows.run.environment import PrefectError, server_environment
from pipeline.runtime.child_guard import ChildGuard

START_LIMIT = 120.0  # seconds; a fresh database takes eight on two idle cores, and much longer on busy ones
STOP_LIMIT = 1.5  # seconds; it needs one, and its database takes an end by force well
_KEPT_OF_LOG = 5_000_000  # bytes of the log after which a start begins it anew


class LocalServer:
    """``prefect server start`` on 127.0.0.1, which nothing outside the machine reaches. It ends with this process.

    Args:
        port: where it listens.
        log: the file that gets what it says.
        environ: what it inherits; what the operator set of Prefect stays.
    """

    def __init__(self, port: int, log: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.port = port
        self.log = log
        self._environ = environ
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: ChildGuard | None = None

    @property
    def url(self) -> str:
        """The address of its API."""
        return f"http://127.0.0.1:{self.port}/api"

    @property
    def page(self) -> str:
        """The address of its pages, for a browser."""
        return f"http://127.0.0.1:{self.port}"

    def answers(self) -> bool:
        """Whether a Prefect server answers there, ours or another's."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=3)
        try:
            connection.request("GET", "/api/health")
            answer = connection.getresponse()
            return answer.status == 200 and answer.read(16).strip() == b"true"
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def start(self) -> None:
        """Start it and return when it answers.

        Raises:
            PrefectError: it did not; says where to look.
        """
        environ = server_environment(self._environ)
        environ.pop("PREFECT_API_URL", None)  # it serves the API, and asks no other
        environ.setdefault("PREFECT_SERVER_UI_API_URL", self.url)  # its pages ask port 4200 otherwise
        self.log.parent.mkdir(parents=True, exist_ok=True)
        fresh = not self.log.exists() or self.log.stat().st_size > _KEPT_OF_LOG
        self._end_guard()  # of a server that has ended by itself
        self._guard = guard = ChildGuard()
        with self.log.open("wb" if fresh else "ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(self.port)],
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us: we end it when the runs have ended
            )
        guard.add(-self._process.pid)
        deadline = time.monotonic() + START_LIMIT
        while not self.answers():
            if self.is_dead() or time.monotonic() > deadline:
                self.stop()
                raise PrefectError(
                    f"Prefect's server did not start on port {self.port} of 127.0.0.1.",
                    remedy=f"Its last words are in {self.log}. Is the port free (--port takes another one), and is "
                    "~/.prefect (or PREFECT_HOME) writable?",
                )
            time.sleep(0.1)

    def is_dead(self) -> bool:
        """Whether it was started and has ended by itself."""
        return self._process is not None and self._process.poll() is not None

    def stop(self) -> None:
        """End it in order, and by force where that takes too long; does nothing where it was not started."""
        self._end(signal.SIGTERM, signal.SIGKILL)

    def kill(self) -> None:
        """End it by force, at once."""
        self._end(signal.SIGKILL)

    def _end(self, *signals: signal.Signals) -> None:
        process = self._process  # known until it is gone: another thread may lose its patience meanwhile
        if process is None:
            return
        for how in signals:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, how)
            with suppress(subprocess.TimeoutExpired):
                process.wait(STOP_LIMIT)
        self._process = None
        self._end_guard()

    def _end_guard(self) -> None:
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.close()
