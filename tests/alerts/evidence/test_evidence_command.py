"""``missionwatch evidence`` and ``missionwatch why --html``, as they are typed."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import MissionwatchGroup
from pipeline.cli.commands import add_commands
from tests.conftest import ROOT
from tests.site.world import STRANGE, UNSURE, VOTE, change_of

HAITI = str(ROOT / "seeds" / "haiti")
VOTE_ID = str(change_of(VOTE).change_id)
Run = Callable[..., Result]


@pytest.fixture
def run(held_dir: Path) -> Run:
    group: click.Group = MissionwatchGroup()
    add_commands(group)

    def call(command: str, *words: str) -> Result:
        return CliRunner().invoke(group, [command, HAITI, *words, "--data-dir", str(held_dir)])

    return call


def test_the_pack_is_written_and_its_hash_is_told(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "pack.zip"
    done = run("evidence", VOTE_ID, "--out", str(out))
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        f"{out}: 1 change, 3 sentences, 3 archived texts, {out.stat().st_size:,} bytes. "
        "How to check it: README.txt in it.",
        f"SHA-256 {hashlib.sha256(out.read_bytes()).hexdigest()}",
    ]
    assert zipfile.is_zipfile(out)


def test_a_pack_of_nothing_that_is_known_writes_no_file(run: Run, tmp_path: Path) -> None:
    done = run("evidence", "https://nowhere.example/", "--out", str(tmp_path / "pack.zip"))
    assert done.exit_code == 2
    assert "Nothing is known of the address" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_can_not_be_written_is_told_with_the_remedy(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = run("evidence", VOTE_ID, "--out", str(tmp_path / "file" / "pack.zip"))
    assert done.exit_code == 3
    assert "can't be written" in done.stderr
    assert "name another file" in done.stderr


def test_why_of_a_claim_that_was_held_back_is_written_as_a_page(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "why.html"
    done = run("why", str(UNSURE.judgement.claim.claim_id), "--html", str(page))
    assert (done.exit_code, done.stdout.strip()) == (0, str(page))
    text = page.read_text("utf-8")
    assert "too weak to tell (0.32, needs 0.50)" in text
    assert "threshold" in text
    assert "<script" not in text


def test_no_word_of_a_feed_is_markup_in_such_a_page(run: Run, tmp_path: Path) -> None:
    page = tmp_path / "why.html"
    run("why", STRANGE.entry.url, "--html", str(page))
    run("why", str(change_of(STRANGE).change_id), "--html", str(page))
    text = page.read_text("utf-8")
    assert "&lt;script&gt;document.title" in text
    assert "<script" not in text
    assert "<img" not in text


def test_json_and_html_are_asked_for_one_at_a_time(run: Run, tmp_path: Path) -> None:
    done = run("why", VOTE_ID, "--json", "--html", str(tmp_path / "why.html"))
    assert done.exit_code == 2
    assert "one at a time" in done.stderr
