"""A Dask cluster: jobs out, answers back, and a clear word where there is nobody to do them. The only user of Dask.

The client lives on an event loop of its own thread: it serves whatever loop asks, and the store's writes, which hold
that one up, don't make the scheduler think that we are gone.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Coroutine
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

from pipeline.model.errors import UsageError
from pipeline.runtime.spread import remote
from pipeline.runtime.spread.code import fingerprint

if TYPE_CHECKING:
    from distributed import Client, Future

R = TypeVar("R")

CONNECT: Final = 10.0  # seconds to reach the scheduler
AWAY_FOR: Final = 60.0  # seconds after a failure for which nobody tries to reach it again
PATIENCE: Final = 30.0  # seconds without a single worker; one that a nanny starts again is there in five
LOOK_EVERY: Final = 2.0  # seconds between two looks whether there are workers
LONGEST: Final = 900.0  # seconds that a job may wait for its turn and its answer: a worker that froze loses it


class AwayError(Exception):
    """The cluster can't do the job now; says why, in plain English."""


class Cluster:
    """A client of one cluster, connected when first needed, and again after a loss.

    Args:
        address: of the scheduler: ``tcp://HOST:PORT`` or ``tls://HOST:PORT``.
        connect: seconds to reach the scheduler.
        patience: seconds without any worker after which the cluster counts as gone.
        longest: seconds after which the answer to one job is no longer waited for.

    Raises:
        UsageError: Dask is not installed.
    """

    def __init__(
        self, address: str, *, connect: float = CONNECT, patience: float = PATIENCE, longest: float = LONGEST
    ) -> None:
        import_dask()
        self.address = address
        self._connect, self._patience, self._longest = connect, patience, longest
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="cluster", daemon=True)
        self._thread.start()
        self._client: Client | None = None
        self._connecting = asyncio.Lock()
        self._away_until, self._why = 0.0, ""
        self._looked_at = 0.0
        self._unmanned_since: float | None = None
        self._threads = 0

    async def run(self, module: str, qualname: str, args: tuple[object, ...], deadline: float) -> tuple[str, object]:
        """Call ``module.qualname(*args)`` on a worker, by :func:`pipeline.runtime.spread.remote.work`.

        Raises:
            AwayError: the scheduler can't be reached, has no workers, or lost the job with several of them.
        """
        return await self._there(self._run(module, qualname, args, deadline))

    async def threads(self) -> int:
        """How many jobs the workers do at once, all of them together.

        Raises:
            AwayError: the scheduler can't be reached.
        """
        return await self._there(self._ask_threads())

    async def close(self) -> None:
        """Let go of the cluster; jobs under way are forgotten."""
        with suppress(Exception):  # whatever a cluster that is gone says to a farewell
            await self._there(self._leave())
        self._loop.call_soon_threadsafe(self._loop.stop)
        await asyncio.to_thread(self._thread.join)
        self._loop.close()

    # -- on the loop of its own ------------------------------------------------------------------

    async def _there(self, act: Coroutine[Any, Any, R]) -> R:
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(act, self._loop))

    async def _run(self, module: str, qualname: str, args: tuple[object, ...], deadline: float) -> tuple[str, object]:
        client = await self._connected()
        job = client.submit(remote.work, fingerprint(), module, qualname, args, deadline, pure=False)
        answer = asyncio.ensure_future(_result(job))
        try:
            until = monotonic() + self._longest
            while not (await asyncio.wait({answer}, timeout=LOOK_EVERY))[0]:
                await self._look(client)
                if monotonic() > until:
                    raise AwayError(f"a worker of the cluster at {self.address} has not answered for too long")
            return self._answer(answer)
        finally:
            answer.cancel()
            job.release()

    def _answer(self, answer: asyncio.Future[tuple[str, object]]) -> tuple[str, object]:
        from distributed import KilledWorker

        if answer.cancelled():
            raise self._gone(f"the connection to the cluster at {self.address} was lost")
        error = answer.exception()
        if error is None:
            return answer.result()
        if isinstance(error, KilledWorker):
            raise AwayError(f"several workers of the cluster at {self.address} died over one job")
        if isinstance(error, OSError | concurrent.futures.CancelledError):
            raise self._gone(f"the connection to the cluster at {self.address} was lost")
        what = f"{type(error).__name__}: {error}"[:200]
        raise AwayError(f"a worker of the cluster at {self.address} can't run our code ({what})")

    async def _connected(self) -> Client:
        async with self._connecting:
            if self._client is not None and self._client.status == "running":
                return self._client
            if monotonic() < self._away_until:
                raise AwayError(self._why)
            await self._leave()
            from distributed import Client

            client = Client(self.address, asynchronous=True, set_as_default=False, timeout=self._connect)
            try:
                # Dask waits for its time-out twice where a name does not resolve.
                await asyncio.wait_for(client, self._connect * 1.5)
            except Exception as error:  # a wrong certificate, a name that is none: Dask has a class for each trouble
                with suppress(Exception):
                    await asyncio.wait_for(client.close(timeout=1), 5)
                reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
                raise self._gone(f"the cluster at {self.address} can't be reached ({reason})") from error
            self._client, self._looked_at, self._unmanned_since = client, 0.0, None
            return client

    async def _look(self, client: Client) -> None:
        """See that somebody is there to do the work, at most each two seconds for all jobs together."""
        if client.status != "running":
            raise self._gone(f"the connection to the cluster at {self.address} was lost")
        now = monotonic()
        if now - self._looked_at < LOOK_EVERY:
            return
        if now - self._looked_at > self._patience:
            self._unmanned_since = None  # nobody has looked meanwhile: patience begins anew
        self._looked_at = now
        try:
            workers = await asyncio.wait_for(client.nthreads(), self._connect)
        except (OSError, TimeoutError) as error:
            raise self._gone(f"the cluster at {self.address} does not answer") from error
        self._threads = sum(workers.values())
        if workers:
            self._unmanned_since = None
        elif self._unmanned_since is None:
            self._unmanned_since = now
        elif now - self._unmanned_since > self._patience:
            raise self._gone(f"the cluster at {self.address} has no workers")

    async def _ask_threads(self) -> int:
        client = await self._connected()
        self._looked_at = 0.0
        await self._look(client)
        return self._threads

    def _gone(self, why: str) -> AwayError:
        self._away_until, self._why = monotonic() + AWAY_FOR, why
        return AwayError(why)

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(OSError, TimeoutError):
                await asyncio.wait_for(client.close(timeout=2), 5)


async def _result(job: Future[Any]) -> tuple[str, object]:
    return cast("tuple[str, object]", await job)


def import_dask() -> None:
    """Import Dask, which writes of each lost connection on standard error: we tell of it ourselves.

    Raises:
        UsageError: it is not installed.
    """
    try:
        import distributed  # noqa: F401  - here, since the default install does without it
    except ImportError as error:
        raise UsageError(
            "The setting 'spread' names a Dask cluster, and Dask is not installed here.",
            remedy="Install Missionwatch with its extra, 'missionwatch[cluster]', or set spread to 'local'.",
        ) from error
    for name in ("distributed", "distributed.client", "distributed.core", "distributed.comm", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
