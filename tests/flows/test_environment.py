"""What a run is told of Prefect before it begins."""

from __future__ import annotations

import subprocess
import sys

LOOK = """
import sys
from flows.run.environment import server_pid
print(server_pid(), "prefect.server.api.server" in sys.modules)
"""


def test_to_look_for_prefects_server_where_none_was_started_does_not_import_it() -> None:
    # In a process of its own: this one may have imported it for another test. The import takes a second.
    seen = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True).stdout
    assert seen == "0 False\n"
