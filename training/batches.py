"""The corpus as batches for the network: windows of articles, and single sentences, padded to a few lengths."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.reading import dense
from pipeline.reading.dense import ASPECTS, STAGES
from pipeline.reading.encoder import Scale
from pipeline.reading.pieces import MAX_SENTENCE, MAX_WINDOW, PARAGRAPH, TITLE, Pieces
from training.corpus import Line, Said
from training.examples import Example, Single
from training.network import KINDS

Array = NDArray[Any]
ARTICLES, SINGLES = 8, 32  # windows, and single sentences, in a batch
_LENGTHS = {48: 4, 96: 12, 160: 20, 224: 28, 288: 36, 352: 44, MAX_WINDOW + MAX_SENTENCE: 60}


@dataclass(frozen=True, slots=True)
class Item:
    """One window with its labels; ``kind`` is -1 where a sentence stands alone."""

    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    kind: Array
    aspect: Array
    stage: Array
    dense: Array


def _labels(said: Sequence[Sequence[Said]]) -> tuple[Array, Array]:
    aspect = np.zeros((len(said), len(ASPECTS)), np.float32)
    stage = np.full((len(said), len(ASPECTS)), -1)
    for row, claims in enumerate(said):
        for claim in claims:
            k = ASPECTS.index(claim.aspect)
            aspect[row, k] = 1
            stage[row, k] = STAGES.index(claim.stage)
    return aspect, stage


def of_articles(examples: Sequence[Example], pieces: Pieces, scale: Scale) -> list[Item]:
    """The windows of ``examples``."""
    out = []
    for example in examples:
        observed = example.observed
        seen = scale.of([dense.of(s, observed.traits) for s in observed.seen])
        for window in pieces.windows(observed):
            lines: list[Line] = [example.lines[i] for i in window.numbers]
            kind = np.array([KINDS.index(line.kind) for line in lines])
            aspect, stage = _labels([line.said for line in lines])
            out.append(Item(window.ids, window.spans, kind, aspect, stage, seen[list(window.numbers)]))
    return out


def of_singles(singles: Sequence[Single], pieces: Pieces) -> list[Item]:
    """The contrasting sentences, each a window of its own."""
    out = []
    title, mark = pieces.mark(TITLE), pieces.mark(PARAGRAPH)
    for single in singles:
        ids = (title, mark, *pieces.ids(single.tokens, MAX_SENTENCE))
        aspect, stage = _labels([single.contrast.said])
        nothing = np.zeros((1, dense.SIZE), np.float32)
        out.append(Item(ids, ((1, len(ids)),), np.array([-1]), aspect, stage, nothing))
    return out


def batch(items: Sequence[Item]) -> dict[str, Array]:
    """``items`` padded to one length."""
    length = next(n for n in _LENGTHS if n >= max(len(item.ids) for item in items))
    most = _LENGTHS[length]
    while most < max(len(item.spans) for item in items):
        most += 16
    size = len(items)
    out: dict[str, Array] = {
        "ids": np.zeros((size, length), np.int32),
        "held": np.zeros((size, length), np.float32),
        "pool": np.zeros((size, most, length), np.float32),
        "mark": np.zeros((size, most), np.int32),
        "kind": np.full((size, most), -2),
        "aspect": np.zeros((size, most, len(ASPECTS)), np.float32),
        "stage": np.full((size, most, len(ASPECTS)), -1),
        "dense": np.zeros((size, most, dense.SIZE), np.float32),
    }
    for b, item in enumerate(items):
        n = len(item.spans)
        out["ids"][b, : len(item.ids)] = item.ids
        out["held"][b, : len(item.ids)] = 1
        for s, (begin, end) in enumerate(item.spans):
            out["pool"][b, s, begin:end] = 1 / (end - begin)
            out["mark"][b, s] = begin
        for name in ("kind", "aspect", "stage", "dense"):
            out[name][b, :n] = getattr(item, name)
    return out


def epoch(articles: Sequence[Item], singles: Sequence[Item], number: int) -> list[list[Item]]:
    """The batches of one epoch: items of like length together, the batches in a random order."""
    random = np.random.default_rng(number)
    out: list[list[Item]] = []
    for items, size in ((articles, ARTICLES), (singles, SINGLES)):
        order = sorted(range(len(items)), key=lambda i: len(items[i].ids) // 40 + random.random() * 1.5)
        out += [[items[i] for i in chosen] for chosen in _parts(order, size)]
    return [out[i] for i in random.permutation(len(out))]


def _parts(order: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for begin in range(0, len(order) - size + 1, size):
        yield order[begin : begin + size]
