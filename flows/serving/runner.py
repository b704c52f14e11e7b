"""Prefect's runner, which ends its runs within seconds."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Any, Final
from uuid import UUID

from prefect.client.schemas.objects import State
from prefect.runner import Runner
from prefect.states import Cancelled

TELL_SECONDS: Final = 0.3  # for a run to hear that it is meant
RUNS_SECONDS: Final = 1.5  # for the runs to end by themselves; what they stored stays, however they end
RECORD_SECONDS: Final = 0.5  # for the server to take what became of them: it may be away
_LOOK_EVERY: Final = 0.02


class PromptRunner(Runner):
    """A runner that ends all its runs at once and looks often whether they have ended.

    Prefect's own ends them one after another, looks every three seconds and has a setting for neither. What is used of
    its insides here is held by a test that ends a command which serves.
    """

    async def cancel_all(self) -> None:
        """End the runs, by force what has not ended in time, and have the server hold them for cancelled."""
        runs = self._process_manager.flow_run_ids()
        endings = [asyncio.create_task(self._end(run_id)) for run_id in runs]
        deadline = monotonic() + RUNS_SECONDS
        while self._process_manager.flow_run_count() and monotonic() < deadline:  # noqa: ASYNC110 -- no event tells it
            await asyncio.sleep(_LOOK_EVERY)
        for ending in endings:
            ending.cancel()
        for run_id in self._process_manager.flow_run_ids():
            await self._process_manager.kill(run_id, force=True)
        with suppress(Exception):  # whatever Prefect's client makes of a server that is away
            async with asyncio.timeout(RECORD_SECONDS):
                await asyncio.gather(*map(self._record, runs))

    async def _end(self, run_id: UUID) -> None:
        # A run that knows that it is meant ends as cancelled, else as crashed.
        with suppress(TimeoutError):
            async with asyncio.timeout(TELL_SECONDS):
                await self._control_channel.signal(run_id, "cancel")
        await self._process_manager.kill(run_id, grace_seconds=RUNS_SECONDS)

    async def _record(self, run_id: UUID) -> None:
        run = await self._client.read_flow_run(run_id)
        # What was interrupted may take that for a failure of its own.
        if run.state is None or not (run.state.is_completed() or run.state.is_cancelled()):
            ended: State[Any] = Cancelled(message="missionwatch serve was stopped; the next run takes up what is left.")
            await self._client.set_flow_run_state(run_id, ended, force=True)
