"""The systemd units: systemd itself reads them, and each keeps to itself."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from flows.cli import main
from tests.deploy.conftest import DEPLOY, tool

UNITS = sorted((DEPLOY / "systemd").glob("*@.*"))
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
COMMAND = "/opt/missionwatch/.venv/bin/missionwatch"
EXPOSURE = 1.5  # of 10, by systemd-analyze security; a unit without any hardening has 9.6


def name_of(unit: Path) -> str:
    return unit.name


def settings_of(unit: Path) -> dict[str, str]:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read_string(unit.read_text().replace("\\\n", " "))
    return dict(parser["Service"])


def test_there_is_a_unit_for_each_way_to_run_and_for_the_watch_of_the_watch():
    assert [unit.name for unit in UNITS] == [
        "missionwatch-ack@.service",
        "missionwatch-api@.service",
        "missionwatch-heartbeat@.service",
        "missionwatch-heartbeat@.timer",
        "missionwatch-mcp@.service",
        "missionwatch-metrics@.service",
        "missionwatch-serve@.service",
        "missionwatch@.service",
    ]


def test_systemd_finds_no_fault_in_any_of_them(tmp_path: Path):
    analyze = tool("systemd-analyze", "apt-get install systemd")
    # The command is not installed where the tests run: another that is stands in for it.
    for unit in UNITS:
        (tmp_path / unit.name).write_text(unit.read_text().replace(COMMAND, "/bin/true"))

    done = subprocess.run(
        [analyze, "verify", "--man=no", *[str(tmp_path / unit.name) for unit in UNITS]],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_a_fault_would_be_found(tmp_path: Path):
    analyze = tool("systemd-analyze", "apt-get install systemd")
    unit = tmp_path / "wrong@.service"
    (right,) = [one for one in SERVICES if one.name == "missionwatch-heartbeat@.service"]
    unit.write_text(right.read_text().replace(COMMAND, "/bin/true").replace("Type=oneshot", "Type=onehsot"))

    done = subprocess.run([analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=60)

    assert "onehsot" in done.stderr


@pytest.mark.parametrize("unit", SERVICES, ids=name_of)
def test_a_service_is_as_little_exposed_as_it_can_be(unit: Path):
    analyze = tool("systemd-analyze", "apt-get install systemd")

    done = subprocess.run(
        [analyze, "security", "--offline=true", str(unit)], capture_output=True, text=True, timeout=60
    )

    found = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert found, done.stdout + done.stderr
    assert float(found[1]) <= EXPOSURE


@pytest.mark.parametrize("unit", SERVICES, ids=name_of)
def test_a_service_runs_as_nobody_of_rank_and_within_bounds(unit: Path):
    settings = settings_of(unit)

    assert settings["User"] == "missionwatch"
    assert settings["ProtectSystem"] == "strict"
    assert settings["NoNewPrivileges"] == "yes"
    assert settings["MemoryMax"].endswith("G")


@pytest.mark.parametrize("unit", SERVICES, ids=name_of)
def test_a_service_calls_a_command_with_options_that_there_are(unit: Path):
    words = settings_of(unit)["ExecStart"].split()
    assert words[0] == COMMAND
    command, path = main, []
    while isinstance(command, click.Group):
        path.append(words[len(path) + 1])
        command = command.commands[path[-1]]

    known = {name for option in command.params for name in option.opts}
    assert {word for word in words if word.startswith("--")} - known == set()
    assert CliRunner().invoke(main, [*path, "--help"]).exit_code == 0


def test_no_unit_holds_an_address_or_a_secret():
    assert [unit.name for unit in UNITS if re.search(r"://(?!opt)\S+@|password|token", unit.read_text(), re.I)] == []
