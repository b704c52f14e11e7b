"""How well pages become text and dates, on the evaluation sets of trafilatura and htmldate.

Run as ``python -m tests.bench_pages.evaluation FOLDER`` on the folder ``tests`` of a clone of either. The set of
trafilatura (``evaldata.json``) names for each page what its text must have and must not have; htmldate's
(``eval_*.json``) its day. Ours is told beside what the library does alone. Nothing of a set is kept here.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from htmldate import find_date
from trafilatura import extract

from pipeline.errors import ContentError
from pipeline.extract.decode import decode_html
from pipeline.extract.extract import extract_page
from pipeline.extract.page import ExtractedPage
from pipeline.model import Precision
from pipeline.text import squeeze

_SEEN = datetime(2026, 1, 1, tzinfo=UTC)  # later than any page of the sets
_FOLDERS = ("test_set", "cache", "eval")  # where the sets keep their pages


@dataclass
class Report:
    """What was counted: by us, by the library alone, and the pages that we refused, with their reasons."""

    ours: Counter[str] = field(default_factory=Counter)
    theirs: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)


def measure_text(folder: Path) -> Report:
    """Count the parts of pages that are in their texts, and are to be there or not."""
    report = Report()
    for url, truth, body in _pages(folder, "evaldata.json"):
        page = _extracted(body, url, report)
        report.ours += _parts(truth, page.text if page else "")
        report.theirs += _parts(
            truth, _or_none(lambda body=body: extract(body, fast=True, include_comments=False)) or ""
        )
    return report


def measure_dates(folder: Path) -> Report:
    """Count right, wrong and missing days of the pages that have one and give an article."""
    report = Report()
    for url, truth, body in _pages(folder, "eval_*.json"):
        page = _extracted(body, url, report)
        day = truth["date"]
        if page is None or not isinstance(day, str):
            continue
        found = "" if page.published.source == "seen" else page.published.time.date().isoformat()
        report.ours[_told(found, day)] += 1
        text = decode_html(body, "")[0]
        report.theirs[_told(_or_none(lambda text=text: find_date(text, original_date=True)) or "", day)] += 1
    return report


def f1(counted: Counter[str]) -> float:
    """Return F1 of the parts that are right, wrong and missing."""
    return 2 * counted["right"] / max(1, 2 * counted["right"] + counted["wrong"] + counted["missing"])


def _pages(folder: Path, pattern: str) -> Iterator[tuple[str, dict[str, Any], bytes]]:
    for index in sorted(folder.glob(pattern)):
        for url, truth in json.loads(index.read_text("utf-8")).items():
            path = next((p for one in _FOLDERS if (p := folder / one / truth["file"]).is_file()), None)
            if path is None:
                raise FileNotFoundError(f"{index} names {truth['file']}, which is in none of {', '.join(_FOLDERS)}.")
            yield url, truth, path.read_bytes()


def _extracted(body: bytes, url: str, report: Report) -> ExtractedPage | None:
    try:
        return extract_page(
            body,
            content_type="text/html",
            url=url,
            feed_published=None,
            feed_precision=Precision.TIME,
            seen_at=_SEEN,
        )
    except ContentError as error:
        report.refused.append(f"{error.code}: {error}")
        return None


def _or_none(call: Callable[[], str | None]) -> str | None:
    try:
        return call()
    except Exception:  # what the library breaks on, it does not find
        return None


def _parts(truth: dict[str, Any], text: str) -> Counter[str]:
    text = squeeze(text)
    right = sum(squeeze(part) in text for part in truth["with"])
    wrong = sum(squeeze(part) in text for part in truth["without"])
    return Counter(right=right, wrong=wrong, missing=len(truth["with"]) - right)


def _told(found: str, day: str) -> str:
    return "missing" if not found else "right" if found == day else "wrong"


def main(folder: Path) -> str:
    """Return what is told of the set in ``folder``."""
    if (folder / "evaldata.json").exists():
        report, alone = measure_text(folder), "trafilatura, fast"
    elif any(folder.glob("eval_*.json")):
        report, alone = measure_dates(folder), "htmldate alone"
    else:
        raise SystemExit(f"{folder} holds neither evaldata.json (trafilatura) nor eval_*.json (htmldate).")
    rows = (("ours", report.ours), (alone, report.theirs))
    told = (
        f"{name:18} F1 {f1(row):.4f}  right {row['right']}  wrong {row['wrong']}  missing {row['missing']}"
        for name, row in rows
    )
    return "\n".join((*told, f"refused: {len(report.refused)}", *(f"  {reason}" for reason in report.refused)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure text or dates on an evaluation set.")
    parser.add_argument("folder", type=Path, help="the folder tests of a clone of trafilatura or htmldate")
    print(main(parser.parse_args().folder))
