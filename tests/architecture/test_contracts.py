"""Each import contract and each ban is shown to catch a planted violation.

The packages' structure is copied without the code, so that the violation planted is the only one
there is. Modules that a contract names and the tree lacks are stubbed.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / ".importlinter"


class Planted(NamedTuple):
    """One violation: the contract that must break, the module and the line in it, and who imports that module."""

    contract: str
    module: str
    line: str
    importer: str = ""


LAYERS = "Rooms stand along the flow of data"
FLOWS = "Flows stand along a round"
LIBRARIES = "Each library has its room"
PURE = "Decisions do no I/O and read no clock"

PLANTED = [
    Planted(LAYERS, "pipeline.board.compare", "import pipeline.steps"),
    Planted(LAYERS, "pipeline.model", "import pipeline.reading"),
    Planted(LAYERS, "pipeline.fetch", "import pipeline.storage"),
    Planted(LAYERS, "pipeline.newcomer", ""),
    Planted(FLOWS, "flows.run", "import flows.publish"),
    Planted(FLOWS, "flows.newcomer", ""),
    Planted("Flows stand above the pipeline", "pipeline.cli", "import flows"),
    Planted(LIBRARIES, "pipeline.steps", "import prefect"),
    Planted(LIBRARIES, "pipeline.watches", "import duckdb"),
    Planted(LIBRARIES, "pipeline.lab.backtest", "import pyarrow"),
    Planted(LIBRARIES, "pipeline.lab.replay", "import aiohttp"),
    Planted(LIBRARIES, "pipeline.notify", "import httpx"),
    Planted(LIBRARIES, "pipeline.runtime.workers", "import uvicorn"),
    Planted(LIBRARIES, "pipeline.site", "import fastapi"),
    Planted(LIBRARIES, "pipeline.ask", "import mcp"),
    Planted(LIBRARIES, "pipeline.cli", "import prometheus_client"),
    Planted(LIBRARIES, "pipeline.cli", "import apprise"),
    Planted(LIBRARIES, "pipeline.steps", "import distributed"),
    Planted(PURE, "pipeline.feeds", "import socket"),
    Planted(PURE, "pipeline.feeds.schedule", "import random"),
    Planted(PURE, "pipeline.model.text", "import time"),
    Planted("Flows only orchestrate", "flows", "import feedparser"),
    Planted("No circle", "pipeline.model.text", "import pipeline.model.redact", importer="pipeline.model.redact"),
]

ALLOWED = [
    ("pipeline.storage", "import duckdb, pyarrow"),
    ("pipeline.fetch", "import aiohttp, socket, time"),
    ("pipeline.lab.replay", "import starlette, uvicorn"),
    ("pipeline.site.receiver", "import starlette"),
    ("pipeline.site.web", "import starlette, uvicorn"),
    ("pipeline.ask.mcp_server.http", "import mcp, mcp_types, starlette"),
    ("pipeline.ask.api", "import fastapi, starlette"),
    ("pipeline.notify", "import apprise"),
    ("pipeline.runtime.spread", "import distributed"),
    ("flows.monitor", "import prefect, pipeline.cli, pipeline.storage"),
    (
        "pipeline.board.compare",
        "import datetime, pipeline.board.fold, pipeline.model.text, pipeline.model, pipeline.model.errors",
    ),
]


def contracts() -> dict[str, configparser.SectionProxy]:
    """The contracts in the configuration, by their names."""
    parser = configparser.ConfigParser()
    parser.read(CONFIG, encoding="utf-8")
    return {parser[at]["name"]: parser[at] for at in parser.sections() if at.startswith("importlinter:contract:")}


def listed_modules() -> list[str]:
    """Each module of ``pipeline`` and ``flows`` that the layers name."""
    return [
        f"{package}.{name}"
        for package, contract in (("pipeline", LAYERS), ("flows", FLOWS))
        for name in re.findall(r"\w+", contracts()[contract]["layers"])
    ]


def copy_tree(to: Path, *, code: bool) -> Path:
    """The packages under ``to``, with or without their code, completed with stubs of what is listed."""
    for package in ("pipeline", "flows"):
        for source in (ROOT / package).rglob("*.py"):
            target = to / source.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes() if code else b"")
    for module in listed_modules():
        stub = to.joinpath(*module.split("."))
        if not (stub / "__init__.py").exists() and not stub.with_suffix(".py").exists():
            stub.with_suffix(".py").write_text("")
    shutil.copy(CONFIG, to)
    return to


def plant(tree: Path, module: str, line: str) -> None:
    """Write ``line`` as the code of ``module``, which is made where it is missing."""
    path = tree.joinpath(*module.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    file.write_text(f"{line}\n" if line else "")


def lint_imports(tree: Path) -> tuple[int, list[str], str]:
    """The exit status of import-linter in ``tree``, the names of the broken contracts, and all it printed."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"],
        cwd=tree,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "200"},
        timeout=60,
    )
    told = done.stdout + done.stderr
    broken = [name for name in contracts() if re.search(rf"^{re.escape(name)} BROKEN", told, re.MULTILINE)]
    return done.returncode, broken, told


@pytest.mark.slow
@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: f"{planted.module}: {planted.line or 'unlisted'}")
def test_a_planted_violation_breaks_its_contract_and_no_other(tmp_path, planted):
    tree = copy_tree(tmp_path, code=False)
    plant(tree, planted.module, planted.line)
    if planted.importer:
        plant(tree, planted.importer, f"import {planted.module}")

    status, broken, told = lint_imports(tree)

    assert (status, broken) == (1, [planted.contract]), told
    assert planted.module.rpartition(".")[2] in told


@pytest.mark.slow
def test_what_each_contract_allows_is_kept(tmp_path):
    tree = copy_tree(tmp_path, code=False)
    for module, line in ALLOWED:
        plant(tree, module, line)

    assert lint_imports(tree)[:2] == (0, [])


@pytest.mark.slow
def test_the_code_as_it_is_keeps_every_contract(tmp_path):
    status, broken, told = lint_imports(copy_tree(tmp_path, code=True))

    assert (status, broken) == (0, []), told


def test_each_contract_has_a_planted_violation():
    assert {planted.contract for planted in PLANTED} == set(contracts())


def test_a_pure_module_of_the_layers_is_in_the_contract_of_the_pure():
    layers = contracts()[LAYERS]["layers"].strip().splitlines()
    pure_layers = layers[layers.index("steps") + 1 :]

    pure = {f"pipeline.{name}" for layer in pure_layers for name in re.findall(r"\w+", layer)}

    assert set(contracts()[PURE]["source_modules"].split()) == pure | {"pipeline.watches.drafting"}


# -- the clock ------------------------------------------------------------------------------------

CLOCK_READS = {
    "datetime.now": "from datetime import datetime, UTC\n\nWHEN = datetime.now(UTC)\n",
    "datetime.utcnow": "import datetime\n\nWHEN = datetime.datetime.utcnow()\n",
    "time.time": "import time\n\nWHEN = time.time()\n",
    "from time": "from time import time\n\nWHEN = time()\n",
}


def banned(module: str, source: str) -> list[str]:
    """The codes of ruff's banned-api rule for ``source``, as if it stood in ``module``."""
    done = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--no-cache", "--select=TID251", f"--stdin-filename={module}", "-"],
        input=source,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
    )
    return re.findall(r"\bTID251\b", done.stdout)


@pytest.mark.parametrize("read", CLOCK_READS)
@pytest.mark.parametrize("module", ["pipeline/board/compare.py", "pipeline/storage/store.py"])
def test_a_planted_clock_read_is_caught(read, module):
    assert set(banned(module, CLOCK_READS[read])) == {"TID251"}


def test_a_monotonic_clock_for_durations_is_allowed():
    assert banned("pipeline/fetch.py", "import time\n\nSTART = time.monotonic()\n") == []


def test_flows_may_read_the_clock():
    assert banned("flows/monitor.py", CLOCK_READS["datetime.now"]) == []


# -- what a run imports -----------------------------------------------------------------------------

OF_THE_WORKERS = {"feedparser", "trafilatura", "lxml", "onnxruntime"}
OF_SOME_RUNS = {"jinja2", "uvicorn", "apprise", "dask", "distributed", "pandas"}


@pytest.mark.slow
def test_a_run_does_not_import_what_only_its_workers_or_some_runs_need():
    program = "import flows.monitor, sys; print(*(name for name in sys.modules if '.' not in name))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    imported = set(done.stdout.split())

    assert {"prefect", "duckdb", "aiohttp"} <= imported
    assert not imported & (OF_THE_WORKERS | OF_SOME_RUNS)


@pytest.mark.slow
def test_serve_imports_prefect_only_after_it_has_set_what_prefect_reads():
    program = "import flows.commands.serve, sys; print('prefect' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
