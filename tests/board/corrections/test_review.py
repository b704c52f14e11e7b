"""``review``: a person goes through changes and held-back claims at a terminal, a key each."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from pipeline.cli import review
from pipeline.storage import LIVE, open_store, publish
from tests.board.corrections.world import CHIEF, DECIDED, LED, SAID, TALK, VOTE, World
from tests.storage.builders import NOW, RUN, at

pytestmark = pytest.mark.slow

HAITI = str(Path(__file__).parents[3] / "seeds" / "haiti")
Review = Callable[..., Result]


@pytest.fixture
def data(tmp_path: Path, made: Path) -> Path:
    """A copy of that store."""
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Path:
    """A claim that waits (30 Sep), a general (29 Sep), a vote (28 Sep): the latest comes first."""
    folder = tmp_path_factory.mktemp("review")
    shutil.copyfile(template, folder / LIVE)
    with open_store(folder) as store:
        World(store).reads(VOTE, CHIEF, TALK).ran(at("2025-10-05"))
    publish(folder, RUN, NOW)
    return folder


@pytest.fixture
def at_desk(data: Path, monkeypatch: pytest.MonkeyPatch) -> Review:
    """The command at a terminal, with what a person types."""
    monkeypatch.setattr(review, "at_terminal", lambda: True)

    def call(keys: str, *words: str) -> Result:
        runner = CliRunner(env={"MISSIONWATCH_AUTHOR": "ana"})
        return runner.invoke(main, ["review", HAITI, "--data-dir", str(data), *words], input=keys)

    return call


def board(data: Path) -> dict[str, tuple[str, str]]:
    with open_store(data) as store:
        return World(store).board


def said(data: Path) -> list[tuple[str, str]]:
    with open_store(data) as store:
        return [
            (correction.kind.value, correction.note)
            for correction in store.load_corrections("haiti")
            if correction.undoes is None
        ]


def test_an_item_shows_what_became_what_the_sentence_its_source_and_how_sure(at_desk: Review) -> None:
    told = at_desk("q").output

    assert "[1/3]" in told
    assert SAID in told
    assert VOTE.url not in told  # one at a time
    assert "doubtful (0.40); uncertain: too weak to tell" in told


def test_each_key_says_one_thing_and_the_next_item_comes(at_desk: Review, data: Path) -> None:
    told = at_desk("cthe minister told me\nwanother general\ns")

    assert told.exit_code == 0, told.output
    assert said(data) == [("confirmed", "the minister told me"), ("wrong", "another general")]
    assert board(data) == {
        "contributors/chad": ("planned", "400 soldiers"),
        "strength/ceiling": ("decided", "5,500 people"),
    }
    assert "2 marks were made." in told.output


def test_what_is_marked_is_not_asked_again(at_desk: Review) -> None:
    at_desk("c\nw\nq")

    told = at_desk("q").output

    assert "[1/1]" in told
    assert DECIDED in told
    assert LED not in told


def test_other_labels_are_asked_for_one_by_one(at_desk: Review, data: Path) -> None:
    told = at_desk("sso\nproposed\n\n\nnot yet\n")

    assert told.exit_code == 0, told.output
    assert said(data) == [("relabelled", "not yet")]
    assert board(data)["strength/ceiling"] == ("proposed", "5,500 people")


def test_a_pin_asks_for_the_value(at_desk: Review, data: Path) -> None:
    at_desk("ssp5,000 people\nresolution 1\n")

    assert board(data)["strength/ceiling"] == ("decided", "5,000 people")


def test_the_last_mark_is_undone_by_u(at_desk: Review, data: Path) -> None:
    before = board(data)

    told = at_desk("sw\nuq")

    assert board(data) == before
    assert "No more: marked wrong by ana" in told.output


def test_what_can_not_be_is_said_and_asked_again(at_desk: Review, data: Path) -> None:
    told = at_desk("sso\n\n\n\n\nq")

    assert "Nothing says what the sentence should count as." in told.output
    assert said(data) == []


def test_an_unknown_key_shows_the_keys(at_desk: Review) -> None:
    assert at_desk("xq").output.count("w wrong  d duplicate") == 2


def test_the_end_of_what_is_typed_ends_the_review(at_desk: Review) -> None:
    assert at_desk("").exit_code == 0


def test_only_the_unsure_are_shown_where_that_is_asked(at_desk: Review) -> None:
    assert "[1/1]" in at_desk("q", "--uncertain").output


def test_what_is_older_is_left_out(at_desk: Review) -> None:
    assert "[1/2]" in at_desk("q", "--since", "2025-09-29T00:00").output


def test_without_a_terminal_all_are_listed_and_the_exit_code_says_so(data: Path) -> None:
    told = CliRunner().invoke(main, ["review", HAITI, "--data-dir", str(data)])

    assert told.exit_code == 7
    assert all(sentence in told.output for sentence in (DECIDED, LED, SAID))
    assert said(data) == []


def test_hostile_words_of_an_article_are_shown_as_text(at_desk: Review, data: Path) -> None:
    with open_store(data) as store:
        store._db.run("UPDATE claim SET quote = 'x' || chr(27) || '[2J' || quote, value = '[bold]v[/bold]'")
    publish(data, RUN, NOW)

    told = at_desk("q").output

    assert "\x1b[2J" not in told
    assert "[bold]v[/bold]" in told


def test_nothing_to_review_is_said(data: Path) -> None:
    told = CliRunner().invoke(main, ["review", HAITI, "--data-dir", str(data), "--since", "2026-01-01"])

    assert (told.exit_code, told.output.startswith("There is nothing to review")) == (0, True)
