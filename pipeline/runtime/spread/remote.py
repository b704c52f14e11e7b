"""What the workers of a cluster run: a job in a killable process of their own machine.

Here as at home, hostile bytes are read in a process that is killed at its deadline, so a page that stops the C code
of a parser costs a worker one such process, and never itself. Dask's worker only passes jobs on.
"""

from __future__ import annotations

import threading

from pipeline.model.errors import MissionwatchError
from pipeline.runtime.spread.code import fingerprint
from pipeline.runtime.worker_main import carried, resolve
from pipeline.runtime.workers import WorkerPool

DONE, REFUSED, OTHER_CODE = "done", "refused", "other-code"

_lock = threading.Lock()
_pools: list[WorkerPool] = []


async def work(code: str, module: str, qualname: str, args: tuple[object, ...], deadline: float) -> tuple[str, object]:
    """Call a function in a killable process of this machine.

    Args:
        code: the writer's :func:`fingerprint`.
        module, qualname: of a function at the top level of a module.
        args: values that pickle.
        deadline: seconds that the call may take.

    Returns:
        (kind, value): ``done`` and what the function gave; ``refused`` and its error, carried; or ``other-code``
        and this machine's fingerprint, where nothing was called.
    """
    if code != fingerprint():
        return OTHER_CODE, fingerprint()
    try:
        return DONE, await _pool().run(resolve(module, qualname), *args, deadline=deadline)
    except MissionwatchError as error:
        return REFUSED, carried(error)


def _pool() -> WorkerPool:
    """This worker's own killable processes, as many as Dask gives it jobs at once. They end with it."""
    with _lock:
        if not _pools:
            from distributed import get_worker

            _pools.append(WorkerPool(get_worker().state.nthreads))
        return _pools[0]
