"""The store's state when a correction is made, the outcome of the correction, and how a change is taken back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from pipeline.alerts import stage_words
from pipeline.alerts.recalls import RECALL, plan_recalls
from pipeline.board.corrections import Correction
from pipeline.board.fold import in_force
from pipeline.model import (
    Alert,
    Article,
    Change,
    Claim,
    EvidenceCheck,
    Finding,
    Judgement,
    Mute,
    RecheckResult,
    SentAlert,
    Silence,
    Verdict,
    Watch,
)
from pipeline.model.text import content_id, pluralise

_NOTHING = RecheckResult()


@dataclass(frozen=True, slots=True)
class RecordedClaim:
    """A claim on record with its verdict, and the change that it made or was compared with."""

    claim: Claim
    verdict: Verdict
    change_id: UUID | None = None
    against: UUID | None = None


@dataclass(frozen=True, slots=True)
class CorrectionContext:
    """What the store holds about the sentences of a new correction.

    Attributes:
        changes: every change of the watch, in order.
        corrections: those that were made before, in order.
        said: every claim of the pages that the correction names.
        support: (change, claim) of those who still say what the changes of these claims say.
        articles: behind all of these, by id.
        alerts: those that tell these changes.
        confirmations: see :class:`pipeline.steps.AssessmentInput`.
        origins: how many independent origins tell each change.
        mutes: see :class:`pipeline.steps.AssessmentInput`.
    """

    changes: Sequence[Change] = ()
    corrections: Sequence[Correction] = ()
    said: Sequence[RecordedClaim] = ()
    support: Sequence[tuple[UUID, UUID]] = ()
    articles: Mapping[UUID, Article] | None = None
    alerts: Sequence[SentAlert] = ()
    confirmations: Sequence[tuple[UUID, str, datetime]] = ()
    origins: Mapping[UUID, int] | None = None
    mutes: Sequence[Mute] = ()

    def article(self, article_id: UUID | None) -> Article | None:
        """Return the article with that id; None where it is not kept."""
        return (self.articles or {}).get(article_id) if article_id is not None else None

    @property
    def standing(self) -> dict[UUID, Change]:
        """The changes that were not taken back, in order."""
        return {change.change_id: change for change in in_force(self.changes)}


@dataclass(frozen=True, slots=True)
class CorrectionOutcome:
    """The outcome of a correction; all of it is written in one transaction.

    Attributes:
        correction: the correction.
        revised: what is taken back, and the recalls due.
        judgements: new verdicts of claims, with the changes that they make now.
        added: the other changes that join: of a pin, or what stands again. They come last.
        alerts, silences: of the changes that join.
        told: what came of it, a sentence each.
    """

    correction: Correction
    revised: RecheckResult = _NOTHING
    judgements: tuple[Judgement, ...] = ()
    added: tuple[Change, ...] = ()
    alerts: tuple[Alert, ...] = ()
    silences: tuple[Silence, ...] = ()
    told: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes that join the record, in order."""
        made = (judgement.change for judgement in self.judgements)
        return (*self.revised.withdrawals, *(change for change in made if change is not None), *self.added)


def take_back(
    correction: Correction,
    lost: Sequence[Change],
    stored: CorrectionContext,
    watch: Watch,
    now: datetime,
    *,
    quietly: bool = False,
) -> RecheckResult:
    """Take ``lost`` back, with recalls for their readers; ``quietly`` recalls only what was not delivered yet."""
    withdrawals = [withdrawal(correction, change, now) for change in lost]
    checks = [_check(correction, change, w, stored, now) for change, w in zip(lost, withdrawals, strict=True)]
    alerts = [sent for sent in stored.alerts if sent.alert.rule != RECALL and not (quietly and sent.delivered_at)]
    changes = {change.change_id: change for change in stored.changes}
    recalls, messages = plan_recalls(checks, changes, alerts, stored.articles or {}, watch, now)
    return RecheckResult(tuple(checks), tuple(withdrawals), recalls, messages)


def withdrawal(correction: Correction, change: Change, now: datetime) -> Change:
    """Return the change by which ``correction`` takes ``change`` back."""
    return replace(
        change,
        change_id=withdrawal_id(correction, change.change_id),
        verdict=Verdict.WITHDRAWN,
        known_at=now,
        reason=correction.told,
        before_stage=change.stage,
        before_value=change.value,
        before_subject=change.subject,
        before_since=change.held_from,
        supersedes=change.change_id,
        claim_id=None,
        disputed_value=None,
    )


def withdrawal_id(correction: Correction, change_id: UUID) -> UUID:
    """Return the id of the change by which ``correction`` takes back the change ``change_id``."""
    return content_id("mark-withdrawal", correction.correction_id, change_id)


def _check(
    correction: Correction, change: Change, back: Change, stored: CorrectionContext, now: datetime
) -> EvidenceCheck:
    assert change.article_id is not None  # noqa: S101 -- what no sentence made is not taken back so
    article = stored.article(change.article_id)
    return EvidenceCheck(
        check_id=content_id("evidence-check", change.change_id, change.article_id, correction.correction_id),
        change_id=change.change_id,
        article_id=change.article_id,
        revision_id=change.article_id,  # the text is what it was
        url=article.url if article is not None else "",
        checked_at=now,
        finding=Finding.MARKED,
        old_sentence=change.quote,
        new_sentence="",
        reason=correction.told,
        withdrawal_id=back.change_id,
    )


def describe_recalls(revised: RecheckResult) -> list[str]:
    """Say in sentences which messages are due for what is taken back."""
    told = []
    if revised.alerts:
        told.append(f"Due to those who were told: {pluralise(len(revised.alerts), 'message')}.")
    if withdrawn := sum(recall.message_id is None for recall in revised.recalls):
        told.append(f"Withdrawn before anybody got it: {pluralise(withdrawn, 'alert')}.")
    return told


def describe_change(change: Change) -> str:
    """Describe a change in one line."""
    return f"{change.aspect}: {change.subject}: {change.value} ({stage_words(change.stage)})"
