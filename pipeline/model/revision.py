"""Rechecks of the pages behind alerts, and what is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pipeline.model.delivery import Alert
from pipeline.model.judgement import Change, Claim
from pipeline.model.sources import PendingEntry


class Finding(StrEnum):
    """What became of a sentence that a change rests on."""

    STANDS = "stands"
    CORRECTED = "corrected"
    WITHDRAWN = "withdrawn"
    UNCLEAR = "unclear"
    MARKED = "marked"  # the page is as it was, and a person has taken back what was made of it


TAKEN_BACK = frozenset({Finding.CORRECTED, Finding.WITHDRAWN, Finding.MARKED})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One claim that says what a change tells, and the article that makes it.

    ``rank`` is 0 for the claim that made the change, 1 for one that confirmed it, 2 for one that repeated it.
    ``text`` is the article's text, empty where it is no longer kept.
    """

    change_id: UUID
    claim: Claim
    url: str
    origin: str
    rank: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceCheck:
    """A change's evidence at one page, after a later look at the page. Append-only.

    Attributes:
        article_id: the article that was quoted.
        revision_id: the text that the page has now; None where it has none.
        old_sentence, new_sentence: what was quoted, and what stands there now; the latter may be empty.
        reason: what was found, in plain English.
        supported_by: another origin that still says so; empty where there is none.
        withdrawal_id: the change that takes the board's change back; None where it stands.
    """

    check_id: UUID
    change_id: UUID
    article_id: UUID
    revision_id: UUID | None
    url: str
    checked_at: datetime
    finding: Finding
    old_sentence: str
    new_sentence: str
    reason: str
    supported_by: str = ""
    withdrawal_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Recall:
    """One change of one alert, taken back. ``message_id`` is the alert that tells it.

    It is None where the alert had not been delivered: then it is withdrawn, and nobody needs to be told.
    """

    recall_id: UUID
    alert_id: UUID
    change_id: UUID
    message_id: UUID | None
    recalled_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class SentAlert:
    """An alert, and when it was delivered; None while it was not."""

    alert: Alert
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecheckResult:
    """What looking at changed or lost pages gave: written in one transaction with what was read from them."""

    checks: tuple[EvidenceCheck, ...] = ()
    withdrawals: tuple[Change, ...] = ()
    recalls: tuple[Recall, ...] = ()
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True)
class PageToCheck:
    """A page behind an alert, and what is known of it before it is looked at again.

    Attributes:
        pending: the entry that gave its newest article, with the attempts so far.
        told_at: when the last alert that rests on it was planned.
        seen_at: when it was asked for last.
        held: id and text hash of its newest article.
        text: that article's text; empty where it is no longer kept.
        was_missing: True where the last request for it was answered with 404 or 410.
    """

    pending: PendingEntry
    told_at: datetime
    seen_at: datetime
    held: tuple[UUID, str]
    text: str = ""
    etag: str | None = None
    last_modified: str | None = None
    was_missing: bool = False
