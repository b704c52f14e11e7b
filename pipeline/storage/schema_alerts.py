"""What the migration ``alert_rules`` added: why and when an alert goes, digests, acknowledgements, failing channels."""

from __future__ import annotations

ALERT_MORE = (
    ("kind", "VARCHAR", "Why it is due: alert, confirmed, digest_part, digest, recall and so on; see the view alerts."),
    ("due_at", "TIMESTAMPTZ", "Not to be sent before; null where it may go as soon as it is planned."),
    ("urgent", "BOOLEAN", "True where it may go within quiet hours."),
    ("message", "VARCHAR", "The message as JSON, for channels that show more than plain text; may be empty."),
)

DIGEST_PART = (
    "digest_part",
    "Which digest an alert went out with.",
    ("alert_id", "UUID", "The alert that waited for a digest."),
    ("digest_id", "UUID", "The alert that is the digest."),
)

ALERT_ACK = (
    "alert_ack",
    "Who has acknowledged an alert. Append-only.",
    ("ack_id", "UUID", "Hash of alert and person: who acknowledges twice has done it once."),
    ("watch", "VARCHAR", "The watch."),
    ("alert_id", "UUID", "The alert."),
    ("acked_at", "TIMESTAMPTZ", "When, by the machine's clock."),
    ("acked_by", "VARCHAR", "Who."),
    ("note", "VARCHAR", "What they say; may be empty."),
)

ALERT_RETRY = (
    "alert_retry",
    "Each time a dead letter was put back among what waits. Append-only.",
    ("retry_id", "UUID", "Hash of alert and attempts."),
    ("watch", "VARCHAR", "The watch."),
    ("alert_id", "UUID", "The alert."),
    ("put_back_at", "TIMESTAMPTZ", "When, by the machine's clock."),
    ("attempts", "BIGINT", "Attempts until then; those that follow are counted anew."),
    ("reason", "VARCHAR", "Why: somebody asked for it, or its channel works again."),
)

CHANNEL_ALARM = (
    "channel_alarm",
    "Channels that failed, as it was told through the others.",
    ("alarm_id", "UUID", "Hash of watch, channel and its first failure."),
    ("run_id", "UUID", "The run that raised it."),
    ("watch", "VARCHAR", "The watch."),
    ("channel", "VARCHAR", "The channel."),
    ("since", "TIMESTAMPTZ", "Its first failure."),
    ("raised_at", "TIMESTAMPTZ", "When it was told."),
    ("reason", "VARCHAR", "What the channel said."),
    ("cleared_at", "TIMESTAMPTZ", "When it worked again; null while it does not."),
)
