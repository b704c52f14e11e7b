"""The strict loader: each kind of mistake gives file, line and remedy."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.model import Aspect, Role, Stage
from pipeline.model.errors import WatchFileError
from pipeline.model.text import content_id
from pipeline.watches import WatchFileErrors, load_watch

WATCH = """\
title = "A mission"
places = ["Haiti"]
languages = ["en", "fr"]

[[name]]
text = "Gang Suppression Force"
valid_from = 2025-08-28
valid_to = 2026-10-02

[[name]]
text = "GSF"
acronym = true
context = ["Haiti"]
not_context = ["flotilla"]

[[sister_mission]]
text = "BINUH"

[[alert]]
name = "decided"
aspects = ["lead"]
stages = ["decided", "in_effect"]
min_confidence = 0.7
channels = ["console", "file:desk", "env:DESK_URL", "mailto://desk.example.org"]
"""
BASELINE = """\
[source]
title = "A headline"
outlet = "An outlet"
published = 2025-08-24T03:00:00+03:00
url = "https://example.org/story"

[[fact]]
aspect = "lead"
subject = "MSS"
stage = "in_effect"
value = "Kenya"
quote = "The mission is led by Kenya."
since = 2024-06-25
"""
TEXT = """\
# A headline

The mission is led by Kenya. It is short of people.
"""
FEEDS = """\
[[feed]]
url = "https://example.org/feed.xml"
title = "An outlet: world"
role = "outlet"
family = "an-outlet"
language = "en"
region = "global"
expected_every = "6h"
confirmed_in = "https://example.org/rss"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "A Mission"
    folder.mkdir()
    contents = {"watch.toml": WATCH, "baseline.toml": BASELINE, "baseline.md": TEXT, "feeds.toml": FEEDS}
    for name, content in contents.items():
        (folder / name).write_text(content)
    return folder


def mistake(folder: Path, file: str, old: str, new: str) -> WatchFileErrors:
    """What loading tells after ``old`` was replaced by ``new`` in ``file``."""
    path = folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(WatchFileErrors) as caught:
        load_watch(folder)
    return caught.value


def test_a_watch_is_what_its_files_say(folder: Path) -> None:
    watch = load_watch(folder)

    assert (watch.slug, watch.title, watch.places, watch.languages) == (
        "a-mission",
        "A mission",
        ("Haiti",),
        ("en", "fr"),
    )
    first, second = watch.names
    assert (first.text, first.valid_from, first.valid_to) == (
        "Gang Suppression Force",
        date(2025, 8, 28),
        date(2026, 10, 2),
    )
    assert (second.acronym, second.context, second.not_context) == (True, ("Haiti",), ("flotilla",))
    assert [name.text for name in watch.sister_missions] == ["BINUH"]
    (rule,) = watch.rules
    assert (rule.name, rule.aspects, rule.min_confidence) == ("decided", {Aspect.LEAD}, 0.7)
    assert rule.stages == {Stage.DECIDED, Stage.IN_EFFECT}
    assert rule.channels == ("console", "file:desk", "env:DESK_URL", "mailto://desk.example.org")
    (feed,) = watch.feeds
    assert feed.feed_id == content_id("feed", "https://example.org/feed.xml")
    assert (feed.role, feed.expected_every) == (Role.OUTLET, timedelta(hours=6))
    assert watch.baseline.published == datetime(2025, 8, 24, tzinfo=UTC)
    assert watch.baseline.published.tzinfo is UTC
    (fact,) = watch.baseline.facts
    assert (fact.aspect, fact.stage, fact.since) == (Aspect.LEAD, Stage.IN_EFFECT, date(2024, 6, 25))


def test_a_quote_stands_at_its_start(folder: Path) -> None:
    baseline = load_watch(folder).baseline

    (fact,) = baseline.facts
    assert fact.start == 14
    assert baseline.text[fact.start : fact.start + len(fact.quote)] == "The mission is led by Kenya."


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(folder: Path) -> None:
    plain = load_watch(folder)
    for path in folder.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))

    assert load_watch(folder) == plain


def test_a_slug_in_the_file_wins_over_the_folder(folder: Path) -> None:
    (folder / "watch.toml").write_text(f'slug = "haiti"\n{WATCH}')

    assert load_watch(folder).slug == "haiti"


def test_a_time_may_be_a_string(folder: Path) -> None:
    (folder / "baseline.toml").write_text(BASELINE.replace("2025-08-24T03:00:00+03:00", '"2025-08-24T00:00:00Z"'))

    assert load_watch(folder).baseline.published == datetime(2025, 8, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("file", "old", "new", "line", "message", "remedy"),
    [
        # unknown keys
        ("watch.toml", "places =", "place =", 2, "unknown key 'place' in the file.", "Did you mean 'places'?"),
        ("watch.toml", "acronym =", "acronyms =", 12, "unknown key 'acronyms' in [[name]].", "Did you mean 'acronym'?"),
        ("watch.toml", "[[sister_mission]]", "[[sister]]", 16, "unknown key 'sister' in the file.", "Known: alert,"),
        ("baseline.toml", "url =", "link =", 5, "unknown key 'link' in [source].", "Known: outlet, published,"),
        ("feeds.toml", "role =", "rôle =", 4, "is not TOML", "Mend the line"),
        # wrong types
        ("watch.toml", '["Haiti"]', '"Haiti"', 2, "'places' in the file must be a list, not a string.", '["Haiti"]'),
        ("watch.toml", '["Haiti"]', '[\n"x",\n3]', 4, "'places' of the list in the file must be a string", '["Haiti"]'),
        ("watch.toml", "= true", '= "yes"', 12, "'acronym' in [[name]] must be true or false, not a string.", "= true"),
        ("watch.toml", "= 0.7", '= "high"', 23, "'min_confidence' in [[alert]] must be a number", "= 0.5"),
        ("watch.toml", "= 0.7", "= 7", 23, "'min_confidence' in [[alert]] must be less than or equal to 1", "= 0.5"),
        ("baseline.toml", "[source]", "[[source]]", 1, "'source' in the file must be a table, not a list.", "[source]"),
        ("feeds.toml", '"6h"', "6", 8, "'expected_every' in [[feed]]: is not a duration.", '= "6h"'),
        # missing keys
        ("watch.toml", 'title = "A mission"\n', "", None, "'title' is missing in the file.", "example title ="),
        ("watch.toml", 'text = "GSF"\n', "", 10, "'text' is missing in [[name]].", 'text = "Gang Suppression Force"'),
        ("baseline.toml", 'value = "Kenya"\n', "", 7, "'value' is missing in [[fact]].", 'value = "Kenya"'),
        ("feeds.toml", 'family = "an-outlet"\n', "", 1, "'family' is missing in [[feed]].", 'family = "the-publisher"'),
        # bad values
        ("watch.toml", '"GSF"', '" "', 11, "'text' in [[name]]: is empty.", "Write for example text ="),
        ("watch.toml", '"fr"', '"French"', 3, "'French' is not a language code.", "en, fr or ht"),
        ("watch.toml", "title =", 'slug = "A b"\ntitle =', 1, "'A b' is not a slug.", "small letters"),
        ("watch.toml", "2026-10-02", "2025-08-27", 8, "valid_to 2025-08-27 is before valid_from", "Swap the two"),
        ("watch.toml", "2026-10-02", '"2 October"', 8, "'2 October' is not a date.", "valid_to = 2025-10-02"),
        ("watch.toml", "2026-10-02", "2026-10-02T10:00:00Z", 8, "is not a date.", "valid_to = 2025-10-02"),
        ("watch.toml", "2026-10-02", "2026-02-30", 8, "is not TOML", "Mend the line"),
        ("watch.toml", '["lead"]', '["leed"]', 21, "unknown aspect 'leed'.", "Did you mean 'lead'?"),
        ("watch.toml", '"decided", "in', '"decided", "on', 22, "unknown stage 'on_effect'.", "mean 'in_effect'?"),
        ("watch.toml", '"console"', '"consle"', 24, "unknown channel form 'consle'.", "Did you mean 'console'?"),
        ("watch.toml", '"file:desk"', '"file:../desk"', 24, "unknown channel form 'file'.", "Write console, file,"),
        ("watch.toml", '"file:desk"', '"file:///desk"', 24, "unknown channel form 'file'.", "Write console, file,"),
        ("baseline.toml", '"in_effect"', '"active"', 10, "unknown stage 'active'.", "Known: decided, ended,"),
        ("baseline.toml", "+03:00", "", 4, "'published' in [source]: has no time zone.", "T00:00:00+03:00"),
        ("baseline.toml", "T03:00:00+03:00", "", 4, "'published' in [source]: has no time of day.", "T00:00:00+03:00"),
        ("baseline.toml", "2024-06-25", '"mid-2024"', 13, "'mid-2024' is not a date.", "since = 2024-06-25"),
        ("baseline.toml", "by Kenya.", "by Kenia.", 12, "does not stand in", '"The mission is led by Kenya."'),
        ("baseline.toml", "The mission is led by Kenya.", "Xyz", 12, "does not stand in", "Copy a sentence"),
        ("feeds.toml", "https://example.org/feed", "example.org/feed", 2, "is not a web address.", "https://example.org"),
        ("feeds.toml", "https://example.org/feed", "ftp://example.org/f", 2, "is not a web address.", "https://example.org"),
        ("feeds.toml", "https://example.org/feed", "https://[::1", 2, "is not a web address.", "https://example.org"),
        ("feeds.toml", "https://example.org/feed", "https://a:99999/f", 2, "is not a web address.", "https://example.org"),
        ("feeds.toml", "https://example.org/feed", "https://u:p@a/f", 2, "would be stored and", "Leave them out."),
        ("feeds.toml", '"outlet"', '"blog"', 4, "unknown role 'blog'.", "Known: aggregator, issuing_body,"),
        ("feeds.toml", '"6h"', '"6 hours"', 8, "'6 hours' is not a duration.", "a number and m, h, d or w"),
        ("feeds.toml", '"6h"', '"1m"', 8, "'1m' is out of range.", "from 5m to 366d"),
        # syntax
        ("watch.toml", '"GSF"', '"GSF', 11, "is not TOML: Illegal character", "Mend the line"),
        ("feeds.toml", '"https://example.org/rss"', '"""x', 9, "is not TOML", "Mend the line"),
    ],
)  # fmt: skip
def test_a_mistake_gives_file_line_and_remedy(
    folder: Path, file: str, old: str, new: str, line: int | None, message: str, remedy: str
) -> None:
    error = mistake(folder, file, old, new)

    assert error.path == folder / file
    assert error.line == line
    assert message in error.message
    assert str(error).startswith(f"{folder / file}:{line}: " if line else f"{folder / file}: ")
    assert remedy in error.remedy
    assert error.others == ()


def test_a_feed_that_is_there_twice_names_the_other_line(folder: Path) -> None:
    again = FEEDS.replace("https://example.org/feed.xml", "http://www.example.org/feed.xml/")

    error = mistake(folder, "feeds.toml", FEEDS, f"{FEEDS}\n{again}")

    assert error.line == 12
    assert "is there already, on line 2." in error.message
    assert error.remedy == "Take one of the two out."


def test_problems_of_a_file_come_in_the_order_of_its_lines(folder: Path) -> None:
    again = FEEDS.replace('"6h"', '"soon"')

    error = mistake(folder, "feeds.toml", FEEDS, f"{FEEDS}\n{again}")

    assert [problem.line for problem in error.problems] == [12, 18]


def test_an_alert_rule_that_is_there_twice_names_the_other_line(folder: Path) -> None:
    error = mistake(folder, "watch.toml", "[[alert]]", '[[alert]]\nname = "decided"\n\n[[alert]]')

    assert error.line == 23
    assert "'decided' is there already, on line 20." in error.message


def test_a_channel_that_is_wrong_shows_no_secret(folder: Path) -> None:
    error = mistake(folder, "watch.toml", '"file:desk"', '"Slack://hunter2"')

    assert "hunter2" not in str(error)


def test_all_problems_of_all_files_are_told_together_each_with_its_remedy(folder: Path) -> None:
    (folder / "baseline.toml").write_text(BASELINE.replace("aspect =", "aspekt ="))
    (folder / "feeds.toml").write_text(FEEDS.replace('"6h"', '"soon"'))
    error = mistake(folder, "watch.toml", '["Haiti"]', "[1]")

    assert [(problem.path.name, problem.line) for problem in error.problems] == [
        ("watch.toml", 2),
        ("baseline.toml", 7),
        ("baseline.toml", 8),
        ("feeds.toml", 8),
    ]
    assert error.others == error.problems[1:]
    lines = str(error).splitlines()
    assert len(lines) == 4
    assert lines[2] == (
        f"{folder}/baseline.toml:8: unknown key 'aspekt' in [[fact]]. "
        "Did you mean 'aspect'? Known: aspect, key, parts, quote, since, slot, stage, subject, value."
    )


@pytest.mark.parametrize("file", ["watch.toml", "baseline.toml", "baseline.md", "feeds.toml"])
def test_a_missing_file_is_named_with_the_command_that_makes_it(folder: Path, file: str) -> None:
    (folder / file).unlink()

    with pytest.raises(WatchFileError) as caught:
        load_watch(folder)

    assert caught.value.path == folder / file
    assert "the file is missing." in caught.value.message
    assert f"missionwatch init {folder} --article FILE" in str(caught.value)


def test_a_missing_folder_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(WatchFileError, match=r"nowhere: there is no such folder\. .*missionwatch init .*nowhere"):
        load_watch(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("file", "content", "line", "message"),
    [
        ("watch.toml", b'title = "x"\nplaces = ["\xff"]\n', 2, "is not UTF-8."),
        ("feeds.toml", b"#" * (2 * 1024 * 1024 + 1), None, "is larger than 2048 KiB."),
        ("feeds.toml", b"a = " + b"[" * 100_000, None, "is nested too deeply."),
        ("feeds.toml", b"a = " + b"1" * 5_000, 1, "is not TOML"),
        ("baseline.md", b" \n\n", None, "is empty."),
    ],
)
def test_a_file_that_cannot_be_read_is_a_problem_and_no_crash(
    folder: Path, file: str, content: bytes, line: int | None, message: str
) -> None:
    (folder / file).write_bytes(content)

    with pytest.raises(WatchFileErrors) as caught:
        load_watch(folder)

    first = caught.value.problems[0]
    assert (first.path.name, first.line) == (file, line)
    assert message in first.message


def test_a_file_that_is_a_folder_is_a_problem_and_no_crash(folder: Path) -> None:
    (folder / "feeds.toml").unlink()
    (folder / "feeds.toml").mkdir()

    with pytest.raises(WatchFileError, match="can't be read: Is a directory"):
        load_watch(folder)


# -- rules of several watches ----------------------------------------------------------------

SHARED = """\
[[alert]]
name = "any withdrawal"
slots = ["contribution"]
acts = ["withdraws"]
"""


@pytest.fixture
def two(folder: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two folders of watches beside each other."""
    folders = tmp_path / "isle", tmp_path / "shore"
    for one in folders:
        shutil.copytree(folder, one)
    return folders


def test_rules_beside_the_folders_are_rules_of_each_watch_after_its_own(two: tuple[Path, Path], tmp_path: Path) -> None:
    (tmp_path / "alerts.toml").write_text(SHARED, "utf-8")

    for one in two:
        own, shared = load_watch(one).rules
        assert own.name == "decided"
        assert (shared.name, shared.slots, shared.acts) == (
            "any withdrawal",
            frozenset({"contribution"}),
            frozenset({"withdraws"}),
        )


def test_a_watch_is_found_with_the_shared_rules_from_within_its_folder(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "alerts.toml").write_text(SHARED, "utf-8")
    monkeypatch.chdir(folder)

    assert [rule.name for rule in load_watch(Path()).rules] == ["decided", "any withdrawal"]


def test_what_is_wrong_in_shared_rules_is_told_with_their_file_and_line(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "alerts.toml").write_text(SHARED.replace("withdraws", "leave"), "utf-8")

    with pytest.raises(WatchFileErrors) as raised:
        load_watch(folder)

    (found,) = raised.value.problems
    assert (found.path, found.line) == (tmp_path / "alerts.toml", 4)
    assert "unknown act 'leave'" in found.message


def test_a_shared_rule_with_the_name_of_one_of_the_watch_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "alerts.toml").write_text(SHARED.replace("any withdrawal", "decided"), "utf-8")

    with pytest.raises(WatchFileErrors) as raised:
        load_watch(folder)

    assert "the watch has a rule 'decided' of its own." in raised.value.problems[0].message
