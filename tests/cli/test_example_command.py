"""``missionwatch example`` and ``missionwatch docs``: what comes with Missionwatch."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import MissionwatchGroup
from pipeline.cli.example import docs_command, example_command
from pipeline.watches import load_watch


def run(*words: str) -> tuple[int, str, str]:
    """The exit code, the output, and what was said beside it."""
    group = MissionwatchGroup(commands={"example": example_command, "docs": docs_command})
    done = CliRunner().invoke(group, list(words))
    return done.exit_code, done.stdout, done.stderr.strip()


def test_without_a_name_it_lists_the_watches() -> None:
    code, out, _ = run("example")

    assert (code, [line.split()[0] for line in out.splitlines()]) == (0, ["haiti", "somalia", "lebanon"])


def test_it_copies_a_watch_with_its_archive_into_a_folder_of_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    code, out, _ = run("example", "somalia")

    assert (code, out) == (0, "somalia: now try  missionwatch replay somalia\n")
    assert load_watch(tmp_path / "somalia").slug == "somalia"
    assert (tmp_path / "somalia" / "archive" / "articles.jsonl").is_file()


def test_a_folder_that_holds_a_watch_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "watch.toml").write_text("mine")

    code, _, said = run("example", "haiti", str(tmp_path))

    assert code == 2
    assert f"{tmp_path} has a watch.toml already." in said
    assert [path.name for path in tmp_path.iterdir()] == ["watch.toml"]


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    code, _, said = run("example", "../haiti")

    assert code == 2
    assert "No watch called '../haiti' comes with Missionwatch." in said
    assert "Did you mean haiti? There are: haiti, somalia, lebanon." in said


def test_the_documents_are_listed_with_their_titles() -> None:
    code, out, _ = run("docs")

    assert code == 0
    assert "briefs                       Briefs: one report of a time\n" in out


@pytest.mark.parametrize("name", ["how-to/more-or-fewer", "docs/how-to/more-or-fewer.md"])
def test_a_document_is_shown_by_its_name_or_by_its_path(name: str) -> None:
    code, out, _ = run("docs", name)

    assert (code, out[:2]) == (0, "# ")


def test_an_unknown_document_is_told_with_the_nearest_one() -> None:
    code, _, said = run("docs", "alert")

    assert code == 2
    assert "There is no document 'alert'." in said
    assert "Did you mean alerts?" in said
