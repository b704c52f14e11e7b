"""How often: ``--poll-every 5`` is in minutes, ``--poll-every 10s`` is not."""

from __future__ import annotations

import re

import click

SHORTEST = 5.0 / 60  # minutes; each poll is a process, whose start alone takes two seconds of a core
LONGEST = 1440.0
_SPAN = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)\s*(s|sec|seconds?|m|min|minutes?|h|hours?|)", re.IGNORECASE)
_MINUTES = {"s": 1 / 60, "m": 1.0, "h": 60.0, "": 1.0}


class Span(click.ParamType[float]):
    """Minutes from 5 seconds to a day, or 0: ``5``, ``10s``, ``2m``, ``1h``."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """``value`` in minutes."""
        if isinstance(value, (int, float)):
            return float(value)
        found = _SPAN.fullmatch(str(value).strip())
        if not found:
            self.fail(
                f"'{value}' is no span of time. Write minutes, or a number and s, m or h: 5, 10s, 1h.", param, ctx
            )
        minutes = float(found[1]) * _MINUTES[found[2][:1].lower()]
        if minutes and not SHORTEST <= minutes <= LONGEST:
            self.fail(f"'{value}' is not between 5 seconds and a day, nor 0 for none.", param, ctx)
        return minutes


def spell_interval(minutes: float) -> str:
    """``minutes`` as a person says it: ``10 seconds``, ``5 minutes``."""
    seconds = round(minutes * 60)
    number, unit = (seconds, "second") if seconds % 60 else (seconds // 60, "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"
