"""Which changes are told, to whom, when, and in which words. Pure.

``rules`` say which changes they take, ``planning`` makes alerts of them, ``timing`` says when one may go, ``digest``
gathers those that wait for a digest, ``escalation`` and ``expected`` tell what nobody acknowledged and what is to come,
``flapping`` tells of rows that go back and forth, ``muting`` keeps changes from being told for a time, ``alarms`` tell
of the watch itself, ``outbox`` says what goes now. The words are those of ``compose`` and ``message``.
"""

from pipeline.alerts.acking import ack_link
from pipeline.alerts.alarms import BROUGHT_IN, alarm_alerts, channel_alarms, channel_alerts
from pipeline.alerts.compose import became, message_of, stage_words, subject_line
from pipeline.alerts.digest import QUIET_FOR, gather, proof_of_quiet
from pipeline.alerts.envelope import enclosed
from pipeline.alerts.escalation import longest_wait, unacknowledged_alerts
from pipeline.alerts.expected import expected_alerts, expected_days
from pipeline.alerts.flapping import settled_alerts, settled_changes
from pipeline.alerts.message import SUBJECT_LIMIT
from pipeline.alerts.muting import ended_mutes, mute_of, recently_over
from pipeline.alerts.outbox import ack_command, by_channel, dressed, is_open, ready
from pipeline.alerts.planning import alert_about, plan
from pipeline.alerts.rules import (
    addresses,
    channel_name,
    channels_of,
    first_rules,
    is_sure,
    is_urgent,
    line_of,
    rule_of,
    takes,
    told_first,
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
    "dressed",
    "enclosed",
    "ended_mutes",
    "expected_alerts",
    "expected_days",
    "first_rules",
    "gather",
    "is_open",
    "is_quiet",
    "is_sure",
    "is_urgent",
    "line_of",
    "longest_wait",
    "may_go",
    "message_of",
    "mute_of",
    "next_digest",
    "plan",
    "proof_of_quiet",
    "ready",
    "recently_over",
    "release",
    "retry_at",
    "rule_of",
    "settled_alerts",
    "settled_changes",
    "stage_words",
    "subject_line",
    "takes",
    "told_first",
    "unacknowledged_alerts",
    "worth_alerting",
]
