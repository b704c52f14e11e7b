"""Installs the SQL clients that tests open the published file with: ``python -m tests.clients.install``.

Each has an environment of its own under ``.venv-clients``, as they bring different versions of DuckDB, made from the
``requirements-NAME.txt`` beside this file; Node's is made from ``node/``. What is up to date is left alone.

To have newer ones: ``echo harlequin | uv pip compile --universal --no-annotate --no-header -`` and the like, and in
``node/`` ``npm install --package-lock-only --omit-lockfile-registry-resolved``.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CLIENTS = ROOT / ".venv-clients"
PYTHONS = ("python", "harlequin", "remote", "oldest")
NODE = CLIENTS / "node"
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
LEAST_NODE = 18
LIMIT = 300  # seconds for one installation


def python_of(name: str) -> Path:
    """The interpreter of the environment ``name``."""
    return CLIENTS / name / "bin" / "python"


def node_command(program: str = "node") -> str | None:
    """The path of ``node`` or ``npm``: the machine's own where it is new enough, else what was installed here."""
    own = shutil.which("node")
    if own and shutil.which("npm"):
        said = subprocess.run([own, "--version"], capture_output=True, text=True, timeout=30).stdout
        if said.startswith("v") and int(said[1:].split(".")[0]) >= LEAST_NODE:
            return shutil.which(program)
    installed = CLIENTS / "nodejs" / "bin" / program
    return str(installed) if installed.exists() else None


def stamp_of(*files: Path) -> str:
    """What an environment is made of: these files, and this Python."""
    content = b"\0".join(file.read_bytes() for file in files)
    return hashlib.sha256(content + sys.version.encode()).hexdigest()


def run(*command: str | Path, cwd: Path | None = None) -> None:
    """Run a command of an installation; what it says is shown where it fails."""
    # The environment in which make runs this is not the one to install into.
    env = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    done = subprocess.run([*map(str, command)], cwd=cwd, env=env, capture_output=True, text=True, timeout=LIMIT)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")


def install_python(folder: str | Path, requirements: Path, *options: str) -> bool:
    """Make the environment ``folder`` from a file of requirements; False where it is up to date.

    Args:
        folder: its name under ``.venv-clients``, or its path.
        requirements: what is in it.
        options: more words for ``uv pip install``.
    """
    at, stamp = CLIENTS / folder, stamp_of(requirements)
    kept = at / ".stamp"
    if kept.exists() and kept.read_text() == stamp:
        return False
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        raise SystemExit("The command uv is missing: make setup")
    authorities = ["--system-certs"] if AUTHORITIES.exists() else []
    run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, at)
    python = at / "bin" / "python"
    run(uv, *authorities, "pip", "install", "--quiet", "--python", python, *options, "-r", requirements)
    kept.write_text(stamp)
    return True


def install_node() -> bool:
    """Install the package for Node, and Node where the machine has none; False where both are up to date."""
    package, lock = HERE / "node" / "package.json", HERE / "node" / "package-lock.json"
    if node_command() is None:
        install_python("nodejs", HERE / "requirements-node.txt")
    kept, stamp = NODE / ".stamp", stamp_of(package, lock)
    if kept.exists() and kept.read_text() == stamp:
        return False
    shutil.rmtree(NODE, ignore_errors=True)
    NODE.mkdir(parents=True)
    for file in (package, lock):
        shutil.copy(file, NODE)
    npm = node_command("npm")
    if npm is None:
        raise SystemExit("Node's npm is missing, and could not be installed.")
    run(npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=NODE)
    kept.write_text(stamp)
    return True


def main() -> None:
    """Install what is missing or old, one line for each."""
    for name in PYTHONS:
        _told(name, lambda name=name: install_python(name, HERE / f"requirements-{name}.txt"))
    _told("node", install_node)


def _told(name: str, install) -> None:
    started = time.monotonic()
    made = install()
    print(f"  {name:<10} {f'installed in {time.monotonic() - started:.1f} s' if made else 'up to date'}", flush=True)


if __name__ == "__main__":
    print(f"SQL clients for the tests, in {CLIENTS.name}:")
    main()
