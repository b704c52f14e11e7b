"""The fold, whatever the order in which late and early claims made their changes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.board.fold import apply, fold
from pipeline.model import Aspect, Change, Slot, Stage, TypedFact
from pipeline.model.text import content_id
from pipeline.storage import Store, open_store
from pipeline.storage.queries.changes import change_rows
from tests.storage.builders import make_change

# How long an example takes says how busy the machine is, and nothing of the fold.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
IN_SQL = settings(UNTIMED, max_examples=25, suppress_health_check=list(HealthCheck))
DAY = date(2025, 9, 1)
ASPECTS = [Aspect.LEAD, Aspect.MANDATE]
FACTS = [None, *map(TypedFact, (Slot.LEAD, Slot.TERM, Slot.SUCCESSOR, Slot.TASK))]
SUBJECTS = ["Kenya", "the next force", "the police"]


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """Changes in the order in which they were known; one may supersede one before it, of any subject."""
    changes: list[Change] = []
    for number in range(draw(st.integers(0, 12))):
        earlier = [change.change_id for change in changes]
        changes.append(
            make_change(
                aspect=draw(st.sampled_from(ASPECTS)),
                subject=draw(st.sampled_from(SUBJECTS)),
                stage=draw(st.sampled_from(list(Stage))),
                value=f"value {number}",
                quote=f"sentence {number}",
                # Each holds from a time of its own, late or early: what is told last may have held first.
                held_from=DAY + timedelta(days=draw(st.integers(0, 20))),
                known_at=datetime(2025, 9, 1, tzinfo=UTC) + timedelta(minutes=number),
                supersedes=draw(st.none() | st.sampled_from(earlier)) if earlier else None,
                fact=draw(st.sampled_from(FACTS)),
            )
        )
    return changes


def rows(changes: list[Change]) -> dict[Any, Any]:
    return {key: row.change.change_id for key, row in fold(changes).items()}


@UNTIMED
@given(histories())
def test_the_fold_is_what_one_change_after_the_other_makes(changes: list[Change]) -> None:
    assert dict(fold(changes)) == dict(reduce(apply, changes, fold([])))


@UNTIMED
@given(histories(), st.integers(0, 12))
def test_a_board_that_is_taken_up_again_in_the_middle_comes_to_the_same(changes: list[Change], cut: int) -> None:
    assert dict(reduce(apply, changes[cut:], fold(changes[:cut]))) == dict(fold(changes))


@UNTIMED
@given(histories(), st.randoms(use_true_random=False))
def test_changes_of_different_subjects_may_come_in_any_order(changes: list[Change], chance: random.Random) -> None:
    alone = [replace(change, supersedes=None) for change in changes]
    queues: dict[Any, list[Change]] = {}
    for change in alone:
        queues.setdefault((change.aspect, change.subject_key), []).append(change)
    mixed = []
    while left := [queue for queue in queues.values() if queue]:
        mixed.append(chance.choice(left).pop(0))
    assert rows(mixed) == rows(alone)


@UNTIMED
@given(histories())
def test_each_subject_stands_where_its_last_change_left_it_or_is_gone(changes: list[Change]) -> None:
    for key, change_id in rows(changes).items():
        assert change_id == [c.change_id for c in changes if (c.aspect, c.subject_key) == key][-1]


# -- the same in SQL -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder: Path = tmp_path_factory.mktemp("fold")
    with open_store(folder) as opened:
        yield opened


def keep(store: Store, watch: str, changes: list[Change]) -> None:
    """Store ``changes`` as those of ``watch``, in their order. Ids are made afresh: two watches share none."""

    def own(change_id: Any) -> Any:
        return content_id("change", watch, change_id) if change_id else None

    kept = [replace(c, watch=watch, change_id=own(c.change_id), supersedes=own(c.supersedes)) for c in changes]
    store._db.insert("change", change_rows(kept, None, 1))


@pytest.mark.slow
@IN_SQL
@given(histories())
def test_the_board_in_sql_is_the_fold(store: Store, changes: list[Change]) -> None:
    store._db.run("DELETE FROM change")
    keep(store, "w", changes)
    in_sql = {
        (row["aspect"], row["value"], row["stage"], row["since"], row["closed_quote"]) for row in store.board("w")
    }
    assert in_sql == {
        (row.change.aspect, row.change.value, row.stage, row.since, row.closed.quote if row.closed else None)
        for row in fold(changes).values()
    }


@pytest.mark.slow
@IN_SQL
@given(histories(), st.randoms(use_true_random=False), st.integers(0, 20))
def test_where_it_stood_on_a_day_does_not_depend_on_the_order_in_which_we_heard(
    store: Store, changes: list[Change], chance: random.Random, day: int
) -> None:
    alone = [replace(change, supersedes=None) for change in changes]
    shuffled = chance.sample(alone, len(alone))
    store._db.run("DELETE FROM change")
    keep(store, "a", alone)
    keep(store, "b", shuffled)
    as_of = DAY + timedelta(days=day)
    first, second = (
        {(row["aspect"], row["subject"], row["value"], row["since"]) for row in store.board(watch, as_of=as_of)}
        for watch in ("a", "b")
    )
    assert first == second
