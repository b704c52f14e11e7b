"""Marks survive: another engine that reads the past again, another store of the same watch, and an upgrade."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.board.corrections import CorrectionKind, Labels
from pipeline.model import Aspect, Stage
from pipeline.storage import open_store
from pipeline.storage.connection import Connection
from pipeline.storage.migrations import MIGRATIONS, migrate
from tests.board.corrections.world import CEILING, CHIEF, DECIDED, FIRST, SECOND, TALK, VOTE, Engine, World, article
from tests.storage.builders import at
from tests.storage.earlier import EARLIER, unpack

pytestmark = pytest.mark.slow

AGAIN = article("again", DECIDED, feed="post", day="2025-10-02")
FEWER = DECIDED.replace("5,500", "5,200")
LATE = article("late", FEWER, feed="radio", day="2025-10-20")
SCRIPT = {**FIRST.script, FEWER: CEILING | {"value": "5,200 people"}}  # of an engine that reads this one too


def outcome(world: World) -> World:
    """A world in which something of each kind was marked."""
    world.reads(VOTE, CHIEF, TALK, AGAIN).told().ran(at("2025-10-05"))
    world.says(CorrectionKind.WRONG, world.change(Aspect.COMMAND).change_id, "another general")
    world.says(CorrectionKind.CONFIRMED, world.claim(Aspect.CONTRIBUTORS), "the minister told me")
    world.says(CorrectionKind.RELABELLED, world.change(Aspect.STRENGTH).change_id, labels=Labels(stage=Stage.PROPOSED))
    world.says(CorrectionKind.PINNED, "lead/the mission's lead", "resolution 1", Labels(value="led by nobody"))
    return world


BOARD = {
    "contributors/chad": ("planned", "400 soldiers"),
    "strength/ceiling": ("proposed", "5,500 people"),
    "lead/s lead": ("in_effect", "led by nobody"),
}


def test_each_kind_of_mark_is_on_the_board(world: World) -> None:
    board = outcome(world).board

    assert {key: board.get(key) for key in BOARD} == BOARD
    assert "command/commander" not in board


# -- another engine --------------------------------------------------------------------------------


async def test_reading_again_with_another_engine_changes_nothing_of_what_persons_said(world: World) -> None:
    before = outcome(world).board

    made = await world.rereads(SECOND)

    assert world.board == before
    assert [d.kind for d in made.differences] == []


async def test_reading_again_twice_changes_nothing_more(world: World) -> None:
    before = outcome(world).board
    await world.rereads(SECOND)

    made = await world.rereads(Engine("third", FIRST.script))

    assert (world.board, made.withdrawals, made.added) == (before, (), ())


async def test_what_an_engine_no_longer_reads_stands_where_a_person_confirmed_it(world: World) -> None:
    before = outcome(world).board

    await world.rereads(Engine("blind", {}))

    kept = world.board
    assert {key: kept.get(key) for key in BOARD} == BOARD
    assert kept.keys() <= before.keys()


async def test_a_wrong_change_stays_off_the_board_when_the_mark_was_made_on_all_who_said_so(world: World) -> None:
    world.reads(VOTE, AGAIN)
    world.says(CorrectionKind.WRONG, world.change(Aspect.STRENGTH).change_id)

    await world.rereads(SECOND)

    assert world.board == {}


async def test_a_pin_holds_against_what_was_read_after_it_when_the_past_is_read_again(world: World) -> None:
    world.reads(VOTE).ran(at("2025-10-01"))
    world.says(CorrectionKind.PINNED, "strength/ceiling", "resolution 1", Labels(value="5,000 people"))
    world.reads(LATE, engine=Engine("first", SCRIPT))
    assert world.board["strength/ceiling"] == ("decided", "5,000 people")

    await world.rereads(Engine("second", SCRIPT))

    assert world.board["strength/ceiling"] == ("decided", "5,000 people")


async def test_a_row_that_was_unpinned_takes_what_came_after_when_the_past_is_read_again(world: World) -> None:
    world.reads(VOTE).ran(at("2025-10-01"))
    world.says(CorrectionKind.PINNED, "strength/ceiling", "resolution 1", Labels(value="5,000 people"))
    world.ran(at("2025-10-08"))
    world.says(CorrectionKind.UNPINNED, "strength/ceiling")
    world.reads(LATE, engine=Engine("first", SCRIPT))
    before = world.board
    assert before["strength/ceiling"][1] == "5,200 people"

    await world.rereads(Engine("second", SCRIPT))

    assert world.board == before


async def test_what_is_undone_counts_again_when_the_past_is_read_again(world: World) -> None:
    world.reads(VOTE)
    world.undoes(world.says(CorrectionKind.WRONG, world.change(Aspect.STRENGTH).change_id))

    await world.rereads(SECOND)

    assert world.board == {"strength/ceiling": ("decided", "5,500 people")}


# -- another store ---------------------------------------------------------------------------------


def test_a_fresh_store_that_takes_the_marks_after_its_replay_has_the_same_board(world: World, other: World) -> None:
    lines = outcome(world).lines()

    other.reads(VOTE, CHIEF, TALK, AGAIN).told().ran(at("2025-10-05")).imports(lines)

    assert other.board == world.board


def test_a_fresh_store_that_takes_the_marks_before_its_replay_has_the_same_board(world: World, other: World) -> None:
    lines = outcome(world).lines()

    other.imports(lines).reads(VOTE, CHIEF, TALK, AGAIN, engine=SECOND).ran(at("2025-10-05"))

    assert other.board == world.board


def test_marks_that_are_imported_twice_are_there_once(world: World, other: World) -> None:
    lines = outcome(world).lines()

    other.reads(VOTE, CHIEF, TALK, AGAIN).ran(at("2025-10-05")).imports(lines).imports(lines)

    assert len(other.store.load_corrections("haiti")) == 4
    assert other.board == world.board


def test_a_pin_that_is_imported_counts_from_the_watchs_time_at_which_it_was_made(world: World, other: World) -> None:
    world.ran(at("2025-10-05"))
    world.says(CorrectionKind.PINNED, "strength/ceiling", "so", Labels(stage=Stage.DECIDED, value="5,000 people"))
    lines = world.lines()

    other.imports(lines).reads(VOTE)
    assert other.board == {"strength/ceiling": ("decided", "5,500 people")}
    other.ran(at("2025-10-05"))

    assert other.board == {"strength/ceiling": ("decided", "5,000 people")}


# -- an upgrade ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EARLIER)
def test_a_store_of_an_earlier_release_takes_marks(name: str, tmp_path: Path) -> None:
    with open_store(unpack(name, tmp_path)) as store:
        world = World(store)
        assert world.store.load_corrections("haiti") == []
        change = world.change(Aspect.MANDATE)

        world.says(CorrectionKind.PINNED, change.change_id, "resolution 1", Labels(value="a force of 5,500"))

        assert world.change(Aspect.MANDATE).value == "a force of 5,500"


def test_marks_stay_when_a_later_release_adds_a_migration(world: World) -> None:
    before = outcome(world).store.load_corrections("haiti")

    def a_later_release(db: Connection) -> None:
        db.run("CREATE TABLE later (later_id UUID PRIMARY KEY)")

    assert migrate(world.store._db, (*MIGRATIONS, a_later_release)) == ["a_later_release"]
    assert world.store.load_corrections("haiti") == before
    assert world.board.items() >= BOARD.items()


def test_the_order_of_what_was_said_is_kept_over_stores(world: World, other: World) -> None:
    world.reads(VOTE)
    change = world.change(Aspect.STRENGTH)
    world.says(CorrectionKind.WRONG, change.change_id)
    world.says(CorrectionKind.CONFIRMED, change.claim_id)
    corrections = world.store.load_corrections("haiti")
    assert corrections[0].made_at < corrections[1].made_at + timedelta(seconds=1)

    other.reads(VOTE).imports(world.lines())

    assert other.board == world.board
    assert [replace(correction) for correction in other.store.load_corrections("haiti")] == corrections
