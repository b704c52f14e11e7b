"""The table [reader] put into a watch's file, changed and taken out: the rest of the file stays byte for byte."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipeline.model import ReaderChoice
from pipeline.model.errors import UsageError
from pipeline.watches import choose_reader, load_watch, with_reader

ROOT = Path(__file__).resolve().parents[2]
VERIFY = ReaderChoice(verify="llm", endpoint="http://127.0.0.1:1/v1", model="small")
READ = ReaderChoice(kind="llm", endpoint="https://models.example/v1", model="large", key="env:LLM_KEY")
HEAD = '# A watch.\ntitle = "M"   # its title\n\n[[name]]\ntext = "M"\n'
TABLE = '[reader]\nverify = "llm"\nendpoint = "http://127.0.0.1:1/v1"\nmodel = "small"\n'


def test_where_there_is_none_the_table_comes_at_the_end() -> None:
    assert with_reader(HEAD, VERIFY) == f"{HEAD}\n{TABLE}"


@pytest.mark.parametrize("head", [HEAD, HEAD.replace("\n", "\r\n"), "\ufeff" + HEAD, HEAD + "\n# The end.\n"])
def test_what_was_put_in_and_taken_out_leaves_the_file_as_it_was(head: str) -> None:
    given = with_reader(head, VERIFY)

    assert given is not None
    assert given.startswith(head)
    assert with_reader(given, None) == head


def test_a_last_line_without_an_end_gets_one() -> None:
    assert with_reader('title = "M"', VERIFY) == f'title = "M"\n\n{TABLE}'


def test_another_model_takes_the_place_and_limits_and_comments_stay() -> None:
    old = (
        f"{HEAD}\n[reader] # asked since May\ncalls_per_run = 20  # no more\nverify = 'llm'\nfirst_model = 'tiny'\n"
        "# on the other machine\nendpoint='http://10.0.0.1/v1'\nmodel = 'old'\n\n# Rules.\n[[alert]]\nname = 'r'\n"
    )

    assert with_reader(old, READ) == (
        f"{HEAD}\n[reader] # asked since May\n"
        'kind = "llm"\nendpoint = "https://models.example/v1"\nmodel = "large"\nkey = "env:LLM_KEY"\n'
        "calls_per_run = 20  # no more\n# on the other machine\n\n# Rules.\n[[alert]]\nname = 'r'\n"
    )


def test_taking_it_out_leaves_what_stands_behind_it() -> None:
    assert with_reader(f"{HEAD}\n{TABLE}\n# Rules.\n[[alert]]\n", None) == f"{HEAD}\n# Rules.\n[[alert]]\n"


@pytest.mark.parametrize(
    "text",
    [
        f'{HEAD}context = """\n[reader]\n"""\n',
        'reader = { verify = "" }\n',
        'reader.verify = ""\n',
        '["reader"]\nverify = ""\n',
    ],
)
@pytest.mark.parametrize("choice", [VERIFY, None])
def test_a_table_that_can_not_be_told_apart_from_the_rest_is_not_touched(
    text: str, choice: ReaderChoice | None
) -> None:
    assert with_reader(text, choice) is None


def test_a_value_of_several_lines_is_not_touched() -> None:
    assert with_reader('[reader]\nmodel = """\na\n"""\n', VERIFY) is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    names = shutil.ignore_patterns("archive*")
    return Path(shutil.copytree(ROOT / "seeds" / "haiti", tmp_path / "haiti", ignore=names))


def test_the_watch_has_the_model_and_then_none(folder: Path) -> None:
    path = folder / "watch.toml"
    before = path.read_bytes()

    choose_reader(folder, READ)
    assert load_watch(folder).reader == READ
    choose_reader(folder, None)

    assert path.read_bytes() == before
    assert sorted(p.name for p in folder.iterdir() if p.name.startswith(".")) == []


def test_a_watch_that_would_not_load_with_it_keeps_its_file(folder: Path) -> None:
    before = (folder / "watch.toml").read_bytes()
    in_the_open = ReaderChoice(verify="llm", endpoint="http://models.example/v1", model="m", key="env:LLM_KEY")

    with pytest.raises(UsageError, match="travel unencrypted"):
        choose_reader(folder, in_the_open)

    assert (folder / "watch.toml").read_bytes() == before
    assert not (folder / ".watch.toml.tmp").exists()


def test_an_inline_table_is_to_be_changed_by_hand(folder: Path) -> None:
    path = folder / "watch.toml"
    path.write_text("reader = { calls_per_run = 3 }\n" + path.read_text("utf-8"), "utf-8")

    with pytest.raises(UsageError, match="without touching the rest"):
        choose_reader(folder, VERIFY)
