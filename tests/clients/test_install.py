"""What `make clients` and `make model` install is pinned, and comes from wherever packages come from."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.clients import install
from tests.clients.install import HERE, PYTHONS, stamp_of
from tests.reading.llm import small_model

REQUIREMENTS = sorted(HERE.glob("requirements-*.txt"))
LOCK = HERE / "node" / "package-lock.json"


def test_each_environment_has_its_requirements() -> None:
    assert {file.stem.removeprefix("requirements-") for file in REQUIREMENTS} == {*PYTHONS, "node"}


@pytest.mark.parametrize("file", [*REQUIREMENTS, small_model.REQUIREMENTS], ids=lambda file: file.stem)
def test_each_requirement_is_one_exact_version(file: Path) -> None:
    lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+(?: ; .+)?", line)] == []


def test_each_package_for_node_is_locked_by_its_hash_and_names_no_address() -> None:
    packages = json.loads(LOCK.read_text())["packages"]
    wanted = json.loads((HERE / "node" / "package.json").read_text())["dependencies"]
    assert packages[""]["dependencies"] == wanted
    assert {name for name, package in packages.items() if name and "integrity" not in package} == set()
    assert {name for name, package in packages.items() if "resolved" in package} == set()


def test_an_environment_that_is_up_to_date_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    def run(*command: object, cwd: Path | None = None) -> None:
        asked.append(command)
        (tmp_path / "clients" / "small").mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(install, "CLIENTS", tmp_path / "clients")
    monkeypatch.setattr(install, "run", run)
    requirements = tmp_path / "requirements-small.txt"
    requirements.write_text("duckdb==1.5.6\n")
    assert install.install_python("small", requirements) is True
    assert install.install_python("small", requirements) is False
    assert len(asked) == 2  # make it, fill it
    requirements.write_text("duckdb==2.0.1\n")
    assert install.install_python("small", requirements) is True


def test_another_file_gives_another_stamp(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("a")
    two.write_text("b")
    assert stamp_of(one) != stamp_of(two)
    assert stamp_of(one) == stamp_of(one)


def test_what_fails_says_which_command_and_what_it_said() -> None:
    with pytest.raises(SystemExit, match=r"ls /no/such/place\n.*No such file"):
        install.run("ls", "/no/such/place")
