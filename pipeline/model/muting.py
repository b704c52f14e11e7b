"""Mutes: a person asks that changes of one kind alert nobody until a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pipeline.model.facts import Slot
from pipeline.model.judgement import Change
from pipeline.model.words import Stage


@dataclass(frozen=True, slots=True)
class Mute:
    """What is muted, until when, and who said so. What is left open takes all.

    Attributes:
        until: when it ends, by the watch's clock.
        made_at, made_by: when, by the machine's clock, and who.
        slot: the slot of the changes.
        key: their key, such as a country, in any case of letters; of an incident the party is enough.
        stages: their stages.
        why: the reason that was given; may be empty.
        off_at, off_by: when, by the machine's clock, and who took it off before its end; None and empty where nobody
            did.
    """

    mute_id: UUID
    watch: str
    until: datetime
    made_at: datetime
    made_by: str
    slot: Slot | None = None
    key: str = ""
    stages: frozenset[Stage] = frozenset()
    why: str = ""
    off_at: datetime | None = None
    off_by: str = ""

    def covers(self, change: Change) -> bool:
        """Return whether ``change`` is of the kind that is muted; a change without a typed fact has no slot or key."""
        if self.stages and change.stage not in self.stages:
            return False
        if self.slot is None and not self.key:
            return True
        fact = change.fact
        if fact is None or self.slot not in (None, fact.slot):
            return False
        return not self.key or fact.has_key(self.key)

    def is_on(self, now: datetime) -> bool:
        """Return whether it counts at ``now``, by the watch's clock."""
        return self.off_at is None and now < self.until

    @property
    def what(self) -> str:
        """What is muted, in words: ``contribution of Kenya, planned or decided``."""
        kind = str(self.slot or "everything")
        named = f"{kind} of {self.key}" if self.key else kind
        stages = " or ".join(stage.replace("_", " ") for stage in Stage if stage in self.stages)
        return f"{named}, {stages}" if stages else named

    @property
    def told(self) -> str:
        """The reason of a silence: what, until when, by whom and why."""
        why = f": {self.why}" if self.why else ""
        return f"muted until {self.until:%Y-%m-%d %H:%M} UTC by {self.made_by} ({self.what}){why}"
