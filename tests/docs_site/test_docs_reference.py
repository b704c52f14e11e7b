"""The documents say what the code has: each command, option, setting, key, event, exit code and query."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import click
import duckdb
import pytest

from flows.cli import main
from pipeline.model import Alarm, Alert, Delivery, HealthState, Recall, Verdict, errors
from pipeline.runtime.settings import Settings
from pipeline.steps import events
from pipeline.steps.events import Event, EventSource
from pipeline.storage import LIVE
from pipeline.storage.connection import open_connection
from pipeline.storage.migrations import migrate
from tests.clients.questions import FENCE, Question, questions
from tests.docs_site import commands, settings, watch_files
from tests.docs_site.build import DOCS
from tests.docs_site.keys import MEANINGS
from tests.docs_site.markdown import cell
from tests.docs_site.reference import ROOT, pages
from tests.storage.builders import NOW, RUN, make_change, make_feed, make_watch

UPDATE = "write it anew: python -m tests.docs_site --update-docs"
# Pages whose queries no other test asks.
ASKING = [page for folder in ("how-to", "explanation") for page in sorted((DOCS / folder).glob("*.md"))]
CODED = {"FetchError", "RefusedError", "ContentError", "WorkerError"}  # take a code each time
ROOTS = {"error", "transient", "permanent"}  # codes of kinds that are never raised as such
NO_ID = "'00000000-0000-0000-0000-000000000000'"
DOCUMENTS = [path for path in (ROOT / "README.md", *sorted(DOCS.rglob("*.md"))) if path.parent.name != "reference"]
CALL = re.compile(r"(?:^|[\s(`])(?:\S*/)?missionwatch ((?:[a-z-]+ )?[^\n`|;&>#]*)", re.MULTILINE)
COLUMNS = re.compile(r"\s{3,}\S.*")  # in a list of commands, what stands three spaces away is prose


# -- generated pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text"), list(pages()), ids=lambda given: given.stem if isinstance(given, Path) else ""
)
def test_the_reference_is_what_the_code_says(path: Path, text: str) -> None:
    assert path.read_text("utf-8") == text, UPDATE


def test_each_command_says_what_it_does_and_so_does_each_option() -> None:
    silent = [path for path, command in commands.commands(main) if not (command.help or "").strip()]
    silent += [
        f"{path} {w}"
        for path, command in commands.commands(main)
        for _, w, told in commands.options(command)
        if not told
    ]

    assert silent == []


def test_each_setting_says_what_it_is() -> None:
    assert settings.meanings(Settings).keys() == Settings.model_fields.keys()


def test_each_key_of_a_watch_has_its_meaning_and_no_meaning_is_left_over() -> None:
    has = {(kind.__name__, name) for kind, name, _ in watch_files.known_keys()}

    assert {(table, name) for table, told in MEANINGS.items() for name in told} == has


def test_each_key_of_a_watch_has_an_example() -> None:
    assert [name for _, name, field in watch_files.known_keys() if not field.examples] == []


def kinds(root: type[errors.MissionwatchError] = errors.MissionwatchError) -> Iterator[type[errors.MissionwatchError]]:
    """``root`` and all kinds of it that are ours, and not a test's."""
    if root.__module__.partition(".")[0] in ("pipeline", "flows"):
        yield root
    for inner in root.__subclasses__():
        yield from kinds(inner)


def test_the_exit_code_of_each_error_is_told() -> None:
    page = (DOCS / "reference" / "commands.md").read_text("utf-8")
    assert [kind.exit_code for kind in kinds() if f"\n| {kind.exit_code} | " not in page] == []


def codes() -> set[str]:
    """The code of each kind of error, and each that is given to one."""
    found = set()
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CODED and node.args:
                given = node.args[0]
                if isinstance(given, ast.Constant) and isinstance(given.value, str):
                    found.add(given.value)
    for kind in kinds():
        for told in re.findall(r"Codes: (.*?)\.\s", f"{' '.join((kind.__doc__ or '').split())} "):
            found |= set(re.findall(r"``([a-z0-9-]+)``", told))
        found |= {kind.code} if "code" in vars(kind) else set()
    return found - ROOTS


def test_each_code_of_an_error_is_told_with_what_to_do() -> None:
    page = (DOCS / "reference" / "reasons.md").read_text("utf-8")

    assert len(codes()) > 30
    assert sorted(code for code in codes() if f"\n| `{code}` | " not in page) == []


@pytest.mark.parametrize("word", [*Verdict, *HealthState])
def test_each_verdict_and_each_state_of_a_feed_is_told(word: str) -> None:
    assert f"\n| `{word}` | " in (DOCS / "reference" / "reasons.md").read_text("utf-8")


# -- pages that people write -------------------------------------------------------------------------


def told_events() -> list[Event]:
    """One of each kind."""
    feed, change, one, two = make_feed("times"), make_change(), UUID(int=1), UUID(int=2)
    teller = EventSource(make_watch(feed), RUN, in_round=True)
    disputed = replace(change, verdict=Verdict.DISPUTES)
    return [
        *events.entries_new(teller, 3, [feed]),
        *events.articles_stored(teller, 3, [feed]),
        *events.status_changed(teller, [replace(change, verdict=Verdict.NEW), disputed], {}),
        *events.alerts_planned(teller, [Alert(one, "haiti", "desk", "file", (), "subject", "body", NOW)]),
        *events.alerts_delivered(teller, [Delivery(one, two, "file", 1, NOW, "delivered")]),
        *events.alerts_recalled(teller, [Recall(one, two, two, None, NOW, "the page is gone")]),
        *events.feeds_silent(teller, [Alarm(one, "haiti", feed.feed_id, "silent", NOW - timedelta(hours=30), NOW)]),
    ]


def test_one_of_each_kind_of_event_is_looked_at() -> None:
    assert [event.name for event in told_events()] == list(events.NAMES)


@pytest.mark.parametrize("event", told_events(), ids=lambda event: event.name)
def test_each_event_is_told_with_each_key_of_its_payload(event: Event) -> None:
    page = (DOCS / "serving.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| `{re.escape(event.name)}` \| .*$", page, re.MULTILINE)
    if "the same;" in row:  # as a change, of which a dispute is one
        row += re.findall(rf"^\| `{re.escape(events.STATUS_CHANGED)}` \| .*$", page, re.MULTILINE)[0]
    common = re.findall(r"^Common keys of each payload: .*$", page, re.MULTILINE)[0]

    assert event.payload.keys() - set(re.findall(r"`(\w+)`", row + common)) == set()


@pytest.mark.parametrize("picture", sorted((DOCS / "pictures").iterdir()), ids=lambda path: path.name)
def test_each_picture_is_shown_with_words_for_who_can_not_see_it_and_a_program_takes_it(picture: Path) -> None:
    takers = [*(ROOT / "tests").rglob("pictures.py"), ROOT / "tests/storage/schema_page.py"]

    assert any(
        re.search(rf"!\[[^\]]{{10,}}\]\([^)]*{re.escape(picture.name)}\)", path.read_text()) for path in DOCUMENTS
    )
    assert any(re.search(rf"\b{re.escape(picture.stem)}\b", path.read_text("utf-8")) for path in takers)


def calls(page: Path) -> Iterator[tuple[str, list[str]]]:
    """(the command, the options that are given to it) for each call of missionwatch in the code of a page."""
    text = page.read_text("utf-8")
    known = dict(commands.commands(main))
    for block in [found["text"] for found in FENCE.finditer(text)] + re.findall(
        r"`[^`\n]+`|^ {4}\S.*", text, re.MULTILINE
    ):
        for found in CALL.finditer(block.replace("\\\n", " ")):
            words = COLUMNS.sub("", found[1]).split()
            for length in (2, 1):
                path = " ".join(["missionwatch", *words[:length]])
                if path in known:
                    yield path, [word.partition("=")[0] for word in words[length:] if word.startswith("--")]
                    break


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_each_option_that_a_page_gives_to_a_command_is_one_of_its_options(page: Path) -> None:
    known = dict(commands.commands(main))
    has = {
        path: {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
        for path, command in known.items()
    }

    given = list(calls(page))
    assert [
        (path, option) for path, options in given for option in options if option not in has[path] | {"--help"}
    ] == []


def test_a_wrong_option_of_a_page_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```sh\n.venv/bin/missionwatch alerts list seeds/x --al   # all\n```\n\n"
        "    missionwatch page DIR --too   not --this\n"
    )

    assert list(calls(page)) == [("missionwatch alerts list", ["--al"]), ("missionwatch page", ["--too"])]


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty store of the present shape, as a client opens it."""
    file = tmp_path_factory.mktemp("empty") / LIVE
    db = open_connection(file)
    migrate(db)
    db.close()
    with duckdb.connect(str(file), read_only=True) as client:
        yield client


@pytest.mark.parametrize(
    "question", [question for page in ASKING for question in questions(page)], ids=lambda question: question.slug
)
def test_each_query_of_a_page_can_be_asked(question: Question, empty: duckdb.DuckDBPyConnection) -> None:
    assert empty.sql(question.sql.replace("'...'", NO_ID)).columns


# -- how it is written -------------------------------------------------------------------------------


def test_help_is_plain_text_and_becomes_markdown() -> None:
    assert cell("Takes ``DIR`` or *.md | see docs/scale.md, with --all; PREFECT_API_URL") == (
        "Takes `DIR` or \\*.md \\| see [scale.md](../scale.md), with `--all`; PREFECT_API_URL"
    )


def test_an_example_in_help_becomes_a_block_and_a_hidden_command_is_left_out() -> None:
    @click.group(epilog="Exit codes: 0 done; 1 a fault. More.")
    def group() -> None:
        """All."""

    @group.command()
    @click.option("--loud", is_flag=True, help="Be heard.")
    def say(loud: bool) -> None:
        """Say it.

        \b
        missionwatch say --loud
        """  # noqa: D301

    @group.command(hidden=True)
    def secret() -> None:
        """Not told."""

    page = commands.page(group)
    assert "```sh\nmissionwatch say --loud\n```" in page
    assert "| `--loud` | Be heard. |" in page
    assert "| 1 | a fault |\n\nMore." in page
    assert "secret" not in page
