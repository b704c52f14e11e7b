"""The corpus as batches for the network: windows of articles, and single sentences, padded to one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pipeline.model import Aspect
from pipeline.reading.encoder import KINDS, SLOTS, STAGES
from pipeline.reading.pieces import Pieces, Window
from training.corpus import Line
from training.examples import Example, Single

Array = NDArray[Any]
PIECES = 3_000  # in a batch, with the padding
PADDING = 1  # the id of the piece that stands for nothing
_ASPECTS = tuple(Aspect)


@dataclass(frozen=True, slots=True)
class Item:
    """One window with the labels of its S sentences.

    Attributes:
        window: the pieces.
        kind: (S,) the number of the sentence's kind, -1 where it stands alone.
        labels: told, stated and stage, by slot (S, 23) and by aspect (S, 9).
        typed: the labels have slots.
        relevant: the article is about the mission.
    """

    window: Window
    kind: Array
    labels: dict[str, Array]
    typed: bool
    relevant: bool

    @property
    def single(self) -> bool:
        """The window is a sentence without article."""
        return bool(self.kind[0] < 0)


def of_articles(examples: Sequence[Example], pieces: Pieces) -> list[Item]:
    """The windows of ``examples``."""
    out = []
    for example in examples:
        typed = any(said.slot for line in example.lines for said in line.said) or not example.relevant
        for window in pieces.windows(example.page):
            lines = [example.lines[i] for i in window.numbers]
            kind = np.array([KINDS.index(line.kind) for line in lines])
            out.append(Item(window, kind, _labels(lines), typed, example.relevant))
    return out


def of_singles(singles: Sequence[Single], pieces: Pieces) -> list[Item]:
    """The contrasting sentences, each a window of its own."""
    out = []
    for single in singles:
        line = Line(single.contrast.kind, single.contrast.said, single.text, 0)
        out.append(Item(pieces.single(single.text), np.array([-1]), _labels([line]), False, True))
    return out


def _labels(lines: Sequence[Line]) -> dict[str, Array]:
    size = len(lines)
    out = {
        "told": np.zeros((size, len(SLOTS)), np.float32),
        "stated": np.zeros((size, len(SLOTS)), np.float32),
        "stage": np.full((size, len(SLOTS)), -1),
        "told_aspect": np.zeros((size, len(_ASPECTS)), np.float32),
        "stated_aspect": np.zeros((size, len(_ASPECTS)), np.float32),
        "stage_aspect": np.full((size, len(_ASPECTS)), -1),
    }
    for row, line in enumerate(lines):
        for said in reversed(line.said):  # the first counts where two are of one slot: it is the news
            told = float(line.kind in "Nn" and not said.recalled)
            for end, place in (("", said.slot and SLOTS.index(said.slot)), ("_aspect", _ASPECTS.index(said.aspect))):
                if place is not None:
                    out[f"told{end}"][row, place] = max(told, out[f"told{end}"][row, place])
                    out[f"stated{end}"][row, place] = 1
                    out[f"stage{end}"][row, place] = STAGES.index(said.stage)
    return out


def collated(items: Sequence[Item]) -> dict[str, Tensor]:
    """``items`` padded to one length, as ``training.network`` wants them."""
    size, length = len(items), max(len(item.window.ids) for item in items)
    most = max(len(item.window.spans) for item in items)
    out: dict[str, Array] = {
        "ids": np.full((size, length), PADDING),
        "held": np.zeros((size, length), np.float32),
        "pool": np.zeros((size, most, length), np.float32),
        "mark": np.zeros((size, most), np.int64),
        "kind": np.full((size, most), -2),
        "typed": np.array([item.typed for item in items], np.float32),
        "relevant": np.array([item.relevant for item in items], np.float32),
        "single": np.array([item.single for item in items], np.float32),
    }
    for name, label in items[0].labels.items():
        out[name] = np.full((size, most, label.shape[1]), -1 if name.startswith("stage") else 0, label.dtype)
    for b, item in enumerate(items):
        n = len(item.window.spans)
        out["ids"][b, : len(item.window.ids)] = item.window.ids
        out["held"][b, : len(item.window.ids)] = 1
        for s, (begin, end) in enumerate(item.window.spans):
            out["pool"][b, s, begin:end] = 1 / (end - begin)
            out["mark"][b, s] = begin
        out["kind"][b, :n] = item.kind
        for name, label in item.labels.items():
            out[name][b, :n] = label
    return {name: torch.from_numpy(values) for name, values in out.items()}


def epoch(items: Sequence[Item], random: Random) -> list[list[Item]]:
    """The batches of one epoch: items of like length together, the batches in a random order."""
    order = sorted(items, key=lambda item: len(item.window.ids) + random.random() * 40)
    out: list[list[Item]] = [[]]
    for item in order:
        if out[-1] and len(item.window.ids) * (len(out[-1]) + 1) > PIECES:
            out.append([])
        out[-1].append(item)
    random.shuffle(out)
    return out
