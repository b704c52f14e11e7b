"""Machines in small: network namespaces on one bridge, and a PostgreSQL of a test's own. Needs root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ports import free_port

NET = "198.18.77"  # of the range that is kept for benchmarks (RFC 2544): no real network has it


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")


@contextmanager
def machines(*names: str) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """Namespaces, each with one link to this machine.

    Yields:
        This machine's address, and for each name what a command begins with to be run over there.
    """
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("needs root and iproute2, to make network namespaces")
    tag = f"mw{os.getpid() % 100_000}"
    made: list[str] = []
    try:
        try:
            _run("ip", "link", "add", tag, "type", "bridge")
            _run("ip", "addr", "add", f"{NET}.1/24", "dev", tag)
            _run("ip", "link", "set", tag, "up")
            for number, name in enumerate(names, start=2):
                space = f"{tag}-{name}"
                _run("ip", "netns", "add", space)
                made.append(space)
                near, far = f"{tag}a{number}", f"{tag}b{number}"
                _run("ip", "link", "add", near, "type", "veth", "peer", "name", far, "netns", space)
                _run("ip", "link", "set", near, "master", tag, "up")
                _run("ip", "-n", space, "addr", "add", f"{NET}.{number}/24", "dev", far)
                _run("ip", "-n", space, "link", "set", far, "up")
                _run("ip", "-n", space, "link", "set", "lo", "up")
        except RuntimeError as error:
            pytest.skip(f"network namespaces can't be made here: {error}")
        yield f"{NET}.1", {name: ["ip", "netns", "exec", f"{tag}-{name}"] for name in names}
    finally:
        for space in made:
            subprocess.run(["ip", "netns", "del", space], check=False)  # takes its links with it
        subprocess.run(["ip", "link", "del", tag], check=False, stderr=subprocess.DEVNULL)


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server on loopback, run by a user without rights; the address of its database for Prefect."""
    initdb, server = _tool("initdb"), _tool("postgres")
    if initdb is None or server is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    user = _user() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="missionwatch-pg-"))
    if user:
        shutil.chown(folder, user)
    port, data = free_port(), folder / "data"
    try:
        made = [initdb, "-D", str(data), "-U", "prefect", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run(made, user=user, cwd=folder, check=True, capture_output=True, timeout=120)
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [server, "-D", str(data), "-p", str(port), "-k", str(folder), "-c", "listen_addresses=127.0.0.1"],
                user=user,
                cwd=folder,
                stdout=log,
                stderr=log,
            )
        try:
            until = time.monotonic() + 60
            while b"ready to accept connections" not in (folder / "log").read_bytes():
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((folder / "log").read_text("utf-8", "replace"))
                time.sleep(0.05)
            yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tool(name: str) -> str | None:
    """A program of PostgreSQL, which Debian keeps away from PATH."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(beside[-1]) if beside else None)


def _user() -> str:
    """A user without rights: PostgreSQL refuses to be run by root."""
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("there is no user 'postgres' or 'nobody' to run PostgreSQL as")
