"""``watches``: what a person sees of the watches of a store, and does with one."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from pipeline.cli.clock import wall_clock
from pipeline.model import RunRecord
from pipeline.storage import hold_run, open_store, publish, read_metrics
from pipeline.watches import load_watch, write_watch
from tests.storage.builders import NOW, RUN
from tests.watches.test_write import PARTS

pytestmark = pytest.mark.slow


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store with two watches, ``isle`` and ``shore``, that have been run once just now."""
    folder = tmp_path / "data"
    monkeypatch.setenv("MISSIONWATCH_DATA_DIR", str(folder))
    monkeypatch.setenv("MISSIONWATCH_STORE_WAIT", "0")
    now = wall_clock()
    with open_store(folder) as store:
        for name in ("isle", "shore"):
            write_watch(tmp_path / name, **PARTS)
            store.sync_watch(load_watch(tmp_path / name), now)
        record = RunRecord(RUN, "monitor", "isle", now, now)
        store.start_run(record)
        store.finish_run(RunRecord(RUN, "monitor", "isle", now, now, now, "ok"))
    publish(folder, RUN, now)
    return folder


@pytest.fixture
def isle(data: Path, tmp_path: Path) -> str:
    return str(tmp_path / "isle")


def states(data: Path) -> dict[str, str]:
    listed = run("watches", "--json", "--data-dir", str(data))
    return {row["watch"]: row["state"] for row in map(json.loads, listed.output.splitlines())}


def test_all_watches_of_the_store_are_listed_with_how_they_stand(isle: str) -> None:
    run("watches", "pause", isle, "--note", "no staff", "--by", "ana")

    told = run("watches")

    assert told.exit_code == 0, told.output
    head, first, second = told.output.splitlines()
    assert head.split() == ["watch", "state", "feeds", "changes", "last", "run", "formerly"]
    assert first.startswith("isle   paused since 20")
    assert "by ana: no staff" in first
    assert second.split()[:4] == ["shore", "watched", "1", "0"]


def test_folders_choose_which_are_listed_and_one_that_was_never_run_says_so(isle: str, tmp_path: Path) -> None:
    write_watch(tmp_path / "new", **PARTS)

    told = run("watches", isle, str(tmp_path / "new"))

    assert [line.split()[0] for line in told.output.splitlines()[1:]] == ["isle", "new"]
    assert "not run yet" in told.output


def test_pause_resume_and_archive_are_told_and_kept(isle: str, data: Path) -> None:
    paused = run("watches", "pause", isle, "--note", "no staff\x1b[2J", "--by", "ana")
    again = run("watches", "pause", isle)
    resumed = run("watches", "resume", isle)
    archived = run("watches", "archive", isle)

    assert [result.exit_code for result in (paused, again, resumed, archived)] == [0, 0, 0, 0]
    assert "by ana: no staff[2J" in paused.output
    assert "nothing to do, it is paused since" in again.output
    assert states(data) == {"isle": "archived", "shore": "watched"}


def test_nothing_is_said_to_a_run_that_is_at_work_before_it_ends(isle: str, data: Path) -> None:
    with hold_run(data, wait=0):
        told = run("watches", "pause", isle)

    assert told.exit_code == 4
    assert states(data)["isle"] == "watched"


def test_the_heartbeat_of_a_paused_watch_alarms_nobody_and_of_a_resumed_one_waits_for_a_round(isle: str) -> None:
    run("watches", "pause", isle)
    paused = run("heartbeat", isle, "--json", "--alert", "--every", "1", "--missed", "1")
    run("watches", "resume", isle)
    resumed = run("heartbeat", isle, "--every", "1", "--missed", "1")

    answer = json.loads(paused.output)
    assert (paused.exit_code, answer["alive"], answer["state"]) == (0, True, "paused")
    assert "It is paused since" in answer["told"]
    assert resumed.exit_code == 0


def test_the_page_and_the_numbers_of_a_paused_watch_say_so(isle: str, data: Path) -> None:
    (data / "site" / "isle").mkdir(parents=True)

    run("watches", "pause", isle, "--by", "<b>ana</b>")

    page = (data / "site" / "isle" / "index.html").read_text("utf-8")
    assert "Paused since" in page
    assert "&lt;b&gt;ana&lt;/b&gt;" in page
    assert not read_metrics(data, "isle", wall_clock()).watched
    assert read_metrics(data, "shore", wall_clock()).watched


def test_a_rename_goes_through_file_store_page_and_heartbeat(isle: str, data: Path) -> None:
    (data / "heartbeat-isle.json").write_text('{"silence": "never", "told": []}')
    (data / "site" / "isle").mkdir(parents=True)
    (data / "site" / "isle" / "index.html").write_text("the page")

    told = run("watches", "rename", isle, "island-force", "--by", "ana")

    assert told.exit_code == 0, told.output
    assert (load_watch(Path(isle)).slug, load_watch(Path(isle)).formerly) == ("island-force", ("isle",))
    assert states(data) == {"island-force": "watched", "shore": "watched"}
    assert run("board", isle).exit_code == 0
    assert (data / "heartbeat-island-force.json").is_file()
    assert "../island-force/index.html" in (data / "site" / "isle" / "index.html").read_text()
    assert (data / "site" / "island-force" / "index.html").is_file()


def test_a_rename_before_the_first_run_needs_no_store(tmp_path: Path) -> None:
    write_watch(tmp_path / "isle", **PARTS)

    told = run("watches", "rename", str(tmp_path / "isle"), "other", "--data-dir", str(tmp_path / "none"))

    assert told.exit_code == 0, told.output
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("new", ["shore", "Not A Slug"])
def test_a_name_that_is_taken_or_none_is_refused_and_nothing_is_changed(isle: str, data: Path, new: str) -> None:
    before = (Path(isle) / "watch.toml").read_bytes()

    told = run("watches", "rename", isle, new)

    assert told.exit_code == 2
    assert (Path(isle) / "watch.toml").read_bytes() == before
    assert set(states(data)) == {"isle", "shore"}


def test_a_rename_that_was_cut_short_after_the_file_is_finished_by_the_next_word_to_the_store(
    isle: str, data: Path
) -> None:
    text = (Path(isle) / "watch.toml").read_text("utf-8")
    (Path(isle) / "watch.toml").write_text(text.replace('slug = "isle"', 'slug = "late"\nformerly = ["isle"]'), "utf-8")

    run("watches", "pause", isle)

    assert states(data) == {"late": "paused", "shore": "watched"}


def test_two_folders_of_one_name_are_refused(isle: str, tmp_path: Path) -> None:
    shutil.copytree(isle, tmp_path / "copy")

    told = run("run", isle, str(tmp_path / "copy"), "--once")

    assert told.exit_code == 2
    assert "are both the watch 'isle'" in told.output


def test_an_archived_watch_is_not_served(isle: str, data: Path) -> None:
    from flows.serving.watches import not_archived, watches_in
    from pipeline.model.errors import UsageError

    run("watches", "archive", isle)
    both = watches_in([Path(isle), Path(isle).parent / "shore"], data)

    assert [watch.slug for watch in not_archived(both, data)] == ["shore"]
    with pytest.raises(UsageError, match="no watch to serve"):
        not_archived(both[:1], data)


def test_the_digest_after_a_pause_says_when_nobody_looked(isle: str, data: Path) -> None:
    from pipeline.alerts import proof_of_quiet

    run("watches", "pause", isle)
    now = wall_clock() + timedelta(minutes=5)
    with open_store(data) as store:
        quiet = store.quiet("isle", NOW, now, failing=0, silent=0)

    assert f"to {now:%d %b %Y %H:%M} UTC: somebody had paused it." in proof_of_quiet(quiet)
