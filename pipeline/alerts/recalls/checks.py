"""Decide when a page behind an alert is checked again, what of it stands, and what must be taken back. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pipeline.alerts.recalls.evidence import Examination, Page, examine
from pipeline.model import TAKEN_BACK, Change, Evidence, EvidenceCheck, Finding, Verdict
from pipeline.model.text import content_id

RECHECK_FOR = timedelta(days=14)  # after the last alert that rests on the page
FIRST_RECHECKS = (timedelta(hours=1), timedelta(hours=6))  # most corrections come within hours; then daily
DAILY = timedelta(days=1)


def recheck_due(told_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Decide whether a page is due: 1 h, 6 h and 24 h after it was told, then daily, for :data:`RECHECK_FOR`.

    However many checks were missed, one makes up for them.

    Args:
        told_at: when the last alert that rests on the page was planned.
        seen_at: when the page was asked for last.
        now: the time of asking.
    """
    age = now - told_at
    if not FIRST_RECHECKS[0] <= age <= RECHECK_FOR:
        return False
    whole_days = age // DAILY
    last = DAILY * whole_days if whole_days else max(look for look in FIRST_RECHECKS if look <= age)
    return seen_at < told_at + last


def check_page(
    page: Page, evidence: Sequence[Evidence], changes: Mapping[UUID, Change], now: datetime
) -> tuple[tuple[EvidenceCheck, ...], tuple[Change, ...]]:
    """Check each change that rests on ``page``, and make the withdrawals that follow.

    A change is taken back where its evidence was corrected or withdrawn and no other origin says so.

    Args:
        page: as it is now.
        evidence: of each change that rests on the page, here and elsewhere, that was not taken back before.
        changes: by id.
        now: the time of the look.
    """
    by_change: dict[UUID, list[Evidence]] = {}
    for one in evidence:
        by_change.setdefault(one.change_id, []).append(one)
    checks: list[EvidenceCheck] = []
    withdrawals: list[Change] = []
    for change_id, all_of_it in by_change.items():
        here = sorted((e for e in all_of_it if _rests_on(e, page)), key=lambda e: (e.rank, str(e.claim.claim_id)))
        if not here or change_id not in changes:
            continue
        change = changes[change_id]
        first, found = _outcome(here, page)
        support = _support(all_of_it, here, page) if found.finding in TAKEN_BACK else ""
        withdrawal = None
        if found.finding in TAKEN_BACK and not support:
            withdrawal = _withdrawal(change, first, found, page, now)
            withdrawals.append(withdrawal)
        revision = page.article.article_id if page.article is not None else None
        checks += [
            EvidenceCheck(
                check_id=content_id("evidence-check", change_id, article_id, revision or "gone"),
                change_id=change_id,
                article_id=article_id,
                revision_id=revision,
                url=page.url,
                checked_at=now,
                finding=found.finding,
                old_sentence=first.claim.quote,
                new_sentence=found.sentence,
                reason=f"{found.reason}; {support} still says so" if support else found.reason,
                supported_by=support,
                withdrawal_id=withdrawal.change_id if withdrawal is not None else None,
            )
            for article_id in dict.fromkeys(e.claim.article_id for e in here)
        ]
    return tuple(checks), tuple(withdrawals)


def _rests_on(evidence: Evidence, page: Page) -> bool:
    newest = page.article.article_id if page.article is not None else None
    return evidence.url == page.url and evidence.claim.article_id != newest


def _outcome(here: Sequence[Evidence], page: Page) -> tuple[Evidence, Examination]:
    """Return the outcome of the page's best evidence; a merely dropped sentence gives way to another of it."""
    found = [(one, examine(one, page)) for one in here]
    first = found[0]
    if first[1].finding in {Finding.STANDS, Finding.CORRECTED}:
        return first
    return next((f for f in found if f[1].finding is Finding.STANDS), first)


def _support(all_of_it: Sequence[Evidence], here: Sequence[Evidence], page: Page) -> str:
    """Return an origin that says so elsewhere and has not taken it back."""
    own = {one.origin for one in here}
    return min((e.origin for e in all_of_it if e.url != page.url and e.origin not in own), default="")


def _withdrawal(change: Change, evidence: Evidence, found: Examination, page: Page, now: datetime) -> Change:
    """Make the change that takes ``change`` back: the board is as if it had never been."""
    said_now = page.article is not None and found.sentence
    return Change(
        change_id=content_id("withdrawal", change.change_id),
        watch=change.watch,
        aspect=change.aspect,
        subject=change.subject,
        subject_key=change.subject_key,
        verdict=Verdict.WITHDRAWN,
        stage=change.stage,
        value=change.value,
        held_from=change.held_from,  # wherever the one counts, the other does too
        known_at=now,
        quote=found.sentence or evidence.claim.quote,
        reason=found.reason,
        confidence=change.confidence,
        before_stage=change.stage,
        before_value=change.value,
        before_subject=change.subject,
        before_since=change.held_from,
        supersedes=change.change_id,
        article_id=page.article.article_id if said_now and page.article is not None else evidence.claim.article_id,
    )
