"""Which changes are told, to whom, and in which words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from pipeline import alerts
from pipeline.alerts.message import from_json
from pipeline.model import (
    Alarm,
    Alert,
    AlertRule,
    Article,
    Aspect,
    Baseline,
    Change,
    FeedHealth,
    FeedRecord,
    FeedYield,
    HealthState,
    LostPages,
    PollOutcome,
    Precision,
    QuietPeriod,
    Stage,
    Verdict,
    Watch,
)
from pipeline.model.text import content_id

NOW = datetime(2025, 10, 1, 12, tzinfo=UTC)
ARTICLE_ID = content_id("article", "a")

DECIDED = AlertRule("facts", stages=frozenset({Stage.DECIDED, Stage.IN_EFFECT}), min_confidence=0.6)
PROPOSALS = AlertRule("proposals", stages=frozenset({Stage.PROPOSED}), channels=("file",))


def watch(*rules: AlertRule) -> Watch:
    baseline = Baseline("t", "o", NOW, "", "", ())
    return Watch("isle", "Isle force", (), (), ("en",), (), baseline, rules)


def change(number: int = 1, **values: object) -> Change:
    base = Change(
        change_id=content_id("change", number),
        watch="isle",
        aspect=Aspect.STRENGTH,
        subject="ceiling",
        subject_key="ceiling",
        verdict=Verdict.ADVANCES,
        stage=Stage.DECIDED,
        value="5,550",
        held_from=date(2025, 9, 30),
        known_at=NOW,
        quote="The force may count 5,550 people.",
        reason="",
        confidence=0.8,
        before_stage=Stage.PROPOSED,
        before_value="2,500",
        article_id=ARTICLE_ID,
        event_date=date(2025, 9, 30),
    )
    return replace(base, **values)


def article() -> Article:
    return Article(
        article_id=ARTICLE_ID,
        entry_id=content_id("entry", 1),
        url="http://isle.test/1",
        outlet="Isle Post",
        title="Ceiling raised",
        text="The force may count 5,550 people.",
        published=NOW,
        precision=Precision.TIME,
        published_source="feed",
        fetched_at=NOW,
        family="isle",
        origin="wire",
    )


def plan(changes: list[Change], *rules: AlertRule) -> tuple[tuple[object, ...], tuple[object, ...]]:
    return alerts.plan(changes, {ARTICLE_ID: article()}, watch(*rules), NOW)


def test_a_change_that_a_rule_takes_goes_to_each_of_its_channels_once() -> None:
    planned, silences = plan([change()], DECIDED)

    assert [a.channel for a in planned] == ["console", "file"]
    assert silences == ()


def test_two_rules_that_name_one_channel_tell_it_once() -> None:
    planned, _ = plan([change()], DECIDED, replace(DECIDED, name="again", channels=("file",)))

    assert [a.channel for a in planned] == ["console", "file"]


def test_four_changes_of_one_article_are_one_message() -> None:
    planned, _ = plan([change(n) for n in range(4)], replace(DECIDED, channels=("file",)))

    assert [len(a.change_ids) for a in planned] == [4]


def test_a_change_under_the_threshold_is_silent_with_the_reason() -> None:
    planned, silences = plan([change(confidence=0.4)], DECIDED)

    assert planned == ()
    assert [s.reason for s in silences] == ["confidence 0.40 is under the 0.60 of rule 'facts'"]


def test_a_stage_that_no_rule_takes_is_silent_with_each_rules_reason() -> None:
    _, silences = plan([change(stage=Stage.ENDED)], DECIDED, PROPOSALS)

    assert silences[0].reason == (
        "rule 'facts' does not take the stage ended; rule 'proposals' does not take the stage ended"
    )


def test_the_baseline_is_never_told() -> None:
    planned, silences = plan([change(verdict=Verdict.BASELINE)], DECIDED)

    assert planned == ()
    assert silences[0].reason == "the baseline is what was known at the start"


def test_the_alerts_id_depends_on_its_changes_and_channel_alone() -> None:
    first, _ = plan([change(1), change(2)], DECIDED)
    later, _ = alerts.plan([change(2), change(1)], {}, watch(DECIDED), NOW + timedelta(days=1))

    assert [a.alert_id for a in first] == [a.alert_id for a in later]
    assert first[0].alert_id != first[1].alert_id


def test_the_message_says_what_became_what_with_the_sentence_and_the_source() -> None:
    (alert, *_), _ = plan([change()], DECIDED)

    lines = alert.body.splitlines()
    assert lines[0] == "STRENGTH: ceiling: 2,500 (proposed) became 5,550 (decided)"
    assert '  "The force may count 5,550 people."' in lines
    assert any("Isle Post, first written by wire, 01 Oct 2025 12:00 UTC" in line for line in lines)
    assert any("http://isle.test/1" in line for line in lines)


def test_a_dispute_names_both_values() -> None:
    line = alerts.became(change(verdict=Verdict.DISPUTES, value="5,550", disputed_value="5,500"))

    assert line == "ceiling: 5,550, and now also 5,500: sources disagree"


@pytest.mark.parametrize("count", [1, 12])
def test_the_subject_stays_under_its_limit(count: int) -> None:
    long = [change(n, value="a very long value " * 20) for n in range(count)]

    assert len(alerts.subject_line(long, watch())) <= alerts.SUBJECT_LIMIT


def test_control_sequences_of_a_quote_do_not_reach_the_reader() -> None:
    (alert, *_), _ = plan([change(quote="Quiet\x1b[2J \u202egnp.exe")], DECIDED)

    assert "\x1b" not in alert.body + alert.message
    assert "\u202e" not in alert.body + alert.message


def test_ids_are_uuids() -> None:
    (alert, *_), _ = plan([change()], DECIDED)

    assert isinstance(alert.alert_id, UUID)


def test_an_address_with_a_secret_is_not_kept_in_the_store() -> None:
    planned, _ = plan([change()], replace(DECIDED, channels=("slack://tokenA/tokenB", "env:HOOK")))

    assert [a.channel for a in planned] == ["slack:fe7a80cf", "env:HOOK"]


# -- sure and unsure -------------------------------------------------------------------------

UNSURE = replace(DECIDED, min_confidence=0.5, at_once=0.75, channels=("file",))


def test_an_unsure_change_waits_for_the_days_digest_and_is_marked() -> None:
    (alert,), silences = plan([change(confidence=0.6)], UNSURE)

    assert (alert.planned_at, alert.due_at) == (NOW, datetime(2025, 10, 2, 6, tzinfo=UTC))
    assert alert.subject.startswith("uncertain: ")
    assert alert.body.startswith("UNCERTAIN: ")
    assert silences == ()


@pytest.mark.parametrize(("at_once", "heading"), [(0.85, "Strength (uncertain)"), (0.75, "Strength")])
def test_what_is_uncertain_is_what_its_rule_calls_so(at_once: float, heading: str) -> None:
    (alert,), _ = plan([change(confidence=0.8)], replace(UNSURE, at_once=at_once))

    assert [section.heading for section in from_json(alert.message).sections] == [heading]


def test_an_unsure_change_that_two_origins_tell_at_once_is_not_called_uncertain() -> None:
    unsure = change(confidence=0.6)
    (alert,), _ = alerts.plan([unsure], {ARTICLE_ID: article()}, watch(UNSURE), NOW, origins={unsure.change_id: (0, 2)})

    assert [section.heading for section in from_json(alert.message).sections] == ["Strength"]


def test_a_message_for_a_reader_has_no_verdicts_name() -> None:
    (alert, *_), _ = plan([change()], DECIDED)

    assert "Verdict" not in alert.body
    assert str(change().verdict) not in alert.body


def test_sure_and_unsure_changes_of_one_article_are_two_messages() -> None:
    planned, _ = plan([change(1, confidence=0.9), change(2, confidence=0.6)], UNSURE)

    assert [(str(a.kind), len(a.change_ids)) for a in planned] == [("alert", 1), ("digest_part", 1)]


def test_a_second_origin_makes_an_unsure_change_an_alert_at_once_with_a_key_of_its_own() -> None:
    first, _ = plan([change(confidence=0.6)], UNSURE)

    (alert,), _ = alerts.plan([], {ARTICLE_ID: article()}, watch(UNSURE), NOW, confirmed=[change(confidence=0.6)])

    assert alert.planned_at == NOW
    assert alert.subject.startswith("confirmed: ")
    assert alert.alert_id != first[0].alert_id


def test_a_change_that_was_told_at_once_is_not_told_again_when_confirmed() -> None:
    assert alerts.plan([], {}, watch(UNSURE), NOW, confirmed=[change(confidence=0.9)]) == ((), ())


# -- silences and proof of quiet -------------------------------------------------------------

FEED = FeedRecord(
    content_id("feed", "post"), "Isle Post", "https://post.example/feed", timedelta(hours=6), NOW - timedelta(days=9),
    outcome=PollOutcome.FAILED, reason="dns: no address is found.", polled_at=NOW, new_at=NOW - timedelta(days=2),
)  # fmt: skip
SILENT = FeedHealth(FEED, HealthState.FAILING, True, NOW - timedelta(days=2))
ALARM = Alarm(content_id("alarm", 1), "isle", FEED.feed_id, "silent", NOW - timedelta(days=2), NOW)
RULES = (AlertRule("facts", channels=("console", "file")), AlertRule("proposals", channels=("file",)))


LOST = {FEED.feed_id: LostPages(5, NOW - timedelta(days=2), "no-text: no text is left of the page.")}


def alarms(*raised: Alarm, over: tuple[Alarm, ...] = ()) -> tuple[Alert, ...]:
    return alerts.alarm_alerts(raised, over, [SILENT], {FEED.feed_id: FeedYield(14, 2)}, watch(*RULES), NOW, LOST)


def test_a_silence_is_told_at_once_to_each_channel_of_the_watch() -> None:
    told = alarms(ALARM)

    assert [(a.channel, a.rule, a.planned_at) for a in told] == [("console", "facts", NOW), ("file", "facts", NOW)]
    assert told[0].subject == "Isle force: 1 feed silent"
    assert told[0].body == (
        "SILENT: Isle Post (https://post.example/feed) has brought nothing new since 29 Sep 2025 12:00 UTC "
        "(2.0 days; usual is 6 h).\n  Last poll: dns: no address is found."
    )


def test_an_all_clear_has_another_key_than_the_silence() -> None:
    (clear, _) = alarms(over=(replace(ALARM, cleared_at=NOW),))

    assert clear.subject == "Isle force: 1 feed heard again"
    assert clear.body.startswith("ALL CLEAR: Isle Post")
    assert clear.alert_id != alarms(ALARM)[0].alert_id


def test_a_watch_that_is_silent_as_a_whole_says_that_this_is_not_quiet() -> None:
    (told, _) = alarms(replace(ALARM, feed_id=None))

    assert told.subject == "Isle force: the whole watch is silent"
    assert "This is not quiet" in told.body


def test_an_alarm_that_stands_alone_has_a_line_for_the_feed_and_what_to_do() -> None:
    (told, _) = alarms(replace(ALARM, kind="teasers", detail="its last 5 pages: 9, 9, 9, 9, 9 words"))

    assert told.subject == "Isle force: 1 feed with teasers only"
    assert told.body == (
        "TEASERS: pages give a few words in place of the article.\n"
        "- Isle Post (https://post.example/feed), since 29 Sep 2025 12:00 UTC: its last 5 pages: 9, 9, 9, 9, 9 words\n"
        "A paywall, a question about cookies or a new layout does that: open one in a browser."
    )


def test_what_is_wrong_with_the_whole_watch_stands_before_its_feeds_and_what_is_over_last() -> None:
    full = replace(ALARM, alarm_id=content_id("alarm", 2), feed_id=None, kind="disk_low", detail="150 MB are free")
    over = replace(ALARM, alarm_id=content_id("alarm", 3), kind="gaps", cleared_at=NOW)

    (told, _) = alarms(ALARM, full, over=(over,))

    assert told.subject == "Isle force: the disk is nearly full, 1 feed silent, 1 feed without gaps again"
    assert [part.split(":")[0] for part in told.body.split("\n\n")] == ["DISK LOW", "SILENT", "ALL CLEAR"]


def test_a_retired_feed_is_told_with_what_to_do() -> None:
    (told, _) = alarms(replace(ALARM, kind="retired"))

    assert told.subject == "Isle force: 1 feed retired"
    assert "Give the watch another address" in told.body


def test_a_feed_that_fails_is_told_with_its_reason_and_what_it_used_to_bring() -> None:
    (told, _) = alarms(replace(ALARM, kind="failing"))

    assert told.subject == "Isle force: 1 feed failing"
    assert told.body == (
        "FAILING: Isle Post (https://post.example/feed) could not be read since 29 Sep 2025 12:00 UTC; it brought 14 "
        "entries in the last 30 days, 2 of them about the mission.\n  Last poll: dns: no address is found."
    )


def test_pages_that_give_no_text_are_told_with_what_the_last_came_to() -> None:
    (told, _) = alarms(replace(ALARM, kind="unreadable"))

    assert told.subject == "Isle force: 1 feed with unreadable pages"
    assert "none has given a text since 29 Sep 2025 12:00 UTC (5 pages)." in told.body
    assert told.body.endswith("\n  Last page: no-text: no text is left of the page.")


def test_a_blind_watch_names_its_feeds_since_when_and_what_they_used_to_bring() -> None:
    (told, _) = alarms(replace(ALARM, feed_id=None, kind="blind"))

    assert told.subject == "Isle force: no feed can be read"
    assert told.body == (
        "BLIND: no feed of the watch could be read since 29 Sep 2025 12:00 UTC. Until one can, nothing of what happens "
        "to this mission is seen. Is this machine online? missionwatch doctor DIR tells.\n"
        "- Isle Post: last read never; it brought 14 entries in the last 30 days, 2 of them about the mission. "
        "dns: no address is found."
    )


def test_a_half_blind_watch_says_how_many_of_its_feeds_fail() -> None:
    (told, _) = alarms(replace(ALARM, feed_id=None, kind="half_blind"))

    assert told.subject == "Isle force: 1 of 1 feeds can't be read"
    assert told.body.startswith("HALF BLIND: since 29 Sep 2025 12:00 UTC at least half of the feeds can't be read")


def test_the_end_of_blindness_is_told() -> None:
    (clear, _) = alarms(over=(replace(ALARM, feed_id=None, kind="blind", cleared_at=NOW),))

    assert clear.subject == "Isle force: feeds can be read again"
    assert clear.body.startswith("ALL CLEAR: the watch had been blind since 29 Sep 2025 12:00 UTC")


def test_no_silence_makes_no_alert() -> None:
    assert alarms() == ()


def test_the_proof_of_quiet_says_what_was_polled_read_and_left() -> None:
    done = QuietPeriod(
        NOW - timedelta(hours=24), NOW, feeds=29, polled=28, failing=2, silent=1, entries_seen=900, entries_new=41,
        articles_read=40, articles_relevant=3, claims={"repeats": 5, "stale": 2}, unread=1,
        oldest_unread=NOW - timedelta(hours=3),
    )  # fmt: skip

    assert alerts.proof_of_quiet(done) == (
        "WHAT WAS DONE in the 24 hours to 01 Oct 2025 12:00 UTC\n"
        "Feeds: 29 watched, 28 due and polled, 2 failing now, 1 silent for longer than usual\n"
        "Entries: 900 seen, 41 new\n"
        "Articles: 40 read, 3 about the mission\n"
        "Claims: 5 repeats, 2 stale\n"
        "Waiting to be read: 1; the oldest is of 01 Oct 2025 09:00 UTC"
    )


def test_where_no_feed_could_be_read_the_proof_says_that_this_is_not_quiet() -> None:
    assert "This is not quiet" in alerts.proof_of_quiet(QuietPeriod(NOW, NOW, feeds=2, failing=2))
