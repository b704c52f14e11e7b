"""``alerts preview``: what rules would have told of what is stored, before they are saved, and how it is told then."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows import cli
from flows.run import outbox
from pipeline.lab.backtest import account_of_stored, catch_up
from pipeline.model import AlertRule, AlertTiming, Aspect, Change, Delivery, Mute, PendingAlert, Stage, Verdict
from pipeline.model.text import content_id
from pipeline.storage import open_store, publish
from pipeline.watches import load_watch
from tests.alerts.builders import ARTICLE, NOW, RULE, change, watch_of
from tests.storage.builders import (
    RUN,
    make_alert,
    make_article,
    make_change,
    make_claim,
    make_fetch,
    make_judgement,
    make_reading,
    make_run,
)

HAITI = Path(__file__).parents[2] / "seeds" / "haiti"
HOUR = timedelta(hours=1)
SURE, UNSURE = change(1), change(2, confidence=0.6, aspect=Aspect.LEAD)


def told(*changes: Change, rule: AlertRule = RULE, **more: object) -> list[tuple[list[str], str]]:
    """What the rule would have told of each of ``changes``: the kinds, and the reason of a silence."""
    first_said = more.pop("first_said", {})
    made = account_of_stored(changes, {ARTICLE.article_id: ARTICLE}, first_said, watch_of(rule), **more)
    return [([str(telling.kind) for telling in one.tellings], one.silence) for one in made.told]


# -- what a rule would have told -------------------------------------------------------------


def test_a_stored_change_is_told_as_the_rule_would_have_told_it() -> None:
    assert told(SURE, UNSURE) == [(["alert"], ""), (["digest_part"], "")]
    assert told(SURE, rule=replace(RULE, when=AlertTiming.DIGEST)) == [(["digest_part"], "")]


def test_what_the_rule_does_not_take_has_its_reason() -> None:
    leads = replace(RULE, aspects=frozenset({Aspect.LEAD}))

    assert told(SURE, rule=leads) == [([], "rule 'desk' does not take the aspect strength")]


def test_an_origin_that_came_later_confirms_what_was_unsure() -> None:
    said = {UNSURE.change_id: (NOW, NOW + HOUR)}

    assert told(UNSURE, first_said=said) == [(["confirmed", "digest_part"], "")]


def test_two_origins_from_the_start_make_it_sure() -> None:
    assert told(UNSURE, first_said={UNSURE.change_id: (NOW, NOW)}) == [(["alert"], "")]


def test_what_came_before_the_time_asked_for_is_known_and_not_told() -> None:
    back = change(3, subject="ceiling 1", value="2,500", before_value="5,550", before_stage=Stage.DECIDED,
                  known_at=NOW + HOUR)  # fmt: skip
    again = replace(back, change_id=content_id("change", 4), value="5,550", before_value="2,500",
                    known_at=NOW + 2 * HOUR)  # fmt: skip

    assert told(SURE, back, again, since=NOW + HOUR) == [([], ""), (["alert"], ""), (["flapping"], "")]


def test_the_baseline_and_what_a_person_pinned_are_left_out() -> None:
    start = change(5, verdict=Verdict.BASELINE)
    pin = change(6, article_id=None)

    assert told(start, pin, SURE) == [(["alert"], "")]


# -- telling it ------------------------------------------------------------------------------


def caught_up(*sent: tuple[str, Change], rule: AlertRule = RULE, mutes: Sequence[Mute] = ()) -> list[tuple[str, int]]:
    watch, articles = watch_of(rule), {ARTICLE.article_id: ARTICLE}
    made = account_of_stored([SURE, UNSURE], articles, {}, watch)
    known = {one.change_id: one for one in (SURE, UNSURE)}
    was = {(channel, one.change_id) for channel, one in sent}
    alerts = catch_up(made.told, was, articles, known, {}, watch, NOW, mutes)
    return [(alert.channel, len(alert.change_ids)) for alert in alerts]


def test_each_channel_gets_one_message_of_what_it_was_never_told() -> None:
    both = replace(RULE, channels=("file:desk", "file:new"))

    assert caught_up(rule=both) == [("file:desk", 2), ("file:new", 2)]
    assert caught_up(("file:desk", SURE), ("file:desk", UNSURE), rule=both) == [("file:new", 2)]
    assert caught_up(("file:desk", SURE), ("file:desk", UNSURE)) == []


def test_what_is_muted_waits_for_the_end_of_the_mute() -> None:
    stages = Mute(content_id("mute", 1), "haiti", NOW + HOUR, NOW, "ann", stages=frozenset({Stage.DECIDED}))

    assert caught_up(mutes=[stages]) == []


# -- the command -----------------------------------------------------------------------------

TEXT = "Kenya will send more police."
STORED = make_article(text=TEXT)
CLAIM = make_claim(STORED, quote=TEXT, subject="Kenya", aspect=Aspect.CONTRIBUTORS, stage=Stage.PLANNED, confidence=0.9)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the first watch, and a published store with one change, of which its one channel has been told."""
    base = tmp_path_factory.mktemp("preview")
    shutil.copytree(HAITI, base / "haiti", ignore=shutil.ignore_patterns("archive"))
    rule(base / "haiti" / "watch.toml", 'channels = ["file:desk"]')
    watch = load_watch(base / "haiti")
    one = make_change(CLAIM, watch=watch.slug, known_at=NOW)
    with open_store(base / "data") as store:
        store.sync_watch(watch, NOW)
        store.finish_run(make_run(watch=watch.slug, outcome="ok"))
        store.add_fetches(RUN, [make_fetch(article=STORED)])
        alert = replace(make_alert(one, channel="file:desk"), watch=watch.slug)
        judged = [make_judgement(CLAIM, one, verdict=Verdict.NEW)]
        store.add_assessment(RUN, watch.slug, [make_reading(STORED, CLAIM)], judged, [alert], [], {})
    publish(base / "data", RUN, NOW)
    return base


@pytest.fixture
def base(tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    copy = Path(shutil.copytree(made, tmp_path / "base"))
    monkeypatch.chdir(copy)
    return copy


def rule(path: Path, *lines: str) -> None:
    """Let ``path`` have one alert rule, with ``lines``."""
    kept = path.read_text("utf-8").partition("[[alert]]")[0]
    path.write_text("\n".join([kept, "[[alert]]", 'name = "desk"', *lines, ""]), "utf-8")


def preview(base: Path, *args: str) -> Result:
    return CliRunner().invoke(cli.main, ["alerts", "preview", "haiti", *args, "--data-dir", "data"])


def test_the_rules_of_the_watch_are_shown_with_what_they_tell_and_the_sentence(base: Path) -> None:
    done = preview(base)

    assert done.exit_code == 0, done.output
    first, how, quote, source, summary = done.output.splitlines()
    assert first.startswith("TOLD      2025-10-01  contributors: Kenya:")
    assert how == "  told at once, 2025-10-01 12:00 UTC, to file:desk"
    assert quote == f"      “{TEXT}”"
    assert STORED.url in source
    assert summary == "haiti/watch.toml: 1 of 1 changes told, in 1 message beside the digests."


def test_a_changed_copy_is_set_beside_the_rules_of_today(base: Path) -> None:
    strict = Path(shutil.copy(base / "haiti" / "watch.toml", base / "strict.toml"))
    rule(strict, 'stages = ["decided"]')

    lines = preview(base, "--rules", "strict.toml").output.splitlines()

    assert lines[0].startswith("NOT TOLD  2025-10-01  contributors: Kenya:")
    assert lines[1:3] == [
        "  not told; rule 'desk' does not take the stage planned",
        "  haiti/watch.toml: told at once, 2025-10-01 12:00 UTC, to file:desk",
    ]
    assert lines[-2:] == [
        "strict.toml: 0 of 1 changes told, in 0 messages beside the digests.",
        "haiti/watch.toml: 1 of 1 changes told, in 1 message beside the digests.",
    ]


def test_json_has_an_object_a_change_with_both(base: Path) -> None:
    (row,) = map(json.loads, preview(base, "--json").output.splitlines())

    assert (row["silence"], row["told"], row["told_today"]) == (None, row["told_today"], row["told"])
    assert [(one["how"], one["channel"]) for one in row["told"]] == [("alert", "file:desk")]


def test_what_came_before_since_is_left_out(base: Path) -> None:
    assert preview(base, "--since", "2025-10-02").output.startswith("haiti/watch.toml: 0 of 0 changes told")


def test_a_new_channel_is_told_with_the_next_run_once_the_rules_are_saved(base: Path) -> None:
    rule(base / "haiti" / "watch.toml", 'channels = ["file:desk", "file:new"]')
    watch = load_watch(base / "haiti")
    sent: list[str] = []

    async def hand_over(waiting: Sequence[PendingAlert], _: int) -> list[Delivery]:
        sent.extend(f"{p.alert.channel}: {p.alert.body.splitlines()[0]}" for p in waiting)
        return [Delivery(p.alert.alert_id, p.alert.alert_id, p.alert.channel, 1, NOW, "delivered") for p in waiting]

    assert preview(base, "--since", "2025-09-30", "--apply").output == "file:new: 1 change, with the next run.\n"
    assert preview(base, "--since", "2025-09-30", "--apply").output == (
        "Each channel has been told all that its rules tell.\n"
    )
    asyncio.run(outbox.process(lambda: open_store(base / "data"), watch, RUN, NOW, hand_over))

    assert [line for line in sent if line.startswith("file:new")] == [
        "file:new: CAUGHT UP: by the rules as they are now, this would have been told here before."
    ]


@pytest.mark.parametrize("args", [("--apply",), ("--apply", "--since", "2025-09-30", "--rules", "haiti/watch.toml")])
def test_apply_takes_the_saved_rules_and_a_time(base: Path, args: tuple[str, ...]) -> None:
    assert "--apply tells what the saved rules tell: write --since" in preview(base, *args).output


def test_a_rule_that_is_wrong_is_told_with_its_file_and_line(base: Path) -> None:
    strict = Path(shutil.copy(base / "haiti" / "watch.toml", base / "strict.toml"))
    rule(strict, 'stages = ["sure"]')

    done = preview(base, "--rules", "strict.toml")

    assert done.exit_code == 2
    assert "strict.toml:" in done.output
