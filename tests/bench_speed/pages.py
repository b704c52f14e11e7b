"""Pages a second, from the request to the board: our flows beside a bare loop of trafilatura over the same pages.

    python -m tests.bench_speed.pages [--pages 600] [--turns 3] [--relevant 0.05]

Each turn adds entries with new addresses on 50 hosts, takes them through the flows ``collect`` and ``assess`` (fetched
over loopback, extracted, stored, read, compared, stored), and then runs the bare loop: ``bare_extraction`` over the
same bytes, in as many processes as the setting ``workers`` says, with its defaults and with our options. The pages are
the real ones of ``shared/pages`` (MISSIONWATCH_SHARED), and as many of the first watch's archive as ``--relevant``
says.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import logging
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from uuid import uuid4

from flows.run.environment import in_this_process, prepare

prepare()

from prefect import flow  # noqa: E402  (which reads its settings when it is imported)

from flows.assess import assess_articles  # noqa: E402
from flows.collect import collect_pages  # noqa: E402
from flows.run.clock import wall_clock  # noqa: E402
from flows.run.context import Tools, open_run, open_tools  # noqa: E402
from flows.run.request import WatchRequest  # noqa: E402
from pipeline.lab.backtest import given_id, load_articles  # noqa: E402
from pipeline.lab.bench import Table  # noqa: E402
from pipeline.lab.replay import load_archive  # noqa: E402
from pipeline.lab.replay.pages import render_page  # noqa: E402
from pipeline.model import Entry, PollOutcome, PollRecord, Precision, RunRecord, Watch  # noqa: E402
from pipeline.model.text import content_id  # noqa: E402
from pipeline.reading.embedded import DEFAULT, ENGINES  # noqa: E402
from pipeline.runtime.settings import load_settings  # noqa: E402
from pipeline.storage import open_store  # noqa: E402
from pipeline.watches import load_watch  # noqa: E402
from tests.bench_speed.polling import HAITI, watch_of  # noqa: E402
from tests.bench_speed.web import web  # noqa: E402

ROOT = Path(__file__).parents[2]
PAGES, TURNS, RELEVANT, HOSTS = 600, 3, 0.05, 50
AIM = 0.80
OPTIONS = {"fast": True, "include_comments": False, "with_metadata": True}
_read: dict[str, bytes] = {}  # the pages, in each process of the bare loop


@dataclass
class Seconds:
    """Seconds for one page, each turn."""

    ours: list[float] = field(default_factory=list)
    collecting: list[float] = field(default_factory=list)
    defaults: list[float] = field(default_factory=list)
    options: list[float] = field(default_factory=list)
    writer: list[float] = field(default_factory=list)  # of the writing process's processor
    relevant: list[float] = field(default_factory=list)  # share


def shared_pages() -> Path:
    """The folder of real pages; it may not be there."""
    named = os.environ.get("MISSIONWATCH_SHARED")
    return (Path(named) if named else ROOT.parent / "shared") / "pages" / "html"


def lay_out(folder: Path) -> tuple[list[str], list[str]]:
    """Write the pages into ``folder``, unpacked; the names of the real ones and of those about the mission."""
    real = []
    for path in sorted(shared_pages().glob("*.html.gz")):
        (folder / path.stem).write_bytes(gzip.decompress(path.read_bytes()))
        real.append(path.stem)
    about = []
    archive, reader, watch = load_archive(HAITI / "archive"), ENGINES[DEFAULT](), load_watch(HAITI)
    articles = load_articles(HAITI / "archive" / "articles.jsonl")
    relevant = {given_id(article) for article in articles if reader.read(article, watch).relevant}
    end = datetime(2025, 12, 1, tzinfo=UTC)
    for article in archive.articles:
        name = f"{article.article_id}.html"
        page = render_page(archive, article, end)
        if page is not None and page.status == 200 and article.article_id in relevant:
            (folder / name).write_bytes(page.body)
            about.append(name)
    return real, about


def names_of(count: int, real: Sequence[str], about: Sequence[str], relevant: float) -> list[str]:
    """``count`` pages in turn, every so often one about the mission."""
    out = []
    for number in range(count):
        is_about = relevant and int(number * relevant) != int((number + 1) * relevant)
        kind = about if is_about else real
        out.append(kind[(int(number * relevant) if is_about else number) % len(kind)])
    return out


def add_entries(watch: Watch, request: WatchRequest, names: Sequence[str], turn: int, now: datetime) -> None:
    """Put an entry for each of ``names`` into the store, as a poll would."""
    feed = watch.feeds[0]
    entries = tuple(
        Entry(
            content_id("entry", turn, number),
            feed.feed_id,
            f"{turn}-{number}",
            f"http://host-{number % HOSTS}.test/page/{turn}-{number}/{name}",
            f"Page {number}",
            "",
            now - timedelta(hours=1),
            Precision.TIME,
            f"{turn}-{number}",
            now,
        )
        for number, name in enumerate(names)
    )
    record = PollRecord(uuid4(), feed.feed_id, now, PollOutcome.OK, "", now, 0, entries=entries)
    run = RunRecord(uuid4(), "poll", watch.slug, now, now)
    with open_store(request.data_dir) as store:
        store.sync_watch(watch, now)
        store.start_run(run)
        store.add_polls(run.run_id, [record])


def prepare_bare(folder: str) -> None:
    """Read the pages, in a process of the bare loop."""
    logging.disable(logging.CRITICAL)
    _read.update((path.name, path.read_bytes()) for path in Path(folder).iterdir())


def extract_bare(name: str, options: dict[str, bool]) -> int:
    """Extract one page, and nothing else."""
    from trafilatura import bare_extraction

    found = bare_extraction(_read[name], **options)  # type: ignore[arg-type]
    return len(found.text or "") if found else 0  # type: ignore[union-attr]


def bare(pool: ProcessPoolExecutor, names: Sequence[str], options: dict[str, bool]) -> float:
    """Seconds for one page of the bare loop."""
    begun = time.perf_counter()
    list(pool.map(extract_bare, names, [options] * len(names), chunksize=5))
    return (time.perf_counter() - begun) / len(names)


async def _ours(request: WatchRequest, tools: Tools, names: Sequence[str], turn: int, into: Seconds) -> None:
    now = wall_clock()
    watch = load_watch(request.folder)
    add_entries(watch, request, names, turn, now)
    request = request.model_copy(update={"now": now})
    between = 0.0

    @flow(name="monitor", persist_result=False)
    async def of_these_pages() -> dict[str, int]:
        nonlocal between
        async with open_run("monitor", request, tools, watch=watch) as context:  # as in a round
            await collect_pages(context)
            between = time.perf_counter()
            await assess_articles(context)
        return context.run.counts

    spent, begun = time.process_time(), time.perf_counter()
    read = await of_these_pages()
    ended = time.perf_counter()
    if read["articles_new"] < len(names) * 0.9 or read["articles_read"] != read["articles_new"]:
        raise RuntimeError(f"the flows counted {read}")
    if turn:
        into.ours.append((ended - begun) / len(names))
        into.collecting.append((between - begun) / len(names))
        into.writer.append((time.process_time() - spent) / len(names))
        into.relevant.append(read["articles_relevant"] / read["articles_read"])


async def _measured(folder: Path, pages: Path, count: int, turns: int, share: float) -> Seconds:
    real, about = lay_out(pages)
    names, into = names_of(count, real, about, share), Seconds()
    workers = load_settings(os.environ).workers
    with ProcessPoolExecutor(workers, get_context("spawn"), prepare_bare, (str(pages),)) as pool, web(pages) as port:
        os.environ["MISSIONWATCH_OWN_SERVERS"] = f".test=127.0.0.1:{port}"
        os.environ["MISSIONWATCH_PAGES_PER_RUN"] = "100000"
        request = WatchRequest(folder=watch_of(folder, 1), data_dir=folder / "data")
        try:
            async with open_tools() as tools:
                for turn in range(turns + 1):
                    # The first turn starts the processes and loads what they need.
                    here = names if turn else names[:100]
                    await _ours(request, tools, here, turn, into)
                    defaults = await asyncio.to_thread(bare, pool, here, {})
                    options = await asyncio.to_thread(bare, pool, here, OPTIONS)
                    if turn:
                        into.defaults.append(defaults)
                        into.options.append(options)
        finally:
            del os.environ["MISSIONWATCH_OWN_SERVERS"], os.environ["MISSIONWATCH_PAGES_PER_RUN"]
    return into


def seconds_of(count: int, turns: int, relevant: float) -> Seconds:
    """Take ``count`` pages through the flows ``turns`` times, a share ``relevant`` of them about the mission."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as pages, in_this_process():
        return asyncio.run(_measured(Path(folder), Path(pages), count, turns, relevant))


def tables(found: Seconds) -> list[Table]:
    """The figures of ``found``."""
    share = statistics.mean(found.relevant)
    rows = [_row("the flows", found.ours, found), _row("collect alone", found.collecting, found)]
    rows += [
        _row("bare loop, its defaults", found.defaults, found),
        _row("bare loop, our options", found.options, found),
    ]
    spent = statistics.median(found.writer) * 1000
    title = f"Pages a second, {share:.0%} of them relevant; the writer's own share is {spent:.1f} ms a page"
    head = ("", "pages/s", "ms a page", "of the bare loop's defaults", "of the bare loop with our options")
    return [Table(title, head, tuple(rows))]


def _row(what: str, seconds: Sequence[float], found: Seconds) -> tuple[str, ...]:
    middle = statistics.median(seconds)
    ratios = [
        statistics.median(bare / one for bare, one in zip(yardstick, seconds, strict=True))
        for yardstick in (found.defaults, found.options)
    ]
    return (what, f"{1 / middle:.0f}", f"{middle * 1000:.1f}", *(f"{ratio:.2f}" for ratio in ratios))


def measure(pages: int = PAGES, turns: int = TURNS, relevant: float = RELEVANT) -> list[Table]:
    """Measure, as tables.

    Raises:
        FileNotFoundError: the real pages are not there.
    """
    if not shared_pages().is_dir():
        raise FileNotFoundError(f"{shared_pages()} is not there: name its folder with MISSIONWATCH_SHARED")
    return tables(seconds_of(pages, turns, relevant))


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--pages", type=int, default=PAGES)
    asked.add_argument("--turns", type=int, default=TURNS)
    asked.add_argument("--relevant", type=float, default=RELEVANT, help="share of pages about the mission")
    chosen = asked.parse_args()
    from tests.bench_speed.tables import show

    show(measure(chosen.pages, chosen.turns, chosen.relevant))


if __name__ == "__main__":
    main()
