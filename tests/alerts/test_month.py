"""A month with an outage and thirty sudden ends: each change reaches each channel once by key, none in quiet hours."""

from __future__ import annotations

from collections import Counter

import pytest

from pipeline import alerts
from pipeline.model import AlertKind, Change
from tests.alerts.month import PAGE, quiet_breaches, simulate, summary, updated
from tests.alerts.world import CRASHES, DESK, DOWN, OFFICE, RULES, Month

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

AT_ONCE = (AlertKind.ALERT, AlertKind.CONFIRMED)


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    return simulate(tmp_path_factory.mktemp("month"))


def times_told(month: Month, channel: str, *kinds: AlertKind) -> Counter[object]:
    """How many keys of these kinds told each change to a channel."""
    return Counter(i for one in month.sinks.of(channel) if one.alert.kind in kinds for i in one.alert.change_ids)


def taken(month: Month) -> list[Change]:
    """The changes that both rules take; neither names aspects or stages."""
    found = [change for change in month.changes if alerts.takes(DESK, change)[0]]
    assert len(found) > 15
    return found


def test_thirty_sudden_ends_came_and_some_messages_came_twice_with_one_key(month: Month) -> None:
    assert sum(month.struck.values()) == CRASHES
    assert min(month.struck.values()) >= CRASHES // 4
    again = [one for one in month.sinks.arrivals if one.again]
    assert len(again) > 0


def test_a_message_that_comes_again_is_the_same_message(month: Month) -> None:
    said: dict[object, set[tuple[str, str]]] = {}
    for one in month.sinks.arrivals:
        said.setdefault(one.alert.alert_id, set()).add((one.alert.subject, one.alert.body))

    assert {len(words) for words in said.values()} == {1}


def test_each_sure_change_is_told_to_the_desk_at_once_exactly_once(month: Month) -> None:
    told = times_told(month, "file:desk", *AT_ONCE)

    assert {told[c.change_id] for c in taken(month) if c.confidence >= DESK.at_once} == {1}
    assert max(told.values()) == 1


def test_each_change_stands_in_exactly_one_weekly_digest_of_the_desk(month: Month) -> None:
    told = times_told(month, "file:desk", AlertKind.DIGEST)

    assert {told[change.change_id] for change in taken(month)} == {1}


def test_each_change_stands_in_one_digest_of_the_office_and_in_a_later_one_where_it_was_confirmed_since(
    month: Month,
) -> None:
    told = times_told(month, "file:office", AlertKind.DIGEST)
    confirmed = times_told(month, "file:desk", AlertKind.CONFIRMED)

    assert {told[c.change_id] for c in taken(month) if not confirmed[c.change_id]} == {1}
    # What was confirmed before the first digest stands in that one alone.
    assert {told[c.change_id] for c in taken(month) if confirmed[c.change_id]} <= {1, 2}


def test_nothing_else_is_told(month: Month) -> None:
    known = {change.change_id for change in month.changes}

    assert all(i in known for one in month.sinks.arrivals for i in one.alert.change_ids)
    assert set(month.states) <= {f"{kind} delivered" for kind in AlertKind}


def test_none_comes_within_quiet_hours_unless_it_is_urgent(month: Month) -> None:
    assert quiet_breaches(month) == []
    at_night = [one for one in month.sinks.of("file:desk") if alerts.is_quiet(one.at, DESK)]
    changes = {change.change_id: change for change in month.changes}
    assert len(at_night) >= 1
    for one in at_night:
        assert alerts.is_urgent(DESK, [changes[i] for i in one.alert.change_ids])


def test_the_office_gets_one_digest_a_day_at_most_and_at_its_hour(month: Month) -> None:
    arrived = [one.at for one in month.sinks.of("file:office") if one.alert.kind is AlertKind.DIGEST]

    assert len({at.date() for at in arrived}) == len(arrived)
    assert {at.hour for at in arrived} == {5}  # 06:30 in Paris is 04:30 UTC; the next round is at five


def test_the_outage_held_up_the_desk_alone_and_was_told_through_the_office(month: Month) -> None:
    during = [one for one in month.sinks.arrivals if DOWN[0] <= one.at < DOWN[1]]

    assert {one.alert.channel for one in during} == {"file:office"}
    told = [one.alert.subject for one in month.sinks.of("file:office") if one.alert.kind is AlertKind.ALARM]
    assert [subject.rsplit("file:desk ", 1)[1] for subject in told] == ["fails", "works again"]


def test_a_channel_that_is_down_for_three_days_is_not_hammered(month: Month) -> None:
    assert 5 < month.sinks.refused["file:desk"] < 40


def test_the_page_has_the_place_that_the_tables_are_written_to(month: Month) -> None:
    assert "What arrived when" in updated(PAGE.read_text("utf-8"), month)
    assert len(summary(month)[1].rows) == len(month.sinks.arrivals)
    assert {rule.name for rule in RULES} == {DESK.name, OFFICE.name}
