"""Who hears that something told is taken back, and in which words."""

from __future__ import annotations

from datetime import timedelta

from pipeline.alerts.recalls import Page, check_page, plan_recalls
from pipeline.model import Alert, Change, EvidenceCheck, Recall, SentAlert, Verdict
from tests.alerts.recalls.pages import (
    NOW,
    REST,
    VOTE,
    alert_of,
    article,
    change_of,
    claim_in,
    evidence,
    gone,
    page_of,
    watch_of,
)
from tests.storage.builders import make_change, make_claim

OLD = article()
CHANGE = change_of(claim_in(OLD))
NEW = VOTE.replace("5,500", "5,000")
CORRECTED = page_of(f"{NEW} {REST}", claim_in(article(f"{NEW} {REST}"), NEW, value="5,000 people"))
TOLD_AT = NOW - timedelta(hours=5)


def checks_of(page: Page) -> tuple[EvidenceCheck, ...]:
    return check_page(page, [evidence(OLD)], {CHANGE.change_id: CHANGE}, NOW)[0]


def recalled(
    page: Page, *sent: SentAlert, others: tuple[Change, ...] = ()
) -> tuple[tuple[Recall, ...], tuple[Alert, ...]]:
    changes = {change.change_id: change for change in (CHANGE, *others)}
    return plan_recalls(checks_of(page), changes, sent, {OLD.article_id: OLD}, watch_of(), NOW)


def test_who_got_the_alert_is_told_the_old_sentence_and_the_new_one() -> None:
    _, (message,) = recalled(CORRECTED, SentAlert(alert_of(CHANGE), TOLD_AT))

    assert message.subject == "RECALL: Haiti: strength decided: 5,500 people"
    assert message.body.splitlines()[0].startswith("RECALL of what we told you on 01 Oct 2025 13:00 UTC (alert ")
    assert "STRENGTH: taken back: the ceiling: 5,500 people (decided)" in message.body
    assert f'  Before: "{VOTE}"\n  Now:    "{NEW}"\n  The source has since corrected it.' in message.body
    assert (message.rule, message.channel) == ("recall", "console")


def test_a_page_that_is_gone_is_told_as_withdrawn() -> None:
    _, (message,) = recalled(gone(), SentAlert(alert_of(CHANGE), TOLD_AT))

    assert "The source has since withdrawn it: the page is gone: it answers 410 (Gone)." in message.body


def test_each_channel_that_told_it_is_told_the_recall_once() -> None:
    sent = [SentAlert(alert_of(CHANGE, channel=name), TOLD_AT) for name in ("console", "file")]

    recalls, messages = recalled(CORRECTED, *sent)

    assert [message.channel for message in messages] == ["console", "file"]
    assert len({recall.recall_id for recall in recalls}) == 2


def test_the_key_of_a_recall_stays_the_same_when_it_is_planned_again() -> None:
    sent = SentAlert(alert_of(CHANGE), TOLD_AT)

    assert recalled(CORRECTED, sent)[1][0].alert_id == recalled(CORRECTED, sent)[1][0].alert_id
    assert recalled(CORRECTED, sent)[1][0].alert_id != sent.alert.alert_id


def test_an_alert_that_was_not_delivered_is_withdrawn_and_nobody_is_told() -> None:
    (recall,), messages = recalled(CORRECTED, SentAlert(alert_of(CHANGE)))

    assert (recall.message_id, messages) == (None, ())


def test_what_a_withdrawn_alert_tells_besides_goes_out_in_its_place() -> None:
    other = change_of(make_claim(OLD))
    both = alert_of(CHANGE, other)

    (recall,), (instead,) = recalled(CORRECTED, SentAlert(both), others=(other,))

    assert (recall.alert_id, recall.message_id) == (both.alert_id, None)
    assert instead.change_ids == (other.change_id,)
    assert instead.alert_id != both.alert_id


def test_a_check_that_takes_nothing_back_recalls_nothing() -> None:
    assert recalled(page_of(f"{REST} {VOTE}"), SentAlert(alert_of(CHANGE), TOLD_AT)) == ((), ())


def test_an_alert_about_something_else_is_left_alone() -> None:
    assert recalled(CORRECTED, SentAlert(alert_of(make_change()), TOLD_AT)) == ((), ())


def test_the_recall_tells_the_change_that_takes_the_other_back() -> None:
    _, (withdrawal,) = check_page(CORRECTED, [evidence(OLD)], {CHANGE.change_id: CHANGE}, NOW)
    _, (message,) = recalled(CORRECTED, SentAlert(alert_of(CHANGE), TOLD_AT))

    assert message.change_ids == (withdrawal.change_id,)
    assert (withdrawal.verdict, withdrawal.quote) == (Verdict.WITHDRAWN, NEW)
