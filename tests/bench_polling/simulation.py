"""The simulated month: rounds of polls on a clock that jumps, and what each feed's diary says afterwards."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from datetime import timedelta

from pipeline import steps
from pipeline.model import WORKED, FeedState, PollRecord
from tests.bench_polling.clock import run
from tests.bench_polling.servers import Log, Servers
from tests.bench_polling.world import DAY, MINUTE, START, Source, make_world

ROUND = 15 * MINUTE  # between two rounds: the default of missionwatch run --every
FEEDS, DAYS = 2_000, 30


@dataclass
class Diary:
    """What we saw of one feed: the times and waits of its polls (in seconds), and when each entry was first seen."""

    source: Source
    state: FeedState
    polled: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    failed: list[float] = field(default_factory=list)
    seen: dict[int, float] = field(default_factory=dict)
    gaps: int = 0

    def note(self, record: PollRecord, at: float) -> None:
        """Remember a poll, and know what the store would know for the next one."""
        self.polled.append(at)
        self.waits.append((record.next_due - START).total_seconds() - at)
        if record.outcome not in WORKED:
            self.failed.append(at)
        for entry in record.entries:
            self.seen.setdefault(int(entry.guid), at)
        self.gaps += record.is_gap
        self.state = FeedState(
            self.state.feed,
            record.etag,
            record.last_modified,
            record.body_hash,
            record.next_due,
            record.failures,
            record.habits,
        )


@dataclass(frozen=True)
class Missed:
    """Entries that were never seen, by why."""

    by_speed: int = 0  # kept for less than two of our intervals
    by_trouble: int = 0  # the server did not answer while it kept them
    by_lies: int = 0  # the server said 304 while it kept them
    ours: int = 0  # kept for two intervals by a server that answered

    def __add__(self, other: Missed) -> Missed:
        return Missed(
            self.by_speed + other.by_speed,
            self.by_trouble + other.by_trouble,
            self.by_lies + other.by_lies,
            self.ours + other.ours,
        )


@dataclass(frozen=True)
class Month:
    """A simulated month, and what came of it."""

    sources: list[Source]
    days: int
    diaries: list[Diary]
    log: Log


def simulate(feeds: int = FEEDS, days: int = DAYS, seed: int = 2026) -> Month:
    """Poll ``feeds`` feeds for ``days``; the same arguments give the same month."""
    sources = make_world(feeds, days, seed)
    diaries, log = run(poll_month(sources, days))
    return Month(sources, days, diaries, log)


async def poll_month(sources: list[Source], days: int) -> tuple[list[Diary], Log]:
    """Poll ``sources`` for ``days``, round after round, as ``missionwatch run`` does."""
    servers, loop = Servers(sources), asyncio.get_running_loop()
    diaries = [Diary(source, FeedState(source.feed)) for source in sources]
    while loop.time() < days * DAY:
        begun = loop.time()
        now = START + timedelta(seconds=begun)
        due = [
            diary
            for diary in diaries
            if diary.state.habits.retired_at is None and (diary.state.next_due is None or diary.state.next_due <= now)
        ]

        async def one(diary: Diary, begun: float = begun) -> None:
            record = await steps.poll_feed(
                diary.state,
                fetch=servers.fetch,
                work=servers.work,
                now=START + timedelta(seconds=begun),
                late=lambda: timedelta(seconds=loop.time() - begun),
            )
            diary.note(record, loop.time())

        await asyncio.gather(*(one(diary) for diary in due))
        await asyncio.sleep(max(0.0, begun + ROUND - loop.time()))
    return diaries, servers.log


def missed_by(diary: Diary, until: float) -> Missed:
    """The entries of the month that we never saw, by why. What is still shown at the end is not missed yet."""
    source, missed = diary.source, Missed()
    if diary.state.habits.retired_at is not None:
        until = min(until, diary.polled[-1])
    for number in range(source.first_since(0.0), len(source.published)):
        came, left = source.published[number], source.dropped(number)
        if number in diary.seen or left >= until:
            continue
        first, last = bisect_right(diary.polled, came) - 1, bisect_left(diary.polled, left)
        interval = max(diary.waits[max(0, first) : last + 1], default=0.0)
        kept = _longest_shown(source, came, left)
        tries = [at for at in diary.failed if came - interval <= at <= left]
        if tries or (kept < left - came and kept < 2 * (interval + ROUND)):
            missed = replace(missed, by_trouble=missed.by_trouble + 1)
        elif source.manner == "says 304 whatever came" and came < _found_out(diary):
            missed = replace(missed, by_lies=missed.by_lies + 1)
        elif left - came < 2 * (interval + ROUND):
            missed = replace(missed, by_speed=missed.by_speed + 1)
        else:
            missed = replace(missed, ours=missed.ours + 1)
    return missed


def _longest_shown(source: Source, came: float, left: float) -> float:
    """For how long in a row a feed showed an entry: one that is empty for a day shows nothing that it keeps."""
    if not source.manner.startswith("empty"):
        return left - came
    edges = [came, left]
    for begin, end in source.trouble:
        if begin < left and end > came:
            edges += [max(begin, came), min(end, left)]
    edges.sort()
    return max(later - earlier for earlier, later in zip(edges[::2], edges[1::2], strict=True))


def _found_out(diary: Diary) -> float:
    """When the feed was found to lie."""
    distrusted_at = diary.state.habits.distrusted_at
    return (distrusted_at - START).total_seconds() if distrusted_at else float("inf")


def delays(diary: Diary) -> list[float]:
    """Seconds from publication to sight, of the entries that were published after the first poll."""
    published, first = diary.source.published, diary.polled[0]
    return [at - published[number] for number, at in diary.seen.items() if published[number] > first]
