"""``missionwatch page``: where the page is, and what is wrong where it can't be written."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import MissionwatchGroup
from pipeline.cli.page import page_command
from pipeline.site import build as site_build
from pipeline.watches import load_watch
from tests.conftest import ROOT

HAITI = str(ROOT / "seeds" / "haiti")
RULES = load_watch(ROOT / "seeds" / "haiti").rules


def run(*words: str) -> tuple[int, str, str]:
    """The exit code, the last line of the output, and what was said beside it."""
    group = MissionwatchGroup(commands={"page": page_command})
    done = CliRunner().invoke(group, ["page", HAITI, *words])
    return done.exit_code, done.stdout.strip(), done.stderr.strip()


def test_the_last_line_is_the_file_to_open(data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def build(*values: object, **more: object) -> site_build.Built:
        asked.append((values, more))
        return site_build.Built(tmp_path / "haiti" / "index.html", ("index.html",))

    monkeypatch.setattr(site_build, "build", build)
    code, out, said = run("--data-dir", str(data_dir), "--to", str(tmp_path))
    assert (code, out, said) == (0, str(tmp_path / "haiti" / "index.html"), "written: index.html")
    assert asked == [
        ((data_dir, "haiti", "Haiti security mission"), {"folder": tmp_path, "page_url": "", "rules": RULES})
    ]


def test_a_folder_that_can_not_be_written_is_told_with_the_remedy(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> site_build.Built:
        raise PermissionError(13, "Permission denied", str(tmp_path / "index.html"))

    monkeypatch.setattr(site_build, "build", refuse)
    code, _, said = run("--data-dir", str(data_dir))
    assert code == 3
    assert f"{tmp_path / 'index.html'} can't be written: Permission denied." in said
    assert "name another folder with --to" in said


def test_without_a_published_file_it_says_what_to_run(tmp_path: Path) -> None:
    code, _, said = run("--data-dir", str(tmp_path / "none"))
    assert code == 2
    assert f"Run `missionwatch run {HAITI} --once` first." in said
