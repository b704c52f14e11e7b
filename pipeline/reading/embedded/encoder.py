"""The trained encoder: what each sentence of an article tells, by a network in an ONNX file, offline.

``python -m training.encode`` writes both files. One thread, one article at a time: the same input gives the same
numbers.
"""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.model import Aspect, Stage
from pipeline.model.errors import UsageError
from pipeline.model.facts import ACTS, Slot
from pipeline.reading.embedded.mentions import ROLES
from pipeline.reading.embedded.wordpiece import Page, Tokenizer

Array = NDArray[np.float32]
FEATURES = 3  # raise it when the same article gives other pieces: older models are refused then
SLOTS, STAGES = tuple(Slot), tuple(Stage)
_OF_SENTENCE = ("news", "kind", "told", "stated", "stage", "act")
KINDS = "NnBX-"  # news, the same news again, background, another mission, anything else
_REMEDY = "Install Missionwatch again, or train it again: make train."


@dataclass(frozen=True, slots=True)
class LogisticWeights:
    """A logistic regression on the encoder's answers, the bias first."""

    values: tuple[float, ...]

    def odds(self, row: Sequence[float]) -> float:
        """Return the log-odds of ``row``, rounded once: ``sum`` of 3.12 rounds otherwise than that of 3.11."""
        return math.fsum((self.values[0], *(w * x for w, x in zip(self.values[1:], row, strict=True))))


@dataclass(frozen=True, slots=True)
class EncoderMeta:
    """What goes with the network.

    Attributes:
        vocabulary: the pieces, in the order of their ids.
        claim: from :func:`claim_inputs` to whether a sentence tells a fact of the slot as news.
        relevant: the log-odds from which an article is about the mission.
    """

    vocabulary: tuple[str, ...]
    claim: LogisticWeights
    relevant: float


@dataclass(frozen=True, slots=True)
class PieceOdds:
    """Hold what the P pieces of a sentence can be.

    Attributes:
        places: (P, 2) where each piece's word begins and ends in the sentence.
        odds: (P, 24, roles) log-odds that it is the part of a fact: for all slots, then what each slot adds.
    """

    places: NDArray[np.int64]
    odds: Array

    def of(self, slot: Slot, role: str, start: int, end: int) -> float:
        """Return the log-odds that what stands from ``start`` to ``end`` is the part ``role`` of a fact of ``slot``."""
        at = (self.places[:, 0] < end) & (self.places[:, 1] > start)
        if not at.any():
            return -math.inf
        number = ROLES.index(role)
        return float((self.odds[at, 0, number] + self.odds[at, 1 + SLOTS.index(slot), number]).mean())


@dataclass(frozen=True, slots=True)
class EncoderOutput:
    """The encoder's answers for the S sentences of an article.

    Attributes:
        news: (S,) log-odds that the sentence tells news of the mission.
        kind: (S, 5) log-probabilities of :data:`KINDS`.
        told: (S, 23) log-odds that it tells a fact of the slot as news.
        stated: (S, 23) log-odds that it states one, as news or as background.
        stage: (S, 23, 6) log-probabilities of the stage of such a fact.
        act: (S, acts) log-odds of what is done, to be compared among the acts of one slot.
        parts: for each sentence what its pieces can be.
        relevant: log-odds that the article is about the mission.
    """

    news: Array
    kind: Array
    told: Array
    stated: Array
    stage: Array
    act: Array
    parts: tuple[PieceOdds, ...]
    relevant: float


class Encoder:
    """The network with what goes with it.

    Args:
        network: the ONNX file's bytes.
        meta: what goes with it.

    Raises:
        UsageError: the bytes are no network.
    """

    def __init__(self, network: bytes, meta: EncoderMeta) -> None:
        self.meta = meta
        self.pieces = Tokenizer({piece: i for i, piece in enumerate(meta.vocabulary)})
        import onnxruntime  # only those who hear need it: the workers

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime has an exception for each trouble, and no class above them
            raise UsageError(f"encoder.onnx: is no network: {error}", remedy=_REMEDY) from error

    def read(self, page: Page) -> EncoderOutput:
        """Run the encoder on each sentence of ``page``, which has at least one."""
        size = len(page.sentences)
        shapes = ((), (len(KINDS),), (len(SLOTS),), (len(SLOTS),), (len(SLOTS), len(STAGES)), (len(ACTS),))
        out = [np.zeros((size, *shape), np.float32) for shape in shapes]
        parts: list[PieceOdds] = []
        relevant = -math.inf
        for window in self.pieces.windows(page):
            pool = np.zeros((len(window.spans), len(window.ids)), np.float32)
            for s, (begin, end) in enumerate(window.spans):
                pool[s, begin:end] = 1 / (end - begin)
            feed = {
                "ids": np.array(window.ids, np.int64),
                "pool": pool,
                "mark": np.array([begin for begin, _ in window.spans], np.int64),
            }
            *answers, about, part = self._session.run([*_OF_SENTENCE, "relevant", "part"], feed)
            for held, answer in zip(out, answers, strict=True):
                held[list(window.numbers)] = answer
            relevant = max(relevant, float(about[0]))
            for (begin, end), places in zip(window.spans, window.places, strict=True):
                parts.append(PieceOdds(np.array(places, np.int64).reshape(-1, 2), part[begin + 1 : end]))
        news, kind, told, stated, stage, act = out
        return EncoderOutput(news, _log_shares(kind), told, stated, _log_shares(stage), act, tuple(parts), relevant)


def _log_shares(odds: Array) -> Array:
    if not odds.size:
        return odds
    odds = odds - odds.max(-1, keepdims=True)
    shares: Array = odds - np.log(np.exp(odds).sum(-1, keepdims=True))
    return shares


OF_ASPECT = {aspect: [k for k, slot in enumerate(SLOTS) if slot.aspect is aspect] for aspect in Aspect}


def claim_inputs(answers: EncoderOutput, i: int, aspect: Aspect) -> tuple[float, ...]:
    """Return the four numbers that decide whether sentence ``i`` tells news of ``aspect``.

    The log-odds that it tells a slot of it, that it tells any news, by how much the aspect leads over the others, and
    that the article is about the mission.
    """
    mine, others = (
        _any(float(answers.told[i, k]) for k, slot in enumerate(SLOTS) if (slot.aspect is aspect) is same)
        for same in (True, False)
    )
    return mine, float(answers.news[i]), max(-6.0, min(6.0, mine - others)), min(answers.relevant, 4.0)


def _any(odds: Iterable[float]) -> float:
    """Return the log-odds that at least one of several independent things is so."""
    none = -math.fsum(math.log1p(math.exp(min(one, 30.0))) for one in odds)
    return math.log(-math.expm1(min(none, -1e-9))) - none


def dump_meta(meta: EncoderMeta) -> bytes:
    """Serialise ``meta``: the same content gives the same bytes."""
    content = {
        "features": FEATURES,
        "vocabulary": meta.vocabulary,
        "claim": meta.claim.values,
        "relevant": meta.relevant,
    }
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return gzip.compress(text.encode("utf-8"), compresslevel=9, mtime=0)


def load_meta(data: bytes, name: str = "encoder.json.gz") -> EncoderMeta:
    """Parse the :class:`EncoderMeta` in the bytes of a file.

    Raises:
        UsageError: the file is none of ours, or was trained for other features; names the file.
    """
    try:
        content: dict[str, Any] = json.loads(gzip.decompress(data))
        if content["features"] != FEATURES:
            raise UsageError(
                f"{name}: is for features of version {content['features']}, and this is {FEATURES}", remedy=_REMEDY
            )
        claim = LogisticWeights(tuple(content["claim"]))
        return EncoderMeta(tuple(content["vocabulary"]), claim, float(content["relevant"]))
    except (OSError, EOFError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{name}: is no model: {error!r}", remedy=_REMEDY) from error


def files() -> Traversable:
    """Return the folder of the files that come with the package."""
    return resources.files("pipeline.reading.embedded").joinpath("model")


@lru_cache(maxsize=1)
def load_shipped() -> Encoder:
    """Load the encoder that comes with the package, once.

    Raises:
        UsageError: its files do not fit this version.
    """
    folder = files()
    meta = load_meta(folder.joinpath("encoder.json.gz").read_bytes(), "pipeline/reading/embedded/model/encoder.json.gz")
    return Encoder(folder.joinpath("encoder.onnx").read_bytes(), meta)
