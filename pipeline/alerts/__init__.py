"""Decide which changes are alerted, to whom, when, and in which words. Pure.

``rules`` say which changes they take, ``planning`` makes alerts of them, ``timing`` says when one may go, ``digest``
gathers those that wait for a digest, ``escalation`` and ``expected`` tell what nobody acknowledged and what is to come,
``flapping`` tells of rows that go back and forth, ``muting`` keeps changes from being told for a time, ``alarms`` tell
of the watch itself, ``outbox`` says what goes now. The words are those of ``compose`` and ``message``.
"""

from pipeline.alerts.acknowledgement import ack_link
from pipeline.alerts.alarms import BROUGHT_IN, alarm_alerts, channel_alarms, channel_alerts
from pipeline.alerts.compose import became, compose_message, stage_words, subject_line
from pipeline.alerts.digest import QUIET_FOR, gather, proof_of_quiet
from pipeline.alerts.envelope import make_alert
from pipeline.alerts.escalation import longest_wait, unacknowledged_alerts
from pipeline.alerts.expected import expected_alerts, expected_days
from pipeline.alerts.flapping import settled_alerts, settled_changes
from pipeline.alerts.message import SUBJECT_LIMIT
from pipeline.alerts.muting import ended_mutes, find_mute, recently_ended
from pipeline.alerts.outbox import ack_command, by_channel, fill_in_links, is_open, ready
from pipeline.alerts.planning import alert_about, plan
from pipeline.alerts.rules import (
    addresses,
    channel_name,
    channels_of,
    find_rule,
    first_channels,
    first_rules,
    is_confident,
    is_urgent,
    line_key,
    takes,
    worth_alerting,
)
from pipeline.alerts.timing import ATTEMPTS, after_quiet, is_quiet, may_go, next_digest, release, retry_at

__all__ = [
    "ATTEMPTS",
    "BROUGHT_IN",
    "QUIET_FOR",
    "SUBJECT_LIMIT",
    "ack_command",
    "ack_link",
    "addresses",
    "after_quiet",
    "alarm_alerts",
    "alert_about",
    "became",
    "by_channel",
    "channel_alarms",
    "channel_alerts",
    "channel_name",
    "channels_of",
    "compose_message",
    "ended_mutes",
    "expected_alerts",
    "expected_days",
    "fill_in_links",
    "find_mute",
    "find_rule",
    "first_channels",
    "first_rules",
    "gather",
    "is_confident",
    "is_open",
    "is_quiet",
    "is_urgent",
    "line_key",
    "longest_wait",
    "make_alert",
    "may_go",
    "next_digest",
    "plan",
    "proof_of_quiet",
    "ready",
    "recently_ended",
    "release",
    "retry_at",
    "settled_alerts",
    "settled_changes",
    "stage_words",
    "subject_line",
    "takes",
    "unacknowledged_alerts",
    "worth_alerting",
]
