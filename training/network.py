"""The encoder as it is trained: a small BERT over an article, with four answers for each sentence. JAX.

The layers are those of Devlin et al. (2019), started from all-MiniLM-L6-v2 (Wang et al., 2020; Apache-2.0). A sentence
is the mean of its pieces beside its mark, with what the rules see (``pipeline.reading.dense``) beside that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from pipeline.reading import dense
from pipeline.reading.dense import ASPECTS, STAGES

Array = NDArray[Any]
Params = dict[str, Any]
WIDTH, HEADS, LAYERS = 384, 12, 6
KINDS = "NnBX-"
DROPOUT = 0.1
KIND_WEIGHT = 0.3  # the loss of a sentence's kind, beside those of news, aspects and stages
BACKGROUND_WEIGHT = 0.6  # the loss of the stage of a sentence that is no news
HEAD_SIZES = {"news": 1, "kind": len(KINDS), "aspect": len(ASPECTS), "stage": len(STAGES) * (1 + len(ASPECTS))}
SENTENCE = 2 * WIDTH + dense.SIZE


def start(weights: Mapping[str, Array], embedding: Array, positions: int, seed: int) -> Params:
    """The network before training: the given encoder's weights, and heads that know nothing yet."""
    random = np.random.default_rng(seed)
    heads = {
        name: {
            "w": (random.normal(size=(SENTENCE, size)) * 0.02).astype(np.float32),
            "b": np.zeros(size, np.float32),
        }
        for name, size in HEAD_SIZES.items()
    }
    heads["news"]["b"][:] = -1.5  # one sentence in five is news, one in thirty of a given aspect
    heads["aspect"]["b"][:] = -3.0
    token_type = weights[".model.embeddings.token_type_embeddings.weight"][0]
    return {
        "embedding": embedding,
        "position": weights[".model.embeddings.position_embeddings.weight"][:positions] + token_type,
        "norm": _norm(weights, "model.layers.-1.embeddings_norm_layernorm"),
        "layers": [_layer(weights, f"model.layers.{i}") for i in range(LAYERS)],
        "heads": heads,
    }


def _norm(weights: Mapping[str, Array], name: str) -> Params:
    return {"scale": weights[f"{name}.weight"], "shift": weights[f"{name}.bias"]}


def _linear(weights: Mapping[str, Array], name: str) -> Params:
    return {"w": weights[f"{name}.MatMul.weight"], "b": weights[f"{name}.Add.bias"]}


def _layer(weights: Mapping[str, Array], name: str) -> Params:
    return {
        "query": _linear(weights, f"{name}.attn.q_proj"),
        "key": _linear(weights, f"{name}.attn.k_proj"),
        "value": _linear(weights, f"{name}.attn.v_proj"),
        "out": _linear(weights, f"{name}.attn.o_proj"),
        "norm_attention": _norm(weights, f"{name}.attention_output_norm_layernorm"),
        "wide": _linear(weights, f"{name}.mlp.fc1"),
        "narrow": _linear(weights, f"{name}.mlp.fc2"),
        "norm_out": _norm(weights, f"{name}.mlp_output_norm_layernorm"),
    }


def _apply(p: Params, x: Any) -> Any:
    return x @ p["w"] + p["b"]


def _normalised(p: Params, x: Any) -> Any:
    mean = x.mean(-1, keepdims=True)
    variance = ((x - mean) ** 2).mean(-1, keepdims=True)
    return (x - mean) / jnp.sqrt(variance + 1e-12) * p["scale"] + p["shift"]


def _dropped(x: Any, key: Any) -> Any:
    return x if key is None else jnp.where(jax.random.bernoulli(key, 1 - DROPOUT, x.shape), x / (1 - DROPOUT), 0)


def answers(p: Params, batch: Mapping[str, Any], key: Any = None) -> dict[str, Any]:
    """The four answers for each sentence of each window; with ``key`` as in training, with dropout.

    Args:
        p: the parameters.
        batch: ``ids`` (B, L), ``held`` (B, L; 0 where padded), ``pool`` (B, S, L), ``mark`` (B, S), ``dense``.
        key: of the random numbers.
    """
    ids = batch["ids"]
    size, length = ids.shape
    keys = [None] * (2 * LAYERS + 2) if key is None else list(jax.random.split(key, 2 * LAYERS + 2))
    h = _dropped(_normalised(p["norm"], p["embedding"][ids] + p["position"][:length]), keys[-1])
    mask = (1 - batch["held"])[:, None, None, :] * -1e9

    def split(x: Any) -> Any:
        return x.reshape(size, length, HEADS, WIDTH // HEADS).transpose(0, 2, 1, 3)

    for i, layer in enumerate(p["layers"]):
        query, key_, value = (split(_apply(layer[name], h)) for name in ("query", "key", "value"))
        weight = jax.nn.softmax(query @ key_.transpose(0, 1, 3, 2) / math.sqrt(WIDTH // HEADS) + mask, -1)
        seen = (weight @ value).transpose(0, 2, 1, 3).reshape(size, length, WIDTH)
        h = _normalised(layer["norm_attention"], h + _dropped(_apply(layer["out"], seen), keys[2 * i]))
        wide = jax.nn.gelu(_apply(layer["wide"], h), approximate=False)
        h = _normalised(layer["norm_out"], h + _dropped(_apply(layer["narrow"], wide), keys[2 * i + 1]))
    mark = jnp.take_along_axis(h, batch["mark"][..., None], axis=1)
    sentence = _dropped(jnp.concatenate([batch["pool"] @ h, mark], -1), keys[-2])
    sentence = jnp.concatenate([sentence, batch["dense"]], -1)
    out = {name: _apply(p["heads"][name], sentence) for name in HEAD_SIZES}
    stage = out["stage"]
    shared = stage[..., None, : len(STAGES)]
    return {
        "news": out["news"][..., 0],
        "kind": out["kind"],
        "aspect": out["aspect"],
        "stage": shared + stage[..., len(STAGES) :].reshape(*stage.shape[:-1], len(ASPECTS), len(STAGES)),
    }


def loss(p: Params, batch: Mapping[str, Any], key: Any) -> Any:
    """The mean loss of a sentence: of news and kind in articles, of aspects and stages everywhere."""
    out = answers(p, batch, key)
    kind, stage = batch["kind"], batch["stage"]  # kind: -2 no sentence, -1 a single sentence without article
    in_article, there = (kind >= 0).astype(jnp.float32), (kind >= -1).astype(jnp.float32)
    news = ((kind == 0) | (kind == 1)).astype(jnp.float32)
    total = (_two(out["news"], news) * in_article).sum()
    total += KIND_WEIGHT * (_of(out["kind"], jnp.maximum(kind, 0)) * in_article).sum()
    total += (_two(out["aspect"], batch["aspect"]).sum(-1) * there).sum()
    weight = jnp.where(news > 0, 1.0, BACKGROUND_WEIGHT) * there
    total += (_of(out["stage"], jnp.maximum(stage, 0)) * (stage >= 0) * weight[..., None]).sum()
    return total / (there.sum() + 1e-6)


def _two(odds: Any, truth: Any) -> Any:
    return jax.nn.softplus(odds) - truth * odds


def _of(odds: Any, truth: Any) -> Any:
    return -jnp.take_along_axis(jax.nn.log_softmax(odds, -1), truth[..., None], -1)[..., 0]
