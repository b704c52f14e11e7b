"""What the alert rules of a watch would have told of a past, when and to whom. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pipeline import alerts as alerting
from pipeline.board.fold import baseline_changes
from pipeline.lab.backtest.living import Step
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
class ReportedChange:
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

    told: tuple[ReportedChange, ...]
    messages: int


@dataclass(frozen=True, slots=True)
class _Moment:
    """What one moment of a past brought: changes of one article, or more origins of earlier ones.

    ``heard`` is how many origins each change had before it, and has.
    """

    at: datetime
    article: Article | None
    changes: Sequence[Change]
    confirmed: Sequence[Change]
    heard: Mapping[UUID, tuple[int, int]]


def account(past: Iterable[tuple[Step, datetime]], watch: Watch, *, since: datetime | None = None) -> Account:
    """Plan the alerts about a past, an article after another, as the live watch plans them.

    Left out is what is due without a change: reminders of days to come, alerts that nobody acknowledged, recalls.

    Args:
        past: the steps in order, each with the time at which its article could be known.
        watch: its rules say who is told of what.
        since: leave out what was planned before; it counts as known all the same.
    """
    known = {change.change_id: change for change in baseline_changes(watch)}
    return _account(_lived(past, dict(known)), known, watch, since)


def account_of_stored(
    changes: Sequence[Change],
    articles: Mapping[UUID, Article],
    first_said: Mapping[UUID, Sequence[datetime]],
    watch: Watch,
    *,
    since: datetime | None = None,
) -> Account:
    """Plan the alerts about changes that are stored, as the rules of ``watch`` would have: nothing is read again.

    Left out is what :func:`account` leaves out, and what a person pinned, which makes no alert.

    Args:
        changes: those that still count, in the order in which the board took them, the baseline too.
        articles: behind them, by id.
        first_said: when each independent origin first said what a change says, the earliest first, by its id.
        watch: its rules say who is told of what.
        since: leave out what was planned before; it counts as known all the same.
    """
    known = {change.change_id: change for change in changes if change.verdict is Verdict.BASELINE}
    return _account(_stored(changes, articles, first_said), known, watch, since)


def _account(moments: Iterable[_Moment], known: dict[UUID, Change], watch: Watch, since: datetime | None) -> Account:
    brought: dict[UUID, tuple[Article, datetime]] = {}
    tellings: dict[UUID, set[Telling]] = {}
    silences: dict[UUID, str] = {}
    messages = 0
    for moment in moments:
        at = moment.at
        known |= {change.change_id: change for change in moment.changes}
        if moment.article is not None:
            brought |= {change.change_id: (moment.article, at) for change in moment.changes}
        if not moment.changes and not moment.confirmed:
            continue
        planned, silent = alerting.plan(
            moment.changes, {}, watch, at, confirmed=moment.confirmed, before=known, origins=moment.heard
        )
        silences |= {silence.change_id: silence.reason for silence in silent}
        if since is not None and at < since:
            continue
        for alert in planned:
            messages += alert.kind is not AlertKind.DIGEST_PART
            telling = Telling(alert.kind, alert.channel, alert.due_at or at, alert.rule)
            for change_id in alert.change_ids:
                tellings.setdefault(change_id, set()).add(telling)
    told = (
        ReportedChange(
            known[change_id],
            article,
            at,
            tuple(sorted(tellings.get(change_id, ()), key=lambda t: (t.due, t.kind, t.channel))),
            silences.get(change_id, ""),
        )
        for change_id, (article, at) in brought.items()
    )
    return Account(tuple(told), messages)


def _lived(past: Iterable[tuple[Step, datetime]], known: dict[UUID, Change]) -> Iterator[_Moment]:
    """The moments of a past that is lived once more; adds to ``known``."""
    origins: dict[UUID, set[str]] = {}
    for step, at in past:
        confirmed, heard = _heard(step, known, origins)
        known |= {change.change_id: change for change in step.changes}
        yield _Moment(at, step.article, step.changes, confirmed, heard)


def _stored(
    changes: Sequence[Change], articles: Mapping[UUID, Article], first_said: Mapping[UUID, Sequence[datetime]]
) -> list[_Moment]:
    """The moments of a past that is on record, in their order."""
    together: dict[tuple[UUID, datetime], list[Change]] = {}
    moments = []
    for change in changes:
        if change.verdict is Verdict.BASELINE or change.article_id is None or change.article_id not in articles:
            continue
        together.setdefault((change.article_id, change.known_at), []).append(change)
        said = first_said.get(change.change_id, ())
        at_first = max(1, sum(at <= change.known_at for at in said))
        for number, at in enumerate(said[at_first:], start=at_first):
            moments.append(_Moment(at, None, (), (change,), {change.change_id: (number, number + 1)}))
    for (article_id, at), made in together.items():
        heard = {
            change.change_id: (0, max(1, sum(said <= at for said in first_said.get(change.change_id, ()))))
            for change in made
        }
        moments.append(_Moment(at, articles[article_id], made, (), heard))
    return sorted(moments, key=lambda moment: (moment.at, not moment.changes))


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
