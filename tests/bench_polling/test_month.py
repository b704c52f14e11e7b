"""A smaller month: nothing is missed that could be had, and no server is treated badly."""

from __future__ import annotations

import pytest

from tests.bench_polling.simulation import Month, simulate
from tests.bench_polling.tables import PAGE, missed, summary, updated
from tests.bench_polling.world import MANNERS, make_world

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def month() -> Month:
    return simulate(feeds=200, days=10)


def of(month: Month, manner: str) -> list:
    return [diary for diary in month.diaries if diary.source.manner == manner]


def test_no_entry_is_missed_that_its_feed_kept_for_two_intervals(month: Month) -> None:
    assert sum(len(diary.seen) for diary in month.diaries) > 20_000
    assert missed(month).ours == 0


def test_only_floods_outrun_us(month: Month) -> None:
    calm = Month(month.sources, month.days, [d for d in month.diaries if d.source.manner != "floods"], month.log)

    assert missed(month).by_speed > 0
    assert missed(calm).by_speed == 0


def test_a_flood_that_outran_us_is_recorded_as_a_possible_gap(month: Month) -> None:
    for diary in of(month, "floods"):
        alone = Month([diary.source], month.days, [diary], month.log)
        assert not missed(alone).by_speed or diary.gaps


def test_no_host_is_asked_more_than_two_things_at_once_or_twice_within_its_spacing(month: Month) -> None:
    assert (month.log.most_at_once, month.log.too_close) == (2, 0)


def test_no_retry_after_is_violated(month: Month) -> None:
    assert month.log.retry_after_asked > 20
    assert month.log.retry_after_violated == 0


def test_every_feed_whose_304s_hid_entries_is_found_out(month: Month) -> None:
    liars = of(month, "says 304 whatever came")
    hid = [diary for diary in liars if len(diary.source.published) - diary.source.first_since(0) > 20]

    assert hid
    assert all(diary.state.habits.distrusted_at for diary in hid)
    assert not [diary for diary in of(month, "honest ETag") if diary.state.habits.distrusted_at]


def test_feeds_that_moved_for_good_are_asked_at_their_new_address_and_the_others_not(month: Month) -> None:
    moved = [diary for diary in of(month, "moved for good (301)") if diary.state.habits.address]

    assert moved
    assert not [diary for diary in of(month, "moved for now (302)") if diary.state.habits.address]


def test_only_feeds_that_are_gone_are_given_up(month: Month) -> None:
    retired = {diary.source.manner for diary in month.diaries if diary.state.habits.retired_at}

    assert retired <= {"gone (410)"}
    assert all(diary.polled[-1] > (month.days - 1.1) * 86_400 for diary in month.diaries if not _gone(diary))


def _gone(diary: object) -> bool:
    return diary.state.habits.retired_at is not None


def test_the_tables_have_a_row_for_each_way_to_behave(month: Month) -> None:
    assert [row[0] for row in summary(month)[1].rows] == list(MANNERS)


def test_the_same_seed_gives_the_same_world() -> None:
    assert make_world(40, 3) == make_world(40, 3)


def test_the_page_has_the_place_that_the_tables_are_written_to(month: Month) -> None:
    assert "A month as a whole" in updated(PAGE.read_text("utf-8"), month)
    assert "| entries missed that the feed kept for two intervals | 0 |" in PAGE.read_text("utf-8")
