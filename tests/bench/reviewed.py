"""The bench's watches as a person would review them: the drafted ones with the names and places put right."""

from __future__ import annotations

from dataclasses import replace

from pipeline.model import Name, Watch
from pipeline.watches import load_watch

from .missions import ROOT, drafted

_PUT_RIGHT: dict[str, dict[str, tuple[object, ...]]] = {
    "aussom": {
        "names": (
            Name("African Union Transition Mission in Somalia"),
            Name("ATMIS", acronym=True),
            Name("African Union Support and Stabilization Mission in Somalia"),
            Name("African Union Support and Stabilisation Mission in Somalia"),
            Name("AUSSOM", acronym=True),
        ),
        "places": ("Somalia",),
        "sister_missions": (Name("UNTMIS", acronym=True), Name("UNSOM", acronym=True), Name("AMISOM", acronym=True)),
    },
    "unifil": {
        "names": (Name("United Nations Interim Force in Lebanon"), Name("UNIFIL", acronym=True)),
        "places": ("Lebanon",),
        "sister_missions": (Name("UNDOF", acronym=True), Name("UNTSO", acronym=True)),
    },
}


def reviewed(mission: str) -> Watch:
    """The watch of ``mission`` after a review; Haiti's is the one that is shipped."""
    if mission not in _PUT_RIGHT:
        return load_watch(ROOT / "seeds" / mission)
    return replace(drafted(mission), **_PUT_RIGHT[mission])  # type: ignore[arg-type]
