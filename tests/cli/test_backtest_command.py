"""``backtest --compare``: the stored past under another watch.toml, what is printed, and the exit codes."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from pipeline.model import RunRecord
from pipeline.storage import open_published, open_store, publish
from pipeline.storage.keep_open import hold_store
from pipeline.watches import load_watch
from tests.reading.llm.standin import a_fact, serving
from tests.storage.builders import (
    NOW,
    RUN,
    at,
    make_article,
    make_claim,
    make_entry,
    make_feed,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
)

SEED = """Council sends police mission to Vanuatu

The Security Council on Monday authorised the Stabilisation Mission in Vanuatu (SMIV) for twelve months. The mission,
led by Norway, may have up to 1,200 police officers. About 400 have arrived in Port Vila so far.
"""
EXTENDED = (
    "The Security Council on Thursday extended the mandate of the Stabilisation Mission in Vanuatu (SMIV) until "
    "30 June 2026."
)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, words)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a watch of a mission in Vanuatu, and a published store: one article, that extends the mandate."""
    base = tmp_path_factory.mktemp("made")
    (base / "seed.txt").write_text(SEED, "utf-8")
    done = run("init", str(base / "smiv"), "--article", str(base / "seed.txt"), "--published", "2024-06-17")
    assert done.exit_code == 0, done.output
    feed = make_feed()
    held = replace(load_watch(base / "smiv"), feeds=(feed,))
    entry = make_entry(feed=feed, published=at("2025-06-20"))
    article = make_article(entry, f"{EXTENDED}\n\nAll fifteen members voted in favour.", outlet="Isle Post")
    with open_store(base / "data") as store:
        store.sync_watch(held, NOW)
        store.start_run(RunRecord(RUN, "monitor", held.slug, NOW, NOW))
        store.add_polls(RUN, [make_poll(entry, feed=feed)])
        store.add_fetches(RUN, [make_fetch(entry, article)])
    publish(base / "data", RUN, NOW)
    return base


@pytest.fixture
def watch(made: Path, tmp_path: Path) -> Path:
    """The watch's folder, one test's own."""
    return Path(shutil.copytree(made / "smiv", tmp_path / "smiv"))


@pytest.fixture
def data(made: Path, tmp_path: Path) -> Path:
    """Its store, one test's own."""
    return Path(shutil.copytree(made / "data", tmp_path / "data"))


def other(watch: Path, least: float) -> str:
    """Another watch.toml, whose rules take nothing that is less sure than ``least``."""
    path = watch.parent / "other.toml"
    lines = (watch / "watch.toml").read_text("utf-8").splitlines()
    kept = [f"min_confidence = {least}" if line.startswith("min_confidence") else line for line in lines]
    assert kept != lines or least == 0.5
    path.write_text("\n".join(kept) + "\n", "utf-8")
    return str(path)


def test_a_higher_threshold_loses_the_alert_with_its_sentence_source_and_date(watch: Path, data: Path) -> None:
    told = run("backtest", str(watch), "--compare", other(watch, 0.99), "--data-dir", str(data))

    assert told.exit_code == 6, told.output
    assert told.output.startswith("LOST  2025-06-20  mandate: ")
    assert "is under the 0.99 of rule" in told.output
    assert f"“{EXTENDED}”" in told.output
    assert "Isle Post, 2025-06-20 12:00 UTC  https://times.example/one" in told.output
    assert told.output.endswith("0 gained, 1 lost, 0 told otherwise, 0 the same.\n")


def test_the_same_watch_file_tells_the_same(watch: Path, data: Path) -> None:
    told = run("backtest", str(watch), "--compare", str(watch / "watch.toml"), "--data-dir", str(data))

    assert told.exit_code == 0, told.output
    assert "0 gained, 0 lost, 0 told otherwise, 1 the same." in told.output


def test_for_scripts_there_is_a_json_object_a_difference_and_no_more(watch: Path, data: Path) -> None:
    told = run("backtest", str(watch), "--compare", other(watch, 0.99), "--data-dir", str(data), "--json")

    (line,) = told.stdout.splitlines()
    found = json.loads(line)
    assert (found["kind"], found["aspect"], found["after"]["told"]) == ("lost", "mandate", [])
    assert found["before"]["quote"] == EXTENDED
    assert {one["how"] for one in found["before"]["told"]} <= {"alert", "digest_part"}
    assert [one["channel"] for one in found["before"]["told"]] == ["console", "file"]


def test_what_came_after_until_is_not_read(watch: Path, data: Path) -> None:
    told = run(
        "backtest", str(watch), "--compare", other(watch, 0.99), "--data-dir", str(data), "--until", "2025-06-19"
    )

    assert told.exit_code == 0, told.output
    assert told.output.startswith("0 articles were read.")


def test_it_works_while_a_run_holds_the_store(watch: Path, data: Path) -> None:
    with hold_store(data, wait=0):
        told = run("backtest", str(watch), "--compare", other(watch, 0.99), "--data-dir", str(data))

    assert told.exit_code == 6, told.output


def test_a_past_in_a_file_can_be_compared_too(watch: Path, tmp_path: Path) -> None:
    news = {
        "id": "n1",
        "published": "2025-06-20T10:00:00-04:00",
        "outlet": "Isle Post",
        "title": "Council extends Vanuatu mission",
        "text": EXTENDED,
    }
    (tmp_path / "news.jsonl").write_text(json.dumps(news) + "\n", "utf-8")

    told = run("backtest", str(watch), "--compare", other(watch, 0.99), "--articles", str(tmp_path / "news.jsonl"))

    assert told.exit_code == 6, told.output
    assert "Isle Post, 2025-06-20 14:00 UTC" in told.output
    assert "1 lost" in told.output


def test_a_store_without_an_article_of_the_watch_says_what_to_do(watch: Path, data: Path) -> None:
    (watch / "watch.toml").write_text(
        'slug = "another"\n'
        + "\n".join(
            line for line in (watch / "watch.toml").read_text("utf-8").splitlines() if not line.startswith("slug")
        )
        + "\n",
        "utf-8",
    )
    told = run("backtest", str(watch), "--compare", other(watch, 0.99), "--data-dir", str(data))

    assert told.exit_code == 2
    assert "Run the watch first." in told.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "Name the past with --articles FILE"),
        (("--articles", "news.jsonl"), "where the changes go with --out FILE"),
        (("--articles", "news.jsonl", "--out", "x.jsonl", "--json"), "--since, --until and --json go with --compare"),
        (("--compare", "OTHER", "--out", "x.jsonl"), "leave --out away"),
        (("--compare", "OTHER", "--since", "2025-06-30", "--until", "2025-06-01"), "--since is not before --until"),
        (("--compare", "gone.toml"), "gone.toml"),
    ],
)
def test_what_can_not_go_together_is_told(watch: Path, words: tuple[str, ...], says: str) -> None:
    told = run("backtest", str(watch), *(other(watch, 0.5) if word == "OTHER" else word for word in words))

    assert told.exit_code == 2
    assert says in " ".join(told.output.split())


def test_a_mistake_in_the_other_file_is_named_with_its_line(watch: Path, data: Path) -> None:
    path = Path(other(watch, 0.5))
    path.write_text(path.read_text("utf-8") + "\nmin_confidenc = 0.6\n", "utf-8")

    told = run("backtest", str(watch), "--compare", str(path), "--data-dir", str(data))

    assert told.exit_code == 2
    assert "other.toml:" in told.output


def test_a_watch_that_asks_a_language_model_is_compared_without_and_says_so(watch: Path, data: Path) -> None:
    path = Path(other(watch, 0.99))
    path.write_text(
        path.read_text("utf-8") + '\n[reader]\nverify = "llm"\nendpoint = "http://127.0.0.1:9/v1"\nmodel = "none"\n',
        "utf-8",
    )

    told = run("backtest", str(watch), "--compare", str(path), "--data-dir", str(data))

    assert told.exit_code == 6
    assert "other.toml asks a language model. The comparison asks none" in told.stderr


def test_an_engine_of_the_past_is_compared_by_what_is_on_record(watch: Path, data: Path) -> None:
    with open_store(data) as store:
        (article,) = (article for article, _ in store.articles_as_they_came("smiv"))
        claim = make_claim(
            article, quote=EXTENDED, start=0, end=len(EXTENDED), value="until 30 Jun 2027", subject="mandate"
        )
        store.add_assessment(
            RUN,
            "smiv",
            [make_reading(article, claim, engine="scripted-1")],
            [make_judgement(claim)],
            [],
            [],
            {article.article_id: "times"},
        )
    publish(data, RUN, NOW)

    told = run(
        "backtest",
        str(watch),
        "--compare",
        str(watch / "watch.toml"),
        "--data-dir",
        str(data),
        "--engine",
        "scripted-1",
        "--json",
    )

    assert told.exit_code == 6, told.output
    (line,) = told.stdout.splitlines()
    found = json.loads(line)
    assert (found["kind"], found["before"]["value"], found["after"]["value"]) == (
        "otherwise",
        "until 30 Jun 2026",
        "until 30 Jun 2027",
    )


def test_an_engine_that_nobody_knows_is_told_with_those_that_there_are(watch: Path, data: Path) -> None:
    told = run("backtest", str(watch), "--compare", other(watch, 0.5), "--data-dir", str(data), "--engine", "rules-0")

    assert told.exit_code == 2
    assert "Installed: encoder. On record: none." in told.output


# -- the store's part ----------------------------------------------------------------------------


def test_a_later_text_of_a_page_comes_when_it_was_seen_and_the_first_one_stays(data: Path) -> None:
    feed = make_feed()
    entry = make_entry(feed=feed, published=at("2025-06-20"))
    between = make_entry("two", feed=feed, published=at("2025-06-22"))
    later = make_article(entry, "The Council has put off its vote.", fetched_at=at("2025-06-25"))
    texts = [(between, make_article(between, "Ministers met.")), (entry, later)]
    with open_store(data) as store:
        store.add_polls(RUN, [make_poll(between, feed=feed, polled_at=NOW + timedelta(hours=1))])
        store.add_fetches(RUN, [make_fetch(entry, article, attempt=2) for entry, article in texts])
    publish(data, RUN, NOW)

    with open_published(data) as store:
        came = store.articles_as_they_came("smiv")

    assert [(article.text[:20], moment.date().isoformat()) for article, moment in came] == [
        ("The Security Council", "2025-06-20"),
        ("Ministers met.", "2025-06-22"),
        ("The Council has put ", "2025-06-25"),
    ]


# -- with a language model -------------------------------------------------------------------

FACT = a_fact(EXTENDED, slot="term", stage="decided", parts={"act": "extended", "until": "2026-06-30"})


def past(tmp_path: Path) -> Path:
    """A file with one article, which extends the mandate."""
    line = {
        "id": "a",
        "published": "2025-06-20T06:00:00+00:00",
        "outlet": "Isle Post",
        "title": "Vote",
        "text": EXTENDED,
    }
    (tmp_path / "past.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    return tmp_path / "past.jsonl"


def told(out: Path) -> list[tuple[str, str]]:
    return [(row["slot"], row["value"]) for row in map(json.loads, out.read_text("utf-8").splitlines())]


def test_a_model_reads_the_past_and_its_answers_can_be_played_without_it(watch: Path, tmp_path: Path) -> None:
    out, again, kept = (str(tmp_path / name) for name in ("out.jsonl", "again.jsonl", "answers.jsonl"))
    past_file = str(past(tmp_path))
    with serving(lambda form, given: {"facts": [FACT]}) as standin:
        words = ("--model", standin.endpoint, "--model-name", "small", "--record", kept)
        done = run("backtest", str(watch), "--articles", past_file, "--out", out, *words)
    played = run("backtest", str(watch), "--articles", past_file, "--out", again, "--answers", kept)
    assert (done.exit_code, played.exit_code) == (0, 0), done.output + played.output
    assert told(Path(out)) == told(Path(again)) == [("term", "until 30 Jun 2026")]


@pytest.mark.slow  # it is asked again after 1, 4 and 16 seconds
def test_a_model_that_does_not_answer_is_an_error_that_says_so(watch: Path, tmp_path: Path) -> None:
    words = ("--model", "http://127.0.0.1:9/v1", "--model-name", "small")
    done = run("backtest", str(watch), "--articles", str(past(tmp_path)), "--out", str(tmp_path / "o"), *words)
    assert done.exit_code != 0
    assert "The language model at http://127.0.0.1:9/v1 does not answer" in done.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--model", "http://127.0.0.1:9/v1"], "--model needs the model's name"),
        (["--model", "ftp://x", "--model-name", "a"], "ftp"),
        (["--record", "x"], "--record and --model-name go with --model"),
    ],
)
def test_options_of_a_model_that_do_not_fit_are_named(watch: Path, tmp_path: Path, words: list[str], says: str) -> None:
    done = run("backtest", str(watch), "--articles", str(past(tmp_path)), "--out", str(tmp_path / "o"), *words)
    assert says in done.output + str(done.exception)
