"""``[[alert]]`` of watch.toml: what may be written, what is said of what may not, and that it is written back."""

from __future__ import annotations

import shutil
from dataclasses import fields
from datetime import time, timedelta
from pathlib import Path

import pytest

from pipeline.model import AlertRule, AlertTiming, Aspect, Every, Slot, Stage, Urgent
from pipeline.model.errors import WatchFileError
from pipeline.watches import load_watch, write_watch

HAITI = Path(__file__).parents[2] / "seeds" / "haiti"
FULL = AlertRule(
    "desk",
    aspects=frozenset({Aspect.LEAD}),
    stages=frozenset({Stage.DECIDED}),
    min_confidence=0.6,
    channels=("file:desk",),
    at_once=0.8,
    origins=2,
    when=AlertTiming.BOTH,
    digest=Every.WEEKLY,
    digest_at=time(7, 30),
    digest_day=4,
    timezone="America/Port-au-Prince",
    quiet=(time(22), time(7)),
    urgent=Urgent(frozenset({Aspect.CASUALTIES}), frozenset({Stage.IN_EFFECT}), 0.9),
    escalate_after=timedelta(hours=4),
    escalate_to=("env:BOSS",),
    repeat_every=timedelta(hours=2),
    flapping=timedelta(hours=6),
    remind_before=(30, 3),
    picture=False,
    slots=frozenset({Slot.CONTRIBUTION}),
    keys=frozenset({"Kenya"}),
    acts=frozenset({"withdraws", "reduces"}),
)


def test_the_full_rule_has_every_key_at_another_value_than_its_default() -> None:
    plain = AlertRule("plain")

    assert [one.name for one in fields(AlertRule) if getattr(FULL, one.name) == getattr(plain, one.name)] == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(HAITI, tmp_path / "haiti", ignore=shutil.ignore_patterns("archive")))


def problem(folder: Path, *lines: str) -> tuple[str, str]:
    """What is said of a rule with ``lines``: the message without the file, and the remedy."""
    path = folder / "watch.toml"
    before = path.read_text("utf-8").rstrip() + "\n"
    path.write_text("\n".join([before, "[[alert]]", 'name = "x"', *lines]), "utf-8")
    with pytest.raises(WatchFileError) as raised:
        load_watch(folder)
    (found,) = raised.value.problems
    assert found.line == before.count("\n") + 3 + len(lines)
    return found.message.partition(": ")[2], found.remedy


def test_the_first_watch_has_rules_as_by_default() -> None:
    for rule in load_watch(HAITI).rules:
        assert (rule.when, rule.quiet, rule.origins, rule.timezone) == (AlertTiming.AT_ONCE, None, 1, "UTC")
        assert (rule.digest, rule.digest_at, rule.escalate_to) == (Every.DAILY, time(6), ())


@pytest.mark.parametrize(
    "rule", [FULL, AlertRule("plain", channels=("console",)), AlertRule("no", remind_before=(), flapping=None)]
)
def test_a_rule_that_is_written_is_read_back_as_it_was(folder: Path, tmp_path: Path, rule: AlertRule) -> None:
    watch = load_watch(folder)
    write_watch(
        tmp_path / "new", title="t", names=watch.names, sister_missions=(), places=(), languages=("en",),
        source_title="s", outlet="o", published=watch.baseline.published, url="", text="A text.", facts=(),
        rules=(rule,),
    )  # fmt: skip

    assert load_watch(tmp_path / "new").rules == (rule,)


@pytest.mark.parametrize(("line", "message", "remedy"), [
    ('when = "now"', "unknown way to tell 'now'.", "Known: at_once, both, digest."),
    ('digest = "dayly"', "unknown digest 'dayly'.", "Did you mean 'daily'?"),
    ('digest_at = "6"', "'6' is no time of day.", "such as 06:30"),
    ('digest_at = "25:00"', "'25:00' is no time of day.", "such as 06:30"),
    ('timezone = "Port au Prince"', "unknown time zone 'Port au Prince'.", "Did you mean 'America/Port-au-Prince'?"),
    ('timezone = "../etc"', "unknown time zone '../etc'.", "IANA"),
    ('quiet = "22-7"', "'22-7' are no quiet hours.", "such as 22:00-07:00"),
    ('quiet = "22:00-22:00"', "the quiet hours end when they begin.", "22:00-07:00"),
    ('urgent = { aspects = ["casualties"] }', "there are no quiet hours to break.", 'Write quiet = "22:00-07:00"'),
    ('digest_day = "monday"', "a daily digest has no day.", 'Write digest = "weekly"'),
    ('escalate_after = "soon"', "'soon' is not a duration.", "a number and m, h, d or w"),
    ('escalate_to = ["mail"]', "unknown channel form 'mail'.", "Write console"),
    ('slots = ["contributions"]', "unknown slot 'contributions'.", "Did you mean 'contribution'?"),
    ('acts = ["withdraw"]', "unknown act 'withdraw'.", "Did you mean 'withdraws'?"),
    ('repeat_every = "2h"', "nothing is told again that could be repeated.", 'Write escalate_after = "4h"'),
    ("remind_before = [0]", "must be greater than or equal to 1", "remind_before = [14, 3]"),
    ("origins = 0", "must be greater than or equal to 1", "origins = 2"),
])  # fmt: skip
def test_what_is_wrong_is_told_with_its_line_and_what_to_write(
    folder: Path, line: str, message: str, remedy: str
) -> None:
    told, advice = problem(folder, line)

    assert message in told
    assert remedy in advice


def test_a_time_may_be_written_without_quotes(folder: Path) -> None:
    path = folder / "watch.toml"
    path.write_text(path.read_text("utf-8") + '\n[[alert]]\nname = "x"\ndigest_at = 06:30:00\n', "utf-8")

    assert load_watch(folder).rules[-1].digest_at == time(6, 30)
