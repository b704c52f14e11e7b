"""The picture of docs/alerts.md: the page that a link opens, before and after its button, as wide as a phone.

    python -m tests.site.receiver.pictures [FOLDER]

Needs Chromium. The pages come from a receiver on loopback; places, outlets and sentences are invented.
"""

from __future__ import annotations

import html
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from pipeline.alerts import fill_in_links
from pipeline.alerts.acknowledgement import link_template
from pipeline.model import Alert
from pipeline.site.receiver.desk import Desk, Place
from pipeline.site.receiver.server import AckServer
from tests.notify.samples import alert, message, section
from tests.site.receiver.conftest import Receiver, fill

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs" / "pictures"
NAME = "acknowledge.png"
WIDTH, HEIGHT, GAP = 390, 830, 24  # of one phone
KEY = b"of the picture alone, and of nothing else"
FRAME = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><style>body{{margin:0;padding:{GAP}px;display:flex;
gap:{GAP}px;background:#e6e6e6}}iframe{{border:0;width:{WIDTH}px;height:{HEIGHT}px;background:#fff;border-radius:14px}}
</style></head><body>FRAMES</body></html>"""


def shown() -> Alert:
    """What is acknowledged in the picture."""
    second = section(
        heading="Strength",
        became="deployed: 991 (in effect) became 1,140 (in effect)",
        after_quote="The force has 1,140 people on the island, its spokesman said.",
    )
    made = alert("env:DESK_URL", message(section(), second))
    return replace(made, watch="haiti")  # as the receiver of the tests has it


def pages(folder: Path) -> list[str]:
    """The page as it opens, and the one after the button."""
    told = shown()
    fill(folder, told)
    way = (link_template("https://desk.example.org/watch"), KEY)
    desk = Desk({"haiti": Place("Isle force", folder)})
    with AckServer(desk, {"haiti": KEY}, port=0) as server:
        receiver = Receiver(folder, server, desk, way)
        assert "Acknowledge: https://" in fill_in_links(told, folder="seeds/isle", ack_url=way[0], ack_key=KEY).body
        link = receiver.link(told)
        before = receiver.ask("GET", link).text
        after = receiver.press(link, by="Ann Lee", note="Told the duty desk, and rang Port Harbour.").text
    # The store notes this machine's time; the picture's is that of its world.
    return [before, re.sub(r"(By Ann Lee on )[^.]+", r"\g<1>01 Oct 2025, 12:04 UTC", after)]


def main(folder: Path = FOLDER) -> None:
    """Take the picture anew."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory(prefix="missionwatch-") as temporary:
        base = Path(temporary)
        frames = "".join(f'<iframe srcdoc="{html.escape(page, quote=True)}"></iframe>' for page in pages(base / "data"))
        (base / "both.html").write_text(FRAME.replace("FRAMES", frames), "utf-8")
        subprocess.run(
            [
                browser,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--force-device-scale-factor=1",
                f"--user-data-dir={base / 'profile'}",
                f"--window-size={2 * WIDTH + 3 * GAP},{HEIGHT + 2 * GAP}",
                f"--screenshot={folder / NAME}",
                (base / "both.html").as_uri(),
            ],
            capture_output=True,
            timeout=120,
            check=True,
        )
    print(f"{NAME}: {(folder / NAME).stat().st_size // 1024} KB")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve()) if len(sys.argv) > 1 else main()
