"""The pictures of alerts, drawn when a message is about to go: by a process of its own, and for so long and no longer.

A message never waits for its picture beyond this budget, and never fails for want of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

from pipeline.alerts import find_rule
from pipeline.model import Alert, Picture, Watch
from pipeline.runtime.workers import WorkerPool
from pipeline.storage import SiteRows, Store

if TYPE_CHECKING:
    from pipeline.site.lane import Lane

BUDGET = 10.0  # seconds for all pictures of a run, with the start of the process, which takes two on an idle machine
NAME = "timeline.png"
# The program that draws sets a terabyte of addresses aside that it never uses: a limit on them would end it.
_MEMORY = 4 * 2**40

OpenStore = Callable[[], AbstractContextManager[Store]]
Tell = Callable[[str], None]


class Pictures:
    """Draws the pictures of a run's alerts.

    Args:
        watch: its rules say which alerts have one.
        open_store: opens the store; it is not open while something is handed over.
        pool: the process that draws; it is started when first needed.
        tell: is told once why there are no more pictures.
        budget: seconds for all of them.
    """

    def __init__(
        self, watch: Watch, open_store: OpenStore, pool: WorkerPool, tell: Tell, *, budget: float = BUDGET
    ) -> None:
        self._watch, self._open_store, self._pool, self._tell = watch, open_store, pool, tell
        self._left = budget
        self._lock = asyncio.Lock()
        self._rows: SiteRows | None = None
        self._drawn: dict[tuple[UUID, ...], Picture | None] = {}

    async def of(self, alert: Alert) -> Picture | None:
        """The picture of what ``alert`` tells; None where its rule wants none, or there is none in time."""
        rule = find_rule(self._watch, alert.rule, alert.channel)
        if not alert.change_ids or rule is None or not rule.picture:
            return None
        async with self._lock:  # one process draws them, one after the other; two channels share what it drew
            if alert.change_ids not in self._drawn:
                self._drawn[alert.change_ids] = await self._in_time(alert)
            return self._drawn[alert.change_ids]

    async def _in_time(self, alert: Alert) -> Picture | None:
        if self._left <= 0:
            return None
        begun = monotonic()
        try:
            async with asyncio.timeout(self._left):
                picture = await self._draw(alert)
        except Exception as error:  # whatever it is: the message goes without a picture
            self._left = 0.0
            why = f"it took longer than {BUDGET:g} s" if isinstance(error, TimeoutError) else str(error)
            self._tell(f"messages go without a picture: {why}")
            return None
        self._left -= monotonic() - begun
        return picture

    async def _draw(self, alert: Alert) -> Picture | None:
        from pipeline.site.lane import draw_lane  # brings templates and lxml, for which not every run has a use

        lane = await asyncio.to_thread(self._lane, alert)
        if lane is None:
            return None
        png = await self._pool.run(draw_lane, lane.spec, deadline=self._left)
        return Picture(NAME, lane.alt, png) if png else None

    def _lane(self, alert: Alert) -> Lane | None:
        from pipeline.site.lane import lane_of

        if self._rows is None:
            with self._open_store() as store:
                self._rows = store.site_changes(alert.watch)
        return lane_of(self._rows, self._watch.title, alert.change_ids)


@asynccontextmanager
async def pictures(watch: Watch, open_store: OpenStore, tell: Tell) -> AsyncIterator[Pictures]:
    """The pictures of one run; their process ends with the block."""
    async with WorkerPool(1, memory=_MEMORY) as pool:
        yield Pictures(watch, open_store, pool, tell)
