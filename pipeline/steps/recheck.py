"""Recheck: a page behind an alert -> fetch, extract, compare -> what stands, and what must be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from pipeline.alerts import channel_name, takes
from pipeline.alerts.recalls import RECALL, Page, check_page, plan_recalls, retraction_notice, same_claims
from pipeline.board.fold import in_force
from pipeline.board.successors import with_successors
from pipeline.model import (
    TAKEN_BACK,
    Article,
    Change,
    Evidence,
    EvidenceCheck,
    FetchRecord,
    Finding,
    PageToCheck,
    RecheckResult,
    SentAlert,
    Silence,
    Watch,
)
from pipeline.reading.embedded import Reader
from pipeline.steps.assess import Assessment
from pipeline.steps.collect import Validators, collect_entry
from pipeline.steps.ports import Fetch, Work

MAX_HASH_ONLY = 24  # later texts of a page that say the same, and are kept; the feed library `reader` has this bound


@dataclass(frozen=True, slots=True)
class RecheckInput:
    """What the store holds about what was told, when pages are checked again.

    Attributes:
        evidence: what still says what the pages say, there and elsewhere.
        changes: every change of the watch, in order.
        alerts: those that tell the changes of ``evidence``.
        articles: behind these changes, by id.
    """

    evidence: Sequence[Evidence] = ()
    changes: Sequence[Change] = ()
    alerts: Sequence[SentAlert] = ()
    articles: Mapping[UUID, Article] | None = None


async def fetch_again(page: PageToCheck, *, fetch: Fetch, work: Work, now: datetime) -> FetchRecord:
    """Fetch a page behind an alert once more, if it has changed. Never raises for what the world does."""
    return await collect_entry(
        page.pending,
        fetch=fetch,
        work=work,
        held={page.pending.entry.url: page.held},
        now=now,
        again=Validators(page.etag, page.last_modified),
    )


def gone_reason(page: PageToCheck, record: FetchRecord) -> str:
    """Return what a page answers that is gone for good; empty where it is not.

    410 says so itself. A site that is being mended answers 404 too, so it takes two in a row.
    """
    if record.status == HTTPStatus.GONE:
        return "it answers 410 (Gone)"
    if record.status == HTTPStatus.NOT_FOUND and page.was_missing:
        return "it answers 404 (Not Found), at two looks in a row"
    return ""


def limit_revisions(record: FetchRecord, before: str, revisions: int, reader: Reader, watch: Watch) -> FetchRecord:
    """Return ``record`` without its text where that says nothing new and :data:`MAX_HASH_ONLY` such are kept.

    So a clock or a counter in a page fills no disk, and a correction is seen however often the page has changed.

    Args:
        record: of a fetch.
        before: the text that we hold; empty where it is no longer kept.
        revisions: later texts of the page that we hold.
        reader, watch: the engine and mission by which two texts are compared.
    """
    article = record.article
    if record.outcome != "stored" or article is None or revisions < MAX_HASH_ONLY or retraction_notice(article):
        return record
    if not same_claims(reader.read(replace(article, text=before), watch), reader.read(article, watch)):
        return record
    reason = f"the text has changed and says the same; {revisions} such texts of this page are kept already"
    return replace(record, outcome="same", reason=reason, article=None)


def plan_revisions(pages: Iterable[Page], *, told: RecheckInput, watch: Watch, now: datetime) -> RecheckResult:
    """Check all that was told from ``pages``, and plan what is taken back and the recalls. Pure."""
    changes = {change.change_id: change for change in told.changes}
    left = list(told.evidence)
    checks: list[EvidenceCheck] = []
    withdrawals: list[Change] = []
    for page in pages:
        found, taken_back = check_page(page, left, changes, now)
        checks += found
        withdrawals += taken_back
        lost = {(check.change_id, check.article_id) for check in found if check.finding in TAKEN_BACK}
        lost_changes = {change.supersedes for change in taken_back}
        left = [
            one
            for one in left
            if (one.change_id, one.claim.article_id) not in lost and one.change_id not in lost_changes
        ]
    alerts = [sent for sent in told.alerts if sent.alert.rule != RECALL]
    recalls, messages = plan_recalls(checks, changes, alerts, told.articles or {}, watch, now)
    return RecheckResult(tuple(checks), tuple(withdrawals), recalls, messages)


def read_revisions(articles: Iterable[Article], told: RecheckInput, reader: Reader, watch: Watch) -> tuple[Page, ...]:
    """Read those of ``articles`` that are later texts of pages from which something was told."""
    known = {(one.url, one.claim.article_id) for one in told.evidence}
    named = with_successors(watch, in_force(told.changes))
    return tuple(
        Page(article.url, article, reader.read(article, named).claims)
        for article in articles
        if any(url == article.url and article_id != article.article_id for url, article_id in known)
    )


def drop_recalled(made: Assessment, revised: RecheckResult, watch: Watch) -> Assessment:
    """Return ``made`` without the alerts whose readers get the same sentence in a recall.

    A corrected figure is a change like any other. Who gets the recall, with the old sentence and the new one, needs no
    second message about it; everybody else is alerted as usual.
    """
    corrected = {
        (check.revision_id, check.new_sentence): check for check in revised.checks if check.finding is Finding.CORRECTED
    }
    recalled = {alert.channel for alert in revised.alerts if alert.rule == RECALL}
    told: dict[UUID, UUID] = {}
    for change in made.changes:
        check = corrected.get((change.article_id, change.quote))
        if check is None or check.withdrawal_id is None or not _channels(change, watch) <= recalled:
            continue
        told[change.change_id] = check.change_id
    if not told:
        return made
    alerts = tuple(alert for alert in made.alerts if not told.keys() >= set(alert.change_ids))
    alerted = {change_id for alert in alerts for change_id in alert.change_ids}
    silences = tuple(
        Silence(change_id, f"told by the recall of the change {before}")
        for change_id, before in told.items()
        if change_id not in alerted
    )
    return replace(made, alerts=alerts, silences=(*made.silences, *silences))


def _channels(change: Change, watch: Watch) -> set[str]:
    return {channel_name(channel) for rule in watch.rules if takes(rule, change)[0] for channel in rule.channels}
