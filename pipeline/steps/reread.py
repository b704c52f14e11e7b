"""Reread: the stored past, with the engine as it is now -> how the board would differ, and what to store."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from pipeline.board.corrections import NO_CORRECTIONS, Correction, CorrectionKind, Corrections, pin_row
from pipeline.board.fold import fold, in_force
from pipeline.model import Article, Aspect, Change, Claim, Judgement, Reading, Silence, Verdict
from pipeline.model.text import content_id, normalise
from pipeline.steps.assess import NEAR_DUPLICATES_FOR, Assessment, AssessmentInput

BATCH = 200  # articles that are read at once

Assess = Callable[[Sequence[Article], AssessmentInput], Awaitable[Assessment]]
_Key = tuple[Aspect, str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One row of the board that would be ``gained``, ``lost`` or ``changed``, with the change that makes it."""

    kind: str
    before: Change | None
    after: Change | None

    @property
    def change(self) -> Change:
        """The change that the row is named by."""
        change = self.after or self.before
        assert change is not None  # noqa: S101 -- one of them is there
        return change


@dataclass(frozen=True, slots=True)
class RereadResult:
    """The result of reading the past again; storing it makes the board what the engine reads now.

    Attributes:
        withdrawals: they take back what the engine no longer reads; they come before ``added``.
        added: the changes that it reads now and that are not on record, in order.
        judgements: of every claim, with the ids of the changes as they are or will be on record.
        unreadable: articles whose text is no longer kept; what they changed stands as it is.
    """

    differences: tuple[Difference, ...] = ()
    readings: tuple[Reading, ...] = ()
    judgements: tuple[Judgement, ...] = ()
    withdrawals: tuple[Change, ...] = ()
    added: tuple[Change, ...] = ()
    silences: tuple[Silence, ...] = ()
    origins: Mapping[UUID, str] | None = None
    unreadable: int = 0


async def read_again(
    articles: Sequence[Article],
    *,
    changes: Sequence[Change],
    engine: str,
    assess: Assess,
    now: datetime,
    corrections: Corrections = NO_CORRECTIONS,
) -> RereadResult:
    """Read the past again, in order of publication, from the baseline on; nothing is written.

    Args:
        articles: the newest text of each page that is not gone, in order; an empty text is one that is not kept.
        changes: every change of the watch that is on record, in order.
        engine: what reads now, for the reasons.
        assess: reads and judges a batch.
        now: the time of reading again.
        corrections: what persons say of what is read. A pin holds from the time at which it was made.
    """
    stored = in_force(changes)
    turns = list(corrections.turns())
    replay = _Replay([change for change in stored if change.verdict is Verdict.BASELINE], corrections.without(turns))
    kept_of: dict[UUID, list[Change]] = {}
    for change in stored:
        if change.article_id is not None:
            kept_of.setdefault(change.article_id, []).append(change)
    unreadable = 0
    batch: list[Article] = []
    for article in articles:
        while turns and turns[0].watch_time <= article.published:
            await replay.add(batch, assess)
            batch = []
            replay.apply(turns.pop(0))
        if article.text and len(batch) < BATCH:
            batch.append(article)
            continue
        await replay.add(batch, assess)
        batch = [article] if article.text else []
        if not article.text:
            unreadable += 1
            replay.changes += kept_of.get(article.article_id, [])
    await replay.add(batch, assess)
    for correction in turns:
        replay.apply(correction)
    withdrawn, same = _compared(stored, replay.changes)
    renamed = {
        change.change_id: same.get(change.change_id) or content_id("reread-change", now.isoformat(), change.change_id)
        for change in replay.changes
        if change.verdict is not Verdict.BASELINE
    }
    fresh = tuple(
        _as(change, renamed)
        for change in replay.changes
        if change.change_id in renamed and change.change_id not in same
    )
    withdrawals = tuple(_withdrawal(change, engine, now) for change in withdrawn)
    added = {change.change_id for change in fresh}
    return RereadResult(
        differences=_differences(stored, (*changes, *withdrawals, *fresh)),
        readings=tuple(replay.readings),
        judgements=tuple(_judgement(judgement, renamed, added) for judgement in replay.judgements),
        withdrawals=withdrawals,
        added=fresh,
        silences=tuple(
            Silence(change.change_id, f"read in the past again by {engine}: what is past makes no alert")
            for change in fresh
        ),
        origins=replay.origins,
        unreadable=unreadable,
    )


class _Replay:
    """What has been read so far, as :func:`pipeline.steps.assess` wants to know it."""

    def __init__(self, changes: Iterable[Change], corrections: Corrections) -> None:
        self.changes = list(changes)
        self._corrections = corrections
        self.readings: list[Reading] = []
        self.judgements: list[Judgement] = []
        self.origins: dict[UUID, str] = {}
        self._said: list[tuple[UUID, str, datetime]] = []
        self._unsure: list[tuple[Claim, str, datetime]] = []
        self._texts: list[Article] = []

    def apply(self, correction: Correction) -> None:
        """Pin a row, or let it go: from here on."""
        if correction.kind is CorrectionKind.PINNED:
            self.changes.append(pin_row(correction, fold(self.changes)))
        self._corrections = Corrections.of((*self._corrections.in_order, correction))

    async def add(self, batch: Sequence[Article], assess: Assess) -> None:
        """Read ``batch`` and remember what came of it."""
        if not batch:
            return
        since = batch[0].published - NEAR_DUPLICATES_FOR
        self._texts = [article for article in self._texts if article.published >= since]
        known = AssessmentInput(
            changes=tuple(self.changes),
            confirmations=tuple(self._said),
            texts=[(a.article_id, self.origins[a.article_id], a.text) for a in self._texts],
            uncertain=tuple(self._unsure),
            corrections=self._corrections,
        )
        made = await assess(batch, known)
        published = {article.article_id: article.published for article in batch}
        self.changes += made.changes
        self.readings += made.readings
        self.judgements += made.judgements
        self.origins |= made.origins
        self._texts += batch
        for judgement in made.judgements:
            about = judgement.change.change_id if judgement.change is not None else judgement.against
            who = made.origins[judgement.claim.article_id], published[judgement.claim.article_id]
            if judgement.verdict is Verdict.UNCERTAIN:
                self._unsure.append((judgement.claim, *who))
            elif about is not None and (judgement.change or judgement.verdict in {Verdict.CONFIRMS, Verdict.REPEATS}):
                self._said.append((about, *who))


def _compared(stored: Sequence[Change], read: Sequence[Change]) -> tuple[tuple[Change, ...], dict[UUID, UUID]]:
    """Return the stored changes to take back, and the stored ids of the changes that are read alike.

    Subjects are compared with their whole history. Those that supersede each other's rows go together: to keep one
    half of such a history would make another board than either.
    """
    group = _groups((*stored, *read))
    old, new = _histories(stored, group), _histories(read, group)
    withdrawn: list[Change] = []
    same: dict[UUID, UUID] = {}
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key, []), new.get(key, [])
        if _signs(was) == _signs(now):
            same |= {b.change_id: a.change_id for a, b in zip(was, now, strict=True)}
        else:
            withdrawn += [change for change in was if change.verdict is not Verdict.BASELINE]
    return tuple(withdrawn), same


def _groups(changes: Sequence[Change]) -> Callable[[Change], _Key]:
    """Return a function that maps a change to its group: subjects are together where one took away another's row."""
    parent: dict[_Key, _Key] = {}

    def root(key: _Key) -> _Key:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    by_id = {change.change_id: change for change in changes}
    for change in changes:
        taken = by_id.get(change.supersedes) if change.supersedes is not None else None
        if taken is not None:
            parent[root((taken.aspect, taken.subject_key))] = root((change.aspect, change.subject_key))
    return lambda change: root((change.aspect, change.subject_key))


def _histories(changes: Sequence[Change], group: Callable[[Change], _Key]) -> dict[_Key, list[Change]]:
    out: dict[_Key, list[Change]] = {}
    for change in changes:
        out.setdefault(group(change), []).append(change)
    return out


def _signs(history: Sequence[Change]) -> list[tuple[object, ...]]:
    """Return what two equal histories share: not their ids, which name the engine."""
    place = {change.change_id: number for number, change in enumerate(history)}
    return [
        (
            change.aspect,
            change.subject_key,
            change.verdict is Verdict.BASELINE,
            change.stage,
            change.value,
            change.held_from,
            change.disputed_value,
            normalise(change.quote),
            place.get(change.supersedes) if change.supersedes is not None else None,
        )
        for change in history
    ]


def _as(change: Change, renamed: Mapping[UUID, UUID]) -> Change:
    supersedes = renamed.get(change.supersedes, change.supersedes) if change.supersedes is not None else None
    return replace(change, change_id=renamed[change.change_id], supersedes=supersedes)


def _judgement(judgement: Judgement, renamed: Mapping[UUID, UUID], added: set[UUID]) -> Judgement:
    """Return ``judgement`` with the ids on record; one whose change is there already repeats it."""
    against = renamed.get(judgement.against, judgement.against) if judgement.against is not None else None
    if judgement.change is None:
        return replace(judgement, against=against)
    change = _as(judgement.change, renamed)
    if change.change_id in added:
        return replace(judgement, against=against, change=change)
    reason = f"as read before: {judgement.reason}"
    return replace(judgement, verdict=Verdict.REPEATS, against=change.change_id, change=None, reason=reason)


def _withdrawal(change: Change, engine: str, now: datetime) -> Change:
    return replace(
        change,
        change_id=content_id("reread-withdrawal", now.isoformat(), change.change_id),
        verdict=Verdict.WITHDRAWN,
        reason=f"read otherwise by {engine}",
        before_stage=change.stage,
        before_value=change.value,
        before_subject=change.subject,
        before_since=change.held_from,
        supersedes=change.change_id,
        claim_id=None,
    )


def _differences(stored: Sequence[Change], then: Sequence[Change]) -> tuple[Difference, ...]:
    before, after = fold(stored), fold(then)
    out = [Difference("lost", row.change, None) for key, row in before.items() if key not in after]
    for key, row in after.items():
        if key not in before:
            out.append(Difference("gained", None, row.change))
        elif _row(before[key].change) != _row(row.change):
            out.append(Difference("changed", before[key].change, row.change))
    return tuple(sorted(out, key=lambda d: (d.change.aspect, d.change.subject_key)))


def _row(change: Change) -> tuple[object, ...]:
    return change.stage, change.value, change.held_from, change.disputed_value
