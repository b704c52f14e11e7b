"""``missionwatch alerts test``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from pipeline.alerts.message import from_json
from pipeline.cli import MissionwatchGroup
from pipeline.cli.alerts_test import alerts_test, chosen_channels, sample
from pipeline.model import AlertRule, Aspect, Fact, Stage
from pipeline.model.errors import UsageError
from pipeline.notify import Channels
from tests.notify.samples import NOW, WATCH
from tests.notify.sinks import Sink

HAITI = Path(__file__).parents[2] / "seeds" / "haiti"
ROOT = MissionwatchGroup(commands=[alerts_test])


def test_the_words_of_a_sample_say_that_it_is_a_test() -> None:
    fact = Fact(Aspect.LEAD, "Isle force", Stage.IN_EFFECT, "Kenya", "Kenya leads the force.", 0)
    watch = replace(WATCH, baseline=replace(WATCH.baseline, facts=(fact,), outlet="Isle Post"))

    alert = sample(watch, "console", NOW, Path("seeds/isle"))

    assert alert.subject == "TEST: Isle force: this channel works"
    assert alert.body.startswith("TEST: this is what an alert of this watch looks like. Nothing has changed.")
    assert '"Kenya leads the force."' in alert.body
    assert "Isle Post" not in alert.body  # the baseline may be in the watch's own words
    assert from_json(alert.message).subject == alert.subject


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "Source: the watch's baseline\n"),
        ("https://isle.example/seed", "Source: the watch's baseline, which rests on\n  https://isle.example/seed\n"),
    ],
)
def test_a_sample_names_the_page_that_the_baseline_rests_on_where_there_is_one(url: str, said: str) -> None:
    fact = Fact(Aspect.LEAD, "Isle force", Stage.IN_EFFECT, "Kenya", "Kenya leads the force.", 0)
    watch = replace(WATCH, baseline=replace(WATCH.baseline, facts=(fact,), url=url))

    assert said in sample(watch, "console", NOW, Path("seeds/isle")).body


def test_each_sample_has_a_key_of_its_own() -> None:
    first, second = (sample(WATCH, "console", NOW, Path("x")) for _ in range(2))

    assert first.alert_id != second.alert_id


ADDRESS = "json://user:hunter2@127.0.0.1:9/t0ken"
RULED = replace(
    WATCH,
    rules=(
        AlertRule("a", channels=("console", ADDRESS), escalate_to=("env:BOSS",)),
        AlertRule("b", channels=("file", "console")),
    ),
)


def test_the_channels_of_all_rules_are_tried_each_once() -> None:
    assert chosen_channels(RULED, (), every=False) == ("console", ADDRESS, "file")


def test_with_all_those_that_are_only_escalated_to_are_tried_too() -> None:
    assert chosen_channels(RULED, (), every=True) == ("console", ADDRESS, "env:BOSS", "file")


@pytest.mark.parametrize("name", [ADDRESS, "json:"])
def test_a_channel_can_be_named_by_its_address_or_by_the_stores_name_for_it(name: str) -> None:
    from pipeline.alerts import channel_name

    asked = name if name == ADDRESS else channel_name(ADDRESS)

    assert chosen_channels(RULED, (asked,), every=False) == (ADDRESS,)


def test_a_channel_that_no_rule_names_is_an_error_that_shows_no_address() -> None:
    with pytest.raises(UsageError, match=r"names the channel json:\w{8}\. Its channels: console, json:\w{8}") as caught:
        chosen_channels(RULED, ("json://h/other-t0ken",), every=False)

    assert "t0ken" not in str(caught.value)


def test_a_watch_without_rules_is_told_what_to_add() -> None:
    with pytest.raises(UsageError, match=r"Add an \[\[alert\]\]"):
        chosen_channels(WATCH, (), every=True)


# -- the command ---------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The Haiti watch with a rule that names a file, a webhook and a variable that is not set."""
    made = tmp_path / "haiti"
    made.mkdir()
    for name in ("baseline.md", "baseline.toml", "feeds.toml"):
        (made / name).write_text((HAITI / name).read_text())
    text = (HAITI / "watch.toml").read_text().split("[[alert]]")[0]
    rule = '[[alert]]\nname = "desk"\nchannels = ["file", "env:DESK_URL", "env:NOT_SET"]\n'
    (made / "watch.toml").write_text(text + rule)
    return made


def run(folder: Path, *words: str, environ: Mapping[str, str]) -> Result:
    command = ["test", str(folder), "--data-dir", str(folder.parent / "data"), *words]
    return CliRunner().invoke(ROOT, command, env=dict(environ))


def test_the_command_says_of_each_channel_whether_it_took_the_sample_and_why_not(folder: Path, webhook: Sink) -> None:
    done = run(folder, environ={"DESK_URL": f"json://{webhook.where}/t0ken"})

    assert done.output.splitlines() == [
        "file: ok",
        "env:DESK_URL: ok",
        "env:NOT_SET: failed: The alert channel env:NOT_SET has no address. "
        "Set the environment variable NOT_SET to an Apprise URL.",
        "2 of 3 channels took the sample.",
    ]
    assert done.exit_code == 1
    ((_, _, got),) = webhook.got
    assert str(got["title"]).startswith("TEST: ")
    assert len((folder.parent / "data" / "alerts" / "haiti.jsonl").read_text().splitlines()) == 1


def test_the_command_ends_with_0_where_each_channel_took_it(folder: Path) -> None:
    done = run(folder, "--channel", "file", environ={})

    assert (done.output, done.exit_code) == ("file: ok\n1 of 1 channels took the sample.\n", 0)


def test_a_service_that_says_no_is_named_without_its_secret(folder: Path, webhook: Sink) -> None:
    webhook.status = 403

    done = run(folder, "--channel", "env:DESK_URL", environ={"DESK_URL": f"json://{webhook.where}/t0ken"})

    assert done.exit_code == 1
    assert done.output.startswith(
        "env:DESK_URL: failed: json://127.0.0.1 did not take the alert: it answered 403 (Forbid"
    )
    assert "t0ken" not in done.output


def test_what_runs_the_command_can_give_it_channels(folder: Path) -> None:
    took: list[str] = []

    def opened(data_dir: Path, environ: Mapping[str, str], echo: object) -> Channels:
        return Channels(data_dir, environ, took.append)

    group = MissionwatchGroup(commands=[alerts_test])
    (folder / "watch.toml").write_text((folder / "watch.toml").read_text().replace('"file", ', '"console", '))

    done = CliRunner().invoke(group, ["test", str(folder), "--channel", "console"], obj=opened)

    assert done.exit_code == 0
    assert took[0].startswith("TEST: ")


def test_the_command_itself_opens_channels_that_are_prefects_blocks() -> None:
    with main.make_context("missionwatch", ["alerts"]) as ctx:
        opened = ctx.find_root().obj(Path("data"), {}, print)

    assert opened.block is not None
