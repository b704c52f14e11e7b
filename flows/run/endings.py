"""Name runs in Prefect, and end them with what they came to in words, never well where they were blind."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from prefect import runtime
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.run.request import WatchRequest
from flows.run.summary import POLLING, ended, run_name
from pipeline.health.feeds import blindness, describe_blindness
from pipeline.model import AlarmKind, RunRecord
from pipeline.model.errors import MissionwatchError, NotWatchedError, RunHeldError

R = TypeVar("R")

BLIND: Final = "Blind"  # the name of the state, and so of its event: prefect.flow-run.Blind


class BlindError(MissionwatchError):
    """A run did what there was to do, and could read no feed.

    Args:
        message: how many feeds failed.
        done: what the run would have returned.
    """

    code = "blind"
    exit_code = 5

    def __init__(self, message: str, done: RunRecord | Mapping[str, int]) -> None:
        super().__init__(message, remedy="Is this machine online? missionwatch doctor DIR tells.")
        self.done = done


def flow_run_name() -> str:
    """Return the name of the flow run that begins: its flow, its watch, and the time that it is about."""
    request = runtime.flow_run.parameters.get("request")
    folder, now = (request.folder, request.now) if isinstance(request, WatchRequest) else ("", None)
    when = now or runtime.flow_run.scheduled_start_time or datetime.now(UTC)
    return run_name(runtime.flow_run.flow_name or "run", getattr(folder, "name", ""), when)


async def end_flow_run(flow: str, work: Awaitable[R]) -> R:
    """Do the work of a flow's run, and end the run in Prefect with a message that says what it came to.

    Where it could read no feed the run ends as failed, by the name Blind, once all else is done; who called it in this
    process gets a :class:`BlindError` that holds what it did. It is not tried again: each feed has its own next poll.

    A scheduled or woken run that finds another at work in its data folder for longer than ``store_wait`` ends well:
    only the holder adds work, it tells of what it adds, a round takes all that is pending, and the next round sweeps
    up the rest. Nor is it a failure where the watch is paused or archived. A person who calls the command gets the
    error, since they wanted it done now.

    Args:
        flow: the flow's name.
        work: gives the counts of the run, or its record.
    """
    state: State[Any]
    try:
        done = await work
    except NotWatchedError as error:
        if runtime.deployment.id is None:
            raise
        state = Completed(name="NotWatched", message=str(error))
    except RunHeldError as error:
        if runtime.deployment.id is None:
            raise
        state = Completed(name="Left", message=f"Left to the run that is at work. {error}")
    else:
        state = _state_of(flow, done)
    return state  # type: ignore[return-value]  # Prefect takes it for the run's own, and who called gets what is in it


def _state_of(flow: str, done: object) -> State[Any]:
    counts = done.counts if isinstance(done, RunRecord) else done
    if not isinstance(counts, Mapping):
        raise TypeError(f"A run of {flow} gave {type(done).__name__}, and not its counts.")
    told = ended(flow, counts)
    if flow in POLLING and blindness(counts) is AlarmKind.BLIND:
        return Failed(name=BLIND, message=told, data=BlindError(describe_blindness(counts), done))  # type: ignore[arg-type]
    return Completed(message=told, data=done)


async def record_of(round_: Awaitable[RunRecord]) -> RunRecord:
    """Return the record of ``round_``, a call of the flow monitor, also where it was blind."""
    try:
        return await round_
    except BlindError as blind:
        if not isinstance(blind.done, RunRecord):
            raise
        return blind.done
