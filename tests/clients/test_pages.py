"""The pages of docs/clients/: each command and program on them is run as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from pipeline.storage import PUBLISHED
from tests.clients.clients import ALL
from tests.clients.install import HERE, PYTHONS
from tests.clients.pages import ENVIRONMENTS, PAGES, all_examples, examples, missing, prepare, run, shortened
from tests.clients.world import make_world, publish_round, write_round

NAMES = sorted({example.page for example in all_examples()})
INDEX = (PAGES / "README.md").read_text("utf-8")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, published: Path) -> Path:
    """A folder that looks like a checkout in which `make run` has been."""
    folder = tmp_path_factory.mktemp("checkout")
    prepare(folder, published)
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("page", NAMES)
def test_what_stands_on_a_page_runs_as_it_stands(page: str, checkout: Path, address: str) -> None:
    blocks = examples(PAGES / f"{page}.md")
    if missing(blocks[0]):
        pytest.skip(missing(blocks[0]))
    for block in blocks:  # in their order: one may read what another wrote
        done = run(block, checkout, address.removesuffix(f"/{PUBLISHED}"))
        assert (block.name, done.returncode, done.stderr) == (block.name, 0, "")
        assert (block.name, bool(done.stdout.strip())) == (block.name, True)


@pytest.mark.parametrize("example", all_examples(), ids=lambda example: example.name)
def test_a_page_tells_what_each_block_shows(example) -> None:
    quiet = example.page == "http" and "LOAD httpfs" in example.code  # shown on its first block
    assert example.shown or quiet


def test_each_client_has_its_page_and_each_page_its_line_in_the_index() -> None:
    pages = {page.name for page in PAGES.glob("*.md")} - {"README.md"}
    assert {client.page for client in ALL} <= pages
    assert {name for name in pages if f"]({name})" not in INDEX} == set()
    assert set(ENVIRONMENTS.values()) <= set(PYTHONS)


def test_the_index_has_the_figures_of_each_client_beside_the_writer() -> None:
    assert {client.name for client in ALL if f"| [{client.name}]({client.page}) |" not in INDEX} == set()
    assert "| beside them |" in INDEX


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_what_a_page_installs_is_what_the_tests_install(page: Path) -> None:
    asked = {
        re.split(r"[=<>]", word)[0]
        for line in re.findall(r"^pip install (.+)$", page.read_text("utf-8"), re.M)
        for word in line.split()
    }
    pinned = "\n".join(file.read_text() for file in HERE.glob("requirements-*.txt"))
    known = {*re.findall(r"^([\w.-]+)==", pinned, re.M), "duckdb-cli"}  # that one is in the environment of the tests
    assert asked - known == set()


def test_a_long_answer_is_shown_without_its_middle() -> None:
    said = "\n".join(f"line {number}  " for number in range(60)) + "\n\n"
    lines = shortened(said).splitlines()
    assert len(lines) == 21
    assert (lines[0], lines[17:]) == ("line 0", ["line 17", "  ...", "line 58", "line 59"])


def test_within_one_process_the_old_file_stays_until_all_connections_to_it_are_closed(tmp_path: Path) -> None:
    """The trap that python.md tells of, and its way out."""
    make_world(tmp_path)
    file, count = str(tmp_path / PUBLISHED), "SELECT count(*) FROM published"
    with duckdb.connect(file, read_only=True) as old:
        write_round(tmp_path, 1)
        publish_round(tmp_path, 1)
        with duckdb.connect(file, read_only=True) as second:
            assert second.sql(count).fetchall() == [(1,)]
        assert old.sql(count).fetchall() == [(1,)]
    with duckdb.connect(file, read_only=True) as new:
        assert new.sql(count).fetchall() == [(2,)]
