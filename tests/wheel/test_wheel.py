"""Who has the wheel alone can do all that who has a checkout can: in an empty environment, from an empty folder."""

from __future__ import annotations

import subprocess

import pytest
from packaging.metadata import Metadata

from tests.wheel.build import Built, build, install
from tests.wheel.checks import problems
from tests.wheel.use import STEPS, use

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

Used = dict[str, subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def used(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Used:
    folder = tmp_path_factory.mktemp("user")
    command = install(built.wheel, tmp_path_factory.mktemp("empty") / "environment")
    return {step: done for step, done, _ in use(command, folder)}


def test_both_have_what_they_must_have_and_no_more(built: Built) -> None:
    assert problems(built) == []


def test_the_metadata_is_valid_and_says_which_pythons_it_is_for(built: Built) -> None:
    metadata = Metadata.from_email(built.metadata())

    assert (metadata.name, str(metadata.requires_python), metadata.license_expression) == (
        "missionwatch",
        "<3.14,>=3.11",
        "Apache-2.0",
    )


def test_each_step_of_a_new_user_ends_as_it_should(used: Used) -> None:
    codes = {step: used[step].returncode for step in STEPS}

    assert codes == dict.fromkeys(STEPS, 0) | {"run": 5}, {step: used[step].stderr[-2000:] for step in STEPS}


def test_an_example_is_in_order(used: Used) -> None:
    assert used["check"].stdout.endswith("All in order.\n")


def test_a_watch_of_ones_own_takes_feeds_from_a_shipped_list(used: Used) -> None:
    assert "feeds" in used["init"].stdout + used["init"].stderr


def test_a_round_over_a_feed_that_does_not_answer_says_so(used: Used) -> None:
    assert "This is not quiet" in used["run"].stdout + used["run"].stderr


def test_a_replay_ends_with_changes_and_where_to_ask_in_sql(used: Used) -> None:
    assert "UN force in Lebanon: the board" in used["replay"].stdout
    assert "duckdb -readonly" in used["replay"].stdout


def test_a_brief_of_it_has_its_parts(used: Used) -> None:
    headings = [line for line in used["brief"].stdout.splitlines() if line.isupper()]

    assert headings == ["WHERE IT STANDS", "WHAT CHANGED", "TO COME", "HOW WELL IT COULD SEE"]


def test_the_documents_are_there(used: Used) -> None:
    assert used["docs"].stdout.startswith("# Briefs: one report of a time\n")
