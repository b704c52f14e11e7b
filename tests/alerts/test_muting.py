"""What somebody muted alerts nobody until its time, and is told as one message then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from pipeline.alerts import (
    ended_mutes,
    expected_alerts,
    find_mute,
    plan,
    proof_of_quiet,
    recently_ended,
    unacknowledged_alerts,
)
from pipeline.model import (
    AlertKind,
    AlertRule,
    AlertTiming,
    Aspect,
    Change,
    Mute,
    QuietPeriod,
    Silence,
    Slot,
    Stage,
    TypedFact,
    UnacknowledgedAlert,
)
from pipeline.model.text import content_id
from tests.alerts.builders import ARTICLE, NOW, RULE, change, planned, watch_of

DAY = timedelta(days=1)
ALL = Mute(content_id("mute", 1), "haiti", NOW + DAY, NOW, "ann", slot=Slot.CONTRIBUTION, why="too many offers")


def offer(number: int = 1, key: str = "Kenya", slot: Slot = Slot.CONTRIBUTION, **values: object) -> Change:
    """A change of a contribution that is sure."""
    return change(number, subject=key, aspect=slot.aspect, fact=TypedFact(slot, key), **values)


def kept_from(mute: Mute, *changes: Change, now: datetime = NOW) -> tuple[list[str], list[Silence]]:
    """The channels that hear of ``changes`` under ``mute``, and the silences."""
    alerts, silences = plan(changes, {}, watch_of(RULE), now, mutes=[mute])
    return [alert.channel for alert in alerts], list(silences)


# -- what it covers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mute", "one", "covers"),
    [
        ({"slot": Slot.CONTRIBUTION}, offer(), True),
        ({"slot": Slot.PLEDGE}, offer(), False),
        ({"slot": Slot.CONTRIBUTION, "key": "kenya"}, offer(), True),
        ({"slot": Slot.CONTRIBUTION, "key": "Benin"}, offer(), False),
        ({"slot": None, "key": "Kenya"}, offer(slot=Slot.POSITION), True),
        ({"slot": Slot.INCIDENT, "key": "Kenya"}, offer(key="2025-09-20 Kenya", slot=Slot.INCIDENT), True),
        ({"slot": Slot.INCIDENT, "key": "2025-09-20 Kenya"}, offer(key="2025-09-20 Kenya", slot=Slot.INCIDENT), True),
        ({"slot": None, "stages": frozenset({Stage.PROPOSED})}, offer(stage=Stage.PROPOSED), True),
        ({"slot": None, "stages": frozenset({Stage.PROPOSED})}, offer(stage=Stage.DECIDED), False),
        ({"slot": Slot.CONTRIBUTION}, change(), False),
    ],
)  # fmt: skip
def test_a_mute_covers_its_slot_its_key_and_its_stages(mute: dict[str, object], one: Change, covers: bool) -> None:
    assert replace(ALL, **mute).covers(one) is covers


def test_it_counts_until_its_time_and_no_more_once_it_is_taken_off() -> None:
    assert ALL.is_on(NOW + DAY - timedelta(seconds=1))
    assert not ALL.is_on(NOW + DAY)
    assert not replace(ALL, off_at=NOW).is_on(NOW)


def test_of_two_mutes_the_one_that_ends_last_is_named() -> None:
    longer = replace(ALL, mute_id=content_id("mute", 2), until=NOW + 3 * DAY)

    assert find_mute(offer(), [longer, ALL], NOW) == longer


# -- what it does ----------------------------------------------------------------------------


def test_a_muted_change_alerts_nobody_and_the_mute_is_the_reason() -> None:
    reason = "muted until 2025-10-02 12:00 UTC by ann (contribution): too many offers"

    assert kept_from(ALL, offer()) == ([], [Silence(offer().change_id, reason, ALL.mute_id)])


def test_what_it_does_not_cover_is_told() -> None:
    assert kept_from(ALL, offer(), change(2))[0] == ["file:desk"]


def test_when_it_is_over_changes_are_told_again() -> None:
    assert kept_from(ALL, offer(), now=NOW + DAY) == (["file:desk"], [])


def test_a_change_that_no_rule_takes_is_not_counted_as_muted() -> None:
    (silence,) = kept_from(ALL, offer(confidence=0.3))[1]

    assert silence.mute_id is None
    assert silence.reason.startswith("confidence 0.30 is under")


def test_a_muted_change_that_is_confirmed_alerts_nobody_either() -> None:
    unsure = offer(confidence=0.6)

    alerts, (silence,) = plan((), {}, watch_of(RULE), NOW, confirmed=[unsure], mutes=[ALL])

    assert alerts == ()
    assert silence.mute_id == ALL.mute_id


def test_what_was_told_before_the_mute_is_not_told_again_though_nobody_acknowledged_it() -> None:
    asks = replace(RULE, escalate_after=timedelta(hours=4))
    told = [UnacknowledgedAlert(planned(offer(), rules=(asks,))[0], NOW - timedelta(hours=5))]
    known = {offer().change_id: offer()}

    assert len(unacknowledged_alerts(told, known, watch_of(asks), NOW)) == 1
    assert unacknowledged_alerts(told, known, watch_of(asks), NOW, [ALL]) == ()


def test_of_a_muted_row_nobody_is_reminded() -> None:
    term = change(
        7, aspect=Aspect.MANDATE, stage=Stage.IN_EFFECT, value="until 2025-10-08", fact=TypedFact(Slot.TERM),
        known_at=datetime(2025, 8, 1, tzinfo=UTC),
    )  # fmt: skip

    assert len(expected_alerts([term], {}, {}, watch_of(RULE), NOW)) == 1
    assert expected_alerts([term], {}, {}, watch_of(RULE), NOW, [replace(ALL, slot=Slot.TERM)]) == ()


def test_a_digest_says_how_many_changes_were_muted_and_nothing_where_none_was() -> None:
    assert "\nMuted: 3 changes, which alerted nobody" in proof_of_quiet(QuietPeriod(NOW - DAY, NOW, muted=3))
    assert "Muted" not in proof_of_quiet(QuietPeriod(NOW - DAY, NOW))


# -- when it is over -------------------------------------------------------------------------

OFFERS = [offer(1), offer(2, "Benin"), offer(3, "Chad", confidence=0.3)]


def told_at_end(mute: Mute = ALL, *rules: AlertRule, changes: list[Change] = OFFERS, now: datetime = NOW + DAY) -> list:
    known = {one.change_id: one for one in changes}
    articles = {ARTICLE.article_id: ARTICLE}
    return list(ended_mutes([(mute, [*known])], known, articles, {}, watch_of(*rules), now))


def test_at_its_end_one_message_a_channel_tells_what_would_have_been_told() -> None:
    (alert,) = told_at_end()

    assert (alert.channel, alert.kind) == ("file:desk", AlertKind.MUTE_ENDED)
    assert alert.change_ids == (OFFERS[0].change_id, OFFERS[1].change_id)
    assert alert.subject.startswith("mute ended: Haiti: ")
    assert alert.body.startswith(
        "MUTE ENDED: ann had muted contribution until 02 Oct 2025 12:00 UTC (too many offers), and that is over. "
        "2 changes alerted nobody meanwhile:"
    )
    assert "Kenya" in alert.body
    assert "Benin" in alert.body


def test_a_channel_that_would_have_heard_of_none_of_it_hears_nothing_of_its_end() -> None:
    lead = replace(RULE, name="lead", channels=("file:boss",), aspects=frozenset({Aspect.LEAD}))

    assert [alert.channel for alert in told_at_end(ALL, RULE, lead)] == ["file:desk"]
    assert told_at_end(changes=[]) == []


def test_it_says_who_took_it_off() -> None:
    assert ", and that is taken off by bob." in told_at_end(replace(ALL, off_at=NOW, off_by="bob"))[0].body


def test_of_many_changes_the_first_twenty_are_listed_and_all_are_counted() -> None:
    (alert,) = told_at_end(changes=[offer(number, f"place {number}") for number in range(25)])

    assert "25 changes alerted nobody meanwhile, of which these are the first 20:" in alert.body
    assert "place 19" in alert.body
    assert "place 20" not in alert.body


def test_its_end_waits_for_the_end_of_quiet_hours_and_for_the_digest_of_a_rule_that_has_only_that() -> None:
    quiet = replace(RULE, quiet=(time(11), time(15)))
    digest = replace(RULE, when=AlertTiming.DIGEST)

    assert told_at_end(ALL, quiet)[0].due_at == datetime(2025, 10, 2, 15, tzinfo=UTC)
    assert told_at_end(ALL, digest)[0].due_at == datetime(2025, 10, 3, 6, tzinfo=UTC)


def test_an_end_has_one_key_and_is_news_for_seven_days() -> None:
    assert told_at_end()[0].alert_id == told_at_end(now=NOW + 3 * DAY)[0].alert_id
    assert [bool(recently_ended([ALL], NOW + days * DAY)) for days in (0, 1, 8, 9)] == [False, True, True, False]
