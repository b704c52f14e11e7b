"""Ends processes of ours when this one is gone, even where it was killed and could end nothing itself."""

from __future__ import annotations

import subprocess
from contextlib import suppress

# Reads to the end of its standard input, which comes when the process that holds the other end is gone. A negative
# number is a process group. In a session of its own: a signal to our group must not end it before us.
_SCRIPT = """
trap '' TERM INT HUP
targets=
while read -r target; do targets="$targets $target"; done
[ -n "$targets" ] || exit 0
kill -s TERM -- $targets
sleep 2
kill -s KILL -- $targets
"""


class ChildGuard:
    """A shell that waits for the end of this process, and then ends those that were added.

    Linux could do it alone (PR_SET_PDEATHSIG), but counts from the end of the thread that started the child.
    """

    def __init__(self) -> None:
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def add(self, target: int) -> None:
        """End ``target``, a process or (negative) a process group, once this process is gone."""
        if self._shell.stdin is not None:
            with suppress(BrokenPipeError):  # somebody ended the shell
                self._shell.stdin.write(b"%d\n" % target)
                self._shell.stdin.flush()

    def close(self) -> None:
        """Guard no longer: what was added has been ended, and its number may be another's by now."""
        self._shell.kill()
        self._shell.communicate()
