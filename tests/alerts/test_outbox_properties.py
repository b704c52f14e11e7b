"""The outbox, however planning, sending, crashing, failing and the clock take turns: at least once, one key."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pipeline import steps
from pipeline.model import Alert, AlertKind, Delivery, PendingAlert
from pipeline.model.errors import DeliveryError
from pipeline.model.text import content_id
from pipeline.storage import open_store
from tests.storage.builders import NOW, RUN, WATCH, make_alert, make_change

ALERTS = [make_alert(make_change(subject=f"thing {number}")) for number in range(4)]
# Two of them wait for a digest, which is due an hour after they were planned.
PARTS = [replace(alert, kind=AlertKind.DIGEST_PART, due_at=NOW + timedelta(hours=1)) for alert in ALERTS[2:]]
FATES = ["taken", "refused", "dies before", "dies after"]
ATTEMPTS = 3  # so that dead letters are common


class CrashError(Exception):
    """The process is gone: nothing after this happens."""


class Outbox(RuleBasedStateMachine):
    """A store and a channel. What the channel took stays taken, whatever becomes of the process."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.planned: dict[object, Alert] = {}
        self.taken: list[Alert] = []
        self.parts: set[object] = set()
        self.gathered: set[object] = set()
        self.unmarked: Counter[object] = Counter()  # sends after which the process died
        self.closing = ExitStack()
        folder = Path(self.closing.enter_context(tempfile.TemporaryDirectory()))
        self.store = self.closing.enter_context(open_store(folder))

    @rule(number=st.integers(0, 3))
    def plan(self, number: int) -> None:
        """The same alert may be planned again, as a run does that was killed after its planning was stored."""
        alert = (ALERTS[:2] + PARTS)[number]
        if alert.kind is not AlertKind.DIGEST_PART:
            self.planned.setdefault(number, alert)
        self.parts |= {alert.alert_id} if alert.kind is AlertKind.DIGEST_PART else set()
        self.store.add_assessment(RUN, WATCH, [], [], [alert], [], {})

    @rule()
    def gather(self) -> None:
        """What is due of the digest becomes one message; done again after a crash, it gathers nothing twice."""
        parts = self.store.digest_parts_due(WATCH, self.now)
        if parts:
            ids = tuple(part.alert_id for part in parts)
            changes = tuple(i for part in parts for i in part.change_ids)
            key = content_id("digest", *ids)
            digest = replace(ALERTS[0], alert_id=key, kind=AlertKind.DIGEST, change_ids=changes)
            self.planned[key] = digest
            assert not self.gathered & set(ids)
            self.gathered |= set(ids)
            for _ in range(2):
                self.store.add_alerts(RUN, [replace(digest, parts=ids)])

    @rule()
    def dead_letters_are_put_back(self) -> None:
        """As an operator does."""
        self.store.put_back(WATCH)

    @rule(minutes=st.integers(-60, 600))
    def time_passes(self, minutes: int) -> None:
        """Or goes back, as a clock that is set does."""
        self.now += timedelta(minutes=minutes)

    @rule(fates=st.lists(st.sampled_from(FATES), min_size=4, max_size=4))
    def send(self, fates: list[str]) -> None:
        """One round: what is due is handed over, one after the other, and then marked in one transaction."""
        waiting = self.store.alerts_due(WATCH, self.now, 10)
        sent: list[object] = []

        async def deliver(alert: Alert) -> None:
            fate = fates[alert.alert_id.int % 4]
            if fate == "dies before":
                raise CrashError
            if fate == "refused":
                raise DeliveryError("The channel answered 503.")
            self.taken.append(alert)
            sent.append(alert.alert_id)
            if fate == "dies after":
                raise CrashError

        try:
            self.store.add_deliveries(RUN, [asyncio.run(self._hand_over(pending, deliver)) for pending in waiting])
        except CrashError:
            self.unmarked.update(sent)

    async def _hand_over(self, pending: PendingAlert, deliver: steps.Deliver) -> Delivery:
        return await steps.deliver_alert(pending, deliver=deliver, now=self.now, attempts=ATTEMPTS)

    @invariant()
    def what_is_sent_was_planned_and_looks_the_same_each_time(self) -> None:
        assert all(alert in self.planned.values() for alert in self.taken)

    @invariant()
    def an_alert_is_sent_again_only_after_a_crash_between_sending_and_marking(self) -> None:
        for key, times in Counter(alert.alert_id for alert in self.taken).items():
            assert times <= 1 + self.unmarked[key]

    def teardown(self) -> None:
        """From here on nothing goes wrong: every alert that was ever planned must come."""
        try:
            self.now = max(self.now, NOW) + timedelta(days=1)
            self.gather()
            assert self.gathered == self.parts
            self.store.put_back(WATCH)
            self.send(["taken"] * 4)
            assert {alert.alert_id for alert in self.taken} == {alert.alert_id for alert in self.planned.values()}
            assert self.store.alerts_due(WATCH, self.now + timedelta(days=365), 10) == []
        finally:
            self.closing.close()


Outbox.TestCase.settings = settings(
    max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestTheOutbox = pytest.mark.slow(Outbox.TestCase)
