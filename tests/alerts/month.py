"""A month of alerts in a minute, and the table of what arrived when: ``python -m tests.alerts.month``."""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from pipeline import alerts as alerting
from pipeline.bench import Table, as_markdown, as_text
from pipeline.replay import load_archive
from pipeline.storage import open_store
from tests.alerts.world import (
    DAYS,
    HAITI,
    ROUND,
    SETTLING,
    START,
    Arrival,
    CrashError,
    Desk,
    Fate,
    Month,
    Sinks,
    articles_of,
    watch_of_the_month,
)
from tests.pages import rewritten

PAGE = Path(__file__).resolve().parents[2] / "docs" / "alerts.md"
BEGIN = "<!-- figures: written by `python -m tests.alerts.month --update-docs`; do not edit by hand -->"
END = "<!-- end of figures -->"


def simulate(folder: Path, seed: int = 2025) -> Month:
    """Live through the month in ``folder``; the same seed gives the same month."""
    watch = watch_of_the_month()
    articles = articles_of(load_archive(HAITI / "archive"), watch)
    sinks, fate = Sinks(), Fate(seed)
    desk = Desk(folder, watch, articles, sinks, fate)
    # What was published before is read in silence: nobody is told of it.
    asyncio.run(desk.read_until(START - ROUND, replace(watch, rules=())))
    rounds = _live(desk, fate, sinks)
    desk.end()
    with open_store(folder) as store:
        changes = [c for c in store.load_changes(watch.slug) if c.known_at > START - ROUND]
        states = Counter(f"{row['kind']} {row['state']}" for row in store.alerts(watch.slug))
    return Month(watch, changes, sinks, fate.struck, states, rounds, desk.put_back)


def _live(desk: Desk, fate: Fate, sinks: Sinks) -> int:
    """Round after round. A round that ends suddenly is begun again, as a service manager would."""
    now, end, rounds = START, START + timedelta(days=DAYS) + SETTLING, 0
    while now < end:
        sinks.now = now
        try:
            asyncio.run(_round(desk, now))
        except CrashError:
            desk.end()
            continue  # the same hour, by a new process
        rounds += 1
        now += ROUND
    return rounds


async def _round(desk: Desk, now: datetime) -> None:
    await desk.read_until(now, desk.watch)
    await desk.empty_outbox(now)


# -- the table -----------------------------------------------------------------------------------


def quiet_breaches(month: Month) -> list[Arrival]:
    """The messages that came within their rule's quiet hours and are not urgent."""
    rules = {rule.channels[0]: rule for rule in month.watch.rules}
    return [
        one
        for one in month.sinks.arrivals
        if alerting.is_quiet(one.at, rules[one.alert.channel]) and not one.alert.urgent
    ]


def summary(month: Month) -> list[Table]:
    """What the month came to, and what arrived when."""
    return [_whole(month), _arrived(month)]


def _whole(month: Month) -> Table:
    desk, office = month.sinks.of("file:desk"), month.sinks.of("file:office")
    repeated = sum(one.again for one in month.sinks.arrivals)
    rows = [
        ("days, rounds of an hour", f"{DAYS} and {SETTLING.days} to settle, {month.rounds}"),
        ("changes that the month brought", f"{len(month.changes)}"),
        ("messages: desk, office", f"{len(desk)}, {len(office)}"),
        ("sudden ends of the process", f"{sum(month.struck.values())}: "
         + ", ".join(f"{count} {where}" for where, count in sorted(month.struck.items()))),
        ("messages that came twice, with the same key", f"{repeated}"),
        ("attempts that the desk's channel refused while it was down", f"{month.sinks.refused['file:desk']}"),
        ("dead letters put back when it worked again", f"{month.put_back}"),
        ("messages within quiet hours: urgent, other",
         f"{sum(1 for one in month.sinks.arrivals if one.alert.urgent and _in_quiet(month, one))}, "
         f"{len(quiet_breaches(month))}"),
        ("alerts not delivered at the end", f"{sum(n for name, n in month.states.items() if 'delivered' not in name)}"),
    ]  # fmt: skip
    return Table("A month of alerts", ("what", "figure"), tuple(rows))


def _in_quiet(month: Month, one: Arrival) -> bool:
    rule = next(rule for rule in month.watch.rules if one.alert.channel in rule.channels)
    return alerting.is_quiet(one.at, rule)


def _arrived(month: Month) -> Table:
    rows = []
    zones = {rule.channels[0]: ZoneInfo(rule.timezone) for rule in month.watch.rules}
    for one in month.sinks.arrivals:
        alert = one.alert
        wait = one.at - (alert.due_at or alert.planned_at)
        rows.append(
            (
                f"{one.at.astimezone(zones[alert.channel]):%a %d %b %H:%M}",
                alert.channel.removeprefix("file:"),
                f"{alert.kind}{', urgent' if alert.urgent else ''}",
                f"{len(alert.change_ids) or '-'}",
                f"{wait.total_seconds() / 3600:.0f} h" if wait >= ROUND else "",
                "again" if one.again else "",
                alert.subject.replace("|", "/"),
            )
        )
    head = ("when (the rule's zone)", "channel", "kind", "changes", "late", "repeat", "subject")
    return Table("What arrived when", head, tuple(rows))


def updated(text: str, month: Month) -> str:
    """``text`` with the generated part written anew.

    Raises:
        ValueError: the marks of the generated part are missing.
    """
    parts = ["### Figures", "Command: `python -m tests.alerts.month`.", *map(as_markdown, summary(month))]
    return rewritten(text, "\n\n".join(parts), begin=BEGIN, end=END, page=PAGE)


def main() -> None:
    """Simulate, print the tables, and write them into the page where that is asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.alerts.month", description=__doc__)
    parser.add_argument("--seed", type=int, default=2025)
    parser.add_argument("--update-docs", action="store_true", help=f"write the tables into docs/{PAGE.name}")
    asked = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        month = simulate(Path(folder), asked.seed)
    print("\n\n".join(map(as_text, summary(month))))
    print(f"\nsimulated in {time.monotonic() - started:.0f} s; {dict(month.states)}")
    if asked.update_docs:
        PAGE.write_text(updated(PAGE.read_text("utf-8"), month), "utf-8")
        print(f"written: docs/{PAGE.name}")


if __name__ == "__main__":
    main()
