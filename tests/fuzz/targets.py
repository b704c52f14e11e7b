"""What is fuzzed: each target takes any bytes and raises only where there is a defect of ours.

Each has seeds, from which a fuzzer starts: the zoo's small cases, and what the tests of the module read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

from pipeline.feeds.parse import parse_feed
from pipeline.model import Precision
from pipeline.model.dates import read_date
from pipeline.model.errors import ContentError, WatchFileError
from pipeline.model.text import safe
from pipeline.pages.extract import extract_page
from pipeline.pages.published import published_at
from pipeline.reading.embedded import dates as reading_dates
from pipeline.watches import load_watch
from tests.zoo.feed_cases import DATES, FEEDS
from tests.zoo.page_cases import PAGES
from tests.zoo.site import Body, made

NOW = datetime(2025, 9, 30, 12, tzinfo=UTC)
SEED = 20_000  # bytes: larger cases teach a fuzzer nothing and slow it down
WATCH = Path(__file__).resolve().parents[2] / "seeds" / "haiti"
TYPES = ("application/xml", "text/xml; charset=utf-16", "application/json", "text/html; charset=gb2312", "")
STRINGS = (
    "Tue, 05 Mar 2024 10:00:00 CET", "2024-03-05T10:00:00+05:30", "March 5, 2024", "5 de marzo de 2024", "1709632800",
    "20240305T101112Z", "Tue Mar  5 10:00:00 UTC 2024", "next Tuesday, on 2 October", "since the spring of last year",
)  # fmt: skip


def feed(data: bytes) -> None:
    """Feed parsing: read or refused, every entry with an address of the web and nothing that forges.

    And what is left of a feed whose every other item is held is read as with these.
    """
    kind = TYPES[data[0] % len(TYPES)] if data else ""
    try:
        parsed = parse_feed(data[1:], content_type=kind, url="https://courier.example/feed", now=NOW)
    except ContentError:
        return
    for entry in parsed.entries:
        assert entry.link.startswith(("http://", "https://"))
        assert entry.guid
        assert entry.published is None or entry.published <= NOW + timedelta(days=1)
        for text in (entry.title, entry.summary, entry.guid, entry.language):
            assert safe(text) == text
            text.encode()
    "".join(parsed.problems).encode()
    held = frozenset(parsed.pieces[::2])
    some = parse_feed(data[1:], content_type=kind, url="https://courier.example/feed", now=NOW, held=held)
    told = zip(parsed.entries, parsed.pieces or parsed.entries, strict=True)
    assert some.entries == tuple(entry for entry, piece in told if piece not in some.left_out)
    assert some.left_out == held


def page(data: bytes) -> None:
    """Page extraction: read or refused, with a text and a time that can be."""
    kind = TYPES[data[0] % len(TYPES)] if data else ""
    try:
        found = extract_page(
            data[1:],
            content_type=kind,
            url="https://courier.example/a",
            feed_published=None,
            feed_precision=Precision.TIME,
            seen_at=NOW,
        )
    except ContentError:
        return
    assert found.published.time <= NOW + timedelta(days=1)
    assert found.words > 0
    for text in (found.title, found.text, found.author, found.site_name):
        assert safe(text) == text
        text.encode()


def dates(data: bytes) -> None:
    """Date reading: of feeds, of pages and in sentences."""
    text = data.decode("utf-8", "replace")
    time = read_date(text, NOW).time
    assert time is None or time <= NOW + timedelta(days=1)
    quoted = text.replace('"', "")
    html = f'<meta property="article:published_time" content="{quoted}"><article><time datetime="{quoted}">x</time>'
    found = published_at(html, feed_published=None, feed_precision=Precision.TIME, seen_at=NOW)
    assert found.time <= NOW + timedelta(days=1)
    for when in reading_dates.find_dates(text, date(2025, 9, 30)):
        assert text.startswith(when.text, when.start)


def watch(data: bytes) -> None:
    """Watch files: one of the four is anything at all; each fault names its file."""
    files = _watch_files()
    chosen = list(files)[data[0] % len(files)] if data else "watch.toml"
    with tempfile.TemporaryDirectory() as made_here:
        folder = Path(made_here)
        for name, content in files.items():
            (folder / name).write_bytes(data[1:] if name == chosen else content)
        try:
            load_watch(folder)
        except WatchFileError as error:
            told = str(error)
        else:
            return
    assert any(name in told for name in files)
    told.encode()


@dataclass(frozen=True, slots=True)
class Target:
    """A function to be fuzzed and the bytes to start from."""

    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]


def _small(bodies: list[Body]) -> list[bytes]:
    found = (made(body) for body in bodies)
    return [b"\0" + body for body in found if len(body) <= SEED]


@cache
def _watch_files() -> dict[str, bytes]:
    """The files of a small watch: of the feeds only two, since each costs time in every run."""
    files = {name: (WATCH / name).read_text("utf-8") for name in ("watch.toml", "baseline.toml", "baseline.md")}
    feeds = (WATCH / "feeds.toml").read_text("utf-8").split("[[feed]]")
    return {name: text.encode() for name, text in (*files.items(), ("feeds.toml", "[[feed]]".join(feeds[:3])))}


TARGETS = {
    "feed": Target(feed, lambda: _small([case.body for case in FEEDS])),
    "page": Target(page, lambda: _small([case.body for case in PAGES])),
    "dates": Target(dates, lambda: [text.encode() for text in STRINGS] + _small([case.body for case in DATES])),
    "watch": Target(watch, lambda: [bytes([n]) + text for n, text in enumerate(_watch_files().values())]),
}
