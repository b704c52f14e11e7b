"""Assess: articles and the board -> read, compare, plan -> readings, verdicts, changes, alerts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from pipeline import alerts as alerting
from pipeline.board import confirm, fold
from pipeline.compare import Memory, judge
from pipeline.dedupe import OriginIndex, origin_of
from pipeline.model import (
    Alert,
    Article,
    Change,
    Judgement,
    Reading,
    Silence,
    Watch,
)
from pipeline.reading import Reader

NEAR_DUPLICATES_FOR = timedelta(days=21)  # how long a text is compared with later ones


@dataclass(frozen=True, slots=True)
class Known:
    """What the store holds when articles are assessed: three looks backward, all of them values.

    Attributes:
        changes: every change of the watch, in the order in which the board took them.
        confirmations: (change_id, origin, time) of the claims that agreed with a change.
        texts: (article_id, origin, text) of recent articles, for near-duplicates.
    """

    changes: Sequence[Change] = ()
    confirmations: Sequence[tuple[UUID, str, datetime]] = ()
    texts: Sequence[tuple[UUID, str, str]] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What assessing a batch of articles gave: all of it is written in one transaction."""

    readings: tuple[Reading, ...]
    judgements: tuple[Judgement, ...]
    alerts: tuple[Alert, ...]
    silences: tuple[Silence, ...]
    origins: Mapping[UUID, str]

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes among the judgements, in order."""
        return tuple(j.change for j in self.judgements if j.change is not None)


def assess(articles: Iterable[Article], *, known: Known, reader: Reader, watch: Watch, now: datetime) -> Assessment:
    """Read ``articles`` in the order given, compare each claim with the board, plan the alerts.

    A change moves the board that the next claim meets, so this is a fold; it is pure.
    """
    board = fold(known.changes)
    for change_id, origin, at in known.confirmations:
        board = confirm(board, change_id, origin, at)
    memory = Memory.of(known.changes)
    index = OriginIndex()
    batch = tuple(articles)
    reread = {article.article_id for article in batch}  # an article is no reprint of itself
    for article_id, origin, text in known.texts:
        if article_id not in reread:
            index.add(article_id, origin, text)

    readings: list[Reading] = []
    judgements: list[Judgement] = []
    origins: dict[UUID, str] = {}
    seen: dict[UUID, Article] = {}
    for article in batch:
        origin = origin_of(article, index)
        index.add(article.article_id, origin, article.text)
        traced = replace(article, origin=origin)
        origins[article.article_id] = origin
        seen[article.article_id] = traced
        reading = reader.read(traced, watch)
        readings.append(reading)
        verdicts, board = judge(reading, traced, board, watch, memory=memory)
        memory = memory.remember(v.change for v in verdicts if v.change is not None)
        judgements.extend(verdicts)

    changes = tuple(j.change for j in judgements if j.change is not None)
    alerts, silences = alerting.plan(changes, seen, watch, now)
    return Assessment(tuple(readings), tuple(judgements), alerts, silences, origins)
