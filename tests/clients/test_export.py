"""Whole tables and views as files, for whatever reads no DuckDB."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import pyarrow.parquet
import pytest
from click.testing import CliRunner

from flows.cli import main
from pipeline.model.errors import StorageError, UsageError
from pipeline.storage import open_store, publish
from pipeline.storage.export import ABOUT, export
from tests.clients.world import FEEDS, make_world
from tests.storage.builders import NOW, RUN, make_entry, make_poll

HOSTILE = ['=HYPERLINK("https://x.invalid")', "+1", "-1 soldier", "@SUM(A1)", "\tx", " =1", "＝1", "5 - 3", "plain"]
SAFE = ["'" + title for title in HOSTILE[:7]] + ["5 - 3", "plain"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published store whose feed gave entries with hostile titles."""
    folder = tmp_path_factory.mktemp("watched")
    make_world(folder)
    with open_store(folder) as store:
        entries = [make_entry(str(number), FEEDS[0], title=title) for number, title in enumerate(HOSTILE)]
        store.add_polls(RUN, [make_poll(*entries, feed=FEEDS[0])])
    publish(folder, RUN, NOW.replace(hour=13))
    return folder


def test_each_table_and_view_is_a_parquet_file_with_its_rows(folder: Path, tmp_path: Path) -> None:
    done = export(folder, tmp_path / "export")
    names = {one.relation for one in done}
    assert {"board", "changes", "articles", "claims", "entry", "published"} <= names
    assert {file.name for file in (tmp_path / "export").iterdir()} == {f"{name}.parquet" for name in names} | {ABOUT}
    with duckdb.connect() as db:
        assert db.sql(f"SELECT value FROM '{tmp_path}/export/board.parquet'").fetchall() == [("led by Kenya",)]
    assert {one.relation: one.rows for one in done}["entry"] == len(HOSTILE)


def test_a_parquet_file_says_what_it_and_its_columns_mean(folder: Path, tmp_path: Path) -> None:
    export(folder, tmp_path / "export", only=["board"])
    meaning = pyarrow.parquet.read_schema(tmp_path / "export" / "board.parquet").metadata
    assert meaning[b"comment"].startswith(b"Where the mission stands")
    assert meaning[b"comment.aspect"]


def test_the_texts_of_a_csv_file_are_no_formulas_and_else_unchanged(folder: Path, tmp_path: Path) -> None:
    export(folder, tmp_path / "sheets", form="csv", only=["entry"])
    with (tmp_path / "sheets" / "entry.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["guid"]))
    assert [row["title"] for row in rows] == SAFE


def test_a_json_file_has_an_object_a_line(folder: Path, tmp_path: Path) -> None:
    export(folder, tmp_path / "lines", form="json", only=["board"])
    [row] = [json.loads(line) for line in (tmp_path / "lines" / "board.json").read_text().splitlines()]
    assert (row["aspect"], row["value"], row["since"]) == ("lead", "led by Kenya", "2024-06-25")


def test_what_is_in_the_folder_is_told_beside_it(folder: Path, tmp_path: Path) -> None:
    export(folder, tmp_path / "export", only=["board"])
    about = json.loads((tmp_path / "export" / ABOUT).read_text())
    assert about["published_at"] == "2025-10-01T13:00:00+00:00"
    [file] = about["files"]
    assert (file["file"], file["kind"], file["rows"]) == ("board.parquet", "view", 1)
    assert {column["name"] for column in file["columns"] if column["comment"]} >= {"aspect", "value", "since"}


def test_a_second_export_takes_the_place_of_the_first(folder: Path, tmp_path: Path) -> None:
    export(folder, tmp_path / "export", only=["board", "changes"])
    export(folder, tmp_path / "export", form="csv", only=["board"])
    assert sorted(file.name for file in (tmp_path / "export").iterdir()) == ["board.csv", ABOUT]
    assert [file.name for file in tmp_path.iterdir()] == ["export"]


def test_a_folder_that_holds_something_else_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("three years")
    with pytest.raises(UsageError, match="no export has made"):
        export(folder, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.docx"]


def test_an_export_that_fails_leaves_the_one_before(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export(folder, tmp_path / "export", only=["board"])

    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pipeline.storage.export.sync", full)
    with pytest.raises(StorageError, match="disk is full"):
        export(folder, tmp_path / "export")
    assert sorted(file.name for file in (tmp_path / "export").iterdir()) == ["board.parquet", ABOUT]
    assert [file.name for file in tmp_path.iterdir()] == ["export"]


def test_an_unknown_name_is_refused_with_those_that_there_are(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="called bord") as told:
        export(folder, tmp_path / "export", only=["bord"])
    assert "board" in told.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_nothing_published_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nothing has been published yet"):
        export(tmp_path, tmp_path / "export")


def test_the_command_says_what_it_wrote(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "sheets"
    asked = [
        "export",
        "seeds/haiti",
        "--to",
        str(target),
        "--format",
        "csv",
        "--only",
        "board",
        "--data-dir",
        str(folder),
    ]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0, done.output
    assert "board.csv" in done.output
    assert "1 row " in done.output
    assert (target / "board.csv").read_text().startswith("watch,aspect,")
