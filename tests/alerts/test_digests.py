"""What is due of one channel goes out as one message, with a key that stays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from uuid import UUID

from pipeline.alerts import gather
from pipeline.model import Alert, AlertKind, AlertTiming
from tests.alerts.builders import ARTICLE, NOW, RULE, change, planned, watch_of

DIGEST = replace(RULE, when=AlertTiming.DIGEST)
OTHER = replace(DIGEST, name="other", channels=("file:desk", "file:office"))
UNSURE = replace(RULE, at_once=1.0)
MORNING = datetime(2025, 10, 2, 6, tzinfo=UTC)
CHANGES = {one.change_id: one for one in map(change, range(6))}


def parts(*numbers: int, rule: object = DIGEST) -> list[Alert]:
    return [planned(change(number), rules=(rule,))[0] for number in numbers]


def digests(
    waiting: list[Alert],
    *,
    now: datetime = MORNING,
    rules: tuple = (DIGEST,),
    confirmed: Mapping[str, Collection[UUID]] | None = None,
) -> list[Alert]:
    articles = {ARTICLE.article_id: ARTICLE}
    return list(gather(waiting, CHANGES, articles, {}, watch_of(*rules), now, "WHAT WAS DONE", confirmed))


def test_the_parts_of_one_channel_are_one_message() -> None:
    waiting = parts(1, 2, 3)

    (digest,) = digests(waiting)

    assert (digest.kind, digest.channel, digest.parts) == (
        AlertKind.DIGEST,
        "file:desk",
        tuple(p.alert_id for p in waiting),
    )
    assert digest.change_ids == tuple(change(n).change_id for n in (1, 2, 3))
    assert all(f"ceiling {n}: 5,550" in digest.body for n in (1, 2, 3))


def test_it_ends_with_what_was_done() -> None:
    assert digests(parts(1))[0].body.endswith("WHAT WAS DONE")


def test_rules_that_share_a_channel_share_its_digest_and_other_channels_have_their_own() -> None:
    shared, office = planned(change(4), rules=(OTHER,))

    made = digests([*parts(1), shared, office], rules=(DIGEST, OTHER))

    assert [(d.channel, len(d.change_ids)) for d in made] == [("file:desk", 2), ("file:office", 1)]


def test_a_change_that_two_parts_tell_stands_in_it_once() -> None:
    again = replace(parts(1)[0], alert_id=change(5).change_id)

    assert digests([*parts(1), again])[0].change_ids == (change(1).change_id,)


def test_its_key_is_that_of_its_parts_in_any_order_and_at_any_time() -> None:
    (one,) = digests(parts(1, 2))
    (other,) = digests(parts(2, 1), now=MORNING.replace(hour=9))

    assert one.alert_id == other.alert_id
    assert digests(parts(1))[0].alert_id != one.alert_id


def test_no_digest_is_made_within_quiet_hours() -> None:
    quiet = replace(DIGEST, quiet=(time(22), time(7)))

    assert digests(parts(1), rules=(quiet,)) == []
    assert len(digests(parts(1), rules=(quiet,), now=MORNING.replace(hour=7))) == 1


def test_what_has_been_told_as_confirmed_since_is_not_told_as_uncertain_too() -> None:
    told = {"file:desk": {change(1).change_id}, "file:office": {change(2).change_id}}

    unsure = parts(1, 2, rule=UNSURE)

    (digest,) = digests(unsure, rules=(UNSURE,), confirmed=told)

    assert digest.change_ids == (change(2).change_id,)
    assert digests(unsure[:1], rules=(UNSURE,), confirmed=told) == []


def test_a_rule_that_wants_a_digest_beside_its_alerts_gets_it_whole() -> None:
    told = {"file:desk": {change(1).change_id}}
    both = replace(DIGEST, when=AlertTiming.BOTH)

    (digest,) = digests(parts(1, 2, rule=both), rules=(both,), confirmed=told)

    assert digest.change_ids == (change(1).change_id, change(2).change_id)


def test_no_parts_make_no_digest() -> None:
    assert digests([]) == []


def test_sure_and_unsure_changes_stand_in_one_digest() -> None:
    unsure = planned(change(2, confidence=0.55), rules=(RULE,))

    (digest,) = digests([*parts(1), *unsure])

    assert len(digest.change_ids) == 2
    assert NOW < MORNING
