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
from pipeline.model.facts import ACTS, ACTS_OF
from pipeline.reading.embedded.encoder import KINDS, SLOTS, STAGES
from pipeline.reading.embedded.mentions import ROLES, mentions
from pipeline.reading.embedded.wordpiece import Tokenizer, Window
from training import labels
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
        parts: (K, 4) of a piece, by its number in the window, whether it is a part of a fact: slot, role, 1 or 0.
        acts: (M, 3) what is done, by a fact of a slot that a sentence states: the sentence, slot, act.
        typed: the labels have slots.
        relevant: the article is about the mission.
    """

    window: Window
    kind: Array
    labels: dict[str, Array]
    parts: Array
    acts: Array
    typed: bool
    relevant: bool

    @property
    def single(self) -> bool:
        """The window is a sentence without article."""
        return bool(self.kind[0] < 0)


def of_articles(examples: Sequence[Example], pieces: Tokenizer) -> list[Item]:
    """The windows of ``examples``."""
    out = []
    for example in examples:
        typed = any(said.slot for line in example.lines for said in line.said) or not example.relevant
        for window in pieces.windows(example.page):
            lines = [example.lines[i] for i in window.numbers]
            kind = np.array([KINDS.index(line.kind) for line in lines])
            parts, acts = _parts(example, window)
            out.append(Item(window, kind, _labels(lines), parts, acts, typed, example.relevant))
    return out


def of_singles(singles: Sequence[Single], pieces: Tokenizer) -> list[Item]:
    """The contrasting sentences, each a window of its own."""
    out = []
    for single in singles:
        line = Line(single.contrast.kind, single.contrast.said, single.text, 0)
        none = np.zeros((0, 4), np.int64), np.zeros((0, 3), np.int64)
        out.append(Item(pieces.single(single.text), np.array([-1]), _labels([line]), *none, False, True))
    return out


def _parts(example: Example, window: Window) -> tuple[Array, Array]:
    parts: list[tuple[int, int, int, int]] = []
    acts: list[tuple[int, int, int]] = []
    for s, number in enumerate(window.numbers):
        said = example.lines[number].said
        if not any(one.facts for one in said):
            continue
        first = window.spans[s][0] + 1
        done = [(slot, act) for slot, act in labels.acts(said) if act in ACTS_OF.get(slot, ())]
        acts += [(s, SLOTS.index(slot), ACTS.index(act)) for slot, act in done]
        for one in labels.labels(said, mentions(example.seen[number])):
            at = (SLOTS.index(one.slot), ROLES.index(one.role), int(one.is_it))
            for n, (begin, end) in enumerate(window.places[s]):
                if begin < one.mention.end and one.mention.start < end:
                    parts.append((first + n, *at))
    return np.array(parts, np.int64).reshape(-1, 4), np.array(acts, np.int64).reshape(-1, 3)


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
    for name in ("parts", "acts"):
        rows = [np.insert(getattr(item, name), 0, b, axis=1) for b, item in enumerate(items)]
        out[name] = np.concatenate(rows).astype(np.int64)
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
