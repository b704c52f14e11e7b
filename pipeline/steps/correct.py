"""Plan what a new correction does to what stands: changes taken back or added, and the messages due. Pure.

What is read later, or again, meets the corrections in :mod:`pipeline.steps.assess`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pipeline import alerts as alerting
from pipeline.board.compare import ChangeHistory
from pipeline.board.corrections import (
    AGAINST,
    FOR,
    CorrectedReading,
    Correction,
    CorrectionKind,
    Corrections,
    apply_corrections,
    is_pin_of,
    judge_corrected,
    pin_row,
)
from pipeline.board.fold import Board, confirm_all, fold
from pipeline.model import AlertKind, Article, Change, Claim, Judgement, Reading, Silence, Verdict, Watch
from pipeline.model.text import content_id, format_day, pluralise
from pipeline.steps.correction import (
    CorrectionContext,
    CorrectionOutcome,
    describe_change,
    describe_recalls,
    take_back,
    withdrawal,
    withdrawal_id,
)


def plan_correction(
    correction: Correction, stored: CorrectionContext, watch: Watch, now: datetime
) -> CorrectionOutcome:
    """Plan what ``correction`` does to the changes that stand.

    Args:
        correction: new; none of ``stored.corrections``.
        stored: what the store holds.
        watch: the mission.
        now: the time of planning, by the watch's clock.
    """
    if correction.kind is CorrectionKind.PINNED:
        return _pin(correction, stored)
    if correction.kind is CorrectionKind.UNPINNED:
        return CorrectionOutcome(correction, told=("What the board says stays until a source says otherwise.",))
    if correction.kind is CorrectionKind.UNDONE:
        return _undo(correction, stored, watch, now)
    covered = _covered(correction, stored)
    if not covered:
        return CorrectionOutcome(correction, told=("None of it is in this store yet: it counts when it is read.",))
    if correction.kind in AGAINST:
        return _refute(correction, covered, stored, watch, now)
    return _confirm(correction, covered, stored, watch, now)


# -- what the correction is about ----------------------------------------------------------------------


def _covered(correction: Correction, stored: CorrectionContext) -> list[tuple[Article, CorrectedReading]]:
    """Apply ``correction`` alone to each article that it names and of which something was read."""
    claims: dict[UUID, list[Claim]] = {}
    meant = {anchor.claim_id for anchor in correction.anchors}
    for said in sorted(stored.said, key=lambda one: one.claim.claim_id not in meant):
        claims.setdefault(said.claim.article_id, []).append(said.claim)
    alone = Corrections.of([correction])
    found = []
    for article_id, of_it in claims.items():
        article = stored.article(article_id)
        if article is not None:
            corrected = apply_corrections(Reading(article_id, "", True, "", tuple(of_it)), article, alone)
            if corrected.ids:
                found.append((article, corrected))
    return found


def _touched(covered: Iterable[tuple[Article, CorrectedReading]]) -> set[UUID]:
    return {claim_id for _, corrected in covered for claim_id in corrected.ids}


# -- taking back ---------------------------------------------------------------------------------


def _refute(
    correction: Correction,
    covered: Sequence[tuple[Article, CorrectedReading]],
    stored: CorrectionContext,
    watch: Watch,
    now: datetime,
) -> CorrectionOutcome:
    touched = _touched(covered)
    told: list[str] = []
    lost, kept = _resting_on(touched, stored)
    revised = take_back(correction, lost, stored, watch, now, quietly=correction.kind is CorrectionKind.DUPLICATE)
    told += [f"Taken back: {describe_change(change)}." for change in lost]
    told += [f"It stands, since another sentence says so: {describe_change(change)}." for change in kept]
    told += describe_recalls(revised)
    made = {said.claim.claim_id for said in stored.said if said.change_id is not None}
    # The verdict of a claim that made a change stays on record as it was; the change itself is what is taken back.
    judgements = [j for _, corrected in covered for j in corrected.held_back if j.claim.claim_id not in made]
    return CorrectionOutcome(correction, revised, tuple(judgements), told=tuple(told or ["It had changed nothing."]))


def _resting_on(touched: set[UUID], stored: CorrectionContext) -> tuple[list[Change], list[Change]]:
    """Return the changes that rest on the claims ``touched`` alone, and those that other claims also support."""
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


def _confirm(
    correction: Correction,
    covered: Sequence[tuple[Article, CorrectedReading]],
    stored: CorrectionContext,
    watch: Watch,
    now: datetime,
) -> CorrectionOutcome:
    found = [
        (article, claim)
        for article, corrected in covered
        for claim in corrected.reading.claims
        if claim.claim_id in corrected.confirmed
    ]
    if not found:
        return CorrectionOutcome(correction, told=("The sentence does not stand in the article any more.",))
    article, claim = found[0]
    touched = _touched(covered)
    standing = stored.standing
    by_claim = {said.claim.claim_id: said for said in stored.said}
    if claim.claim_id in by_claim:  # the person says what the engine said
        said = by_claim[claim.claim_id]
        if said.change_id in standing:
            return _confirm_standing(correction, standing[said.change_id], stored, watch, now)
        if said.against in standing and said.verdict in {Verdict.CONFIRMS, Verdict.REPEATS}:
            return CorrectionOutcome(
                correction, told=(f"The board has it already: {describe_change(standing[said.against])}.",)
            )
    lost = _resting_on(touched, stored)[0] if claim.claim_id not in by_claim else []
    revised = take_back(correction, lost, stored, watch, now)
    after = replace(stored, changes=(*stored.changes, *revised.withdrawals))
    judgement = _judge(correction, claim, article, after, watch)
    told = [f"Taken back: {describe_change(change)}." for change in lost] + describe_recalls(revised)
    # What waited for a second origin waits no more.
    waited = [
        j
        for _, corrected in covered
        for j in corrected.held_back
        if (one := by_claim.get(j.claim.claim_id)) is not None and one.verdict is Verdict.UNCERTAIN
    ]
    if judgement.change is None:
        told.append(f"No change: {judgement.reason}.")
        return CorrectionOutcome(correction, revised, (*waited, judgement), told=tuple(told))
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
    told.append(f"The board now says: {describe_change(change)}.")
    told.append(f"Due: {pluralise(len(alerts), 'alert')}." if alerts else "No rule asks for an alert.")
    return CorrectionOutcome(
        correction, revised, (*waited, judgement), alerts=alerts, silences=silences, told=tuple(told)
    )


def _confirm_standing(
    correction: Correction, change: Change, stored: CorrectionContext, watch: Watch, now: datetime
) -> CorrectionOutcome:
    """Confirm a change that stands; tell it at once where it was too unsure for that before."""
    earlier = {c.change_id: c for c in stored.changes}
    heard_of = {change.change_id: (0, (stored.origins or {}).get(change.change_id, 1))}
    confirmed = replace(change, confidence=1.0)
    planned, _ = alerting.plan(
        (confirmed,), stored.articles or {}, watch, now, before=earlier, origins=heard_of, mutes=stored.mutes
    )
    in_digest = {AlertKind.DIGEST, AlertKind.DIGEST_PART}
    told_at_once = {
        sent.alert.channel
        for sent in stored.alerts
        if change.change_id in sent.alert.change_ids and sent.alert.kind not in in_digest
    }
    alerts = tuple(one for one in planned if one.kind not in in_digest and one.channel not in told_at_once)
    told = f"It stands: {describe_change(change)}."
    due = (
        f"Due, since it is sure now: {pluralise(len(alerts), 'alert')}." if alerts else "Nobody needs to be told again."
    )
    return CorrectionOutcome(correction, alerts=alerts, told=(told, due))


def _judge(
    correction: Correction, claim: Claim, article: Article, stored: CorrectionContext, watch: Watch
) -> Judgement:
    """Judge a claim that a person confirms against the board as it is now."""
    standing = tuple(stored.standing.values())
    board = confirm_all(fold(stored.changes), stored.confirmations)
    history = ChangeHistory.of(standing)
    corrected = CorrectedReading(Reading(article.article_id, "", True, "", (claim,)), (), {claim.claim_id: correction})
    pins = Corrections.of((*stored.corrections, correction)).pins()
    (judgement,), _ = judge_corrected(corrected, article, board, watch, history=history, pins=pins)
    change = judgement.change
    if change is None:
        return judgement
    row = board.get((change.aspect, change.subject_key))
    if row is not None and row.change.known_at > change.known_at:
        why = (
            f"the board has later news of it, of {format_day(row.change.known_at.date())}; "
            f"`missionwatch reread DIR --apply` puts it in its place in the past ({judgement.reason})"
        )
        return Judgement(claim, Verdict.STALE, why, row.change.change_id, judgement.similarity)
    named = content_id(
        "marked-change", correction.correction_id, claim.claim_id
    )  # its first id may be one that was taken back
    return replace(judgement, change=replace(change, change_id=named))


# -- pins ----------------------------------------------------------------------------------------


def _pin(correction: Correction, stored: CorrectionContext) -> CorrectionOutcome:
    change = pin_row(correction, fold(stored.changes))
    silence = Silence(change.change_id, f"{correction.told}: a pin makes no alert")
    told = f"The board now says, until it is unpinned: {describe_change(change)}."
    return CorrectionOutcome(correction, added=(change,), silences=(silence,), told=(told,))


# -- undoing -------------------------------------------------------------------------------------


def _undo(correction: Correction, stored: CorrectionContext, watch: Watch, now: datetime) -> CorrectionOutcome:
    """Plan the undoing of an earlier correction, as far as the board has not moved on since."""
    undone = next((one for one in stored.corrections if one.correction_id == correction.undoes), None)
    if undone is None or undone.kind is CorrectionKind.UNPINNED:
        return CorrectionOutcome(
            correction, told=("It had changed nothing here.",) if undone is None else ("It is pinned again.",)
        )
    standing = stored.standing
    by_id = {change.change_id: change for change in stored.changes}
    back: list[Change] = []
    if undone.kind is CorrectionKind.PINNED:
        back = [change for change in standing.values() if is_pin_of(change, undone)]
    elif undone.kind in FOR:
        made = {content_id("marked-change", undone.correction_id, said.claim.claim_id) for said in stored.said}
        back = [change for change in standing.values() if change.change_id in made]
    resting = [change for change in back if change.article_id is not None and change.claim_id is not None]
    revised = take_back(correction, resting, stored, watch, now)
    bare = tuple(withdrawal(correction, change, now) for change in back if change not in resting)
    revised = replace(revised, withdrawals=(*revised.withdrawals, *bare))
    board = fold((*stored.changes, *revised.withdrawals))
    again: list[tuple[Change, Change]] = []
    told = [f"Taken back: {describe_change(change)}." for change in back] + describe_recalls(revised)
    for change in stored.changes:
        lost = by_id.get(change.supersedes) if change.supersedes is not None else None
        if lost is None or change.change_id != withdrawal_id(undone, lost.change_id):
            continue
        if _has_moved_on(board, lost):
            told.append(f"The board has moved on since: {describe_change(lost)} stays taken back.")
            continue
        again.append((_stands_again(correction, lost, board), lost))
        told.append(f"It stands again: {describe_change(lost)}.")
    # Whoever got a recall, or nothing yet, is alerted; what was withdrawn silently returns silently.
    told_before = {i for sent in stored.alerts if sent.delivered_at for i in sent.alert.change_ids}
    quiet = undone.kind is CorrectionKind.DUPLICATE
    news = [one for one, lost in again if not (quiet and lost.change_id in told_before)]
    earlier = {c.change_id: c for c in (*stored.changes, *news)}
    heard_of = {one.change_id: (0, (stored.origins or {}).get(lost.change_id, 1)) for one, lost in again}
    alerts, silences = alerting.plan(
        news, stored.articles or {}, watch, now, before=earlier, origins=heard_of, mutes=stored.mutes
    )
    silences += tuple(
        Silence(one.change_id, f"{correction.told}: it was told before") for one, _ in again if one not in news
    )
    if alerts:
        told.append(f"Due: {pluralise(len(alerts), 'alert')}.")
    if undone.kind is not CorrectionKind.PINNED:
        told.append("What it held back counts again when the past is read again: `missionwatch reread DIR`.")
    return CorrectionOutcome(correction, revised, (), tuple(one for one, _ in again), alerts, silences, tuple(told))


def _has_moved_on(board: Board, lost: Change) -> bool:
    row = board.get((lost.aspect, lost.subject_key))
    return row is not None and row.change.known_at > lost.known_at


def _stands_again(correction: Correction, lost: Change, board: Board) -> Change:
    row = board.get((lost.aspect, lost.subject_key))
    before = row.change if row is not None else None
    return replace(
        lost,
        change_id=content_id("mark-undone", correction.correction_id, lost.change_id),
        reason=f"{lost.reason}; {correction.told}",
        before_stage=before.stage if before is not None else lost.before_stage,
        before_value=before.value if before is not None else lost.before_value,
        before_subject=before.subject if before is not None else lost.before_subject,
        before_since=before.held_from if before is not None else lost.before_since,
    )
