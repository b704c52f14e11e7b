"""Read an archive from its folder; what is wrong is told with file, line and remedy."""

from __future__ import annotations

import codecs
import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipeline.lab.replay.archive import (
    Archive,
    ArchivedArticle,
    ArchiveFeed,
    ArticleKind,
    FeedKind,
    Flaw,
    Outlet,
    Revision,
    TemplateName,
    page_key,
)
from pipeline.model import Role
from pipeline.model.errors import WatchFileError

MAX_BYTES = 20_000_000  # an archive is text that people wrote; more is a mistake

_HOST = re.compile(r"[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*\.test")
_PERIOD = re.compile(r"(\d{1,3})([hd])")
_STATUSES = (200, 404, 410)


def load_archive(folder: Path) -> Archive:
    """Read and check ``outlets.toml`` and ``articles.jsonl`` in ``folder``.

    Raises:
        WatchFileError: with file, line and remedy, at the first thing that is wrong.
    """
    outlets, sources = _outlets(folder / "outlets.toml")
    articles = _articles(folder / "articles.jsonl", outlets)
    archive = Archive(outlets, sources, articles)
    seen: dict[tuple[str, object], str] = {}
    for article in articles:
        key = (outlets[article.outlet].host, page_key(archive.target(article)))
        if key in seen:
            message = f"{seen[key]} and {article.article_id} have the same address {archive.address(article)}."
            remedy = "Give the outlet a path with {number}."
            raise WatchFileError(folder / "outlets.toml", None, message, remedy=remedy)
        seen[key] = article.article_id
    return archive


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        remedy = "An archive is a folder with outlets.toml and articles.jsonl."
        raise WatchFileError(path, None, f"can't be read: {reason}.", remedy=remedy) from error
    if len(data) > MAX_BYTES:
        raise WatchFileError(path, None, f"is larger than {MAX_BYTES:,} bytes.", remedy="Split the archive.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WatchFileError(path, line, "is not UTF-8.", remedy="Save the file as UTF-8.") from error


@dataclass(frozen=True, slots=True)
class _Row:
    """One table or line of a file: its values, and how to find the line of each."""

    path: Path
    values: Mapping[str, Any]
    line_of: Callable[[str], int]

    def wrong(self, key: str, message: str, remedy: str = "") -> WatchFileError:
        return WatchFileError(self.path, self.line_of(key), message, remedy=remedy)

    def check_keys(self, known: frozenset[str], required: frozenset[str]) -> None:
        for key in self.values:
            if key not in known:
                raise self.wrong(key, f"unknown key {key!r}.", f"Known keys: {', '.join(sorted(known))}.")
        for key in sorted(required - self.values.keys()):
            raise self.wrong("", f"key {key!r} is missing.", f"Add {key}.")

    def text(self, key: str, default: str = "") -> str:
        value = self.values.get(key, default)
        if not isinstance(value, str):
            raise self.wrong(key, f"{key} must be text, not {type(value).__name__}.", "Put it in quotes.")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...], default: str = "") -> Any:
        value = self.text(key, default)
        if value not in allowed:
            raise self.wrong(key, f"{key} is {value!r}.", f"Write one of {', '.join(allowed)}.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, f"{key} must be a list of texts.", 'Write ["a", "b"].')
        return tuple(value)

    def time(self, key: str) -> datetime:
        value = self.text(key)
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            remedy = "Write an ISO time with its offset, such as 2025-09-30T17:05:00-04:00."
            raise self.wrong(key, f"{key} {value!r} is no time with an offset.", remedy)
        return moment

    def host(self) -> str:
        value = self.text("host")
        if not _HOST.fullmatch(value):
            remedy = "Write a lower-case name that ends in .test: such names never leave this machine."
            raise self.wrong("host", f"host {value!r} is not allowed.", remedy)
        return value

    def charset(self) -> str:
        value = self.text("charset", "utf-8")
        try:
            codecs.lookup(value)
        except LookupError:
            raise self.wrong("charset", f"unknown charset {value!r}.", "Write one such as windows-1252.") from None
        return value


# -- outlets.toml ----------------------------------------------------------------------------

_OUTLET_KEYS = frozenset(item.name for item in fields(Outlet))
_FEED_KEYS = frozenset(item.name for item in fields(ArchiveFeed))


def _tables(path: Path, text: str, name: str, tables: object) -> Iterator[_Row]:
    """Rows of an array of tables, each with the lines of its keys (tomllib does not tell them)."""
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines, 1) if line.strip() == f"[[{name}]]"]
    if not isinstance(tables, list) or len(heads) != len(tables) or not all(isinstance(t, dict) for t in tables):
        raise WatchFileError(path, None, f"needs tables [[{name}]].", remedy=f"Write [[{name}]] on a line of its own.")
    for head, table in zip(heads, tables, strict=True):

        def line_of(key: str, head: int = head) -> int:
            pattern = re.compile(rf'\s*"?{re.escape(key)}"?\s*=')
            for number in range(head, len(lines)):
                if lines[number].startswith("[["):
                    break
                if key and pattern.match(lines[number]):
                    return number + 1
            return head

        yield _Row(path, table, line_of)


def _outlets(path: Path) -> tuple[dict[str, Outlet], tuple[ArchiveFeed, ...]]:
    text = _read(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        raise WatchFileError(path, int(found[1]) if found else None, f"{error}.", remedy="Mend the TOML.") from error
    for key in document:
        if key not in ("outlet", "feed"):
            raise WatchFileError(path, None, f"unknown table {key!r}.", remedy="Known tables: outlet, feed.")
    outlets: dict[str, Outlet] = {}
    hosts: set[str] = set()
    for row in _tables(path, text, "outlet", document.get("outlet", [])):
        outlet = _outlet(row)
        if outlet.name in outlets or outlet.host in hosts:
            raise row.wrong("name", f"{outlet.name} ({outlet.host}) stands here twice.", "Remove one of the two.")
        outlets[outlet.name] = outlet
        hosts.add(outlet.host)
    sources: dict[str, ArchiveFeed] = {}
    for row in _tables(path, text, "feed", document.get("feed", [])):
        source = _feed(row, outlets)
        if source.slug in sources or any(source.url == other.url for other in sources.values()):
            raise row.wrong("slug", f"feed {source.slug} ({source.url}) stands here twice.", "Remove one of the two.")
        sources[source.slug] = source
    listed = {name for source in sources.values() for name in source.outlets}
    for name in outlets:
        if name not in listed:
            raise WatchFileError(path, None, f"no feed lists {name}.", remedy="Add it to the outlets of a feed.")
    return outlets, tuple(sources.values())


def _outlet(row: _Row) -> Outlet:
    row.check_keys(_OUTLET_KEYS, _OUTLET_KEYS - {"header_charset"})
    path = row.text("path")
    try:
        if not path.startswith("/"):
            raise ValueError
        path.format(year="", month="", day="", slug="", number="")
    except (ValueError, KeyError, IndexError, AttributeError):
        remedy = "Start with / and use {year}, {month}, {day}, {slug} and {number} only."
        raise row.wrong("path", f"path {path!r} is no pattern.", remedy) from None
    zone = row.text("timezone")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise row.wrong("timezone", f"unknown time zone {zone!r}.", "Write one such as America/Jamaica.") from None
    return Outlet(
        name=row.text("name"),
        host=row.host(),
        path=path,
        template=row.one_of("template", get_args(TemplateName)),
        role=Role(row.one_of("role", tuple(Role))),
        family=row.text("family"),
        language=row.text("language"),
        charset=row.charset(),
        timezone=zone,
        header_charset=row.text("header_charset"),
    )


def _feed(row: _Row, outlets: Mapping[str, Outlet]) -> ArchiveFeed:
    row.check_keys(_FEED_KEYS, _FEED_KEYS - {"flaws"})
    names = row.texts("outlets")
    for name in names:
        if name not in outlets:
            raise row.wrong("outlets", f"unknown outlet {name!r}.", "Add an [[outlet]] of that name.")
    flaws = row.texts("flaws")
    for flaw in flaws:
        if flaw not in get_args(Flaw):
            raise row.wrong("flaws", f"unknown flaw {flaw!r}.", f"Known flaws: {', '.join(get_args(Flaw))}.")
    host = row.host()
    if "relative-links" in flaws and {outlets[name].host for name in names} != {host}:
        raise row.wrong("flaws", "relative links need the outlet's own host.", "Give feed and outlet the same host.")
    period = _PERIOD.fullmatch(row.text("expected_every"))
    if period is None:
        raise row.wrong("expected_every", "expected_every is no period.", "Write hours or days, such as 12h or 7d.")
    limit = row.values["limit"]
    if not isinstance(limit, int) or not 1 <= limit <= 100:
        raise row.wrong("limit", f"limit is {limit!r}.", "Write a number from 1 to 100.")
    path = row.text("path")
    if not path.startswith("/"):
        raise row.wrong("path", f"path {path!r} does not start with /.", "Write one such as /feed.xml.")
    amount = int(period[1])
    return ArchiveFeed(
        slug=row.text("slug"),
        host=host,
        path=path,
        kind=row.one_of("kind", get_args(FeedKind)),
        title=row.text("title"),
        role=Role(row.one_of("role", tuple(Role))),
        family=row.text("family"),
        language=row.text("language"),
        region=row.text("region"),
        expected_every=timedelta(days=amount) if period[2] == "d" else timedelta(hours=amount),
        limit=limit,
        content=row.one_of("content", ("full", "teaser", "none")),
        charset=row.charset(),
        outlets=names,
        flaws=frozenset(flaw for flaw in get_args(Flaw) if flaw in flaws),
    )


# -- articles.jsonl --------------------------------------------------------------------------

_ARTICLE_KEYS = frozenset(
    {"id", "outlet", "published", "title", "text", "source_url", "language", "kind", "date_shown", "revisions"}
)
_ARTICLE_REQUIRED = frozenset({"id", "outlet", "published", "title", "text"})
_REVISION_KEYS = frozenset({"at", "title", "text", "status"})


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise WatchFileError(path, number, f"is not JSON: {error}.", remedy="Write one object a line.") from error
    if not isinstance(value, dict):
        raise WatchFileError(path, number, "is not a JSON object.", remedy="Write one object a line.")
    return value


def _articles(path: Path, outlets: Mapping[str, Outlet]) -> tuple[ArchivedArticle, ...]:
    found: dict[str, ArchivedArticle] = {}
    # Not splitlines: text may hold other line separators, which JSON allows inside a string.
    for number, line in enumerate(_read(path).split("\n"), 1):
        if not line.strip():
            continue

        def line_of(_key: str, number: int = number) -> int:
            return number

        row = _Row(path, _object(path, number, line), line_of)
        article = _article(row, outlets)
        if article.article_id in found:
            raise row.wrong("id", f"id {article.article_id} stands here twice.", "Give each article its own id.")
        found[article.article_id] = article
    if not found:
        raise WatchFileError(path, None, "holds no articles.", remedy="Write one JSON object a line.")
    return tuple(sorted(found.values(), key=lambda article: (article.published, article.article_id)))


def _article(row: _Row, outlets: Mapping[str, Outlet]) -> ArchivedArticle:
    row.check_keys(_ARTICLE_KEYS, _ARTICLE_REQUIRED)
    outlet = row.text("outlet")
    if outlet not in outlets:
        raise row.wrong("outlet", f"unknown outlet {outlet!r}.", "Add an [[outlet]] of that name to outlets.toml.")
    kind = row.one_of("kind", get_args(ArticleKind), "article")
    if not row.text("title").strip() or (kind != "video" and not row.text("text").strip()):
        raise row.wrong("text", "an article needs a title and a text.", "Only kind video may have no text.")
    # Offsets in the file are the author's; addresses and pages show the outlet's own zone.
    published = row.time("published").astimezone(outlets[outlet].zone)
    return ArchivedArticle(
        article_id=row.text("id"),
        outlet=outlet,
        published=published,
        title=row.text("title"),
        text=row.text("text"),
        source_url=row.text("source_url"),
        language=row.text("language"),
        kind=kind,
        date_shown=row.one_of("date_shown", ("time", "day", "none"), "time"),
        revisions=_revisions(row, published),
    )


def _revisions(row: _Row, published: datetime) -> tuple[Revision, ...]:
    values = row.values.get("revisions", [])
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise row.wrong("revisions", "revisions must be a list of objects.", 'Write [{"at": ..., "text": ...}].')
    revisions: list[Revision] = []
    last = published
    for value in values:
        part = _Row(row.path, value, row.line_of)
        part.check_keys(_REVISION_KEYS, frozenset({"at"}))
        at = part.time("at").astimezone(published.tzinfo)
        if at <= last:
            raise row.wrong("revisions", f"the revision at {at} is not after the one before it.", "Put them in order.")
        status = value.get("status", 200)
        if status not in _STATUSES:
            raise row.wrong("revisions", f"status is {status!r}.", "Write 200, 404 or 410.")
        title = part.text("title") if "title" in value else None
        text = part.text("text") if "text" in value else None
        revisions.append(Revision(at=at, title=title, text=text, status=status))
        last = at
    return tuple(revisions)
