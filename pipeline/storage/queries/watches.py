"""Watches as a whole, in the store: their states, and their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.model import Standing, Watch, WatchState
from pipeline.model.errors import UsageError
from pipeline.model.text import content_id
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import Queries, former_names
from pipeline.storage.schema import TABLES

_STANDING = {"paused": Standing.PAUSED, "archived": Standing.ARCHIVED, "resumed": Standing.WATCHED}
_WHAT = {standing: what for what, standing in _STANDING.items()}
_SAID = "SELECT what, said_at, said_by, note FROM watch_event WHERE watch = ? AND what <> 'renamed'"
_NEXT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class WatchLine:
    """One watch of a store: its state, and how much there is of it."""

    watch: str
    state: WatchState
    formerly: tuple[str, ...]
    feeds: int
    changes: int
    last_run: datetime | None


class WatchQueries(Queries):
    """What is said of a watch as a whole."""

    def watch_state(self, watch: str) -> WatchState:
        """Return the state of ``watch``; if nobody has ever set one, it has always been watched."""
        rows = self._db.rows(f"{_SAID} ORDER BY said_at DESC, event_id LIMIT 1", [watch])
        return _state_of(rows[0]) if rows else WatchState()

    def set_watch_state(self, watch: str, state: WatchState) -> bool:
        """Record that ``watch`` stands so from now on; False, and nothing is recorded, where it does already.

        Args:
            watch: the watch's short name.
            state: with its time.
        """
        with self._db.transaction():
            if self.watch_state(watch).standing is state.standing:
                return False
            if state.since is None:
                raise ValueError("a state that is recorded has a time")
            self._add_event(watch, _WHAT[state.standing], "", state.since, state.by, state.note)
            return True

    def unwatched(self, watch: str, since: datetime, until: datetime) -> list[tuple[datetime, datetime, WatchState]]:
        """The times between ``since`` and ``until`` in which ``watch`` was paused or archived: (from, to, state)."""
        states = [_state_of(row) for row in self._db.rows(f"{_SAID} ORDER BY said_at, event_id", [watch])]
        ends = [*(state.since or until for state in states[1:]), until][: len(states)]
        found = [
            (max(since, state.since or since), min(until, end), state)
            for state, end in zip(states, ends, strict=True)
            if state.standing is not Standing.WATCHED
        ]
        return [(start, end, state) for start, end, state in found if start < end]

    def watch_lines(self) -> list[WatchLine]:
        """Every watch of the store, by name."""
        rows = self._db.rows(
            """
            SELECT b.watch,
                   (SELECT count(*) FROM watch_feed f WHERE f.watch = b.watch AND f.removed_at IS NULL) AS feeds,
                   (SELECT count(*) FROM change c WHERE c.watch = b.watch AND c.verdict <> 'baseline') AS changes,
                   (SELECT max(finished_at) FROM run r WHERE r.watch = b.watch) AS last_run
            FROM baseline b ORDER BY b.watch"""
        )
        return [
            WatchLine(
                row["watch"],
                self.watch_state(row["watch"]),
                self.former_names(row["watch"]),
                row["feeds"],
                row["changes"],
                row["last_run"],
            )
            for row in rows
        ]

    def former_names(self, watch: str) -> tuple[str, ...]:
        """The short names that ``watch`` had before, the first first."""
        return former_names(self._db, watch)

    def take_names(self, watch: Watch, now: datetime, *, by: str = "watch.toml") -> tuple[str, ...]:
        """Let what the store holds of ``watch`` under an earlier name be under its name of today, in one transaction.

        Ids stay as they are: what was told under the old name is known to have been told. Doing it again changes
        nothing.

        Args:
            watch: ``formerly`` has its earlier names.
            now: when, by the machine's clock.
            by: who renamed it.

        Returns:
            The names that were given up, in order.

        Raises:
            UsageError: there is a watch under both names, or another watch has had this name.
        """
        with self._db.transaction():
            taken = tuple(name for name in watch.formerly if name != watch.slug and self._is_there(name))
            for name in taken:
                self._rename(name, watch.slug)
            known = self.former_names(watch.slug)
            for number, name in enumerate(watch.formerly):
                if name not in known:
                    # One after the other, also where the store learns of several at once.
                    self._add_event(watch.slug, "renamed", name, now + number * _NEXT, by, "")
            self._refuse_a_used_name(watch)
        return taken

    def _rename(self, name: str, new: str) -> None:
        if self._is_there(new):
            raise UsageError(
                f"The store has a watch '{new}' and a watch '{name}', which is to be renamed to it.",
                remedy=f"Give it a name that no watch of the store has, or take '{name}' out of formerly.",
            )
        for table in _WITH_WATCH:
            self._db.run(f"UPDATE {table} SET watch = ? WHERE watch = ?", [new, name])  # noqa: S608 -- names of ours

    def _refuse_a_used_name(self, watch: Watch) -> None:
        # Ids are made of a watch's first name: two watches with one such name would take each other's for their own.
        heir = self._db.value(
            "SELECT watch FROM watch_event WHERE what = 'renamed' AND was = ? AND watch <> ? LIMIT 1",
            [watch.key, watch.slug],
        )
        if heir is not None:
            raise UsageError(
                f"'{watch.key}' was the name of the watch that is now '{heir}', whose past is kept under its ids.",
                remedy="Give this watch another slug in its watch.toml, and none that another has had in `formerly`.",
            )

    def _is_there(self, watch: str) -> bool:
        return bool(self._db.value("SELECT count(*) FROM baseline WHERE watch = ?", [watch]))

    def _add_event(self, watch: str, what: str, was: str, at: datetime, by: str, note: str) -> None:
        event = {
            "event_id": content_id("watch-event", watch, what, was, at.isoformat()),
            "watch": watch,
            "what": what,
            "was": was,
            "said_at": at,
            "said_by": by,
            "note": note,
        }
        self._db.insert("watch_event", [event])


def _state_of(row: Row) -> WatchState:
    return WatchState(_STANDING[row["what"]], row["said_at"], row["said_by"], row["note"])


_WITH_WATCH: Sequence[str] = tuple(
    table.name for table in TABLES.values() if any(column.name == "watch" for column in table.columns)
)
