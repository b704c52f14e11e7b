"""The tutorial: each command of it, run as it stands in a fresh checkout in which ``make run`` has been."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import prefect_home
from tests.docs_site.blocks import Block, blocks, missing
from tests.replayed import ROOT, replayed_once

PAGE = ROOT / "docs" / "tutorial.md"
LIMIT = 240  # seconds for one block: the replay of five days is the longest


def checkout(folder: Path, replayed: Path) -> None:
    """Make ``folder`` look like a checkout in which ``make run`` has left what is in ``replayed``."""
    (folder / "seeds").mkdir(parents=True)
    (folder / "seeds" / "haiti").symlink_to(ROOT / "seeds" / "haiti")
    (folder / ".venv").symlink_to(Path(sys.executable).parents[1])
    shutil.copytree(replayed, folder / "missionwatch-data" / "archive" / "haiti")


def typed(block: Block, folder: Path) -> subprocess.CompletedProcess[str]:
    """What a block does in ``folder``."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MISSIONWATCH_", "PREFECT_"))}
    return subprocess.run(
        ["sh", "-e"],
        input=block.code,
        cwd=folder,
        env=env | {"PREFECT_HOME": str(prefect_home.ready(folder / "prefect"))},
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_each_command_of_the_tutorial_does_what_the_page_says(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path / "checkout"
    replayed = replayed_once(tmp_path_factory)
    assert replayed.done.returncode == 0, replayed.done.stderr
    checkout(folder, replayed.data)
    for block in blocks(PAGE):
        done = typed(block, folder)
        assert done.returncode == 0, f"tutorial.md:{block.line}: {done.stdout}{done.stderr}"
        assert missing(block.shown, done.stdout) == [], f"tutorial.md:{block.line}: {done.stdout}"
    # The last block takes away what the others made.
    assert [path.name for path in (folder / "seeds").iterdir()] == ["haiti"]
    assert [path.name for path in (folder / "missionwatch-data" / "archive").iterdir()] == ["haiti"]


def test_a_block_is_found_with_what_it_shows_and_one_that_is_not_to_be_run_is_left_out(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A\n\n```sh\na\nb\n```\n\n```text\none\n```\n\n<!-- not tested: slow -->\n```sh\nc\n```\n")

    assert blocks(page) == [Block(4, "a\nb\n", ("one",))]


def test_what_a_page_shows_must_come_in_its_order() -> None:
    assert missing(("a b", "c"), "x a\n   b y c") == []
    assert missing(("c", "a b"), "x a\n   b y c") == ["a b"]
