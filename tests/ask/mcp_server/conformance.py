"""The protocol's own checks: ``python -m tests.ask.mcp_server.conformance``, or ``make mcp-conformance``.

Two packages of npm are installed into ``.venv-clients/mcp``: the conformance suite, of which those scenarios are run
that fit any server (the others call tools that only its own example has), and the Inspector, which asks a tool by its
command line. Both ask the command as it is served over HTTP.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ask.world import publish_world
from tests.clients.install import CLIENTS, HERE, install_python, run

ROOT = Path(__file__).resolve().parents[3]
FOLDER = CLIENTS / "mcp"
PACKAGES = ("@modelcontextprotocol/conformance@0.1.16", "@modelcontextprotocol/inspector@2.12.0")
LEAST_NODE = (22, 19)
SCENARIOS = ("server-initialize", "ping", "tools-list", "resources-list", "prompts-list", "dns-rebinding-protection")
LIMIT = 120  # seconds for one check


def node_folder() -> Path:
    """The folder of a ``node`` that is new enough: the machine's own, else the one installed for the clients."""
    own = shutil.which("node")
    if own:
        said = subprocess.run([own, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
        found = re.match(r"v(\d+)\.(\d+)", said)
        if found and (int(found[1]), int(found[2])) >= LEAST_NODE:
            return Path(own).parent
    install_python("nodejs", HERE / "requirements-node.txt")
    return CLIENTS / "nodejs" / "bin"


def install(node: Path) -> None:
    """Install the two packages, where they are not there in these versions."""
    stamp = FOLDER / ".stamp"
    if stamp.exists() and stamp.read_text() == " ".join(PACKAGES):
        return
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    (FOLDER / "package.json").write_text('{"private": true}')
    run(node / "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", *PACKAGES, cwd=FOLDER)
    stamp.write_text(" ".join(PACKAGES))


@contextmanager
def served(data: Path) -> Iterator[str]:
    """The address of the command, which serves the world of tests/ask."""
    publish_world(data)
    words = ["-m", "flows.cli", "mcp", str(ROOT / "seeds" / "haiti"), "--data-dir", str(data), "--http", "--port", "0"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, *words], stderr=subprocess.PIPE, text=True, cwd=data, env=environ
    ) as process:
        assert process.stderr is not None
        try:
            said = process.stderr.readline()
            found = re.search(r"http://\S+", said)
            if found is None:
                raise SystemExit(f"The server did not start: {said}{process.stderr.read()}")
            yield found[0]
        finally:
            process.terminate()


def check(node: Path, package: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the program of a package."""
    environ = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ['PATH']}"}
    command = [node / "node", FOLDER / "node_modules" / ".bin" / package, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=False, env=environ)


def main() -> int:
    """Check, one line for each; 1 where one fails."""
    node = node_folder()
    install(node)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="missionwatch-mcp-") as data, served(Path(data)) as url:
        for scenario in SCENARIOS:
            done = check(node, "conformance", "server", "--url", url, "--scenario", scenario)
            passed = re.search(r"Passed: (\d+)/\1, 0 failed, 0 warnings", done.stdout)
            failed += passed is None
            print(f"  {scenario:<26} {passed[0] if passed else done.stdout + done.stderr}", flush=True)
        for tool in ("status", "board", "feeds"):
            words = ("--cli", url, "--transport", "http", "--method", "tools/call", "--tool-name", tool)
            done = check(node, "mcp-inspector", *words)
            is_answer = (
                done.returncode == 0 and json.loads(done.stdout)["structuredContent"]["about"]["watch"] == "haiti"
            )
            failed += not is_answer
            print(f"  inspector: {tool:<15} {'answered' if is_answer else done.stdout + done.stderr}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    print(f"The protocol's own checks, {' and '.join(PACKAGES)}:")
    sys.exit(main())
