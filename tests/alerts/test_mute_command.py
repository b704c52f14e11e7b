"""``missionwatch mute``: what a person types, what is kept from whom, and what is said when it is over."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows import cli
from flows.run import outbox
from pipeline.alerts import plan
from pipeline.model import Change, Delivery, PendingAlert, Slot, TypedFact, Verdict
from pipeline.storage import open_published, open_store, publish
from pipeline.watches import load_watch
from tests.storage.builders import (
    NOW,
    RUN,
    make_article,
    make_change,
    make_claim,
    make_fetch,
    make_judgement,
    make_reading,
    make_run,
)

HAITI = Path(__file__).parents[2] / "seeds" / "haiti"
LATER = NOW + timedelta(days=2)
ARTICLE = make_article(text="Kenya will send more police.")
CLAIM = make_claim(ARTICLE, quote=ARTICLE.text, subject="Kenya", aspect=Slot.CONTRIBUTION.aspect, confidence=0.9)


def watch_change() -> Change:
    return make_change(CLAIM, watch=load_watch(HAITI).slug, fact=TypedFact(Slot.CONTRIBUTION, "Kenya"), known_at=NOW)


@pytest.fixture
def data(tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published store in which nothing is known of the watch but that it was run at ``NOW``."""
    folder = tmp_path_factory.mktemp("mutes")
    watch = load_watch(HAITI)
    with open_store(folder) as store:
        store.sync_watch(watch, NOW)
        store.finish_run(make_run(watch=watch.slug, outcome="ok"))
    publish(folder, RUN, NOW)
    return folder


def run(data: Path, *args: str) -> Result:
    return CliRunner().invoke(cli.main, ["mute", str(HAITI), *args, "--data-dir", str(data)])


def listed(data: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in run(data, "--list", "--json").output.splitlines()]


def read_news(data: Path) -> int:
    """Read that Kenya sends more; the number of alerts that are due about it."""
    watch, change = load_watch(HAITI), watch_change()
    with open_store(data) as store:
        alerts, silences = plan([change], {}, watch, NOW, mutes=store.load_mutes(watch.slug))
        store.add_fetches(RUN, [make_fetch(article=ARTICLE)])
        judged = [make_judgement(CLAIM, change, verdict=Verdict.NEW)]
        store.add_assessment(RUN, watch.slug, [make_reading(ARTICLE, CLAIM)], judged, alerts, silences, {})
    publish(data, RUN, NOW)
    return len(alerts)


def sent_at(data: Path, now: datetime) -> list[str]:
    """The subjects that a round at ``now`` hands over to the console."""
    subjects: list[str] = []

    async def hand_over(waiting: Sequence[PendingAlert], _: int) -> list[Delivery]:
        subjects.extend(p.alert.subject for p in waiting if p.alert.channel == "console")
        return [Delivery(p.alert.alert_id, p.alert.alert_id, p.alert.channel, 1, now, "delivered") for p in waiting]

    asyncio.run(outbox.process(lambda: open_store(data), load_watch(HAITI), RUN, now, hand_over))
    return subjects


def test_a_slot_of_a_country_is_muted_until_the_end_of_a_day_with_who_and_why(data: Path) -> None:
    done = run(
        data, "--slot", "contribution", "--key", "Kenyan", "--stage", "proposed", "--until", "2025-10-02",
        "--why", "too many", "--by", "ann",
    )  # fmt: skip

    assert done.exit_code == 0, done.output
    assert done.output.endswith("  Muted until 2025-10-02 23:59 UTC: contribution of Kenya, proposed\n")
    (row,) = listed(data)
    kept = ("slot", "key", "stages", "made_by", "why", "changes", "on")
    assert [row[name] for name in kept] == ["contribution", "Kenya", "proposed", "ann", "too many", 0, True]


def test_what_is_muted_alerts_nobody_and_stands_with_the_reason_in_sql_and_in_the_list(data: Path) -> None:
    run(data, "--key", "Kenya", "--until", "2025-10-02", "--by", "ann")

    assert read_news(data) == 0
    assert [row["changes"] for row in listed(data)] == [1]
    with open_published(data) as store:
        (row,) = store.changes(load_watch(HAITI).slug, NOW)
        assert row["silence"] == "muted until 2025-10-02 23:59 UTC by ann (everything of Kenya)"


def test_once_it_is_over_the_channels_are_told_what_came_and_only_once(data: Path) -> None:
    run(data, "--slot", "contribution", "--until", "2025-10-02", "--by", "ann")
    read_news(data)

    assert sent_at(data, NOW) == []
    assert [subject.startswith("mute ended: ") for subject in sent_at(data, LATER)] == [True]
    assert sent_at(data, LATER) == []


def test_a_mute_that_is_taken_off_is_over_at_once(data: Path) -> None:
    run(data, "--slot", "contribution", "--until", "2025-10-31")
    mute_id = str(listed(data)[0]["mute_id"])[:8]
    read_news(data)

    assert "Off now: contribution" in run(data, "--off", mute_id, "--by", "bob").output
    assert "It was taken off before" in run(data, "--off", mute_id).output
    assert [(row["off_by"], row["on"]) for row in listed(data)] == [("bob", False)]
    assert len(sent_at(data, NOW)) == 1


def test_the_digest_counts_what_was_muted_in_its_day(data: Path) -> None:
    run(data, "--slot", "contribution", "--until", "2025-10-02")
    read_news(data)
    slug = load_watch(HAITI).slug

    with open_published(data) as store:
        day = timedelta(days=1)
        assert store.quiet(slug, NOW - day, NOW, failing=0, silent=0).muted == 1
        assert store.quiet(slug, NOW, NOW + day, failing=0, silent=0).muted == 0


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "Say what to mute and --until when; or --list; or --off ID"),
        (("--list", "--off", "1a2b3c4d"), "Say what to mute and --until when; or --list; or --off ID"),
        (("--slot", "lead"), "A mute without an end is forgotten."),
        (("--until", "2025-10-02"), "It would mute everything."),
        (("--slot", "lead", "--until", "2025-09-30"), "2025-09-30 23:59 UTC has passed: the watch is at 2025-10-01"),
        (("--off", "1a2b3c4d"), "'1a2b3c4d' is the id of no mute"),
        (("--key", "x" * 201, "--until", "2025-10-02"), "--key is longer than 200 characters."),
    ],
)
def test_what_can_not_be_is_said(data: Path, args: tuple[str, ...], said: str) -> None:
    done = run(data, *args)

    assert done.exit_code == 2
    assert said in done.output


def test_where_nothing_was_ever_muted_the_list_says_so(data: Path) -> None:
    assert run(data, "--list").output == "Nothing is muted, and nothing was.\n"


def test_the_list_is_a_table_and_shows_no_control_signs(data: Path) -> None:
    run(data, "--slot", "lead", "--until", "2025-10-02", "--why", "a\x1b[31mred", "--by", "ann")

    table = run(data, "--list").output
    assert "lead" in table
    assert "\x1b" not in table
