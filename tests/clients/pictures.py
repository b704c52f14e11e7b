"""The picture of harlequin in docs/clients/harlequin.md: ``python -m tests.clients.pictures FILE``.

``FILE`` is the missionwatch.duckdb that ``make run`` leaves. Chromium makes the PNG of what harlequin draws.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.clients.clients import ALL, Program
from tests.clients.install import ROOT

PICTURE = ROOT / "docs" / "pictures" / "client-harlequin.png"
QUESTION = """\
SELECT aspect, subject, stage, since, sources
FROM board
WHERE stage <> 'proposed'
ORDER BY since DESC, aspect;"""
SCALE = 0.8  # of harlequin's own drawing, which is large


def main(file: str) -> None:
    """Ask, and take the picture."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium")
    [harlequin] = [client for client in ALL if client.name == "harlequin"]
    if harlequin.missing:
        raise SystemExit(harlequin.missing)
    with tempfile.TemporaryDirectory(prefix="missionwatch-pictures-") as folder:
        drawn = Path(folder, "harlequin.svg")
        with harlequin.start() as session:
            assert isinstance(session, Program)
            session.open(file)
            session.ask(QUESTION)
            session.picture(drawn, "missionwatch main board")
            session.close()
        # Its fonts would be fetched from the network: the machine's own are to be taken.
        svg = re.sub(r"@font-face\s*\{.*?\}", "", drawn.read_text("utf-8"), flags=re.S)
        size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
        assert size is not None
        width, height = (int(float(side) * SCALE) for side in size.groups())
        page = Path(folder, "page.html")
        page.write_text(f"<style>body{{margin:0}}svg{{width:{width}px;height:{height}px}}</style>{svg}", "utf-8")
        subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
             "--disable-background-networking", f"--user-data-dir={folder}/profile", f"--window-size={width},{height}",
             f"--screenshot={PICTURE}", page.as_uri()],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    print(f"{PICTURE.relative_to(ROOT)}: {width} x {height}")


if __name__ == "__main__":
    main(sys.argv[1])
