"""The pictures of docs/serving.md: a served watch over its archive, as Prefect's own pages show it.

    python -m tests.flows.serving.pictures [FOLDER]

Needs Chromium. Starts a Prefect server and ``missionwatch serve``, has it do a few rounds of the first watch's
archive, and takes its pages; nothing leaves the machine.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.lab.replay import ArchiveServer, load_archive
from tests.flows.serving.patience import call, until
from tests.flows.serving.server import ROOT, PrefectServer
from tests.ports import free_port

FOLDER = ROOT / "docs" / "pictures"
DAYS = (
    datetime(2025, 9, 28, 23, tzinfo=UTC),
    datetime(2025, 9, 30, 23, tzinfo=UTC),
    datetime(2025, 10, 1, 23, tzinfo=UTC),
)
SERVE = ("serve", "seeds/haiti", "--every", "1440", "--poll-every", "0")  # the rounds are ours
MAX_BYTES = 150_000
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def do_round(server: PrefectServer, day: datetime) -> str:
    """One round of the watch that is served, at ``day``; the id of its flow run."""
    made = until(lambda: deployment(server, "monitor"), "the watch is served")
    request = {**made["parameters"]["request"], "now": day.isoformat()}
    run = call(server, "POST", f"/deployments/{made['id']}/create_flow_run", {"parameters": {"request": request}})
    until(lambda: state(server, run["id"]) in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED"), "the round is over")
    if state(server, run["id"]) != "COMPLETED":
        raise SystemExit(f"The round of {day:%d %b} ended as {state(server, run['id'])}.")
    return str(run["id"])


def deployment(server: PrefectServer, flow: str) -> dict[str, Any] | None:
    """The watch's deployment of ``flow``; None while there is none."""
    wanted = {"flows": {"name": {"any_": [flow]}}, "deployments": {"name": {"any_": ["haiti"]}}}
    found = call(server, "POST", "/deployments/filter", wanted)
    return found[0] if found else None


def state(server: PrefectServer, run_id: str) -> str:
    """The state of a flow run."""
    return str(call(server, "GET", f"/flow_runs/{run_id}")["state_type"])


def pages(server: PrefectServer, run_id: str) -> dict[str, tuple[str, int]]:
    """Each picture's address in the newer UI, which is the one that opens, and its height, by the picture's name."""
    shown = call(server, "POST", "/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run_id]}}})
    ids = {one["key"]: one["id"] for one in shown}
    form = deployment(server, "monitor")
    assert form is not None
    return {
        "prefect-runs.png": ("/runs", 1000),
        "prefect-run.png": (f"/runs/flow-run/{run_id}?tab=Artifacts", 800),
        "prefect-events.png": ("/events?resource=%5B%22missionwatch.watch.haiti%22%5D", 800),
        "prefect-board.png": (f"/artifacts/artifact/{ids['board-haiti']}", 740),
        "prefect-changes.png": (f"/artifacts/artifact/{ids['changes-haiti']}", 740),
        "prefect-form.png": (f"/deployments/deployment/{form['id']}/run", 900),
    }


def take(browser: str, address: str, picture: Path, height: int, folder: Path) -> None:
    """Save the page at ``address`` once it has had time to ask the server for all that it shows."""
    command = [
        browser,
        *FLAGS,
        f"--user-data-dir={folder}",
        f"--window-size=1280,{height}",
        "--virtual-time-budget=15000",
        f"--screenshot={picture}",
        address,
    ]
    subprocess.run(command, capture_output=True, timeout=120, check=True)


def main(folder: Path = FOLDER) -> None:
    """Take all pictures anew."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="missionwatch-") as temporary:
        base = Path(temporary)
        watch = Path(shutil.copytree(ROOT / "seeds" / "haiti", base / "seeds" / "haiti"))
        with (
            ArchiveServer(load_archive(watch / "archive")) as archive,
            PrefectServer(PREFECT_SERVER_UI_API_URL=f"http://127.0.0.1:{port}/api").start(
                base / "prefect", port
            ) as server,
        ):
            serving = subprocess.Popen(
                [sys.executable, "-m", "flows.cli", *SERVE, "--archive-port", str(archive.port)],
                cwd=base,
                env={**server.env(), "PYTHONPATH": str(ROOT)},
            )
            try:
                run_id = ""
                for day in DAYS:
                    archive.set_now(day)
                    run_id = do_round(server, day)
                until(lambda: "status.changed" in str(call(server, "POST", "/events/filter", {})), "events are told")
                for name, (path, height) in pages(server, run_id).items():
                    take(
                        browser, server.url.removesuffix("/api") + "/v2" + path, folder / name, height, base / "profile"
                    )
                    size = (folder / name).stat().st_size
                    print(f"{name}: {size // 1024} KB{' - too large' if size > MAX_BYTES else ''}")
            finally:
                serving.terminate()
                serving.wait(60)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else main()
