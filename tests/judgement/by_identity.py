"""Comparing by identity, tried on gold claims: what a claim does to the rows of its slot and key. Pure.

Each slot and key has one standing row (decided, in effect, ended) and pending rows (proposed, planned), one for each
actor who asks, offers or drafts; what was rejected is kept with them, so that it is not told anew. A pending claim
never overwrites the standing row. Verdicts follow from a small table, without a weight:

| the claim and its row                            | verdict                             |
| ------------------------------------------------ | ----------------------------------- |
| no row                                           | new                                 |
| same value, same stage                           | confirms, or repeats from an origin |
| same value, further stage                        | advances                            |
| same value, earlier stage                        | stale                               |
| other value                                      | revises                             |
| other value, another origin, within three days,  | disputes                            |
| and no later event named                         |                                     |
| contrary (rejected what was pending, or back)    | reverses                            |

It is no part of the product yet: with slots, keys and parts typed by rules it tells more events twice than likeness
does (``pipeline.board.compare.likeness``), with gold ones fewer. It takes likeness's place
with a reader that types well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from pipeline.board.compare.identity import (
    Alike,
    adds,
    both_state,
    differing,
    equal,
    same_key,
    says_the_same,
    states_value,
    telling_words,
)
from pipeline.lab.bench import ScoredChange
from pipeline.model import Movement, Slot, Stage, TypedFact, Verdict
from pipeline.model.text import normalise
from training.gold_file import GoldMission
from training.typed import typed_facts

PENDING = frozenset({Stage.PROPOSED, Stage.PLANNED})
STANDING = frozenset({Stage.DECIDED, Stage.IN_EFFECT, Stage.ENDED})
RANK = {Stage.PROPOSED: 0, Stage.PLANNED: 1, Stage.DECIDED: 2, Stage.REJECTED: 2, Stage.IN_EFFECT: 3, Stage.ENDED: 4}
UNDATED_FOR = timedelta(days=14)  # so long what names no day of its own may be the event that was told
DISPUTED_WITHIN = timedelta(days=3)  # later another figure is a newer one
SAME_EVENT = timedelta(days=3)  # days that reports give for one event differ by so much at most
# Each time is an event of its own: a second convoy, base or vote is not the first one told again.
_EVENTS = frozenset({Slot.OPERATION, Slot.MOVEMENT, Slot.PRESENCE, Slot.CONTRIBUTION, Slot.PROCESS, Slot.SUPPORT})
_KEY_TELLS = frozenset({Slot.INCIDENT, Slot.POSITION, Slot.MILESTONE})  # the same key is the same event
ALIKE_SENTENCES = 0.3  # of the shorter sentence's words
MOVES = frozenset({Verdict.NEW, Verdict.ADVANCES, Verdict.REVISES, Verdict.REVERSES, Verdict.DISPUTES})


@dataclass(frozen=True, slots=True)
class Stated:
    """A fact as a claim or a row states it.

    Attributes:
        fact: slot, key and parts.
        stage: how real it is.
        event: the event's day, None where none is told.
        known: the day of publication.
        origin: who first wrote it.
        article: the article's id or name.
        words: of the sentence, without those that every sentence has; asked only where no part tells.
    """

    fact: TypedFact
    stage: Stage
    event: date | None
    known: date
    origin: str
    article: str = ""
    words: frozenset[str] = frozenset()

    @property
    def day(self) -> date:
        """The event's day, else that of publication."""
        return self.event or self.known


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the board: what it states now, who says so, and whether it still counts."""

    stated: Stated
    origins: frozenset[str]
    closed: bool = False


class Ruling(NamedTuple):
    """A verdict, why, and the number of the row that the claim was compared with."""

    verdict: Verdict
    reason: str
    row: int | None = None


def rule_on(claim: Stated, rows: Sequence[Row], alike: Alike | None = None) -> Ruling:
    """The verdict of ``claim`` against ``rows``, all rows of the board in the order in which they were made."""
    of_key = [n for n, row in enumerate(rows) if _meets(claim, row, alike)]
    found = _counterpart(claim, [(n, rows[n]) for n in of_key])
    if found is not None and _is_same_event(claim, found[1].stated):
        return _against(claim, *found)
    other = _told_in_other_words(claim, rows)
    if other is not None:
        return _again(claim, other, rows[other])
    if found is None:
        return Ruling(Verdict.NEW, "the board has nothing on this yet")
    number, row = found
    parts = claim.fact.parts
    if not (differing(parts, row.stated.fact.parts) or _moves(parts.movement) or _is_another_day(claim, row.stated)):
        return _again(claim, number, row)
    return _against(claim, *found)


def apply(claim: Stated, ruling: Ruling, rows: Sequence[Row]) -> list[Row]:
    """``rows`` after ``claim`` with its ``ruling``."""
    out = list(rows)
    number = ruling.row
    if ruling.verdict in (Verdict.CONFIRMS, Verdict.REPEATS, Verdict.STALE) and number is not None:
        row = out[number]
        if ruling.verdict is not Verdict.STALE:
            out[number] = replace(row, origins=row.origins | {claim.origin}, stated=_filled(row.stated, claim))
        return out
    if ruling.verdict not in MOVES:
        return out
    if number is not None and ruling.verdict is not Verdict.DISPUTES:
        out[number] = replace(out[number], closed=True)
    out.append(Row(claim, frozenset({claim.origin})))
    return out


def fold(claims: Iterable[Stated], alike: Alike | None = None) -> tuple[list[Row], list[Ruling]]:
    """The rows and rulings that ``claims`` lead to, in order."""
    rows: list[Row] = []
    rulings = []
    for claim in claims:
        ruling = rule_on(claim, rows, alike)
        rows = apply(claim, ruling, rows)
        rulings.append(ruling)
    return rows, rulings


def _meets(claim: Stated, row: Row, alike: Alike | None) -> bool:
    mine, theirs = claim.fact, row.stated.fact
    return mine.slot is theirs.slot and same_key(mine.slot, mine.key, theirs.key, alike)


def _counterpart(claim: Stated, rows: Sequence[tuple[int, Row]]) -> tuple[int, Row] | None:
    """The row that the claim tells again, moves on or contradicts; None where it begins a row of its own.

    What says the same is looked for first, in all that was ever told, so that old news does not come back. Then the
    claim meets the row that it replaces: the standing one, or the pending one of its actor. A claim that states no
    typed value replaces nothing.
    """
    same = [(n, row) for n, row in rows if _is_same_event(claim, row.stated)]
    if same:
        return max(same, key=lambda item: (item[1].stated.stage is claim.stage, not item[1].closed, item[0]))
    open_rows = [(n, row) for n, row in rows if not row.closed]
    if claim.stage in PENDING:
        mine = [(n, r) for n, r in open_rows if r.stated.stage in PENDING and _same_actor(claim, r.stated)]
        return mine[-1] if mine else None
    if claim.stage is Stage.REJECTED:
        return None
    standing = [(n, row) for n, row in open_rows if row.stated.stage in STANDING]
    return standing[-1] if standing else None


def _told_in_other_words(claim: Stated, rows: Sequence[Row]) -> int | None:
    """The number of the row of these days that tells the event under another slot or key; None where there is none.

    One vote is told as a term, a successor or an authorisation. It is the same event where a typed value is the same,
    or where the claim states none and the sentences are alike, or stand in one article.
    """
    for number in range(len(rows) - 1, -1, -1):
        row = rows[number].stated
        if row.fact.slot.aspect is not claim.fact.slot.aspect or abs(claim.day - row.day) > UNDATED_FOR:
            continue
        if (
            (row.stage is not claim.stage)
            and not {row.stage, claim.stage} <= STANDING
            and not {row.stage, claim.stage} <= PENDING
        ):
            continue
        mine, theirs = claim.fact.parts, row.fact.parts
        if (says_the_same(mine, theirs)) or (
            not states_value(mine) and (claim.article == row.article or _alike(claim.words, row.words))
        ):
            return number
    return None


def _is_same_event(claim: Stated, row: Stated) -> bool:
    """Whether the claim tells of what the row tells: the same value, and no other day where each day counts."""
    mine, theirs = claim.fact.parts, row.fact.parts
    if not equal(mine, theirs) or (_moves(mine.movement) and mine.movement is not theirs.movement):
        return False
    if claim.stage in PENDING and row.stage in PENDING and not _same_actor(claim, row):
        return False
    if not both_state(mine, theirs) and claim.fact.slot not in _KEY_TELLS:
        # Nothing typed tells: one event where the sentences are of one stage, days apart, and alike.
        if claim.stage is not row.stage or abs(claim.day - row.day) > UNDATED_FOR:
            return False
        return claim.article == row.article or _alike(claim.words, row.words)
    if claim.fact.slot not in _EVENTS or claim.stage not in STANDING or row.stage is not claim.stage:
        return True
    return not _is_another_day(claim, row)


def _is_another_day(claim: Stated, row: Stated) -> bool:
    within = SAME_EVENT if claim.event is not None and row.event is not None else UNDATED_FOR
    return abs(claim.day - row.day) > within


def _moves(movement: Movement | None) -> bool:
    return movement is not None and movement is not Movement.REAFFIRMED


def _alike(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    fewer = min(len(mine), len(theirs))
    return fewer > 0 and len(mine & theirs) >= ALIKE_SENTENCES * fewer


def _same_actor(claim: Stated, row: Stated) -> bool:
    mine, theirs = normalise(claim.fact.parts.actor), normalise(row.fact.parts.actor)
    return not mine or not theirs or mine == theirs or mine in theirs or theirs in mine


def _against(claim: Stated, number: int, row: Row) -> Ruling:
    held = row.stated
    since = f"{held.day.day} {held.day:%b %Y}"
    if _is_same_event(claim, held):
        if claim.stage is held.stage:
            return _again(claim, number, row)
        if Stage.REJECTED in (claim.stage, held.stage):
            return Ruling(
                Verdict.REVERSES, f"was {_words(held.stage)} since {since}, is now {_words(claim.stage)}", number
            )
        if RANK[claim.stage] > RANK[held.stage]:
            return Ruling(
                Verdict.ADVANCES, f"was {_words(held.stage)} since {since}, is now {_words(claim.stage)}", number
            )
        return Ruling(Verdict.STALE, f"the board is further on: {_words(held.stage)} since {since}", number)
    parts = differing(claim.fact.parts, held.fact.parts)
    if _is_dispute(claim, row):
        return Ruling(Verdict.DISPUTES, f"sources disagree on {', '.join(parts)} since {since}", number)
    return Ruling(Verdict.REVISES, f"other {', '.join(parts) or 'event'} than since {since}", number)


def _again(claim: Stated, number: int, row: Row) -> Ruling:
    since = f"{row.stated.day.day} {row.stated.day:%b %Y}"
    if claim.origin in row.origins:
        return Ruling(Verdict.REPEATS, f"the board has had this since {since} from {claim.origin}", number)
    return Ruling(Verdict.CONFIRMS, f"the board has had this since {since}; one more origin says so", number)


def _is_dispute(claim: Stated, row: Row) -> bool:
    held = row.stated
    if claim.stage is not held.stage or claim.origin in row.origins:
        return False
    if claim.event is not None and claim.event > held.day:
        return False
    return abs(claim.known - held.known) <= DISPUTED_WITHIN


def _filled(held: Stated, claim: Stated) -> Stated:
    """``held`` with the parts that only ``claim`` states."""
    if not adds(claim.fact.parts, held.fact.parts):
        return held
    own = held.fact.parts.stated()
    more = {name: value for name, value in claim.fact.parts.stated().items() if name not in own}
    return replace(held, fact=replace(held.fact, parts=replace(held.fact.parts, **more)))  # type: ignore[arg-type]


def _words(stage: Stage) -> str:
    return stage.value.replace("_", " ")


def gold_told(mission: GoldMission) -> list[ScoredChange]:
    """What comparing by identity tells of a mission's gold claims, background left out as its reader would."""
    rows: list[Row] = []
    for sentence in mission.baseline.sentences:
        for told in sentence.told:
            fact = mission.facts[told.fact]
            for typed in typed_facts(fact, told.own):
                claim = Stated(typed, fact.stage, None, mission.baseline.published.date(), "baseline")
                rows = apply(claim, rule_on(claim, rows), rows)
    out = []
    for article in sorted(mission.articles, key=lambda one: (one.published, one.name)):
        for sentence in () if article.twin_of else article.sentences:
            for told in (one for one in sentence.told if one.news):
                fact = mission.facts[told.fact]
                known, event = article.published.date(), _day(fact.day)
                moved = False
                for typed in typed_facts(fact, told.own):
                    when = event if event is not None and event <= known else None
                    words = telling_words(sentence.text)
                    claim = Stated(typed, fact.stage, when, known, article.outlet, article.name, words)
                    ruling = rule_on(claim, rows)
                    rows = apply(claim, ruling, rows)
                    moved = moved or ruling.verdict in MOVES
                if moved:
                    name = f"{mission.name}-{article.name}"
                    out.append(ScoredChange(name, fact.aspect.value, fact.stage.value, sentence.text))
    return out


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if len(text) == len("2003-06-01") else None
