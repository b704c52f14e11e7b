"""The past read again: what differs, what is stored for it, and that the board is then what the engine reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline import steps
from pipeline.board.fold import fold, in_force
from pipeline.model import Article, Aspect, Change, Claim, Reading, Stage, Verdict, Watch
from pipeline.model.text import content_id
from pipeline.storage import Store
from tests.storage.builders import (
    NOW,
    RUN,
    WATCH,
    at,
    make_article,
    make_claim,
    make_entry,
    make_fetch,
    make_poll,
    make_watch,
)

DECIDED = "The Council decided on a force of 5,500 people."
LED = "A general from Chad took command of the mission."
VISIT = "Ministers of the region met in the capital for two days."
ENTRIES = [make_entry(name, published=at(day)) for name, day in (("a", "2025-09-28"), ("b", "2025-09-29"))]
ARTICLES = [make_article(ENTRIES[0], f"{DECIDED} {VISIT}"), make_article(ENTRIES[1], f"{LED} {VISIT}")]
POSTED = make_watch()


class Scripted:
    """An engine that reads what the test says: sentences with what is claimed by them."""

    def __init__(self, engine: str, **said: dict[str, Any]) -> None:
        self.engine = engine
        self._said = {"DECIDED": DECIDED, "LED": LED}
        self._script = said

    def read(self, article: Article, watch: Watch) -> Reading:
        claims = [
            self._claim(article, self._said[name], values)
            for name, values in self._script.items()
            if self._said[name] in article.text
        ]
        return Reading(article.article_id, self.engine, relevant=True, reason="", claims=tuple(claims))

    def _claim(self, article: Article, quote: str, values: dict[str, Any]) -> Claim:
        claim = make_claim(article, quote=quote, start=0, end=len(quote), event_date=None, confidence=0.9, **values)
        return replace(claim, claim_id=content_id("claim", self.engine, claim.claim_id))


CEILING = {"aspect": Aspect.STRENGTH, "stage": Stage.DECIDED, "subject": "the ceiling", "value": "5,500 people"}
GENERAL = {"aspect": Aspect.COMMAND, "stage": Stage.IN_EFFECT, "subject": "the commander", "value": "a general of Chad"}
OLD = Scripted("scripted-1", DECIDED=CEILING)


async def read_again(
    reader: Scripted, changes: Sequence[Change], articles: Sequence[Article] = ARTICLES
) -> steps.RereadResult:
    async def assess(batch: Sequence[Article], known: steps.AssessmentInput) -> steps.Assessment:
        return steps.assess(batch, known=known, reader=reader, watch=POSTED, now=NOW)

    return await steps.read_again(articles, changes=changes, engine=reader.engine, assess=assess, now=NOW)


def first_reading(reader: Scripted = OLD) -> tuple[Change, ...]:
    return steps.assess(ARTICLES, known=steps.AssessmentInput(), reader=reader, watch=POSTED, now=NOW).changes


def told(made: steps.RereadResult) -> list[tuple[str, str, str]]:
    return [(d.kind, d.change.aspect.value, d.change.value) for d in made.differences]


def rows(changes: Sequence[Change]) -> dict[Any, Any]:
    return {key: (row.change.stage, row.change.value) for key, row in fold(changes).items()}


async def test_an_engine_that_reads_the_same_changes_nothing() -> None:
    made = await read_again(Scripted("scripted-2", DECIDED=CEILING), first_reading())

    assert (made.differences, made.withdrawals, made.added) == ((), (), ())
    assert [reading.engine for reading in made.readings] == ["scripted-2", "scripted-2"]


async def test_what_the_engine_reads_besides_is_gained() -> None:
    made = await read_again(Scripted("scripted-2", DECIDED=CEILING, LED=GENERAL), first_reading())

    assert told(made) == [("gained", "command", "a general of Chad")]
    assert made.withdrawals == ()


async def test_what_the_engine_does_not_read_any_more_is_lost() -> None:
    made = await read_again(Scripted("scripted-2"), first_reading())

    assert told(made) == [("lost", "strength", "5,500 people")]
    assert [change.verdict for change in made.withdrawals] == [Verdict.WITHDRAWN]


async def test_what_the_engine_reads_otherwise_is_changed_with_both_values() -> None:
    other = CEILING | {"value": "5,500 police and soldiers", "stage": Stage.IN_EFFECT}
    made = await read_again(Scripted("scripted-2", DECIDED=other), first_reading())

    (difference,) = made.differences
    assert difference.before is not None
    assert difference.after is not None
    assert (difference.kind, difference.before.value, difference.after.value) == (
        "changed",
        "5,500 people",
        "5,500 police and soldiers",
    )
    assert difference.after.quote == DECIDED


async def test_the_board_is_then_what_the_engine_reads() -> None:
    new = Scripted("scripted-2", DECIDED=CEILING | {"value": "5,000 people"}, LED=GENERAL)
    stored = first_reading()
    made = await read_again(new, stored)

    assert rows((*stored, *made.withdrawals, *made.added)) == rows(first_reading(new))


async def test_reading_again_once_more_changes_nothing() -> None:
    new = Scripted("scripted-2", LED=GENERAL)
    stored = first_reading()
    made = await read_again(new, stored)
    then = (*stored, *made.withdrawals, *made.added)

    again = await read_again(new, then)

    assert (again.differences, again.withdrawals, again.added) == ((), (), ())


async def test_what_was_changed_by_an_article_without_a_text_stands() -> None:
    bare = [replace(ARTICLES[0], text=""), ARTICLES[1]]
    made = await read_again(Scripted("scripted-2", LED=GENERAL), first_reading(), bare)

    assert told(made) == [("gained", "command", "a general of Chad")]
    assert made.unreadable == 1


async def test_a_change_that_was_taken_back_is_not_on_the_board_to_compare_with() -> None:
    (change,) = first_reading()
    gone = replace(change, change_id=content_id("x"), verdict=Verdict.WITHDRAWN, supersedes=change.change_id)

    made = await read_again(OLD, (change, gone), [])

    assert (in_force((change, gone)), made.differences) == ((), ())


async def test_what_is_stored_makes_the_board_and_no_alert(store: Store) -> None:
    store.add_polls(RUN, [make_poll(*ENTRIES)])
    store.add_fetches(RUN, [make_fetch(e, a) for e, a in zip(ENTRIES, ARTICLES, strict=True)])
    first = steps.assess(
        ARTICLES, known=steps.AssessmentInput(changes=store.load_changes(WATCH)), reader=OLD, watch=POSTED, now=NOW
    )
    store.add_assessment(RUN, WATCH, first.readings, first.judgements, first.alerts, first.silences, first.origins)
    alerts = store.counts(WATCH)["alerts"]
    new = Scripted("scripted-2", DECIDED=CEILING | {"value": "5,000 people"}, LED=GENERAL)
    made = await read_again(new, store.load_changes(WATCH), store.articles_standing(WATCH))

    store.add_reread(RUN, WATCH, made)

    board = {row["aspect"]: (row["value"], row["sources"]) for row in store.board(WATCH)}
    assert board["strength"] == ("5,000 people", 1)
    assert board["command"] == ("a general of Chad", 1)
    assert store.counts(WATCH)["alerts"] == alerts
    assert {row["reason"] for row in store._db.rows("SELECT reason FROM silence")} >= {
        "read in the past again by scripted-2: what is past makes no alert"
    }
    assert store._db.value("SELECT count(*) FROM board") == len(fold(store.load_changes(WATCH)))
