"""``mark`` and ``marks`` as a person calls them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from pipeline.model import Aspect
from pipeline.storage import LIVE, open_store, publish
from tests.board.corrections.world import CHIEF, DECIDED, TALK, VOTE, World
from tests.storage.builders import NOW, RUN, at

pytestmark = pytest.mark.slow

HAITI = str(Path(__file__).parents[3] / "seeds" / "haiti")  # its slug is that of the world's watch
WHEN = at("2025-10-05")
Run = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path, made: Path) -> Path:
    """A copy of that store."""
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Path:
    """A published store with two changes and a claim that waits."""
    folder = tmp_path_factory.mktemp("commands")
    shutil.copyfile(template, folder / LIVE)
    with open_store(folder) as store:
        World(store).reads(VOTE, CHIEF, TALK).ran(WHEN)
    publish(folder, RUN, NOW)
    return folder


@pytest.fixture
def run(data: Path) -> Run:
    def call(*words: str, store: Path = data) -> Result:
        return CliRunner(env={"MISSIONWATCH_AUTHOR": "ana"}).invoke(main, [*words, "--data-dir", str(store)])

    return call


def change_of(data: Path, aspect: Aspect) -> str:
    with open_store(data) as store:
        return str(World(store).change(aspect).change_id)


def test_a_mark_says_what_came_of_it_and_sql_clients_see_it(data: Path, run: Run) -> None:
    change = change_of(data, Aspect.STRENGTH)

    told = run("mark", HAITI, change[:8], "wrong", "--note", "that was a proposal")

    assert told.exit_code == 0, told.output
    assert "marked wrong by ana on" in told.output
    assert "Taken back: strength: the ceiling: 5,500 people (decided)." in told.output
    with duckdb.connect(str(data / "missionwatch.duckdb"), read_only=True) as client:
        assert client.sql("SELECT kind, author, note, quote, counts FROM marks").fetchall() == [
            ("wrong", "ana", "that was a proposal", DECIDED, True)
        ]
        assert client.sql("SELECT count(*) FROM board WHERE aspect = 'strength'").fetchall() == [(0,)]


def test_the_author_is_whoever_is_named(data: Path, run: Run) -> None:
    told = run("mark", HAITI, change_of(data, Aspect.COMMAND), "confirmed", "--author", "bo")

    assert "confirmed by bo on" in told.output


def test_marks_are_listed_with_what_they_say_and_by_whom(data: Path, run: Run) -> None:
    run("mark", HAITI, change_of(data, Aspect.STRENGTH), "relabel", "--stage", "proposed", "--note", "not yet")

    told = run("marks", "list", HAITI)

    assert "relabelled  strength proposed: the ceiling: 5,500 people" in told.output
    assert "not yet" in told.output
    assert DECIDED in told.output
    (row,) = [json.loads(line) for line in run("marks", "list", HAITI, "--json").output.splitlines()]
    assert (row["stage"], row["engine_stage"]) == ("proposed", "decided")


def test_a_mark_is_taken_back_by_the_first_signs_of_its_id(data: Path, run: Run) -> None:
    run("mark", HAITI, change_of(data, Aspect.STRENGTH), "wrong")
    correction_id = json.loads(run("marks", "list", HAITI, "--json").output)["mark_id"]

    told = run("marks", "undo", HAITI, correction_id[:6])
    again = run("marks", "undo", HAITI, correction_id[:6])

    assert "It stands again: strength: the ceiling: 5,500 people (decided)." in told.output
    assert again.output.startswith("It was taken back before: ")
    assert run("marks", "list", HAITI).output.strip() == "Nothing is marked."
    assert "(taken back" in run("marks", "list", HAITI, "--all").output


def test_marks_travel_to_another_store_by_a_file(data: Path, run: Run, tmp_path: Path, template: Path) -> None:
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    shutil.copyfile(template, fresh / LIVE)
    with open_store(fresh) as store:
        World(store).reads(VOTE, CHIEF, TALK).ran(WHEN)
    run("mark", HAITI, change_of(data, Aspect.STRENGTH), "wrong")
    file = str(tmp_path / "marks.jsonl")

    exported = run("marks", "export", HAITI, "--to", file)
    imported = run("marks", "import", HAITI, file, store=fresh)
    again = run("marks", "import", HAITI, file, store=fresh)

    assert exported.output == f"1 marks written to {file}\n"
    assert imported.output.endswith("1 marks were stored, 0 were there.\n")
    assert again.output == "0 marks were stored, 1 were there.\n"
    with open_store(fresh) as store:
        assert list(World(store).board) == ["command/commander"]


def test_a_store_that_no_run_has_worked_in_takes_marks(run: Run, data: Path, tmp_path: Path) -> None:
    run("mark", HAITI, change_of(data, Aspect.STRENGTH), "wrong")
    file = str(tmp_path / "marks.jsonl")
    run("marks", "export", HAITI, "--to", file)

    told = run("marks", "import", HAITI, file, store=tmp_path / "new")

    assert "None of it is in this store yet: it counts when it is read." in told.output


def test_the_marks_of_another_watch_are_refused_with_their_line(run: Run, data: Path, tmp_path: Path) -> None:
    run("mark", HAITI, change_of(data, Aspect.STRENGTH), "wrong")
    file = tmp_path / "marks.jsonl"
    run("marks", "export", HAITI, "--to", str(file))
    file.write_text(file.read_text().replace('"watch": "haiti"', '"watch": "mali"'))

    told = run("marks", "import", HAITI, str(file))

    assert told.exit_code == 2
    assert f"{file}:1: the mark is of the watch 'mali', not of 'haiti'" in " ".join(told.output.split())


def test_a_pin_needs_a_row(run: Run) -> None:
    told = run("mark", HAITI, VOTE.url, "pin")

    assert told.exit_code == 2
    assert "write the row as ASPECT/SUBJECT" in " ".join(told.output.split())


def test_what_is_not_pinned_can_not_be_unpinned(run: Run) -> None:
    told = run("mark", HAITI, "strength/ceiling", "unpin")

    assert (told.exit_code, "strength/ceiling is not pinned." in told.output) == (2, True)


def test_a_run_that_works_in_the_folder_is_waited_for(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.storage import hold_run

    monkeypatch.setenv("MISSIONWATCH_STORE_WAIT", "0")
    with hold_run(data, wait=1):
        told = run("mark", HAITI, "strength/ceiling", "pin", "--note", "x")

    assert told.exit_code == 4


def test_why_tells_who_marked_a_change(run: Run, data: Path) -> None:
    change = change_of(data, Aspect.STRENGTH)
    run("mark", HAITI, change, "wrong", "--note", "that was a proposal")

    told = run("why", HAITI, change, "--all")

    assert "mark\n" in told.output
    answer = " ".join(told.output.split()).partition("It was marked wrong by ana on ")[2]
    assert "UTC: that was a proposal." in answer


def test_help_says_what_each_word_does(run: Run) -> None:
    told = CliRunner().invoke(main, ["mark", "--help"])

    assert "the change is taken back, and who was told hears of it" in " ".join(told.output.split())
