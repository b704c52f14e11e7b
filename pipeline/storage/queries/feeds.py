"""Feeds, polls and entries in the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from pipeline.board.fold import baseline_changes
from pipeline.model import Entry, FeedState, PollOutcome, PollRecord, Watch
from pipeline.model.redact import without_secrets
from pipeline.model.text import content_id
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import FEED_COLUMNS, feed_of, id_list
from pipeline.storage.queries.changes import change_rows
from pipeline.storage.queries.polling import habits_of, habits_row
from pipeline.storage.queries.watches import WatchQueries
from pipeline.storage.schema import TABLES

_FEED_UPDATE = """(feed_id) DO UPDATE SET url = excluded.url, title = excluded.title, role = excluded.role,
    family = excluded.family, language = excluded.language, region = excluded.region,
    expected_every_s = excluded.expected_every_s, confirmed_in = excluded.confirmed_in"""

# What a poll that tells nothing of it leaves as it was.
_KEPT = {
    "last_ok_at": "coalesce(excluded.last_ok_at, last_ok_at)",
    "last_new_at": "coalesce(excluded.last_new_at, last_new_at)",
    "final_url": "CASE WHEN excluded.final_url = '' THEN final_url ELSE excluded.final_url END",
}
_STATE = (column.name for column in TABLES["feed_state"].columns if column.name != "feed_id")
_STATE_UPDATE = "(feed_id) DO UPDATE SET " + ", ".join(
    f"{name} = {_KEPT.get(name, f'excluded.{name}')}" for name in _STATE
)

# A wait that was set by a clock that stood later than now is void: nothing waits for a wrong clock to come true.
_NEXT_DUE = "CASE WHEN s.last_polled_at <= CAST(? AS TIMESTAMPTZ) THEN s.next_due END"


class FeedQueries(WatchQueries):
    """What is polled, and what the polls brought."""

    def sync_watch(self, watch: Watch, now: datetime) -> None:
        """Make the store's feeds, links and baseline those of ``watch``; doing it again changes nothing.

        A feed that the watch no longer names is unlinked, with what it brought kept. Baseline
        facts are added, never taken away: their changes come before all others. A watch that has been renamed
        takes what stands under its earlier name.

        Raises:
            UsageError: there is a watch under both names, or another watch has had this one.
        """
        self.take_names(watch, now)
        feeds = [
            {
                "feed_id": feed.feed_id,
                "url": without_secrets(feed.url),
                "title": feed.title,
                "role": feed.role,
                "family": feed.family,
                "language": feed.language,
                "region": feed.region,
                "expected_every_s": round(feed.expected_every.total_seconds()),
                "confirmed_in": without_secrets(feed.confirmed_in),
                "first_seen": now,
            }
            for feed in watch.feeds
        ]
        links = [
            {
                "link_id": content_id("watch-feed", watch.key, feed.feed_id),
                "watch": watch.slug,
                "feed_id": feed.feed_id,
                "added_at": now,
                "removed_at": None,
            }
            for feed in watch.feeds
        ]
        baseline = {
            "baseline_id": content_id("baseline", watch.key),
            "watch": watch.slug,
            "title": watch.baseline.title,
            "outlet": watch.baseline.outlet,
            "url": watch.baseline.url,
            "published": watch.baseline.published,
            "text": watch.baseline.text,
        }
        kept = [str(feed.feed_id) for feed in watch.feeds]
        with self._db.transaction():
            before = self._feeds_of(watch.slug)
            self._db.insert("feed", feeds, on_conflict=_FEED_UPDATE)
            self._db.run(
                "UPDATE watch_feed SET removed_at = CAST(? AS TIMESTAMPTZ) WHERE watch = ? AND removed_at IS NULL "
                "AND NOT list_contains(CAST(? AS VARCHAR[]), CAST(feed_id AS VARCHAR))",
                [now, watch.slug, kept],
            )
            # Whoever takes a feed out of a watch and names it again wants it polled again.
            self._db.run(
                "UPDATE feed_state SET retired_at = NULL, next_due = NULL WHERE retired_at IS NOT NULL AND feed_id IN "
                "(SELECT feed_id FROM watch_feed WHERE watch = ? AND removed_at IS NOT NULL "
                "AND list_contains(CAST(? AS VARCHAR[]), CAST(feed_id AS VARCHAR)))",
                [watch.slug, kept],
            )
            self._db.insert("watch_feed", links, on_conflict="(link_id) DO UPDATE SET removed_at = NULL")
            if self._feeds_of(watch.slug) != before:  # what another watch's feed has brought may wait for this one
                self._db.run("DELETE FROM settled WHERE watch = ?", [watch.slug])
            self._db.insert(
                "baseline",
                [baseline],
                on_conflict="(baseline_id) DO UPDATE SET title = excluded.title, outlet = excluded.outlet, "
                "url = excluded.url, published = excluded.published, text = excluded.text",
            )
            last = self._db.value("SELECT coalesce(max(seq), -1000000000) FROM change WHERE seq < 0")
            self._db.insert("change", change_rows(baseline_changes(watch), None, last + 1))

    def _feeds_of(self, watch: str) -> set[UUID]:
        rows = self._db.rows("SELECT feed_id FROM watch_feed WHERE watch = ? AND removed_at IS NULL", [watch])
        return {row["feed_id"] for row in rows}

    def feeds_due(self, watch: str, now: datetime, *, ignore_schedule: bool = False) -> list[FeedState]:
        """The feeds of ``watch`` that are due by ``now``, the longest due first; all with ``ignore_schedule``.

        Retired feeds are never due, and are among all.
        """
        rows = self._db.rows(
            f"SELECT {FEED_COLUMNS}, s.* EXCLUDE (feed_id, failures, next_due), {_NEXT_DUE} AS next_due, "  # noqa: S608
            "coalesce(s.failures, 0) AS failures "
            "FROM watch_feed w JOIN feed f USING (feed_id) LEFT JOIN feed_state s USING (feed_id) "
            "WHERE w.watch = ? AND w.removed_at IS NULL "
            f"AND (? OR (s.retired_at IS NULL AND ({_NEXT_DUE} IS NULL OR s.next_due <= CAST(? AS TIMESTAMPTZ)))) "
            "ORDER BY next_due NULLS FIRST, f.url",
            [now, watch, ignore_schedule, now, now],
        )
        return [
            FeedState(
                feed=feed_of(row),
                etag=row["etag"],
                last_modified=row["last_modified"],
                body_hash=row["body_hash"],
                next_due=row["next_due"],
                failures=row["failures"],
                habits=habits_of(row),
            )
            for row in rows
        ]

    def with_pieces(self, states: Sequence[FeedState]) -> list[FeedState]:
        """``states`` with what is known of the items of each feed's last body; apart, since only a poll needs it."""
        if not states:
            return []
        ids = id_list(state.feed.feed_id for state in states)
        rows = self._db.rows(f"SELECT * FROM feed_piece WHERE feed_id IN {ids}")  # noqa: S608 -- ids
        known = {row["feed_id"]: row["pieces"] for row in rows}
        return [replace(state, pieces=known.get(state.feed.feed_id, "")) for state in states]

    def add_polls(self, run_id: UUID, polls: Sequence[PollRecord]) -> int:
        """Store polls with their entries, and what the next poll must know.

        Returns:
            The number of entries that were new.
        """
        with self._db.transaction():
            entries = [(entry, poll) for poll in polls for entry in poll.entries]
            new = self._new_entries([entry for entry, _ in entries])
            self._db.insert(
                "entry_summary",
                [
                    {"entry_id": entry.entry_id, "summary": entry.summary}
                    for entry in {entry.entry_id: entry for entry, _ in reversed(entries)}.values()
                    if entry.entry_id in new
                ],
            )
            # Most of a feed's entries were in it before: what is held already is not sent to the database again.
            rows = [_entry_row(entry, poll.poll_id) for entry, poll in entries if entry.entry_id in new]
            added = self._db.insert("entry", rows)
            fresh = self._new_polls(polls)
            self._db.insert("poll", [_poll_row(run_id, poll, new) for poll in polls])
            self._db.insert("feed_move", [_move_row(run_id, poll) for poll in polls if poll.moved_from])
            # By order of arrival, not by the clock, which may have gone back; a poll that is added twice is one.
            for turn in _turns(fresh):
                self._db.insert("feed_state", [_state_row(poll, new) for poll in turn], on_conflict=_STATE_UPDATE)
                # With the entries or not at all: what is known here is not read again, so it must be held there.
                pieces = [{"feed_id": p.feed_id, "pieces": p.pieces} for p in turn if p.pieces is not None]
                self._db.insert("feed_piece", pieces, on_conflict="(feed_id) DO UPDATE SET pieces = excluded.pieces")
        return added

    def _new_entries(self, entries: Sequence[Entry]) -> set[UUID]:
        ids = {entry.entry_id for entry in entries}
        return ids - self._held("entry", "entry_id", ids)

    def _new_polls(self, polls: Sequence[PollRecord]) -> list[PollRecord]:
        if not polls:
            return []
        # By their times, which they share and which stand in order: by 2,000 ids it takes longer.
        held = self._db.rows(
            "SELECT poll_id FROM poll WHERE polled_at IN (SELECT CAST(unnest(CAST(? AS VARCHAR[])) AS TIMESTAMPTZ))",
            [sorted({poll.polled_at for poll in polls})],
        )
        known = {row["poll_id"] for row in held}
        return [poll for poll in polls if poll.poll_id not in known]


def _turns(polls: Sequence[PollRecord]) -> list[list[PollRecord]]:
    """The polls in groups that name each feed once: one statement can't update a row twice."""
    turns: list[dict[UUID, PollRecord]] = []
    for poll in sorted(polls, key=lambda poll: poll.polled_at):
        for turn in turns:
            if poll.feed_id not in turn:
                turn[poll.feed_id] = poll
                break
        else:
            turns.append({poll.feed_id: poll})
    return [list(turn.values()) for turn in turns]


def _entry_row(entry: Entry, poll_id: UUID) -> Row:
    return {
        "entry_id": entry.entry_id,
        "feed_id": entry.feed_id,
        "poll_id": poll_id,
        "guid": entry.guid,
        "url": entry.url,
        "title": entry.title,
        "published": entry.published,
        "precision": entry.precision,
        "content_hash": entry.content_hash,
        "seen_at": entry.seen_at,
    }


def _move_row(run_id: UUID, poll: PollRecord) -> Row:
    return {
        "move_id": content_id("move", poll.feed_id, poll.polled_at.isoformat()),
        "run_id": run_id,
        "feed_id": poll.feed_id,
        "moved_at": poll.polled_at,
        "from_url": without_secrets(poll.moved_from),
        "to_url": poll.habits.address or None,
    }


def _poll_row(run_id: UUID, poll: PollRecord, new: set[UUID]) -> Row:
    return {
        "poll_id": poll.poll_id,
        "run_id": run_id,
        "feed_id": poll.feed_id,
        "polled_at": poll.polled_at,
        "outcome": poll.outcome,
        "reason": poll.reason,
        "status": poll.status,
        "final_url": poll.final_url,
        "size": poll.size,
        "elapsed_s": poll.elapsed,
        "entries": len(poll.entries) + poll.read_before,
        "trouble": poll.habits.trouble,
        "entries_new": sum(entry.entry_id in new for entry in poll.entries),
        "undated": sum(entry.published is None for entry in poll.entries),
        "is_gap": poll.is_gap,
    }


def _state_row(poll: PollRecord, new: set[UUID]) -> Row:
    ok = poll.outcome in {PollOutcome.OK, PollOutcome.UNCHANGED}
    brought = any(entry.entry_id in new for entry in poll.entries)
    return {
        **habits_row(poll.habits),
        "feed_id": poll.feed_id,
        "etag": poll.etag,
        "last_modified": poll.last_modified,
        "body_hash": poll.body_hash,
        "next_due": poll.next_due,
        "failures": poll.failures,
        "last_polled_at": poll.polled_at,
        "last_outcome": poll.outcome,
        "last_reason": poll.reason,
        "last_ok_at": poll.polled_at if ok else None,
        "last_new_at": poll.polled_at if brought else None,
        "final_url": poll.final_url,
    }
