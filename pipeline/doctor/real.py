"""The world as it is: files, packages, the store, the network. Changes nothing but a probe that it removes."""

from __future__ import annotations

import asyncio
import http.client
import os
import shutil
import socket
import ssl
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pipeline.doctor.world import ClusterSight, Disk, FeedSight, Package
from pipeline.feeds.parse import parse_feed
from pipeline.feeds.schedule.hints import http_date
from pipeline.fetch import ACCEPT_FEED, FEED_BODY, Fetcher, FetchLimits
from pipeline.health.heartbeat import LockState, Pulse
from pipeline.model import Article, Feed, Precision, Watch
from pipeline.model.errors import MissionwatchError
from pipeline.model.text import content_id
from pipeline.notify.look import channel_trouble
from pipeline.reading.embedded import DEFAULT, ENGINES
from pipeline.reading.embedded.encoder import load_shipped
from pipeline.runtime.settings import DEFAULT_FILE, PREFIX, Settings, load_settings
from pipeline.site.receiver import KEY_FILE, signing_key
from pipeline.storage import (
    StoreCondition,
    inspect_run_lock,
    inspect_store,
    inspect_store_lock,
    read_metrics,
    read_pulse,
)
from pipeline.watches import load_watch

DISTRIBUTION = "missionwatch"
WAIT = 5.0  # seconds for a run's step to let go of the store
REQUEST = 12.0  # seconds for one feed
ANSWER = 5.0  # seconds for Prefect's server
CLUSTER = 10.0  # seconds to reach a cluster's scheduler, and for its workers to answer
_FRESH = timedelta(minutes=5)  # the published file is believed so long without a look at the live one


class RealWorld:
    """What the checks see when the command is run.

    Args:
        folder: the watch's folder.
        data_dir: its data folder.
        clock: the machine's time.
        environ: the environment.
        deep: read the whole store, and not only its head.
    """

    def __init__(
        self,
        folder: Path,
        data_dir: Path,
        *,
        clock: Callable[[], datetime],
        environ: Mapping[str, str],
        deep: bool = False,
    ) -> None:
        self.folder, self.data_dir = folder, data_dir
        self._clock, self._environ, self._deep = clock, environ, deep
        self._store: StoreCondition | None = None
        self._pulse: Pulse | None = None

    def now(self) -> datetime:
        """The machine's time."""
        return self._clock()

    def environ(self) -> Mapping[str, str]:
        """The environment."""
        return self._environ

    def python(self) -> Package:
        """The interpreter, against what the package asks for."""
        found = ".".join(map(str, sys.version_info[:3]))
        try:
            wanted = metadata.metadata(DISTRIBUTION)["Requires-Python"] or ""
        except metadata.PackageNotFoundError:
            wanted = ""
        return Package("Python", found, wanted or "any", SpecifierSet(wanted).contains(found))

    def packages(self) -> Sequence[Package]:
        """Each library that the package asks for, extras left out."""
        try:
            asked = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or ()]
        except metadata.PackageNotFoundError:
            return ()
        return [_package(one) for one in asked if one.marker is None or one.marker.evaluate({"extra": ""})]

    def settings(self) -> tuple[Settings, Mapping[str, str]]:
        """The settings, and the file or variable of each that is set.

        Raises:
            UsageError: one is unknown or wrong.
        """
        settings = load_settings(self._environ)
        sources = {}
        with suppress(OSError, ValueError):  # it has just been read; if it is gone since, nothing came from it
            sources = dict.fromkeys(tomllib.loads(DEFAULT_FILE.read_text("utf-8-sig")), str(DEFAULT_FILE))
        for name in Settings.model_fields:
            if self._environ.get(f"{PREFIX}{name.upper()}", "").strip():
                sources[name] = f"{PREFIX}{name.upper()}"
        return settings, sources

    def watch(self) -> Watch:
        """The watch.

        Raises:
            WatchFileError: a file of it is wrong.
        """
        return load_watch(self.folder)

    def zones(self, names: Sequence[str]) -> Sequence[str]:
        """Those of ``names`` for which there is no data."""
        missing = []
        for name in names:
            try:
                ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                missing.append(name)
        return missing

    def reader(self) -> str:
        """Load the encoder and read the watch's own seed article."""
        load_shipped()
        base, engine = self.watch().baseline, ENGINES[DEFAULT]()
        key = content_id("doctor", "article")
        article = Article(
            key,
            key,
            base.url,
            base.outlet,
            base.title,
            base.text,
            base.published,
            Precision.DAY,
            "seed",
            base.published,
        )
        return engine.read(article, self.watch()).engine

    def disk(self) -> Disk:
        """The data folder's disk; what is written to try it is removed."""
        place = self.data_dir.absolute()
        is_there = place.exists()
        while not place.exists() and place != place.parent:
            place = place.parent
        usage = shutil.disk_usage(place)
        stats = os.statvfs(place)
        files_left = stats.f_favail if stats.f_files else None
        fault = _write_fault(place, try_it=is_there)
        return Disk(is_there, fault, usage.free, usage.total, files_left, _kind(place))

    def store(self) -> StoreCondition:
        """The store's files; looked at once."""
        if self._store is None:
            self._store = inspect_store(self.data_dir, wait=WAIT, deep=self._deep)
        return self._store

    def pulse(self) -> Pulse:
        """The runs that the store knows of; read once.

        Raises:
            StorageError: it can't be read.
        """
        if self._pulse is None:
            self._pulse = read_pulse(self.data_dir, self.watch().slug, now=self.now(), fresh=_FRESH, wait=WAIT)
        return self._pulse

    def feed_states(self) -> Mapping[str, int]:
        """How many feeds are in which state, from the published file.

        Raises:
            StorageError: it can't be read.
        """
        return read_metrics(self.data_dir, self.watch().slug, self.now()).feeds

    def writer(self) -> LockState:
        """Who has the store open."""
        return inspect_store_lock(self.data_dir)

    def runner(self) -> LockState:
        """Who runs in the data folder."""
        return inspect_run_lock(self.data_dir)

    def addresses(self, host: str) -> Sequence[str]:
        """The addresses of ``host``.

        Raises:
            OSError: it is not known.
        """
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, 443, type=socket.SOCK_STREAM)})

    def authorities(self) -> tuple[int, str]:
        """How many authorities the default context trusts, and from which file or folder."""
        paths = ssl.get_default_verify_paths()
        context = ssl.create_default_context()
        count = context.cert_store_stats()["x509_ca"]
        if not count and paths.capath:  # those of a folder are loaded when they are needed
            count = sum(1 for _ in Path(paths.capath).glob("*.0"))
        return count, paths.cafile or paths.capath or paths.openssl_cafile

    def feeds(self, feeds: Sequence[Feed]) -> Sequence[FeedSight]:
        """Ask ``feeds`` at once, as a poll would; nothing is stored."""
        try:
            agent = self.settings()[0].user_agent
        except MissionwatchError:
            agent = load_settings({}, Path(os.devnull)).user_agent
        return asyncio.run(self._ask(feeds, agent))

    def channel(self, channel: str) -> tuple[str, str] | None:
        """What is wrong with an alert channel; nothing is sent."""
        return channel_trouble(channel, self._environ)

    def get(self, url: str) -> tuple[int, float]:
        """The status that ``url``, an address of HTTP that the operator named, answers; no proxy is asked.

        Raises:
            OSError: no answer came.
        """
        return get(url)

    def cluster(self, address: str) -> ClusterSight:
        """The Dask cluster whose scheduler is at ``address``: each worker is asked what it runs.

        Raises:
            UsageError: Dask is not installed.
        """
        from pipeline.runtime.spread.look import look_at_cluster  # Dask takes a second to import, and few have it

        return ClusterSight(*look_at_cluster(address, wait=CLUSTER))

    def ack_key(self) -> None:
        """Read the key that signs acknowledgement links, and make none.

        Raises:
            UsageError: it can't be used.
        """
        settings = self.settings()[0]
        if settings.ack_key or (self.data_dir / KEY_FILE).exists():
            signing_key(settings, self.data_dir, self._environ)

    async def _ask(self, feeds: Sequence[Feed], agent: str) -> list[FeedSight]:
        async with Fetcher(user_agent=agent, limits=FetchLimits(total=REQUEST)) as fetcher:
            return list(await asyncio.gather(*(self._one(fetcher, feed) for feed in feeds)))

    async def _one(self, fetcher: Fetcher, feed: Feed) -> FeedSight:
        started = time.monotonic()
        try:
            answer = await fetcher.get(feed.url, max_body=FEED_BODY, accept=ACCEPT_FEED)
            found = parse_feed(
                answer.body,
                content_type=answer.headers.get("content-type", ""),
                url=answer.final_url,
                now=self.now(),
            )
        except MissionwatchError as error:
            return FeedSight(feed, time.monotonic() - started, fault=error.message, remedy=error.remedy)
        clock = http_date(answer.headers.get("date", ""))
        # A cache hands on the time at which it got the answer.
        clock = None if answer.headers.get("age", "0") != "0" else clock
        return FeedSight(feed, time.monotonic() - started, len(found.entries), clock)


def get(url: str) -> tuple[int, float]:
    """The status that ``url`` answers, and the seconds that it took; see :meth:`RealWorld.get`.

    Raises:
        OSError: no answer came.
    """
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    started = time.monotonic()
    try:
        with opener.open(url, timeout=ANSWER) as answer:
            status = int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        status = error.code
    except http.client.HTTPException as error:  # an answer that is none of HTTP's
        raise OSError(f"what answers there does not speak HTTP ({type(error).__name__})") from error
    return status, time.monotonic() - started


def _package(asked: Requirement) -> Package:
    try:
        found = metadata.version(asked.name)
    except metadata.PackageNotFoundError:
        return Package(asked.name, None, str(asked.specifier), False)
    return Package(asked.name, found, str(asked.specifier), asked.specifier.contains(found, prereleases=True))


def _write_fault(place: Path, *, try_it: bool) -> str:
    """Why nothing can be written in ``place``; empty where it can."""
    if not place.is_dir():
        return f"{place} is no folder"
    if not try_it:
        return "" if os.access(place, os.W_OK | os.X_OK) else f"no folder can be made in {place}"
    try:
        # Where the file system can, a file without a name, so that nothing is left whatever happens.
        with tempfile.TemporaryFile(dir=place) as probe:
            probe.write(b"missionwatch")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return error.strerror or "unknown reason"
    return ""


def _kind(place: Path) -> str:
    """The kind of the file system of ``place``, as Linux tells it; else empty. See proc_pid_mountinfo(5)."""
    best, kind = Path(), ""
    try:
        lines = Path("/proc/self/mountinfo").read_text("utf-8", "surrogateescape").splitlines()
        place = place.resolve()
    except OSError:
        return ""
    for line in lines:
        left, _, right = line.partition(" - ")
        fields = left.split()
        if len(fields) < 5 or not right:
            continue
        mount = Path(fields[4].encode("latin-1", "surrogateescape").decode("unicode_escape"))
        # A later mount on the same place hides the earlier one.
        if place.is_relative_to(mount) and (not kind or len(mount.parts) >= len(best.parts)):
            best, kind = mount, right.split()[0]
    return kind
