"""Builds the distributions from the checkout and installs the wheel into an empty environment."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser
from pathlib import Path

AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")  # the machine's own, as the Makefile has it
ROOT = Path(__file__).resolve().parents[2]
LIMIT = 80 * 2**20  # bytes of a distribution, of which the encoder is nearly all


@dataclass(frozen=True)
class Built:
    """The two files."""

    wheel: Path
    source: Path

    def names(self) -> set[str]:
        """The files in the wheel."""
        with zipfile.ZipFile(self.wheel) as archive:
            return set(archive.namelist())

    def source_names(self) -> set[str]:
        """The files in the source distribution, without its folder."""
        with tarfile.open(self.source) as archive:
            return {name.partition("/")[2] for name in archive.getnames()}

    def metadata(self) -> bytes:
        """What the wheel says of itself."""
        with zipfile.ZipFile(self.wheel) as archive:
            return archive.read(next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA")))

    def headers(self) -> Message:
        """The same, by header."""
        return BytesParser().parsebytes(self.metadata())


def build(to: Path) -> Built:
    """Build both with the pinned backend of the environment, the wheel from the source distribution; no network."""
    _run([_uv(), "build", "--quiet", "--offline", "--no-build-isolation", "--python", sys.executable, "-o", to, ROOT])
    return Built(next(to.glob("*.whl")), next(to.glob("*.tar.gz")))


def install(wheel: Path, environment: Path, python: str = sys.executable) -> Path:
    """Install ``wheel`` as the lock has its dependencies into a new environment; its command.

    What the set-up has left in uv's cache is enough for the same Python; another one asks the registry.
    """
    _run([_uv(), "venv", "--quiet", "--offline", "--python", python, environment])
    inside = environment / "bin" / "python"
    words = ["pip", "install", "--quiet", "--python", inside, "--constraints", ROOT / "requirements.lock", wheel]
    try:
        _run([_uv(), *words[:2], "--offline", *words[2:]])
    except subprocess.CalledProcessError:
        _run([_uv(), *(["--system-certs"] if AUTHORITIES.exists() else []), *words])
    return environment / "bin" / "missionwatch"


def call(command: Path, *words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Call the installed command in ``folder``, with nothing of this environment or of a Prefect profile."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    environ = {"PATH": f"{command.parent}{os.pathsep}/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    return subprocess.run(
        [command, *words], cwd=folder, env=environ, capture_output=True, text=True, timeout=900, check=False
    )


def _uv() -> Path:
    return Path(sys.executable).parent / "uv"


def _run(words: list[str | Path]) -> None:
    environ = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=500, check=False)
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)
