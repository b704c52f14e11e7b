"""A month of alerts, lived by a process that is killed thirty times: ``python -m tests.alerts.month``.

It prints what arrived when. ``--keep DIR`` leaves the store and what arrived; ``--kills 0`` is an undisturbed month.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import selectors
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import apprise

from pipeline.lab.bench import as_markdown, as_text
from pipeline.model.text import content_id
from pipeline.reading.embedded import DEFAULT, ENGINES
from pipeline.storage import publish
from tests.alerts.fate import BETWEEN, TAKEN, Fate
from tests.alerts.life import DONE, Desk, Life, fork
from tests.alerts.outside import Outside, Reader, Webhook
from tests.alerts.tables import ARRIVED, Month, read_month, summary
from tests.alerts.world import (
    DESK,
    DESK_AT,
    DOWN,
    DUTY_AT,
    MONTH,
    OFFICE_AT,
    OFFICE_HOURS,
    Span,
    articles_of_the_month,
    watch_of_the_month,
)
from tests.doc_pages import rewritten

PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"
BEGIN = "<!-- figures: written by `python -m tests.alerts.month --update-docs`; do not edit by hand -->"
END = "<!-- end of figures -->"
LIMIT = 120.0  # seconds for one round, which takes a few hundredths


def simulate(folder: Path, seed: int = 2025, span: Span = MONTH) -> None:
    """Live through ``span``; the store and what arrived are left in ``folder``. The same seed gives the same month.

    No thread may run here and no database be open: the lives are forked.

    Raises:
        RuntimeError: a life ended otherwise than it was to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    watch = watch_of_the_month()
    articles = articles_of_the_month(watch)
    reader = ENGINES[DEFAULT]()
    apprise.Apprise().add("json://127.0.0.1/")  # has it read its plug-ins once, and not in each life
    fate = Fate(seed, span.kills)
    outside = Outside(span.start, (_name(DESK_AT), *DOWN), Reader(_name(DESK_AT), DESK.timezone, OFFICE_HOURS))
    with Webhook(outside) as webhook:
        environ = {_name(at).upper(): webhook.address(_name(at)) for at in (DESK_AT, OFFICE_AT, DUTY_AT)}

        def desk() -> Desk:
            return Desk(folder, watch, articles, reader, fate, environ)

        _begin(desk, span)
        rounds = _live(lambda: Life(desk, fate), webhook, fate, span)
    told = outside.as_told(
        start=span.start,
        end=span.end,
        every=span.every.total_seconds(),
        kills=span.kills,
        rounds=rounds,
        struck=fate.struck,
        left=fate.left,
    )
    (folder / ARRIVED).write_text(told, "utf-8")


def _begin(make: Callable[[], Desk], span: Span) -> None:
    """What was published before is read in silence: nobody is told of it."""

    def read() -> None:
        desk = make()
        before = span.start - span.every
        with desk.store() as store:
            store.sync_watch(desk.watch, desk.watch.baseline.published)
        asyncio.run(desk.read_until(before, replace(desk.watch, rules=())))
        desk.close()
        publish(desk.folder, content_id("run", before.isoformat()), before)  # commands look for the published file

    pid = fork(read)
    if code := os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
        raise RuntimeError(f"reading what was before the month ended with {code}")


def _live(begin: Callable[[], Life], webhook: Webhook, fate: Fate, span: Span) -> int:
    """Round after round. A round that ends suddenly is begun again by a new life, as a service manager would."""
    outside, rounds = webhook.outside, 0
    outside.now = span.start
    life = begin()

    def kill_here() -> bool:
        if due := fate.strikes(TAKEN):
            life.kill()
        return due

    outside.kill_here = kill_here
    while outside.now < span.end:
        life.order(outside.now, outside.commands())
        done = _serve_until_done(webhook, life)
        if done:
            outside.has_acked()
            rounds += 1
            outside.now += span.every
            if fate.strikes(BETWEEN):
                life.kill()
        if not done or fate.is_due:
            code = life.wait()
            if not fate.note_end():
                raise RuntimeError(f"a life ended by itself, with {code}, at {outside.now}")
            life = begin()
    if code := life.wait():
        raise RuntimeError(f"the last life ended with {code}")
    return rounds


def _serve_until_done(webhook: Webhook, life: Life) -> bool:
    """Answer what is sent while a round goes on; True where it was done, False where the process is gone."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(webhook, selectors.EVENT_READ)
        waiting.register(life.line, selectors.EVENT_READ)
        while ready := waiting.select(LIMIT):
            if any(key.fileobj is webhook for key, _ in ready):
                webhook.handle_request()
            elif any(key.fileobj is life.line for key, _ in ready):
                try:
                    return life.line.recv(len(DONE)) == DONE
                except ConnectionError:  # an order that was not read
                    return False
    life.kill()
    raise RuntimeError(f"a round was not over after {LIMIT:.0f} s, at {webhook.outside.now}")


def _name(channel: str) -> str:
    return channel.removeprefix("env:").lower()


def updated(text: str, month: Month) -> str:
    """``text`` with the generated part written anew.

    Raises:
        ValueError: the marks of the generated part are missing.
    """
    whole, _ = summary(month)  # what arrived when is printed, and too long for a page
    content = f"Command: `python -m tests.alerts.month`.\n\n{as_markdown(whole)}"
    return rewritten(text, content, begin=BEGIN, end=END, page=PAGE)


def main() -> None:
    """Simulate, print the tables, and write them into the page where that is asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.alerts.month", description=__doc__)
    parser.add_argument("--seed", type=int, default=2025)
    parser.add_argument("--kills", type=int, default=MONTH.kills)
    parser.add_argument("--days", type=int, default=(MONTH.end - MONTH.start).days)
    parser.add_argument("--every", type=int, default=1, help="hours from one round to the next")
    parser.add_argument("--keep", type=Path, help="folder that keeps the store, and what arrived")
    parser.add_argument("--update-docs", action="store_true", help=f"write the tables into docs/{PAGE.name}")
    asked = parser.parse_args()
    started = time.monotonic()
    span = Span(
        MONTH.start, MONTH.start + timedelta(days=asked.days), every=timedelta(hours=asked.every), kills=asked.kills
    )
    with tempfile.TemporaryDirectory() as folder:
        kept = asked.keep or Path(folder)
        simulate(kept, asked.seed, span)
        seconds = time.monotonic() - started
        month = read_month(kept)
    print("\n\n".join(map(as_text, summary(month))))
    print(f"\nsimulated in {seconds:.0f} s")
    if asked.update_docs:
        PAGE.write_text(updated(PAGE.read_text("utf-8"), month), "utf-8")
        print(f"written: docs/{PAGE.name}")


if __name__ == "__main__":
    main()
