"""The clients that docs/clients/ tells of, each a program of its own that the tests talk with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from tests.clients.install import CLIENTS, NODE, node_command, python_of
from tests.clients.programs.talk import COLUMNS, TABLES, VIEWS

PROGRAMS = Path(__file__).resolve().parent / "programs"
COMMAND_LINE = shutil.which("duckdb", path=str(Path(sys.executable).parent)) or shutil.which("duckdb")
PATIENCE = 100.0  # seconds for one answer: harlequin on a busy machine is slow

Answer = dict[str, Any]


class ClientError(Exception):
    """What a client said went wrong."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client.

    Attributes:
        name: what the documents call it.
        page: its page in docs/clients/.
        command: what starts its program; none for the command line, which is a program already.
        needs: what is there where it is installed.
        by_address: whether it opens an address, in place of a file.
        on_screen: whether it is a screen, on which everything takes a while.
    """

    name: str
    page: str
    command: tuple[str, ...]
    needs: Path
    by_address: bool = False
    on_screen: bool = False

    @property
    def missing(self) -> str:
        """Why it can't be tried here; empty where it can."""
        if self.needs.exists() and (self.command or COMMAND_LINE) and all(self.command):
            return ""
        return f"{self.name} is not installed: make clients"

    def start(self) -> Session:
        """A session with a new process of it, for a ``with`` block."""
        return Program(self) if self.command else CommandLine()


def _python(name: str, page: str, environment: str, *program: str, **more: bool) -> Client:
    python = python_of(environment)
    script, *words = program
    return Client(name, page, (str(python), str(PROGRAMS / script), *words), python, **more)


ALL = (
    Client("DuckDB's command line", "duckdb-cli.md", (), Path(COMMAND_LINE or "duckdb")),
    _python("Python", "python.md", "python", "duckdb_python.py"),
    _python("Python with DuckDB 1.4", "python.md", "oldest", "duckdb_python.py"),
    _python("Python with DuckDB 2", "python.md", "harlequin", "duckdb_python.py"),
    _python("pandas", "data-frames.md", "python", "frames.py", "pandas"),
    _python("polars", "data-frames.md", "python", "frames.py", "polars"),
    _python("Arrow", "data-frames.md", "python", "frames.py", "arrow"),
    _python("SQLAlchemy", "sqlalchemy.md", "python", "sqlalchemy_client.py"),
    _python("ADBC", "adbc.md", "python", "adbc_client.py"),
    Client("Node", "node.md", (node_command() or "", str(PROGRAMS / "node.mjs")), NODE / "node_modules"),
    _python("harlequin", "harlequin.md", "harlequin", "harlequin_client.py", on_screen=True),
    _python("over HTTP", "http.md", "remote", "duckdb_python.py", by_address=True),
)


class Session(Protocol):
    """A client at work. What it can't do raises :class:`ClientError`."""

    def __enter__(self) -> Session: ...

    def __exit__(self, *_: object) -> None: ...

    def version(self) -> str: ...

    def open(self, file: str) -> None: ...

    def look(self) -> Answer: ...

    def ask(self, sql: str) -> tuple[list[str], list[list[Any]]]: ...

    def close(self) -> None: ...


class Program:
    """A client's program, and the pipe to it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._home = tempfile.TemporaryDirectory(prefix="missionwatch-client-")
        self._said: deque[str] = deque(maxlen=30)

    def __enter__(self) -> Program:
        self._process = subprocess.Popen(
            self.client.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=_environment(self._home.name),
            cwd=self._home.name,
            preexec_fn=_step_back,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        try:
            self._process.communicate(timeout=10)  # its input ends, and so does it
        except (subprocess.TimeoutExpired, ValueError, OSError):
            self._process.kill()
            self._process.wait()
        self._home.cleanup()

    def _listen(self) -> None:
        assert self._process.stderr is not None
        self._said.extend(self._process.stderr)

    def _tell(self, what: str, **words: str) -> Answer:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        watch = threading.Timer(PATIENCE, self._process.kill)
        watch.start()
        try:
            self._process.stdin.write(json.dumps({"do": what, **words}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except OSError:
            line = ""
        finally:
            watch.cancel()
        if not line:
            raise ClientError(f"{self.client.name} ended, or gave no answer: {''.join(self._said)}")
        told: Answer = json.loads(line)
        if "error" in told:
            raise ClientError(told["error"])
        return told

    def version(self) -> str:
        return str(self._tell("version")["version"])

    def open(self, file: str) -> None:
        self._tell("open", file=file)

    def look(self) -> Answer:
        return self._tell("look")

    def ask(self, sql: str) -> tuple[list[str], list[list[Any]]]:
        told = self._tell("ask", sql=sql)
        return told["columns"], told["rows"]

    def close(self) -> None:
        self._tell("close")

    def picture(self, to: Path, unfold: str) -> None:
        """Write what harlequin shows as SVG, with its tree open along ``unfold``."""
        self._tell("unfold", path=unfold)
        self._tell("picture", to=str(to))


class CommandLine:
    """The command ``duckdb``, with the file open and statements typed in."""

    END = "-- that was all --"

    def __enter__(self) -> CommandLine:
        self._home = tempfile.TemporaryDirectory(prefix="missionwatch-client-")
        self._process: subprocess.Popen[str] | None = None
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._home.cleanup()

    def version(self) -> str:
        done = subprocess.run([str(COMMAND_LINE), "--version"], capture_output=True, text=True, timeout=PATIENCE)
        return done.stdout.split()[0].removeprefix("v")

    def open(self, file: str) -> None:
        self._process = subprocess.Popen(
            [str(COMMAND_LINE), "-readonly", "-json", file],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=_environment(self._home.name),
            preexec_fn=_step_back,
        )
        self.ask("SELECT 1 AS one")  # only now it is known to be open

    def look(self) -> Answer:
        found = zip(("tables", "views", "columns"), (TABLES, VIEWS, COLUMNS), strict=True)
        return {kind: {row[0]: row[1] for row in self.ask(sql)[1]} for kind, sql in found}

    def ask(self, sql: str) -> tuple[list[str], list[list[Any]]]:
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            raise ClientError("no file is open")
        try:
            # The newline ends a comment that may stand last.
            self._process.stdin.write(f"{sql}\n;\n.print {self.END}\n")
            self._process.stdin.flush()
        except OSError as error:
            raise ClientError(f"duckdb has ended: {error}") from error
        said = ""
        for line in self._process.stdout:
            if line.strip() == self.END:
                break
            said += line
        else:
            raise ClientError(said)
        if not said.strip() or said.strip() == "[{]":  # how it shows that there is no row
            return [], []
        try:
            rows = json.loads(said)
        except json.JSONDecodeError as error:
            raise ClientError(said) from error
        return list(rows[0]) if rows else [], [list(row.values()) for row in rows]

    def close(self) -> None:
        if self._process is not None:
            try:
                self._process.communicate(".exit\n", timeout=10)
            except (subprocess.TimeoutExpired, ValueError, OSError):
                self._process.kill()
                self._process.wait()
            self._process = None


def _step_back() -> None:
    """Let the watch go first where both want the processor: whether clients hold it up by locks is the question."""
    os.nice(10)


def _environment(home: str) -> dict[str, str]:
    """What a client's program gets: the home of nobody, UTC, and where Node's packages are."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    return {
        **kept,
        "HOME": home,
        "TZ": "UTC",
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONWARNINGS": "ignore",  # pandas warns of DuckDB's use of it
        "CLIENT_MODULES": str(NODE / "package.json"),
    }


__all__ = ["ALL", "CLIENTS", "Answer", "Client", "ClientError", "Session"]
