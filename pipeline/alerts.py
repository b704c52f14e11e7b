"""Which changes are told, to whom, and in which words. Pure.

A change becomes an alert where a rule of the watch takes it; where none does, the silence is
recorded with its reason. The changes that one article brought go out as one message a channel,
so that one vote with four changes is one alert.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pipeline.model import Alarm, Alert, AlertRule, Article, Change, FeedHealth, Quiet, Silence, Stage, Verdict, Watch
from pipeline.text import content_id, safe, shorten, squeeze, text_hash

SUBJECT_LIMIT = 90  # characters: what mail clients show of a subject on a narrow screen
DIGEST_HOUR = 6  # UTC
QUIET_FOR = timedelta(hours=24)  # what a digest tells of: the time since the last one
_DIGEST_HEAD = "UNCERTAIN: one source, or a sentence that may be read otherwise. A second source makes it an alert."
AT_ONCE, DIGEST, CONFIRMED = "at once", "digest", "confirmed"
NOBODY = UUID(int=0)  # the id of no article
_Group = tuple[str, UUID | None, str]  # channel, article, kind
FIRST_RETRY = timedelta(minutes=5)
LONGEST_RETRY = timedelta(hours=6)

_STAGE_WORDS = {
    Stage.PROPOSED: "proposed",
    Stage.PLANNED: "planned",
    Stage.DECIDED: "decided",
    Stage.IN_EFFECT: "in effect",
    Stage.ENDED: "ended",
    Stage.REJECTED: "rejected",
}


def takes(rule: AlertRule, change: Change) -> tuple[bool, str]:
    """Whether ``rule`` takes ``change``, and the reason in plain English where it does not."""
    if rule.aspects and change.aspect not in rule.aspects:
        return False, f"rule '{rule.name}' does not take the aspect {change.aspect}"
    if rule.stages and change.stage not in rule.stages:
        return False, f"rule '{rule.name}' does not take the stage {stage_words(change.stage)}"
    if change.confidence < rule.min_confidence:
        return False, f"confidence {change.confidence:.2f} is under the {rule.min_confidence:.2f} of rule '{rule.name}'"
    return True, ""


def worth_alerting(change: Change, watch: Watch) -> tuple[bool, str]:
    """Whether any rule of ``watch`` takes ``change``; the reason where none does."""
    if change.verdict is Verdict.BASELINE:
        return False, "the baseline is what was known at the start"
    if not watch.rules:
        return False, "the watch has no alert rule"
    reasons = []
    for rule in watch.rules:
        taken, reason = takes(rule, change)
        if taken:
            return True, ""
        reasons.append(reason)
    return False, "; ".join(reasons)


def plan(
    changes: Sequence[Change],
    articles: Mapping[UUID, Article],
    watch: Watch,
    now: datetime,
    *,
    confirmed: Sequence[Change] = (),
) -> tuple[tuple[Alert, ...], tuple[Silence, ...]]:
    """The alerts that are due about ``changes``, and the silences with their reasons.

    Args:
        changes: in the order in which the board took them.
        articles: the articles that brought them, by id.
        watch: its rules say who is told of what.
        now: the time of planning, UTC-aware.
        confirmed: earlier changes, too unsure to be told at once, that a second independent origin
            has now confirmed.
    """
    silences = [
        Silence(change.change_id, reason)
        for change in changes
        for told, reason in (worth_alerting(change, watch),)
        if not told
    ]
    groups: dict[_Group, list[Change]] = {}
    first_rule: dict[_Group, str] = {}
    for change, again in (*((c, False) for c in changes), *((c, True) for c in confirmed)):
        if change.verdict is Verdict.BASELINE:
            continue
        told: set[str] = set()
        for rule in watch.rules:
            if not takes(rule, change)[0]:
                continue
            unsure = change.confidence < rule.at_once
            if again and not unsure:
                continue  # it was told at once when it was new
            for channel in map(channel_name, rule.channels):
                if channel in told:
                    continue  # two rules that name one channel tell it once
                told.add(channel)
                kind = CONFIRMED if again else DIGEST if unsure else AT_ONCE
                key = (channel, None if kind == DIGEST else change.article_id, kind)
                groups.setdefault(key, []).append(change)
                first_rule.setdefault(key, rule.name)
    alerts = []
    for key, group in groups.items():
        channel, article_id, kind = key
        ids = tuple(change.change_id for change in group)
        parts = ("alert", watch.slug, channel, *sorted(map(str, ids)), *((CONFIRMED,) if kind == CONFIRMED else ()))
        alerts.append(
            Alert(
                alert_id=content_id(*parts),
                watch=watch.slug,
                rule=first_rule[key],
                channel=channel,
                change_ids=ids,
                subject=subject_line(group, watch, kind),
                body=_digest(group, articles) if kind == DIGEST else render(group, articles.get(article_id or NOBODY)),
                planned_at=next_digest(now) if kind == DIGEST else now,
            )
        )
    return tuple(alerts), tuple(silences)


def next_digest(now: datetime) -> datetime:
    """When the next digest goes out: at :data:`DIGEST_HOUR` UTC, today or tomorrow."""
    today = now.replace(hour=DIGEST_HOUR, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def _digest(changes: Sequence[Change], articles: Mapping[UUID, Article]) -> str:
    """The message about unsure changes: each with its sentence and source."""
    parts = [render([change], articles.get(change.article_id or NOBODY)) for change in changes]
    return "\n\n".join((_DIGEST_HEAD, *parts))


def is_digest(alert: Alert) -> bool:
    """Whether ``alert`` is the day's digest, which ends with :func:`proof_of_quiet` when it is handed over."""
    return alert.body.startswith(_DIGEST_HEAD)


def proof_of_quiet(quiet: Quiet) -> str:
    """What was done in a period, in plain English: "nothing else changed" is worth what was polled and read."""
    hours = round((quiet.until - quiet.since).total_seconds() / 3600)
    claims = ", ".join(f"{count} {verdict}" for verdict, count in quiet.claims.items()) or "none"
    oldest = f"; the oldest is of {quiet.oldest_unread:%d %b %Y %H:%M} UTC" if quiet.oldest_unread else ""
    failing = f"{quiet.failing} failing now" if quiet.failing else "none failing now"
    silent = f", {quiet.silent} silent for longer than usual" if quiet.silent else ""
    warning = "\nThis is not quiet: no feed could be read." if quiet.feeds and quiet.failing == quiet.feeds else ""
    return (
        f"WHAT WAS DONE in the {hours} hours to {quiet.until:%d %b %Y %H:%M} UTC\n"
        f"Feeds: {quiet.feeds} watched, {quiet.polled} due and polled, {failing}{silent}\n"
        f"Entries: {quiet.entries_seen} seen, {quiet.entries_new} new\n"
        f"Articles: {quiet.articles_read} read, {quiet.articles_relevant} about the mission\n"
        f"Claims: {claims}\n"
        f"Waiting to be read: {quiet.unread}{oldest}{warning}"
    )


def alarm_alerts(
    raised: Sequence[Alarm], over: Sequence[Alarm], feeds: Sequence[FeedHealth], watch: Watch, now: datetime
) -> tuple[Alert, ...]:
    """The alerts about silences that began or ended: one message for each channel of the watch, told at once.

    Args:
        raised, over: see :func:`pipeline.health.due_alarms`.
        feeds: how the feeds do, for their names and last words.
        watch: the channels of its rules are told.
        now: the time of planning, UTC.
    """
    if not raised and not over:
        return ()
    by_id = {health.feed.feed_id: health for health in feeds}
    lines = [_alarm_line(alarm, by_id, now) for alarm in (*raised, *over)]
    ids = sorted(str(alarm.alarm_id) for alarm in raised), sorted(str(alarm.alarm_id) for alarm in over)
    rules: dict[str, str] = {}
    for rule in watch.rules:
        for channel in map(channel_name, rule.channels):
            rules.setdefault(channel, rule.name)
    return tuple(
        Alert(
            alert_id=content_id("alarm-alert", watch.slug, channel, *ids[0], "over", *ids[1]),
            watch=watch.slug,
            rule=rule_name,
            channel=channel,
            change_ids=(),
            subject=shorten(safe(f"{watch.title}: {_alarm_head(raised, over)}"), SUBJECT_LIMIT),
            body=safe("\n\n".join(lines)),
            planned_at=now,
        )
        for channel, rule_name in rules.items()
    )


def _alarm_head(raised: Sequence[Alarm], over: Sequence[Alarm]) -> str:
    if any(alarm.feed_id is None for alarm in raised):
        return "the whole watch is silent"
    silent = sum(alarm.kind == "silent" for alarm in raised)
    counts = {
        "silent": silent,
        "retired": len(raised) - silent,
        "heard again": sum(alarm.feed_id is not None for alarm in over),
    }
    parts = [f"{count} feed{'s' if count > 1 else ''} {what}" for what, count in counts.items() if count]
    return ", ".join(parts) or "the watch is heard again"


def _alarm_line(alarm: Alarm, feeds: Mapping[UUID, FeedHealth], now: datetime) -> str:
    since = f"{alarm.since:%d %b %Y %H:%M} UTC"
    if alarm.feed_id is None:
        if alarm.cleared_at is not None:
            return "ALL CLEAR: a feed of the watch brings news again."
        return (
            f"SILENT: no feed of the watch has brought anything new since {since}. This is not quiet until you know "
            "why: is this machine online? Each feed's trouble is in the view feed_health."
        )
    health = feeds.get(alarm.feed_id)
    name = f"{health.feed.title} ({health.feed.url})" if health else f"feed {alarm.feed_id}"
    said = f"\n  Last poll: {health.feed.reason or health.state}" if health else ""
    if alarm.cleared_at is not None:
        return f"ALL CLEAR: {name} was silent since {since}, and is no more."
    if alarm.kind == "retired":
        return f"RETIRED: {name} is polled no more since {since}. Give the watch another address for it.{said}"
    usual = f"{health.feed.expected_every.total_seconds() / 3600:g} h" if health else "usual"
    days = (now - alarm.since).total_seconds() / 86400
    return f"SILENT: {name} has brought nothing new since {since} ({days:.1f} days; usual is {usual}).{said}"


def stage_words(stage: Stage) -> str:
    """The stage as people write it."""
    return _STAGE_WORDS[stage]


def became(change: Change) -> str:
    """The change in one line: what became what."""
    after = f"{change.subject}: {change.value} ({stage_words(change.stage)})"
    if change.verdict is Verdict.DISPUTES and change.disputed_value:
        return f"{change.subject}: {change.value}, and now also {change.disputed_value}: sources disagree"
    if change.before_stage is None:
        return f"{after}; the board said nothing of it"
    before = f"{change.before_value or 'nothing'} ({stage_words(change.before_stage)})"
    return f"{change.subject}: {before} became {change.value} ({stage_words(change.stage)})"


def subject_line(changes: Sequence[Change], watch: Watch, kind: str = "at once") -> str:
    """A subject of at most :data:`SUBJECT_LIMIT` characters that says the first change."""
    first = changes[0]
    more = f" (+{len(changes) - 1})" if len(changes) > 1 else ""
    mark = {DIGEST: "uncertain: ", CONFIRMED: "confirmed: "}.get(kind, "")
    head = f"{mark}{watch.title}: {first.aspect} {stage_words(first.stage)}: {first.value or first.subject}"
    return shorten(safe(head), SUBJECT_LIMIT - len(more)) + more


def render(changes: Sequence[Change], article: Article | None) -> str:
    """The message as plain text: each change, the sentence that says so, and the source."""
    lines: list[str] = []
    for change in changes:
        lines.append(f"{change.aspect.upper()}: {became(change)}")
        lines.append(f'  "{squeeze(change.quote)}"')
        since = f"since {change.held_from:%d %b %Y}" if change.event_date else f"reported {change.known_at:%d %b %Y}"
        lines.append(f"  {change.verdict}, {since}, confidence {change.confidence:.2f}")
    if article is not None:
        origin = f", first written by {article.origin}" if article.origin and article.origin != article.family else ""
        lines.append(f"Source: {article.outlet}{origin}, {article.published:%d %b %Y %H:%M} UTC")
        lines.append(f'"{article.title}"')
        lines.append(article.url)
    return safe("\n".join(lines))


def channel_name(channel: str) -> str:
    """What a channel is called in the store: an address, which may hold a secret, by its scheme and a short hash.

    ``console``, ``file``, ``file:NAME`` and ``env:NAME`` stay as they are.
    """
    if "://" not in channel:
        return channel
    return f"{channel.split('://', 1)[0]}:{text_hash(channel)[:8]}"


def retry_at(attempt: int, now: datetime) -> datetime:
    """When to try the ``attempt``-th failed delivery again: doubling from 5 minutes to 6 hours, for ever."""
    wait: timedelta = min(FIRST_RETRY * 2 ** min(attempt - 1, 10), LONGEST_RETRY)
    return now + wait
