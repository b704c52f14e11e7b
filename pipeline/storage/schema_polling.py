"""What the migration ``feed_polling`` added to the tables: columns of feeds' habits, their moves and alarms.

And what ``feed_pieces`` added: what is known of the items of a feed's last body.
"""

from __future__ import annotations

FEED_STATE_MORE = (
    ("interval_s", "DOUBLE", "Wait between two polls that work, in seconds; null before the first."),
    ("strain", "DOUBLE", "Failures in a row, weighted: 1 for a hard one, 0.5 for a soft one."),
    ("trouble", "VARCHAR", "Code of the error of the last poll; empty where it worked."),
    ("read_at", "TIMESTAMPTZ", "Last poll that was ok, unchanged or empty."),
    ("body_at", "TIMESTAMPTZ", "Last poll that brought a body, and not only a 304."),
    ("unmodified", "BIGINT", "Answers 304 in a row since then."),
    ("sketch", "VARCHAR", "The smallest hashes of the ids of the last entries: tells the overlap of two polls."),
    ("content", "VARCHAR", "Hash of all the entries of the last body."),
    ("ttl_s", "DOUBLE", "Life that the last body names, in seconds."),
    ("max_age_s", "DOUBLE", "Life that the last answer's headers name, in seconds."),
    ("undated", "BOOLEAN", "True where no entry of the last entries has a date."),
    ("gap_at", "TIMESTAMPTZ", "Last poll before which entries may have been missed."),
    ("lied_at", "TIMESTAMPTZ", "When its validators were found to lie; it is polled without them since."),
    ("address", "VARCHAR", "Where it has moved for good; empty while it is where the watch says."),
    ("moved_to", "VARCHAR", "Where the last answer said that it has moved for good."),
    ("moved", "BIGINT", "Polls in a row that have said so."),
    ("retired_at", "TIMESTAMPTZ", "When it said that it is gone for good; it is polled no more."),
)

POLL_MORE = (
    ("trouble", "VARCHAR", "Code of the error; empty where the poll worked."),
    ("entries_new", "BIGINT", "Of its entries, those that we did not have."),
    ("undated", "BIGINT", "Of its entries, those without a date."),
    ("is_gap", "BOOLEAN", "True where no entry of the last non-empty poll was left: some may have been missed."),
)

FEED_MOVE = (
    "feed_move",
    "Each time a feed's address was rewritten, because it moved for good or was lost there. Append-only.",
    ("move_id", "UUID", "Hash of feed and time."),
    ("run_id", "UUID", "The run that polled."),
    ("feed_id", "UUID", "The feed."),
    ("moved_at", "TIMESTAMPTZ", "When, by the watch's clock."),
    ("from_url", "VARCHAR", "The address until then."),
    ("to_url", "VARCHAR", "The address from then on; null where it is the watch's own again."),
)

FEED_ALARM = (
    "feed_alarm",
    "A silence or failure that was told: of a feed, or of the whole watch.",
    ("alarm_id", "UUID", "Hash of watch, feed, kind and start: one for each silence."),
    ("run_id", "UUID", "The run that raised it."),
    ("watch", "VARCHAR", "The watch."),
    ("feed_id", "UUID", "The feed; null where it is the whole watch."),
    ("kind", "VARCHAR", "silent, failing, unreadable or retired; of the whole watch silent, blind or half_blind."),
    ("since", "TIMESTAMPTZ", "When the silence began, or when it was last read."),
    ("raised_at", "TIMESTAMPTZ", "When it was told, by the watch's clock."),
    ("cleared_at", "TIMESTAMPTZ", "When the all-clear was told; null while it lasts."),
)

# What the migration ``alarm_kinds`` added.
ALARM_MORE = (("detail", "VARCHAR", "What was seen, in numbers; empty or null where the kind says all."),)
POLLING_MORE = {"feed_state": FEED_STATE_MORE, "poll": POLL_MORE, "feed_alarm": ALARM_MORE}
ALARM_KIND = "Kind of alarm, as docs/operations.md lists them: failing, silent, ...; in lower case, with underscores."

FEED_PIECE = (
    "feed_piece",
    "What we know of the items of a feed's last body, so that those that come again need not be read again.",
    ("feed_id", "UUID", "The feed."),
    (
        "pieces",
        "VARCHAR",
        "For each item, in hexadecimal: a digest of its text (16 digits), then hashes of its id (10) and content (34).",
    ),
)

HOST = (
    "host",
    "What the hosts of pages want, and when they were asked last, so that the next run keeps to it. The newest few "
    "thousand.",
    ("host_id", "UUID", "Hash of origin."),
    ("origin", "VARCHAR", "Scheme, host and port, as in https://news.example.org."),
    ("robots", "VARCHAR", "Its robots.txt; null where it has none, or robots_until is null."),
    ("robots_until", "TIMESTAMPTZ", "Until when that is believed, by the wall clock; null where it is not known."),
    ("asked_at", "TIMESTAMPTZ", "Wall clock at the start of the last request for a page or for robots.txt."),
    ("distance_s", "DOUBLE", "Seconds that were kept before that request."),
)
