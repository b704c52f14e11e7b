"""The site's files: written where they are other than before, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.site import draw
from pipeline.site.build import build
from pipeline.site.files import write
from pipeline.site.page import Summary, home
from pipeline.storage import is_ours
from tests.site.world import STRANGE, change_of

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="9" height="9"'
    ' viewBox="0 0 9 9" class="marks"><script>alert(1)</script><style>a{}</style><image href="http://x.example/"/>'
    '<a xlink:href="javascript:alert(1)"><path d="M0,0" aria-label="no place"/></a>'
    '<a xlink:href="https://vega.example/base/#c-12"><path d="M0,0" fill="#1c2128" style="x" onclick="y"'
    ' aria-label="says &lt;b&gt;"/></a></svg>'
)


def test_a_file_is_written_once_and_again_only_when_it_differs(tmp_path: Path) -> None:
    target = tmp_path / "new" / "page.html"
    assert [write(target, b"one"), write(target, b"one"), write(target, b"two")] == [True, False, True]
    assert target.read_bytes() == b"two"
    assert [path.name for path in target.parent.iterdir()] == ["page.html"]


def test_a_file_that_can_not_be_written_stays_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "page.html"
    write(target, b"old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write(target, b"new")
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_the_site_is_one_of_our_folders() -> None:
    assert is_ours("site")


def test_only_known_elements_and_places_on_the_page_pass_from_the_drawing() -> None:
    picture = draw.for_page(SVG, "Timeline")
    for bad in ("script", "style", "image", "javascript", "onclick", "vega.example", "xlink"):
        assert bad not in picture, bad
    assert 'href="#c-12"' in picture
    assert "<title>says &lt;b&gt;</title>" in picture
    assert 'role="group"' in picture
    assert 'aria-label="Timeline"' in picture


def test_with_several_watches_the_page_above_lists_each_and_leads_on_to_none() -> None:
    both = home([Summary("haiti", "Haiti & more", "Quiet for 7 days."), Summary("elsewhere", "Elsewhere")])
    assert '<a href="haiti/index.html">Haiti &amp; more</a>' in both
    assert "Quiet for 7 days." in both
    assert '<a href="elsewhere/index.html">Elsewhere</a>' in both
    assert "refresh" not in both
    assert 'content="0; url=haiti/index.html"' in home([Summary("haiti", "Haiti")])


def test_a_watch_whose_name_is_no_folders_name_is_refused(data_dir: Path) -> None:
    with pytest.raises(ValueError, match="can't be the name of a folder"):
        build(data_dir, "../elsewhere", "Haiti")


@pytest.mark.slow
def test_a_second_build_of_the_same_store_writes_nothing(site: Path, data_dir: Path) -> None:
    assert build(data_dir, "haiti", "Haiti").written == ()
    assert sorted(path.name for path in site.iterdir()) == [
        "changes.atom",
        "changes.json",
        "expected.ics",
        "icon.svg",
        "index.html",
        "site.css",
        "site.js",
        "slots",
        "summary.json",
        "timeline-30.svg",
        "timeline-30.vl.json",
        "timeline.png",
        "timeline.svg",
        "timeline.vl.json",
        "why.html",
        "why.js",
    ]


@pytest.mark.slow
def test_programs_find_the_watch_in_short_beside_its_page(site: Path) -> None:
    assert json.loads((site / "summary.json").read_text()) == {
        "watch": "haiti",
        "title": "Haiti",
        "headline": "Quiet for 7 days: the last change was reported on 13 Oct 2025.",
        "round": "20 Oct 2025, 12:00 UTC",
        "round_at": "2025-10-20T12:00:00+00:00",
        "changes": 12,
        "changes_in_seven_days": 0,
        "open_disputes": 1,
        "feeds": 4,
        "feeds_to_look_at": 1,
        "feeds_failing": 1,
        "feeds_quiet": 0,
    }


@pytest.mark.slow
def test_the_timeline_is_drawn_as_png_and_its_specification_lies_beside_it(site: Path) -> None:
    assert (site / "timeline.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert json.loads((site / "timeline.vl.json").read_text())["$schema"].startswith("https://vega.github.io/schema/")


@pytest.mark.slow
def test_the_picture_by_itself_leads_to_the_page_beside_it(site: Path) -> None:
    assert f'xlink:href="index.html#c-{change_of(STRANGE).change_id}"' in (site / "timeline.svg").read_text()
    assert "vega.github.io" not in (site / "timeline.svg").read_text()


@pytest.mark.slow
def test_no_word_of_a_feed_is_markup_in_the_page(site: Path) -> None:
    text = (site / "index.html").read_text()
    assert text.count("<script") == 2  # the data, and our own
    assert "<img" not in text
    assert "javascript:" not in text
    assert f'id="c-{change_of(STRANGE).change_id}"' in text
