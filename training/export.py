"""The trained network as an ONNX graph for one window at a time, its weights as whole numbers of eight bits."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from pipeline.model.facts import ACTS
from pipeline.reading.embedded.encoder import KINDS, SLOTS, STAGES
from pipeline.reading.embedded.mentions import ROLES

OPSET = 20  # the first that knows Gelu
HEADS = 12
MOST = 512  # pieces of a window
BUCKETS, FAR = 32, 128  # of distances between pieces, see Song et al. (2020) and Raffel et al. (2020)
EPSILON = 1e-5
_FLOAT, _INT = TensorProto.FLOAT, TensorProto.INT64
Array = NDArray[Any]


class _Graph:
    """Nodes and weights under way; each method adds nodes and gives the name of what they make."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []
        self.given = weights

    def weight(self, values: Array) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        name = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def linear(self, name: str, x: str) -> str:
        product = self.node("MatMul", x, self.weight(self.given[f"{name}.weight"].T.astype(np.float32)))
        return self.node("Add", product, self.weight(self.given[f"{name}.bias"].astype(np.float32)))

    def norm(self, name: str, x: str) -> str:
        scale, shift = (self.weight(self.given[f"{name}.{part}"].astype(np.float32)) for part in ("weight", "bias"))
        return self.node("LayerNormalization", x, scale, shift, axis=-1, epsilon=EPSILON)

    def reshaped(self, x: str, *shape: int) -> str:
        return self.node("Reshape", x, self.weight(np.array(shape, np.int64)))

    def heads(self, x: str, width: int, order: tuple[int, int, int]) -> str:
        return self.node("Transpose", self.reshaped(x, -1, HEADS, width // HEADS), perm=list(order))

    def length_of(self, ids: str) -> str:
        return self.node("Squeeze", self.node("Shape", ids), self.weight(np.array([0], np.int64)))


def bucket(distance: int) -> int:
    """The bucket of the distance from one piece to another, the latter's place less the former's."""
    half = BUCKETS // 2
    side, size = (half if distance > 0 else 0), abs(distance)
    if size < half // 2:
        return side + size
    further = math.log(size / (half // 2)) / math.log(FAR / (half // 2)) * (half - half // 2)
    return side + min(half - 1, half // 2 + int(further))


def _attention_bias(g: _Graph, length: str) -> str:
    """What each head adds for the distance between two pieces: (heads, L, L)."""
    rows = [bucket(distance) for distance in range(1 - MOST, MOST)]
    table = g.weight(g.given["body.encoder.relative_attention_bias.weight"][rows].astype(np.float32))
    zero, one = (g.weight(np.array(n, np.int64)) for n in (0, 1))
    places = g.node("Range", zero, length, one)
    first, second = (g.node("Unsqueeze", places, g.weight(np.array([axis], np.int64))) for axis in (1, 0))
    apart = g.node("Add", g.node("Sub", second, first), g.weight(np.array(MOST - 1, np.int64)))
    return g.node("Transpose", g.node("Gather", table, apart), perm=[2, 0, 1])


def graph(weights: Mapping[str, Array], layers: int) -> onnx.ModelProto:
    """The network of ``training.network.Network`` for one window, in float32.

    Args:
        weights: its parameters by name.
        layers: of the body.

    Inputs: ``ids`` (L,), ``pool`` (S, L), ``mark`` (S,). Outputs: ``news`` (S,), ``kind`` (S, 5), ``told`` and
    ``stated`` (S, 23), ``stage`` (S, 23, 6), ``act`` (S, acts), ``relevant`` (1,), ``part`` (L, 1 + 23, roles), the
    first for all slots, ``vector`` (S, width), the mean of a sentence's pieces.
    """
    g = _Graph(weights)
    embedding = weights["body.embeddings.word_embeddings.weight"].astype(np.float32)
    width = embedding.shape[1]
    words = g.node("Gather", g.weight(embedding), "ids")
    length = g.length_of("ids")
    place = weights["body.embeddings.position_embeddings.weight"][2:].astype(np.float32)  # two are kept for padding
    ends = (g.weight(np.array([0], np.int64)), g.node("Unsqueeze", length, g.weight(np.array([0], np.int64))))
    h = g.norm("body.embeddings.LayerNorm", g.node("Add", words, g.node("Slice", g.weight(place), *ends)))
    bias = _attention_bias(g, length)
    size = g.weight(np.array(1 / math.sqrt(width // HEADS), np.float32))
    for i in range(layers):
        name = f"body.encoder.layer.{i}"
        query = g.heads(g.linear(f"{name}.attention.attn.q", h), width, (1, 0, 2))
        key = g.heads(g.linear(f"{name}.attention.attn.k", h), width, (1, 2, 0))
        value = g.heads(g.linear(f"{name}.attention.attn.v", h), width, (1, 0, 2))
        scores = g.node("Add", g.node("Mul", g.node("MatMul", query, key), size), bias)
        seen = g.node("Transpose", g.node("MatMul", g.node("Softmax", scores, axis=-1), value), perm=[1, 0, 2])
        out = g.linear(f"{name}.attention.attn.o", g.reshaped(seen, -1, width))
        h = g.norm(f"{name}.attention.LayerNorm", g.node("Add", h, out))
        wide = g.node("Gelu", g.linear(f"{name}.intermediate.dense", h))
        h = g.norm(f"{name}.output.LayerNorm", g.node("Add", h, g.linear(f"{name}.output.dense", wide)))
    vector = g.node("MatMul", "pool", h, output="vector")
    sentence = g.node("Concat", vector, g.node("Gather", h, "mark"), axis=-1)
    mean = g.node("ReduceMean", h, g.weight(np.array([0], np.int64)), keepdims=1)
    first = g.node("Gather", h, g.weight(np.array([0], np.int64)))
    g.node("Reshape", g.linear("news", sentence), g.weight(np.array([-1], np.int64)), output="news")
    for name in ("kind", "told", "stated", "act"):
        g.node("Identity", g.linear(name, sentence), output=name)
    stage = g.linear("stage", sentence)
    split = g.weight(np.array([len(STAGES), len(SLOTS) * len(STAGES)], np.int64))
    g.nodes.append(helper.make_node("Split", [stage, split], ["shared", "own"], axis=-1))
    shared, own = g.reshaped("shared", -1, 1, len(STAGES)), g.reshaped("own", -1, len(SLOTS), len(STAGES))
    g.node("Add", shared, own, output="stage")
    g.node("Identity", g.reshaped(g.linear("part", h), -1, 1 + len(SLOTS), len(ROLES)), output="part")
    whole = g.node("Concat", mean, first, axis=-1)
    g.node("Reshape", g.linear("relevant", whole), g.weight(np.array([-1], np.int64)), output="relevant")
    inputs = [
        helper.make_tensor_value_info("ids", _INT, ["L"]),
        helper.make_tensor_value_info("pool", _FLOAT, ["S", "L"]),
        helper.make_tensor_value_info("mark", _INT, ["S"]),
    ]
    outputs = [
        helper.make_tensor_value_info("news", _FLOAT, ["S"]),
        helper.make_tensor_value_info("kind", _FLOAT, ["S", len(KINDS)]),
        helper.make_tensor_value_info("told", _FLOAT, ["S", len(SLOTS)]),
        helper.make_tensor_value_info("stated", _FLOAT, ["S", len(SLOTS)]),
        helper.make_tensor_value_info("stage", _FLOAT, ["S", len(SLOTS), len(STAGES)]),
        helper.make_tensor_value_info("act", _FLOAT, ["S", len(ACTS)]),
        helper.make_tensor_value_info("relevant", _FLOAT, [1]),
        helper.make_tensor_value_info("part", _FLOAT, ["L", 1 + len(SLOTS), len(ROLES)]),
        helper.make_tensor_value_info("vector", _FLOAT, ["S", width]),
    ]
    made = helper.make_graph(g.nodes, "encoder", inputs, outputs, g.weights)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="missionwatch")
    model.ir_version = 10
    onnx.checker.check_model(model)
    return model


def small(model: onnx.ModelProto) -> bytes:
    """``model`` with weights of eight bits, a scale for each column (dynamic quantisation of ONNX Runtime)."""
    with tempfile.TemporaryDirectory() as folder:
        whole, cut = Path(folder) / "whole.onnx", Path(folder) / "cut.onnx"
        onnx.save(model, whole)
        quantize_dynamic(
            whole, cut, op_types_to_quantize=["MatMul", "Gather"], per_channel=True, weight_type=QuantType.QInt8
        )
        return cut.read_bytes()
