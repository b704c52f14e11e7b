"""Compose a brief from what was known by a time: each event once, with the sentence that proves it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from pipeline.alerts.compose import DIGEST, compose_message
from pipeline.alerts.expected import TOLD_FOR, Expected, expected_days
from pipeline.alerts.message import Section
from pipeline.alerts.rules import line_key, uncertain_changes, worth_alerting
from pipeline.board.fold import fold, in_force
from pipeline.model import Article, Aspect, Change, FeedHealth, QuietPeriod, Verdict, Watch, phrasing

_ASPECTS = tuple(Aspect)


@dataclass(frozen=True, slots=True)
class BriefInput:
    """What the store knew of a watch by the end of the period of a brief.

    Attributes:
        changes: all that could be known by then, the baseline first, in the order in which the board took them.
        taken: when each of them came to the board, by the watch's clock; the baseline's are not there.
        articles: those behind them, by id.
        origins: how many independent origins told each by then.
        status: the row of the status card; None where the board was empty.
        feeds: how each feed did.
        quiet: what was done in the time.
        rounds: rounds that ended in it.
        last_round: when the last round until then was; None where there was none.
        counts: the numbers of that round.
    """

    changes: tuple[Change, ...]
    taken: Mapping[UUID, datetime]
    articles: Mapping[UUID, Article]
    origins: Mapping[UUID, int]
    status: Mapping[str, object] | None
    feeds: tuple[FeedHealth, ...]
    quiet: QuietPeriod
    rounds: int = 0
    last_round: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedTrouble:
    """A feed that could not be read, or was silent, ``since`` a time; None is ever."""

    title: str
    since: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How well the watch could see in the period of a brief.

    Attributes:
        quiet: what was polled, read and rejected.
        failing: the feeds that can't be read.
        silent: those that answer, and have brought nothing new for longer than they should.
        rounds: rounds that ended in the time.
        last_round: the last until its end.
        waits: that articles wait for a language model; empty where none does.
        held_back: changes that no alert rule takes.
    """

    quiet: QuietPeriod
    failing: tuple[FeedTrouble, ...] = ()
    silent: tuple[FeedTrouble, ...] = ()
    rounds: int = 0
    last_round: datetime | None = None
    waits: str = ""
    held_back: int = 0

    @property
    def is_blind(self) -> bool:
        """Whether nothing was seen: each feed failed, or there was no round."""
        return not self.rounds or (self.quiet.feeds > 0 and len(self.failing) >= self.quiet.feeds)


@dataclass(frozen=True, slots=True)
class Brief:
    """One report of the time after ``since`` and until ``until``, as it was known by then.

    Each fact is a section of a message: ``became`` is its line, ``after_quote`` the sentence, ``facts`` the same for
    programs.

    Attributes:
        watch, title: the watch's short name and title.
        status: the status card: labels and what is known.
        changes: one for each event, by aspect.
        disputes: the rows of the board on which sources disagree.
        expected: the days that the board looks forward to, and those that passed with nothing reported.
    """

    watch: str
    title: str
    since: datetime
    until: datetime
    status: tuple[tuple[str, str], ...]
    changes: tuple[Section, ...]
    disputes: tuple[Section, ...]
    expected: tuple[Section, ...]
    sight: Coverage


def compose(watch: Watch, known: BriefInput) -> Brief:
    """Return the brief of ``watch`` over the time of ``known.quiet``."""
    since, until = known.quiet.since, known.quiet.until
    new = _since(known, since)
    told = [change for change in new if not watch.rules or worth_alerting(change, watch)[0]]
    board = [row.change for row in fold(known.changes).values() if row.closed is None]
    return Brief(
        watch=watch.slug,
        title=watch.title,
        since=since,
        until=until,
        status=phrasing.status_lines(known.status) if known.status is not None else (),
        changes=_changes(told, known, watch),
        disputes=_sections([(change, phrasing.headline(change)) for change in board if _is_open(change)], known, watch),
        expected=_expected(expected_days(board), known, watch, until.date()),
        sight=_coverage(known, len(new) - len(told)),
    )  # fmt: skip


def _is_open(change: Change) -> bool:
    """Decide whether sources disagree on the row that ``change`` made, as the view ``board`` does."""
    return change.verdict is Verdict.DISPUTES or change.disputed_value is not None


def _since(known: BriefInput, since: datetime) -> list[Change]:
    """Return the changes that are new in the period and still count, or took one back.

    New is what was published in it, or came to the board in it: what was published before and read late was in no
    earlier brief.
    """
    kept = {change.change_id for change in in_force(known.changes)}
    return [
        change
        for change in known.changes
        if change.verdict is not Verdict.BASELINE
        and (change.change_id in kept or change.verdict is Verdict.WITHDRAWN)
        and max(change.known_at, known.taken.get(change.change_id, change.known_at)) > since
    ]


def _changes(new: Iterable[Change], known: BriefInput, watch: Watch) -> tuple[Section, ...]:
    """Return one section for each event; several moves of a row, or claims of a sentence, are one."""
    rows: dict[tuple[Aspect, str, bool], list[Change]] = {}
    for change in new:
        rows.setdefault((change.aspect, change.subject_key, change.verdict is Verdict.WITHDRAWN), []).append(change)
    lines: dict[tuple[object, ...], list[tuple[Change, int]]] = {}
    for moves in rows.values():
        last = _as_one(moves)
        lines.setdefault(line_key(last), []).append((last, len(moves)))
    before = {change.change_id: change for change in known.changes}
    told = [(line[0][0], _line(line, before)) for line in lines.values()]
    return _sections(sorted(told, key=lambda one: _ASPECTS.index(one[0].aspect)), known, watch)


def _as_one(moves: Sequence[Change]) -> Change:
    """Merge ``moves`` of one row into the last of them, from where the first began."""
    first = moves[0]
    if first.verdict is Verdict.WITHDRAWN:
        return moves[-1]
    return replace(
        moves[-1],
        before_stage=first.before_stage,
        before_value=first.before_value,
        before_subject=first.before_subject,
        before_since=first.before_since,
        before_parts=first.before_parts,
        supersedes=first.supersedes,
    )


def _line(changes: Sequence[tuple[Change, int]], known: Mapping[UUID, Change]) -> str:
    first, moves = changes[0]
    if first.verdict is Verdict.WITHDRAWN:
        back = known.get(first.supersedes, first) if first.supersedes else first
        name = first.subject[:1].upper() + first.subject[1:]
        return f"{name}: taken back: {back.disputed_value or back.value}: {first.reason}"
    if len(changes) > 1:
        return "; ".join(phrasing.headline(change) for change, _ in changes)
    return phrasing.headline(first) + (f"; the last of {moves} changes" if moves > 1 else "")


def _expected(days: Iterable[Expected], known: BriefInput, watch: Watch, today: date) -> tuple[Section, ...]:
    return _sections(
        [(one.change, _day(one, today)) for one in days if one.day >= today - TOLD_FOR], known, watch, with_before=False
    )


def _day(one: Expected, today: date) -> str:
    left = (one.day - today).days
    when = f"{one.day.day} {one.day:%b %Y}"
    change = one.change
    what = change.value if change.subject == change.aspect else f"{change.subject}: {change.value}"
    if left < 0:
        return f"{when} has passed with nothing reported: {change.aspect}: {what}"
    wait = "today" if not left else "tomorrow" if left == 1 else f"in {left} days"
    return f"{when}, {wait}: {change.aspect} {'ends' if one.ends else 'is due'}: {what}"


def _sections(
    told: Sequence[tuple[Change, str]], known: BriefInput, watch: Watch, *, with_before: bool = True
) -> tuple[Section, ...]:
    """Return the sections of changes, each with its line in the place of the words of an alert."""
    if not told:
        return ()
    changes = [change for change, _ in told]
    message = compose_message(
        changes,
        articles=known.articles,
        # What was taken back is nobody's word any more.
        before={change.change_id: change for change in in_force(known.changes)} if with_before else {},
        origins=known.origins,
        kind=DIGEST,
        watch=watch,
        uncertain=uncertain_changes(changes, watch.rules, known.origins),
    )
    return tuple(
        replace(_with_source(section, change, watch), became=line)
        for section, (change, line) in zip(message.sections, told, strict=True)
    )


def _with_source(section: Section, change: Change, watch: Watch) -> Section:
    """Return ``section`` with where its sentence stands, where no article brought it.

    The baseline may be in the watch's own words, so no outlet is named.
    """
    if change.article_id is not None:
        return section
    if change.verdict is Verdict.BASELINE:
        source = f"the watch's baseline, {change.known_at:%d %b %Y}"
        return replace(section, source=source, url=watch.baseline.url)
    return replace(section, source=f"said by a person, {change.known_at:%d %b %Y}")


def _coverage(known: BriefInput, held_back: int) -> Coverage:
    failing = [health for health in known.feeds if health.is_failing]
    silent = sorted((one for one in known.feeds if one.is_silent and not one.is_failing), key=lambda one: one.since)
    return Coverage(
        quiet=known.quiet,
        failing=tuple(FeedTrouble(one.feed.title, one.feed.read_at, one.feed.reason) for one in failing),
        silent=tuple(FeedTrouble(one.feed.title, one.feed.new_at) for one in silent),
        rounds=known.rounds,
        last_round=known.last_round,
        waits=phrasing.waiting_for_model(known.counts),
        held_back=held_back,
    )
