"""The commands and programs in docs/clients/, run as they stand: ``python -m tests.clients.pages FILE --update-docs``.

What a block shows on a published file stands in the block ``text`` below it, which the option writes anew. ``FILE`` is
the file that ``make run`` leaves.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.clients.clients import COMMAND_LINE
from tests.clients.install import CLIENTS, NODE, ROOT, node_command
from tests.clients.questions import FENCE
from tests.clients.web import served

PAGES = ROOT / "docs" / "clients"
OUT = re.compile(r"\n<!-- not tested: [^\n]+ -->\n\Z")
SHOWN = re.compile(r"\A\n```text\n(?P<text>.*?)^```\n", re.S | re.M)
ADDRESS = "http://127.0.0.1:8080"  # as the pages have it
ARCHIVE = Path("missionwatch-data", "archive", "haiti")
LIMIT = 120  # seconds for one block
WIDTH = 110  # columns of what is shown
LONG = 24  # lines of it, at most

# The environment of each page; those without one use what the watch itself has.
ENVIRONMENTS = {
    "python": "python",
    "data-frames": "python",
    "sqlalchemy": "python",
    "adbc": "python",
    "files": "python",
    "harlequin": "harlequin",
    "http": "remote",
}


@dataclass(frozen=True, slots=True)
class Example:
    """A block of a page.

    Attributes:
        page: the page's name, without ``.md``.
        line: the line at which its text begins, from 1.
        language: ``sh``, ``python`` or ``js``.
        code: its text.
        shown: what the page says that it shows; None where it says nothing.
        end: where in the page the block ends.
    """

    page: str
    line: int
    language: str
    code: str
    shown: str | None
    end: int

    @property
    def name(self) -> str:
        """For a test's id."""
        return f"{self.page}.md:{self.line}"


def examples(page: Path) -> list[Example]:
    """The blocks of ``page`` that can be run, in their order."""
    text = page.read_text("utf-8")
    found = []
    for block in FENCE.finditer(text):
        if block["language"] not in ("sh", "python", "js") or OUT.search(text, 0, block.start()):
            continue
        shown = SHOWN.match(text[block.end() + 1 :])
        found.append(
            Example(
                page=page.stem,
                line=text.count("\n", 0, block.start("text")) + 1,
                language=block["language"],
                code=block["text"],
                shown=shown["text"] if shown else None,
                end=block.end() + 1,
            )
        )
    return found


def all_examples() -> list[Example]:
    """Those of all pages."""
    return [example for page in sorted(PAGES.glob("*.md")) for example in examples(page)]


def missing(example: Example) -> str:
    """What has to be installed for it; empty where nothing has."""
    environment = ENVIRONMENTS.get(example.page)
    there = (
        CLIENTS / environment
        if environment
        else NODE / "node_modules"
        if example.page == "node"
        else Path(COMMAND_LINE or "duckdb")
    )
    return "" if there.exists() else f"what docs/clients/{example.page}.md needs is not installed: make clients"


def prepare(folder: Path, published: Path) -> None:
    """Make ``folder`` look like a checkout in which ``make run`` has been: ``published`` is what it left."""
    (folder / ARCHIVE).mkdir(parents=True)
    (folder / ARCHIVE / "missionwatch.duckdb").symlink_to(published)
    (folder / "seeds").symlink_to(ROOT / "seeds")
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    if (NODE / "node_modules").exists():
        (folder / "node_modules").symlink_to(NODE / "node_modules")
    (folder / "home").mkdir()


def run(example: Example, folder: Path, base: str) -> subprocess.CompletedProcess[str]:
    """Run a block in a prepared folder.

    Args:
        example: the block.
        folder: where :func:`prepare` has been.
        base: the address at which the published file is served, in place of the page's.
    """
    environment = ENVIRONMENTS.get(example.page)
    paths = [str(CLIENTS / environment / "bin")] if environment else []
    node = node_command()
    env = {
        "PATH": os.pathsep.join([*paths, str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
        "HOME": str(folder / "home"),
        "LANG": os.environ.get("LANG", "C.UTF-8"),
        "TZ": "UTC",
        "COLUMNS": str(WIDTH),
        "PYTHONWARNINGS": "ignore",  # pandas warns of DuckDB's use of it
    }
    code = example.code.replace(ADDRESS, base)
    if example.language == "js":
        (folder / "example.mjs").write_text(code, "utf-8")
        command, given = [str(node), "example.mjs"], ""
    elif example.language == "python":
        command, given = ["python", "-"], code
    else:
        command, given = ["sh", "-e"], code
    return subprocess.run(
        command, cwd=folder, env=env, input=given, capture_output=True, text=True, timeout=LIMIT, encoding="utf-8"
    )


def updated(page: Path, folder: Path, base: str) -> str:
    """The page's text, with what its blocks show now."""
    text = page.read_text("utf-8")
    for example in reversed(examples(page)):
        done = run(example, folder, base)
        if done.returncode:
            raise SystemExit(f"{example.name}:\n{done.stderr}")
        after = text[example.end :]
        shown = SHOWN.match(after)
        rest = after[shown.end() :] if shown else after
        told = shortened(done.stdout)
        text = f"{text[: example.end]}\n```text\n{told}\n```\n{rest}"
    return text


def shortened(said: str) -> str:
    """What a block said, as a page has it: without its middle where it is long."""
    lines = [line.rstrip() for line in said.rstrip().splitlines()]
    if len(lines) > LONG:
        lines = [*lines[: LONG - 6], "  ...", *lines[-2:]]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the blocks of all pages and say what each shows, or write it into the pages."""
    parser = argparse.ArgumentParser(prog="python -m tests.clients.pages", description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path, help="the missionwatch.duckdb that `make run` leaves")
    parser.add_argument("--update-docs", action="store_true", help="write what is shown into docs/clients/")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="missionwatch-pages-") as made:
        folder = Path(made)
        prepare(folder, asked.file.resolve())
        with served(asked.file.resolve().parent) as base:
            # In their order, first to last: a later block reads what an earlier one has written.
            for page in sorted(PAGES.glob("*.md")):
                for example in examples(page):
                    done = run(example, folder, base)
                    print(f"== {example.name}\n{done.stdout}{done.stderr}", flush=True)
                if asked.update_docs:
                    page.write_text(updated(page, folder, base), "utf-8")


if __name__ == "__main__":
    main()
