"""What Prefect must be told before it is imported: quiet, private, and quick on a small machine.

Every value is a default: what the operator has set in the environment or in a Prefect profile wins.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import closing, contextmanager, suppress
from threading import Event, Thread

from pipeline.model.errors import MissionwatchError
from pipeline.runtime.child_guard import ChildGuard
from pipeline.runtime.termination import exit_on_sigterm

# Measured on 2 cores with SQLite: without these batch sizes a run with subflows and tasks waits for
# seconds on 503 answers while the server records task runs one by one; with them, not at all.
_BATCHES = {
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
}
_PRIVATE = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_CLI_WRAP_LINES": "false",
    "DO_NOT_TRACK": "1",
}
_EMBEDDED = {
    **_BATCHES,
    **_PRIVATE,
    # The server that a run starts for itself ends with it: nobody asks it for events, and storing them
    # makes every dozenth round wait two seconds for the database.
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_ENABLED": "false",
    "PREFECT_SERVER_SERVICES_TRIGGERS_ENABLED": "false",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
    # The command tells errors itself, in plain English; Prefect would add a traceback of each before.
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
}
# A server that goes on: its events are what wakes the next step, so they are stored, in large batches and soon.
_SERVER = {
    **_BATCHES,
    **_PRIVATE,
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "500",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_READ_BATCH_SIZE": "50",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_FLUSH_INTERVAL": "1",
    # In memory, who holds a deployment's one place is forgotten with the server: the place is then held for ever, and
    # a run that is just taken up is cancelled for want of it.
    "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
}
# Runs beat twice a minute, so that an automation can tell one that is dead from one that is long.
_SERVED_RUNS = {
    **_PRIVATE,
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
}


def prepare(environ: MutableMapping[str, str] = os.environ) -> None:
    """Set Prefect's defaults for a run without a server of its own. Call it before importing Prefect."""
    _set(environ, _EMBEDDED)


def prepare_served(environ: MutableMapping[str, str], url: str) -> None:
    """Set Prefect's defaults for runs of the server at ``url``. Call it before importing Prefect."""
    _set(environ, _SERVED_RUNS)
    environ["PREFECT_API_URL"] = url


def server_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a Prefect server that we start and that goes on: ``environ`` with our defaults."""
    return {**_SERVER, **environ}


def _set(environ: MutableMapping[str, str], defaults: Mapping[str, str]) -> None:
    for name, value in defaults.items():
        environ.setdefault(name, value)


class PrefectError(MissionwatchError):
    """Prefect's own server did not start."""

    code = "prefect"


@contextmanager
def in_this_process() -> Iterator[None]:
    """A block that runs flows itself, and ends in order on SIGTERM. The server that Prefect starts ends with us.

    Raises:
        PrefectError: it did not start; says what to look at.
    """
    # Imported here: Prefect reads its settings when it is imported, and :func:`prepare` comes first.
    from prefect.events.clients import NullEventsClient
    from prefect.events.worker import EventsWorker
    from prefect.settings import get_current_settings

    if get_current_settings().api.url is None:
        # The server ends with the run, and nobody could listen: what is not sent can hold up neither run nor exit.
        EventsWorker.set_client_override(NullEventsClient)
    elif (runs := logging.getLogger("prefect.flow_runs")).getEffectiveLevel() == logging.CRITICAL:
        # A server that stays keeps what the runs say. Only it: the command tells a person itself.
        runs.setLevel(logging.INFO)
        runs.propagate = False
    try:
        with _server_guarded(), exit_on_sigterm(_kill_server):
            yield
    except RuntimeError as error:
        if "Prefect API server" not in str(error):
            raise
        raise PrefectError(
            "Prefect's own server, which the run needs, did not start in time.",
            remedy="Is 127.0.0.1 up, and is ~/.prefect (or PREFECT_HOME) writable? "
            "A server that runs already can be named with PREFECT_API_URL.",
        ) from error


@contextmanager
def _server_guarded() -> Iterator[None]:
    """A block whose Prefect server, started whenever Prefect wants it, ends with this process however that ends."""
    done = Event()
    with closing(ChildGuard()) as guard:

        def watch() -> None:
            known = 0
            while not done.wait(5.0 if known else 0.1):  # a server whose port is taken is soon another process
                if (pid := server_pid()) and pid != known:
                    known = pid
                    guard.add(pid)

        watcher = Thread(target=watch, name="server-guard", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


def server_pid() -> int:
    """Return the process of the server that Prefect started for this one; 0 where there is none."""
    # Who starts one has imported it. To import it here would cost each run without a server a second.
    module = sys.modules.get("prefect.server.api.server")
    server = getattr(module, "SubprocessASGIServer", None)  # None also while another thread imports the module
    process = server().server_process if server else None
    return process.pid if process else 0


def _kill_server() -> None:
    if pid := server_pid():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
