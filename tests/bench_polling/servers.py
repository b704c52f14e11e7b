"""The servers of the simulated month: they answer as their manner is, and note each breach of manners of ours."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

from pipeline.feeds.schedule import retry_after
from pipeline.fetch.lanes import HostLanes
from pipeline.model import ParsedEntry, ParsedFeed, Response
from pipeline.model.errors import ContentError, FetchError, RefusedError
from tests.bench_polling.world import HOUR, START, Source

SPACING = 5.0  # seconds: the default of the setting host_spacing
PER_HOST = 2
CONCURRENCY = 50
TIMEOUT = 30.0
PAGE = b"<!doctype html><title>Back soon</title>"


@dataclass
class Log:
    """What the servers saw."""

    requests: int = 0
    not_modified: int = 0
    bytes_sent: int = 0
    most_at_once: int = 0
    too_close: int = 0
    retry_after_asked: int = 0
    retry_after_violated: int = 0
    by_feed: dict[str, int] = field(default_factory=lambda: defaultdict(int))


class Servers:
    """All hosts of the world, behind our own lanes; ``fetch`` and ``work`` are given to the poll step."""

    def __init__(self, sources: list[Source]) -> None:
        self.log = Log()
        self._sources = {source.feed.url: source for source in sources}
        self._moved = {self._new_home(source): source for source in sources if "301" in source.manner}
        self._lanes = HostLanes(per_host=PER_HOST, concurrency=CONCURRENCY)
        self._under_way: dict[str, int] = defaultdict(int)
        self._starts: dict[str, deque[float]] = defaultdict(lambda: deque(maxlen=1))
        self._not_before: dict[str, float] = {}
        self._first_etag: dict[str, str] = {}

    @staticmethod
    def _new_home(source: Source) -> str:
        return f"https://{source.host}/moved/{source.feed.url.rsplit('/', 1)[1]}"

    def source_of(self, url: str) -> Source:
        """The feed behind an address, old or new."""
        return self._sources.get(url) or self._moved[url]

    async def fetch(
        self, url: str, *, etag: str | None = None, last_modified: str | None = None, max_body: int, accept: str
    ) -> Response:
        """GET, in its turn on the host, with the host's notes on our manners."""
        source = self.source_of(url)
        loop = asyncio.get_running_loop()
        async with self._lanes.turn(source.host, SPACING):
            self._note(source, loop.time())
            self._under_way[source.host] += 1
            self.log.most_at_once = max(self.log.most_at_once, self._under_way[source.host])
            try:
                slow = source.manner == "times out at times" and source.in_trouble(loop.time()) is not None
                await asyncio.sleep(TIMEOUT if slow else 0.3)
                if slow:
                    raise FetchError("timeout", f"{url} did not answer in full within {TIMEOUT:g} s.")
                answer = self._answer(source, url, etag, last_modified, loop.time())
            finally:
                self._under_way[source.host] -= 1
        self.log.not_modified += answer.status == 304
        self.log.bytes_sent += len(answer.body)
        return answer

    async def work(self, function: Callable[..., Any], *args: Any) -> ParsedFeed:
        """Read the body that :meth:`_body` wrote, in place of XML: reading XML is tested elsewhere, and slow."""
        body, _, url, *_ = args
        if body == PAGE:
            raise ContentError("html-instead-of-feed", f"{url} sends a page.")
        source = self.source_of(url)
        return ParsedFeed("rss", "", tuple(_entry(source, int(number)) for number in body.split()))

    def _note(self, source: Source, at: float) -> None:
        log, url = self.log, source.feed.url
        log.requests += 1
        log.by_feed[url] += 1
        starts = self._starts[source.host]
        if starts and at - starts[-1] < SPACING - 1e-6:
            log.too_close += 1
        starts.append(at)
        if at < self._not_before.pop(url, 0.0) - 1e-6:
            log.retry_after_violated += 1

    def _answer(self, source: Source, url: str, etag: str | None, modified: str | None, at: float) -> Response:
        until = source.in_trouble(at)
        if until is not None:
            return self._troubled(source, url, etag, modified, at, until)
        return self._well(source, url, etag, modified, at)

    def _troubled(
        self, source: Source, url: str, etag: str | None, modified: str | None, at: float, until: float
    ) -> Response:
        manner = source.manner
        if manner.startswith(("429", "503")):
            self._ask_to_wait(source, url, at, until)
        if manner == "5xx at times":
            raise FetchError("http-5xx", f"{url} answers 502 (Bad Gateway).")
        if manner.startswith("404"):
            raise RefusedError("http-4xx", f"{url} answers 404 (Not Found).")
        if manner.startswith("gone"):
            gone = RefusedError("http-4xx", f"{url} answers 410 (Gone).")
            gone.status = 410
            raise gone
        if manner.startswith("no such host"):
            raise FetchError("dns", f"No address is found for {source.host}.")
        if manner.startswith("a page"):
            return Response(url, url, 200, {"content-type": "text/html"}, PAGE, 0.3)
        if manner.startswith("empty"):
            return Response(url, url, 200, {}, b"", 0.3)
        answer = self._well(source, url, etag, modified, at)
        new_home = self._new_home(source)
        for_good = "301" in manner and url != new_home
        final = new_home if for_good else url
        return Response(url, final, answer.status, answer.headers, answer.body, 0.6, final if for_good else "")

    def _ask_to_wait(self, source: Source, url: str, at: float, until: float) -> None:
        """Answer 429 or 503; the wait goes through the reading of headers that live requests use."""
        clock = START + timedelta(seconds=at)
        wait = max(1, int(min(until - at, 6 * HOUR)))
        value = str(wait) if "seconds" in source.manner else format_datetime(clock + timedelta(seconds=wait), True)
        asked = retry_after({"retry-after": value, "date": format_datetime(clock, True)}, clock)
        assert asked is not None
        self.log.retry_after_asked += 1
        self._not_before[source.feed.url] = at + wait
        code = "http-429" if source.manner.startswith("429") else "http-5xx"
        raise FetchError(code, f"{url} asks to wait.", retry_after=asked.total_seconds())

    def _well(self, source: Source, url: str, etag: str | None, modified: str | None, at: float) -> Response:
        shown = source.shown(at)
        version = f'"{shown.start}-{shown.stop}"'
        stamp = format_datetime(START + timedelta(seconds=int(source.published[shown[-1]])), True) if shown else ""
        body = b" ".join(str(number).encode() for number in shown)
        headers, same = {"etag": version, "last-modified": stamp}, etag == version
        match source.manner:
            case "Last-Modified only":
                headers, same = {"last-modified": stamp}, modified == stamp
            case "no validators":
                headers, same = {}, False
            case "says 304 whatever came":
                same = etag is not None
            case "same ETag, other entries":
                headers = {"etag": self._first_etag.setdefault(url, version)}
                same = False
            case "another ETag each time":
                headers, same = {"etag": f'"{at}"'}, False
            case "max-age of an hour":
                headers["cache-control"] = "max-age=3600"
        if same:
            return Response(url, url, 304, {}, b"", 0.3)
        return Response(url, url, 200, headers, body, 0.3)


def _entry(source: Source, number: int) -> ParsedEntry:
    published = START + timedelta(seconds=source.published[number])
    return ParsedEntry(str(number), f"https://{source.host}/news/{number}", f"Entry {number}", "", published)
