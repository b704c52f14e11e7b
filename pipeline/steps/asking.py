"""Assess with a language model: it reads the relevant articles, or is asked about each change that would be alerted."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pipeline.alerts import worth_alerting
from pipeline.board import Board, apply, fold
from pipeline.llm import Candidate, Opinion, ask_about, ask_to_read, engine_name, opinion_of, reading_of
from pipeline.model import Article, Aspect, BoardRow, Change, Judgement, Reading, Watch
from pipeline.reading import Reader
from pipeline.reading.foreign import is_for_a_model, sentences_of
from pipeline.steps.assess import Assessment, Known, assess
from pipeline.steps.ports import AskModel

ROUNDS = 6  # of asking: what a model says changes what later claims meet, and may bring new candidates
ROWS = 4  # rows of the board beside a candidate


def reader_of(watch: Watch, embedded: Reader) -> Reader:
    """The engine that ``watch`` chooses. A model's own engine reads as ``embedded`` does until it has been asked."""
    return embedded if watch.reader.kind != "llm" else _Readings(watch, embedded, {})


async def assess_asking(
    articles: Iterable[Article], *, known: Known, reader: Reader, watch: Watch, now: datetime, ask: AskModel
) -> Assessment:
    """What :func:`assess` gives, after a language model was asked as ``watch.reader`` says.

    Args:
        articles: in order of publication.
        known: what the store holds.
        reader: the engine that :func:`reader_of` chose.
        watch: the mission.
        now: the time of planning.
        ask: puts the questions. Where it brings no answer, the embedded engine's word stands and the reason says so.
    """
    batch = tuple(articles)
    if isinstance(reader, _Readings):
        reader = await _read_by_model(batch, known, reader, ask)
    reader = _Once(reader)
    opinions: dict[UUID, Opinion] = {}
    made = await asyncio.to_thread(assess, batch, known=known, reader=reader, watch=watch, now=now)
    if watch.reader.verify != "llm":
        return made
    for _ in range(ROUNDS):
        unasked = candidates(made, batch, known, watch, opinions)
        if not unasked:
            return made
        replies = await ask([ask_about(candidate, watch, watch.reader) for candidate in unasked])
        for candidate, reply in zip(unasked, replies, strict=True):
            claim = candidate.judgement.claim
            opinions[claim.claim_id] = (
                Opinion(claim.claim_id, watch.reader.model, trouble=reply.trouble)
                if reply.trouble
                else opinion_of(reply.content, claim, watch.reader.model)
            )
        made = await asyncio.to_thread(
            assess, batch, known=known, reader=reader, watch=watch, now=now, opinions=opinions
        )
    left = candidates(made, batch, known, watch, opinions)
    if not left:
        return made
    for candidate in left:
        claim_id = candidate.judgement.claim.claim_id
        opinions[claim_id] = Opinion(claim_id, watch.reader.model, trouble=f"{ROUNDS} rounds of asking were over")
    return await asyncio.to_thread(assess, batch, known=known, reader=reader, watch=watch, now=now, opinions=opinions)


def candidates(
    made: Assessment, articles: Sequence[Article], known: Known, watch: Watch, asked: Mapping[UUID, Opinion]
) -> tuple[Candidate, ...]:
    """The claims of which a change would be alerted and no opinion is there yet, in order.

    Each comes with the sentence before and after it, and the board's rows of its aspect as it meets them. Pure.
    """
    by_id = {article.article_id: article for article in articles}
    board = fold(known.changes)
    out: list[Candidate] = []
    for judgement in made.judgements:
        change = judgement.change
        if change is None:
            continue
        if judgement.claim.claim_id not in asked and worth_alerting(change, watch)[0]:
            out.append(_candidate(judgement, change, by_id[judgement.claim.article_id], board))
        board = apply(board, change)
    return tuple(out)


def _candidate(judgement: Judgement, change: Change, article: Article, board: Board) -> Candidate:
    before = after = ""
    sentences = sentences_of(article)
    at = next((s.number for s in sentences if s.start <= judgement.claim.start < s.end), None)
    if at is not None:
        before = sentences[at - 1].text if at else ""
        after = sentences[at + 1].text if at + 1 < len(sentences) else ""
    return Candidate(judgement, article, before, after, _rows(board, change.aspect, change.subject_key)[:ROWS])


def _rows(board: Board, aspect: Aspect, key: str) -> tuple[BoardRow, ...]:
    """The rows of one aspect: that of the subject first, then the newest."""
    return tuple(
        sorted(
            board.of(aspect),
            key=lambda row: (row.change.subject_key == key, row.change.known_at, str(row.change.change_id)),
            reverse=True,
        )
    )


async def _read_by_model(batch: Sequence[Article], known: Known, reader: _Readings, ask: AskModel) -> _Readings:
    """``reader`` with the model's readings of those articles of ``batch`` that the embedded engine finds relevant.

    Those in a language that it does not know go to the model too, where they may be about the mission.
    """
    watch = reader.watch
    rows = tuple(fold(known.changes).values())
    read = [(article, reader.embedded.read(article, watch)) for article in batch]
    relevant = [(one, reading) for one, reading in read if reading.relevant or is_for_a_model(one, watch)]
    replies = await ask([ask_to_read(article, watch, rows, watch.reader) for article, _ in relevant])
    readings = {
        article.article_id: reading_of(
            reply.content,
            reply.trouble,
            article,
            embedded,
            [(sentence.start, sentence.end) for sentence in sentences_of(article)],
            reader.engine,
            watch.reader,
        )
        for (article, embedded), reply in zip(relevant, replies, strict=True)
    }
    return _Readings(watch, reader.embedded, readings)


class _Readings:
    """A model's engine, with what it has read; other articles are read by ``embedded``, under this engine's name."""

    def __init__(self, watch: Watch, embedded: Reader, readings: Mapping[UUID, Reading]) -> None:
        self.watch = watch
        self.embedded = embedded
        self.engine = engine_name(watch.reader.model, embedded.engine)
        self._readings = readings

    def read(self, article: Article, watch: Watch) -> Reading:
        """The model's reading, or the embedded engine's."""
        found = self._readings.get(article.article_id)
        return found if found is not None else replace(self.embedded.read(article, watch), engine=self.engine)


class _Once:
    """Reads each article once: the board is folded again after each round of asking, the texts stay the same."""

    def __init__(self, reader: Reader) -> None:
        self.engine = reader.engine
        self._reader = reader
        self._read: dict[UUID, Reading] = {}

    def read(self, article: Article, watch: Watch) -> Reading:
        """What the reader made of ``article``."""
        if article.article_id not in self._read:
            self._read[article.article_id] = self._reader.read(article, watch)
        return self._read[article.article_id]
