"""A life of the month's process: it has a store open, reads what is new and empties the outbox, until it is killed.

It is forked from a parent that has imported everything and opens no database. The parent says what hour it is; the
life says when that hour's round is done.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, redirect_stdout, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.run import outbox
from pipeline import alerts as alerting
from pipeline import notify, steps
from pipeline.board.compare import UNCERTAIN_FOR
from pipeline.cli.alerts import alerts_group
from pipeline.model import Alert, Article, Delivery, PendingAlert, RunRecord, Watch
from pipeline.model.text import content_id
from pipeline.notify import Channels
from pipeline.reading.embedded import Reader
from pipeline.storage import Store, open_store
from pipeline.storage.connection import Connection
from tests.alerts.fate import ANSWERED, COMMITTED, SENDING, WRITING, Fate
from tests.alerts.world import HAITI
from tests.storage.builders import make_entry, make_fetch, make_poll

DONE = b"done\n"
READ_AT_ONCE = 200


class Desk:
    """What the process does.

    Args:
        folder: the data folder.
        watch: with the rules of the month.
        articles: in order of publication.
        reader: the engine.
        fate: told each point that is passed.
        environ: the addresses of the channels.
    """

    def __init__(
        self,
        folder: Path,
        watch: Watch,
        articles: Sequence[Article],
        reader: Reader,
        fate: Fate,
        environ: Mapping[str, str],
    ) -> None:
        self.folder, self.watch, self.articles, self.fate = folder, watch, articles, fate
        self.reader = steps.choose_reader(watch, reader)
        self.channels = Channels(folder, environ, lambda _: None)
        self._known: set[str] | None = None  # addresses that this life has seen to be read; None before its first look
        self._closing: AbstractContextManager[Store] | None = None
        self._store: Store | None = None

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store; it stays open between two uses, so that a kill finds it so."""
        if self._store is None:
            self._closing = open_store(self.folder)
            self._store = self._closing.__enter__()
        yield self._store

    def close(self) -> None:
        """Let others open the store."""
        if self._closing is not None:
            self._closing.__exit__(None, None, None)
        self._store = self._closing = None

    def obey(self, command: Sequence[str]) -> None:
        """Do what somebody types at a shell beside the process, who has no store open meanwhile."""
        self.close()
        with redirect_stdout(io.StringIO()):
            alerts_group.main(list(command[2:]), standalone_mode=False)

    async def round(self, now: datetime) -> None:
        """A round: read what is new, then empty the outbox."""
        await self.read_until(now, self.watch)
        await self.empty_outbox(now)

    async def read_until(self, now: datetime, watch: Watch) -> None:
        """Read what has been published and is not read yet."""
        published = [one for one in self.articles if one.published <= now]
        if self._known is not None and all(one.url in self._known for one in published):
            return
        run = content_id("run", now.isoformat())
        with self.store() as store:
            stored = store.articles_by_url([one.url for one in published])
            for one in published:
                if one.url in stored:
                    continue
                feed = next(f for f in watch.feeds if f.family == one.family)
                entry = make_entry(one.url, feed, url=one.url, title=one.title, published=one.published, seen_at=now)
                store.add_polls(run, [make_poll(entry, feed=feed, polled_at=now)])
                fetched = replace(one, entry_id=entry.entry_id)
                store.add_fetches(run, [make_fetch(entry, fetched, fetched_at=now)])
        with self.store() as store:
            articles = store.articles_to_read(watch.slug, READ_AT_ONCE)
            if not articles:
                self._known = {one.url for one in published}
                return
            since = min(a.published for a in articles)
            before = steps.AssessmentInput(
                changes=store.load_changes(watch.slug),
                confirmations=store.load_confirmations(watch.slug),
                uncertain=store.load_uncertain(watch.slug, since - UNCERTAIN_FOR),
                texts=store.recent_texts(watch.slug, since - steps.NEAR_DUPLICATES_FOR),
            )
        made = steps.assess(articles, known=before, reader=self.reader, watch=watch, now=now)
        with self.store() as store:
            store.start_run(RunRecord(run, "monitor", watch.slug, now, now))
            store.add_assessment(
                run, watch.slug, made.readings, made.judgements, made.alerts, made.silences, made.origins
            )
        self._known = {one.url for one in published}

    async def empty_outbox(self, now: datetime) -> None:
        """A run of the outbox."""
        turn = asyncio.Lock()

        async def send(alert: Alert) -> None:
            # One at a time, whatever the channel: so the same seed meets the same points.
            async with turn:
                self.fate.point(SENDING)
                dressed = alerting.fill_in_links(alert, folder=str(HAITI), data_dir=str(self.folder))
                await notify.deliver(dressed, channels=self.channels)
                self.fate.point(ANSWERED)

        async def hand_over(waiting: Sequence[PendingAlert], _: int) -> list[Delivery]:
            return await steps.deliver_all(
                waiting,
                deliver=send,
                now=now,
                rules=lambda pending: alerting.find_rule(self.watch, pending.alert.rule, pending.alert.channel),
            )

        await outbox.process(self.store, self.watch, content_id("run", now.isoformat()), now, hand_over)


# -- processes -----------------------------------------------------------------------------------


def fork(act: Callable[[], Any]) -> int:
    """A process that does ``act`` and ends; its id."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        act()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


class Life:
    """A process that lives round after round. Made in the parent.

    Args:
        make: makes the desk, in the process itself.
        fate: may end it.
    """

    def __init__(self, make: Callable[[], Desk], fate: Fate) -> None:
        self.line, theirs = socket.socketpair()

        def live() -> None:
            self.line.close()
            arm(fate)
            obey(theirs, make())

        self.pid = fork(live)
        theirs.close()

    def order(self, now: datetime, commands: Sequence[Sequence[str]]) -> None:
        """Have it do the round of ``now``, after ``commands``; a process that is gone does nothing."""
        with suppress(OSError):
            self.line.sendall(json.dumps({"now": now.isoformat(), "commands": commands}).encode() + b"\n")

    def kill(self) -> None:
        """End it as a power cut would."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """How it ended: 0 in order, -9 where it was killed."""
        self.line.close()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def obey(line: socket.socket, desk: Desk) -> None:
    """Do each round that is ordered, until nobody orders any more."""
    with line.makefile("rb") as orders:
        for order in orders:
            told = json.loads(order)
            for command in told["commands"]:
                desk.obey(command)
            asyncio.run(desk.round(datetime.fromisoformat(told["now"])))
            line.sendall(DONE)
    desk.close()


def arm(fate: Fate) -> None:
    """Put the points of the store around the connection's own method, in the process that is to die there."""
    run = Connection.run
    wrote = False

    def statement(self: Connection, sql: str, params: Sequence[object] = ()) -> int:
        nonlocal wrote
        word = sql.split(maxsplit=1)[0]
        done = run(self, sql, params)
        if word == "INSERT" and done:
            wrote = True
            fate.point(WRITING)
        elif word == "COMMIT" and wrote:
            wrote = False
            fate.point(COMMITTED)
        return done

    Connection.run = statement  # type: ignore[method-assign]
