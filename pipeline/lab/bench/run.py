"""A watch over a gold folder's articles, with all that led to each alert and each silence kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from pipeline.alerts import line_key, worth_alerting
from pipeline.board.fold import Board, apply, baseline_changes, fold
from pipeline.lab.backtest import given_id
from pipeline.lab.bench.scoring import ScoredChange
from pipeline.model import Article, Change, Judgement, Reading, Verdict, Watch
from pipeline.reading.embedded import Reader
from pipeline.steps import AskModel, Assessment, AssessmentInput, assess, assess_asking, choose_reader


@dataclass(frozen=True, slots=True)
class Seen:
    """A claim with its verdict, and whether it was told.

    Attributes:
        against: the change that had made the row it was compared with, None where the board had none.
        silence: why it was not told; empty where it was.
        origins: how many independent origins had told the change that it made, in the end; 0 where it made none.
    """

    article: Article
    judgement: Judgement
    against: Change | None
    silence: str
    origins: int = 0

    @property
    def alerted(self) -> bool:
        """Whether it was told."""
        return not self.silence

    @property
    def confidence(self) -> float:
        """How sure it was: of the change where there is one, else of the claim."""
        change = self.judgement.change
        return change.confidence if change is not None else self.judgement.claim.confidence

    def told(self) -> ScoredChange:
        """It as the scorer takes it."""
        claim = self.judgement.claim
        return ScoredChange(given_id(self.article), claim.aspect.value, claim.stage.value, claim.quote, self.confidence)


@dataclass(frozen=True, slots=True)
class Run:
    """What a watch made of articles, read in order of publication.

    Attributes:
        boards: the board before each article, by its id.
        seconds: processor time for reading, comparing and planning, for all articles.
    """

    watch: Watch
    articles: tuple[Article, ...]
    readings: dict[UUID, Reading]
    seen: tuple[Seen, ...]
    boards: dict[UUID, Board]
    seconds: float

    @property
    def alerts(self) -> tuple[Seen, ...]:
        """What was told, in order; facts that are one line of an alert are told once."""
        return tuple(one for one in self.seen if one.alerted)


def run_watch(watch: Watch, articles: Iterable[Article], reader: Reader, ask: AskModel | None = None) -> Run:
    """``watch`` over ``articles``, by the live path's own step, with no look-ahead.

    Args:
        watch: the mission; with ``ask``, its ``reader`` says how the model is used.
        articles: in any order.
        reader: the embedded engine.
        ask: puts questions to a language model; None asks none.
    """
    ordered = tuple(sorted(articles, key=lambda a: (a.published, given_id(a))))
    base = baseline_changes(watch)
    now = ordered[-1].published if ordered else watch.baseline.published
    begun = time.process_time()
    known = AssessmentInput(changes=base)
    if ask is None:
        assessed = assess(ordered, known=known, reader=reader, watch=watch, now=now)
    else:
        reader = choose_reader(watch, reader)
        assessed = asyncio.run(assess_asking(ordered, known=known, reader=reader, watch=watch, now=now, ask=ask))
    seconds = time.process_time() - begun
    by_id = {article.article_id: article for article in ordered}
    changes = {change.change_id: change for change in (*base, *assessed.changes)}
    told_by = _told_by(assessed)
    lines: set[tuple[object, ...]] = set()
    seen = tuple(
        Seen(
            article=by_id[judgement.claim.article_id],
            judgement=judgement,
            against=changes.get(judgement.against) if judgement.against else None,
            silence=_silence(judgement, watch, lines),
            origins=len(told_by[judgement.change.change_id]) if judgement.change is not None else 0,
        )
        for judgement in assessed.judgements
    )
    readings = {reading.article_id: reading for reading in assessed.readings}
    return Run(watch, ordered, readings, seen, _boards(ordered, fold(base), seen), seconds)


def _told_by(assessed: Assessment) -> dict[UUID, set[str]]:
    """The independent origins that told each change."""
    found: dict[UUID, set[str]] = {}
    for judgement in assessed.judgements:
        made = judgement.change.change_id if judgement.change is not None else None
        change_id = made or (judgement.against if judgement.verdict is Verdict.CONFIRMS else None)
        if change_id is not None:
            found.setdefault(change_id, set()).add(assessed.origins[judgement.claim.article_id])
    return found


def _silence(judgement: Judgement, watch: Watch, lines: set[tuple[object, ...]]) -> str:
    """Why it was not told, empty where it was; ``lines`` are those of the alerts so far, and gets its own."""
    if judgement.change is None:
        return f"{judgement.verdict.value}: {judgement.reason}"
    told, reason = worth_alerting(judgement.change, watch)
    line = line_key(judgement.change)
    if told and line in lines:
        return "told in one line with another fact of its sentence"
    if told:
        lines.add(line)
    return "" if told else reason


def _boards(articles: Sequence[Article], board: Board, seen: Sequence[Seen]) -> dict[UUID, Board]:
    made: dict[UUID, list[Change]] = {}
    for one in seen:
        if one.judgement.change is not None:
            made.setdefault(one.article.article_id, []).append(one.judgement.change)
    out = {}
    for article in articles:
        out[article.article_id] = board
        for change in made.get(article.article_id, ()):
            board = apply(board, change)
    return out
