"""What the migration ``typed_facts`` added: the typed fact of each claim and change, beside its words."""

from __future__ import annotations

TYPED_MORE = (
    ("slot", "VARCHAR", "What of the mission, more closely than the aspect; null where no fact was typed yet."),
    ("key", "VARCHAR", "Which one of the slot: a country, a post, a place; empty where it has one only."),
    ("parts", "VARCHAR", "What it says, typed: a JSON object with the parts that the sentence states."),
)
CHANGE_TYPED_MORE = (*TYPED_MORE, ("before_parts", "VARCHAR", "The parts before, typed; null where there were none."))
