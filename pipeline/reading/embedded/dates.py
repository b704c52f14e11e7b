"""Find the dates that a sentence mentions, resolved against the publication."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import NamedTuple

from pipeline.model import Precision

_MONTHS = {
    m: i
    for i, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sept", "sep"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for m in names
}
_WEEKDAYS = {d.lower(): i for i, d in enumerate(calendar.day_name)}
_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November|December"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)"
)
_DATES = re.compile(
    rf"\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<m1>{_MONTH})\b\.?(?:,? (?P<y1>(?:19|20)\d\d))?"
    rf"|\b(?P<m2>{_MONTH})\.? (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d|,\d{{3}})(?:,? (?P<y2>(?:19|20)\d\d))?"
    rf"|\b(?P<m3>{_MONTH}) (?:of )?(?P<y3>(?:19|20)\d\d)\b"
    rf"|\b(?P<m4>January|February|March|April|June|July|August|September|October|November|December|(?<=in )May"
    rf"|(?<=since )May|(?<=last )May|(?<=by )May)\b"
    rf"|\b(?P<wd>(?:(?i:next|last|this|coming) )?(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\b"
    rf"|(?P<iso>\b20\d\d-\d\d-\d\d\b)"
    rf"|(?<![\d/:])(?<!esolution )\b(?P<y5>(?:19[4-9]\d|20[0-4]\d))\b(?![\d,]\d)"
    rf"|\b(?P<rel>(?i:today|tonight|this morning|this afternoon|this evening|yesterday|tomorrow|this week|last week"
    rf"|next week"
    rf"|(?:at|over|this) (?:the )?weekend|this month|last month|next month|this year|next year|last year"
    rf"|a year ago|the day before|(?:two|three|four|five|six|several|a few) (?:days|weeks|months|years) ago"
    rf"|the year before|recently|last night|overnight|end of the year|year'?s end|the previous year|earlier in the year"
    rf"|earlier this year|earlier this month|earlier this week|the week before|the month before))\b",
)
_SINCE = re.compile(r"(?:since|from|between|in early|in late)(?: early| late| mid-?)? $", re.IGNORECASE)
_UNTIL = re.compile(
    r"(?:until|till|by|before|through|up to|beyond|past|end of|no later than"
    r"|not before)(?: the)?(?: end of)?(?: early| late)? $",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:due to|due|will|set to|is to|are to|was to|expected|scheduled|expires?|runs? out|laps(?:e|es)|ends?"
    r"|meets?|vote)\b(?! (?:said|told))[\w ]{0,24} on $",
    re.IGNORECASE,
)
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "several": 5, "a few": 3}


class DateMention(NamedTuple):
    """One date mention. ``role`` is ``at``, ``since`` or ``until``; ``text`` stands at ``start``."""

    day: date
    precision: Precision
    role: str
    text: str
    start: int


def _safe(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _near(published: date, month: int, day: int) -> date | None:
    """Return the date with this month and day that lies nearest to, and not far ahead of, ``published``."""
    best: date | None = None
    for year in (published.year - 1, published.year, published.year + 1):
        candidate = _safe(year, month, day)
        if candidate and (best is None or abs((candidate - published).days) < abs((best - published).days)):
            best = candidate
    return best


def _relative(text: str, published: date) -> tuple[date, Precision] | None:
    t = text.lower()
    day, precision = 0, Precision.DAY
    if t in {"yesterday", "last night", "overnight", "the day before"}:
        day = -1
    elif t == "tomorrow":
        day = 1
    elif t.endswith("weekend"):
        day = -((published.weekday() - 5) % 7 or 0)
    elif t in {"this week", "recently", "earlier this week"}:
        day = -2
    elif t in {"last week", "the week before"}:
        day = -7
    elif t == "next week":
        day = 7
    elif t in {"this month", "earlier this month"}:
        day, precision = -5, Precision.MONTH
    elif t in {"last month", "the month before"}:
        day, precision = -30, Precision.MONTH
    elif t == "next month":
        day, precision = 30, Precision.MONTH
    elif t in {"last year", "a year ago", "the year before", "the previous year"}:
        day, precision = -365, Precision.YEAR
    elif t == "next year":
        day, precision = 365, Precision.YEAR
    elif t in {"this year", "earlier this year", "earlier in the year"}:
        return date(published.year, 1, 1), Precision.YEAR
    elif t in {"end of the year", "year's end", "years end"}:
        return date(published.year, 12, 31), Precision.MONTH
    elif t.endswith("ago"):
        count = next((n for word, n in _NUMBERS.items() if t.startswith(word)), 1)
        if "year" in t:
            day, precision = -365 * count, Precision.YEAR
        elif "month" in t:
            day, precision = -30 * count, Precision.MONTH
        elif "week" in t:
            day = -7 * count
        else:
            day = -count
    return published + timedelta(days=day), precision


def _resolve(m: re.Match[str], published: date) -> tuple[date, Precision] | None:
    g = m.group
    if g("iso"):
        parts = [int(p) for p in g("iso").split("-")]
        found = _safe(*parts)
        return (found, Precision.DAY) if found else None
    for d, month, y in ((g("d1"), g("m1"), g("y1")), (g("d2"), g("m2"), g("y2"))):
        if d:
            number = _MONTHS[month.lower()]
            exact = _safe(int(y), number, int(d)) if y else _near(published, number, int(d))
            return (exact, Precision.DAY) if exact else None
    if g("m3"):
        return date(int(g("y3")), _MONTHS[g("m3").lower()], 1), Precision.MONTH
    if g("m4"):
        near = _near(published, _MONTHS[g("m4").lower()], 15)
        if near and near > published and m.string[max(0, m.start() - 5) : m.start()].lower() == "last ":
            near = near.replace(year=near.year - 1)
        return (near.replace(day=1), Precision.MONTH) if near else None
    if g("wd"):
        words = g("wd").lower().split()
        back = (published.weekday() - _WEEKDAYS[words[-1]]) % 7
        if words[0] in {"next", "coming"}:
            return published + timedelta(days=7 - back), Precision.DAY
        return published - timedelta(days=back), Precision.DAY
    if g("y5"):
        return date(int(g("y5")), 1, 1), Precision.YEAR
    return _relative(g("rel"), published)


def find_dates(text: str, published: date) -> tuple[DateMention, ...]:
    """Find the dates that ``text`` mentions, in order.

    A weekday is the last one up to ``published``; a day without a year is the one nearest to it.
    """
    out = []
    for m in _DATES.finditer(text):
        resolved = _resolve(m, published)
        if resolved is None:
            continue
        before = text[max(0, m.start() - 24) : m.start()]
        if m.group("wd") and _AHEAD.search(text[max(0, m.start() - 60) : m.start()]):
            resolved = (resolved[0] + timedelta(days=7), resolved[1])
        role = "until" if _UNTIL.search(before) else "since" if _SINCE.search(before) else "at"
        if m.group() in {"end of the year", "year's end"}:
            role = "until"
        out.append(DateMention(*resolved, role, m.group(), m.start()))
    return tuple(out)


def days_from(when: DateMention, published: date) -> int:
    """Days from publication to ``when``: negative is past. A month or a year counts to its nearest day."""
    if when.precision is Precision.YEAR:
        first, last = date(when.day.year, 1, 1), date(when.day.year, 12, 31)
    elif when.precision is Precision.MONTH:
        first = when.day.replace(day=1)
        last = when.day.replace(day=calendar.monthrange(when.day.year, when.day.month)[1])
    else:
        first = last = when.day
    if first <= published <= last:
        return 0
    return (first - published).days if first > published else (last - published).days
