"""The trained network as an ONNX graph for one window at a time, its weights as whole numbers of eight bits."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from pipeline.reading import dense
from pipeline.reading.dense import ASPECTS, STAGES
from training.network import HEAD_SIZES, HEADS, KINDS, WIDTH

OPSET = 20  # the first that knows Gelu
_FLOAT, _INT = TensorProto.FLOAT, TensorProto.INT64
Params = dict[str, Any]


class _Graph:
    """Nodes and weights under way; each method adds nodes and gives the name of what they make."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.weights: list[Any] = []

    def weight(self, values: NDArray[Any]) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, *inputs: str, output: str = "", **attributes: Any) -> str:
        name = output or f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def linear(self, p: Params, x: str) -> str:
        product = self.node("MatMul", x, self.weight(np.asarray(p["w"], np.float32)))
        return self.node("Add", product, self.weight(np.asarray(p["b"], np.float32)))

    def norm(self, p: Params, x: str) -> str:
        scale, shift = (self.weight(np.asarray(p[name], np.float32)) for name in ("scale", "shift"))
        return self.node("LayerNormalization", x, scale, shift, axis=-1, epsilon=1e-12)

    def reshaped(self, x: str, *shape: int) -> str:
        return self.node("Reshape", x, self.weight(np.array(shape, np.int64)))

    def heads(self, x: str, order: tuple[int, int, int]) -> str:
        return self.node("Transpose", self.reshaped(x, -1, HEADS, WIDTH // HEADS), perm=list(order))


def graph(p: Params) -> onnx.ModelProto:
    """The network of ``training.network.answers`` for one window, in float32.

    Inputs: ``ids`` (L,), ``pool`` (S, L), ``mark`` (S,), ``dense`` (S, D). Outputs: ``news`` (S,), ``kind`` (S, 5),
    ``aspect`` (S, 9), ``stage`` (S, 9, 6).
    """
    g = _Graph()
    words = g.node("Gather", g.weight(np.asarray(p["embedding"], np.float32)), "ids")
    length = g.node("Shape", "ids")
    zero = g.weight(np.array([0], np.int64))
    places = g.node("Slice", g.weight(np.asarray(p["position"], np.float32)), zero, length)
    h = g.norm(p["norm"], g.node("Add", words, places))
    size = g.weight(np.array(1 / math.sqrt(WIDTH // HEADS), np.float32))
    for layer in p["layers"]:
        query = g.heads(g.linear(layer["query"], h), (1, 0, 2))
        key = g.heads(g.linear(layer["key"], h), (1, 2, 0))
        value = g.heads(g.linear(layer["value"], h), (1, 0, 2))
        weight = g.node("Softmax", g.node("Mul", g.node("MatMul", query, key), size), axis=-1)
        seen = g.node("Transpose", g.node("MatMul", weight, value), perm=[1, 0, 2])
        out = g.linear(layer["out"], g.reshaped(seen, -1, WIDTH))
        h = g.norm(layer["norm_attention"], g.node("Add", h, out))
        wide = g.node("Gelu", g.linear(layer["wide"], h))
        h = g.norm(layer["norm_out"], g.node("Add", h, g.linear(layer["narrow"], wide)))
    mean = g.node("MatMul", "pool", h)
    sentence = g.node("Concat", mean, g.node("Gather", h, "mark"), "dense", axis=-1)
    answers = {name: g.linear(p["heads"][name], sentence) for name in HEAD_SIZES}
    g.node("Reshape", answers["news"], g.weight(np.array([-1], np.int64)), output="news")
    g.node("Identity", answers["kind"], output="kind")
    g.node("Identity", answers["aspect"], output="aspect")
    split = g.weight(np.array([len(STAGES), len(ASPECTS) * len(STAGES)], np.int64))
    g.nodes.append(helper.make_node("Split", [answers["stage"], split], ["shared", "own"], axis=-1))
    shared, own = g.reshaped("shared", -1, 1, len(STAGES)), g.reshaped("own", -1, len(ASPECTS), len(STAGES))
    g.node("Add", shared, own, output="stage")
    inputs = [
        helper.make_tensor_value_info("ids", _INT, ["L"]),
        helper.make_tensor_value_info("pool", _FLOAT, ["S", "L"]),
        helper.make_tensor_value_info("mark", _INT, ["S"]),
        helper.make_tensor_value_info("dense", _FLOAT, ["S", dense.SIZE]),
    ]
    outputs = [
        helper.make_tensor_value_info("news", _FLOAT, ["S"]),
        helper.make_tensor_value_info("kind", _FLOAT, ["S", len(KINDS)]),
        helper.make_tensor_value_info("aspect", _FLOAT, ["S", len(ASPECTS)]),
        helper.make_tensor_value_info("stage", _FLOAT, ["S", len(ASPECTS), len(STAGES)]),
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
