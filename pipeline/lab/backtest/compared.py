"""What if: the alerts that another configuration or engine would have gained and lost over the same past. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from pipeline.alerts.recalls import drop_retracted
from pipeline.lab.backtest.living import Step, lived
from pipeline.lab.backtest.telling import Account, ReportedChange, account
from pipeline.model import Article, Change, ReaderChoice, Reading, Watch
from pipeline.reading.embedded import Reader

GAINED, LOST, OTHERWISE = "gained", "lost", "otherwise"
Progress = Callable[[int, int], None]  # articles read, and to be read
_Past = list[tuple[Step, datetime]]


@dataclass(frozen=True, slots=True)
class Came:
    """An article, and the time from which on it could be known, UTC."""

    article: Article
    at: datetime


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two that are compared: a configuration, and the engine that reads for it."""

    watch: Watch
    reader: Reader


@dataclass(frozen=True, slots=True)
class Difference:
    """One change that only one side would have told, or that both would have told differently.

    Attributes:
        kind: ``gained``, ``lost`` or ``otherwise``.
        before: what the first side makes of it; None where it makes no such change.
        after: the same of the other side.
        reason: why the one side is silent, in plain English; empty where both tell it.
    """

    kind: str
    before: ReportedChange | None
    after: ReportedChange | None
    reason: str = ""

    @property
    def reported(self) -> ReportedChange:
        """The side that is told; of two, the other side's."""
        told = self.before if self.kind == LOST else self.after
        assert told is not None  # noqa: S101 -- what is gained is told after, what is lost before
        return told


@dataclass(frozen=True, slots=True)
class Compared:
    """What came of living one past twice.

    Attributes:
        differences: in the order of the past.
        same: how many changes both tell alike.
        told: how many changes each side tells.
        messages: in how many messages, digests left out.
        articles: how many were read.
        unreadable: how many of the past have no text any more: what they changed stands for both sides.
    """

    differences: tuple[Difference, ...]
    same: int
    told: tuple[int, int]
    messages: tuple[int, int]
    articles: int
    unreadable: int = 0


def compared(
    past: Iterable[Came],
    one: Side,
    other: Side,
    *,
    kept: Mapping[UUID, Sequence[Change]] | None = None,
    since: datetime | None = None,
    progress: Progress = lambda done, total: None,
) -> Compared:
    """Live ``past`` with each side, and tell the alerts that differ.

    Where the two read alike, and only their rules differ, each article is read once.

    Args:
        past: articles in the order in which they could be known; an empty text is one that is no longer kept.
        one: how the watch is now.
        other: how it might be.
        kept: by article: the changes on record of those without a text.
        since: leave out what either tells before; it counts as known all the same.
        progress: told after each article.
    """
    came = list(past)
    alike = _reads_alike(one, other)
    total = len(came) * (1 if alike else 2)
    ours = _live(one, came, kept or {}, lambda done: progress(done, total))
    theirs = ours if alike else _live(other, came, kept or {}, lambda done: progress(len(came) + done, total))
    before, after = account(ours, one.watch, since=since), account(theirs, other.watch, since=since)
    pairs = list(_paired(before.told, after.told))
    found = [_difference(b, a, ours, theirs) for b, a in pairs]
    differences = sorted((d for d in found if d is not None), key=lambda d: d.reported.at)
    both = sum(bool(b and a and b.tellings and a.tellings) for b, a in pairs)
    unreadable = sum(not one.article.text for one in came)
    return Compared(
        differences=tuple(differences),
        same=both - sum(d.kind == OTHERWISE for d in differences),
        told=(_told(before), _told(after)),
        messages=(before.messages, after.messages),
        articles=len(came) - unreadable,
        unreadable=unreadable,
    )


class _Heeding:
    """Reads as ``inner`` does, and heeds notices that an article is withdrawn, as the live watch does."""

    def __init__(self, inner: Reader) -> None:
        self._inner = inner
        self.engine = inner.engine

    def read(self, article: Article, watch: Watch) -> Reading:
        """The claims of ``article``; none where it says that it is withdrawn."""
        return drop_retracted(self._inner.read(article, watch), article)


def _reads_alike(one: Side, other: Side) -> bool:
    """Whether the two make the same changes of any past: all but rules and feeds is the same."""

    def what_reads(side: Side) -> tuple[str, Watch]:
        return side.reader.engine, replace(side.watch, rules=(), feeds=(), reader=ReaderChoice())

    return what_reads(one) == what_reads(other)


def _live(
    side: Side, came: Sequence[Came], kept: Mapping[UUID, Sequence[Change]], progress: Callable[[int], None]
) -> _Past:
    past: _Past = []
    steps = lived(side.watch, (one.article for one in came), _Heeding(side.reader), kept)
    for step, one in zip(steps, came, strict=True):
        past.append((step, one.at))
        progress(len(past))
    return past


def _told(side: Account) -> int:
    return sum(bool(one.tellings) for one in side.told)


# -- which change of the one side is which of the other -----------------------------------------


def _paired(
    before: Sequence[ReportedChange], after: Sequence[ReportedChange]
) -> Iterator[tuple[ReportedChange | None, ReportedChange | None]]:
    """Each change of either side with its counterpart, the likest first; None where there is none."""
    left, right = list(before), list(after)
    for sign in (_word_for_word, _said_elsewhere, _read_otherwise, _same_sentence):
        waiting: dict[Hashable, list[ReportedChange]] = {}
        for told in right:
            waiting.setdefault(sign(told), []).append(told)
        alone = []
        for told in left:
            if found := waiting.get(sign(told)):
                yield told, found.pop(0)
            else:
                alone.append(told)
        left, right = alone, [told for group in waiting.values() for told in group]
    yield from ((told, None) for told in left)
    yield from ((None, told) for told in right)


def _word_for_word(told: ReportedChange) -> Hashable:
    return told.article.article_id, _what(told.change)


def _said_elsewhere(told: ReportedChange) -> Hashable:
    return _what(told.change)


def _read_otherwise(told: ReportedChange) -> Hashable:
    return told.article.article_id, told.change.quote, told.change.aspect


def _same_sentence(told: ReportedChange) -> Hashable:
    return told.article.article_id, told.change.quote


def _what(change: Change) -> Hashable:
    """What a change says: not its id, which names the engine."""
    return change.aspect, change.subject_key, change.stage, change.value, change.disputed_value


def _difference(
    before: ReportedChange | None, after: ReportedChange | None, ours: _Past, theirs: _Past
) -> Difference | None:
    if before is not None and before.tellings:
        if after is None or not after.tellings:
            return Difference(LOST, before, after, _why(before, after, theirs))
        return None if _as_told(before) == _as_told(after) else Difference(OTHERWISE, before, after)
    if after is not None and after.tellings:
        return Difference(GAINED, before, after, _why(after, before, ours))
    return None


def _as_told(told: ReportedChange) -> Hashable:
    """What a reader of the alerts sees: what became of what, by which article, how and when. Not the rule's name."""
    change = told.change
    return (
        told.article.article_id,
        change.subject,
        _what(change),
        (change.before_stage, change.before_value),
        tuple((telling.kind, telling.channel, telling.due) for telling in told.tellings),
    )


def _why(told: ReportedChange, silent: ReportedChange | None, past: _Past) -> str:
    """Why the side that lived ``past`` does not tell what the other does."""
    if silent is not None:
        return silent.silence or "it tells this outside of the time that was asked for"
    for step, _ in past:
        if step.article.article_id == told.article.article_id:
            said = [j for j in step.judgements if j.claim.quote == told.change.quote]
            said.sort(key=lambda j: j.claim.aspect is not told.change.aspect)
            if said:
                return f"{said[0].verdict}: {said[0].reason}"
    return "it reads no such claim in this sentence"
