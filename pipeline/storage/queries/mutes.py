"""Mutes in the store: what is muted, and which changes that has kept from being told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pipeline.model import Mute, Slot, Stage
from pipeline.model.errors import UsageError
from pipeline.storage.connection import Row
from pipeline.storage.queries.base import Queries

SHORTEST_ID = 6  # hex digits by which a mute may be named
_MUTES = "SELECT m.*, o.off_at, o.off_by FROM mute m LEFT JOIN mute_off o USING (mute_id) WHERE m.watch = ?"


class MuteQueries(Queries):
    """What people want silenced for a while."""

    def load_mutes(self, watch: str) -> list[Mute]:
        """Return every mute of ``watch``, those that are over too, the oldest first."""
        return [_mute_of(row) for row in self._db.rows(f"{_MUTES} ORDER BY m.made_at, m.mute_id", [watch])]

    def mutes(self, watch: str) -> list[Row]:
        """Return the rows of the view ``mutes`` of ``watch``, the oldest first."""
        return self._db.rows("SELECT * FROM mutes WHERE watch = ?", [watch])

    def find_mute(self, watch: str, asked: str) -> Mute:
        """Return the mute whose id is ``asked`` or begins with it.

        Raises:
            UsageError: no mute has such an id, or more than one.
        """
        wanted = asked.strip().lower()
        found = [m for m in self.load_mutes(watch) if str(m.mute_id).startswith(wanted)]
        if len(wanted) < SHORTEST_ID or len(found) != 1:
            trouble = "begins the ids of several mutes" if len(found) > 1 else "is the id of no mute"
            raise UsageError(
                f"'{asked}' {trouble} of the watch {watch}.",
                remedy=f"Give its id, or the first {SHORTEST_ID} signs of it or more; `missionwatch mute DIR --list` "
                "shows them.",
            )
        return found[0]

    def add_mute(self, mute: Mute) -> None:
        """Store a new mute."""
        row = {
            "mute_id": mute.mute_id,
            "watch": mute.watch,
            "slot": mute.slot or "",
            "key": mute.key,
            "stages": ", ".join(stage for stage in Stage if stage in mute.stages),
            "until": mute.until,
            "made_at": mute.made_at,
            "made_by": mute.made_by,
            "why": mute.why,
        }
        with self._db.transaction():
            self._db.insert("mute", [row])

    def take_off_mute(self, mute: Mute, *, by: str) -> bool:
        """Record that ``by`` took ``mute`` off, by the machine's clock; False where it was off before."""
        with self._db.transaction():
            off_at = self._db.value("SELECT now()")
            row = {"mute_id": mute.mute_id, "watch": mute.watch, "off_at": off_at, "off_by": by}
            return self._db.insert("mute_off", [row]) == 1

    def muted_changes(self, watch: str) -> dict[UUID, list[UUID]]:
        """Return the changes that each mute of ``watch`` has silenced, by the mute's id."""
        rows = self._db.rows(
            "SELECT DISTINCT mute_id, change_id FROM silence WHERE watch = ? AND mute_id IS NOT NULL "
            "ORDER BY mute_id, change_id",
            [watch],
        )
        found: dict[UUID, list[UUID]] = {}
        for row in rows:
            found.setdefault(row["mute_id"], []).append(row["change_id"])
        return found

    def muted_between(self, watch: str, since: datetime, until: datetime) -> int:
        """Return how many changes were muted after ``since`` and until ``until``, by the watch's clock."""
        return int(
            self._db.value(
                "SELECT count(DISTINCT s.change_id) FROM silence s JOIN run r USING (run_id) "
                "WHERE s.watch = ? AND s.mute_id IS NOT NULL AND r.watch_time > CAST(? AS TIMESTAMPTZ) "
                "AND r.watch_time <= CAST(? AS TIMESTAMPTZ)",
                [watch, since, until],
            )
        )


def _mute_of(row: Row) -> Mute:
    return Mute(
        mute_id=row["mute_id"],
        watch=row["watch"],
        until=row["until"],
        made_at=row["made_at"],
        made_by=row["made_by"],
        slot=Slot(row["slot"]) if row["slot"] else None,
        key=row["key"],
        stages=frozenset(map(Stage, row["stages"].split(", ") if row["stages"] else ())),
        why=row["why"],
        off_at=row["off_at"],
        off_by=row["off_by"] or "",
    )
