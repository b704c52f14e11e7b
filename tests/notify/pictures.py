"""The pictures of docs/channels.md: a mail, a digest, a chat and a text message, as their readers see them.

    python -m tests.notify.pictures [FOLDER]

Needs Chromium. What is shown is what a channel hands over; the frame around a chat is ours, and so is the world:
places, outlets and sentences are invented.
"""

from __future__ import annotations

import base64
import html
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path

from apprise.conversion import markdown_to_html

from pipeline.alerts.compose import AT_ONCE, DIGEST, compose_message
from pipeline.alerts.message import Message
from pipeline.model import Alert, Aspect, Change, Picture, Stage, Verdict
from pipeline.model.text import content_id
from pipeline.notify.wording import words
from pipeline.site.lane import draw_lane, lane_of
from pipeline.storage import SiteRows
from tests.notify.samples import NEW, NEW_ARTICLE, NEW_ID, NOW, OLD, OLD_ID, WATCH, alert, article

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "pictures"
WIDTH = 720
MEASURE = "<script>document.documentElement.dataset.height=document.documentElement.scrollHeight</script>"
CHAT = """<!DOCTYPE html><html><head><meta charset="utf-8"><style>
body{margin:0;padding:16px;font:15px/1.45 "Noto Sans",Helvetica,Arial,sans-serif;color:#1d1c1d;background:#fff}
.row{display:flex;gap:10px}.who{font-weight:bold}.when{color:#616061;font-size:12px;margin-left:6px}
.face{flex:none;width:36px;height:36px;border-radius:6px;background:#0b5cad;color:#fff;font-weight:bold;
display:flex;align-items:center;justify-content:center}.text{min-width:0;overflow-wrap:anywhere}
.text p{margin:4px 0}.text ul,.text ol{margin:4px 0;padding-left:22px}
blockquote{margin:6px 0;padding:0 0 0 10px;border-left:4px solid #ddd}code{background:#f4f4f4;border:1px solid #ddd;
border-radius:3px;font-size:12.5px;padding:0 3px;color:#8a1f1f}a{color:#1264a3;text-decoration:none}
.title{font-weight:bold;margin:0 0 4px}</style></head><body><div class="row"><div class="face">M</div>
<div class="text"><span class="who">Missionwatch</span><span class="when">18:21</span>
<p class="title">TITLE</p>BODY</div></div></body></html>"""
SMS = """<!DOCTYPE html><html><head><meta charset="utf-8"><style>body{margin:0;padding:16px;background:#fff;
font:16px/1.4 "Noto Sans",Helvetica,Arial,sans-serif}div{background:#e9e9eb;border-radius:16px;padding:10px 14px;
max-width:330px;overflow-wrap:anywhere;white-space:pre-line}</style></head><body><div>BODY</div></body></html>"""

COMMAND = replace(
    NEW,
    change_id=content_id("change", 3),
    aspect=Aspect.COMMAND,
    subject="force commander",
    verdict=Verdict.NEW,
    stage=Stage.PLANNED,
    value="a new commander from Northland",
    quote="Northland is expected to name a commander in the coming days, two diplomats said.",
    confidence=0.62,
    before_stage=None,
    before_value=None,
    supersedes=None,
    event_date=None,
    article_id=content_id("article", 3),
    known_at=datetime(2025, 9, 30, 8, 40, tzinfo=UTC),
)
STRENGTH = replace(
    NEW,
    change_id=content_id("change", 4),
    aspect=Aspect.STRENGTH,
    subject="deployed",
    verdict=Verdict.DISPUTES,
    stage=Stage.IN_EFFECT,
    value="991",
    disputed_value="750",
    quote="The force has 750 people on the island, its spokesman said.",
    confidence=0.83,
    supersedes=None,
    event_date=date(2025, 9, 29),
    article_id=content_id("article", 4),
)
ARTICLES = (
    article(NEW_ARTICLE),
    article(
        content_id("article", 3),
        url="https://times.example/northland",
        outlet="Harbour Times",
        title="Who will command the force?",
        published=datetime(2025, 9, 30, 8, 40, tzinfo=UTC),
        family="times",
        origin="times",
    ),
    article(
        content_id("article", 4),
        url="https://gazette.example/750",
        outlet="Island Gazette",
        title="Spokesman: 750, not 991",
        published=datetime(2025, 9, 29, 14, 12, tzinfo=UTC),
        family="gazette",
        origin="gazette",
    ),
)
QUIET = (
    "WHAT WAS DONE in the 24 hours to 01 Oct 2025 06:00 UTC\n"
    "Feeds: 41 watched, 388 due and polled, none failing now, 1 silent for longer than usual\n"
    "Entries: 2904 seen, 212 new\nArticles: 204 read, 19 about the mission\n"
    "Claims: 14 repeats, 9 stale, 3 confirms\nWaiting to be read: 0"
)
ACK = "Acknowledge: missionwatch alerts ack seeds/isle 00000000-0000-5000-8000-000000000001"


def told(*changes: Change, kind: str = AT_ONCE, closing: str = ACK) -> Message:
    """The message about ``changes`` in the samples' world."""
    return compose_message(
        changes,
        articles={one.article_id: one for one in ARTICLES},
        before={OLD_ID: OLD},
        origins={NEW_ID: 2},
        kind=kind,
        watch=WATCH,
        folder="seeds/isle",
        closing=closing,
    )


def timeline(*changes: Change) -> Picture:
    """The picture that goes with a message about the last of ``changes``."""
    names = "slot origin family outlet baseline_outlet baseline_url title url why alerts delivered_at silence"
    beside = dict.fromkeys(names.split())
    rows = tuple({**beside, **asdict(change), "seq": seq} for seq, change in enumerate(changes))
    lane = lane_of(SiteRows("isle", NOW, (), rows, {}, (), (), (), {}, {}), WATCH.title, [changes[-1].change_id])
    assert lane is not None
    return Picture("timeline.png", lane.alt, draw_lane(lane.spec))


def as_mailed(told_: Alert, picture: Picture) -> str:
    """A mail's page with its picture in it, as a mail program puts it there."""
    inline = f"data:image/png;base64,{base64.b64encode(picture.png).decode('ascii')}"
    return words(told_, "html", picture=picture).body.replace(f"cid:{picture.name}", inline)


def pages() -> dict[str, str]:
    """Each picture's page, by the picture's name."""
    one = alert("x", told(NEW))
    digest = alert("x", told(COMMAND, STRENGTH, kind=DIGEST, closing=QUIET))
    chat = words(one, "markdown")
    short = words(one, "chat", limit=160, title_in_body=True)
    return {
        "alert-mail.png": as_mailed(one, timeline(OLD, NEW)),
        "alert-digest.png": words(digest, "html").body,
        "alert-chat.png": CHAT.replace("TITLE", html.escape(chat.title)).replace("BODY", markdown_to_html(chat.body)),
        "alert-sms.png": SMS.replace("BODY", html.escape(f"{short.title}\n{short.body}")),
    }


def take(browser: str, page: str, picture: Path, width: int) -> None:
    """Save ``page`` as it looks in a window as high as it is."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(page.replace("</body>", f"{MEASURE}</body>"), "utf-8")
        dom = _run(browser, folder, f"--window-size={width},100", "--dump-dom", file.as_uri())
        found = re.search(r'data-height="(\d+)"', dom)
        if found is None:
            raise SystemExit(f"Chromium did not show {picture.name}: {dom[:200]}")
        size = f"--window-size={width},{found[1]}"
        _run(browser, folder, size, "--hide-scrollbars", f"--screenshot={picture}", file.as_uri())


def _run(browser: str, folder: str, *words_: str) -> str:
    flags = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
    quiet = ("--disable-background-networking", "--disable-component-update", "--disable-sync")
    command = [browser, *flags, *quiet, f"--user-data-dir={folder}/profile", *words_]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout


def main(folder: Path = FOLDER) -> None:
    """Take all pictures anew."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium")
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages().items():
        take(browser, page, (folder / name).resolve(), 380 if name == "alert-sms.png" else WIDTH)
        print(f"{name}: {(folder / name).stat().st_size // 1024} KB")


if __name__ == "__main__":
    main(Path(sys.argv[1])) if len(sys.argv) > 1 else main()
