"""What if: the alerts that another configuration or engine would have gained and lost over the same past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from reading.worlds import a_claim, a_reading, a_watch, an_article, later

from pipeline.lab.backtest import Came, Compared, Difference, Side, compared
from pipeline.model import AlertRule, Article, Aspect, Change, Name, Reading, Stage, Verdict, Watch

CEILING = "The Council set the ceiling of the mission at 5,500 people."
GENERAL = "A general of Chad took command of the mission in the capital."
MONEY = "Canada promised 20 million dollars for the mission at a meeting in Ottawa."
TERM = "The Council extended the mandate of the mission until 31 March 2026."

SAYS: dict[str, dict[str, Any]] = {
    CEILING: {"confidence": 0.9, "value": "5,500 people"},
    GENERAL: {"confidence": 0.65, "aspect": Aspect.COMMAND, "stage": Stage.IN_EFFECT, "subject": "commander"},
    MONEY: {"confidence": 0.55, "aspect": Aspect.FUNDING, "stage": Stage.PLANNED, "subject": "Canada"},
    TERM: {"confidence": 0.58, "aspect": Aspect.MANDATE, "subject": "mandate", "value": "until 2026-03-31"},
}


class Scripted:
    """An engine that reads the sentences of this file as ``says`` has it, and counts what it reads."""

    def __init__(self, says: dict[str, dict[str, Any]] = SAYS, engine: str = "scripted-1") -> None:
        self.engine = engine
        self.read_so_far = 0
        self._says = says

    def read(self, article: Article, watch: Watch) -> Reading:
        self.read_so_far += 1
        claims = [
            a_claim(quote, article=article, **says) for quote, says in self._says.items() if quote in article.text
        ]
        return a_reading(article, *claims)


def ruled(**values: Any) -> Watch:
    """The watch with one rule, "all", that is set so."""
    return replace(a_watch(), rules=(AlertRule("all", channels=("file",), **values),))


def came(*quotes: str, outlets: Sequence[str] = ("Isle Post",)) -> list[Came]:
    """An article a day, each with one sentence."""
    articles = [
        an_article(quote, at=later(day), outlet=outlets[day % len(outlets)]) for day, quote in enumerate(quotes)
    ]
    return [Came(article, article.published) for article in articles]


PAST = came(CEILING, GENERAL, MONEY, TERM)


def what_if(one: Watch, other: Watch, past: Sequence[Came] = PAST, **more: Any) -> Compared:
    return compared(past, Side(one, Scripted()), Side(other, Scripted()), **more)


def listed(made: Compared) -> list[tuple[str, str, str]]:
    return [(d.kind, d.reported.change.quote, d.reason) for d in made.differences]


def due(difference: Difference) -> tuple[list[tuple[str, datetime]], list[tuple[str, datetime]]]:
    """How and when each side tells it."""
    assert difference.before is not None
    assert difference.after is not None
    before, after = ([(str(t.kind), t.due) for t in side.tellings] for side in (difference.before, difference.after))
    return before, after


# -- rules and thresholds ------------------------------------------------------------------------


def test_of_two_thresholds_exactly_the_alerts_between_them_are_lost() -> None:
    made = what_if(ruled(min_confidence=0.5), ruled(min_confidence=0.6))

    assert listed(made) == [
        ("lost", MONEY, "confidence 0.55 is under the 0.60 of rule 'all'"),
        ("lost", TERM, "confidence 0.58 is under the 0.60 of rule 'all'"),
    ]
    assert (made.told, made.same, made.articles) == ((4, 2), 2, 4)


def test_the_other_way_round_they_are_gained() -> None:
    made = what_if(ruled(min_confidence=0.6), ruled(min_confidence=0.5))

    assert [(kind, quote) for kind, quote, _ in listed(made)] == [("gained", MONEY), ("gained", TERM)]


def test_of_two_like_configurations_nothing_differs() -> None:
    made = what_if(ruled(), replace(ruled(), feeds=(), rules=(AlertRule("another name", channels=("file",)),)))

    assert (made.differences, made.same) == ((), 4)


def test_rules_for_other_aspects_and_stages_gain_and_lose_what_they_take() -> None:
    made = what_if(ruled(aspects=frozenset({Aspect.COMMAND})), ruled(stages=frozenset({Stage.PLANNED})))

    assert listed(made) == [
        ("lost", GENERAL, "rule 'all' does not take the stage in effect"),
        ("gained", MONEY, "rule 'all' does not take the aspect funding"),
    ]


def test_what_is_told_at_once_in_place_of_in_the_digest_is_told_otherwise() -> None:
    (difference,) = what_if(ruled(at_once=0.7), ruled(at_once=0.6)).differences

    assert (difference.kind, difference.reported.change.quote) == ("otherwise", GENERAL)
    assert due(difference) == (
        [("digest_part", datetime.fromisoformat("2025-10-02T06:00+00:00"))],
        [("alert", datetime.fromisoformat("2025-10-01T18:00+00:00"))],
    )


def test_another_channel_is_told_otherwise() -> None:
    one, other = (replace(a_watch(), rules=(AlertRule("all", channels=(name,)),)) for name in ("file", "file:desk"))

    assert [d.kind for d in what_if(one, other).differences] == ["otherwise"] * 4


def test_a_second_origin_confirms_from_the_day_on_which_it_says_so_and_not_before() -> None:
    twice = came(GENERAL, TERM, GENERAL, outlets=("Isle Post", "Isle Post", "Harbour Times"))
    gone_by = datetime.fromisoformat("2025-10-01T00:00+00:00")
    one, other = ruled(at_once=0.7), ruled(at_once=0.6)

    (early,) = what_if(one, other, [one for one in twice if one.at < gone_by]).differences
    (late,) = what_if(one, other, twice).differences

    assert [kind for kind, _ in due(early)[0]] == ["digest_part"]
    assert due(late) == (
        [
            ("digest_part", datetime.fromisoformat("2025-10-01T06:00+00:00")),
            ("confirmed", datetime.fromisoformat("2025-10-02T18:00+00:00")),
        ],
        [("alert", datetime.fromisoformat("2025-09-30T18:00+00:00"))],
    )


def test_what_was_told_before_the_time_asked_for_is_left_out_and_known_all_the_same() -> None:
    again = came(MONEY, TERM, MONEY)
    since = datetime.fromisoformat("2025-10-01T12:00+00:00")

    made = what_if(ruled(min_confidence=0.5), ruled(min_confidence=0.6), again, since=since)

    assert [(kind, quote) for kind, quote, _ in listed(made)] == [("lost", TERM)]
    assert made.told == (1, 0)


# -- reading -------------------------------------------------------------------------------------


def test_where_only_rules_differ_each_article_is_read_once() -> None:
    one, other = Scripted(), Scripted()
    compared(PAST, Side(ruled(min_confidence=0.5), one), Side(ruled(min_confidence=0.6), other))

    assert (one.read_so_far, other.read_so_far) == (4, 0)


def test_another_name_of_the_mission_makes_it_read_again() -> None:
    one, other = Scripted(), Scripted()
    named = replace(ruled(), names=(*a_watch().names, Name("Norwegian mission")))
    compared(PAST, Side(ruled(), one), Side(named, other))

    assert (one.read_so_far, other.read_so_far) == (4, 4)


def test_each_article_read_is_told_to_the_progress_line() -> None:
    told: list[tuple[int, int]] = []
    compared(
        PAST,
        Side(ruled(), Scripted()),
        Side(ruled(), Scripted(engine="scripted-2")),
        progress=lambda done, total: told.append((done, total)),
    )

    assert told == [(done, 8) for done in range(1, 9)]


def engines(says: dict[str, dict[str, Any]]) -> Compared:
    return compared(PAST, Side(ruled(), Scripted()), Side(ruled(), Scripted(says, "scripted-2")))


def test_what_another_engine_does_not_read_is_lost() -> None:
    made = engines({quote: says for quote, says in SAYS.items() if quote != CEILING})

    assert listed(made) == [("lost", CEILING, "it reads no such claim in this sentence")]


def test_what_another_engine_is_too_unsure_of_is_lost_with_its_verdict() -> None:
    made = engines(SAYS | {CEILING: {**SAYS[CEILING], "confidence": 0.4}})

    assert listed(made) == [("lost", CEILING, "uncertain: too weak to tell (0.40, needs 0.55)")]


def test_what_another_engine_reads_with_another_value_is_told_otherwise_with_both() -> None:
    (difference,) = engines(SAYS | {CEILING: {**SAYS[CEILING], "value": "5,000 people"}}).differences

    assert difference.before is not None
    assert difference.after is not None
    assert (difference.kind, difference.before.change.value, difference.after.change.value) == (
        "otherwise",
        "5,500 people",
        "5,000 people",
    )


def test_an_article_that_says_it_is_withdrawn_tells_nothing() -> None:
    notice = an_article(CEILING, title="RETRACTED: Council sets ceiling")
    made = what_if(ruled(), ruled(), [Came(notice, notice.published)])

    assert made.told == (0, 0)


# -- texts that are no longer kept ---------------------------------------------------------------


def a_kept_change(article: Article) -> Change:
    return Change(
        change_id=article.entry_id,
        watch="ruritania",
        aspect=Aspect.STRENGTH,
        subject="ceiling",
        subject_key="ceiling",
        verdict=Verdict.NEW,
        stage=Stage.DECIDED,
        value="5,500 people",
        held_from=article.published.date(),
        known_at=article.published,
        quote=CEILING,
        reason="the board said nothing of it",
        confidence=0.55,
        article_id=article.article_id,
    )


def test_what_an_article_without_a_text_changed_stands_for_both_sides() -> None:
    bare = replace(PAST[0].article, text="")
    past = [Came(bare, bare.published), *PAST[1:]]

    made = what_if(
        ruled(min_confidence=0.5),
        ruled(min_confidence=0.6),
        past,
        kept={bare.article_id: [a_kept_change(bare)]},
    )

    assert [(kind, quote) for kind, quote, _ in listed(made)] == [("lost", CEILING), ("lost", MONEY), ("lost", TERM)]
    assert (made.articles, made.unreadable) == (3, 1)
