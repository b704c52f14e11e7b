"""``init``, ``feeds`` and ``check`` as a newcomer calls them: by flags, in an interview, over a small outlet."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from pipeline.cli.clock import wall_clock
from pipeline.model import Aspect
from pipeline.watches import load_watch
from pipeline.watches.shipped import shipped_regions
from tests.fakes import work_here
from tests.outlet import Outlet, serving

SEED = """Union sends observer mission to Tarsk to watch the truce

The African Union on Tuesday authorised the Tarsk Truce Observer Mission (TATOM) until 31 March 2026.

The mission, led by Senegal, may have up to 900 uniformed personnel. It answers to the Union's council.

The truce between the government and the northern front has held since November.
"""


def run(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, words, input=typed)


@pytest.fixture
def seed(tmp_path: Path) -> str:
    (tmp_path / "tarsk.txt").write_text(SEED, "utf-8")
    return str(tmp_path / "tarsk.txt")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "tarsk")


@pytest.fixture(scope="module")
def outlet() -> Iterator[Outlet]:
    """An outlet whose stories are of this day, since ``check`` compares them with the machine's clock."""
    with serving(Outlet()) as running:
        today = wall_clock().replace(microsecond=0)
        running.welcomes()
        for hours in (50, 26, 2):
            running.tells(f"Boats of {hours} hours ago", "They sailed.", published=today - timedelta(hours=hours))
        title, *paragraphs = [line for line in SEED.splitlines() if line]
        running.tells(title, *paragraphs, published=datetime(2025, 4, 2, 9, tzinfo=UTC))
        running.puts("/rss.html", "<html><head><title>No feed</title></head><body>Nothing here.</body></html>")
        inner = f'<link rel="alternate" type="application/rss+xml" href="http://127.0.0.1:{running.port}/feed.xml">'
        running.puts("/inner.html", f"<html><head><title>Inner</title>{inner}</head><body></body></html>")
        yield running


class Here:
    """Does in this process what workers do; to start those takes seconds."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        pass

    async def __aenter__(self) -> Here:
        return self

    async def __aexit__(self, *error: object) -> None:
        pass

    run = staticmethod(work_here)


@pytest.fixture
def granted_with_workers(outlet: Outlet, monkeypatch: pytest.MonkeyPatch) -> Outlet:
    monkeypatch.setenv("MISSIONWATCH_OWN_SERVERS", outlet.grant)
    outlet.asked.clear()
    return outlet


@pytest.fixture
def granted(granted_with_workers: Outlet, monkeypatch: pytest.MonkeyPatch) -> Outlet:
    monkeypatch.setattr("pipeline.cli.network.WorkerPool", Here)
    return granted_with_workers


# -- by flags -------------------------------------------------------------------------------------


def test_by_flags_alone_a_watch_is_made_as_they_say(seed: str, folder: str) -> None:
    words = (
        "--published 2025-04-02 --outlet Tideline --title Tarsk --name TTM --drop-name TATOM --place Tarsk --place Melo"
    )
    made = run("init", folder, "--article", seed, *words.split(), "--drop-fact", "2", "--channel", "file:desk")

    assert made.exit_code == 0, made.output
    watch = load_watch(Path(folder))
    assert (watch.title, watch.baseline.outlet, watch.places) == ("Tarsk", "Tideline", ("Tarsk", "Melo"))
    assert [name.text for name in watch.names] == ["Tarsk Truce Observer Mission", "TTM"]
    assert [fact.aspect for fact in watch.baseline.facts] == [Aspect.MANDATE, Aspect.STRENGTH]
    assert watch.rules[0].channels == ("file:desk",)


def test_where_no_terminal_is_nothing_is_asked(seed: str, folder: str) -> None:
    made = run("init", folder, "--article", seed, typed="")

    assert made.exit_code == 0, made.output
    assert "?" not in made.output
    assert f"missionwatch feeds add {folder} https://an-outlet.example/" in made.output


def test_a_dry_run_shows_each_fact_with_its_number_and_sentence_and_writes_nothing(seed: str, folder: str) -> None:
    shown = run("init", folder, "--article", seed, "--dry-run")

    assert "2. lead in_effect: lead: Senegal" in shown.output
    assert "“The mission, led by Senegal, may have up to 900 uniformed personnel.”" in shown.output
    assert not Path(folder).exists()


def test_a_wrong_option_is_told_before_anything_is_asked_or_fetched(seed: str, folder: str) -> None:
    made = run(
        "init", folder, "--article", seed, "--drop-fact", "9", "--interview", "--feeds-from", "http://x.invalid/"
    )

    assert made.exit_code == 2
    assert "There is no fact 9 in the article: it has 3, numbered from 1." in made.output
    assert "Title" not in made.output


def test_a_folder_that_has_a_watch_is_told_before_anything_is_asked(seed: str, folder: str) -> None:
    run("init", folder, "--article", seed)

    again = run("init", folder, "--article", seed, "--interview")

    assert again.exit_code == 2
    assert "has a watch.toml already" in again.output
    assert "Title" not in again.output


# -- in an interview ------------------------------------------------------------------------------


def test_an_interview_asks_for_each_thing_with_a_default_and_return_takes_all(seed: str, folder: str) -> None:
    asked = run("init", folder, "--article", seed, "--interview", typed="\n" * 7 + "-\n\n")

    assert asked.exit_code == 0, asked.output
    assert "Title of the watch [Tarsk Truce Observer Mission]" in asked.output
    assert "3. strength decided: ceiling: 900 personnel" in asked.output
    assert "“The mission, led by Senegal, may have up to 900 uniformed personnel.”" in asked.output
    watch = load_watch(Path(folder))
    assert (len(watch.names), len(watch.baseline.facts), watch.feeds) == (2, 3, ())
    assert watch.rules[0].channels == ("console", "file")


def test_answers_change_what_was_found(seed: str, folder: str) -> None:
    answers = ["Truce watch", "Tideline", "2025-04-02", "2", "TTM, Truce Mission", "Tarsk, Melo", "1,3", "-", "file"]
    asked = run("init", folder, "--article", seed, "--interview", typed="\n".join(answers) + "\n")

    assert asked.exit_code == 0, asked.output
    watch = load_watch(Path(folder))
    assert (watch.title, watch.baseline.outlet, watch.places) == ("Truce watch", "Tideline", ("Tarsk", "Melo"))
    assert watch.baseline.published.date().isoformat() == "2025-04-02"
    assert [name.text for name in watch.names] == ["Tarsk Truce Observer Mission", "TTM", "Truce Mission"]
    assert [fact.aspect for fact in watch.baseline.facts] == [Aspect.LEAD]
    assert watch.rules[0].channels == ("file",)


def test_a_number_that_nothing_has_is_asked_again(seed: str, folder: str) -> None:
    answers = ["", "", "", "7", "x", "-", "", "", "", "-", ""]
    asked = run("init", folder, "--article", seed, "--interview", typed="\n".join(answers) + "\n")

    assert asked.exit_code == 0, asked.output
    assert asked.output.count("Write numbers from 1 to 2, with commas between, or - for none.") == 2


def test_a_source_of_feeds_that_gives_none_is_asked_again_and_no_answer_is_lost(seed: str, folder: str) -> None:
    answers = ["Truce watch", "", "", "", "", "", "", "region:atlantis", "file", "-"]
    asked = run("init", folder, "--article", seed, "--interview", typed="\n".join(answers) + "\n")

    assert asked.exit_code == 0, asked.output
    assert "There is no list of feeds for the region 'atlantis'." in asked.output
    assert (load_watch(Path(folder)).title, load_watch(Path(folder)).feeds) == ("Truce watch", ())


def test_what_an_option_says_is_not_asked(seed: str, folder: str) -> None:
    options = (
        "--title T --outlet O --published 2025-04-02 --drop-name TATOM --name X --place P --drop-fact 1 --channel file"
    )
    asked = run("init", folder, "--article", seed, "--interview", *options.split(), typed="-\n")

    assert asked.exit_code == 0, asked.output
    assert asked.output.count("[") == 1  # the feeds; no option named any


@pytest.mark.skipif(not shipped_regions(), reason="the shipped lists are not here")
def test_the_interview_suggests_the_lists_of_the_regions_that_the_article_names(tmp_path: Path, folder: str) -> None:
    (tmp_path / "k.txt").write_text(SEED.replace("Senegal", "Kenya"), "utf-8")
    asked = run("init", folder, "--article", str(tmp_path / "k.txt"), "--interview", typed="\n" * 9)

    assert asked.exit_code == 0, asked.output
    assert "[region:kenya, region:africa, region:global]" in asked.output
    assert {feed.region for feed in load_watch(Path(folder)).feeds} == {"kenya", "africa", "global"}


# -- from an address ------------------------------------------------------------------------------


def test_an_article_at_an_address_brings_its_time_its_publisher_and_its_text(
    granted_with_workers: Outlet, folder: str
) -> None:
    granted = granted_with_workers
    address = granted.at(granted.stories[-1].path)
    made = run("init", folder, "--article", address, "--feeds-from", granted.at("/"))

    assert made.exit_code == 0, made.output
    watch = load_watch(Path(folder))
    assert (watch.baseline.outlet, watch.baseline.url) == ("Melo Tideline", address)
    assert watch.baseline.published == datetime(2025, 4, 2, 9, tzinfo=UTC)
    assert [fact.aspect for fact in watch.baseline.facts] == [Aspect.MANDATE, Aspect.LEAD, Aspect.STRENGTH]
    assert [(f.url, f.title, f.family) for f in watch.feeds] == [
        (granted.at("/feed.xml"), "Melo Tideline", "melo-tideline")
    ]
    assert granted.asked["/robots.txt"] >= 1


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/story", "http://[::1]/", "http://169.254.169.254/latest"])
def test_an_article_in_a_private_network_is_not_fetched(address: str, folder: str) -> None:
    made = run("init", folder, "--article", address)

    assert made.exit_code == 1
    assert "not on the public internet" in made.output
    assert not Path(folder).exists()


def test_a_site_that_does_not_want_its_pages_fetched_is_obeyed(granted: Outlet, folder: str) -> None:
    granted.puts("/robots.txt", "User-agent: *\nDisallow: /story/\n", "text/plain")
    try:
        made = run("init", folder, "--article", granted.at("/story/1"))
    finally:
        del granted.pages["/robots.txt"]

    assert made.exit_code == 1
    assert "robots.txt" in made.output
    assert granted.asked["/story/1"] == 0


# -- feeds ----------------------------------------------------------------------------------------


def test_feeds_of_a_home_page_and_of_a_list_are_added_once(
    granted: Outlet, seed: str, folder: str, tmp_path: Path
) -> None:
    run("init", folder, "--article", seed)
    listed = f'<opml><body><outline text="Again" xmlUrl="{granted.at("/feed.xml")}"/></body></opml>'
    (tmp_path / "mine.opml").write_text(listed, "utf-8")

    first = run("feeds", "add", folder, granted.at("/"), str(tmp_path / "mine.opml"))
    again = run("feeds", "add", folder, granted.at("/feed.xml"))

    assert first.exit_code == 0, first.output
    assert f"1 feeds added to {folder}/feeds.toml." in first.output
    assert "0 feeds added" in again.output
    assert "1 were there already" in again.output


def test_a_list_at_an_address_is_read_and_each_feed_of_it_is_added(granted: Outlet, seed: str, folder: str) -> None:
    run("init", folder, "--article", seed)
    listed = '<opml><body><outline text="North"><outline text="Shore" xmlUrl="https://shore.example/rss"/></outline></body></opml>'
    granted.puts("/mine.opml", listed, "text/xml")

    added = run("feeds", "add", folder, granted.at("/mine.opml"))

    assert added.exit_code == 0, added.output
    (feed,) = load_watch(Path(folder)).feeds
    assert (feed.title, feed.region, feed.confirmed_in) == ("Shore", "north", granted.at("/mine.opml"))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("/rss.html", "names no feed"),
        ("/gone", "404"),
        ("/inner.html", "is not on the public internet"),
        ("region:atlantis", "There is no list of feeds for the region 'atlantis'"),
        ("nowhere.opml", "can't be read"),
    ],
)
def test_a_source_that_gives_nothing_is_named_with_what_to_do(
    granted: Outlet, seed: str, folder: str, source: str, said: str
) -> None:
    run("init", folder, "--article", seed)
    before = (Path(folder) / "feeds.toml").read_bytes()

    told = run("feeds", "add", folder, granted.at(source) if source.startswith("/") else source)

    assert told.exit_code == 2
    assert "No feed comes from" in told.output
    assert said in told.output
    assert (Path(folder) / "feeds.toml").read_bytes() == before


def test_exported_feeds_come_back_whole_into_another_watch(seed: str, folder: str, tmp_path: Path) -> None:
    haiti = Path(__file__).parents[2] / "seeds" / "haiti"
    out = str(tmp_path / "haiti.opml")

    assert run("feeds", "export", str(haiti), "--opml", out).exit_code == 0
    made = run("init", folder, "--article", seed, "--feeds-from", out)

    assert made.exit_code == 0, made.output
    assert set(load_watch(Path(folder)).feeds) == set(load_watch(haiti).feeds)


# -- check ----------------------------------------------------------------------------------------


def feed(url: str, title: str, every: str = "3d") -> str:
    return (
        f'\n[[feed]]\nurl = "{url}"\ntitle = "{title}"\nrole = "outlet"\nfamily = "{title.lower()}"\n'
        f'language = "en"\nregion = "x"\nexpected_every = "{every}"\n'
    )


def test_check_asks_each_feed_once_says_how_it_does_and_stores_nothing(
    granted: Outlet, seed: str, folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run("init", folder, "--article", seed)
    with (Path(folder) / "feeds.toml").open("a") as file:
        file.write(feed(granted.at("/feed.xml"), "Tideline") + feed(granted.at("/feed.xml?again"), "Slow", "1h"))
        file.write(feed(granted.at("/rss.html"), "Page") + feed(granted.at("/gone"), "Gone"))
    granted.puts("/feed.xml?again", granted.pages["/feed.xml"][1], "application/rss+xml")
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))

    told = run("check", folder)

    assert told.exit_code == 1
    lines = told.output.splitlines()[1:]
    assert lines[0] == "ok       Tideline: rss, 4 entries, the newest of 2 hours ago"
    assert lines[1].startswith("doubtful Slow: rss, 4 entries")
    assert "Nothing new for longer than expected_every (1 hour)" in lines[2]
    assert lines[3].startswith("TROUBLE  Page: ")
    assert "is a web page, not a feed" in lines[3]
    assert lines[5].startswith("TROUBLE  Gone: ")
    assert lines[-1] == "4 feeds asked once, nothing stored: 2 rss. 2 in trouble."
    assert (granted.asked["/feed.xml"], granted.asked["/gone"]) == (1, 1)
    assert sorted(tmp_path.rglob("*")) == before


def test_check_offline_asks_no_feed(granted: Outlet, seed: str, folder: str) -> None:
    run("init", folder, "--article", seed, "--feeds-from", granted.at("/feed.xml"))
    granted.asked.clear()

    told = run("check", folder, "--offline")

    assert told.exit_code == 0
    assert "All in order." in told.output
    assert not granted.asked


def test_check_of_feeds_of_which_none_answers_has_an_exit_code_of_its_own(
    granted: Outlet, seed: str, folder: str
) -> None:
    run("init", folder, "--article", seed)
    with (Path(folder) / "feeds.toml").open("a") as file:
        file.write(feed(granted.at("/gone"), "Gone"))

    told = run("check", folder, "--json")

    assert told.exit_code == 5
    (row,) = [json.loads(line) for line in told.stdout.splitlines()]
    assert (row["feed"], row["ok"], row["trouble"]) == ("Gone", False, "http-4xx")
