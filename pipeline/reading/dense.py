"""What the rules see of a sentence, as numbers beside the encoder's. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.model import Aspect, Stage
from pipeline.reading import features
from pipeline.reading.features import Seen
from pipeline.reading.observe import TRAITS

ASPECTS = tuple(Aspect)
STAGES = tuple(Stage)
# Where news stands in an article differs from writer to writer more than anything else.
_LAYOUT = ("first", "second", "third")
_KEPT = tuple(i for i, name in enumerate(features.NAMES) if name not in _LAYOUT)
SIZE = len(_KEPT) + len(ASPECTS) + len(STAGES) + 4 + len(TRAITS)


def of(seen: Seen, traits: Sequence[float]) -> tuple[float, ...]:
    """The :data:`SIZE` numbers of a sentence in an article of ``traits``."""
    vector = seen.vector
    return (
        *(vector[i] for i in _KEPT),
        *(seen.aspects[aspect.value] for aspect in ASPECTS),
        *(seen.stages[stage.value] for stage in STAGES),
        float(min(len(seen.states), 3)),
        float(bool(seen.people)),
        float(bool(seen.money)),
        float(seen.decision),
        *traits,
    )
