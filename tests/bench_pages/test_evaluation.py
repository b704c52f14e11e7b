"""The measure on foreign evaluation sets, on one of two pages that is made here."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from evaluation import f1, main, measure, measure_dates, measure_text

STORY = "".join(
    f"<p>On day {n} the council met and agreed to send more officers to the mission in the capital.</p>"
    for n in range(9)
)
DATED = '<meta property="article:published_time" content="2025-09-30T21:30:00-04:00">'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "cache").mkdir()
    (tmp_path / "eval").mkdir()
    (tmp_path / "cache" / "a.html").write_text(
        f"<html><head>{DATED}</head><body><nav>Ten beaches</nav><article>{STORY}</article></body></html>"
    )
    (tmp_path / "eval" / "b.html").write_text("<html><body><p>Log in.</p></body></html>")
    return tmp_path


def test_parts_of_the_text_are_counted_and_refused_pages_miss_theirs(folder: Path) -> None:
    (folder / "evaldata.json").write_text(
        json.dumps(
            {
                "https://isle.test/a": {
                    "file": "a.html",
                    "with": ["On day 1", "On day 99"],
                    "without": ["Ten beaches"],
                },
                "https://isle.test/b": {"file": "b.html", "with": ["Log in"], "without": []},
            }
        )
    )

    report = measure_text(folder)

    assert report.ours == Counter(right=1, missing=2)
    assert f1(report.ours) == 0.5
    assert report.refused == [
        ("https://isle.test/b", "no-text", "has no article text (2 words; fewer than 25 are no article)")
    ]
    assert "no-text" in main([folder])


def test_days_are_counted_of_pages_that_give_an_article(folder: Path) -> None:
    (folder / "eval_isle.json").write_text(
        json.dumps(
            {
                "https://isle.test/a": {"file": "a.html", "date": "2025-09-30"},
                "https://isle.test/b": {"file": "b.html", "date": "2025-09-30"},
            }
        )
    )

    report = measure_dates(folder)

    assert (report.ours, report.theirs) == (Counter(right=1), Counter(right=1))


def test_a_page_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "eval_isle.json").write_text(
        json.dumps({"https://isle.test/c": {"file": "c.html", "date": "2025-09-30"}})
    )

    with pytest.raises(FileNotFoundError, match=r"c\.html"):
        measure_dates(folder)


def test_pages_without_gold_are_counted_and_the_refused_are_named(tmp_path: Path) -> None:
    for name, body in (("story", STORY), ("login", "<p>Log in.</p>")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "source.html").write_text(f"<html><body>{body}</body></html>")

    report = measure(tmp_path)

    assert (report.pages, [page.url for page in report.refused]) == (2, ["https://readability.test/login"])


def test_a_folder_without_a_set_is_told(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="neither"):
        main([tmp_path])
