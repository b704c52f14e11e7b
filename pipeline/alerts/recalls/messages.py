"""Plan the recalls of changes that are taken back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pipeline.alerts import alert_about, compose, find_rule, make_alert, stage_words
from pipeline.alerts.message import Message, Section, subject_of
from pipeline.model import (
    Alert,
    AlertKind,
    AlertRule,
    Article,
    Change,
    EvidenceCheck,
    Finding,
    Recall,
    SentAlert,
    Watch,
)
from pipeline.model.text import content_id

RECALL = "recall"  # the rule of an alert that takes another one back


def plan_recalls(
    checks: Iterable[EvidenceCheck],
    changes: Mapping[UUID, Change],
    alerts: Sequence[SentAlert],
    articles: Mapping[UUID, Article],
    watch: Watch,
    now: datetime,
) -> tuple[tuple[Recall, ...], tuple[Alert, ...]]:
    """Plan the recalls of what was told of the changes that ``checks`` take back, and their alerts.

    Whoever got an alert gets a recall, once for each of its changes. An alert that was not delivered yet is
    withdrawn; what it tells besides goes out in its place.

    Args:
        checks: those without a withdrawal recall nothing.
        changes: every change by id.
        alerts: those that tell any of the changes, no recalls among them.
        articles: behind the changes of ``alerts``, by id.
        watch: the mission.
        now: the time of planning.
    """
    taken_back: dict[UUID, EvidenceCheck] = {}
    for check in checks:
        if check.withdrawal_id is not None:
            taken_back.setdefault(check.change_id, check)
    recalls: list[Recall] = []
    out: list[Alert] = []
    for sent in alerts:
        ids = [change_id for change_id in sent.alert.change_ids if change_id in taken_back]
        if not ids:
            continue
        message = _message(sent, [taken_back[i] for i in ids], changes, articles, watch, now)
        if message is not None:
            out.append(message)
        else:
            out += _in_its_place(sent.alert, set(ids), changes, articles, watch, now)
        recalls += [
            Recall(
                recall_id=content_id("recall", sent.alert.alert_id, change_id),
                alert_id=sent.alert.alert_id,
                change_id=change_id,
                message_id=message.alert_id if message is not None else None,
                recalled_at=now,
                reason=taken_back[change_id].reason,
            )
            for change_id in ids
        ]
    return tuple(recalls), tuple(out)


def _message(
    sent: SentAlert,
    checks: Sequence[EvidenceCheck],
    changes: Mapping[UUID, Change],
    articles: Mapping[UUID, Article],
    watch: Watch,
    now: datetime,
) -> Alert | None:
    """Return the alert that takes back what ``sent`` told; None where it was not delivered."""
    if sent.delivered_at is None:
        return None
    first = changes[checks[0].change_id]
    head = f"RECALL: {watch.title}: {first.aspect} {stage_words(first.stage)}: {first.value or first.subject}"
    message = Message(
        subject_of(head, more=len(checks) - 1),
        f"RECALL of what we told you on {sent.delivered_at:%d %b %Y %H:%M} UTC (alert {sent.alert.alert_id}).",
        tuple(_told(changes[check.change_id], check, articles.get(check.article_id)) for check in checks),
    )
    return make_alert(
        message,
        alert_id=content_id("recall-alert", sent.alert.alert_id, *sorted(str(check.change_id) for check in checks)),
        watch=watch,
        rule=RECALL,
        channel=sent.alert.channel,
        now=now,
        kind=AlertKind.RECALL,
        change_ids=tuple(check.withdrawal_id for check in checks if check.withdrawal_id is not None),
    )


def _told(change: Change, check: EvidenceCheck, article: Article | None) -> Section:
    """Compose the section about one change: what was told, and what its source says now."""
    if check.finding is Finding.MARKED:
        section = compose.recall_section(change, article, then=check.old_sentence, now="", found="", url=check.url)
        found = f"The page has not changed; what we made of it was {check.reason}."
        return replace(section, notes=(found, "The board no longer counts it."))
    if check.finding is Finding.CORRECTED:
        found = "The source has since corrected it."
    elif check.revision_id is None:
        found = f"The source has since withdrawn it: {check.reason}."
    else:
        found = f"The source no longer says so: {check.reason}."
    return compose.recall_section(
        change, article, then=check.old_sentence, now=check.new_sentence, found=found, url=check.url
    )


def _in_its_place(
    alert: Alert,
    taken_back: set[UUID],
    changes: Mapping[UUID, Change],
    articles: Mapping[UUID, Article],
    watch: Watch,
    now: datetime,
) -> list[Alert]:
    """Make the alert about what a withdrawn alert told besides."""
    left = [changes[i] for i in alert.change_ids if i not in taken_back and i in changes]
    if not left:
        return []
    # A digest that was not delivered goes back among what waits for the next one.
    kind = AlertKind.DIGEST_PART if alert.kind is AlertKind.DIGEST else alert.kind
    return [
        alert_about(
            left,
            articles,
            watch,
            now,
            kind=kind,
            rule=find_rule(watch, alert.rule, alert.channel) or AlertRule(alert.rule),
            channel=alert.channel,
            before=changes,
            urgent=alert.urgent,
            due_at=alert.not_before,
        )
    ]
