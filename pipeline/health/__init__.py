"""Kinds of alarm about the watch itself, and the signs by which each is known. Pure."""

from __future__ import annotations

from pipeline.health.kinds import FEED_KINDS, NOTICES, WATCH_KINDS, FeedKind, Key, Kind, WatchKind, signs_of
from pipeline.health.signs import ROOM, Observation, Sign, needed_room

__all__ = [
    "FEED_KINDS",
    "NOTICES",
    "ROOM",
    "WATCH_KINDS",
    "FeedKind",
    "Key",
    "Kind",
    "Observation",
    "Sign",
    "WatchKind",
    "needed_room",
    "signs_of",
]
