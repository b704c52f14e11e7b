"""The conditions of the alarms, one for each kind, over recent history. Pure.

Each begins where a healthy feed or watch never is, and ends only where the trouble is plainly over, so that what stands
on the edge does not come and go.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

from pipeline.model import FeedHealth, FeedHistory, RecentPage, WatchHistory
from pipeline.model.redact import without_secrets
from pipeline.model.text import safe, shorten

PAGES: Final = 5  # of one feed in a row: a single page may be short, foreign or broken in the best of outlets
# The newest entry of a feed is never older than the longest usual gap between two. Twice that, and a week at least,
# leaves room for a gap that was set too tight.
OLD_TIMES: Final = 2
OLD_LEAST: Final = timedelta(days=7)
UNDATED_ENTRIES: Final = 3  # with fewer, one entry without a date would be all of them
ENTRIES: Final = 10  # the last new ones, of which
SEVERAL: Final = 3  # must be at fault before it is the feed's: one is an editor's slip
AHEAD: Final = timedelta(minutes=30)  # clocks differ by minutes; the smallest step between time zones is this
GAPS_KEPT: Final = 3  # polls without a gap that end the alarm; it begins at the second in a row, as the first makes
# the next poll come sooner
BROKEN: Final = 20  # characters of a page: a template may have one or two
TEASER_WORDS: Final = 60  # of 181 real articles three have fewer, so that five in a row of one outlet are no chance
BACKLOG: Final = 20  # entries with news that wait; a slow host or two have fewer
ROUNDS_UNPUBLISHED: Final = 2  # a round that was killed at its end publishes nothing, and the next one does
ROOM: Final = 200 * 10**6  # bytes that a round may need beside the copy that it publishes
CLOCK_SLACK: Final = timedelta(minutes=5)  # by so much a clock is set right in passing
RESTORED_WITHIN: Final = timedelta(days=7)  # older ones were told, or nobody asks
_DETAIL: Final = 300  # characters of what comes from elsewhere


@dataclass(frozen=True, slots=True)
class Observation:
    """A look at a feed or watch for one kind of alarm.

    Attributes:
        now: the time of the decision, UTC.
        stands: whether an alarm of the kind was told and is not over.
        readable: the codes of the languages that the watch's reader reads; None where it reads any.
        asks_model: whether a language model is asked.
    """

    now: datetime
    stands: bool = False
    readable: frozenset[str] | None = None
    asks_model: bool = True


@dataclass(frozen=True, slots=True)
class Sign:
    """Evidence of a trouble: since when, and in numbers what was seen."""

    since: datetime
    detail: str


# -- of a feed ---------------------------------------------------------------------------------


def old(health: FeedHealth, history: FeedHistory, look: Observation) -> Sign | None:
    """Return the sign that a feed brings what is new to us, and all of it is old."""
    usual, newest = health.feed.expected_every, history.newest
    if newest is None or (health.is_silent and not look.stands):  # what brings nothing is silent, and told so
        return None
    if look.now - newest <= max(OLD_TIMES * usual, OLD_LEAST):
        return None
    return Sign(newest, f"its newest entry is {_days(look.now - newest)} old, and a new one is usual in {_span(usual)}")


def undated(health: FeedHealth, history: FeedHistory, look: Observation) -> Sign | None:
    """Return the sign that no entry of a feed has a date."""
    if not history.polls:
        return _as_before(look)
    last = history.polls[0]
    if last.undated < last.entries or last.entries < (1 if look.stands else UNDATED_ENTRIES):
        return None
    flaws = f"; {_outside(last.reason)}" if last.reason else ""
    return Sign(last.polled_at, f"none of its {last.entries} entries{flaws}")


def misdated(health: FeedHealth, history: FeedHistory, look: Observation) -> Sign | None:
    """Return the sign that entries are dated after the time at which they were seen."""
    if not history.entries:
        return _as_before(look)
    dated = [(one.published - one.seen_at, one.seen_at) for one in history.entries[:ENTRIES] if one.published]
    ahead = [(by, seen_at) for by, seen_at in dated if by > AHEAD]
    if len(ahead) < (1 if look.stands else SEVERAL):
        return None
    most = max(by for by, _ in ahead)
    return Sign(min(at for _, at in ahead), f"{len(ahead)} of its last {len(dated)} entries, by up to {_span(most)}")


def gaps(health: FeedHealth, history: FeedHistory, look: Observation) -> Sign | None:
    """Return the sign that a feed drops entries between two polls."""
    if not history.polls:
        return _as_before(look)
    recent = [poll.is_gap for poll in history.polls[:GAPS_KEPT]]
    if not (any(recent) if look.stands else len(recent) > 1 and recent[0] and recent[1]):
        return None
    first = [*takewhile(lambda poll: poll.is_gap, history.polls)] or [history.polls[0]]
    return Sign(first[-1].polled_at, f"at {sum(recent)} of its last {len(recent)} polls that brought entries")


def garbled(health: FeedHealth, history: FeedHistory, look: Observation) -> Sign | None:
    """Return the sign that texts, or the titles in the feed, can't be decoded."""
    titles = [one for one in history.entries[:ENTRIES] if one.is_garbled]
    if len(titles) >= (1 if look.stands else SEVERAL):
        return Sign(titles[-1].seen_at, f"{len(titles)} of the last {len(history.entries[:ENTRIES])} titles")
    broken = _numbers(page.broken for page in history.pages[:PAGES])
    return _in_a_row(history.pages, [page.broken >= BROKEN for page in history.pages], look, f"{broken} characters")


def other_language(health: FeedHealth, history: FeedHistory, look: Observation) -> Sign | None:
    """Return the sign that a feed's pages are in a language that the watch's reader does not read."""
    if look.readable is None:
        return None
    foreign = [bool(page.language) and page.language not in look.readable for page in history.pages]
    codes = sorted({page.language for page, is_so in zip(history.pages[:PAGES], foreign, strict=False) if is_so})
    return _in_a_row(history.pages, foreign, look, f"in the language {' and '.join(codes)}")


def teasers(health: FeedHealth, history: FeedHistory, look: Observation) -> Sign | None:
    """Return the sign that pages give a few words where the article should stand."""
    words = _numbers(page.words for page in history.pages[:PAGES])
    return _in_a_row(history.pages, [page.words < TEASER_WORDS for page in history.pages], look, f"{words} words")


def one_page(health: FeedHealth, history: FeedHistory, look: Observation) -> Sign | None:
    """Return the sign that all entries of a feed lead to one page, or to one text."""
    pages = history.pages[:PAGES]
    if not pages:
        return _as_before(look)
    for shared in ([page.final_url for page in pages], [page.text_hash for page in pages]):
        commonest = Counter(filter(None, shared)).most_common(1)
        if not commonest:
            continue
        same = [one == commonest[0][0] for one in shared]
        where = next(page.final_url for page, is_same in zip(pages, same, strict=True) if is_same)
        if sign := _in_a_row(pages, same, look, _outside(without_secrets(where))):
            return sign
    return None


def _in_a_row(pages: Sequence[RecentPage], faults: Sequence[bool], look: Observation, detail: str) -> Sign | None:
    """Return the sign where all of the last pages are at fault, or most while the alarm stands."""
    last = faults[:PAGES]
    if not last:
        return _as_before(look)
    if not (2 * sum(last) > len(last) if look.stands else len(last) == PAGES and all(last)):
        return None
    return Sign(pages[len(last) - 1].fetched_at, f"its last {len(last)} pages: {detail}")


def _as_before(look: Observation) -> Sign | None:
    """Return a sign where an alarm stands and nothing has come since by which it could be judged."""
    return Sign(look.now, "") if look.stands else None


# -- of the watch ------------------------------------------------------------------------------


def model_away(history: WatchHistory, look: Observation) -> Sign | None:
    """Return the sign that the language model gave no answer to a whole round."""
    if not look.asks_model:
        return None
    asked = [one for one in history.rounds if one.waiting or one.failed or one.answered]
    if not asked:  # a round without a question tells nothing
        return _as_before(look)
    away = [*takewhile(lambda one: one.waiting or not one.answered, asked)]
    if not away:
        return None
    last = away[0]
    said = next((part for part in last.reason.split("; ") if part.startswith("language model:")), "")
    waits = "1 article waits for it" if last.waiting == 1 else f"{last.waiting} articles wait for it"
    what = waits if last.waiting else f"{last.failed} of its questions had no answer"
    return Sign(away[-1].now, f"{what}{f' ({_outside(said)})' if said else ''}")


def cluster_away(history: WatchHistory, look: Observation) -> Sign | None:
    """Return the sign that this machine did a round's work in place of the cluster."""
    with_work = [one for one in history.rounds if one.cluster_away or one.pages]
    if not with_work:
        return _as_before(look)
    away = [*takewhile(lambda one: one.cluster_away, with_work)]
    rounds = "the last round" if len(away) == 1 else f"the last {len(away)} rounds"
    return Sign(away[-1].now, f"in {rounds} that had some") if away else None


def backlog(history: WatchHistory, look: Observation) -> Sign | None:
    """Return the sign that more comes than is read."""
    if history.backlog_since is None or history.backlog < (1 if look.stands else BACKLOG):
        return None
    return Sign(history.backlog_since, f"{history.backlog} entries with news of the last days")


def unpublished(history: WatchHistory, look: Observation) -> Sign | None:
    """Return the sign that rounds end and the file for SQL clients is not written anew."""
    at = history.published_at
    behind = [one for one in history.rounds if one.is_whole and (at is None or one.ended_at > at)]
    if len(behind) < (1 if look.stands else ROUNDS_UNPUBLISHED):
        return None
    return Sign(at or behind[-1].ended_at, f"{len(behind)} rounds have ended since")


def disk_low(history: WatchHistory, look: Observation) -> Sign | None:
    """Return the sign that the disk has room for one more round and not for much more."""
    if history.free is None or history.free >= needed_room(history.stored) * (1.25 if look.stands else 1):
        return None
    return Sign(look.now, f"{_megabytes(history.free)} are free, and the store has {_megabytes(history.stored)}")


def needed_room(stored: int) -> int:
    """Return the bytes that should be free beside a store of ``stored`` bytes: a copy of it and some growth."""
    return 2 * stored + ROOM


def clock_back(history: WatchHistory, look: Observation) -> Sign | None:
    """Return the sign that the clock stands before the time of the last run."""
    last = history.last_run
    if last is None or last - look.now <= (timedelta(0) if look.stands else CLOCK_SLACK):
        return None
    return Sign(last, f"it is {_span(last - look.now)} behind it")


def restored(history: WatchHistory, look: Observation) -> Sign | None:
    """Return the sign that the store was brought back from a copy."""
    if not history.restored or look.now - history.restored[0][0] > RESTORED_WITHIN:
        return None
    at, told = history.restored[0]
    return Sign(at, _outside(told, 2 * _DETAIL))


def _numbers(values: Iterable[int]) -> str:
    return ", ".join(map(str, values))


def _outside(text: str, limit: int = _DETAIL) -> str:
    """Shorten text from outside to be part of one line."""
    return shorten(safe(text), limit)


def _span(time: timedelta) -> str:
    hours = time.total_seconds() / 3600
    return f"{hours:.2g} h" if hours < 48 else f"{hours / 24:.3g} days"


def _days(time: timedelta) -> str:
    return f"{time.total_seconds() / 86400:.0f} days"


def _megabytes(count: int) -> str:
    return f"{count / 10**6:,.0f} MB"
