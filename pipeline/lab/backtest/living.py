"""A past lived once more: an article after another, each known to those that come after it and to no other. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from pipeline.board.compare import ChangeHistory, UncertainClaim, judge
from pipeline.board.fold import apply, baseline_changes, confirm, fold
from pipeline.board.successors import with_successors
from pipeline.model import Article, Change, Judgement, Verdict, Watch
from pipeline.pages.dedupe import OriginIndex
from pipeline.reading.embedded import Reader


@dataclass(frozen=True, slots=True)
class Step:
    """One article of the past, and what came of it.

    Attributes:
        article: with who first wrote it.
        judgements: of each claim, in text order; none where the text is no longer kept.
        changes: in the order in which the board took them.
    """

    article: Article
    judgements: tuple[Judgement, ...] = ()
    changes: tuple[Change, ...] = ()


def lived(
    watch: Watch,
    articles: Iterable[Article],
    reader: Reader,
    kept: Mapping[UUID, Sequence[Change]] | None = None,
) -> Iterator[Step]:
    """What comes of each of ``articles``, from the watch's baseline on.

    Args:
        watch: the mission, with its baseline.
        articles: in the order in which they could be known.
        reader: the engine.
        kept: by article: the changes on record of one whose text is no longer kept. They stand as they are.
    """
    changes = baseline_changes(watch)
    board, history = fold(changes), ChangeHistory.of(changes)
    index = OriginIndex()
    named = with_successors(watch, changes)
    for untraced in articles:
        if not untraced.text and kept is not None:
            made = tuple(kept.get(untraced.article_id, ()))
            for change in made:
                board = confirm(apply(board, change), change.change_id, untraced.origin, untraced.published)
            history = history.extended(made)
            step = Step(untraced, (), made)
        else:
            origin, reprinted = index.trace(untraced)
            article = replace(untraced, origin=origin)
            reading = reader.read(article, named)
            judgements, board = judge(reading, article, board, watch, history=history, reprinted=reprinted)
            made = tuple(j.change for j in judgements if j.change is not None)
            doubts = (
                UncertainClaim(j.claim, origin, article.published) for j in judgements if j.verdict is Verdict.UNCERTAIN
            )
            history = history.extended(made, doubts)
            step = Step(article, judgements, made)
        if made:
            named = with_successors(watch, history.changes)
        yield step
