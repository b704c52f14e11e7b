"""The trained model: linear scores for news, aspect and stage, from a file of whole numbers. No library needed.

``python -m training.train`` writes the file. It holds words and numbers, no code. The weights are whole
thousandths, so that their sums are exact and the same on each machine.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from pipeline.errors import UsageError
from pipeline.model import Aspect, Stage
from pipeline.reading import masks

ASPECTS = tuple(Aspect)
STAGES = tuple(Stage)
COLUMNS = 1 + len(ASPECTS) + len(STAGES)  # what each word has a weight for: news, the aspects, the stages
SCALE = 1000
GAIN = 3.0  # what the words of a sentence have for a length together; dense features have about 0.3 each


@dataclass(frozen=True)
class Model:
    """The weights. Rows are in the order of ``ASPECTS`` and ``STAGES``.

    Attributes:
        common: words that are no names where they begin a sentence with a capital.
        vocabulary: word, pair or beginning to its row in ``rows``.
        rows: for each word ``COLUMNS`` whole numbers, in thousandths.
        bias: for each column.
        news: the weights of the dense features of a sentence, ``features.NAMES`` and the lexicons' scores.
        label: for each aspect, then each stage, the weights of the dense features of a label.
        stage_of: for each aspect, what it adds to each stage.
        context: the weights of ``scores.CONTEXT``, the bias first.
        claim: the weights of ``scores.CLAIM``, the bias first.
    """

    common: frozenset[str]
    vocabulary: Mapping[str, int]
    rows: tuple[tuple[int, ...], ...]
    bias: tuple[float, ...]
    news: tuple[float, ...]
    label: tuple[tuple[float, ...], ...]
    stage_of: tuple[tuple[float, ...], ...]
    context: tuple[float, ...]
    claim: tuple[float, ...]

    def words(self, tokens: Sequence[str]) -> tuple[float, ...]:
        """What the words of a sentence add up to in each column, whatever its length, with the bias."""
        found = {row for gram in masks.grams(tokens) if (row := self.vocabulary.get(gram)) is not None}
        if not found:
            return self.bias
        factor = GAIN / (SCALE * math.sqrt(len(found)))
        columns = zip(*(self.rows[row] for row in found), strict=True)
        return tuple(b + sum(column) * factor for b, column in zip(self.bias, columns, strict=True))


def dot(weights: Sequence[float], values: Iterable[float]) -> float:
    """The weighted sum, rounded once: the built-in ``sum`` of 3.12 rounds otherwise than that of 3.11."""
    return math.fsum(w * v for w, v in zip(weights, values, strict=True))


def dumped(model: Model) -> bytes:
    """The file of ``model``: the same model gives the same bytes."""
    words = sorted(model.vocabulary, key=lambda word: model.vocabulary[word])
    content = {
        "features": masks.FEATURES,
        "common": sorted(model.common),
        "vocabulary": words,
        "rows": [list(row) for row in model.rows],
        "bias": model.bias,
        "news": model.news,
        "label": model.label,
        "stage_of": model.stage_of,
        "context": model.context,
        "claim": model.claim,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)


def loaded(data: bytes, name: str = "model") -> Model:
    """The model of a file's bytes.

    Raises:
        UsageError: the file is none of ours, or was trained for other features; names the file.
    """
    remedy = "Train it again: python -m training.train"
    try:
        content: dict[str, Any] = json.loads(gzip.decompress(data))
        if content["features"] != masks.FEATURES:
            raise UsageError(
                f"{name}: is for features of version {content['features']}, and this is {masks.FEATURES}",
                remedy=remedy,
            )
        model = Model(
            frozenset(content["common"]),
            {word: row for row, word in enumerate(content["vocabulary"])},
            tuple(map(tuple, content["rows"])),
            tuple(content["bias"]),
            tuple(content["news"]),
            tuple(map(tuple, content["label"])),
            tuple(map(tuple, content["stage_of"])),
            tuple(content["context"]),
            tuple(content["claim"]),
        )
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{name}: is no model: {error!r}", remedy=remedy) from error
    if (
        len(model.rows) != len(model.vocabulary)
        or len(model.bias) != COLUMNS
        or any(len(row) != COLUMNS for row in model.rows)
    ):
        raise UsageError(f"{name}: words and weights do not match", remedy=remedy)
    return model


@lru_cache(maxsize=1)
def shipped() -> Model:
    """The model that comes with the package; read once.

    Raises:
        UsageError: the file does not fit this version.
    """
    file = resources.files("pipeline.reading").joinpath("model", "linear.json.gz")
    return loaded(file.read_bytes(), "pipeline/reading/model/linear.json.gz")
