"""The names of the files in a data folder that the store is made of."""

from __future__ import annotations

from typing import Final

LIVE: Final = "live.duckdb"  # written by runs only
PUBLISHED: Final = "missionwatch.duckdb"  # read by everyone
LOCK: Final = "live.duckdb.lock"
RUN_LOCK: Final = "run.lock"
