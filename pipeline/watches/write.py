"""Values -> a watch's folder, such that ``load_watch`` gives the same values back."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import tomlkit

from pipeline.model import AlertRule, Fact, Feed, Name, ReaderChoice
from pipeline.model.errors import UsageError, WatchFileError
from pipeline.watches.alerting import timing_of
from pipeline.watches.load import BASELINE, FEEDS, TEXT, WATCH, load_watch, slugify
from pipeline.watches.tables import same_address

_DEFAULT_RULE = AlertRule(name="everything")


def write_watch(
    folder: Path,
    *,
    title: str,
    names: Sequence[Name],
    sister_missions: Sequence[Name],
    places: Sequence[str],
    languages: Sequence[str],
    source_title: str,
    outlet: str,
    published: datetime,
    url: str,
    text: str,
    facts: Sequence[Fact],
    feeds: Sequence[Feed] = (),
    rules: Sequence[AlertRule] = (),
    reader: ReaderChoice | None = None,
) -> list[Path]:
    r"""Write the four files of a watch; nothing is written unless they load.

    Args:
        folder: made where it is missing; may hold other files, but none of a watch.
        title: of the watch.
        names: of the mission, at least one.
        sister_missions: other missions that are easily taken for it.
        places: where it works.
        languages: codes such as ``en``, at least one.
        source_title: the seed article's headline.
        outlet: who published it.
        published: when, with a time zone.
        url: its address, or an empty string.
        text: the baseline's text, in which each fact's quote stands. Line ends become ``\n``
            and white space at the end is left out; ``start`` of a fact is found anew.
        facts: of the baseline.
        feeds: none is allowed; they can be added to ``feeds.toml`` later.
        rules: without any, one rule is written that takes every change.
        reader: which engine reads; what is as by default is not written.

    Returns:
        The paths of the files, ``watch.toml`` first.

    Raises:
        UsageError: there is a watch already, the folder can't be written, or the values make
            no valid watch.
    """
    refuse_a_watch(folder)
    watch = {
        "slug": slugify(folder.resolve().name),
        "title": title,
        "places": list(places),
        "languages": list(languages),
        "name": [_name(name) for name in names],
        "sister_mission": [_name(name) for name in sister_missions] or None,
        "alert": [_alert(rule) for rule in rules or (_DEFAULT_RULE,)],
        "reader": _reader(reader or ReaderChoice()) or None,
    }
    baseline = {
        "source": _given({"title": source_title, "outlet": outlet, "published": published, "url": url or None}),
        "fact": [_fact(fact) for fact in facts] or None,
    }
    contents = {
        WATCH: "# The mission to be watched: names, other missions beside it, and alert rules.\n"
        + tomlkit.dumps(_given(watch)),
        BASELINE: "# What is known at the start. Each quote stands verbatim in baseline.md.\n"
        + tomlkit.dumps(_given(baseline)),
        TEXT: _lines(text).rstrip() + "\n",
        FEEDS: "# The feeds to be polled: one [[feed]] each.\n" + (f"\n{_feed_tables(feeds)}" if feeds else ""),
    }
    try:
        with tempfile.TemporaryDirectory() as trial:
            _write(Path(trial), contents)
            load_watch(Path(trial))
        folder.mkdir(parents=True, exist_ok=True)
        return _write(folder, contents)
    except WatchFileError as error:
        reason = error.message.replace(f"{error.path.parent}/", "")
        raise UsageError(f"No watch can be made for {folder}: {reason}", remedy=error.remedy) from error
    except OSError as error:
        raise UsageError(
            f"{folder} can't be written: {error.strerror or 'unknown reason'}.", remedy="Name a folder that is yours."
        ) from error


def refuse_a_watch(folder: Path) -> None:
    """See that a watch can be made in ``folder``.

    Raises:
        UsageError: there is one already, or it is no folder.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder.", remedy="Name a folder for the watch.")
    for name in (WATCH, BASELINE, TEXT, FEEDS):
        if (folder / name).exists():
            raise UsageError(
                f"{folder} has a {name} already.", remedy="Name another folder, or remove the watch that is there."
            )


def add_feeds(folder: Path, feeds: Sequence[Feed]) -> tuple[Feed, ...]:
    """Add ``feeds`` to the end of ``feeds.toml``; what stands there already is left as it is.

    Args:
        folder: of a watch.
        feeds: those whose address it has already are left out.

    Returns:
        Those that were added.

    Raises:
        WatchFileError: a file of the watch is wrong.
        UsageError: the file would not load, or can't be written; it is left as it was.
    """
    known = {same_address(feed.url) for feed in load_watch(folder).feeds}
    new = tuple({same: feed for feed in reversed(feeds) if (same := same_address(feed.url)) not in known}.values())[
        ::-1
    ]
    if not new:
        return ()
    path, written = folder / FEEDS, folder / f".{FEEDS}.tmp"
    text = path.read_text("utf-8-sig").rstrip("\n")
    text = f"{text}\n\n{_feed_tables(new)}"
    try:
        with tempfile.TemporaryDirectory() as trial:
            for name in (WATCH, BASELINE, TEXT):
                Path(trial, name).write_bytes((folder / name).read_bytes())
            Path(trial, FEEDS).write_bytes(text.encode("utf-8", "replace"))
            load_watch(Path(trial))
        written.write_bytes(text.encode("utf-8", "replace"))
        written.replace(path)
    except WatchFileError as error:
        reason = error.message.replace(f"{error.path.parent}/", "")
        raise UsageError(f"The feeds can't be added to {path}: {reason}", remedy=error.remedy) from error
    except OSError as error:
        written.unlink(missing_ok=True)
        raise UsageError(f"{path} can't be written: {error.strerror}.", remedy="See to its permissions.") from error
    return new


def _write(folder: Path, contents: Mapping[str, str]) -> list[Path]:
    written = []
    for name, content in contents.items():
        path = folder / name
        # A lone surrogate can't be encoded; it stands for a broken character already.
        path.write_bytes(content.encode("utf-8", "replace"))
        written.append(path)
    return written


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


# -- the files -------------------------------------------------------------------------------


def _name(name: Name) -> dict[str, object]:
    return _given(
        {
            "text": name.text,
            "acronym": name.acronym or None,
            "valid_from": name.valid_from,
            "valid_to": name.valid_to,
            "context": list(name.context) or None,
            "not_context": list(name.not_context) or None,
        }
    )


def _alert(rule: AlertRule) -> dict[str, object]:
    return _given(
        {
            "name": rule.name,
            "aspects": sorted(rule.aspects) or None,
            "stages": sorted(rule.stages) or None,
            "min_confidence": rule.min_confidence,
            "at_once": rule.at_once,
            "channels": list(rule.channels),
            **timing_of(rule),
        }
    )


def _reader(reader: ReaderChoice) -> dict[str, object]:
    """Return the keys that are not as by default."""
    default = asdict(ReaderChoice())
    return {key: value for key, value in asdict(reader).items() if value != default[key]}


def _fact(fact: Fact) -> dict[str, object]:
    pairs: dict[str, object] = {
        "aspect": fact.aspect,
        "subject": fact.subject,
        "stage": fact.stage,
        "value": fact.value,
        "quote": _lines(fact.quote),
        "since": fact.since,
    }
    if fact.fact is not None:
        parts = tomlkit.inline_table()
        parts.update(fact.fact.parts.flat())
        pairs |= {"slot": fact.fact.slot, "key": fact.fact.key or None, "parts": parts or None}
    return _given(pairs)


def _feed_tables(feeds: Sequence[Feed]) -> str:
    return tomlkit.dumps({"feed": [_feed(feed) for feed in feeds]})


def _feed(feed: Feed) -> dict[str, object]:
    return _given(
        {
            "url": feed.url,
            "title": feed.title,
            "role": feed.role,
            "family": feed.family,
            "language": feed.language,
            "region": feed.region,
            "expected_every": _duration(feed.expected_every),
            "confirmed_in": feed.confirmed_in or None,
        }
    )


def _given(pairs: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in pairs.items() if value is not None}


def _duration(length: timedelta) -> str:
    minutes = max(5, round(length.total_seconds() / 60))
    if minutes % 1440 == 0:
        return f"{minutes // 1440}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"
