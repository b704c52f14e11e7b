"""A row that goes back and forth is told once, then once that it flaps, then again when it has settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from pipeline.alerts import plan, settled_alerts, settled_changes
from pipeline.model import AlertKind, AlertRule, AlertTiming, Change, Mute, Stage, Verdict
from pipeline.model.text import content_id
from tests.alerts.builders import ARTICLE, NOW, RULE, brief, change, watch_of

HOUR = timedelta(hours=1)
STAYS, LEAVES = (Stage.IN_EFFECT, "stays"), (Stage.DECIDED, "leaves")


def row(*values: str, every: timedelta = HOUR, first: tuple[Stage, str] = STAYS) -> list[Change]:
    """The changes of one row, one each hour from ``NOW`` on; before them stood ``first``."""
    made: list[Change] = []
    for number, value in enumerate(values):
        stage, said = made[-1].stage if made else first[0], made[-1].value if made else first[1]
        made.append(
            change(
                number,
                subject="Kenya",
                stage=LEAVES[0] if value == LEAVES[1] else STAYS[0],
                value=value,
                before_stage=stage,
                before_value=said,
                known_at=NOW + number * every,
                verdict=Verdict.REVISES,
            )
        )
    return made


BACK_AND_FORTH = row("leaves", "stays", "leaves", "stays")


def told(changes: Sequence[Change], *rules: AlertRule) -> list[list[tuple[str, str]]]:
    """What is told of each of ``changes``, planned one after another."""
    watch = watch_of(*rules)
    found = []
    for number, one in enumerate(changes):
        before = {c.change_id: c for c in changes[: number + 1]}
        found.append(brief(list(plan([one], {ARTICLE.article_id: ARTICLE}, watch, one.known_at, before=before)[0])))
    return found


def settled(changes: Sequence[Change], hours: float, *rules: AlertRule, mutes: Sequence[Mute] = ()) -> list:
    """What is told of it so many hours after the last change."""
    now = changes[-1].known_at + hours * HOUR
    return list(settled_alerts(changes, {ARTICLE.article_id: ARTICLE}, {}, watch_of(*rules), now, mutes))


# -- while it flaps --------------------------------------------------------------------------


def test_what_goes_back_and_forth_is_told_once_and_then_once_as_flapping() -> None:
    assert told(BACK_AND_FORTH) == [[("desk", "alert")], [("desk", "flapping")], [], []]


def test_the_flapping_message_has_the_change_and_says_what_comes_next() -> None:
    before = {one.change_id: one for one in BACK_AND_FORTH[:2]}

    ((alert,), _) = plan(BACK_AND_FORTH[1:2], {}, watch_of(), NOW, before=before)

    assert alert.subject.startswith("flapping: Haiti: ")
    assert alert.body.startswith("FLAPPING: within 24 hours this went back to what was so before.")
    assert "when it has stood for 24 hours." in alert.body
    assert "Kenya: leaves (decided) became stays (in effect)" in alert.body


def test_what_is_not_told_has_the_flapping_as_its_reason() -> None:
    before = {one.change_id: one for one in BACK_AND_FORTH[:3]}

    alerts, (silence,) = plan(BACK_AND_FORTH[2:3], {}, watch_of(), NOW, before=before)

    assert alerts == ()
    assert silence.reason == "flapping: told once already, and again when it has stood for 24 hours (rule 'desk')"


def test_a_new_value_is_news_though_the_row_flaps() -> None:
    assert told(row("leaves", "stays", "reduces"))[-1] == [("desk", "alert")]


def test_a_row_that_goes_back_after_days_does_not_flap() -> None:
    assert told(row("leaves", "stays", "leaves", every=25 * HOUR)) == [[("desk", "alert")]] * 3


def test_a_dispute_and_its_end_do_not_flap() -> None:
    opened = replace(row("stays")[0], verdict=Verdict.DISPUTES, disputed_value="leaves")
    ended = replace(row("leaves", "stays")[1], verdict=Verdict.REVISES)

    assert told([opened, ended]) == [[("desk", "alert")], [("desk", "alert")]]


def test_what_was_taken_back_was_never_said() -> None:
    first, second, third = row("leaves", "stays", "leaves")
    gone = change(9, verdict=Verdict.WITHDRAWN, supersedes=second.change_id, known_at=NOW)
    known = {one.change_id: one for one in (first, second, gone, third)}

    assert brief(list(plan([third], {}, watch_of(), NOW, before=known)[0])) == [("desk", "alert")]


def test_a_rule_that_did_not_take_the_first_change_is_told_the_second() -> None:
    effects = replace(RULE, stages=frozenset({Stage.IN_EFFECT}))

    assert told(BACK_AND_FORTH, effects) == [[], [("desk", "alert")], [], [("desk", "alert")]]


def test_a_rule_may_be_told_of_each_change() -> None:
    assert told(BACK_AND_FORTH, replace(RULE, flapping=None)) == [[("desk", "alert")]] * 4


def test_a_digest_has_a_row_that_flaps_as_often_as_an_alert_would() -> None:
    digest = replace(RULE, when=AlertTiming.DIGEST)

    assert told(BACK_AND_FORTH, digest) == [[("desk", "digest_part")], [("desk", "digest_part")], [], []]


# -- when it has settled ---------------------------------------------------------------------


def test_when_it_has_stood_for_a_day_it_is_told_with_how_often_it_changed() -> None:
    assert settled(BACK_AND_FORTH, 23.9) == []
    (alert,) = settled(BACK_AND_FORTH, 24)

    assert (alert.channel, alert.kind, alert.change_ids) == (
        "file:desk",
        AlertKind.SETTLED,
        (BACK_AND_FORTH[-1].change_id,),
    )
    assert alert.subject.startswith("settled: Haiti: ")
    assert alert.body.startswith(
        "SETTLED: this changed 4 times, back and forth, from 01 Oct 2025 12:00 to 01 Oct 2025 15:00 UTC. "
        "For 24 hours since then it has been as told here."
    )


def test_it_is_told_with_one_key_and_is_news_for_a_week() -> None:
    assert settled(BACK_AND_FORTH, 24)[0].alert_id == settled(BACK_AND_FORTH, 48)[0].alert_id
    assert settled(BACK_AND_FORTH, 24 + 7 * 24 + 1) == []


def test_a_row_that_ends_with_news_has_nothing_to_settle() -> None:
    assert settled(row("leaves", "stays", "reduces"), 30) == []
    assert settled(row("leaves"), 30) == []


def test_what_is_muted_settles_without_a_word() -> None:
    mute = Mute(content_id("mute", 1), "haiti", NOW + timedelta(days=9), NOW, "ann")

    assert settled(BACK_AND_FORTH, 24, mutes=[mute]) == []


def test_the_changes_that_settled_are_named_for_their_articles() -> None:
    now = BACK_AND_FORTH[-1].known_at + 24 * HOUR

    assert settled_changes(BACK_AND_FORTH, watch_of(), now) == [BACK_AND_FORTH[-1]]
    assert settled_changes(BACK_AND_FORTH, watch_of(replace(RULE, flapping=None)), now) == []
