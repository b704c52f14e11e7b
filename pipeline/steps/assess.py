"""Assess: articles and the board -> read, compare, plan -> readings, verdicts, changes, alerts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from pipeline import alerts as alerting
from pipeline.alerts.recalls import drop_retracted, retraction_notice
from pipeline.board.compare import ChangeHistory, UncertainClaim
from pipeline.board.corrections import NO_CORRECTIONS, CorrectedReading, Corrections, apply_corrections, judge_corrected
from pipeline.board.fold import Board, confirm_all, fold, in_force
from pipeline.board.successors import with_successors
from pipeline.model import Alert, Article, Change, Claim, Judgement, Mute, Reading, Silence, Verdict, Watch
from pipeline.pages.dedupe import OriginIndex
from pipeline.reading.embedded import Reader
from pipeline.reading.llm import ModelOpinion, weigh, with_opinion

NEAR_DUPLICATES_FOR = timedelta(days=21)  # how long a text is compared with later ones


@dataclass(frozen=True, slots=True)
class AssessmentInput:
    """What the store holds when articles are assessed.

    Attributes:
        changes: every change of the watch, in the order in which the board took them.
        confirmations: (change_id, origin, time) of those who said what a change says; an origin counts once.
        texts: (article_id, origin, text) of recent articles, for near-duplicates; those that share no band of their
            sketch with an article of the batch may be left out.
        uncertain: (claim, origin, time) of recent claims that were too weak to move the board.
        articles: behind recent changes, so that a confirmed change is reported with its first source.
        corrections: what persons say of what is read.
        mutes: what persons want to hear nothing of for a time.
    """

    changes: Sequence[Change] = ()
    confirmations: Sequence[tuple[UUID, str, datetime]] = ()
    texts: Sequence[tuple[UUID, str, str]] = ()
    uncertain: Sequence[tuple[Claim, str, datetime]] = ()
    articles: Sequence[Article] = ()
    corrections: Corrections = NO_CORRECTIONS
    mutes: Sequence[Mute] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What assessing a batch of articles gave: all of it is written in one transaction.

    ``waiting`` are the articles that were not read, since the language model that is to read them is away.
    """

    readings: tuple[Reading, ...]
    judgements: tuple[Judgement, ...]
    alerts: tuple[Alert, ...]
    silences: tuple[Silence, ...]
    origins: Mapping[UUID, str]
    waiting: tuple[UUID, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes among the judgements, in order."""
        return tuple(j.change for j in self.judgements if j.change is not None)


class Assessor:
    """Assess articles one after another: each meets the board that those before it have left.

    It is a fold over values: the same articles and readings give the same assessment.

    Args:
        batch: the articles that may be taken, so that none is a reprint of its own stored text.
        known: what the store holds.
        watch: the mission.
        now: the time of planning.
        opinions: what a language model thinks of claims, by claim id; without any, the engine alone judges.
    """

    def __init__(
        self,
        batch: Iterable[Article],
        *,
        known: AssessmentInput,
        watch: Watch,
        now: datetime,
        opinions: Mapping[UUID, ModelOpinion] | None = None,
    ) -> None:
        self._known, self._watch, self._now, self._opinions = known, watch, now, opinions or {}
        self._board = confirm_all(fold(known.changes), known.confirmations)
        # What was taken back is news again, should another source tell it.
        standing = in_force(known.changes)
        self._history = ChangeHistory.of(standing, (UncertainClaim(*one) for one in known.uncertain))
        self._index = OriginIndex()
        own = {article.article_id for article in batch}
        for article_id, origin, text in known.texts:
            if article_id not in own:
                self._index.add(article_id, origin, text)
        self._readings: list[Reading] = []
        self._judgements: list[Judgement] = []
        self._origins: dict[UUID, str] = {}
        self._seen: dict[UUID, Article] = {article.article_id: article for article in known.articles}
        self._named = with_successors(watch, standing)
        self._pins = known.corrections.pins(now, standing)

    @property
    def board(self) -> Board:
        """The board after the articles that were taken."""
        return self._board

    @property
    def named(self) -> Watch:
        """The watch with the names that its mission has got by now."""
        return self._named

    def assess(self, article: Article, reader: Reader) -> None:
        """Read ``article`` with ``reader``, and judge its claims."""
        origin, reprinted = self._index.trace(article)
        traced = replace(article, origin=origin)
        self._origins[article.article_id] = origin
        self._seen[article.article_id] = traced
        corrections = self._known.corrections
        corrected = apply_corrections(reader.read(traced, self._named), traced, corrections)
        if retraction_notice(article):
            corrected = CorrectedReading(drop_retracted(corrected.reading, article))
        unmarked = {i: opinion for i, opinion in self._opinions.items() if i not in corrected.ids}  # persons come first
        reading, doubted = weigh(corrected.reading, unmarked)
        corrected = replace(corrected, reading=reading, held_back=(*corrected.held_back, *doubted))
        verdicts, self._board = judge_corrected(
            corrected, traced, self._board, self._watch, history=self._history, reprinted=reprinted, pins=self._pins
        )
        verdicts = _with_opinions(verdicts, {judgement.claim.claim_id for judgement in doubted}, unmarked)
        self._readings.append(reading)
        self._history = self._history.extended(
            (v.change for v in verdicts if v.change is not None),
            (UncertainClaim(v.claim, origin, traced.published) for v in verdicts if v.verdict is Verdict.UNCERTAIN),
        )
        self._judgements.extend(verdicts)
        if any(v.change is not None for v in verdicts):
            self._named = with_successors(self._watch, self._history.changes)

    def result(self) -> Assessment:
        """Return the assessment of the articles so far, with the alerts that are due."""
        known, judgements = self._known, self._judgements
        changes = tuple(j.change for j in judgements if j.change is not None)
        confirmed, heard = _count_origins(judgements, known, changes, self._origins)
        earlier = {change.change_id: change for change in (*known.changes, *changes)}
        alerts, silences = alerting.plan(
            changes,
            self._seen,
            self._watch,
            self._now,
            confirmed=confirmed,
            before=earlier,
            origins=heard,
            mutes=known.mutes,
        )
        return Assessment(tuple(self._readings), tuple(judgements), alerts, silences, self._origins)


def assess(
    articles: Iterable[Article],
    *,
    known: AssessmentInput,
    reader: Reader,
    watch: Watch,
    now: datetime,
    opinions: Mapping[UUID, ModelOpinion] | None = None,
) -> Assessment:
    """Read ``articles`` in the order given, compare each claim with the board, plan the alerts. Pure.

    Args:
        articles: in order of publication.
        known: what the store holds.
        reader: the engine.
        watch: the mission.
        now: the time of planning.
        opinions: what a language model thinks of claims, by claim id; without any, the engine alone judges.
    """
    batch = tuple(articles)
    assessor = Assessor(batch, known=known, watch=watch, now=now, opinions=opinions)
    for article in batch:
        assessor.assess(article, reader)
    return assessor.result()


def _count_origins(
    judgements: Sequence[Judgement], known: AssessmentInput, changes: Sequence[Change], origins: Mapping[UUID, str]
) -> tuple[tuple[Change, ...], dict[UUID, tuple[int, int]]]:
    """Count who has said what: the earlier changes that gained an independent origin, and the counts.

    Returns:
        The changes in order, and for each of them and of the new ones how many origins it had and has.
    """
    earlier = {change.change_id: change for change in known.changes}
    said: dict[UUID, set[str]] = {}
    for change_id, origin, _ in known.confirmations:
        said.setdefault(change_id, set()).add(origin)
    had = {change_id: len(heard) for change_id, heard in said.items()}
    more: dict[UUID, Change] = {}
    for judgement in judgements:
        origin = origins[judgement.claim.article_id]
        if judgement.change is not None:
            said.setdefault(judgement.change.change_id, set()).add(origin)
        elif judgement.verdict is Verdict.CONFIRMS and judgement.against is not None:
            heard = said.setdefault(judgement.against, set())
            if origin not in heard and judgement.against in earlier and had.get(judgement.against):
                more.setdefault(judgement.against, earlier[judgement.against])
            heard.add(origin)
    counted = {change.change_id for change in changes} | more.keys()
    return tuple(more.values()), {i: (had.get(i, 0), len(said.get(i, ()))) for i in counted}


def _with_opinions(
    verdicts: tuple[Judgement, ...], held_back: Collection[UUID], opinions: Mapping[UUID, ModelOpinion]
) -> tuple[Judgement, ...]:
    """Add the model's opinion to the reasons of those ``verdicts`` that it did not hold back."""
    return tuple(
        with_opinion(verdict, opinions[verdict.claim.claim_id])
        if verdict.claim.claim_id in opinions and verdict.claim.claim_id not in held_back
        else verdict
        for verdict in verdicts
    )
