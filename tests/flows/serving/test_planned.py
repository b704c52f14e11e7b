"""What of a watch is scheduled and what is woken."""

from __future__ import annotations

from pathlib import Path

import pytest
from prefect.client.schemas.objects import ConcurrencyLimitStrategy

from flows.run.request import WatchRequest
from flows.serving.deployments import PlannedDeployment, deployments, planned, tags
from pipeline.steps import events


def by_flow(slug: str = "haiti", every: int = 15, poll_every: int = 5) -> dict[str, PlannedDeployment]:
    return {plan.flow.name: plan for plan in planned(slug, every=every, poll_every=poll_every)}


def test_a_round_and_a_poll_are_scheduled_and_the_steps_are_woken() -> None:
    plans = by_flow()

    assert {name: plan.every for name, plan in plans.items() if plan.every} == {"monitor": 900, "poll": 300}
    assert {name: plan.wakes for name, plan in plans.items() if plan.wakes} == {
        "collect": (events.ENTRY_NEW,),
        "assess": (events.ARTICLE_STORED,),
        "alert": (events.ALERT_PLANNED,),
        "publish": (events.STATUS_CHANGED, events.STATUS_DISPUTED, events.ALERT_DELIVERED),
    }


def test_a_poll_that_is_switched_off_can_still_be_started_by_hand() -> None:
    assert by_flow(poll_every=0)["poll"].every == 0


def test_a_watch_keeps_its_place_in_the_interval_and_another_has_another() -> None:
    places = {slug: by_flow(slug)["monitor"].offset for slug in ("haiti", "aussom", "unifil")}

    assert len(set(places.values())) == 3
    assert all(0 <= place < 900 for place in places.values())
    assert places["haiti"] == by_flow("haiti")["monitor"].offset


def test_twenty_watches_are_spread_over_the_interval() -> None:
    minutes = {by_flow(f"watch{number}")["monitor"].offset // 60 for number in range(20)}

    assert len(minutes) >= 9


@pytest.mark.parametrize("slug", ["haiti", "aussom", "unifil"])
def test_polls_lie_half_an_interval_away_from_rounds(slug: str) -> None:
    plans = by_flow(slug)

    assert (plans["poll"].offset - plans["monitor"].offset) % 300 == 150


def test_a_scheduled_run_that_meets_another_is_cancelled_and_a_woken_one_waits() -> None:
    plans = by_flow()

    assert plans["monitor"].collision is plans["poll"].collision is ConcurrencyLimitStrategy.CANCEL_NEW
    assert plans["alert"].collision is ConcurrencyLimitStrategy.ENQUEUE


def test_tags_say_watch_and_purpose() -> None:
    assert tags("haiti", by_flow()["poll"].purpose) == ["missionwatch", "haiti", "poll"]


def test_a_poll_that_is_switched_off_sends_its_empty_schedule_so_that_an_earlier_one_ends() -> None:
    request = WatchRequest(folder=Path("/watches/haiti"), data_dir=Path("/data"))
    (poll,) = [made for made in deployments("haiti", request, every=15, poll_every=0) if made.flow_name == "poll"]

    assert poll.schedules == []
    assert {"schedules", "work_pool_name"} <= poll.model_fields_set


def test_only_a_step_that_ran_alone_wakes_the_next_and_only_that_of_its_own_watch() -> None:
    request = WatchRequest(folder=Path("/watches/haiti"), data_dir=Path("/data"))
    (alert,) = [made for made in deployments("haiti", request, every=15, poll_every=5) if made.flow_name == "alert"]
    (trigger,) = alert.triggers

    assert trigger.match.model_dump() == {
        "prefect.resource.id": "missionwatch.watch.haiti",
        "missionwatch.by": "step",
    }
    assert alert.parameters == {"request": {"folder": "/watches/haiti", "data_dir": "/data"}}
