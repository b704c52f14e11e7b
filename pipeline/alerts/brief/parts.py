"""Write the five parts of a brief in plain words, common to all of its forms. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from pipeline.alerts.brief.compose import Brief, Coverage
from pipeline.alerts.digest import proof_rows
from pipeline.alerts.message import Section
from pipeline.model.text import format_day, format_moment

STANDS, CHANGED, DISPUTED, TO_COME, SEEN = (
    "Where it stands",
    "What changed",
    "Disputed",
    "To come",
    "How well it could see",
)
MOST_FEEDS = 12  # of a kind that are named; the others are counted


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact: its line, and the sentence that proves it with where it stands; these may be empty.

    ``before_quote`` and ``before_source`` are those of the other side, where sources disagree.
    """

    line: str
    quote: str = ""
    source: str = ""
    title: str = ""
    url: str = ""
    before_quote: str = ""
    before_source: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Facts under one name; the name may be empty."""

    name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a brief: labels with what is known, or facts in groups, or a ``note`` that there are none."""

    heading: str
    rows: tuple[tuple[str, str], ...] = ()
    groups: tuple[Group, ...] = ()
    note: str = ""


def headline(brief: Brief) -> str:
    """Return the brief in one line: what was seen stands first, for where nothing was, nothing is known to be quiet."""
    sight, feeds = brief.sight, brief.sight.quiet.feeds
    if not sight.rounds:
        last = f" The last round was on {format_moment(sight.last_round)}." if sight.last_round else ""
        return f"Not watched: no round was made. This is not quiet: nothing is known of that time.{last}"
    counted = (
        (len(brief.changes), "change", "changes"),
        (len(brief.disputes), "open dispute", "open disputes"),
        (len(brief.expected), "day to look at", "days to look at"),
    )
    told = ", ".join(f"{number} {one if number == 1 else many}" for number, one, many in counted if number)
    changed = "" if brief.changes else "Nothing changed."
    if sight.is_blind:
        read = max((feed.since for feed in sight.failing if feed.since), default=None)
        since = f"since {format_moment(read)}" if read else "ever"
        blind = f"Blind: no feed could be read {since}. This is not quiet: nothing is known of that time."
        return f"{blind} {told}." if told else blind
    ill = f"{len(sight.failing)} of {feeds} feeds can't be read." if sight.failing else ""
    return " ".join(part for part in (changed, f"{told}." if told else "", ill) if part)


def period(brief: Brief) -> str:
    """Return the time that the brief tells of, in words."""
    return f"{format_moment(brief.since)} to {format_moment(brief.until)}, as it was known then"


def build_parts(brief: Brief) -> tuple[Part, ...]:
    """Return the parts of ``brief`` in order; what is disputed and what is to come only where there is something."""
    parts = [
        Part(STANDS, rows=brief.status, note="" if brief.status else "Nothing is known yet."),
        Part(CHANGED, groups=tuple(_by_aspect(brief.changes)), note="" if brief.changes else _nothing(brief.sight)),
    ]
    if brief.disputes:
        parts.append(Part(DISPUTED, groups=(Group("", tuple(map(_dispute, brief.disputes))),)))
    if brief.expected:
        parts.append(Part(TO_COME, groups=(Group("", tuple(map(_entry, brief.expected))),)))
    return (*parts, Part(SEEN, rows=tuple(_seen(brief.sight))))


def aspect_of(section: Section) -> str:
    """Return the aspect that ``section`` is about."""
    return str(dict(section.facts).get("aspect", ""))


def _by_aspect(sections: Sequence[Section]) -> Iterator[Group]:
    for aspect, found in groupby(sections, aspect_of):
        yield Group(aspect.capitalize(), tuple(map(_entry, found)))


def _entry(section: Section) -> Entry:
    unsure = ", uncertain" if section.heading.endswith("(uncertain)") else ""
    return Entry(f"{section.became}{unsure}", section.after_quote, section.source, section.title, section.url)


def _dispute(section: Section) -> Entry:
    return replace(_entry(section), before_quote=section.before_quote, before_source=section.before_source)


def _nothing(sight: Coverage) -> str:
    """Return that nothing changed, with what that rests on."""
    quiet = sight.quiet
    claims = ", ".join(f"{count} {verdict}" for verdict, count in quiet.claims.items()) or "none"
    return (
        f"Nothing. {quiet.polled} of {quiet.feeds} feeds were polled, {len(sight.failing)} failed; "
        f"{quiet.entries_new} of {quiet.entries_seen} entries were new; {quiet.articles_read} articles were read, "
        f"{quiet.articles_relevant} of them about the mission; their claims: {claims}."
    )


def _seen(sight: Coverage) -> Iterator[tuple[str, str]]:
    last = f"; the last on {format_moment(sight.last_round)}" if sight.last_round else ""
    yield "Rounds", f"{sight.rounds}{last}"
    yield from proof_rows(sight.quiet)
    for feed in sight.failing[:MOST_FEEDS]:
        since = f"since {format_moment(feed.since)}" if feed.since else "never read"
        yield "Can't be read", f"{feed.title}, {since}: {feed.reason}"
    if len(sight.failing) > MOST_FEEDS:
        yield "Can't be read", f"and {len(sight.failing) - MOST_FEEDS} more"
    if sight.silent:
        named = [f"{feed.title} (since {format_day(feed.since) or 'the start'})" for feed in sight.silent[:MOST_FEEDS]]
        more = [f"and {len(sight.silent) - MOST_FEEDS} more"] if len(sight.silent) > MOST_FEEDS else []
        yield "Quiet for long", ", ".join((*named, *more))
    if sight.waits:
        yield "Language model", sight.waits
    if sight.held_back:
        yield (
            "Held back",
            f"{sight.held_back} {'change' if sight.held_back == 1 else 'changes'} that no alert rule takes",
        )
