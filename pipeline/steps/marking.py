"""Mark: what a person says of what was read -> what is taken back, what joins, who must hear of it. Pure.

What is read from now on, or again, meets the marks in :mod:`pipeline.steps.assess`. This is about what stands already.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from pipeline import alerts as alerting
from pipeline.board.board import Board, confirm_all, fold
from pipeline.board.compare import Memory
from pipeline.board.corrections import (
    AGAINST,
    FOR,
    Heeded,
    Mark,
    MarkKind,
    Marks,
    heed,
    is_pin_of,
    judge_heeding,
    pinned,
)
from pipeline.model import AlertKind, Article, Change, Claim, Judgement, Reading, Silence, Verdict, Watch
from pipeline.model.text import content_id
from pipeline.steps.marked import Marked, Marking, counted, heard, take_back, withdrawal, withdrawal_id, words_of


def act_on(mark: Mark, stored: Marking, watch: Watch, now: datetime) -> Marked:
    """What ``mark`` does to what stands.

    Args:
        mark: new; none of ``stored.marks``.
        stored: what the store holds.
        watch: the mission.
        now: the time of planning, by the watch's clock.
    """
    if mark.kind is MarkKind.PINNED:
        return _pin(mark, stored)
    if mark.kind is MarkKind.UNPINNED:
        return Marked(mark, told=("What the board says stays until a source says otherwise.",))
    if mark.kind is MarkKind.UNDONE:
        return _undo(mark, stored, watch, now)
    covered = _covered(mark, stored)
    if not covered:
        return Marked(mark, told=("None of it is in this store yet: it counts when it is read.",))
    if mark.kind in AGAINST:
        return _against(mark, covered, stored, watch, now)
    return _for(mark, covered, stored, watch, now)


# -- what the mark is about ----------------------------------------------------------------------


def _covered(mark: Mark, stored: Marking) -> list[tuple[Article, Heeded]]:
    """What the mark alone does to each article that it names, and of which something was read."""
    claims: dict[UUID, list[Claim]] = {}
    meant = {anchor.claim_id for anchor in mark.anchors}
    for said in sorted(stored.said, key=lambda one: one.claim.claim_id not in meant):
        claims.setdefault(said.claim.article_id, []).append(said.claim)
    alone = Marks.of([mark])
    found = []
    for article_id, of_it in claims.items():
        article = stored.article(article_id)
        if article is not None:
            heeded = heed(Reading(article_id, "", True, "", tuple(of_it)), article, alone)
            if heeded.ids:
                found.append((article, heeded))
    return found


def _touched(covered: Iterable[tuple[Article, Heeded]]) -> set[UUID]:
    return {claim_id for _, heeded in covered for claim_id in heeded.ids}


# -- taking back ---------------------------------------------------------------------------------


def _against(
    mark: Mark, covered: Sequence[tuple[Article, Heeded]], stored: Marking, watch: Watch, now: datetime
) -> Marked:
    touched = _touched(covered)
    told: list[str] = []
    lost, kept = _resting_on(touched, stored)
    revised = take_back(mark, lost, stored, watch, now, quietly=mark.kind is MarkKind.DUPLICATE)
    told += [f"Taken back: {words_of(change)}." for change in lost]
    told += [f"It stands, since another sentence says so: {words_of(change)}." for change in kept]
    told += heard(revised)
    made = {said.claim.claim_id for said in stored.said if said.change_id is not None}
    # The verdict of a claim that made a change stays on record as it was; the change itself is what is taken back.
    judgements = [j for _, heeded in covered for j in heeded.held_back if j.claim.claim_id not in made]
    return Marked(mark, revised, tuple(judgements), told=tuple(told or ["It had changed nothing."]))


def _resting_on(touched: set[UUID], stored: Marking) -> tuple[list[Change], list[Change]]:
    """The changes that rest on the claims ``touched`` alone, and those of them that others hold, in order."""
    says_so = {Verdict.CONFIRMS, Verdict.REPEATS}
    of_them = {
        said.change_id or said.against
        for said in stored.said
        if said.claim.claim_id in touched and (said.change_id is not None or said.verdict in says_so)
    }
    held = {change_id for change_id, claim_id in stored.support if claim_id not in touched}
    made_by = {said.change_id for said in stored.said if said.change_id and said.claim.claim_id in touched}
    lost, kept = [], []
    for change_id, change in stored.standing.items():
        if change_id not in of_them or change.claim_id is None:  # of the baseline, or of a person
            continue
        if change_id not in held:
            lost.append(change)
        elif change_id in made_by:
            kept.append(change)
    return lost, kept


# -- what counts for sure ------------------------------------------------------------------------


def _for(mark: Mark, covered: Sequence[tuple[Article, Heeded]], stored: Marking, watch: Watch, now: datetime) -> Marked:
    found = [
        (article, claim)
        for article, heeded in covered
        for claim in heeded.reading.claims
        if claim.claim_id in heeded.sure
    ]
    if not found:
        return Marked(mark, told=("The sentence does not stand in the article any more.",))
    article, claim = found[0]
    touched = _touched(covered)
    standing = stored.standing
    by_claim = {said.claim.claim_id: said for said in stored.said}
    if claim.claim_id in by_claim:  # the person says what the engine said
        said = by_claim[claim.claim_id]
        if said.change_id in standing:
            return _surer(mark, standing[said.change_id], stored, watch, now)
        if said.against in standing and said.verdict in {Verdict.CONFIRMS, Verdict.REPEATS}:
            return Marked(mark, told=(f"The board has it already: {words_of(standing[said.against])}.",))
    lost = _resting_on(touched, stored)[0] if claim.claim_id not in by_claim else []
    revised = take_back(mark, lost, stored, watch, now)
    after = replace(stored, changes=(*stored.changes, *revised.withdrawals))
    judgement = _judged(mark, claim, article, after, watch)
    told = [f"Taken back: {words_of(change)}." for change in lost] + heard(revised)
    # What waited for a second origin waits no more.
    waited = [
        j
        for _, heeded in covered
        for j in heeded.held_back
        if (one := by_claim.get(j.claim.claim_id)) is not None and one.verdict is Verdict.UNCERTAIN
    ]
    if judgement.change is None:
        told.append(f"No change: {judgement.reason}.")
        return Marked(mark, revised, (*waited, judgement), told=tuple(told))
    change = judgement.change
    earlier = {c.change_id: c for c in (*after.changes, change)}
    alerts, silences = alerting.plan(
        (change,),
        stored.articles or {},
        watch,
        now,
        before=earlier,
        origins={change.change_id: (0, 1)},
        mutes=stored.mutes,
    )
    told.append(f"The board now says: {words_of(change)}.")
    told.append(f"Due: {counted(len(alerts), 'alert')}." if alerts else "No rule asks for an alert.")
    return Marked(mark, revised, (*waited, judgement), alerts=alerts, silences=silences, told=tuple(told))


def _surer(mark: Mark, change: Change, stored: Marking, watch: Watch, now: datetime) -> Marked:
    """A change that stands and that somebody confirms: told at once where it was too unsure for that."""
    earlier = {c.change_id: c for c in stored.changes}
    heard_of = {change.change_id: (0, (stored.origins or {}).get(change.change_id, 1))}
    sure = replace(change, confidence=1.0)
    planned, _ = alerting.plan(
        (sure,), stored.articles or {}, watch, now, before=earlier, origins=heard_of, mutes=stored.mutes
    )
    in_digest = {AlertKind.DIGEST, AlertKind.DIGEST_PART}
    told_at_once = {
        sent.alert.channel
        for sent in stored.alerts
        if change.change_id in sent.alert.change_ids and sent.alert.kind not in in_digest
    }
    alerts = tuple(one for one in planned if one.kind not in in_digest and one.channel not in told_at_once)
    told = f"It stands: {words_of(change)}."
    due = f"Due, since it is sure now: {counted(len(alerts), 'alert')}." if alerts else "Nobody needs to be told again."
    return Marked(mark, alerts=alerts, told=(told, due))


def _judged(mark: Mark, claim: Claim, article: Article, stored: Marking, watch: Watch) -> Judgement:
    """The verdict of a claim that its person is sure of, on the board as it is now."""
    standing = tuple(stored.standing.values())
    board = confirm_all(fold(stored.changes), stored.confirmations)
    memory = Memory.of(standing)
    heeded = Heeded(Reading(article.article_id, "", True, "", (claim,)), (), {claim.claim_id: mark})
    pins = Marks.of((*stored.marks, mark)).pins()
    (judgement,), _ = judge_heeding(heeded, article, board, watch, memory=memory, pins=pins)
    change = judgement.change
    if change is None:
        return judgement
    row = board.get((change.aspect, change.subject_key))
    if row is not None and row.change.known_at > change.known_at:
        why = (
            f"the board has later news of it, of {_day(row.change.known_at.date())}; `missionwatch reread DIR --apply` "
            f"puts it in its place in the past ({judgement.reason})"
        )
        return Judgement(claim, Verdict.STALE, why, row.change.change_id, judgement.similarity)
    named = content_id("marked-change", mark.mark_id, claim.claim_id)  # its first id may be one that was taken back
    return replace(judgement, change=replace(change, change_id=named))


# -- pins ----------------------------------------------------------------------------------------


def _pin(mark: Mark, stored: Marking) -> Marked:
    change = pinned(mark, fold(stored.changes))
    silence = Silence(change.change_id, f"{mark.told}: a pin makes no alert")
    told = f"The board now says, until it is unpinned: {words_of(change)}."
    return Marked(mark, added=(change,), silences=(silence,), told=(told,))


# -- undoing -------------------------------------------------------------------------------------


def _undo(mark: Mark, stored: Marking, watch: Watch, now: datetime) -> Marked:
    """What ``mark`` takes back did is put right, as far as the board has not moved on since."""
    undone = next((one for one in stored.marks if one.mark_id == mark.undoes), None)
    if undone is None or undone.kind is MarkKind.UNPINNED:
        return Marked(mark, told=("It had changed nothing here.",) if undone is None else ("It is pinned again.",))
    standing = stored.standing
    by_id = {change.change_id: change for change in stored.changes}
    back: list[Change] = []
    if undone.kind is MarkKind.PINNED:
        back = [change for change in standing.values() if is_pin_of(change, undone)]
    elif undone.kind in FOR:
        made = {content_id("marked-change", undone.mark_id, said.claim.claim_id) for said in stored.said}
        back = [change for change in standing.values() if change.change_id in made]
    resting = [change for change in back if change.article_id is not None and change.claim_id is not None]
    revised = take_back(mark, resting, stored, watch, now)
    bare = tuple(withdrawal(mark, change, now) for change in back if change not in resting)
    revised = replace(revised, withdrawals=(*revised.withdrawals, *bare))
    board = fold((*stored.changes, *revised.withdrawals))
    again: list[tuple[Change, Change]] = []
    told = [f"Taken back: {words_of(change)}." for change in back] + heard(revised)
    for change in stored.changes:
        lost = by_id.get(change.supersedes) if change.supersedes is not None else None
        if lost is None or change.change_id != withdrawal_id(undone, lost.change_id):
            continue
        if _has_moved_on(board, lost):
            told.append(f"The board has moved on since: {words_of(lost)} stays taken back.")
            continue
        again.append((_stands_again(mark, lost, board), lost))
        told.append(f"It stands again: {words_of(lost)}.")
    # Who got a recall, or nothing yet, must hear of it; what went quietly comes back quietly.
    told_before = {i for sent in stored.alerts if sent.delivered_at for i in sent.alert.change_ids}
    quiet = undone.kind is MarkKind.DUPLICATE
    news = [one for one, lost in again if not (quiet and lost.change_id in told_before)]
    earlier = {c.change_id: c for c in (*stored.changes, *news)}
    heard_of = {one.change_id: (0, (stored.origins or {}).get(lost.change_id, 1)) for one, lost in again}
    alerts, silences = alerting.plan(
        news, stored.articles or {}, watch, now, before=earlier, origins=heard_of, mutes=stored.mutes
    )
    silences += tuple(Silence(one.change_id, f"{mark.told}: it was told before") for one, _ in again if one not in news)
    if alerts:
        told.append(f"Due: {counted(len(alerts), 'alert')}.")
    if undone.kind is not MarkKind.PINNED:
        told.append("What it held back counts again when the past is read again: `missionwatch reread DIR`.")
    return Marked(mark, revised, (), tuple(one for one, _ in again), alerts, silences, tuple(told))


def _has_moved_on(board: Board, lost: Change) -> bool:
    row = board.get((lost.aspect, lost.subject_key))
    return row is not None and row.change.known_at > lost.known_at


def _stands_again(mark: Mark, lost: Change, board: Board) -> Change:
    row = board.get((lost.aspect, lost.subject_key))
    before = row.change if row is not None else None
    return replace(
        lost,
        change_id=content_id("mark-undone", mark.mark_id, lost.change_id),
        reason=f"{lost.reason}; {mark.told}",
        before_stage=before.stage if before is not None else lost.before_stage,
        before_value=before.value if before is not None else lost.before_value,
        before_subject=before.subject if before is not None else lost.before_subject,
        before_since=before.held_from if before is not None else lost.before_since,
    )


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
