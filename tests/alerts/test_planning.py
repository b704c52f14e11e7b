"""What a rule makes of a change: at once, in the digest, both; again when confirmed; to others when it escalates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from pipeline.alerts.message import from_json
from pipeline.model import AlertRule, AlertTiming, Aspect, Every, Stage, Urgent, Verdict
from tests.alerts.builders import ARTICLE, NOW, RULE, brief, change, planned

NIGHT = datetime(2025, 10, 1, 23, tzinfo=UTC)
QUIET = replace(RULE, quiet=(time(22), time(7)), urgent=Urgent(frozenset({Aspect.LEAD})))


def again(*changes: object, rules: tuple[AlertRule, ...], had: int = 1, has: int = 2) -> list[tuple[str, str]]:
    """What ``plan`` makes of changes that were told before and have more origins now."""
    counts = {one.change_id: (had, has) for one in changes}
    return brief(planned(rules=rules, confirmed=changes, origins=counts))


# -- at once, digest, both -------------------------------------------------------------------


def test_by_default_what_is_sure_is_told_at_once_and_the_rest_in_the_digest() -> None:
    assert brief(planned(change(1), change(2, confidence=0.6))) == [("desk", "alert"), ("desk", "digest_part")]


def test_a_rule_may_put_all_into_its_digest() -> None:
    rule = replace(RULE, when=AlertTiming.DIGEST, digest=Every.WEEKLY)

    (alert,) = planned(change(1), change(2, confidence=0.6), rules=(rule,))

    assert (alert.kind, len(alert.change_ids), alert.due_at) == ("digest_part", 2, datetime(2025, 10, 6, 6, tzinfo=UTC))


def test_a_rule_may_tell_at_once_and_in_the_digest() -> None:
    made = planned(change(), rules=(replace(RULE, when=AlertTiming.BOTH),))

    assert brief(made) == [("desk", "alert"), ("desk", "digest_part")]
    assert made[0].alert_id != made[1].alert_id


def test_a_change_that_one_rule_holds_to_be_sure_is_not_told_as_unsure_by_another() -> None:
    strict = replace(RULE, name="strict", at_once=0.95)

    assert brief(planned(change(), rules=(strict, RULE))) == [("desk", "alert")]


def test_two_rules_that_name_one_channel_tell_a_change_there_once() -> None:
    made = planned(change(), rules=(RULE, replace(RULE, name="second")))

    assert [(alert.channel, alert.change_ids) for alert in made] == [(made[0].channel, (change().change_id,))]


def test_a_rule_may_want_two_origins_before_it_tells_at_once() -> None:
    rule = replace(RULE, origins=2)

    assert brief(planned(change(), rules=(rule,))) == [("desk", "digest_part")]
    assert brief(planned(change(), rules=(rule,), origins={change().change_id: (0, 2)})) == [("desk", "alert")]


def test_two_origins_make_an_unsure_change_sure() -> None:
    unsure = change(confidence=0.6)

    assert brief(planned(unsure, origins={unsure.change_id: (0, 2)})) == [("desk", "alert")]


# -- confirmed -------------------------------------------------------------------------------


def test_an_unsure_change_is_told_at_once_when_it_is_confirmed_and_only_then() -> None:
    unsure = change(confidence=0.6)

    assert again(unsure, rules=(RULE,)) == [("desk", "confirmed")]
    assert again(unsure, rules=(RULE,), had=2, has=3) == []


def test_a_change_that_was_told_at_once_is_not_told_again_when_confirmed() -> None:
    assert again(change(), rules=(RULE,)) == []


def test_what_one_rule_told_at_once_is_not_told_to_the_same_channel_when_another_holds_it_confirmed() -> None:
    strict = replace(RULE, name="strict", at_once=0.95)

    assert again(change(), rules=(strict, RULE)) == []
    assert again(change(), rules=(strict,)) == [("desk", "confirmed")]


def test_a_rule_that_wants_three_origins_tells_with_the_third() -> None:
    rule = replace(RULE, origins=3)

    assert again(change(), rules=(rule,), had=1, has=2) == []
    assert again(change(), rules=(rule,), had=2, has=3) == [("desk", "confirmed")]


def test_a_rule_that_tells_in_its_digest_alone_tells_there_that_it_was_confirmed_with_a_key_of_its_own() -> None:
    rule, unsure = replace(RULE, when=AlertTiming.DIGEST), change(confidence=0.6)
    (first,) = planned(unsure, rules=(rule,))
    (second,) = planned(rules=(rule,), confirmed=[unsure], origins={unsure.change_id: (1, 2)})

    assert (first.kind, second.kind) == ("digest_part", "digest_part")
    assert first.alert_id != second.alert_id


# -- quiet hours -----------------------------------------------------------------------------


def test_a_change_at_night_waits_for_the_morning() -> None:
    (alert,) = planned(change(), rules=(QUIET,), now=NIGHT)

    assert (alert.planned_at, alert.due_at, alert.urgent) == (NIGHT, datetime(2025, 10, 2, 7, tzinfo=UTC), False)


def test_an_urgent_change_goes_out_at_night() -> None:
    (alert,) = planned(change(aspect=Aspect.LEAD), rules=(QUIET,), now=NIGHT)

    assert (alert.due_at, alert.urgent) == (None, True)


def test_one_vote_stays_one_message_where_one_of_its_changes_is_urgent() -> None:
    (alert,) = planned(*(change(n) for n in range(3)), change(9, aspect=Aspect.LEAD), rules=(QUIET,), now=NIGHT)

    assert (len(alert.change_ids), alert.urgent) == (4, True)


def test_an_unsure_change_is_not_urgent_enough() -> None:
    (alert,) = planned(change(aspect=Aspect.LEAD, confidence=0.6), rules=(QUIET,), now=NIGHT)

    assert (alert.kind, alert.urgent) == ("digest_part", False)


def test_rules_with_other_hours_make_other_messages_and_the_earlier_of_two_tells() -> None:
    quiet = replace(QUIET, urgent=None)
    night = replace(RULE, name="night", aspects=frozenset({Aspect.LEAD}))

    made = planned(change(1), change(2, aspect=Aspect.LEAD), rules=(quiet, night), now=NIGHT)

    assert [(a.rule, a.change_ids, a.due_at) for a in made] == [
        ("desk", (change(1).change_id,), datetime(2025, 10, 2, 7, tzinfo=UTC)),
        ("night", (change(2).change_id,), None),
    ]


# -- escalation ------------------------------------------------------------------------------

ESCALATES = replace(RULE, escalate_to=("file:boss",))


def test_a_second_origin_is_told_to_those_that_the_rule_escalates_to() -> None:
    assert again(change(), rules=(ESCALATES,)) == [("boss", "corroborated")]
    assert again(change(), rules=(ESCALATES,), had=2, has=3) == []


def test_a_dispute_and_its_end_are_told_to_them_too() -> None:
    dispute = change(1, verdict=Verdict.DISPUTES, disputed_value="5,000")
    end = change(2, verdict=Verdict.REVISES, supersedes=dispute.change_id)

    assert brief(planned(dispute, rules=(ESCALATES,))) == [("desk", "alert"), ("boss", "disputed")]
    made = planned(end, rules=(ESCALATES,), before={dispute.change_id: dispute})
    assert brief(made) == [("desk", "alert"), ("boss", "settled")]


def test_an_ordinary_change_is_not_escalated() -> None:
    assert brief(planned(change(), rules=(ESCALATES,))) == [("desk", "alert")]


# -- the message -----------------------------------------------------------------------------


def test_the_message_quotes_what_stood_before_and_says_how_many_say_so() -> None:
    old = change(1, quote="The ceiling is 2,500.", stage=Stage.DECIDED)
    new = change(2, supersedes=old.change_id, quote="The ceiling is 5,550.")

    (alert,) = planned(new, before={old.change_id: old}, origins={new.change_id: (0, 3)})

    (section,) = from_json(alert.message).sections
    assert (section.before_quote, section.after_quote) == ("The ceiling is 2,500.", "The ceiling is 5,550.")
    assert "3 independent origins" in alert.body


def test_a_change_of_one_subjects_row_quotes_the_sentence_that_stood_there() -> None:
    first = change(1, subject="ceiling", quote="The ceiling is 1,000.", value="1,000")
    old = change(2, subject="ceiling", quote="The ceiling is 2,500.", value="2,500")
    new = change(3, subject="ceiling", before_stage=Stage.DECIDED, before_value="2,500")
    known = {one.change_id: one for one in (first, old, new)}

    (alert,) = planned(new, before=known)

    (section,) = from_json(alert.message).sections
    assert (section.before_quote, section.before_source) == ("The ceiling is 2,500.", "Times, 30 Sep 2025")


def test_the_same_changes_have_the_same_key_at_any_time_and_another_for_each_kind() -> None:
    kinds = [planned(change(), rules=(replace(RULE, when=when),), now=NOW + timedelta(hours=h))
             for when, h in ((AlertTiming.BOTH, 0), (AlertTiming.BOTH, 5), (AlertTiming.AT_ONCE, 1))]  # fmt: skip

    assert [a.alert_id for a in kinds[0]] == [a.alert_id for a in kinds[1]]
    assert kinds[2][0].alert_id == kinds[0][0].alert_id
    assert ARTICLE.url in kinds[0][0].body
