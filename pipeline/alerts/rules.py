"""Decide which changes an alert rule takes, and how urgent and sure they are to it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from pipeline.alerts.compose import stage_words
from pipeline.model import AlertRule, Change, Slot, TypedFact, Verdict, Watch
from pipeline.model.facts import COUNTED
from pipeline.model.text import text_hash

_ALLOWED = {(Slot.AUTHORISATION, "grants"), (Slot.TASK, "adds")}
ORIGINS_FOR_SURE = 2  # independent origins make the most uncertain change sure


def takes(rule: AlertRule, change: Change) -> tuple[bool, str]:
    """Decide whether ``rule`` takes ``change``; where not, give the reason in plain English."""
    if rule.aspects and change.aspect not in rule.aspects:
        return False, f"rule '{rule.name}' does not take the aspect {change.aspect}"
    if rule.stages and change.stage not in rule.stages:
        return False, f"rule '{rule.name}' does not take the stage {stage_words(change.stage)}"
    if not _takes_fact(rule, change.fact):
        said = "what is not typed" if change.fact is None else _said(change.fact)
        return False, f"rule '{rule.name}' does not take {said}"
    if change.confidence < rule.min_confidence:
        return False, f"confidence {change.confidence:.2f} is under the {rule.min_confidence:.2f} of rule '{rule.name}'"
    return True, ""


def _takes_fact(rule: AlertRule, fact: TypedFact | None) -> bool:
    if fact is None:
        return not (rule.slots or rule.keys or rule.acts)
    return (
        (not rule.slots or fact.slot in rule.slots)
        and (not rule.keys or any(map(fact.has_key, rule.keys)))
        and (not rule.acts or fact.parts.act in rule.acts)
    )


def _said(fact: TypedFact) -> str:
    """Describe a fact in short: ``contribution of Ruritania: sends``."""
    named = f"{fact.slot} of {fact.key}" if fact.key else f"{fact.slot}"
    return f"{named}: {fact.parts.act.replace('_', ' ')}" if fact.parts.act else named


def worth_alerting(change: Change, watch: Watch) -> tuple[bool, str]:
    """Decide whether any rule of ``watch`` takes ``change``; where not, give the reason."""
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


def line_key(change: Change) -> tuple[object, ...]:
    """Return what changes of one line share: facts of one sentence with the same slot, stage and act.

    Five countries that one sentence says will send ships are one thing told. So are, in however many sentences of an
    article, a strength by its kinds (so many police, so many soldiers), and what an authorisation allows: the tasks
    that it gives. A change without a typed fact stands alone.
    """
    fact = change.fact
    if fact is None or change.article_id is None:
        return (change.change_id,)
    slot, act, sentence = fact.slot, fact.parts.act, change.quote
    if slot in COUNTED:
        sentence = ""
    elif (slot, act) in _ALLOWED:
        slot, act, sentence = Slot.AUTHORISATION, "grants", ""
    return change.article_id, sentence, slot, change.stage, act


def is_confident(rule: AlertRule, change: Change, origins: int) -> bool:
    """Decide whether ``change``, told by ``origins`` independent origins, is sure enough to be told at once."""
    needed = rule.origins if change.confidence >= rule.at_once else max(ORIGINS_FOR_SURE, rule.origins)
    return origins >= needed


def uncertain_changes(
    changes: Iterable[Change], rules: Sequence[AlertRule], origins: Mapping[UUID, int]
) -> frozenset[UUID]:
    """Return the ids of those of ``changes`` that each of ``rules`` that takes them calls uncertain.

    Args:
        changes: to be told.
        rules: the rules under which they are reported.
        origins: how many independent origins tell each by now; one, where it is not there.
    """
    unsure = set()
    for change in changes:
        heard = origins.get(change.change_id, 1)
        takers = [rule for rule in rules if takes(rule, change)[0]]
        if takers and not any(is_confident(rule, change, heard) for rule in takers):
            unsure.add(change.change_id)
    return frozenset(unsure)


def is_urgent(rule: AlertRule, changes: Sequence[Change]) -> bool:
    """Decide whether any of ``changes`` breaks the quiet hours of ``rule``."""
    urgent = rule.urgent
    return urgent is not None and any(
        change.confidence >= urgent.min_confidence
        and (not urgent.aspects or change.aspect in urgent.aspects)
        and (not urgent.stages or change.stage in urgent.stages)
        for change in changes
    )


def channel_name(channel: str) -> str:
    """Return the name of a channel in the store: scheme and short hash, as an address may hold a secret.

    ``console``, ``file``, ``file:NAME`` and ``env:NAME`` stay as they are.
    """
    if "://" not in channel:
        return channel
    return f"{channel.split('://', 1)[0]}:{text_hash(channel)[:8]}"


def channels_of(rule: AlertRule) -> tuple[str, ...]:
    """Return the names of the rule's channels, each once."""
    return tuple(dict.fromkeys(map(channel_name, rule.channels)))


def escalates_to(rule: AlertRule) -> tuple[str, ...]:
    """Return the names of the channels that the rule escalates to, each once."""
    return tuple(dict.fromkeys(map(channel_name, rule.escalate_to)))


def first_channels(watch: Watch) -> tuple[str, ...]:
    """Return the channels that the watch's rules and briefs name, each once, without those only escalated to."""
    of_briefs = (channel for times in watch.briefs for channel in times.channels)
    return tuple(dict.fromkeys((*(c for rule in watch.rules for c in rule.channels), *of_briefs)))


def addresses(watch: Watch) -> dict[str, str]:
    """Return the address behind each channel that the watch's rules and briefs name, by the channel's name."""
    of_rules = (channel for rule in watch.rules for channel in (*rule.channels, *rule.escalate_to))
    return {channel_name(channel): channel for channel in (*of_rules, *first_channels(watch))}


def first_rules(watch: Watch) -> dict[str, AlertRule]:
    """Return the first rule that names each channel: its hours hold for what concerns the whole watch."""
    found: dict[str, AlertRule] = {}
    for rule in watch.rules:
        for channel in channels_of(rule):
            found.setdefault(channel, rule)
    return found


def rules_for_channel(watch: Watch, channel: str) -> list[AlertRule]:
    """Return the rules of ``watch`` that name ``channel``."""
    return [rule for rule in watch.rules if channel in channels_of(rule)]


def find_rule(watch: Watch, name: str, channel: str) -> AlertRule | None:
    """Return the rule called ``name``; where there is none any more, the first that names the channel."""
    return next((rule for rule in watch.rules if rule.name == name), first_rules(watch).get(channel))
