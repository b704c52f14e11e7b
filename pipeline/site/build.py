"""The site of a watch: its page, picture, feeds and calendar, made from the published file and written beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.alerts.expected import expected_days
from pipeline.model import AlertRule
from pipeline.site import PAGE, SITE, calendar, chart, draw, feeds, page, why
from pipeline.site.files import write
from pipeline.site.view import View, view_of
from pipeline.storage import open_published

_PICTURE, _SUMMARY = "timeline", "summary.json"
_NAME = re.compile(r"[\w][\w.-]*")


@dataclass(frozen=True, slots=True)
class Built:
    """What was written: the page's path, and the names of the files that are other than before."""

    page: Path
    written: tuple[str, ...]


def build(
    data_dir: Path,
    watch: str,
    title: str,
    *,
    folder: Path | None = None,
    page_url: str = "",
    rules: Sequence[AlertRule] = (),
) -> Built:
    """Make the site of ``watch`` from the published file, and write what is other than before.

    Args:
        data_dir: the data folder, which holds the published file.
        watch: the watch's short name.
        title: its title.
        folder: where the site goes; None is ``site`` in the data folder. Each watch has a folder in it.
        page_url: address of a page about a change, as the setting has it, for the feeds.
        rules: the watch's alert rules, whose thresholds the page that tells why names.

    Raises:
        StorageError: nothing is published, or the file can't be read.
        OSError: a file can't be written.
        ValueError: the watch's name can't be a folder's.
    """
    if not _NAME.fullmatch(watch):
        raise ValueError(f"{watch!r} can't be the name of a folder")
    root = folder or data_dir / SITE
    view, names, accounts = load_view(data_dir, watch, title)
    drawn, pictures = _pictures(view, root / watch)
    made: dict[str, bytes] = {
        **drawn,
        **{name: (page.TEMPLATES / name).read_bytes() for name in page.BESIDE},
        "changes.atom": feeds.atom(view, page_url),
        **feeds.slot_feeds(view, page_url),
        "changes.json": feeds.json_feed(view, page_url),
        "expected.ics": calendar.calendar(view),
        _SUMMARY: page.summary_json(view),
        why.WHY: why.why_page(view, accounts, rules).encode("utf-8", "replace"),
        # Last, so that what it names is there.
        PAGE: page.page(view, pictures, {account.anchor for account in accounts}).encode("utf-8", "replace"),
    }
    written = [name for name, data in made.items() if write(root / watch / name, data)]
    summaries = [_summary(root / name) for name in names if (root / name / PAGE).is_file()]
    if write(root / PAGE, page.home(summaries).encode("utf-8", "replace")):
        written.append(f"../{PAGE}")
    return Built(root / watch / PAGE, tuple(written))


def _summary(folder: Path) -> page.Summary:
    """What the page in ``folder`` says in short; of a page that another version wrote, its name alone."""
    try:
        data = json.loads((folder / _SUMMARY).read_text("utf-8"))
        return page.Summary(folder.name, str(data["title"]), str(data["headline"]), str(data["round"]))
    except (OSError, ValueError, KeyError, TypeError):
        return page.Summary(folder.name, folder.name)


def load_view(data_dir: Path, watch: str, title: str) -> tuple[View, tuple[str, ...], tuple[why.Account, ...]]:
    """What the page of ``watch`` says, the names of all watches of the published file, and why each thing was told.

    Raises:
        StorageError: nothing is published, or the file can't be read.
    """
    with open_published(data_dir) as store:
        rows, names = store.site(watch), store.watches()
        known = {change.change_id: change for change in store.load_changes(watch)}
        view = view_of(rows, title, expected_days(known[row["change_id"]] for row in rows.board))
        trails = store.recent_trails(watch, view.now - why.SINCE, why.MOST)
    return view, names, why.accounts_of(trails)


def _pictures(view: View, folder: Path) -> tuple[Mapping[str, bytes], tuple[page.Picture, ...]]:
    """The files of the timeline, whole and of the last days, that are other than before; and all of it for the page."""
    label = f"Timeline of {view.title}: {len(view.cards)} changes"
    drawn: dict[str, bytes] = {}
    pictures: list[page.Picture] = []
    for days in (None, *chart.spans_of(view)):
        spec = chart.spec(view, days=days)
        if spec is None:
            continue
        made, svg = _picture(spec, folder, f"{_PICTURE}-{days}" if days else _PICTURE, with_png=days is None)
        drawn |= made
        told = f"{label}, the last {days} days" if days else label
        pictures.append(page.Picture(days, draw.for_page(svg, told), *chart.domain_of(view, days)))
    return drawn, tuple(pictures)


def _picture(spec: dict[str, Any], folder: Path, name: str, *, with_png: bool) -> tuple[Mapping[str, bytes], str]:
    """The picture's files and its SVG; drawn only where its specification is other than the one beside it."""
    text = draw.fingerprint(spec).encode()
    spec_name, svg_name, png_name = (f"{name}.{ending}" for ending in ("vl.json", "svg", "png"))
    there = [folder / one for one in (spec_name, svg_name, *([png_name] if with_png else []))]
    if all(one.is_file() for one in there) and there[0].read_bytes() == text:
        return {}, there[1].read_text("utf-8")
    svg = draw.draw_svg(spec)
    png = {png_name: draw.png_of(svg)} if with_png else {}
    return {**png, svg_name: svg.encode(), spec_name: text}, svg
