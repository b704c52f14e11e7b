"""What may go now: quiet hours at each try, channels that fail as a whole, and the last words of a message."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from pipeline import steps
from pipeline.alerts import channel_alarms, channel_alerts, fill_in_links, is_open, ready
from pipeline.alerts.message import from_json
from pipeline.model import Alert, ChannelAlarm, ChannelState, Delivery, PendingAlert
from pipeline.model.errors import DeliveryError
from tests.alerts.builders import ARTICLE, NOW, RULE, change, planned, watch_of

QUIET = replace(RULE, quiet=(time(22), time(7)))
NIGHT = datetime(2025, 10, 1, 23, tzinfo=UTC)
TWO = replace(RULE, channels=("file:desk", "file:office"))


def waiting(count: int, channel: str = "file:desk") -> list[PendingAlert]:
    alerts = [planned(change(number))[0] for number in range(count)]
    return [PendingAlert(replace(alert, channel=channel)) for alert in alerts]


# -- what may go -----------------------------------------------------------------------------


def test_an_alert_whose_retry_falls_into_quiet_hours_waits_for_their_end() -> None:
    pending = waiting(1)

    assert ready(pending, {}, watch_of(QUIET), NIGHT) == []
    assert ready(pending, {}, watch_of(QUIET), NIGHT.replace(hour=7)) == pending
    assert len(ready([PendingAlert(replace(pending[0].alert, urgent=True))], {}, watch_of(QUIET), NIGHT)) == 1


def test_an_alert_of_a_rule_that_is_gone_keeps_the_hours_of_its_channel() -> None:
    pending = [PendingAlert(replace(waiting(1)[0].alert, rule="gone"))]

    assert ready(pending, {}, watch_of(QUIET), NIGHT) == []


@pytest.mark.parametrize(
    ("failures", "minutes", "is_due"), [(0, 0, True), (1, 4, False), (1, 6, True), (9, 470, False)]
)
def test_a_channel_that_fails_is_tried_ever_more_rarely(failures: int, minutes: int, is_due: bool) -> None:
    state = ChannelState("file:desk", failures, NOW, NOW)

    assert is_open(state, NOW + timedelta(minutes=minutes)) is is_due


def test_a_clock_that_has_gone_back_opens_a_channel() -> None:
    assert is_open(ChannelState("file:desk", 9, NOW, NOW), NOW - timedelta(hours=1))


# -- handing over ----------------------------------------------------------------------------


async def handed_over(pending: list[PendingAlert], refuses: set[str]) -> tuple[list[Delivery], list[str]]:
    """The deliveries, and the alerts that were tried: those of the channels and ids in ``refuses`` are refused."""
    tried: list[str] = []

    async def deliver(alert: Alert) -> None:
        tried.append(f"{alert.channel} {alert.alert_id}")
        if alert.channel in refuses or str(alert.alert_id) in refuses:
            raise DeliveryError("The channel answered 503.")

    return await steps.deliver_all(pending, deliver=deliver, now=NOW), tried


async def test_a_channel_that_is_down_is_asked_twice_and_not_two_hundred_times() -> None:
    made, tried = await handed_over(waiting(200), {"file:desk"})

    assert len(made) == len(tried) == 2


async def test_one_alert_that_is_refused_holds_up_no_other_of_its_channel() -> None:
    pending = waiting(3)

    made, _ = await handed_over(pending, {str(pending[0].alert.alert_id)})

    assert [delivery.outcome for delivery in made] == ["failed", "delivered", "delivered"]


async def test_a_channel_that_fails_holds_up_no_other_channel() -> None:
    made, _ = await handed_over([*waiting(5), *waiting(3, "file:office")], {"file:desk"})

    assert [d.outcome for d in made if d.channel == "file:office"] == ["delivered"] * 3


async def test_the_alerts_of_one_channel_keep_their_order() -> None:
    pending = waiting(5)

    _, tried = await handed_over(pending, set())

    assert tried == [f"file:desk {one.alert.alert_id}" for one in pending]


async def test_no_try_is_planned_within_quiet_hours() -> None:
    async def deliver(_: Alert) -> None:
        raise DeliveryError("The channel answered 503.")

    evening = datetime(2025, 10, 1, 21, 58, tzinfo=UTC)
    made = await steps.deliver_all(waiting(1), deliver=deliver, now=evening, rules=lambda _: QUIET)

    assert made[0].retry_at == datetime(2025, 10, 2, 7, tzinfo=UTC)


# -- channels that fail ----------------------------------------------------------------------

DOWN = ChannelState("file:desk", 3, NOW, NOW + timedelta(minutes=20), "The channel answered 503.")
ALARM = ChannelAlarm(change().change_id, "haiti", "file:desk", NOW, NOW, "The channel answered 503.")


def alarms(*states: ChannelState, told: tuple[ChannelAlarm, ...] = ()) -> list[Alert]:
    watch = watch_of(TWO)
    raised, over = channel_alarms(states, told, watch, NOW)
    return list(channel_alerts(raised, over, states, watch, NOW))


def test_a_channel_that_failed_three_times_in_a_row_is_told_through_the_others() -> None:
    assert alarms(replace(DOWN, failures=2)) == []
    (alert,) = alarms(DOWN)

    assert (alert.channel, alert.subject) == ("file:office", "Haiti: the channel file:desk fails")
    assert "The channel answered 503." in alert.body


def test_a_channel_that_fails_is_told_once() -> None:
    assert alarms(DOWN, told=(ALARM,)) == []


def test_when_it_works_again_the_others_hear_it() -> None:
    (alert,) = alarms(ChannelState("file:desk"), told=(ALARM,))

    assert (alert.channel, alert.subject) == ("file:office", "Haiti: the channel file:desk works again")


def test_channels_that_fail_too_are_not_told() -> None:
    assert alarms(DOWN, replace(DOWN, channel="file:office", failures=1)) == []


# -- the last words --------------------------------------------------------------------------


def test_each_alert_about_changes_says_how_it_is_acknowledged() -> None:
    (alert,) = planned(change())

    told = fill_in_links(alert, folder="seeds/my watch", data_dir="data")

    assert f"missionwatch alerts ack 'seeds/my watch' {alert.alert_id} --data-dir data" in told.body
    assert (told.alert_id, alert.body in told.body) == (alert.alert_id, False)


def test_its_commands_name_the_watchs_folder() -> None:
    told = fill_in_links(planned(change())[0], folder="seeds/haiti")

    assert f"missionwatch why seeds/haiti {ARTICLE.url}" in told.body
    assert " DIR " not in told.body


def test_where_an_address_for_it_is_set_the_message_has_the_link() -> None:
    (alert,) = planned(change())

    told = fill_in_links(
        alert, folder="x", ack_url="mailto:d@example.org?subject={alert_id}", page_url="https://e.org/{change_id}"
    )

    assert f"mailto:d@example.org?subject={alert.alert_id}" in told.body
    assert from_json(told.message).sections[0].trail_url == f"https://e.org/{change().change_id}"


def test_an_alarm_asks_for_no_acknowledgement() -> None:
    assert "ack" not in fill_in_links(alarms(DOWN)[0], folder="seeds/haiti").body
