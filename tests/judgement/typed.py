"""The typed fact of the model that a gold fact is."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.model import HARM, Day, Figure, FigureRole, Movement, Parts, Slot, TypedFact
from training.gold_file import GoldFact

_DAYS = {"date": "day", "from": "start", "until": "until", "since": "since"}


def typed_facts(fact: GoldFact, own: Mapping[str, str]) -> tuple[TypedFact, ...]:
    """The facts that ``fact`` is, one for each of its keys; ``own`` are the parts that one article tells otherwise."""
    keys = fact.keys or ("",)
    parts = fact.parts if len(fact.parts) == len(keys) else fact.parts[:1] * len(keys)
    return tuple(
        TypedFact(Slot(fact.slot), key, _parts({**each, **own})) for key, each in zip(keys, parts, strict=True)
    )


def _parts(held: Mapping[str, str]) -> Parts:
    values: dict[str, object] = {}
    for name, text in held.items():
        if name in ("number", "amount"):
            low, _, high = text.partition("-")
            values["figure" if name == "number" else name] = Figure(float(low), float(high or low))
        elif name in _DAYS:
            values[_DAYS[name]] = Day.from_iso(text)
        elif name in HARM:
            values[name] = int(float(text.split("-")[0]))
        elif name == "role":
            values[name] = FigureRole(text) if text in set(FigureRole) else FigureRole.TOTAL
        elif name == "movement":
            values[name] = Movement(text)
        else:
            values[name] = text
    return Parts(**values)  # type: ignore[arg-type]
