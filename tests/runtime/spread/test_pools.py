"""Where work is done, with a false cluster: what goes out, what comes back, and what is done here instead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from flows.run.context import Notes, RunContext, Tools, no_progress
from pipeline import steps
from pipeline.model import Article, Name, PollOutcome, ReaderChoice, Reading, Watch
from pipeline.model.errors import ContentError, SpreadError, UsageError, WorkerError
from pipeline.reading.embedded import EncodedReader
from pipeline.reading.embedded.batch import read_batch
from pipeline.runtime.settings import Cluster as Where
from pipeline.runtime.settings import Settings
from pipeline.runtime.spread import ClusterPool, LocalPool, cluster, open_pool, remote
from pipeline.runtime.spread.ahead import ReadAhead, for_reading, shares
from pipeline.runtime.spread.cluster import AwayError, Cluster
from pipeline.runtime.spread.code import fingerprint
from pipeline.runtime.spread.pool import START_HERE
from pipeline.runtime.worker_main import carried
from pipeline.runtime.workers import WorkerPool
from tests.fakes import FakeWeb, page, rss
from tests.reading.worlds import a_watch, an_article
from tests.runtime.worker_jobs import double
from tests.steps.test_steps import NOW, PAGE, STATE, URL, pending

ADDRESS = "tcp://farm.test:8786"


class FalseCluster:
    """Answers jobs as the test says; remembers them."""

    address = ADDRESS

    def __init__(self, answer: Callable[..., tuple[str, object]], size: int = 2) -> None:
        self._answer, self._size = answer, size
        self.asked: list[tuple[str, tuple[object, ...]]] = []

    async def run(self, module: str, qualname: str, args: tuple[object, ...], deadline: float) -> tuple[str, object]:
        self.asked.append((qualname, args))
        return self._answer(*args)

    async def threads(self) -> int:
        return self._size


class FalseProcesses:
    """This machine's processes: calls in place, and counts."""

    def __init__(self) -> None:
        self.calls = 0

    async def run(self, function: Callable[..., Any], *args: object, deadline: float = 5.0) -> Any:
        self.calls += 1
        return function(*args)


def away(*_: object) -> tuple[str, object]:
    raise AwayError(f"the cluster at {ADDRESS} has no workers")


def read_there(engine: str, watch: Watch, articles: tuple[Article, ...]) -> tuple[str, object]:
    return remote.DONE, read_batch("encoder", watch, articles)


def spread(
    answer: Callable[..., tuple[str, object]], *, only: bool = False
) -> tuple[ClusterPool, FalseCluster, FalseProcesses, list[str]]:
    there, here, told = FalseCluster(answer), FalseProcesses(), list[str]()
    pool = ClusterPool(cast("Cluster", there), cast("WorkerPool", here), deadline=5.0, only=only, tell=told.append)
    return pool, there, here, told


# -- the setting ---------------------------------------------------------------------------------


def test_work_stays_on_this_machine_unless_a_cluster_is_named() -> None:
    assert Settings().cluster is None


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ("dask:tcp://farm.test:8786", Where("tcp://farm.test:8786", only=False)),
        ("dask-only:tls://10.0.0.7:8786", Where("tls://10.0.0.7:8786", only=True)),
        (" dask:tcp://[fd00::7]:8786 ", Where("tcp://[fd00::7]:8786", only=False)),
    ],
)
def test_a_cluster_is_named_by_its_schedulers_address(value: str, where: Where) -> None:
    assert Settings(spread=value).cluster == where


@pytest.mark.parametrize("value", ["", "dask", "dask:farm:8786", "dask:tcp://farm", "dask:tcp://farm:99999", "ray:x:1"])
def test_any_other_place_is_refused_with_the_forms_that_there_are(value: str) -> None:
    with pytest.raises(ValueError, match="must be 'local', 'dask:tcp://HOST:PORT' or 'dask-only:tcp://HOST:PORT'"):
        Settings(spread=value)


async def test_the_default_needs_no_dask_and_works_in_processes_of_this_machine() -> None:
    async with open_pool(Settings(), tell=pytest.fail) as pool:
        assert isinstance(pool, LocalPool)


async def test_without_dask_a_cluster_is_refused_with_the_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(UsageError, match=r"missionwatch\[cluster\]"):
        async with open_pool(Settings(spread=f"dask:{ADDRESS}"), tell=pytest.fail):
            pass


# -- one job -------------------------------------------------------------------------------------


async def test_a_job_is_done_by_the_cluster_and_not_here() -> None:
    pool, there, here, told = spread(lambda number: (remote.DONE, number * 2))

    assert await pool.run(double, 21) == 42
    assert there.asked == [("double", (21,))]
    assert (here.calls, told) == (0, [])


async def test_an_error_of_ours_comes_back_as_itself() -> None:
    error = ContentError("no-text", "http://isle.test/a has no text.", remedy="Nothing to do.")
    pool, _, here, _ = spread(lambda _: (remote.REFUSED, carried(error)))

    with pytest.raises(ContentError, match=r"has no text\. Nothing to do\.") as raised:
        await pool.run(double, 1)
    assert (raised.value.code, here.calls) == ("no-text", 0)


async def test_what_a_cluster_that_is_away_does_not_do_is_done_here_and_told() -> None:
    pool, _, here, told = spread(away)

    assert await pool.run(double, 21) == 42
    assert here.calls == 1
    assert told == ["spread: the cluster at tcp://farm.test:8786 has no workers; this machine did the work itself"]


async def test_where_nothing_is_to_be_done_without_the_cluster_its_absence_is_an_error() -> None:
    pool, _, here, told = spread(away, only=True)

    with pytest.raises(SpreadError, match=r"The work can't be spread: the cluster at \S+ has no workers\. See to"):
        await pool.run(double, 21)
    assert (here.calls, told) == (0, [])


async def test_a_worker_that_runs_other_code_does_nothing_and_is_told() -> None:
    pool, _, here, told = spread(lambda _: (remote.OTHER_CODE, "0123456789abcdef"))

    assert await pool.run(double, 21) == 42
    assert here.calls == 1
    assert "runs other code than this machine (0123456789abcdef; see that both have the same release" in told[0]


async def test_a_process_that_ended_with_its_machine_is_not_the_pages_fault() -> None:
    pool, _, here, _ = spread(lambda _: (remote.REFUSED, carried(WorkerError("crashed", "ended by SIGKILL"))))

    assert await pool.run(double, 21) == 42
    assert here.calls == 1


async def test_a_document_that_passed_its_deadline_there_is_not_tried_again_here() -> None:
    pool, _, here, _ = spread(lambda _: (remote.REFUSED, carried(WorkerError("deadline", "stopped"))))

    with pytest.raises(WorkerError, match="stopped"):
        await pool.run(double, 21)
    assert here.calls == 0


async def test_a_worker_whose_code_is_not_the_writers_calls_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_pool", pytest.fail)
    assert await remote.work("another", "tests.runtime.worker_jobs", "double", (1,), 5.0) == (
        remote.OTHER_CODE,
        fingerprint(),
    )


# -- a step that can't be done --------------------------------------------------------------------


async def no_cluster(*_: object) -> Any:
    raise SpreadError("The work can't be spread.")


async def test_a_cluster_that_is_away_is_no_fault_of_a_page() -> None:
    web = FakeWeb().serves(PAGE, page("Vote", "Text."))
    with pytest.raises(SpreadError):
        await steps.collect_entry(pending(), fetch=web.get, work=no_cluster, held={}, now=NOW)


async def test_a_cluster_that_is_away_is_no_fault_of_a_feed() -> None:
    web = FakeWeb().serves(URL, rss(("1", PAGE, "Vote")), "application/rss+xml")
    with pytest.raises(SpreadError):
        await steps.poll_feed(STATE, fetch=web.get, work=no_cluster, now=NOW)


async def test_a_feed_whose_reader_crashed_is_still_a_failed_poll() -> None:
    async def crash(*_: object) -> Any:
        raise WorkerError("crashed", "ended by SIGSEGV")

    web = FakeWeb().serves(URL, rss(("1", PAGE, "Vote")), "application/rss+xml")
    record = await steps.poll_feed(STATE, fetch=web.get, work=crash, now=NOW)
    assert record.outcome is PollOutcome.NOT_A_FEED


def test_a_trouble_that_is_told_often_is_noted_once_a_run() -> None:
    noted: list[str] = []
    notes = Notes()
    with notes.to(noted.append):
        for text in ("no workers", "no workers", "other code", "no workers"):
            notes.tell(text)
    notes.tell("after the run")
    assert noted == ["no workers", "other code"]


# -- reading ahead --------------------------------------------------------------------------------

ARTICLES = [an_article(f"Norway will hand over the lead of RAM in Ruritania in week {n}.") for n in range(12)]


class Counting(EncodedReader):
    """The rules, and how many articles they have read."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def read(self, article: Article, watch: Watch) -> Reading:
        self.calls += 1
        return super().read(article, watch)


async def test_readings_made_by_the_cluster_are_those_that_the_engine_makes_in_any_order() -> None:
    pool, there, _, _ = spread(read_there)
    reader, watch = Counting(), a_watch()

    ahead = await pool.ahead(ARTICLES, watch, reader, "encoder")

    assert [ahead.read(a, watch) for a in reversed(ARTICLES)] == [
        EncodedReader().read(a, watch) for a in reversed(ARTICLES)
    ]
    assert reader.calls == 0
    assert (
        [[a.article_id for a in args[2]] for _, args in there.asked]
        == [  # type: ignore[index, attr-defined]
            [a.article_id for a in ARTICLES[start : start + 4]] for start in (0, 4, 8)
        ]
    )


async def test_an_article_whose_origin_was_traced_meanwhile_is_the_same_to_the_engine() -> None:
    pool, *_ = spread(read_there)
    reader, watch = Counting(), a_watch()
    ahead = await pool.ahead(ARTICLES, watch, reader, "encoder")

    traced = replace(ARTICLES[0], origin="a-wire")

    assert ahead.read(traced, watch) == EncodedReader().read(traced, watch)
    assert reader.calls == 0


async def test_a_watch_that_got_a_new_name_meanwhile_is_read_for_anew() -> None:
    pool, *_ = spread(read_there)
    reader, watch = Counting(), a_watch()
    ahead = await pool.ahead(ARTICLES, watch, reader, "encoder")

    renamed = replace(watch, names=(*watch.names, Name("Ruritania Stabilisation Force")))

    assert ahead.read(ARTICLES[0], renamed) == EncodedReader().read(ARTICLES[0], renamed)
    assert reader.calls == 1


def test_a_changed_text_and_another_engines_reading_are_not_taken() -> None:
    reader, watch = Counting(), a_watch()
    old = replace(EncodedReader().read(ARTICLES[1], watch), engine="encoder-0")
    ahead = ReadAhead(reader, watch, [(ARTICLES[0], EncodedReader().read(ARTICLES[0], watch)), (ARTICLES[1], old)])

    ahead.read(replace(ARTICLES[0], text="Another text."), watch)
    assert ahead.read(ARTICLES[1], watch).engine == reader.engine
    assert reader.calls == 2


@pytest.mark.parametrize("answer", [away, lambda *_: (remote.REFUSED, carried(WorkerError("deadline", "stopped")))])
async def test_what_the_cluster_could_not_read_is_read_here_when_it_is_asked_for(answer: Any) -> None:
    pool, _, _, told = spread(answer)
    reader, watch = Counting(), a_watch()

    ahead = await pool.ahead(ARTICLES, watch, reader, "encoder")

    assert [ahead.read(a, watch) for a in ARTICLES] == [EncodedReader().read(a, watch) for a in ARTICLES]
    assert reader.calls == len(ARTICLES)
    assert told
    assert all(text.startswith("spread: ") for text in told)


async def test_reading_ends_the_run_where_nothing_is_to_be_done_without_the_cluster() -> None:
    pool, *_ = spread(away, only=True)
    with pytest.raises(SpreadError):
        await pool.ahead(ARTICLES, a_watch(), EncodedReader(), "encoder")


async def test_a_handful_of_articles_is_read_sooner_than_sent() -> None:
    pool, there, _, _ = spread(read_there)
    reader = EncodedReader()
    assert await pool.ahead(ARTICLES[:4], a_watch(), reader, "encoder") is reader
    assert there.asked == []


# -- reading ahead on this machine ----------------------------------------------------------------

MANY = [an_article(f"Norway will hand over the lead of RAM in Ruritania in year {n}.") for n in range(START_HERE)]


async def test_a_long_batch_is_read_by_the_processes_of_this_machine_in_parts() -> None:
    here, reader, watch = FalseProcesses(), Counting(), a_watch()
    pool = LocalPool(cast("WorkerPool", here), 2, pytest.fail)

    ahead = await pool.ahead(MANY, watch, reader, "encoder")

    assert [ahead.read(a, watch) for a in MANY[:3]] == [EncodedReader().read(a, watch) for a in MANY[:3]]
    assert (reader.calls, here.calls) == (0, START_HERE // 10)


@pytest.mark.parametrize(("count", "size"), [(START_HERE - 1, 2), (START_HERE, 1)])
async def test_a_short_batch_and_a_lone_process_gain_nothing_by_it(count: int, size: int) -> None:
    here, reader = FalseProcesses(), EncodedReader()
    pool = LocalPool(cast("WorkerPool", here), size, pytest.fail)
    assert await pool.ahead(MANY[:count], a_watch(), reader, "encoder") is reader
    assert here.calls == 0


async def test_what_a_process_could_not_read_is_read_when_it_is_asked_for_and_told() -> None:
    class Failing(FalseProcesses):
        async def run(self, function: Callable[..., Any], *args: object, deadline: float = 5.0) -> Any:
            raise WorkerError("memory", "read_batch needed more than 2500 MiB of memory.")

    reader, watch, told = Counting(), a_watch(), list[str]()
    pool = LocalPool(cast("WorkerPool", Failing()), 2, told.append)
    ahead = await pool.ahead(MANY, watch, reader, "encoder")
    assert ahead.read(MANY[0], watch) == EncodedReader().read(MANY[0], watch)
    assert reader.calls == 1
    assert set(told) == {
        "spread: 10 articles were read by the run's own process: read_batch needed more than 2500 MiB of memory."
    }


def test_the_addresses_of_alert_channels_do_not_leave_the_machine() -> None:
    watch = replace(a_watch(), reader=ReaderChoice(kind="llm", key="env:KEY"))
    sent = for_reading(watch)
    assert (sent.rules, sent.feeds, sent.reader) == ((), (), ReaderChoice())
    assert EncodedReader().read(ARTICLES[0], sent) == EncodedReader().read(ARTICLES[0], watch)


@pytest.mark.parametrize(
    ("count", "threads", "sizes"),
    [(12, 2, [4, 4, 4]), (200, 4, [10] * 20), (200, 64, [4] * 50), (7, 1, [4, 3]), (0, 2, [])],
)
def test_a_batch_is_cut_in_parts_of_four_to_ten_in_order(count: int, threads: int, sizes: list[int]) -> None:
    items = list(range(count))
    parts = [items[part] for part in shares(count, threads)]
    assert [len(part) for part in parts] == sizes
    assert [item for part in parts for item in part] == items


async def test_a_models_engine_rests_on_what_was_read_ahead() -> None:
    pool, *_ = spread(read_there)
    watch = replace(a_watch(), reader=ReaderChoice(kind="llm", model="m"))
    embedded = Counting()
    nothing = cast("Any", None)
    tools = Tools(Settings(), nothing, pool, embedded)
    context = RunContext(nothing, tools, watch, steps.choose_reader(watch, embedded), nothing, no_progress)

    reader = await context.reader_ahead(ARTICLES, ())

    assert reader.engine == context.reader.engine
    assert [reader.read(a, watch).claims for a in ARTICLES] == [EncodedReader().read(a, watch).claims for a in ARTICLES]
    assert embedded.calls == 0


# -- Dask itself ------------------------------------------------------------------------------------


def test_dask_is_told_to_leave_the_words_to_us() -> None:
    pytest.importorskip("distributed")
    import logging

    cluster.import_dask()
    assert not logging.getLogger("distributed.client").isEnabledFor(logging.ERROR)
