"""Make the name and the sentences of a run from its numbers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from pipeline.health.feeds import describe_blindness

Counts = Mapping[str, int]

POLLING = frozenset({"monitor", "poll"})  # flows whose runs look at the feeds, and so can be blind


def run_name(flow: str, watch: str, when: datetime) -> str:
    """Return the name of a run of ``flow``: ``monitor haiti 2025-09-30 23:30``."""
    return f"{flow} {watch} {when:%Y-%m-%d %H:%M}"


def ended(flow: str, counts: Counts) -> str:
    """Return what a run of ``flow`` came to, in sentences: of a whole round all its steps, else the step's own."""
    steps: tuple[str, ...] = (flow,)
    if flow == "monitor":
        steps = ("poll", "collect", "assess", "alert")
    elif flow == "poll":  # which may have gone on with what it found
        steps = ("poll", *(step for step in ("collect", "assess", "alert") if counts.keys() & _MARKS[step]))
    blind = describe_blindness(counts) if flow in POLLING else ""
    return " ".join(filter(None, (blind, *(_TOLD[step](counts) for step in steps if step in _TOLD))))


def _polled(counts: Counts) -> str:
    n = counts.get
    due, failed, unchanged = n("feeds_due", 0), n("feeds_failed", 0), n("feeds_unchanged", 0)
    waiting = n("feeds_failing", 0) - failed
    waits = f"; {waiting} more failed before and {'waits' if waiting == 1 else 'wait'}" if waiting > 0 else ""
    return (
        f"Polled {due} of {_number(n('feeds', 0), 'feed')}: {due - failed - unchanged} read, {unchanged} unchanged, "
        f"{failed} failed{waits}; {_number(n('entries_new', 0), 'new entry', 'new entries')}."
    )


def _collected(counts: Counts) -> str:
    n = counts.get
    not_stored = [
        f"{n(f'pages_{name}', 0)} {told}"
        for name, told in (
            ("same", "known already"),
            ("refused", "refused"),
            ("failed", "failed"),
            ("put_off", "put off to the next run"),
        )
        if n(f"pages_{name}", 0)
    ]
    return f"{_number(n('articles_new', 0), 'article')} stored{''.join(f', {one}' for one in not_stored)}."


def _assessed(counts: Counts) -> str:
    n = counts.get
    verdicts = sorted((name, number) for name, number in counts.items() if name.startswith("claims_") and number)
    listed = ", ".join(f"{number} {name.removeprefix('claims_')}" for name, number in verdicts)
    return (
        f"{_number(n('articles_read', 0), 'article')} read, {n('articles_relevant', 0)} of these about the mission: "
        f"{_number(n('claims', 0), 'claim')}{f' ({listed})' if listed else ''}, {_number(n('changes', 0), 'change')} "
        "of the board."
    )


def _alerted(counts: Counts) -> str:
    n = counts.get
    failed = n("alerts_failed", 0)
    return f"{_number(n('alerts_delivered', 0), 'alert')} delivered{f', {failed} to be tried again' if failed else ''}."


def _number(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


_TOLD = {"poll": _polled, "collect": _collected, "assess": _assessed, "alert": _alerted}
_MARKS = {"collect": {"pages"}, "assess": {"articles_read"}, "alert": {"alerts_delivered"}}
