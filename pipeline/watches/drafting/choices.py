"""What a person chooses of a draft: its title, names, places, and which facts count. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.model import AlertRule, Name, Watch
from pipeline.model.errors import UsageError
from pipeline.model.text import safe, squeeze
from pipeline.watches.drafting.draft import name_of


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen; each default leaves the draft as it is.

    Attributes:
        title: of the watch.
        outlet: who published the article.
        languages: codes of what is read.
        add_names: further names; what is written in capitals counts as initials.
        drop_names: names of the draft that are not the mission's.
        places: in place of those of the draft; None keeps them.
        drop_facts: numbers, from 1, of the draft's facts that are not to be known.
        channels: where alerts go.
    """

    title: str = ""
    outlet: str = ""
    languages: tuple[str, ...] = ()
    add_names: tuple[str, ...] = ()
    drop_names: tuple[str, ...] = ()
    places: tuple[str, ...] | None = None
    drop_facts: tuple[int, ...] = ()
    channels: tuple[str, ...] = ()


def chosen(draft: Watch, choices: Choices) -> Watch:
    """``draft`` as it was chosen.

    Raises:
        UsageError: a name or a fact is to be dropped that the draft does not have, or no name would be left.
    """
    places = draft.places if choices.places is None else tuple(_told(choices.places))
    base = draft.baseline
    return replace(
        draft,
        title=squeeze(safe(choices.title)) or draft.title,
        names=_names(draft, choices, places),
        places=places,
        languages=choices.languages or draft.languages,
        rules=_rules(draft.rules, choices.channels),
        baseline=replace(
            base,
            outlet=squeeze(safe(choices.outlet)) or base.outlet,
            facts=tuple(fact for number, fact in enumerate(base.facts, 1) if number not in _numbers(draft, choices)),
        ),
    )


def _names(draft: Watch, choices: Choices, places: tuple[str, ...]) -> tuple[Name, ...]:
    dropped = {name.casefold() for name in choices.drop_names}
    had = {name.text.casefold() for name in draft.names}
    if unknown := sorted(dropped - had):
        known = ", ".join(f"'{name.text}'" for name in draft.names)
        raise UsageError(f"The article has no name '{unknown[0]}' to drop.", remedy=f"It has: {known}.")
    kept = [name for name in draft.names if name.text.casefold() not in dropped]
    kept += [name_of(text, places) for text in _told(choices.add_names) if text.casefold() not in had]
    if not kept:
        raise UsageError("No name of the mission is left.", remedy="Keep one, or add one with --name.")
    return tuple(kept)


def _numbers(draft: Watch, choices: Choices) -> frozenset[int]:
    facts = len(draft.baseline.facts)
    wrong = [number for number in choices.drop_facts if not 1 <= number <= facts]
    if wrong:
        has = f"it has {facts}, numbered from 1" if facts else "it has none"
        raise UsageError(f"There is no fact {wrong[0]} in the article: {has}.", remedy="See them with --dry-run.")
    return frozenset(choices.drop_facts)


def _rules(rules: tuple[AlertRule, ...], channels: tuple[str, ...]) -> tuple[AlertRule, ...]:
    return tuple(replace(rule, channels=channels) for rule in rules) if channels else rules


def _told(texts: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(told for text in texts if (told := squeeze(safe(text))))
