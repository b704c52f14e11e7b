"""Upgrade a store from before the first release to that release's schema.

Such a store has seen some of the steps below, the first of them in their order. What tables and columns it has not is
added before (:mod:`pipeline.storage.migrations`); here is what three of the steps did with the rows. The files of
tests/storage/old/ are such stores.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from pipeline.model.redact import holds_secret, without_secrets
from pipeline.storage.connection import Connection
from pipeline.storage.queries.base import URL_KEY
from pipeline.storage.queries.support import rebuild_support

STEPS_BEFORE: Final = (
    "feeds_and_entries",
    "articles",
    "claims_and_changes",
    "alerts_and_runs",
    "views",
    "chat_answers",
    "feed_polling",
    "recalls",
    "alert_rules",
    "for_analysts",
    "quick",
    "watch_states",
    "marks",
    "how_sure",
    "feed_pieces",
    "settled",
    "typed_facts",
    "one_confidence",
    "no_secrets",
    "model_spending",
    "succession",
    "hosts",
    "alarm_kinds",
    "mutes",
)

# Texts about feeds in which their addresses may stand.
_WITH_ADDRESSES: Final = {
    "feed": ("url", "confirmed_in"),
    "poll": ("final_url", "reason"),
    "feed_state": ("final_url", "last_reason"),
    "feed_move": ("from_url", "to_url"),
    "run": ("reason",),
}


def take_steps(db: Connection, seen: Collection[str]) -> None:
    """Convert a store's rows to the form of the first release; in a new file there are none to convert.

    Args:
        db: the store, with all tables and columns of today.
        seen: the steps that it has seen.
    """
    if "alert_rules" not in seen:
        _tell_kinds_of_alerts(db)
    if "quick" not in seen:
        db.run(f"UPDATE article SET url_key = {URL_KEY}")  # noqa: S608 -- a constant
        rebuild_support(db)
    if "no_secrets" not in seen:
        _strike_secrets(db)


def _tell_kinds_of_alerts(db: Connection) -> None:
    """Say of each alert why it is due. Digests that wait are parts of one: each was a message of its own."""
    db.run(
        """
        UPDATE alert SET urgent = false, message = '', kind = CASE
            WHEN rule = 'recall' THEN 'recall'
            WHEN body LIKE 'UNCERTAIN: %' AND alert_id IN (SELECT d.alert_id FROM delivery d) THEN 'digest'
            WHEN body LIKE 'UNCERTAIN: %' THEN 'digest_part'
            WHEN subject LIKE 'confirmed: %' THEN 'confirmed'
            WHEN alert_id NOT IN (SELECT c.alert_id FROM alert_change c) THEN 'alarm'
            ELSE 'alert' END"""
    )


def _strike_secrets(db: Connection) -> None:
    """Strike secrets out of the addresses of feeds, and of what was noted about polling them."""
    for table, columns in _WITH_ADDRESSES.items():
        for column in columns:
            held = db.rows(f"SELECT DISTINCT {column} AS text FROM {table} WHERE contains({column}, '://')")  # noqa: S608
            for text in (row["text"] for row in held if holds_secret(row["text"])):
                db.run(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", [without_secrets(text), text])  # noqa: S608
    for column in ("address", "moved_to"):  # a move is learnt anew, and followed until then
        held = db.rows(f"SELECT feed_id, {column} AS text FROM feed_state WHERE {column} <> ''")  # noqa: S608
        for row in held:
            if holds_secret(row["text"]):
                db.run(f"UPDATE feed_state SET {column} = '' WHERE feed_id = ?", [row["feed_id"]])  # noqa: S608
