"""A month with an outage and thirty kills: each change reaches each channel once by key, none in quiet hours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from pipeline import alerts
from pipeline.model import AlertKind, Change, Verdict
from tests.alerts.fate import KINDS
from tests.alerts.month import PAGE, updated
from tests.alerts.tables import CHANNELS, Month, Told, in_quiet_hours, quiet_breaches, read_month, summary
from tests.alerts.world import DESK, DOWN, ESCALATES_AFTER, MONTH, OFFICE, ROOT, RULES

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

AT_ONCE = (AlertKind.ALERT, AlertKind.CONFIRMED)
EVERY = 3  # hours from one round to the next; `python -m tests.alerts.month` has one each hour
Months = tuple[Month, Month]


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Months:
    """A month with kills and one without. By processes of their own: who forks may have no thread and no database."""
    folders = [tmp_path_factory.mktemp(name) for name in ("killed", "undisturbed")]
    kills = (MONTH.kills, 0)
    lived = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.alerts.month", "--every", f"{EVERY}", "--kills", f"{n}", "--keep", f"{at}"],
            cwd=ROOT,
            env={**os.environ},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for n, at in zip(kills, folders, strict=True)
    ]
    for process in lived:
        _, said = process.communicate(timeout=800)
        assert process.returncode == 0, said
    killed, undisturbed = map(read_month, folders)
    return killed, undisturbed


@pytest.fixture(scope="module")
def month(months: Months) -> Month:
    return months[0]


def times_told(month: Month, channel: str, *kinds: AlertKind) -> Counter[UUID]:
    """How many keys of these kinds told each change to a channel."""
    return Counter(i for one in month.of(channel, *kinds) for i in one.alert.change_ids)


def taken(month: Month) -> list[Change]:
    """The changes that both rules take; neither names aspects or stages."""
    found = [change for change in month.changes if alerts.takes(DESK, change)[0]]
    assert len(found) > 15
    return found


def first_round(month: Month, moment: datetime) -> datetime:
    """The first round that is not before ``moment``."""
    span = month.span
    return span.start + span.round_of(moment) * span.every


# -- whatever is killed --------------------------------------------------------------------------


def test_the_process_was_killed_thirty_times_at_six_kinds_of_points(month: Month) -> None:
    assert month.struck == dict.fromkeys(KINDS, 5)
    assert month.left == 0


def test_what_arrives_is_what_arrives_in_a_month_without_a_kill_at_the_same_hours(months: Months) -> None:
    def came(month: Month) -> list[tuple[datetime, str, str, str]]:
        return sorted((one.at, one.arrival.channel, one.arrival.key, one.arrival.subject)
                      for channel in CHANNELS for one in month.of(channel))  # fmt: skip

    killed, undisturbed = months
    assert sum(undisturbed.struck.values()) == 0
    assert came(killed) == came(undisturbed)
    assert len(came(killed)) > 40


def test_a_kill_makes_some_messages_come_twice_with_one_key_and_the_same_words(months: Months) -> None:
    killed, undisturbed = months
    said: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for one in killed.told:
        arrival = one.arrival
        said.setdefault((arrival.channel, arrival.key), set()).add((arrival.subject, arrival.words))

    assert sum(one.arrival.again for one in killed.told) >= 5
    assert {len(words) for words in said.values()} == {1}
    assert not any(one.arrival.again for one in undisturbed.told)


def test_each_alert_of_the_outbox_reached_its_channel_once_by_key(month: Month) -> None:
    arrived = Counter((CHANNELS[name], one.alert.alert_id) for name in CHANNELS for one in month.of(name))
    sent = [alert for alert in month.alerts.values() if alert.kind is not AlertKind.DIGEST_PART]

    assert month.undelivered == {}
    assert month.strangers == ()
    assert arrived == {(alert.channel, alert.alert_id): 1 for alert in sent}


# -- each change, as the rules say ---------------------------------------------------------------


def test_each_sure_change_is_told_to_the_desk_at_once_exactly_once(month: Month) -> None:
    told = times_told(month, "desk", *AT_ONCE)

    assert {told[c.change_id] for c in taken(month) if c.confidence >= DESK.at_once} == {1}
    assert max(told.values()) == 1


def test_each_change_stands_in_exactly_one_weekly_digest_of_the_desk(month: Month) -> None:
    told = times_told(month, "desk", AlertKind.DIGEST)

    assert {told[change.change_id] for change in taken(month)} == {1}


def test_each_change_stands_in_one_digest_of_the_office_and_in_a_later_one_where_it_was_confirmed_since(
    month: Month,
) -> None:
    told = times_told(month, "office", AlertKind.DIGEST)
    confirmed = times_told(month, "desk", AlertKind.CONFIRMED)

    assert {told[c.change_id] for c in taken(month) if not confirmed[c.change_id]} == {1}
    # What was confirmed before the first digest stands in that one alone.
    assert {told[c.change_id] for c in taken(month) if confirmed[c.change_id]} <= {1, 2}


def test_none_comes_within_quiet_hours_unless_it_is_urgent(month: Month) -> None:
    assert quiet_breaches(month) == []
    at_night = [one for one in month.of("desk", *AT_ONCE) if in_quiet_hours(one)]
    changes = {change.change_id: change for change in month.changes}
    assert len(at_night) >= 1
    for one in at_night:
        assert alerts.is_urgent(DESK, [changes[i] for i in one.alert.change_ids])


def test_the_office_gets_one_digest_a_day_at_most_by_the_first_round_after_its_hour(month: Month) -> None:
    zone = ZoneInfo(OFFICE.timezone)
    arrived = [one.at for one in month.of("office", AlertKind.DIGEST)]

    assert len({at.date() for at in arrived}) == len(arrived)
    for at in arrived:
        hour = datetime.combine(at.astimezone(zone).date(), OFFICE.digest_at, zone)
        assert at == first_round(month, hour)


# -- a channel that is down ----------------------------------------------------------------------


def test_the_outage_held_up_the_desk_alone_and_was_told_through_the_office(month: Month) -> None:
    during = {one.arrival.channel for one in month.told if DOWN[0] <= one.at < DOWN[1]}

    assert during == {"office", "duty"}
    told = [one.alert.subject for one in month.of("office", AlertKind.ALARM)]
    assert [subject.rsplit("env:DESK ", 1)[1] for subject in told] == ["fails", "works again"]


def test_a_channel_that_is_down_for_three_days_is_not_hammered(month: Month) -> None:
    assert 5 < month.refused["desk"] < 40


# -- escalation, acknowledgement -----------------------------------------------------------------


def not_acknowledged_in_time(month: Month, one: Told) -> bool:
    # Who acknowledges an alert has acknowledged each other one that tells the same, such as a reminder of it.
    same = (two for two in month.of("desk", *AlertKind) if two.alert.change_ids == one.alert.change_ids)
    acked = min((at for two in same if (at := month.acked.get(two.alert.alert_id))), default=None)
    # In its hour the reader acknowledges before the round is begun.
    return acked is None or acked > first_round(month, one.at + ESCALATES_AFTER)


def test_what_the_desk_acknowledges_within_four_hours_is_not_told_again_and_all_else_once(month: Month) -> None:
    told = month.of("desk", *AT_ONCE)
    late = [one for one in told if not_acknowledged_in_time(month, one)]
    again = month.of("duty", AlertKind.UNACKNOWLEDGED)

    assert len(late) >= 3
    assert len(told) - len(late) >= 3
    assert sorted(one.alert.change_ids for one in again) == sorted(one.alert.change_ids for one in late)


def test_it_is_told_again_four_hours_later_or_at_the_end_of_quiet_hours(month: Month) -> None:
    first = {one.alert.change_ids: one for one in month.of("desk", *AT_ONCE)}

    for again in month.of("duty", AlertKind.UNACKNOWLEDGED):
        one = first[again.alert.change_ids]
        planned = first_round(month, one.at + ESCALATES_AFTER)
        due = planned if again.alert.urgent else alerts.after_quiet(planned, DESK)
        assert again.at == first_round(month, due)


def test_a_second_origin_in_a_later_round_is_told_to_the_duty_officer_once(month: Month) -> None:
    rounds: dict[UUID, dict[str, int]] = {}
    for change, origin, at in month.heard:
        if change.confidence >= DESK.at_once and change.verdict is not Verdict.BASELINE:
            rounds.setdefault(change.change_id, {}).setdefault(origin, month.span.round_of(at))
    wanted = set()
    for change_id, heard in rounds.items():
        first, *more = sorted(heard.values())
        if more and more[0] > first:
            wanted.add(change_id)

    told = times_told(month, "duty", AlertKind.CORROBORATED)
    assert len(wanted) >= 4
    assert told == dict.fromkeys(wanted, 1)


# -- the page ------------------------------------------------------------------------------------


def test_the_page_has_the_place_that_the_tables_are_written_to(month: Month) -> None:
    assert "A month of alerts" in updated(PAGE.read_text("utf-8"), month)
    assert len(summary(month)[1].rows) == len(month.told)
    assert {rule.name for rule in RULES} == {DESK.name, OFFICE.name}
    assert month.span.every == timedelta(hours=EVERY)
