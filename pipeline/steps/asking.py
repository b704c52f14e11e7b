"""Assess with a language model: it reads the relevant articles, or is asked about sentences that may be changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pipeline.alerts import worth_alerting
from pipeline.board.fold import Board, apply, fold
from pipeline.model import Article, Claim, Judgement, Reading, Verdict, Watch
from pipeline.reading.embedded import Reader
from pipeline.reading.embedded.foreign import is_for_a_model, sentences_of
from pipeline.reading.llm import (
    Candidate,
    ModelOpinion,
    ReadingRequest,
    ask_about,
    ask_to_glance,
    ask_to_read,
    engine_name,
    is_changed,
    parse_opinion,
    parse_reading,
    select_rows,
)
from pipeline.steps.assess import Assessment, AssessmentInput, Assessor, assess
from pipeline.steps.ports import AskModel

ROUNDS = 6  # of asking: what a model says changes what later claims meet, and may bring new candidates
WORTH_ASKING = 0.2  # the confidence from which a claim that is too weak to tell is put to the model


def choose_reader(watch: Watch, embedded: Reader) -> Reader:
    """Return the engine that ``watch`` chooses; a model reads as ``embedded`` does until it is asked."""
    return embedded if watch.reader.kind != "llm" else ModelReadings(watch, embedded, {})


async def assess_asking(
    articles: Iterable[Article], *, known: AssessmentInput, reader: Reader, watch: Watch, now: datetime, ask: AskModel
) -> Assessment:
    """Assess as :func:`assess` does, asking a language model as ``watch.reader`` says.

    Args:
        articles: in order of publication.
        known: what the store holds.
        reader: the engine that :func:`choose_reader` chose.
        watch: the mission.
        now: the time of planning.
        ask: puts the questions. Where the model is away, an article that it is to read waits, up to
            ``watch.reader.patience_h``; then, and where its answer can't be used, the embedded engine's word stands
            and the reason says so.
    """
    batch = tuple(articles)
    if not isinstance(reader, ModelReadings):
        return await _verified(batch, known, _Once(reader), watch, now, ask)
    made, readings = await _read_in_turn(batch, known, reader, watch, now, ask)
    if watch.reader.verify != "llm":
        return made
    left = tuple(article for article in batch if article.article_id not in made.waiting)
    return replace(await _verified(left, known, readings, watch, now, ask), waiting=made.waiting)


# -- a model reads ---------------------------------------------------------------------------


class ModelReadings:
    """A model's engine, with what it has read; other articles are read by ``embedded``, under this engine's name."""

    def __init__(self, watch: Watch, embedded: Reader, readings: Mapping[UUID, Reading]) -> None:
        self.watch = watch
        self.embedded = embedded
        self.engine = engine_name(watch.reader.model, embedded.engine)
        self._readings = readings

    def read(self, article: Article, watch: Watch) -> Reading:
        """Return the model's reading, or the embedded engine's."""
        found = self._readings.get(article.article_id)
        return found if found is not None else replace(self.embedded.read(article, watch), engine=self.engine)

    @property
    def stand_in(self) -> str:
        """The engine's name of a reading that the embedded engine makes until the model is back."""
        return f"{self.embedded.engine} for {self.engine}"


async def _read_in_turn(
    batch: Sequence[Article], known: AssessmentInput, reader: ModelReadings, watch: Watch, now: datetime, ask: AskModel
) -> tuple[Assessment, ModelReadings]:
    """Have each article read with the board that those before it have left: a model says what is new beside it."""
    assessor = Assessor(batch, known=known, watch=watch, now=now)
    waiting: list[UUID] = []
    made: dict[UUID, Reading] = {}
    having = ModelReadings(watch, reader.embedded, made)
    for article in batch:
        reading = await _reading(article, reader, assessor.board, assessor.named, now, ask)
        if reading is None:
            waiting.append(article.article_id)
            continue
        made[article.article_id] = reading
        await asyncio.to_thread(assessor.assess, article, having)
    return replace(assessor.result(), waiting=tuple(waiting)), having


async def _reading(
    article: Article, reader: ModelReadings, board: Board, watch: Watch, now: datetime, ask: AskModel
) -> Reading | None:
    """Have ``article`` read by the model; None where it waits for a model that is away.

    The model is not asked about what is surely irrelevant. Those in a language that the embedded engine does not know
    go to it where they may be about the mission.
    """
    choice = watch.reader
    embedded = await asyncio.to_thread(reader.embedded.read, article, watch)
    if not (embedded.relevant or embedded.doubtful or is_for_a_model(article, watch)):
        return replace(embedded, engine=reader.engine)
    rows = select_rows(article, board.values())
    if choice.first_model:
        (glance,) = await ask([ask_to_glance(article, watch, rows, choice)])
        if not glance.trouble and not is_changed(glance.content):
            who = ModelOpinion(article.article_id, choice.first_model).who
            reason = f"{embedded.reason}; {who} sees no change of status in it"
            return Reading(article.article_id, reader.engine, True, reason)
    spans = [(sentence.start, sentence.end) for sentence in sentences_of(article)]
    matters = {n for n, (start, end) in enumerate(spans) if any(start <= c.start < end for c in embedded.claims)}
    (reply,) = await ask([ask_to_read(article, watch, rows, choice, spans, matters)])
    if not reply.away:
        asked = ReadingRequest(article, spans, rows)
        return parse_reading(reply.content, reply.trouble, asked, embedded, reader.engine, choice)
    if (now - article.fetched_at).total_seconds() < 3600 * choice.patience_h:
        return None
    who = ModelOpinion(article.article_id, choice.model).who
    reason = f"{embedded.reason}; {who} is away ({reply.trouble}), so the embedded engine reads until it is back"
    return replace(embedded, engine=reader.stand_in, reason=reason)


# -- a model is asked about sentences --------------------------------------------------------


async def _verified(
    batch: Sequence[Article], known: AssessmentInput, reader: Reader, watch: Watch, now: datetime, ask: AskModel
) -> Assessment:
    """Ask about each sentence that would be alerted or is too weak to be, and judge anew with the answers."""
    opinions: dict[UUID, ModelOpinion] = {}
    made = await asyncio.to_thread(assess, batch, known=known, reader=reader, watch=watch, now=now)
    if watch.reader.verify != "llm":
        return made
    for _ in range(ROUNDS):
        unasked = candidates(made, batch, known, watch, opinions)
        if not unasked:
            return made
        replies = await ask([ask_about(candidate, watch, watch.reader) for candidate in unasked])
        for candidate, reply in zip(unasked, replies, strict=True):
            claim, model = candidate.claim, watch.reader.model
            published = candidate.article.published.date()
            opinions |= _of_sentence(
                ModelOpinion(claim.claim_id, model, trouble=reply.trouble)
                if reply.trouble
                else parse_opinion(reply.content, claim, published, model, candidate.rows),
                claim,
                made.judgements,
            )
        made = await asyncio.to_thread(
            assess, batch, known=known, reader=reader, watch=watch, now=now, opinions=opinions
        )
    left = candidates(made, batch, known, watch, opinions)
    if not left:
        return made
    for candidate in left:
        claim_id = candidate.claim.claim_id
        opinions[claim_id] = ModelOpinion(claim_id, watch.reader.model, trouble=f"{ROUNDS} rounds of asking were over")
    return await asyncio.to_thread(assess, batch, known=known, reader=reader, watch=watch, now=now, opinions=opinions)


def candidates(
    made: Assessment,
    articles: Sequence[Article],
    known: AssessmentInput,
    watch: Watch,
    asked: Mapping[UUID, ModelOpinion],
) -> tuple[Candidate, ...]:
    """Select the sentences to ask about: those that would be alerted, and those just too weak to be. Pure.

    Of several claims of one sentence the surest is asked about, with the sentence before and after it, and the board's
    rows as it meets them. Of what was asked already nothing is asked again.
    """
    by_id = {article.article_id: article for article in articles}
    done = {_place(j.claim) for j in made.judgements if j.claim.claim_id in asked}
    board = fold(known.changes)
    best: dict[tuple[UUID, int], tuple[Judgement, Board]] = {}
    for judgement in made.judgements:
        claim, change = judgement.claim, judgement.change
        wanted = (
            worth_alerting(change, watch)[0]
            if change is not None
            else judgement.verdict is Verdict.UNCERTAIN and claim.confidence >= WORTH_ASKING
        )
        place = _place(claim)
        if wanted and place not in done and (place not in best or claim.confidence > best[place][0].claim.confidence):
            best[place] = judgement, board
        if change is not None:
            board = apply(board, change)
    return tuple(
        _candidate(judgement.claim, by_id[judgement.claim.article_id], met) for judgement, met in best.values()
    )


def _candidate(claim: Claim, article: Article, board: Board) -> Candidate:
    before = after = ""
    sentences = sentences_of(article)
    at = next((s.number for s in sentences if s.start <= claim.start < s.end), None)
    if at is not None:
        before = sentences[at - 1].text if at else ""
        after = sentences[at + 1].text if at + 1 < len(sentences) else ""
    return Candidate(claim, article, before, after, select_rows(article, board.values()))


def _of_sentence(opinion: ModelOpinion, claim: Claim, judgements: Iterable[Judgement]) -> dict[UUID, ModelOpinion]:
    """Return the opinion by its claim; what it has against the sentence holds for the other claims of it too."""
    if opinion.trouble or opinion.objection is None:
        return {claim.claim_id: opinion}
    beside = (j.claim.claim_id for j in judgements if _place(j.claim) == _place(claim))
    return {claim_id: replace(opinion, claim_id=claim_id) for claim_id in (claim.claim_id, *beside)}


def _place(claim: Claim) -> tuple[UUID, int]:
    return claim.article_id, claim.start


class _Once:
    """Reads each article once: the board is folded again after each round of asking, the texts stay the same."""

    def __init__(self, reader: Reader) -> None:
        self.engine = reader.engine
        self._reader = reader
        self._read: dict[UUID, Reading] = {}

    def read(self, article: Article, watch: Watch) -> Reading:
        """Return what the reader made of ``article``."""
        if article.article_id not in self._read:
            self._read[article.article_id] = self._reader.read(article, watch)
        return self._read[article.article_id]
