"""Very small runs of the parts that take flows: that they count what they say, not how fast it is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.alerts import worth_alerting
from pipeline.lab.backtest.lines import replayed
from pipeline.reading.embedded import DEFAULT, ENGINES
from pipeline.watches import load_watch
from tests.bench_speed.latency import HAITI, Sample, moments, row
from tests.bench_speed.neighbour import SENDERS, number_of
from tests.bench_speed.pages import names_of, shared_pages
from tests.neighbours import SLOW_HOST, make_watch, send
from tests.outlet import Outlet
from tests.storage.builders import NOW, make_article, make_entry


def test_so_many_pages_in_a_hundred_are_about_the_mission() -> None:
    names = names_of(100, ["a", "b"], ["x", "y", "z"], 0.05)

    assert len(names) == 100
    assert [name for name in names if name in "xyz"] == ["x", "y", "z", "x", "y"]


def test_the_percentile_is_the_value_that_no_more_than_one_in_twenty_exceed() -> None:
    assert row("any", [float(n) for n in range(1, 21)]) == ("any", "20", "10.5", "19.0", "20.0")


def test_what_came_after_the_poll_was_due_is_what_did_not_wait_for_it() -> None:
    assert Sample(whole=12.0, waited=7.5, begun=1.0).beyond == 4.5


def test_each_story_beside_the_neighbour_makes_one_change_however_quick_the_run(tmp_path: Path) -> None:
    good = Outlet()
    watch = load_watch(make_watch(tmp_path / "tarsk", good, Outlet(host=SLOW_HOST)))
    for place, country in enumerate(("Mongolia", *SENDERS)):
        send(good, country, number_of(place), NOW + timedelta(seconds=10 * place))
    articles = [
        make_article(make_entry(one.path, published=one.published), "\n\n".join(one.text), title=one.title)
        for one in good.stories
    ]

    made = replayed(watch, articles, ENGINES[DEFAULT]())

    assert [article.title.split()[0] for article, _ in made] == ["Mongolia", *SENDERS]
    assert all(worth_alerting(change, watch)[0] for _, change in made)


@pytest.mark.slow
def test_the_archive_has_publications_enough_to_measure() -> None:
    found = moments(HAITI)

    assert found == sorted(set(found))
    assert len(found) >= 20


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.filterwarnings("ignore")  # Prefect leaves sockets to the garbage collector
class TestASmallRun:
    def test_polls_as_many_feeds_as_it_was_asked_to_both_ways(self) -> None:
        from tests.bench_speed.polling import WAYS, seconds_of, tables

        found = seconds_of(feeds=20, turns=1)

        assert {way: len(found.ours[way]) for way in WAYS} == {"unchanged": 1, "changed": 1}
        (table,) = tables(found, 20)
        assert [line[0] for line in table.rows] == ["unchanged", "changed"]
        assert all(len(line) == len(table.head) for line in table.rows)

    @pytest.mark.skipif(not shared_pages().is_dir(), reason="the real pages are not beside the checkout")
    def test_takes_pages_from_the_request_to_the_board(self) -> None:
        from tests.bench_speed.pages import seconds_of, tables

        found = seconds_of(count=40, turns=1, relevant=0.05)

        assert found.relevant == [pytest.approx(0.05, abs=0.026)]
        (table,) = tables(found)
        assert table.rows[0][0] == "the flows"
        assert all(len(line) == len(table.head) for line in table.rows)
