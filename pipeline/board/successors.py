"""Find the names that changes give the mission: successors, renamings, and their initials. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from pipeline.model import Aspect, Change, Claim, Name, Slot, Watch

BECAME = " -> "  # in a mandate's value of a version without types: the old name, then the new
MIN_CONFIDENCE = 0.6  # the confidence of a change from which its new name is the mission's too
_INITIALS = re.compile(r"^[\s,“”\"']*\(([A-Z][A-Za-z-]{1,11})\)")


def successor_name(told: Change | Claim) -> str:
    """Return the name that the mission gets by a change or claim; empty where it gets none."""
    if told.fact is not None:
        return told.fact.parts.organisation if told.fact.slot is Slot.SUCCESSOR else ""
    if told.aspect is not Aspect.MANDATE or BECAME not in told.value:
        return ""
    return told.value.split(BECAME, 1)[1].strip()


def successor_names(changes: Iterable[Change]) -> tuple[Name, ...]:
    """Return the names that the mission has got by ``changes``.

    The new name counts from the change's day on, with the initials that its sentence gives in
    brackets. Proposed names count too: articles on a draft call the mission by them.
    """
    names: dict[str, Name] = {}
    for change in changes:
        name = successor_name(change)
        if change.confidence < MIN_CONFIDENCE:
            continue
        if len(name.split()) < 2:
            continue
        since = min(change.held_from, change.known_at.date())
        names.setdefault(name, Name(name, valid_from=since))
        after = change.quote[change.quote.find(name) + len(name) :] if name in change.quote else ""
        if found := _INITIALS.match(after):
            names.setdefault(found[1], Name(found[1], acronym=True, valid_from=since))
    return tuple(names.values())


def with_successors(watch: Watch, changes: Iterable[Change]) -> Watch:
    """Return ``watch`` with the names that its mission has got by ``changes``; itself where there are none."""
    known = {name.text.casefold() for name in watch.names}
    places = tuple(watch.places)
    new = tuple(
        # Short initials are somebody else's too: they count beside the mission's places only.
        replace(name, context=places) if name.acronym and len(name.text) < 5 else name
        for name in successor_names(changes)
        if name.text.casefold() not in known
    )
    return replace(watch, names=(*watch.names, *new)) if new else watch
