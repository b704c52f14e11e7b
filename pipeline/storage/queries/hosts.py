"""What the hosts of pages want, from one run to the next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pipeline.model import HostState
from pipeline.model.text import content_id
from pipeline.storage.queries.base import Queries, id_list

KEPT: Final = 4_096  # hosts; a hostile feed may name any number
LONGEST_ROBOTS: Final = 32 * 1024  # characters; a longer text is asked for again by the next run


class HostQueries(Queries):
    """What is known of the hosts of pages."""

    def hosts_of(self, origins: Iterable[str]) -> list[HostState]:
        """Return what is known of ``origins``."""
        ids = {content_id("host", origin) for origin in origins}
        if not ids:
            return []
        rows = self._db.rows(f"SELECT * FROM host WHERE host_id IN {id_list(ids)} ORDER BY origin")  # noqa: S608 -- ids
        return [
            HostState(row["origin"], row["robots"], row["robots_until"], row["asked_at"], row["distance_s"])
            for row in rows
        ]

    def keep_hosts(self, hosts: Iterable[HostState]) -> None:
        """Store what is known of ``hosts`` now, in place of what was."""
        rows = [_row(host) for host in hosts]
        if not rows:
            return
        values = ("robots", "robots_until", "asked_at", "distance_s")
        new = ", ".join(f"{name} = excluded.{name}" for name in values)
        with self._db.transaction():
            self._db.insert("host", rows, on_conflict=f"(host_id) DO UPDATE SET {new}")
            if int(self._db.value("SELECT count(*) FROM host")) > KEPT:
                self._db.run(
                    "DELETE FROM host WHERE host_id NOT IN "
                    "(SELECT host_id FROM host ORDER BY asked_at DESC, host_id LIMIT ?)",
                    [KEPT],
                )


def _row(host: HostState) -> dict[str, object]:
    is_short = len(host.robots or "") <= LONGEST_ROBOTS
    return {
        "host_id": content_id("host", host.origin),
        "origin": host.origin,
        "robots": host.robots if is_short else None,
        "robots_until": host.robots_until if is_short else None,
        "asked_at": host.asked_at,
        "distance_s": host.distance,
    }
