"""The cases of the torture: which kills, in which lives, and what each came to."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from pipeline.storage import LIVE
from tests import prefect_home
from tests.torture.life import DONE, FULL, KILLED, Death, aside, live, passed
from tests.torture.points import Point
from tests.torture.tables import differences, look, published_changes

ROOT = Path(__file__).parents[2]
EMPTY = "empty"  # the folder of a store that has its tables and no rows
COMMAND_LIMIT = 900.0  # seconds of one life of the command; Prefect's own server takes most of its half minute


@dataclass(frozen=True, slots=True)
class Case:
    """Lives that end before their time, then one that comes to its end.

    Attributes:
        name: what is done, for the table.
        deaths: how the first lives end, one after the other.
        full_at: the first life's disk takes no more than these bytes; 0 for no limit.
        command: seconds after which the real command is killed, in place of the lives above; 0 for none.
    """

    name: str
    deaths: tuple[Death, ...] = ()
    full_at: int = 0
    command: float = 0.0

    @property
    def begins_with_empty_store(self) -> bool:
        """Whether the first life finds an empty store: one that dies at a later point would only make the same."""
        point = self.deaths[0].point if self.deaths else None
        return point is not None and not point.name.startswith("start/")


@dataclass(slots=True)
class Outcome:
    """What a case came to.

    Attributes:
        kills: the stage in which each life was killed.
        wrong: in words, what is not as after an undisturbed run; empty where all is.
        repeats: messages that were sent again with the key of one that was sent.
    """

    case: Case
    kills: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class World:
    """What the cases share: the small watch, a folder to work in, and how the undisturbed run ended.

    Attributes:
        seconds: of processor time that it took.
        foreign: after each kill another program opens and closes the live file, which takes in the log that was left.
    """

    watch: Path
    base: Path
    reference: dict[str, Any]
    seconds: float
    foreign: bool = False


def draw(points: Sequence[Point], kills: int, seconds: float, seed: int) -> list[Case]:
    """``kills`` or a few more kills: of ten, seven at points of all stages in turn, two in a row, one at any moment.

    Args:
        points: those that an undisturbed run passes.
        kills: how many kills at least.
        seconds: of processor time that an undisturbed run takes.
        seed: the same number draws the same cases.
    """
    chance = random.Random(seed)
    by_stage: dict[str, dict[str, list[Point]]] = defaultdict(lambda: defaultdict(list))
    for point in points:
        stage = point.name.partition("/")[0]
        by_stage[stage][point.name].append(point)
    stages = list(by_stage)  # in the order in which a run comes to them
    decks: dict[str, list[str]] = {stage: [] for stage in stages}

    def at_point(stage: str) -> Death:
        # Each kind of point of a stage comes up before any comes up again: rare ones are not drowned by requests.
        if not decks[stage]:
            decks[stage] = chance.sample(sorted(by_stage[stage]), len(by_stage[stage]))
        return Death(point=chance.choice(by_stage[stage][decks[stage].pop()]))

    cases: list[Case] = []
    planned = turn = 0
    while planned < kills:
        number = len(cases) % 10
        if number < 5 or number == 6:
            cases.append(Case("at a point", (at_point(stages[turn % len(stages)]),)))
            turn += 1
        elif number == 5:
            twice = tuple(at_point(chance.choice(stages)) for _ in range(2))
            cases.append(Case("at a point, and in the rerun", twice))
        else:
            alone = number == 9
            death = Death(after=chance.uniform(0.02, seconds), alone=alone)
            cases.append(Case("at any moment" + (", the process alone" if alone else ""), (death,)))
        planned += len(cases[-1].deaths)
    return cases


def full_disks(count: int, size: int, seed: int) -> list[Case]:
    """Cases of a disk that is full once a file has some part of ``size`` bytes, the store's at its end."""
    chance = random.Random(seed + 1)
    return [Case("full disk", full_at=int(size * chance.uniform(0.1, 0.98))) for _ in range(count)]


def commands(count: int, seconds: float, seed: int) -> list[Case]:
    """Cases of the real command, Prefect and all, killed at any moment of ``seconds``."""
    chance = random.Random(seed + 2)
    return [Case("the command, at any moment", command=chance.uniform(1.0, seconds)) for _ in range(count)]


def act_out(case: Case, number: int, world: World) -> Outcome:
    """Do what ``case`` says, let a last life come to its end, and compare."""
    outcome = Outcome(case)
    data = world.base / f"case-{number}"
    trace, answer = world.base / f"case-{number}.trace", world.base / f"case-{number}.json"
    if case.begins_with_empty_store:
        data.mkdir()
        shutil.copyfile(world.base / EMPTY / LIVE, data / LIVE)
    try:
        if case.command:
            _command_dies(case.command, world, data, outcome)
            aside(partial(_open_from_outside, data, foreign=world.foreign), answer)
        elif case.full_at:
            code = live(world.watch, data, full_at=case.full_at)
            if code != FULL:
                outcome.wrong.append(f"on a disk that was full at {case.full_at} bytes the run ended with {code}")
        for death in case.deaths:
            trace.write_text("")
            code = live(world.watch, data, death, trace=trace)
            if code == DONE:
                break  # it came to its end before its time, and the next life sees whether it is so
            if code != KILLED:
                outcome.wrong.append(f"a run that was to be killed ended with {code}")
                break
            points = passed(trace)
            outcome.kills.append(points[-1].name.partition("/")[0] if points else "start")
            aside(partial(_open_from_outside, data, foreign=world.foreign), answer)
        _come_to_the_end(case, world, data, outcome)
        seen = aside(lambda: look(data, world.reference["last"]), answer)
        outcome.wrong += differences(seen, world.reference)
        outcome.repeats = sum(seen["sent"].values()) - len(seen["sent"])
    except (RuntimeError, TimeoutError) as error:
        outcome.wrong.append(str(error))
    if not outcome.wrong:
        for path in (data, *world.base.glob(f"case-{number}.*")):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
    return outcome


def _open_from_outside(data: Path, *, foreign: bool) -> None:
    """Read the published copy, as an analyst's client can whenever a run has died.

    Where the world is so, then open and close the live file, as a program does that knows nothing of us.
    """
    published_changes(data)
    if foreign and (data / LIVE).exists():
        duckdb.connect(str(data / LIVE)).close()


def _come_to_the_end(case: Case, world: World, data: Path, outcome: Outcome) -> None:
    code = _command(world, data) if case.command else live(world.watch, data)
    if code != DONE:
        log = data.with_name(f"{data.name}.log")
        said = log.read_text("utf-8", "replace")[-1500:] if log.exists() else ""
        outcome.wrong.append(f"the rerun ended with {code}: {said}")


def _command(world: World, data: Path, kill_after: float | None = None) -> int:
    """The real command in a process group of its own; its exit code, ``-9`` where it was killed."""
    with data.with_name(f"{data.name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "flows.cli", "replay", str(world.watch), "--data-dir", str(data)],
            cwd=ROOT,
            env={**os.environ, "PREFECT_HOME": str(prefect_home.ready(data.with_name(f"{data.name}.prefect")))},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            return process.wait(COMMAND_LIMIT if kill_after is None else kill_after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if kill_after is None:
                raise TimeoutError(f"the command was not over after {COMMAND_LIMIT:.0f} s") from None
            return KILLED


def _command_dies(after: float, world: World, data: Path, outcome: Outcome) -> None:
    if _command(world, data, after) == KILLED:
        outcome.kills.append("command")
