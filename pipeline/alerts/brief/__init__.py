"""The brief: one report of where the mission stands, what changed, what is open, and what could be seen. Pure.

compose     what the store knew by a time     -> a ``Brief``
parts       a ``Brief``                       -> its five parts, as every form shows them
forms       a ``Brief``                       -> plain text, markdown, JSON, or a message for a channel
times       a ``[[brief]]`` of the watch      -> when it is due
"""

from __future__ import annotations

from pipeline.alerts.brief.compose import Brief, BriefInput, Coverage, FeedTrouble, compose
from pipeline.alerts.brief.forms import JSON_VERSION, as_data, as_markdown, as_message, as_text
from pipeline.alerts.brief.parts import Entry, Group, Part, build_parts, headline, period
from pipeline.alerts.brief.times import brief_alert, last_due, since_of

__all__ = [
    "JSON_VERSION",
    "Brief",
    "BriefInput",
    "Coverage",
    "Entry",
    "FeedTrouble",
    "Group",
    "Part",
    "as_data",
    "as_markdown",
    "as_message",
    "as_text",
    "brief_alert",
    "build_parts",
    "compose",
    "headline",
    "last_due",
    "period",
    "since_of",
]
