"""Days that the board looks forward to: told before, and when they pass with nothing reported."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipeline.alerts import expected_alerts, expected_days
from pipeline.model import AlertRule, Aspect, Change, Stage
from tests.alerts.builders import RULE, change, watch_of

KNOWN = datetime(2025, 8, 1, tzinfo=UTC)
ENDS = date(2025, 10, 2)


def mandate(value: str = "until 2025-10-02", **values: object) -> Change:
    base = {"aspect": Aspect.MANDATE, "stage": Stage.IN_EFFECT, "subject": "mandate", "known_at": KNOWN}
    return change(7, value=value, **{**base, **values})


def told(day: str, *board: Change, rule: AlertRule = RULE) -> list[str]:
    """The subjects that are due by noon of ``day``."""
    now = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    return [alert.subject for alert in expected_alerts(board or (mandate(),), {}, {}, watch_of(rule), now)]


@pytest.mark.parametrize("value", [
    "until 2025-10-02", "extended until 2 October 2025", "expires on October 2, 2025", "until October 2 2025",
    "until 2 Oct 2025",
])  # fmt: skip
def test_a_mandates_end_is_read_from_its_value(value: str) -> None:
    assert [one.day for one in expected_days([mandate(value)])] == [ENDS]


@pytest.mark.parametrize("value", ["one year", "until 2025-13-02", "until 31 June 2025", "since 2025-10-02"])
def test_what_is_no_day_is_no_end(value: str) -> None:
    assert expected_days([mandate(value)]) == ()


def test_the_end_is_told_fourteen_days_before_and_not_earlier() -> None:
    assert told("2025-09-17") == []
    assert told("2025-09-18") == ["Haiti: mandate ends in 14 days (02 Oct 2025)"]


def test_a_reminder_that_was_missed_is_told_late_with_the_days_that_are_left() -> None:
    assert told("2025-09-29") == ["Haiti: mandate ends in 3 days (02 Oct 2025)"]


def test_each_reminder_has_one_key_on_whatever_day_it_is_found_due() -> None:
    rule = replace(RULE, remind_before=(14, 3))

    def keys(day: int) -> set[object]:
        now = datetime(2025, 9, day, 12, tzinfo=UTC)
        return {alert.alert_id for alert in expected_alerts([mandate()], {}, {}, watch_of(rule), now)}

    assert keys(18) == keys(28)
    assert keys(29) != keys(28)
    assert len(keys(18) | keys(29)) == 2


def test_a_day_that_passes_with_nothing_reported_is_told_once_it_is_over() -> None:
    assert told("2025-10-02") == ["Haiti: mandate ends today (02 Oct 2025)"]
    assert told("2025-10-03") == ["Haiti: mandate: 02 Oct 2025 has passed with nothing reported"]
    assert told("2025-11-02") == []


def test_a_later_decision_about_the_mandate_ends_the_wait() -> None:
    renewed = mandate(
        "until 2026-10-02", change_id=change(8).change_id, subject="new", known_at=datetime(2025, 9, 30, tzinfo=UTC)
    )

    assert [one.day for one in expected_days([mandate(), renewed])] == [date(2026, 10, 2)]


def test_a_draft_does_not_end_the_wait() -> None:
    draft = mandate("one year", subject="draft", stage=Stage.PROPOSED, known_at=datetime(2025, 9, 1, tzinfo=UTC))

    assert [one.day for one in expected_days([mandate(), draft])] == [ENDS]


def test_a_reminder_that_would_have_been_due_before_the_day_was_known_is_left_out() -> None:
    assert told("2025-09-28", mandate(known_at=datetime(2025, 9, 25, tzinfo=UTC))) == []


@pytest.mark.parametrize(("quote", "days"), [
    ("Troops land on 15 October.", [date(2025, 10, 15)]),
    ("Troops will land by October 15, 2026.", [date(2026, 10, 15)]),
    ("The vote of 28 July sends the first troops on 10 January.", [date(2026, 1, 10)]),
    ("Troops land in October.", []),
    ("Troops land on 15 October or on 20 October.", []),
    ("Troops stay until 15 October.", []),
    ("The plan of 28 July sends troops.", []),
    ("Troops land on 31 June.", []),
])  # fmt: skip
def test_a_planned_step_is_expected_on_the_one_day_ahead_that_its_sentence_names(quote: str, days: list[date]) -> None:
    step = change(stage=Stage.PLANNED, known_at=KNOWN, aspect=Aspect.DEPLOYMENT, quote=quote)

    assert [one.day for one in expected_days([step])] == days


def test_a_rule_without_reminders_tells_of_none() -> None:
    assert told("2025-09-18", rule=replace(RULE, remind_before=())) == []


def test_a_rule_that_does_not_take_the_mandate_tells_of_none() -> None:
    assert told("2025-09-18", rule=replace(RULE, aspects=frozenset({Aspect.LEAD}))) == []


def test_the_day_is_that_of_the_rules_time_zone() -> None:
    now = datetime(2025, 9, 17, 23, tzinfo=UTC)  # already the 18th in Nairobi
    rule = replace(RULE, timezone="Africa/Nairobi")

    assert len(expected_alerts([mandate()], {}, {}, watch_of(rule), now)) == 1
    assert expected_alerts([mandate()], {}, {}, watch_of(RULE), now) == ()
