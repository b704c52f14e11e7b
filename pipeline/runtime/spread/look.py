"""What can be seen of a cluster without giving it work: whether it answers, who works there, and by which code."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from pipeline.model.errors import UsageError
from pipeline.runtime.spread.cluster import import_dask
from pipeline.runtime.spread.code import fingerprint

if TYPE_CHECKING:
    from distributed import Client

_MOST: Final = 200  # characters of a reason


class ClusterLook(NamedTuple):
    """What was seen.

    Attributes:
        workers, threads: how many there are.
        others: the workers that don't run our code, each with what it runs or why that is not known.
        fault: why nothing was seen; empty where the scheduler answers.
    """

    workers: int = 0
    threads: int = 0
    others: tuple[str, ...] = ()
    fault: str = ""


def look_at_cluster(address: str, *, wait: float, code: str = "") -> ClusterLook:
    """Look at the cluster whose scheduler is at ``address``.

    Args:
        address: ``tcp://HOST:PORT`` or ``tls://HOST:PORT``.
        wait: seconds for the scheduler, and again for its workers, to answer.
        code: what the workers should run; empty takes this machine's own.
    """
    try:
        import_dask()
    except UsageError as error:
        return ClusterLook(fault=f"{error.message} {error.remedy}")
    return asyncio.run(_look(address, wait, code or fingerprint()))


async def _look(address: str, wait: float, code: str) -> ClusterLook:
    from distributed import Client

    client = Client(address, asynchronous=True, set_as_default=False, timeout=wait)
    try:
        # Dask waits for its time-out twice where a name does not resolve.
        await asyncio.wait_for(client, wait * 1.5)
        threads: dict[str, int] = dict(await asyncio.wait_for(client.nthreads(), wait))
        others = await _others(client, list(threads), wait, code) if threads else ()
    except Exception as error:  # a wrong certificate, a name that is none: Dask has a class for each trouble
        return ClusterLook(fault=f"{address} can't be reached ({_said(error)})")
    finally:
        with suppress(Exception):
            await asyncio.wait_for(client.close(timeout=1), 5)
    return ClusterLook(len(threads), sum(threads.values()), others)


async def _others(client: Client, workers: list[str], wait: float, code: str) -> tuple[str, ...]:
    """Those of ``workers`` that don't run ``code``."""
    try:
        # What a worker can't import or unpickle comes back as its error.
        found = dict(await asyncio.wait_for(client.run(fingerprint, on_error="return"), wait))
    except TimeoutError:
        return tuple(f"{name} (does not answer)" for name in workers)
    return tuple(f"{name} ({_told(found.get(name), code)})" for name in workers if found.get(name) != code)


def _told(answer: object, code: str) -> str:
    if isinstance(answer, str):
        return f"release {answer}, here {code}"
    return _said(answer) if isinstance(answer, BaseException) else "does not answer"


def _said(error: BaseException) -> str:
    text = str(error).splitlines()[0][:_MOST] if str(error) else ""
    return text or type(error).__name__
