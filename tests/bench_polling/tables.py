"""The tables of a simulated month, and the part of docs/polling.md that they are."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from pipeline.lab.bench import Table, as_markdown
from tests.bench_polling.servers import PER_HOST, SPACING
from tests.bench_polling.simulation import Diary, Missed, Month, delays, missed_by
from tests.bench_polling.world import DAY, HOUR, MANNERS, hosts
from tests.doc_pages import rewritten

PAGE = Path(__file__).resolve().parents[2] / "docs" / "polling.md"
BEGIN = "<!-- figures: written by `python -m tests.bench_polling.month --update-docs`; do not edit by hand -->"
END = "<!-- end of figures -->"


def summary(month: Month) -> list[Table]:
    """What a month came to, as a whole and by how the servers behave."""
    return [_whole(month), _by_manner(month)]


def updated(text: str, month: Month) -> str:
    """``text`` with the generated part written anew.

    Raises:
        ValueError: the marks of the generated part are missing.
    """
    told = "Command: `make bench-polling`, which also prints how each kind of server did."
    content = f"{told}\n\n{as_markdown(_whole(month))}"
    return rewritten(text, content, begin=BEGIN, end=END, page=PAGE)


def missed(month: Month) -> Missed:
    """All entries of the month that were never seen, by why."""
    return sum((missed_by(diary, month.days * DAY) for diary in month.diaries), Missed())


def _whole(month: Month) -> Table:
    log, lost = month.log, missed(month)
    waits = sorted(wait for diary in month.diaries for wait in delays(diary))
    shared = sum(count > 1 for count in hosts(month.sources).values())
    calm = [wait for diary in month.diaries if diary.source.manner == "honest ETag" for wait in delays(diary)]
    rows = [
        ("feeds, hosts (of these with several feeds), days",
         f"{len(month.sources):,}, {len(hosts(month.sources)):,} ({shared}), {month.days}"),
        ("requests", f"{log.requests:,}"),
        ("requests per feed and day", f"{log.requests / len(month.sources) / month.days:.1f}"),
        ("answers 304", f"{log.not_modified / log.requests:.0%}"),
        ("entries seen", f"{sum(len(diary.seen) for diary in month.diaries):,}"),
        ("entries missed that the feed kept for two intervals", f"{lost.ours:,}"),
        ("entries missed: kept for less than two intervals (floods)", f"{lost.by_speed:,}"),
        ("entries missed: the server failed while it kept them", f"{lost.by_trouble:,}"),
        ("entries missed: the server said 304 of them, before it was found out", f"{lost.by_lies:,}"),
        ("possible gaps recorded", f"{sum(diary.gaps for diary in month.diaries):,}"),
        ("delay from publication to sight: median, 95 of 100", f"{_hours(median(waits))}, {_hours(_at(waits, 0.95))}"),
        ("longest delay: of honest feeds, of all (dead for days)", f"{_hours(max(calm))}, {_hours(waits[-1])}"),
        (f"most requests at once on a host (allowed: {PER_HOST})", f"{log.most_at_once}"),
        (f"requests within {SPACING:g} s of the last on that host", f"{log.too_close}"),
        ("Retry-After: asked, violated", f"{log.retry_after_asked:,}, {log.retry_after_violated}"),
    ]  # fmt: skip
    return Table("A month as a whole", ("what", "figure"), tuple(rows))


def _by_manner(month: Month) -> Table:
    rows = []
    for manner in MANNERS:
        diaries = [diary for diary in month.diaries if diary.source.manner == manner]
        lost = sum((missed_by(diary, month.days * DAY) for diary in diaries), Missed())
        waits = sorted(wait for diary in diaries for wait in delays(diary))
        asked = sum(month.log.by_feed[diary.source.feed.url] for diary in diaries)
        rows.append(
            (
                manner,
                f"{len(diaries)}",
                f"{asked / max(1, len(diaries)) / month.days:.1f}",
                f"{sum(len(diary.seen) for diary in diaries):,}",
                f"{lost.ours} / {lost.by_speed} / {lost.by_trouble} / {lost.by_lies}",
                _hours(median(waits)) if waits else "-",
                _told(diaries),
            )
        )
    head = ("how the server behaves", "feeds", "requests a day", "entries seen",
            "missed: ours / floods / failing / lies", "median delay", "found out")  # fmt: skip
    return Table("By how the servers behave", head, tuple(rows))


def _told(diaries: list[Diary]) -> str:
    """What our records say of these feeds."""
    habits = [diary.state.habits for diary in diaries]
    counts = {
        "lie": sum(known.distrusted_at is not None for known in habits),
        "moved": sum(bool(known.address) for known in habits),
        "retired": sum(known.retired_at is not None for known in habits),
        "with gaps": sum(diary.gaps > 0 for diary in diaries),
    }
    return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "-"


def _at(waits: list[float], share: float) -> float:
    return waits[int(len(waits) * share)]


def _hours(seconds: float) -> str:
    return f"{seconds / HOUR:.1f} h"
