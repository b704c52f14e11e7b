"""A watch's new short name in its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.model.errors import UsageError
from pipeline.watches import load_watch, renamed, write_renamed
from pipeline.watches.drafting.feeds import feed_for
from pipeline.watches.write import add_feeds, write_watch
from tests.watches.test_write import PARTS

HAITI = Path(__file__).parents[2] / "seeds" / "haiti"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_watch(tmp_path / "isle", **PARTS)
    return tmp_path / "isle"


def rename(folder: Path, new: str) -> None:
    write_renamed(folder, renamed(folder, new)[1])


def test_the_name_until_now_is_kept_and_ids_are_made_of_the_first(folder: Path) -> None:
    rename(folder, "island-force")
    rename(folder, "isle-two")

    watch = load_watch(folder)
    assert (watch.slug, watch.formerly, watch.key) == ("isle-two", ("isle", "island-force"), "isle")


def test_all_else_in_the_file_stays_to_the_byte(tmp_path: Path) -> None:
    for name in ("watch.toml", "baseline.toml", "baseline.md", "feeds.toml"):
        (tmp_path / name).write_bytes((HAITI / name).read_bytes())
    before = (tmp_path / "watch.toml").read_text("utf-8")

    rename(tmp_path, "gsf")

    assert (tmp_path / "watch.toml").read_text("utf-8") == before.replace(
        'slug = "haiti"\n', 'slug = "gsf"\nformerly = ["haiti"]\n', 1
    )


def test_a_file_that_names_no_slug_gets_one_behind_its_first_comment(folder: Path) -> None:
    text = (folder / "watch.toml").read_text("utf-8")
    (folder / "watch.toml").write_text(text.replace('slug = "isle"\n', ""), "utf-8")

    rename(folder, "other")

    assert load_watch(folder).formerly == ("isle",)
    assert (folder / "watch.toml").read_text("utf-8").startswith("# The mission")


def test_a_name_that_it_had_before_can_be_taken_again(folder: Path) -> None:
    rename(folder, "other")
    rename(folder, "isle")

    assert (load_watch(folder).slug, load_watch(folder).key) == ("isle", "isle")


@pytest.mark.parametrize("new", ["Isle", "a b", "", "-x", "isle", "x" * 64])
def test_what_is_no_new_short_name_is_refused_and_the_file_stays(folder: Path, new: str) -> None:
    before = (folder / "watch.toml").read_bytes()

    with pytest.raises(UsageError):
        rename(folder, new)

    assert (folder / "watch.toml").read_bytes() == before


def test_a_file_that_is_written_in_an_odd_way_is_left_to_a_person(folder: Path) -> None:
    text = (folder / "watch.toml").read_text("utf-8").replace('slug = "isle"', '"slug" = "isle"')
    (folder / "watch.toml").write_text(text, "utf-8")

    with pytest.raises(UsageError, match="can't be changed without you") as caught:
        rename(folder, "other")

    assert 'slug = "other" and formerly = ["isle"]' in caught.value.remedy


# -- feeds that are added -------------------------------------------------------------------------


def test_feeds_are_added_behind_what_stands_there_and_once(folder: Path) -> None:
    path = folder / "feeds.toml"
    path.write_text(path.read_text("utf-8") + "\n# my own words\n", "utf-8")
    before = path.read_text("utf-8")
    new = [
        feed_for("https://shore.example/rss", "Shore"),
        feed_for("http://www.example.org/feed.xml/", "there already"),
    ]

    added = add_feeds(folder, [*new, new[0]])

    assert [feed.url for feed in added] == ["https://shore.example/rss"]
    assert path.read_text("utf-8").startswith(before.rstrip("\n"))
    assert [feed.url for feed in load_watch(folder).feeds] == [
        "https://example.org/feed.xml",
        "https://shore.example/rss",
    ]
    assert add_feeds(folder, new) == ()
