"""The trained encoder: for each sentence of an article, what it tells. A small network in an ONNX file, offline.

``python -m training.encode`` writes both files. The network has no name in its vocabulary and sees masked tokens only
(``masks``). One thread, one article at a time: the same input gives the same numbers.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import UsageError
from pipeline.reading import dense, masks
from pipeline.reading.dense import ASPECTS, STAGES
from pipeline.reading.observe import Observed
from pipeline.reading.pieces import Pieces

Array = NDArray[np.float32]
KINDS = 5  # news, the same news again, background, another mission, anything else
_REMEDY = "Install Missionwatch again, or train it again: make train."
UNREAD = -12.0  # the log-odds of a sentence that the encoder did not read
_CLIP, _SIZE = 4.0, 0.3  # of a dense feature in spreads, and beside the encoder's own numbers


@dataclass(frozen=True, slots=True)
class Scale:
    """How dense features become numbers of one size."""

    mean: tuple[float, ...]
    spread: tuple[float, ...]

    def of(self, rows: Sequence[Sequence[float]]) -> Array:
        """``rows`` scaled; float32."""
        values = (np.asarray(rows, np.float64) - np.array(self.mean)) / np.array(self.spread)
        scaled: Array = (np.clip(values, -_CLIP, _CLIP) * _SIZE).astype(np.float32)
        return scaled


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic regression on the encoder's answers, the bias first."""

    values: tuple[float, ...]

    def odds(self, row: Sequence[float]) -> float:
        """The log-odds of ``row``, rounded once: the built-in ``sum`` of 3.12 rounds otherwise than that of 3.11."""
        return math.fsum((self.values[0], *(w * x for w, x in zip(self.values[1:], row, strict=True))))


@dataclass(frozen=True, slots=True)
class Meta:
    """What goes with the network.

    Attributes:
        common: words that are no names where they begin a sentence with a capital.
        vocabulary: the pieces, in the order of their ids.
        scale: of the dense features.
        news: from :func:`of_news` to whether a sentence is news.
        claim: from :func:`of_claim` to whether it is news of the aspect.
    """

    common: frozenset[str]
    vocabulary: tuple[str, ...]
    scale: Scale
    news: Weights
    claim: Weights


@dataclass(frozen=True, slots=True)
class Heard:
    """The encoder's answers for the S sentences of an article: log-odds, and log-probabilities that sum to one.

    Attributes:
        news: (S,) log-odds.
        kind: (S, 5) log-probabilities.
        aspect: (S, 9) log-odds.
        stage: (S, 9, 6) log-probabilities.
        rank: (S,) how many sentences of the article are more likely news.
    """

    news: Array
    kind: Array
    aspect: Array
    stage: Array
    rank: Array


class Encoder:
    """The network with what goes with it.

    Args:
        network: the ONNX file's bytes.
        meta: what goes with it.

    Raises:
        UsageError: the bytes are no network.
    """

    def __init__(self, network: bytes, meta: Meta) -> None:
        self.meta = meta
        self.pieces = Pieces({piece: i for i, piece in enumerate(meta.vocabulary)})
        import onnxruntime  # only those who hear need it: the workers

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime has an exception for each trouble, and no class above them
            raise UsageError(f"encoder.onnx: is no network: {error}", remedy=_REMEDY) from error

    def hear(self, observed: Observed) -> Heard:
        """The answers for each sentence of ``observed``; :data:`UNREAD` where it is none of those to be read."""
        size = len(observed.seen)
        news, kind = np.full(size, UNREAD, np.float32), np.zeros((size, KINDS), np.float32)
        aspect = np.full((size, len(ASPECTS)), UNREAD, np.float32)
        stage = np.zeros((size, len(ASPECTS), len(STAGES)), np.float32)
        for window in self.pieces.windows(observed):
            rows = list(window.numbers)
            seen = self.meta.scale.of([dense.of(observed.seen[row], observed.traits) for row in rows])
            pool = np.zeros((len(rows), len(window.ids)), np.float32)
            for s, (begin, end) in enumerate(window.spans):
                pool[s, begin:end] = 1 / (end - begin)
            feed = {
                "ids": np.array(window.ids, np.int64),
                "pool": pool,
                "mark": np.array([begin for begin, _ in window.spans], np.int64),
                "dense": seen,
            }
            news[rows], kind[rows], aspect[rows], stage[rows] = self._session.run(None, feed)
        order = np.argsort(-news, kind="stable")
        rank = np.empty(size, np.float32)
        rank[order] = np.arange(size, dtype=np.float32)
        return Heard(news, _log_shares(kind), aspect, _log_shares(stage), rank)


def _log_shares(odds: Array) -> Array:
    if not odds.size:
        return odds
    odds = odds - odds.max(-1, keepdims=True)
    shares: Array = odds - np.log(np.exp(odds).sum(-1, keepdims=True))
    return shares


def of_news(heard: Heard, i: int) -> tuple[float, ...]:
    """What tells whether sentence ``i`` is news."""
    return (float(heard.news[i]), *map(float, heard.kind[i, : KINDS - 1]), min(float(heard.rank[i]), 4.0))


def of_claim(heard: Heard, i: int, k: int, place: int) -> tuple[float, ...]:
    """What tells whether sentence ``i`` is news of aspect number ``k``, its best one where ``place`` is 0."""
    mine = float(heard.aspect[i, k])
    other = max(float(odds) for j, odds in enumerate(heard.aspect[i]) if j != k)
    further = float(place > 0)
    return (
        *of_news(heard, i),
        mine,
        max(-6.0, min(6.0, mine - other)),
        1.0 - further,
        further * min(mine, 0.0),
        *(float(j == k) for j in range(len(ASPECTS))),
    )


def dumped(meta: Meta) -> bytes:
    """The file of ``meta``: the same content gives the same bytes."""
    content = {
        "features": masks.FEATURES,
        "common": sorted(meta.common),
        "vocabulary": meta.vocabulary,
        "mean": meta.scale.mean,
        "spread": meta.scale.spread,
        "news": meta.news.values,
        "claim": meta.claim.values,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)


def loaded(data: bytes, name: str = "encoder.json.gz") -> Meta:
    """The :class:`Meta` of a file's bytes.

    Raises:
        UsageError: the file is none of ours, or was trained for other features; names the file.
    """
    try:
        content: dict[str, Any] = json.loads(gzip.decompress(data))
        if content["features"] != masks.FEATURES:
            raise UsageError(
                f"{name}: is for features of version {content['features']}, and this is {masks.FEATURES}",
                remedy=_REMEDY,
            )
        return Meta(
            frozenset(content["common"]),
            tuple(content["vocabulary"]),
            Scale(tuple(content["mean"]), tuple(content["spread"])),
            Weights(tuple(content["news"])),
            Weights(tuple(content["claim"])),
        )
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{name}: is no model: {error!r}", remedy=_REMEDY) from error


def files() -> Traversable:
    """The folder of the files that come with the package."""
    return resources.files("pipeline.reading").joinpath("model")


@lru_cache(maxsize=1)
def shipped() -> Encoder:
    """The encoder that comes with the package; read once.

    Raises:
        UsageError: its files do not fit this version.
    """
    folder = files()
    meta = loaded(folder.joinpath("encoder.json.gz").read_bytes(), "pipeline/reading/model/encoder.json.gz")
    return Encoder(folder.joinpath("encoder.onnx").read_bytes(), meta)
