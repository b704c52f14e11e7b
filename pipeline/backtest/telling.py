"""What the alert rules of a watch would have told of a past, when and to whom. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pipeline import alerts as alerting
from pipeline.backtest.living import Step
from pipeline.board import baseline_changes
from pipeline.model import AlertKind, Article, Change, Verdict, Watch


@dataclass(frozen=True, slots=True)
class Telling:
    """One change told once to one channel.

    Attributes:
        kind: at once, as a part of a digest, and so on.
        channel: the channel's name.
        due: when it goes, UTC: after quiet hours, or with the digest.
        rule: the rule that wanted it.
    """

    kind: AlertKind
    channel: str
    due: datetime
    rule: str


@dataclass(frozen=True, slots=True)
class Told:
    """A change of the past, and how it would have been told.

    Attributes:
        article: the one that brought it.
        at: when that could be known, UTC.
        tellings: in the order of their times; none where no rule tells it, or none did so in the period asked for.
        silence: why no rule takes it, in plain English; empty where one does.
    """

    change: Change
    article: Article
    at: datetime
    tellings: tuple[Telling, ...] = ()
    silence: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Everything that a watch would have told, and the messages that this takes (parts of digests left out)."""

    told: tuple[Told, ...]
    messages: int


def account(past: Iterable[tuple[Step, datetime]], watch: Watch, *, since: datetime | None = None) -> Account:
    """Plan the alerts about a past, an article after another, as the live watch plans them.

    Left out is what is due without a change: reminders of days to come, alerts that nobody acknowledged, recalls.

    Args:
        past: the steps in order, each with the time at which its article could be known.
        watch: its rules say who is told of what.
        since: leave out what was planned before; it counts as known all the same.
    """
    known = {change.change_id: change for change in baseline_changes(watch)}
    origins: dict[UUID, set[str]] = {}
    brought: dict[UUID, tuple[Article, datetime]] = {}
    tellings: dict[UUID, set[Telling]] = {}
    silences: dict[UUID, str] = {}
    messages = 0
    for step, at in past:
        confirmed, heard = _heard(step, known, origins)
        known |= {change.change_id: change for change in step.changes}
        brought |= {change.change_id: (step.article, at) for change in step.changes}
        if not step.changes and not confirmed:
            continue
        planned, silent = alerting.plan(step.changes, {}, watch, at, confirmed=confirmed, before=known, origins=heard)
        silences |= {silence.change_id: silence.reason for silence in silent}
        if since is not None and at < since:
            continue
        for alert in planned:
            messages += alert.kind is not AlertKind.DIGEST_PART
            telling = Telling(alert.kind, alert.channel, alert.due_at or at, alert.rule)
            for change_id in alert.change_ids:
                tellings.setdefault(change_id, set()).add(telling)
    told = (
        Told(
            known[change_id],
            article,
            at,
            tuple(sorted(tellings.get(change_id, ()), key=lambda t: (t.due, t.kind, t.channel))),
            silences.get(change_id, ""),
        )
        for change_id, (article, at) in brought.items()
    )
    return Account(tuple(told), messages)


def _heard(
    step: Step, known: dict[UUID, Change], origins: dict[UUID, set[str]]
) -> tuple[list[Change], dict[UUID, tuple[int, int]]]:
    """The earlier changes that ``step`` confirms, and how many origins each change had and has; adds to ``origins``."""
    had: dict[UUID, int] = {}
    confirmed: dict[UUID, Change] = {}
    origin = step.article.origin
    for change in step.changes:
        had[change.change_id] = 0
        origins.setdefault(change.change_id, set()).add(origin)
    for judgement in step.judgements:
        earlier = judgement.against
        if judgement.verdict is not Verdict.CONFIRMS or earlier is None or earlier not in known:
            continue
        said = origins.setdefault(earlier, set())
        if said and origin not in said:
            had[earlier] = len(said)
            confirmed[earlier] = known[earlier]
        said.add(origin)
    return list(confirmed.values()), {change_id: (count, len(origins[change_id])) for change_id, count in had.items()}
