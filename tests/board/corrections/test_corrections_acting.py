"""What a mark does at once: to the board, which is always the fold, to the alerts that told of it, to what waits."""

from __future__ import annotations

import pytest

from pipeline.board.corrections import CorrectionKind, Labels
from pipeline.model import AlertKind, Aspect, Stage
from pipeline.model.errors import StorageError, UsageError
from tests.board.corrections.world import CHIEF, DECIDED, LED, SAID, TALK, VOTE, World, article
from tests.storage.builders import at

CEILING, GENERAL = ("decided", "5,500 people"), ("in_effect", "a general of Chad")


# -- wrong, duplicate, not this mission ------------------------------------------------------------


@pytest.mark.parametrize("kind", [CorrectionKind.WRONG, CorrectionKind.DUPLICATE, CorrectionKind.NOT_THIS_MISSION])
def test_a_change_that_is_spoken_against_is_off_the_board(world: World, kind: CorrectionKind) -> None:
    world.reads(VOTE, CHIEF)

    outcome = world.says(kind, world.change(Aspect.STRENGTH).change_id)

    assert world.board == {"command/commander": GENERAL}
    assert outcome.told[0] == "Taken back: strength: the ceiling: 5,500 people (decided)."


def test_who_was_told_of_a_wrong_change_is_told_that_it_is_taken_back(world: World) -> None:
    world.reads(VOTE).told()

    world.says(CorrectionKind.WRONG, world.change(Aspect.STRENGTH).change_id, "that was a proposal")

    assert world.waiting() == ["RECALL: Haiti: strength decided: 5,500 people"]
    body = world.store._db.value("SELECT body FROM alert WHERE kind = 'recall'")
    assert "what we made of it was marked wrong by ana on" in body
    assert "that was a proposal" in body
    (row,) = world.store._db.rows("SELECT old_sentence, reason, state FROM recalls")
    assert (row["old_sentence"], row["state"]) == (DECIDED, "pending")


def test_an_alert_that_nobody_has_got_yet_is_withdrawn(world: World) -> None:
    world.reads(VOTE)

    world.says(CorrectionKind.WRONG, world.change(Aspect.STRENGTH).change_id)

    assert world.waiting() == []
    assert world.store.alerts_due("haiti", world.time, 9) == []


def test_a_duplicate_goes_quietly(world: World) -> None:
    world.reads(VOTE).told()

    world.says(CorrectionKind.DUPLICATE, world.change(Aspect.STRENGTH).change_id)

    assert world.board == {}
    assert world.waiting() == []


def test_what_others_say_too_goes_with_a_change_that_is_wrong(world: World) -> None:
    world.reads(VOTE, article("again", DECIDED, LED, feed="post", day="2025-09-29"))

    outcome = world.says(CorrectionKind.WRONG, world.change(Aspect.STRENGTH).change_id)

    assert "strength/ceiling" not in world.board
    assert len(outcome.correction.anchors) == 2


def test_a_change_stands_that_another_sentence_holds_where_only_one_claim_is_wrong(world: World) -> None:
    world.reads(VOTE, article("again", DECIDED, feed="post", day="2025-09-29"))
    change = world.change(Aspect.STRENGTH)

    outcome = world.says(CorrectionKind.WRONG, change.claim_id)

    assert world.board == {"strength/ceiling": CEILING}
    assert outcome.told[0].startswith("It stands, since another sentence says so")


def test_a_later_article_may_still_tell_what_was_marked_wrong_before(world: World) -> None:
    world.reads(VOTE)
    world.says(CorrectionKind.WRONG, world.change(Aspect.STRENGTH).change_id)

    world.reads(article("later", DECIDED, feed="post", day="2025-10-05"))

    assert world.board == {"strength/ceiling": CEILING}


def test_an_article_about_something_else_takes_all_of_its_changes_back(world: World) -> None:
    both = article("both", DECIDED, LED)
    world.reads(both)

    world.says(CorrectionKind.NOT_THIS_MISSION, both.url)

    assert world.board == {}


def test_a_doubtful_claim_that_is_wrong_waits_no_more_for_a_second_origin(world: World) -> None:
    world.reads(TALK)
    world.says(CorrectionKind.WRONG, world.claim(Aspect.CONTRIBUTORS))

    assert world.store.load_uncertain("haiti", at("2025-01-01")) == []
    assert world.verdicts(Aspect.CONTRIBUTORS)[0][0] == "irrelevant"


def test_a_mark_is_stored_with_all_that_comes_of_it_or_not_at_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.reads(VOTE)

    def killed(db: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr("pipeline.storage.queries.corrections.rebuild_support", killed)
    with pytest.raises(StorageError):
        world.says(CorrectionKind.WRONG, world.change(Aspect.STRENGTH).change_id)

    assert world.store.load_corrections("haiti") == []
    assert world.board == {"strength/ceiling": CEILING}


# -- confirmed, relabelled -------------------------------------------------------------------------


def test_a_doubtful_claim_that_is_confirmed_makes_its_change_and_its_alert_now(world: World) -> None:
    world.reads(TALK)
    assert world.board == {}

    world.says(CorrectionKind.CONFIRMED, world.claim(Aspect.CONTRIBUTORS), "the minister told me")

    assert world.board == {"contributors/chad": ("planned", "400 soldiers")}
    assert world.waiting() == ["Haiti: contributors planned: 400 soldiers"]
    verdict, reason = world.verdicts(Aspect.CONTRIBUTORS)[0]
    assert (verdict, "confirmed by ana on" in reason, "the minister told me" in reason) == ("new", True, True)


def test_a_change_that_was_too_unsure_to_be_told_at_once_is_told_when_confirmed(world: World) -> None:
    from tests.board.corrections.world import CEILING as SAYS
    from tests.board.corrections.world import Engine

    world.reads(VOTE, engine=Engine("shy", {DECIDED: SAYS | {"confidence": 0.6}}))
    kinds = "SELECT kind FROM alert ORDER BY kind"
    assert [row["kind"] for row in world.store._db.rows(kinds)] == [AlertKind.DIGEST_PART]

    outcome = world.says(CorrectionKind.CONFIRMED, world.change(Aspect.STRENGTH).change_id)

    assert [row["kind"] for row in world.store._db.rows(kinds)] == [AlertKind.ALERT, AlertKind.DIGEST_PART]
    assert outcome.told == (
        "It stands: strength: the ceiling: 5,500 people (decided).",
        "Due, since it is sure now: 1 alert.",
    )


def test_who_confirms_what_was_told_bothers_nobody(world: World) -> None:
    world.reads(VOTE).told()

    world.says(CorrectionKind.CONFIRMED, world.change(Aspect.STRENGTH).change_id)

    assert world.waiting() == []
    assert world.board == {"strength/ceiling": CEILING}


def test_a_change_that_was_wrong_and_is_then_confirmed_is_on_the_board_again(world: World) -> None:
    world.reads(VOTE)
    change = world.change(Aspect.STRENGTH)
    world.says(CorrectionKind.WRONG, change.change_id)

    world.says(CorrectionKind.CONFIRMED, change.claim_id)

    assert world.board == {"strength/ceiling": CEILING}


def test_a_relabelled_change_is_taken_back_and_the_persons_joins(world: World) -> None:
    world.reads(VOTE).told()

    world.says(CorrectionKind.RELABELLED, world.change(Aspect.STRENGTH).change_id, labels=Labels(stage=Stage.PROPOSED))

    assert world.board == {"strength/ceiling": ("proposed", "5,500 people")}
    assert sorted(world.waiting()) == [
        "Haiti: strength proposed: 5,500 people",
        "RECALL: Haiti: strength decided: 5,500 people",
    ]
    assert world.change(Aspect.STRENGTH).quote == DECIDED


def test_old_news_that_is_confirmed_does_not_undo_later_news(world: World) -> None:
    from tests.board.corrections.world import OFFER, Engine

    more = "Chad has sent 700 soldiers, its defence minister said."
    sure = Engine("first", {SAID: OFFER, more: OFFER | {"value": "700 soldiers", "confidence": 0.9}})
    world.reads(TALK, article("sent", more, day="2025-10-05"), engine=sure)
    before = world.board
    old = world.store._db.value("SELECT claim_id FROM claim WHERE value = '400 soldiers'")

    outcome = world.says(CorrectionKind.CONFIRMED, old)

    assert world.board == before
    assert "later news" in outcome.told[-1] or "already" in outcome.told[-1] or "No change" in outcome.told[-1]


# -- pins ------------------------------------------------------------------------------------------


def test_a_pinned_row_keeps_the_persons_value_whatever_is_read_until_it_is_unpinned(world: World) -> None:
    world.reads(CHIEF).ran(at("2025-09-30"))
    world.says(CorrectionKind.PINNED, "strength/ceiling", labels=Labels(value="5,000 people", stage=Stage.DECIDED))

    world.reads(article("second", DECIDED, day="2025-10-01"))
    assert world.board["strength/ceiling"] == ("decided", "5,000 people")
    assert world.verdicts(Aspect.STRENGTH)[0][1].startswith("pinned by ana on")

    world.says(CorrectionKind.UNPINNED, "strength/ceiling")
    world.reads(article("third", DECIDED, feed="radio", day="2025-10-20"))
    assert world.board["strength/ceiling"] == CEILING


def test_a_pin_of_what_the_board_says_quotes_its_sentence_and_makes_no_alert(world: World) -> None:
    world.reads(VOTE).told()

    world.says(CorrectionKind.PINNED, world.change(Aspect.STRENGTH).change_id, note="")

    assert (world.change(Aspect.STRENGTH).quote, world.waiting()) == (DECIDED, [])
    assert world.store._db.value("SELECT count(*) FROM silence WHERE reason LIKE '%a pin makes no alert'") == 1


def test_a_claim_that_a_pin_held_back_may_be_wrong_and_the_pin_stays(world: World) -> None:
    world.reads(VOTE)
    world.says(CorrectionKind.PINNED, "strength/ceiling", labels=Labels(value="5,000 people"))
    again = article("again", DECIDED, feed="post", day="2025-10-20")
    world.reads(again)

    world.says(CorrectionKind.NOT_THIS_MISSION, again.url)

    assert world.board == {"strength/ceiling": ("decided", "5,000 people")}


def test_what_no_sentence_says_is_pinned_with_a_note_only(world: World) -> None:
    world.reads(VOTE)

    with pytest.raises(UsageError, match="No sentence says what you pin"):
        world.says(CorrectionKind.PINNED, "strength/ceiling", note="", labels=Labels(value="9"))


def test_a_row_that_the_baseline_made_can_be_pinned(world: World) -> None:
    world.says(
        CorrectionKind.PINNED, "lead/the mission's lead", labels=Labels(value="led by nobody", stage=Stage.ENDED)
    )

    assert ("ended", "led by nobody") in world.board.values()


# -- undoing ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [CorrectionKind.WRONG, CorrectionKind.DUPLICATE, CorrectionKind.NOT_THIS_MISSION])
def test_what_was_taken_back_stands_again_when_the_mark_is_undone(world: World, kind: CorrectionKind) -> None:
    world.reads(VOTE).told()
    outcome = world.says(kind, world.change(Aspect.STRENGTH).change_id)

    world.undoes(outcome)

    assert world.board == {"strength/ceiling": CEILING}
    assert not world.corrections


def test_who_got_a_recall_is_told_that_it_stands_again(world: World) -> None:
    world.reads(VOTE).told()
    outcome = world.says(CorrectionKind.WRONG, world.change(Aspect.STRENGTH).change_id)
    world.told()

    world.undoes(outcome)

    assert world.waiting() == ["Haiti: strength decided: 5,500 people"]


def test_what_went_quietly_comes_back_quietly(world: World) -> None:
    world.reads(VOTE).told()

    world.undoes(world.says(CorrectionKind.DUPLICATE, world.change(Aspect.STRENGTH).change_id))

    assert world.waiting() == []


def test_what_was_withdrawn_before_anybody_got_it_is_told_when_it_stands_again(world: World) -> None:
    world.reads(VOTE)

    world.undoes(world.says(CorrectionKind.WRONG, world.change(Aspect.STRENGTH).change_id))

    assert world.waiting() == ["Haiti: strength decided: 5,500 people"]


def test_an_undone_pin_lets_what_stood_before_stand_again(world: World) -> None:
    world.reads(VOTE)
    outcome = world.says(CorrectionKind.PINNED, "strength/ceiling", labels=Labels(value="5,000 people"))

    world.undoes(outcome)

    assert world.board == {"strength/ceiling": CEILING}


def test_an_undone_relabelling_brings_the_engines_change_back(world: World) -> None:
    world.reads(VOTE)
    change = world.change(Aspect.STRENGTH)
    outcome = world.says(CorrectionKind.RELABELLED, change.change_id, labels=Labels(aspect=Aspect.MANDATE))
    assert list(world.board) == ["mandate/ceiling"]

    world.undoes(outcome)

    assert world.board == {"strength/ceiling": CEILING}


def test_an_undone_confirmation_takes_the_change_that_it_made_back(world: World) -> None:
    world.reads(TALK)
    outcome = world.says(CorrectionKind.CONFIRMED, world.claim(Aspect.CONTRIBUTORS))

    world.undoes(outcome)

    assert world.board == {}


# -- what can't be marked --------------------------------------------------------------------------


def test_what_is_not_there_says_where_ids_are(world: World) -> None:
    with pytest.raises(UsageError, match="no change, claim, article or row of the board"):
        world.says(CorrectionKind.WRONG, "5f0c8a52")


def test_the_baseline_is_mended_in_its_own_file(world: World) -> None:
    baseline = world.store._db.value("SELECT change_id FROM change WHERE verdict = 'baseline'")

    with pytest.raises(UsageError, match=r"baseline\.toml"):
        world.says(CorrectionKind.WRONG, baseline)


def test_an_article_as_a_whole_can_not_be_wrong(world: World) -> None:
    world.reads(VOTE)

    with pytest.raises(UsageError, match="may say several things"):
        world.says(CorrectionKind.WRONG, VOTE.url)


def test_who_relabels_says_as_what(world: World) -> None:
    world.reads(VOTE)

    with pytest.raises(UsageError, match="Nothing says what the sentence should count as"):
        world.says(CorrectionKind.RELABELLED, world.change(Aspect.STRENGTH).change_id)
