"""How well real pages become text and dates, and which of them are refused, on sets that others made.

Run as ``python -m tests.bench_pages.evaluation FOLDER...`` on any of: the folder ``tests`` of a clone of trafilatura
or of htmldate, ``test/test-pages`` of one of Mozilla's Readability, and the folder of
:mod:`tests.bench_pages.measure`. The set of trafilatura (``evaldata.json``) names for each page what its text must have
and must not have; htmldate's (``eval_*.json``) its day. Ours is told beside what the library does alone.
``--update-docs`` writes the figures into docs/extraction.md. Nothing of a set is kept here.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from htmldate import find_date
from trafilatura import extract

from pipeline.lab.bench import Table, as_markdown, as_text
from pipeline.model import Precision
from pipeline.model.charset import decode
from pipeline.model.errors import ContentError
from pipeline.model.text import shorten, squeeze
from pipeline.pages.extract import extract_page
from pipeline.pages.page import ExtractedPage
from tests.doc_pages import rewritten

PAGE = Path(__file__).resolve().parents[2] / "docs" / "extraction.md"
BEGIN = (
    "<!-- figures: written by `python -m tests.bench_pages.evaluation FOLDER... --update-docs`; do not edit by hand -->"
)
END = "<!-- end of figures -->"

_SEEN = datetime(2026, 1, 1, tzinfo=UTC)  # later than any page of the sets
_FOLDERS = ("test_set", "cache", "eval")  # where the sets keep their pages


class Refused(NamedTuple):
    """A page that gave no article: its address, the code, and what the message says of it."""

    url: str
    code: str
    reason: str


@dataclass
class Report:
    """What was counted of a set: by us and by the library alone, and the pages that we refused."""

    name: str
    ours: Counter[str] = field(default_factory=Counter)
    theirs: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    refused: list[Refused] = field(default_factory=list)


def measure(folder: Path) -> Report:
    """Measure the set in ``folder``, whichever it is."""
    if (folder / "evaldata.json").exists():
        return measure_text(folder)
    if any(folder.glob("eval_*.json")):
        return measure_dates(folder)
    report = Report("scrapinghub" if (folder / "ground-truth.json").exists() else "readability")
    for url, body in _pages_alone(folder):
        _extracted(body, url, report)
    if not report.pages:
        raise SystemExit(
            f"{folder} holds neither evaldata.json (trafilatura) nor eval_*.json (htmldate), no ground-truth.json "
            "(scrapinghub) and no folders with source.html (Readability)."
        )
    return report


def measure_text(folder: Path) -> Report:
    """Count the parts of pages that are in their texts, and are to be there or not."""
    report = Report("trafilatura")
    for url, truth, body in _pages(folder, "evaldata.json"):
        page = _extracted(body, url, report)
        report.ours += _parts(truth, page.text if page else "")
        report.theirs += _parts(
            truth, _or_none(lambda body=body: extract(body, fast=True, include_comments=False)) or ""
        )
    return report


def measure_dates(folder: Path) -> Report:
    """Count right, wrong and missing days of the pages that have one and give an article."""
    report = Report("htmldate")
    for url, truth, body in _pages(folder, "eval_*.json"):
        page = _extracted(body, url, report)
        day = truth["date"]
        if page is None or not isinstance(day, str):
            continue
        found = "" if page.published.source == "seen" else page.published.time.date().isoformat()
        report.ours[_told(found, day)] += 1
        text = decode(body, "").text
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


def _pages_alone(folder: Path) -> Iterator[tuple[str, bytes]]:
    if (truth := folder / "ground-truth.json").exists():
        for name, gold in json.loads(truth.read_text("utf-8")).items():
            yield gold["url"], gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())
    for source in sorted(folder.glob("*/source.html")):
        yield f"https://readability.test/{source.parent.name}", source.read_bytes()


def _extracted(body: bytes, url: str, report: Report) -> ExtractedPage | None:
    report.pages += 1
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
        report.refused.append(Refused(url, error.code, str(error).rpartition(url)[2].strip(" .")))
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


def tables(reports: list[Report]) -> list[Table]:
    """Return what is told of the sets: what was found, and each page that was refused, with its reason."""
    refused = [(report.name, page) for report in reports for page in report.refused]
    return [
        Table(
            "Pages that give an article",
            ("set", "pages", "give an article", "refused", "of these for their size or their tags"),
            tuple(
                (r.name, *map(str, (r.pages, r.pages - len(r.refused), len(r.refused), sum(map(_for_cost, r.refused)))))
                for r in reports
            ),
        ),
        Table(
            "What is right of the parts of texts (trafilatura) and of the days (htmldate)",
            ("set", "by", "right", "wrong", "missing", "F1"),
            tuple(
                (r.name, by, *(str(counted[key]) for key in ("right", "wrong", "missing")), f"{f1(counted):.4f}")
                for r in reports
                for by, counted in (("ours", r.ours), ("the library alone", r.theirs))
                if counted
            ),
        ),
        Table(
            "Each page that is refused",
            ("set", "page", "code", "reason"),
            tuple((name, f"`{shorten(page.url, 90)}`", page.code, page.reason) for name, page in refused),
        ),
    ]


def _for_cost(page: Refused) -> bool:
    return page.code.startswith("too-")


def main(folders: list[Path], *, update_docs: bool = False) -> str:
    """Return what is told of the sets in ``folders``, and write it into the docs where that is asked."""
    told = tables([measure(folder) for folder in folders])
    if update_docs:
        *counts, _ = told  # the refused pages are printed, and too many for a document
        figures = "\n\n".join(map(as_markdown, counts))
        PAGE.write_text(rewritten(PAGE.read_text("utf-8"), figures, begin=BEGIN, end=END, page=PAGE), "utf-8")
    return "\n\n".join(map(as_text, told))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure text, dates and refusals on evaluation sets.")
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER", help="the pages of a set, as above")
    parser.add_argument("--update-docs", action="store_true", help="write the figures into docs/extraction.md")
    asked = parser.parse_args()
    print(main(asked.folders, update_docs=asked.update_docs))
