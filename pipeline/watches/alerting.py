"""The tables ``[[alert]]`` and ``[[brief]]`` of ``watch.toml``: what is told, when, and where."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from datetime import time, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from pipeline import model
from pipeline.model.facts import ACTS
from pipeline.model.text import shorten
from pipeline.watches.values import (
    AspectName,
    SlotName,
    StageName,
    Table,
    Text,
    check_channel,
    problem,
    read_duration,
    suggest,
)

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_RULE, _BRIEF = model.AlertRule(""), model.BriefTimes("")  # the defaults
_OFF = "off"
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_HOURS = re.compile(r"(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})")
_MOST_REMINDERS, _FARTHEST = 10, 366
_MOST_BRIEFS = 24  # a day


def _one_of(what: str, known: tuple[str, ...]) -> Callable[[object], object]:
    """A validator that takes one of the words ``known``, and suggests the nearest for any other."""

    def check(value: object) -> object:
        if isinstance(value, str) and value not in known:
            raise problem(f"unknown {what} '{shorten(value, 60)}'.", suggest(value, known))
        return value

    return check


def _clock(text: str) -> time | None:
    found = _CLOCK.fullmatch(text.strip())
    return time(int(found[1]), int(found[2])) if found else None


def read_time(value: object) -> object:
    """A time of day from ``06:00``, in quotes or not."""
    if isinstance(value, time):
        return value.replace(microsecond=0)
    found = _clock(value) if isinstance(value, str) else None
    if found is None:
        raise problem(f"'{shorten(str(value), 30)}' is no time of day.", "Write hours and minutes, such as 06:30.")
    return found


def read_hours(value: object) -> object:
    """(from, to) from ``22:00-07:00``."""
    found = _HOURS.fullmatch(value.strip()) if isinstance(value, str) else None
    ends = (_clock(found[1]), _clock(found[2])) if found else (None, None)
    if None in ends:
        raise problem(f"'{shorten(str(value), 30)}' are no quiet hours.", "Write from-to, such as 22:00-07:00.")
    if ends[0] == ends[1]:
        raise problem(
            "the quiet hours end when they begin.", "Give them an end, such as 22:00-07:00, or leave them out."
        )
    return ends


def _duration_or_off(value: object) -> object:
    return None if value == _OFF else read_duration(value)


@lru_cache(maxsize=1)
def _zones() -> tuple[str, ...]:
    return tuple(sorted(available_timezones()))


def check_zone(value: str) -> str:
    """The name of a time zone that this machine knows."""
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError):  # not found, no name of a zone, a folder of zones
        pass
    last = {zone.rsplit("/", 1)[-1].casefold(): zone for zone in _zones()}
    asked = value.strip().rsplit("/", 1)[-1].replace(" ", "_").casefold()
    near = difflib.get_close_matches(asked, list(last), n=1, cutoff=0.6)
    hint = f"Did you mean '{last[near[0]]}'? " if near else ""
    raise problem(
        f"unknown time zone '{shorten(value, 60)}'.",
        f"{hint}Write a name of the IANA list, such as Europe/Paris, America/Port-au-Prince or UTC.",
    )


Clock = Annotated[time, BeforeValidator(read_time)]
Channel = Annotated[str, AfterValidator(check_channel)]
Share = Annotated[float, Field(ge=0, le=1)]
DayName = Annotated[str, BeforeValidator(_one_of("day", DAYS))]
Zone = Annotated[str, AfterValidator(check_zone)]


class UrgentTable(Table):
    """``urgent = { ... }`` of a rule: what breaks its quiet hours."""

    aspects: list[AspectName] = Field([], examples=['["casualties"]'])
    stages: list[StageName] = Field([], examples=['["decided", "in_effect"]'])
    min_confidence: Share = Field(model.Urgent().min_confidence, examples=["0.8"])


class AlertTable(Table):
    """``[[alert]]``."""

    name: Text = Field(examples=['"decided"'])
    aspects: list[AspectName] = Field([], examples=['["lead", "mandate"]'])
    stages: list[StageName] = Field([], examples=['["decided", "in_effect"]'])
    slots: list[SlotName] = Field([], examples=['["contribution"]'])
    keys: list[Text] = Field([], examples=['["Kenya", "Jamaica"]'])
    acts: list[Annotated[str, BeforeValidator(_one_of("act", ACTS))]] = Field([], examples=['["withdraws", "reduces"]'])
    min_confidence: Share = Field(_RULE.min_confidence, examples=["0.5"])
    at_once: Share = Field(_RULE.at_once, examples=["0.7"])
    origins: int = Field(_RULE.origins, ge=1, le=20, examples=["2"])
    channels: list[Channel] = Field(["console", "file"], min_length=1, examples=['["console", "file"]'])
    when: Annotated[str, BeforeValidator(_one_of("way to tell", tuple(model.AlertTiming)))] = Field(
        str(_RULE.when), examples=['"digest"']
    )
    digest: Annotated[str, BeforeValidator(_one_of("digest", tuple(model.Every)))] = Field(
        str(_RULE.digest), examples=['"daily"']
    )
    digest_at: Clock = Field(_RULE.digest_at, examples=['"06:00"'])
    digest_day: DayName | None = Field(None, examples=['"monday"'])
    timezone: Zone = Field(_RULE.timezone, examples=['"Europe/Paris"'])
    quiet: Annotated[tuple[time, time], BeforeValidator(read_hours)] | None = Field(None, examples=['"22:00-07:00"'])
    urgent: UrgentTable | None = Field(None, examples=['{ aspects = ["casualties"], min_confidence = 0.8 }'])
    escalate_after: Annotated[timedelta, BeforeValidator(read_duration)] | None = Field(None, examples=['"4h"'])
    escalate_to: list[Channel] = Field([], examples=['["env:DESK_PHONE"]'])
    repeat_every: Annotated[timedelta, BeforeValidator(read_duration)] | None = Field(None, examples=['"2h"'])
    flapping: Annotated[timedelta | None, BeforeValidator(_duration_or_off)] = Field(
        _RULE.flapping, examples=['"24h"', '"off"']
    )
    remind_before: list[Annotated[int, Field(ge=1, le=_FARTHEST)]] = Field(
        list(_RULE.remind_before), max_length=_MOST_REMINDERS, examples=["[14, 3]"]
    )
    picture: bool = Field(_RULE.picture, examples=["false"])

    @field_validator("digest_day")
    @classmethod
    def _of_a_weekly_digest(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("digest") == model.Every.DAILY:
            raise problem("a daily digest has no day.", 'Write digest = "weekly", or leave digest_day out.')
        return value

    @field_validator("urgent")
    @classmethod
    def _breaks_something(cls, value: UrgentTable | None, info: ValidationInfo) -> UrgentTable | None:
        if value is not None and info.data.get("quiet", "") is None:
            raise problem("there are no quiet hours to break.", 'Write quiet = "22:00-07:00", or leave urgent out.')
        return value

    @field_validator("repeat_every")
    @classmethod
    def _repeats_something(cls, value: timedelta | None, info: ValidationInfo) -> timedelta | None:
        if value is not None and info.data.get("escalate_after", "") is None:
            raise problem(
                "nothing is told again that could be repeated.",
                'Write escalate_after = "4h", or leave repeat_every out.',
            )
        return value

    def rule(self) -> model.AlertRule:
        """The rule as the planner knows it; a channel or a day that is written twice counts once."""
        return model.AlertRule(
            name=self.name,
            aspects=frozenset(self.aspects),
            stages=frozenset(self.stages),
            slots=frozenset(self.slots),
            keys=frozenset(self.keys),
            acts=frozenset(self.acts),
            min_confidence=self.min_confidence,
            channels=tuple(dict.fromkeys(self.channels)),
            at_once=self.at_once,
            origins=self.origins,
            when=model.AlertTiming(self.when),
            digest=model.Every(self.digest),
            digest_at=self.digest_at,
            digest_day=DAYS.index(self.digest_day) if self.digest_day else _RULE.digest_day,
            timezone=self.timezone,
            quiet=self.quiet,
            urgent=model.Urgent(
                frozenset(self.urgent.aspects), frozenset(self.urgent.stages), self.urgent.min_confidence
            )
            if self.urgent is not None
            else None,
            escalate_after=self.escalate_after,
            escalate_to=tuple(dict.fromkeys(self.escalate_to)),
            repeat_every=self.repeat_every,
            flapping=self.flapping,
            remind_before=tuple(sorted(set(self.remind_before), reverse=True)),
            picture=self.picture,
        )


class BriefTable(Table):
    """``[[brief]]``."""

    name: Text = Field(examples=['"morning"'])
    channels: list[Channel] = Field(list(_BRIEF.channels), min_length=1, examples=['["env:DESK_URL"]'])
    at: list[Clock] = Field(list(_BRIEF.at), min_length=1, max_length=_MOST_BRIEFS, examples=['["07:00", "16:30"]'])
    days: list[DayName] = Field(list(DAYS), min_length=1, examples=['["monday", "thursday"]'])
    timezone: Zone = Field(_BRIEF.timezone, examples=['"Europe/Paris"'])

    def times(self) -> model.BriefTimes:
        """When it goes out as the planner knows it; what is written twice counts once."""
        return model.BriefTimes(
            name=self.name,
            channels=tuple(dict.fromkeys(self.channels)),
            at=tuple(sorted(set(self.at))),
            days=tuple(sorted({DAYS.index(day) for day in self.days})),
            timezone=self.timezone,
        )


def timing_of(rule: model.AlertRule) -> dict[str, object]:
    """The keys of ``[[alert]]`` that narrow what is told, and say when and to whom, where they are not as by default.

    The urgent table is a mapping; the caller writes TOML.
    """
    days = {"digest_day": DAYS[rule.digest_day] if rule.digest is model.Every.WEEKLY else None}
    values: dict[str, object] = {
        "slots": sorted(rule.slots) or None,
        "keys": sorted(rule.keys) or None,
        "acts": sorted(rule.acts) or None,
        "origins": rule.origins if rule.origins != _RULE.origins else None,
        "when": str(rule.when) if rule.when is not _RULE.when else None,
        "digest": str(rule.digest) if rule.digest is not _RULE.digest else None,
        "digest_at": f"{rule.digest_at:%H:%M}" if rule.digest_at != _RULE.digest_at else None,
        **days,
        "timezone": rule.timezone if rule.timezone != _RULE.timezone else None,
        "quiet": f"{rule.quiet[0]:%H:%M}-{rule.quiet[1]:%H:%M}" if rule.quiet else None,
        "urgent": _urgent(rule.urgent) if rule.urgent is not None else None,
        "escalate_after": _span(rule.escalate_after) if rule.escalate_after is not None else None,
        "escalate_to": list(rule.escalate_to) or None,
        "repeat_every": _span(rule.repeat_every) if rule.repeat_every is not None else None,
        "flapping": _span_or_off(rule.flapping) if rule.flapping != _RULE.flapping else None,
        "remind_before": list(rule.remind_before) if rule.remind_before != _RULE.remind_before else None,
        "picture": rule.picture if rule.picture != _RULE.picture else None,
    }
    return {key: value for key, value in values.items() if value is not None}


def _urgent(urgent: model.Urgent) -> dict[str, object]:
    return {
        "aspects": sorted(map(str, urgent.aspects)),
        "stages": sorted(map(str, urgent.stages)),
        "min_confidence": urgent.min_confidence,
    }


def _span_or_off(length: timedelta | None) -> str:
    return _span(length) if length is not None else _OFF


def _span(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
