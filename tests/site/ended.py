"""A watch whose mission has been replaced, and all that a status card can say of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from pipeline.model import Aspect, Change, Day, Figure, Parts, Slot, Stage, TypedFact, phrasing
from pipeline.storage import open_store, publish
from tests.storage.builders import (
    RUN,
    WATCH,
    at,
    make_article,
    make_change,
    make_claim,
    make_entry,
    make_fact,
    make_feed,
    make_fetch,
    make_judgement,
    make_poll,
    make_reading,
    make_run,
    make_watch,
)

NOW = at("2025-12-20")
ENDED_ON = date(2025, 10, 2)
_MANY = ("Guatemala", "El Salvador", "Jamaica", "Bahamas", "Belize", "Chad", "Sri Lanka", "Bangladesh", "Honduras")


def _told(slot: Slot, key: str = "", stage: Stage = Stage.IN_EFFECT, day: str = "2025-10-05", **parts: Any) -> Change:
    fact = TypedFact(slot, key, Parts(**parts))
    return make_change(
        aspect=slot.aspect,
        subject=phrasing.subject(fact),
        stage=stage,
        value=phrasing.value(fact, stage),
        held_from=date.fromisoformat(day),
        known_at=at(day),
        fact=fact,
        quote=f"The mission's {slot} was told on {day}.",
    )


OLD_COMMANDER = _told(Slot.COMMAND, "police commissioner", day="2025-09-01", person="Godfrey Otieno", country="Kenya")
SUCCESSOR = _told(Slot.SUCCESSOR, day="2025-10-02", organisation="Suppression Force for the Northern Islands")
CHANGES = (
    OLD_COMMANDER,
    SUCCESSOR,
    _told(Slot.COMMAND, "force commander", Stage.DECIDED, person="Maria Fernanda Echeverria de Leon"),
    _told(Slot.COMMAND, "head of mission", Stage.DECIDED, person="Jack Christofides"),
    _told(Slot.TERM, "", Stage.DECIDED, act="extended", until=Day(date(2026, 10, 2))),
    _told(Slot.CEILING, "all", Stage.DECIDED, figure=Figure.of(5_550), unit="personnel"),
    _told(Slot.DEPLOYED, "all", figure=Figure.of(1_089), unit="personnel"),
    *(_told(Slot.CONTRIBUTION, name, act="sends", figure=Figure.of(900 - 50 * n)) for n, name in enumerate(_MANY)),
    _told(Slot.BUDGET, "2026", Stage.DECIDED, amount=Figure.of(251_000_000), currency="USD"),
    _told(Slot.SHORTFALL, "2026", Stage.DECIDED, amount=Figure.of(96_800_000), currency="USD"),
    _told(Slot.INCIDENT, "2025-10-05 Kenya", killed=2, injured=1),
)


def write_ended(folder: Path) -> None:
    """Store and publish the watch in ``folder``."""
    start = (
        make_fact(),
        make_fact("a trust fund pays", aspect=Aspect.FUNDING, subject="how it is paid", since=date(2023, 10, 2)),
    )
    feed = make_feed()
    entry = make_entry("late", feed, published=NOW)
    article = make_article(entry, "The harbour reopened.")
    with open_store(folder) as store:
        store.start_run(make_run(now=NOW))
        store.sync_watch(make_watch(feed, facts=start), at("2025-08-24"))
        store.add_polls(RUN, [make_poll(entry, feed=feed, polled_at=NOW)])
        store.add_fetches(RUN, [make_fetch(entry, article)])
        made = [make_judgement(make_claim(value=str(n)), change) for n, change in enumerate(CHANGES)]
        store.add_assessment(RUN, WATCH, [make_reading(article)], made, [], [], {})
        store.finish_run(make_run(now=NOW, finished_at=NOW, outcome="ok", reason="", counts={}))
    publish(folder, RUN, NOW)
